//! What an issuer hands to the trust operator, to be listed.
//!
//! Purpose: an [`IssuerRecord`] names the issuer, its jurisdiction (whose people it enrols), the key that
//! signs its status manifests, and its credential keys (old and new side by side during a rotation), each
//! with a proof of possession made for **one** operator. The publishing key signs the whole, so that nobody
//! adds a key to somebody else's record.
//!
//! Signed are the canonical bytes ([`crate::wire`]) under the tag `tacit/issuer-record/v2` of id, name,
//! jurisdiction, publishing key, operator, time and every key with its proof. Files are JSON; `issued_at`
//! counts seconds since 1970.
//!
//! Not checked here: that the publishing key belongs to the bureau that `name` claims. The operator learns
//! that by other means before `trust add-issuer`, and pins the key; likewise it refuses a record older than
//! the one it holds, a jurisdiction other than the one listed, and a credential key or a region that another
//! issuer has.
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

use crate::credential::IssuerId;
use crate::date::UnixTime;
use crate::json::{self, JsonFault};
use crate::name::is_plain_text;
use crate::possession::PossessionError;
use crate::region::Jurisdiction;
use crate::signing::{DetachedSignature, OperatorKey, PublishingKey};
use crate::trust_list::{ListedKey, possession_context};
use crate::wire::Encoder;

const TAG: &str = "tacit/issuer-record/v2";
/// Most characters of an issuer's name.
pub const NAME_MAX: usize = 100;
/// Most credential keys of one issuer: the current one, and old ones whose credentials still live.
pub const KEYS_MAX: usize = 8;

/// An issuer as it presents itself to one trust operator. Call [`verify`](Self::verify) before believing any field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerRecord {
    /// Short name, unique with the operator.
    pub id: IssuerId,
    /// The name that holders see.
    pub name: String,
    /// Whose document numbers it may enrol.
    pub jurisdiction: Jurisdiction,
    /// Signs this record and every status manifest.
    pub publishing_key: PublishingKey,
    /// The operator that the proofs of possession were made for.
    pub operator: OperatorKey,
    /// When the record was made.
    pub issued_at: UnixTime,
    /// Credential keys with proofs of possession.
    pub keys: Vec<ListedKey>,
    /// By the publishing key.
    signature: DetachedSignature,
}

impl IssuerRecord {
    /// Checks the parts and signs them with the publishing key.
    pub fn sign(
        id: IssuerId,
        name: String,
        jurisdiction: Jurisdiction,
        operator: OperatorKey,
        issued_at: UnixTime,
        keys: Vec<ListedKey>,
        publishing: &SigningKey,
    ) -> Result<Self, IssuerRecordError> {
        let publishing_key = PublishingKey::from(publishing);
        check_contents(&id, &name, &jurisdiction, &operator, &keys)?;
        let message =
            canonical_bytes(&id, &name, &jurisdiction, &publishing_key, &operator, issued_at, &keys);
        let signature = DetachedSignature::sign(publishing, &message);
        Ok(Self { id, name, jurisdiction, publishing_key, operator, issued_at, keys, signature })
    }

    /// Checks signature, name, keys and each proof of possession for `operator`.
    pub fn verify(&self, operator: &OperatorKey) -> Result<(), IssuerRecordError> {
        if self.operator != *operator {
            return Err(IssuerRecordError::OtherOperator);
        }
        let Self { id, name, jurisdiction, publishing_key, operator, issued_at, keys, signature } = self;
        let message = canonical_bytes(id, name, jurisdiction, publishing_key, operator, *issued_at, keys);
        publishing_key.verify(&message, signature).map_err(|_| IssuerRecordError::Signature)?;
        check_contents(id, name, jurisdiction, operator, keys)
    }

    /// Reads a record from JSON; unknown fields are refused. The signature is not checked before [`verify`](Self::verify).
    pub fn from_json(json: &str) -> Result<Self, IssuerRecordError> {
        Ok(json::from_slice_of_nobody(json.as_bytes())?)
    }

    /// Pretty JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data serialises")
    }
}

/// What is signed: every field but the signature.
fn canonical_bytes(
    id: &IssuerId,
    name: &str,
    jurisdiction: &Jurisdiction,
    publishing_key: &PublishingKey,
    operator: &OperatorKey,
    issued_at: UnixTime,
    keys: &[ListedKey],
) -> Vec<u8> {
    let mut encoder = Encoder::new(TAG);
    encoder.text(id.as_str()).text(name);
    jurisdiction.encode(&mut encoder);
    encoder
        .bytes(&publishing_key.to_bytes())
        .bytes(&operator.to_bytes())
        .integer(issued_at.0)
        .list(keys, |e, listed| {
            e.field(&listed.key.x()).field(&listed.key.y()).bytes(&listed.possession.to_bytes());
        })
        .finish()
}

fn check_contents(
    id: &IssuerId,
    name: &str,
    jurisdiction: &Jurisdiction,
    operator: &OperatorKey,
    keys: &[ListedKey],
) -> Result<(), IssuerRecordError> {
    check_name(name)?;
    if keys.is_empty() {
        return Err(IssuerRecordError::NoKey);
    }
    if keys.len() > KEYS_MAX {
        return Err(IssuerRecordError::TooManyKeys);
    }
    let context = possession_context(operator, id, jurisdiction);
    let mut seen = BTreeSet::new();
    for (position, listed) in keys.iter().enumerate() {
        if !seen.insert(listed.key.to_bytes()) {
            return Err(IssuerRecordError::DuplicateKey { position });
        }
        listed
            .possession
            .verify(&listed.key, &context)
            .map_err(|source| IssuerRecordError::Possession { position, source })?;
    }
    Ok(())
}

/// Checks the name that an issuer gives itself: 1 to [`NAME_MAX`] characters, none a control character.
pub fn check_name(name: &str) -> Result<(), IssuerRecordError> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > NAME_MAX || !is_plain_text(name) {
        return Err(IssuerRecordError::Name);
    }
    Ok(())
}

/// Why an [`IssuerRecord`] is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerRecordError {
    /// Not the JSON of a record.
    #[error("this is no issuer record ({0}); make one with `tacit issuer record`")]
    Malformed(#[from] JsonFault),
    /// Empty, too long, or with control characters.
    #[error("an issuer's name has 1 to 100 characters and no control character; choose another")]
    Name,
    /// The record's proofs of possession were made for another operator.
    #[error(
        "this record was made for another trust operator; ask the issuer to make one for this operator's key"
    )]
    OtherOperator,
    /// The publishing key did not sign these bytes.
    #[error("the record's signature is wrong: it was changed, or is not from this issuer; fetch it again")]
    Signature,
    /// Nothing to list.
    #[error("the record holds no credential key; ask the issuer for a new record")]
    NoKey,
    /// More than [`KEYS_MAX`].
    #[error("the record holds more than 8 credential keys; let the issuer retire old ones")]
    TooManyKeys,
    /// One key twice.
    #[error("credential key {position} of the record is there twice; ask the issuer for a new record")]
    DuplicateKey {
        /// Position in the list, from 0.
        position: usize,
    },
    /// A proof of possession does not hold.
    #[error(
        "the proof of possession of credential key {position} does not hold ({source}); do not list this issuer"
    )]
    Possession {
        /// Position in the list, from 0.
        position: usize,
        /// What the proof's check said.
        source: PossessionError,
    },
}

#[cfg(all(test, feature = "issuing"))]
mod tests {
    use super::*;
    use crate::eddsa::SecretKey;
    use crate::possession;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    struct Fixture {
        rng: ChaCha20Rng,
        publishing: SigningKey,
        operator: OperatorKey,
        other_operator: OperatorKey,
        id: IssuerId,
        jurisdiction: Jurisdiction,
    }

    impl Fixture {
        fn new() -> Self {
            let operator = |byte| OperatorKey::from(&SigningKey::from_bytes(&[byte; 32]));
            Self {
                rng: ChaCha20Rng::seed_from_u64(3),
                publishing: SigningKey::from_bytes(&[1; 32]),
                operator: operator(2),
                other_operator: operator(3),
                id: "guangzhou".parse().unwrap(),
                jurisdiction: Jurisdiction::parse(["440100-440199"]).unwrap(),
            }
        }

        fn key(&mut self, id: &str, operator: OperatorKey) -> ListedKey {
            let secret = SecretKey::generate(&mut self.rng);
            let context = possession_context(&operator, &id.parse().unwrap(), &self.jurisdiction);
            ListedKey {
                key: secret.public_key(),
                possession: possession::prove(&secret, &context, &mut self.rng),
            }
        }

        fn sign(&self, name: &str, keys: Vec<ListedKey>) -> Result<IssuerRecord, IssuerRecordError> {
            let (id, name, jurisdiction) = (self.id.clone(), name.to_owned(), self.jurisdiction.clone());
            IssuerRecord::sign(id, name, jurisdiction, self.operator, UnixTime(9), keys, &self.publishing)
        }
    }

    #[test]
    fn a_record_verifies_after_json() {
        let mut f = Fixture::new();
        let keys = vec![f.key("guangzhou", f.operator), f.key("guangzhou", f.operator)];
        let record = f.sign("Guangzhou Bureau", keys).unwrap();
        let read = IssuerRecord::from_json(&record.to_json()).unwrap();
        assert_eq!(read, record);
        read.verify(&f.operator).unwrap();
        assert!(matches!(read.verify(&f.other_operator), Err(IssuerRecordError::OtherOperator)));
    }

    #[test]
    fn changed_fields_break_the_signature() {
        let mut f = Fixture::new();
        let keys = vec![f.key("guangzhou", f.operator), f.key("guangzhou", f.operator)];
        let record = f.sign("Guangzhou Bureau", keys).unwrap();
        let changes: [fn(&mut IssuerRecord); 6] = [
            |r| r.id = "shenzhen".parse().unwrap(),
            |r| r.name.push('!'),
            |r| r.jurisdiction = Jurisdiction::parse(["Guangdong"]).unwrap(),
            |r| r.issued_at = UnixTime(10),
            |r| r.publishing_key = PublishingKey::from(&SigningKey::from_bytes(&[7; 32])),
            |r| {
                r.keys.pop();
            },
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut changed = record.clone();
            change(&mut changed);
            assert!(
                matches!(changed.verify(&f.operator), Err(IssuerRecordError::Signature)),
                "change {number}"
            );
        }
    }

    #[test]
    fn keys_and_names_are_checked_before_signing() {
        let mut f = Fixture::new();
        let own = f.key("guangzhou", f.operator);
        let others_possession = f.key("shenzhen", f.operator);
        let other_operators = f.key("guangzhou", f.other_operator);
        let jurisdiction =
            core::mem::replace(&mut f.jurisdiction, Jurisdiction::parse(["Guangdong"]).unwrap());
        let other_jurisdiction = f.key("guangzhou", f.operator);
        f.jurisdiction = jurisdiction;
        let swapped = ListedKey { possession: own.possession, ..f.key("guangzhou", f.operator) };
        assert!(matches!(f.sign("x", vec![]), Err(IssuerRecordError::NoKey)));
        assert!(matches!(f.sign(" ", vec![own.clone()]), Err(IssuerRecordError::Name)));
        assert!(matches!(f.sign("x", vec![own.clone(); 9]), Err(IssuerRecordError::TooManyKeys)));
        assert!(matches!(
            f.sign("x", vec![own.clone(), own.clone()]),
            Err(IssuerRecordError::DuplicateKey { position: 1 })
        ));
        for bad in [others_possession, other_operators, other_jurisdiction, swapped] {
            assert!(matches!(
                f.sign("x", vec![own.clone(), bad]),
                Err(IssuerRecordError::Possession { position: 1, .. })
            ));
        }
    }
}
