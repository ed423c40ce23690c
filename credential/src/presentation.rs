//! The presentation: a proof and the few values that the verifier cannot compute itself.
//!
//! | part | bytes | why the verifier needs it |
//! | --- | --- | --- |
//! | challenge | 32 | to find the request that this answers |
//! | proof | 128 | Groth16 over BN254, compressed: A (32), B (64), C (32) |
//! | pseudonym | 32 | `Poseidon(holder secret, scope)` |
//! | scope | 32 | only when the policy asks for no pseudonym: the random one that the wallet drew |
//! | disclosed values | 0… | what the policy asked for |
//!
//! Two forms: JSON with fields in fixed order, and a compact binary one (below 400 bytes without disclosures, for QR
//! codes). Both parse strictly: no unknown fields, no trailing bytes, canonical field elements.
//!
//! A Groth16 proof can be re-randomised by anyone, so the same presentation has many byte strings; replay is stopped
//! by the challenge, which a verifier accepts once, never by comparing proofs.
//!
//! Not checked here: that proof bytes are points (the verifier decodes them), and that what is disclosed is what was
//! asked for.

use crate::attributes::Attributes;
use crate::date::Date;
use crate::expiry::Expiry;
use crate::extras::{DisclosedExtras, ExtraAttribute};
use crate::field;
use crate::holder::{Pseudonym, Scope};
use crate::name::{Name, NameError};
use crate::number::{DocumentNumber, Sex};
use crate::policy::{DisclosedAttribute, DisclosureMask};
use crate::region::RegionCode;
pub use crate::request::Challenge;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Version of both formats.
pub const VERSION: u8 = 1;
/// Bytes of a compressed proof.
pub const PROOF_BYTES: usize = 128;
/// Largest presentation that is parsed in the binary form; a portrait may be among the disclosed attributes.
pub const MAX_BYTES: usize = 4 << 20;
/// Largest presentation that is parsed as JSON, where bytes are two hex digits each.
pub const MAX_JSON_BYTES: usize = 2 * MAX_BYTES;

/// A compressed Groth16 proof, not yet decoded.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProofBytes(#[serde(with = "hex::serde")] pub [u8; PROOF_BYTES]);

impl fmt::Debug for ProofBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProofBytes({}…)", hex::encode(&self.0[..4]))
    }
}

/// The attributes that the holder discloses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// Document number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<DocumentNumber>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<Name>,
    /// Birth date.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub birth: Option<Date>,
    /// Sex.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sex: Option<Sex>,
    /// Region of residence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<RegionCode>,
    /// Expiry date.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expiry: Option<Expiry>,
    /// Digests of the further attributes, and those that are opened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extras: Option<DisclosedExtras>,
}

impl Disclosed {
    /// The masked attributes of a credential; of the further ones all are opened.
    pub fn from_attributes(attributes: &Attributes, mask: DisclosureMask) -> Self {
        let shown = |attribute| mask.contains(attribute);
        Self {
            number: shown(DisclosedAttribute::Number).then(|| attributes.number.clone()),
            name: shown(DisclosedAttribute::Name).then(|| attributes.name.clone()),
            birth: shown(DisclosedAttribute::Birth).then_some(attributes.birth),
            sex: shown(DisclosedAttribute::Sex).then_some(attributes.sex),
            region: shown(DisclosedAttribute::Region).then_some(attributes.region),
            expiry: shown(DisclosedAttribute::Expiry).then_some(attributes.expiry),
            extras: shown(DisclosedAttribute::Extras).then(|| attributes.extras.open_all()),
        }
    }

    /// Which attributes are disclosed.
    pub fn mask(&self) -> DisclosureMask {
        let present = [
            (DisclosedAttribute::Number, self.number.is_some()),
            (DisclosedAttribute::Name, self.name.is_some()),
            (DisclosedAttribute::Birth, self.birth.is_some()),
            (DisclosedAttribute::Sex, self.sex.is_some()),
            (DisclosedAttribute::Region, self.region.is_some()),
            (DisclosedAttribute::Expiry, self.expiry.is_some()),
            (DisclosedAttribute::Extras, self.extras.is_some()),
        ];
        present.into_iter().filter(|(_, present)| *present).map(|(attribute, _)| attribute).collect()
    }
}

/// What a wallet sends in answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    version: u8,
    /// The request's challenge.
    pub challenge: Challenge,
    /// The proof.
    pub proof: ProofBytes,
    /// The random scope, when the policy asks for no pseudonym.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<Scope>,
    /// The pseudonym under the scope.
    pub pseudonym: Pseudonym,
    /// Disclosed attributes.
    #[serde(default)]
    pub disclosed: Disclosed,
}

/// Why bytes are no presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresentationError {
    /// Not JSON of the expected shape, or with a value out of its range.
    #[error("this is no presentation: not the expected JSON; have the wallet present again")]
    NotJson,
    /// Another spelling than the wallet's.
    #[error("this is not the canonical JSON that the wallet wrote; have the wallet present again")]
    NotCanonical,
    /// The bytes end early.
    #[error("the presentation was cut short; have the wallet present again")]
    TooShort,
    /// Bytes after the end.
    #[error("bytes follow the presentation; have the wallet present again")]
    TrailingBytes,
    /// A flag that has no meaning.
    #[error("the presentation has unknown flags; have the wallet present again")]
    Flags,
    /// The mask names an attribute that does not exist.
    #[error("the disclosure mask names an attribute that does not exist; have the wallet present again")]
    DisclosureMask,
    /// The challenge is no canonical field element.
    #[error("the challenge is no canonical field element; have the wallet present again")]
    Challenge,
    /// The scope is no canonical field element.
    #[error("the scope is no canonical field element; have the wallet present again")]
    Scope,
    /// The pseudonym is no canonical field element.
    #[error("the pseudonym is no canonical field element; have the wallet present again")]
    Pseudonym,
    /// A text is not UTF-8.
    #[error("a disclosed text is not UTF-8; have the wallet present again")]
    Text,
    /// The disclosed document number is none.
    #[error("the disclosed document number is not valid; have the wallet present again")]
    Number,
    /// The disclosed name is none.
    #[error("the disclosed name is not valid; have the wallet present again")]
    Name,
    /// The disclosed name is not in its normal form.
    #[error("the disclosed name is not in its normal form; have the wallet present again")]
    NameForm,
    /// The disclosed birth date is none.
    #[error("the disclosed birth date is not valid; have the wallet present again")]
    Birth,
    /// The disclosed sex is none.
    #[error("the disclosed sex is not valid; have the wallet present again")]
    Sex,
    /// The disclosed region is none.
    #[error("the disclosed region code is not valid; have the wallet present again")]
    Region,
    /// The disclosed expiry date is none.
    #[error("the disclosed expiry date is not valid; have the wallet present again")]
    Expiry,
    /// A further attribute is not valid.
    #[error("a disclosed further attribute is not valid; have the wallet present again")]
    Extra,
    /// The further attributes do not belong to their digests.
    #[error("the disclosed further attributes do not fit their digests; have the wallet present again")]
    Extras,
    /// A format of another version.
    #[error("presentation of version {0}; this software reads version 1, look for an update")]
    Version(u8),
    /// Larger than any presentation: [`MAX_BYTES`] or [`MAX_JSON_BYTES`].
    #[error("the presentation is larger than 4 MiB, or 8 MiB as JSON; have the wallet disclose less")]
    TooLarge,
}

impl Presentation {
    /// Puts the parts together.
    pub fn new(
        challenge: Challenge,
        proof: ProofBytes,
        scope: Option<Scope>,
        pseudonym: Pseudonym,
        disclosed: Disclosed,
    ) -> Self {
        Self { version: VERSION, challenge, proof, scope, pseudonym, disclosed }
    }

    /// Canonical JSON: fields in the order of the struct, no white space, absent values left out.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data serialises")
    }

    /// Reads canonical JSON, with white space around it at most; refuses everything that [`to_json`](Self::to_json)
    /// would have written otherwise, unknown fields among it.
    pub fn from_json(text: &str) -> Result<Self, PresentationError> {
        if text.len() > MAX_JSON_BYTES {
            return Err(PresentationError::TooLarge);
        }
        let this: Self = serde_json::from_str(text).map_err(|_| PresentationError::NotJson)?;
        if this.version != VERSION {
            return Err(PresentationError::Version(this.version));
        }
        if this.to_json() != text.trim() {
            return Err(PresentationError::NotCanonical);
        }
        Ok(this)
    }

    /// Compact binary form:
    ///
    /// ```text
    /// version u8 = 1 | flags u8 (bit 0: scope present) | disclosure mask u8 | challenge 32 | proof 128
    /// | scope 32 if present | pseudonym 32 | disclosed values in the order of the mask bits
    /// ```
    ///
    /// Number: 18 ASCII bytes. Name: length u16, UTF-8. Dates, region: u32. Sex: u8. Further attributes: count u8,
    /// digests of 32 bytes, count of opened ones u8, each label length u8, label, value length u32, value, salt 32.
    /// Integers are big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION, u8::from(self.scope.is_some()), self.disclosed.mask().bits()];
        out.extend_from_slice(&self.challenge.to_bytes());
        out.extend_from_slice(&self.proof.0);
        if let Some(scope) = &self.scope {
            out.extend_from_slice(&field::to_bytes(&scope.as_field()));
        }
        out.extend_from_slice(&field::to_bytes(&self.pseudonym.as_field()));
        let Disclosed { number, name, birth, sex, region, expiry, extras } = &self.disclosed;
        if let Some(number) = number {
            out.extend_from_slice(number.as_str().as_bytes());
        }
        if let Some(name) = name {
            out.extend_from_slice(&(name.as_str().len() as u16).to_be_bytes());
            out.extend_from_slice(name.as_str().as_bytes());
        }
        if let Some(birth) = birth {
            out.extend_from_slice(&birth.days().to_be_bytes());
        }
        if let Some(sex) = sex {
            out.push(sex.code());
        }
        if let Some(region) = region {
            out.extend_from_slice(&region.code().to_be_bytes());
        }
        if let Some(expiry) = expiry {
            out.extend_from_slice(&expiry.encoding().days().to_be_bytes());
        }
        if let Some(extras) = extras {
            write_extras(&mut out, extras);
        }
        out
    }

    /// Reads the compact form; refuses trailing bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PresentationError> {
        if bytes.len() > MAX_BYTES {
            return Err(PresentationError::TooLarge);
        }
        let mut reader = Reader(bytes);
        let [version, flags, mask] = reader.array()?;
        if version != VERSION {
            return Err(PresentationError::Version(version));
        }
        if flags > 1 {
            return Err(PresentationError::Flags);
        }
        let mask = DisclosureMask::new(mask).map_err(|_| PresentationError::DisclosureMask)?;
        let challenge = Challenge::from_bytes(&reader.array()?).map_err(|_| PresentationError::Challenge)?;
        let proof = ProofBytes(reader.array()?);
        let scope =
            (flags == 1).then(|| reader.field(PresentationError::Scope)).transpose()?.map(Scope::from_field);
        let pseudonym = Pseudonym::from_field(reader.field(PresentationError::Pseudonym)?);
        let disclosed = read_disclosed(&mut reader, mask)?;
        if !reader.0.is_empty() {
            return Err(PresentationError::TrailingBytes);
        }
        Ok(Self::new(challenge, proof, scope, pseudonym, disclosed))
    }
}

fn write_extras(out: &mut Vec<u8>, extras: &DisclosedExtras) {
    out.push(extras.digests().len() as u8);
    for digest in extras.digests() {
        out.extend_from_slice(digest);
    }
    out.push(extras.opened().len() as u8);
    for attribute in extras.opened() {
        out.push(attribute.label().len() as u8);
        out.extend_from_slice(attribute.label().as_bytes());
        out.extend_from_slice(&(attribute.value().len() as u32).to_be_bytes());
        out.extend_from_slice(attribute.value());
        out.extend_from_slice(attribute.salt());
    }
}

fn read_disclosed(reader: &mut Reader<'_>, mask: DisclosureMask) -> Result<Disclosed, PresentationError> {
    let asked = |attribute| mask.contains(attribute);
    let mut disclosed = Disclosed::default();
    if asked(DisclosedAttribute::Number) {
        let number = reader.text(18)?.parse().map_err(|_| PresentationError::Number)?;
        disclosed.number = Some(number);
    }
    if asked(DisclosedAttribute::Name) {
        let length = u16::from_be_bytes(reader.array()?);
        let text = reader.text(length.into())?;
        let name = Name::try_from(text.to_owned()).map_err(|error| match error {
            NameError::NotCanonical => PresentationError::NameForm,
            _ => PresentationError::Name,
        })?;
        disclosed.name = Some(name);
    }
    if asked(DisclosedAttribute::Birth) {
        disclosed.birth = Some(reader.date(PresentationError::Birth)?);
    }
    if asked(DisclosedAttribute::Sex) {
        let [code] = reader.array()?;
        disclosed.sex = Some(Sex::from_code(code).ok_or(PresentationError::Sex)?);
    }
    if asked(DisclosedAttribute::Region) {
        let code = u32::from_be_bytes(reader.array()?);
        disclosed.region = Some(RegionCode::new(code).map_err(|_| PresentationError::Region)?);
    }
    if asked(DisclosedAttribute::Expiry) {
        disclosed.expiry = Some(Expiry::from_encoding(reader.date(PresentationError::Expiry)?));
    }
    if asked(DisclosedAttribute::Extras) {
        disclosed.extras = Some(read_extras(reader)?);
    }
    Ok(disclosed)
}

fn read_extras(reader: &mut Reader<'_>) -> Result<DisclosedExtras, PresentationError> {
    let [count] = reader.array()?;
    let digests = (0..count).map(|_| reader.array()).collect::<Result<_, _>>()?;
    let [count] = reader.array()?;
    let opened = (0..count)
        .map(|_| {
            let [length] = reader.array()?;
            let label = reader.text(length.into())?;
            let length = u32::from_be_bytes(reader.array()?);
            let value = reader.take(length as usize)?.to_vec();
            let salt = reader.array()?;
            ExtraAttribute::new(label, value, salt).map_err(|_| PresentationError::Extra)
        })
        .collect::<Result<_, _>>()?;
    DisclosedExtras::new(digests, opened).map_err(|_| PresentationError::Extras)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], PresentationError> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(PresentationError::TooShort)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PresentationError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(PresentationError::TooShort)?;
        self.0 = tail;
        Ok(*head)
    }

    fn text(&mut self, length: usize) -> Result<&'a str, PresentationError> {
        core::str::from_utf8(self.take(length)?).map_err(|_| PresentationError::Text)
    }

    fn field(&mut self, refusal: PresentationError) -> Result<field::Fr, PresentationError> {
        field::from_bytes(&self.array()?).map_err(|_| refusal)
    }

    fn date(&mut self, refusal: PresentationError) -> Result<Date, PresentationError> {
        Date::from_days(u32::from_be_bytes(self.array()?)).map_err(|_| refusal)
    }
}
