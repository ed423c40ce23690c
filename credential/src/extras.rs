//! Further attributes (portrait, address, whatever the issuer adds) as salted digests.
//!
//! ```text
//! digest of one attribute  d  = SHA-256("tacit/extra/v1",  salt, label, value)
//! digest of the list       D  = hash_to_field("tacit/extras/v1", count, d_1, …, d_count)
//! ```
//! The issuer signs `D`. Whoever discloses shows every `d_i` and, of the attributes it chooses, salt, label and value; the
//! others stay hidden behind 32 random bytes each. The count and `D` become known, and `D` is the same at every
//! disclosure: disclosing extras makes presentations linkable, as the portrait itself does. Salts are drawn anew with each
//! credential.
//!
//! Encodings: the count is one byte; salts and digests are 32 bytes; labels are UTF-8 and values any bytes. Every part is
//! length-prefixed by the hash, so neither a name nor another list is a second pre-image.
//!
//! Not checked here: that `D` is the digest that the proof discloses (the verifier compares public values).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Fr;
use crate::field::{hash_to_field, sha256};
use crate::name::is_plain_text;

/// The most further attributes that a credential holds.
pub const MAX_EXTRAS: usize = 16;

/// The most bytes of a label.
pub const MAX_LABEL_BYTES: usize = 64;

/// The most bytes of a value: 128 KiB, room for a portrait.
pub const MAX_VALUE_BYTES: usize = 128 << 10;

/// Why further attributes, or a disclosure of them, were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExtrasError {
    /// A label that is empty or too long, or with characters that change how text is shown.
    #[error(
        "the label of a further attribute is plain text of 1 to 64 bytes without blanks at its ends; choose another"
    )]
    Label,
    /// A value that holds nothing.
    #[error("a further attribute has no value; fill it in or leave the attribute out")]
    EmptyValue,
    /// A value above the limit.
    #[error("a further attribute is larger than 128 KiB; store a smaller picture or a digest")]
    ValueTooLarge,
    /// A value or salt that is not written in hexadecimal digits, or a salt of another length.
    #[error(
        "values and salts are written as hexadecimal digits in lower case, salts as 64 of them; write them so"
    )]
    Hex,
    /// More than 16.
    #[error("a credential holds at most 16 further attributes; leave some out")]
    TooMany,
    /// Two of one label.
    #[error("two further attributes have one label; rename one")]
    DuplicateLabel,
    /// Two equal digests in a disclosed list.
    #[error("the disclosed list has one digest twice; the sender made it up")]
    DuplicateDigest,
    /// An opened attribute that is not in the list.
    #[error(
        "an opened attribute matches no digest of the disclosed list; the sender changed value, label or salt"
    )]
    NotInList,
    /// A label that the credential does not have.
    #[error(
        "the credential has no further attribute of that label; list the labels with `tacit inspect credential`"
    )]
    UnknownLabel,
}

/// One further attribute with its salt. `Debug` shows label and length alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ExtraAttributeFile", into = "ExtraAttributeFile")]
pub struct ExtraAttribute {
    label: String,
    value: Vec<u8>,
    salt: [u8; 32],
}

impl ExtraAttribute {
    /// An attribute with a given salt, as a credential or a presentation carries it.
    pub fn new(label: &str, value: Vec<u8>, salt: [u8; 32]) -> Result<Self, ExtrasError> {
        check_label(label)?;
        check_value(&value)?;
        Ok(Self { label: label.to_owned(), value, salt })
    }

    /// An attribute with a fresh salt, as an issuer makes it.
    pub fn salted(label: &str, value: Vec<u8>, rng: &mut impl CryptoRngCore) -> Result<Self, ExtrasError> {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        Self::new(label, value, salt)
    }

    /// What the attribute is, such as `portrait`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its bytes.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The 32 bytes that hide the value while it is not opened.
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The digest that stands for the attribute in the list.
    pub fn digest(&self) -> [u8; 32] {
        sha256("tacit/extra/v1", &[&self.salt, self.label.as_bytes(), &self.value])
    }
}

pub(crate) fn check_label(label: &str) -> Result<(), ExtrasError> {
    if label.is_empty() || label.len() > MAX_LABEL_BYTES || label.trim() != label || !is_plain_text(label) {
        return Err(ExtrasError::Label);
    }
    Ok(())
}

pub(crate) fn check_value(value: &[u8]) -> Result<(), ExtrasError> {
    match value.len() {
        0 => Err(ExtrasError::EmptyValue),
        1..=MAX_VALUE_BYTES => Ok(()),
        _ => Err(ExtrasError::ValueTooLarge),
    }
}

/// Refuses two equal labels; the lists have at most 16 entries.
pub(crate) fn check_labels_differ<'a>(
    labels: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), ExtrasError> {
    let mut rest = labels;
    while let Some(label) = rest.next() {
        if rest.clone().any(|other| other == label) {
            return Err(ExtrasError::DuplicateLabel);
        }
    }
    Ok(())
}

impl fmt::Debug for ExtraAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExtraAttribute({}: {} bytes)", self.label, self.value.len())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtraAttributeFile {
    label: String,
    value_hex: String,
    salt: String,
}

impl TryFrom<ExtraAttributeFile> for ExtraAttribute {
    type Error = ExtrasError;

    fn try_from(file: ExtraAttributeFile) -> Result<Self, ExtrasError> {
        let salt = read_hex(&file.salt)?.try_into().map_err(|_| ExtrasError::Hex)?;
        Self::new(&file.label, read_hex(&file.value_hex)?, salt)
    }
}

impl From<ExtraAttribute> for ExtraAttributeFile {
    fn from(extra: ExtraAttribute) -> Self {
        Self { value_hex: hex::encode(&extra.value), salt: hex::encode(extra.salt), label: extra.label }
    }
}

/// Reads hexadecimal digits in lower case, so that one value has one spelling.
pub(crate) fn read_hex(text: &str) -> Result<Vec<u8>, ExtrasError> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(ExtrasError::Hex);
    }
    hex::decode(text).map_err(|_| ExtrasError::Hex)
}

/// The further attributes of a credential: at most 16, every label once, in the issuer's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ExtraAttribute>", into = "Vec<ExtraAttribute>")]
pub struct Extras(Vec<ExtraAttribute>);

impl Extras {
    /// The list of these attributes.
    pub fn new(attributes: Vec<ExtraAttribute>) -> Result<Self, ExtrasError> {
        if attributes.len() > MAX_EXTRAS {
            return Err(ExtrasError::TooMany);
        }
        check_labels_differ(attributes.iter().map(ExtraAttribute::label))?;
        Ok(Self(attributes))
    }

    /// The attributes, in the issuer's order.
    pub fn attributes(&self) -> &[ExtraAttribute] {
        &self.0
    }

    /// The digest that the issuer signs.
    pub fn digest(&self) -> Fr {
        list_digest(self.0.iter().map(ExtraAttribute::digest))
    }

    /// All digests, and the attributes of these labels opened.
    pub fn open(&self, labels: &[&str]) -> Result<DisclosedExtras, ExtrasError> {
        let opened = labels
            .iter()
            .map(|label| {
                self.0.iter().find(|extra| extra.label == *label).cloned().ok_or(ExtrasError::UnknownLabel)
            })
            .collect::<Result<_, _>>()?;
        DisclosedExtras::new(self.0.iter().map(ExtraAttribute::digest).collect(), opened)
    }

    /// All digests, and every attribute opened.
    pub fn open_all(&self) -> DisclosedExtras {
        DisclosedExtras {
            digests: self.0.iter().map(ExtraAttribute::digest).collect(),
            opened: self.0.clone(),
        }
    }
}

fn list_digest(digests: impl ExactSizeIterator<Item = [u8; 32]>) -> Fr {
    // Every list was checked to have at most 16.
    let count = [digests.len() as u8];
    let digests: Vec<_> = digests.collect();
    let parts: Vec<&[u8]> = core::iter::once(&count[..]).chain(digests.iter().map(|d| &d[..])).collect();
    hash_to_field("tacit/extras/v1", &parts)
}

impl TryFrom<Vec<ExtraAttribute>> for Extras {
    type Error = ExtrasError;

    fn try_from(attributes: Vec<ExtraAttribute>) -> Result<Self, ExtrasError> {
        Self::new(attributes)
    }
}

impl From<Extras> for Vec<ExtraAttribute> {
    fn from(extras: Extras) -> Self {
        extras.0
    }
}

/// What a presentation shows of the further attributes: every digest, and the attributes that the holder opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DisclosedExtrasFile", into = "DisclosedExtrasFile")]
pub struct DisclosedExtras {
    digests: Vec<[u8; 32]>,
    opened: Vec<ExtraAttribute>,
}

impl DisclosedExtras {
    /// Checks that every opened attribute is in the list, and that nothing appears twice.
    pub fn new(digests: Vec<[u8; 32]>, opened: Vec<ExtraAttribute>) -> Result<Self, ExtrasError> {
        if digests.len() > MAX_EXTRAS || opened.len() > MAX_EXTRAS {
            return Err(ExtrasError::TooMany);
        }
        if digests.iter().enumerate().any(|(i, digest)| digests[..i].contains(digest)) {
            return Err(ExtrasError::DuplicateDigest);
        }
        check_labels_differ(opened.iter().map(ExtraAttribute::label))?;
        if opened.iter().any(|extra| !digests.contains(&extra.digest())) {
            return Err(ExtrasError::NotInList);
        }
        Ok(Self { digests, opened })
    }

    /// The digests of all further attributes, in the issuer's order.
    pub fn digests(&self) -> &[[u8; 32]] {
        &self.digests
    }

    /// The attributes that the holder opened.
    pub fn opened(&self) -> &[ExtraAttribute] {
        &self.opened
    }

    /// The digest of the list, which the proof discloses.
    pub fn digest(&self) -> Fr {
        list_digest(self.digests.iter().copied())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisclosedExtrasFile {
    digests: Vec<String>,
    opened: Vec<ExtraAttribute>,
}

impl TryFrom<DisclosedExtrasFile> for DisclosedExtras {
    type Error = ExtrasError;

    fn try_from(file: DisclosedExtrasFile) -> Result<Self, ExtrasError> {
        let digests = file
            .digests
            .iter()
            .map(|digest| read_hex(digest)?.try_into().map_err(|_| ExtrasError::Hex))
            .collect::<Result<_, _>>()?;
        Self::new(digests, file.opened)
    }
}

impl From<DisclosedExtras> for DisclosedExtrasFile {
    fn from(disclosed: DisclosedExtras) -> Self {
        Self { digests: disclosed.digests.iter().map(hex::encode).collect(), opened: disclosed.opened }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn extra(label: &str, value: &[u8]) -> ExtraAttribute {
        ExtraAttribute::new(label, value.to_vec(), [7; 32]).unwrap()
    }

    fn two() -> Extras {
        Extras::new(vec![extra("portrait", b"jpeg"), extra("address", b"Tianhe")]).unwrap()
    }

    #[test]
    fn labels_and_values_have_limits() {
        let make =
            |label: &str, length: usize| ExtraAttribute::new(label, vec![1; length], [0; 32]).map(|_| ());
        assert_eq!(make("", 1), Err(ExtrasError::Label));
        assert_eq!(make(" a", 1), Err(ExtrasError::Label));
        assert_eq!(make("a\n", 1), Err(ExtrasError::Label));
        assert_eq!(make("a\u{202e}b", 1), Err(ExtrasError::Label));
        assert_eq!(make(&"a".repeat(64), 1), Ok(()));
        assert_eq!(make(&"a".repeat(65), 1), Err(ExtrasError::Label));
        assert_eq!(make("a", 0), Err(ExtrasError::EmptyValue));
        assert_eq!(make("a", MAX_VALUE_BYTES), Ok(()));
        assert_eq!(make("a", MAX_VALUE_BYTES + 1), Err(ExtrasError::ValueTooLarge));
    }

    #[test]
    fn lists_have_sixteen_entries_and_each_label_once() {
        let many = |n: usize| Extras::new((0..n).map(|i| extra(&format!("label {i}"), b"x")).collect());
        assert_eq!(many(16).unwrap().attributes().len(), 16);
        assert_eq!(many(17), Err(ExtrasError::TooMany));
        assert_eq!(
            Extras::new(vec![extra("a", b"1"), extra("b", b"2"), extra("a", b"3")]),
            Err(ExtrasError::DuplicateLabel)
        );
    }

    #[test]
    fn every_part_counts_in_the_digest() {
        let digest = extra("portrait", b"jpeg").digest();
        assert_ne!(digest, extra("portrait", b"jpe").digest());
        assert_ne!(digest, extra("portraitj", b"peg").digest());
        assert_ne!(digest, ExtraAttribute::new("portrait", b"jpeg".to_vec(), [8; 32]).unwrap().digest());

        let list = two().digest();
        let swapped = Extras::new(two().0.into_iter().rev().collect()).unwrap();
        assert_ne!(list, swapped.digest());
        assert_ne!(list, Extras::new(vec![extra("portrait", b"jpeg")]).unwrap().digest());
        assert_ne!(list, Extras::default().digest());
        assert_eq!(list, two().open_all().digest());
    }

    #[test]
    fn a_name_is_no_portrait_digest() {
        let name = crate::name::Name::new("jpeg").unwrap();
        assert_ne!(name.digest(), hash_to_field("tacit/extras/v1", &[b"jpeg"]));
        assert_ne!(name.digest(), hash_to_field("tacit/extra/v1", &[b"jpeg"]));
    }

    #[test]
    fn opening_shows_the_chosen_attribute_and_the_same_digest() {
        let shown = two().open(&["address"]).unwrap();
        assert_eq!(shown.digest(), two().digest());
        assert_eq!(shown.digests().len(), 2);
        assert_eq!(shown.opened(), [extra("address", b"Tianhe")]);
        assert!(two().open(&[]).unwrap().opened().is_empty());
        assert_eq!(two().open(&["blood group"]), Err(ExtrasError::UnknownLabel));
        assert_eq!(two().open(&["address", "address"]), Err(ExtrasError::DuplicateLabel));
    }

    #[test]
    fn opened_attributes_must_be_in_the_list() {
        let digests = two().open_all().digests().to_vec();
        let new = |digests: &[[u8; 32]], opened: ExtraAttribute| {
            DisclosedExtras::new(digests.to_vec(), vec![opened])
        };
        assert!(new(&digests, extra("portrait", b"jpeg")).is_ok());
        assert_eq!(new(&digests, extra("portrait", b"jpej")), Err(ExtrasError::NotInList));
        assert_eq!(new(&digests, extra("picture", b"jpeg")), Err(ExtrasError::NotInList));
        let salted = ExtraAttribute::new("portrait", b"jpeg".to_vec(), [9; 32]).unwrap();
        assert_eq!(new(&digests, salted), Err(ExtrasError::NotInList));
        assert_eq!(new(&digests[1..], extra("portrait", b"jpeg")), Err(ExtrasError::NotInList));
        assert_eq!(new(&[], extra("portrait", b"jpeg")), Err(ExtrasError::NotInList));
        let twice = [digests[0], digests[1], digests[0]];
        assert_eq!(new(&twice, extra("portrait", b"jpeg")), Err(ExtrasError::DuplicateDigest));
        assert_eq!(
            DisclosedExtras::new((0..17).map(|i| [i; 32]).collect(), vec![]),
            Err(ExtrasError::TooMany)
        );
    }

    #[test]
    fn salts_are_drawn_from_the_generator() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut draw = || ExtraAttribute::salted("a", vec![1], &mut rng).unwrap();
        let (first, second) = (draw(), draw());
        assert_ne!(first.salt(), second.salt());
        assert_ne!(first.digest(), second.digest());
    }

    #[test]
    fn json_reads_back_and_is_checked() {
        let shown = two().open(&["portrait"]).unwrap();
        let json = serde_json::to_string(&shown).unwrap();
        assert_eq!(serde_json::from_str::<DisclosedExtras>(&json).unwrap(), shown);
        for (from, to, message) in [
            ("6a706567", "6a70656a", "no digest"),
            ("6a706567", "6A706567", "lower case"),
            ("6a706567", "6a70656", "hexadecimal"),
            ("6a706567", "", "no value"),
            ("0707\"", "07\"", "64 of them"),
            ("\"label\"", "\"note\":1,\"label\"", "unknown field"),
        ] {
            assert!(json.contains(from));
            let error = serde_json::from_str::<DisclosedExtras>(&json.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
        }
        let list = serde_json::to_string(&two()).unwrap();
        assert_eq!(serde_json::from_str::<Extras>(&list).unwrap(), two());
        let error = serde_json::from_str::<Extras>(&list.replace("address", "portrait")).unwrap_err();
        assert!(error.to_string().contains("one label"), "{error}");
    }

    #[test]
    fn debug_hides_values_and_salts() {
        assert_eq!(format!("{:?}", extra("portrait", b"jpeg")), "ExtraAttribute(portrait: 4 bytes)");
    }

    proptest! {
        /// Whatever is opened, the list's digest is the one that the issuer signed.
        #[test]
        fn the_digest_does_not_depend_on_what_is_opened(
            values in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..=MAX_EXTRAS),
            chosen in any::<u16>(),
        ) {
            let mut rng = ChaCha20Rng::seed_from_u64(2);
            let labels: Vec<_> = (0..values.len()).map(|i| format!("label {i}")).collect();
            let attributes = labels.iter().zip(values).map(|(l, v)| ExtraAttribute::salted(l, v, &mut rng).unwrap());
            let extras = Extras::new(attributes.collect()).unwrap();
            let opened: Vec<_> =
                labels.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, l)| l.as_str()).collect();
            let shown = extras.open(&opened).unwrap();
            prop_assert_eq!(shown.digest(), extras.digest());
            prop_assert_eq!(shown.opened().len(), opened.len());
            let json = serde_json::to_string(&shown).unwrap();
            prop_assert_eq!(serde_json::from_str::<DisclosedExtras>(&json).unwrap(), shown);
        }
    }
}
