//! The statement in plain Rust: the whole relation between public values and witness, without a proof system.
//!
//! [`Statement::check`] is the reference that the circuit is tested against: for public values in their ranges, the
//! circuit is satisfiable with a witness exactly if `check` accepts it. Each clause that fails has its own
//! [`Violation`]; the first one in the order of the clauses is reported.
//!
//! | clause | equation |
//! | --- | --- |
//! | issued | `M = Poseidon(holder key, number, name, packed, extras)`; `S·B = R + 8·Poseidon(R, A, M)·A` |
//! | not revoked | bit `index mod 252` of the word is 0; the word at `index div 252` hashes up to the status root |
//! | by a trusted issuer | `Poseidon(A, status root)` is among 512 leaves below the trust root |
//! | held by me | `holder key = Poseidon(secret)` |
//! | born between | `born_from ≤ birth ≤ born_to` |
//! | still valid | `today ≤ expiry` |
//! | resides in | the province bit of the region is set; `region_from ≤ region ≤ region_to` |
//! | disclosed on purpose | each disclosed value equals its attribute; all others are 0 |
//! | one pseudonym per scope | `pseudonym = Poseidon(secret, scope)` |
//!
//! Not checked here, nor in the circuit: that the issuer's key is a good one beyond being a point of the subgroup
//! (possession of its secret, uniqueness). The trust operator checks that for every key it lists, see
//! [`crate::trust_list`].

use crate::attributes::{ARITY, EncodedAttributes, ISSUER_LEVELS, RevocationIndex, STATUS_LEVELS};
use crate::baby_jubjub::Scalar;
use crate::credential::Credential;
use crate::eddsa::{PublicKey, Signature};
use crate::field::Fr;
use crate::holder::HolderSecret;
use crate::policy::DisclosedAttribute;
use crate::poseidon;
use crate::public_values::{DATE_BITS, PublicValues, RangeError, SEX_BITS};
use crate::status::{StatusWitness, StatusWord};
use crate::trust_list::IssuerPath;
use ark_ff::{BigInt, PrimeField};
use zeroize::Zeroize;

/// Everything that the holder knows and the verifier does not, as unchecked values.
///
/// Raw on purpose, so that a test can express any lie; [`Witness::new`] builds the honest one. The holder secret is
/// wiped on drop, and there is no `Debug`.
#[derive(Clone)]
pub struct Witness {
    /// The signed attributes.
    pub attributes: EncodedAttributes,
    /// Issuer's key `A`, Edwards x.
    pub issuer_x: Fr,
    /// Issuer's key `A`, Edwards y.
    pub issuer_y: Fr,
    /// The signature's scalar `S`.
    pub signature_s: BigInt<4>,
    /// The signature's point `R`, Edwards coordinates.
    pub signature_r: (Fr, Fr),
    /// All eight children of each node above the issuer's leaf, the leaf's own level first.
    pub issuer_path: [[Fr; ARITY]; ISSUER_LEVELS],
    /// The status word that holds the credential's bit, little-endian limbs.
    pub status_word: [u64; 4],
    /// The seven siblings of each node above the word, the word's own level first, in child order.
    pub status_siblings: [[Fr; ARITY - 1]; STATUS_LEVELS],
    /// The holder secret.
    pub holder_secret: Fr,
}

impl Witness {
    /// The witness of an honest holder.
    pub fn new(
        credential: &Credential,
        secret: &HolderSecret,
        issuer: &IssuerPath,
        status: &StatusWitness,
    ) -> Self {
        let signature = &credential.signature;
        Self {
            attributes: credential.attributes.encode(),
            issuer_x: credential.issuer_key.x(),
            issuer_y: credential.issuer_key.y(),
            signature_s: signature.s.into_bigint(),
            signature_r: (signature.r.x, signature.r.y),
            issuer_path: issuer.children,
            status_word: status.word.limbs(),
            status_siblings: status.siblings,
            holder_secret: secret.expose(),
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.holder_secret.zeroize();
    }
}

/// The clause that a witness does not satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// A public value is outside its range.
    #[error("public values: {0}")]
    PublicRange(#[from] RangeError),
    /// An attribute is outside the range that every issuer keeps.
    #[error("the credential's {0} is outside its range; ask the issuer for a new credential")]
    AttributeRange(&'static str),
    /// The issuer's key is no point of the subgroup.
    #[error("the issuer's key is not a valid key")]
    IssuerKey,
    /// The issuer's signature does not verify.
    #[error("the issuer's signature does not cover these attributes; the credential was altered or forged")]
    Signature,
    /// The status word has more than 252 bits.
    #[error("the status word has more than 252 bits; update the status list")]
    StatusWord,
    /// The credential is revoked.
    #[error("the credential is revoked in this epoch; ask the issuer why, or for a re-issue")]
    Revoked,
    /// The issuer's key and status root are not in the epoch's trust list.
    #[error("the issuer's key with this status root is not in the trust list of this epoch; run an update")]
    UntrustedIssuer,
    /// The holder secret does not belong to the credential.
    #[error("the credential belongs to another holder secret; restore the wallet that enrolled it")]
    NotHolder,
    /// Born before the earliest allowed date.
    #[error("the holder is older than the request allows")]
    TooOld,
    /// Born after the latest allowed date.
    #[error("the holder is younger than the request allows")]
    TooYoung,
    /// The credential has expired on the date of presentation.
    #[error("the credential has expired; ask the issuer for a renewal")]
    Expired,
    /// The province of residence is not allowed.
    #[error("the province of residence is not among those that the request allows")]
    Province,
    /// The region code lies outside the requested range.
    #[error("the region of residence is outside the range that the request allows")]
    Region,
    /// A disclosed value is not the credential's.
    #[error("the disclosed {0} is not the credential's")]
    Disclosed(DisclosedAttribute),
    /// The pseudonym is not the holder's for this scope.
    #[error("the pseudonym is not the holder's for this scope")]
    Pseudonym,
}

/// Public values for which a holder claims to know a witness.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The public values.
    pub public: PublicValues,
}

impl Statement {
    /// Checks the whole relation.
    pub fn check(&self, witness: &Witness) -> Result<(), Violation> {
        self.public.check()?;
        check_ranges(&witness.attributes)?;
        check_issued(witness)?;
        let status_root = check_not_revoked(witness)?;
        self.check_trusted_issuer(witness, status_root)?;
        if poseidon::hash(&[witness.holder_secret]) != witness.attributes.holder_key {
            return Err(Violation::NotHolder);
        }
        self.check_predicates(witness)?;
        self.check_disclosed(witness)?;
        if poseidon::hash(&[witness.holder_secret, self.public.scope]) != self.public.pseudonym {
            return Err(Violation::Pseudonym);
        }
        // The challenge is bound by being part of the digest; there is nothing to check about it here.
        Ok(())
    }

    fn check_trusted_issuer(&self, witness: &Witness, status_root: Fr) -> Result<(), Violation> {
        let leaf = poseidon::hash(&[witness.issuer_x, witness.issuer_y, status_root]);
        let mut current = leaf;
        for children in &witness.issuer_path {
            if !children.contains(&current) {
                return Err(Violation::UntrustedIssuer);
            }
            current = poseidon::hash(children);
        }
        if current == self.public.trust_root { Ok(()) } else { Err(Violation::UntrustedIssuer) }
    }

    fn check_predicates(&self, witness: &Witness) -> Result<(), Violation> {
        let (fields, word) = (&witness.attributes.fields, &self.public.word);
        if fields.birth < word.born_from {
            return Err(Violation::TooOld);
        }
        if fields.birth > word.born_to {
            return Err(Violation::TooYoung);
        }
        if fields.expiry < word.today {
            return Err(Violation::Expired);
        }
        if word.provinces >> province_bit(fields.region) & 1 == 0 {
            return Err(Violation::Province);
        }
        if fields.region < word.region_from || fields.region > word.region_to {
            return Err(Violation::Region);
        }
        Ok(())
    }

    fn check_disclosed(&self, witness: &Witness) -> Result<(), Violation> {
        let (public, attributes) = (&self.public, &witness.attributes);
        let pairs = [
            (DisclosedAttribute::Number, public.number, attributes.number),
            (DisclosedAttribute::Name, public.name, attributes.name),
            (DisclosedAttribute::Birth, public.word.birth.into(), attributes.fields.birth.into()),
            (DisclosedAttribute::Sex, public.word.sex.into(), attributes.fields.sex.into()),
            (DisclosedAttribute::Region, public.word.region.into(), attributes.fields.region.into()),
            (DisclosedAttribute::Expiry, public.word.expiry.into(), attributes.fields.expiry.into()),
            (DisclosedAttribute::Extras, public.extras, attributes.extras),
        ];
        for (attribute, shown, signed) in pairs {
            let expected = if public.word.discloses(attribute) { signed } else { Fr::from(0u64) };
            if shown != expected {
                return Err(Violation::Disclosed(attribute));
            }
        }
        Ok(())
    }
}

/// The ranges that the issuer keeps and the circuit checks again.
fn check_ranges(attributes: &EncodedAttributes) -> Result<(), Violation> {
    let fields = &attributes.fields;
    if fields.birth >> DATE_BITS != 0 {
        return Err(Violation::AttributeRange("birth date"));
    }
    if fields.expiry >> DATE_BITS != 0 {
        return Err(Violation::AttributeRange("expiry date"));
    }
    if !(100_000..=879_999).contains(&fields.region) || fields.region / 10_000 % 10 > 7 {
        return Err(Violation::AttributeRange("region code"));
    }
    if fields.sex >> SEX_BITS != 0 {
        return Err(Violation::AttributeRange("sex"));
    }
    if fields.index >= RevocationIndex::COUNT {
        return Err(Violation::AttributeRange("revocation index"));
    }
    Ok(())
}

/// `S·B = R + 8hA` with `h = Poseidon(R, A, M)`, the key a valid one.
fn check_issued(witness: &Witness) -> Result<(), Violation> {
    let key = PublicKey::new(witness.issuer_x, witness.issuer_y).map_err(|_| Violation::IssuerKey)?;
    let s = Scalar::from_bigint(witness.signature_s).ok_or(Violation::Signature)?;
    let (x, y) = witness.signature_r;
    let signature = Signature::new(x, y, s).map_err(|_| Violation::Signature)?;
    key.verify(witness.attributes.hash(), &signature).map_err(|_| Violation::Signature)
}

/// The word's own bit is 0; returns the status root that word and siblings lead to.
fn check_not_revoked(witness: &Witness) -> Result<Fr, Violation> {
    let word = StatusWord::from_limbs(witness.status_word).map_err(|_| Violation::StatusWord)?;
    let index = u32::try_from(witness.attributes.fields.index)
        .ok()
        .and_then(|index| RevocationIndex::new(index).ok())
        .ok_or(Violation::AttributeRange("revocation index"))?;
    if word.get(index.bit()) {
        return Err(Violation::Revoked);
    }
    Ok(StatusWitness { word, siblings: witness.status_siblings }.root(index))
}

/// The bit of a region's first two digits `D`, `E` in a province mask: `8(D − 1) + E`.
fn province_bit(region: u64) -> u64 {
    8 * (region / 100_000 - 1) + region / 10_000 % 10
}
