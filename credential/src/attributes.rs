//! The attributes of a credential and their one encoding as field elements.
//!
//! ```text
//! packed = birth + 2^20·expiry + 2^40·region + 2^64·sex + 2^68·index
//! M      = Poseidon(holder_key, number, name, packed, extras)          (t = 6)
//! ```
//! | part | encoding | range |
//! | --- | --- | --- |
//! | holder key | `H(holder_secret)` | field |
//! | number | big-endian integer of 18 ASCII bytes | below 2^144 |
//! | name | tagged digest of the UTF-8 | field |
//! | birth, expiry | days since 1900-01-01 | below 2^17 |
//! | region | GB/T 2260 code of the residence | 100000..=879999, second digit at most 7 |
//! | sex | 1 male, 2 female | below 4 |
//! | index | place in the issuer's status tree | below 252·8^6 |
//! | extras | digest of the list of further attributes | field |
//!
//! The ranges are what the circuit relies on when it takes `packed` apart; the typed [`Attributes`] cannot leave them.
//! [`EncodedAttributes`] is the raw twin for the relation, and can: it exists so that lies can be written down.
//!
//! The order of the five inputs and the offsets are pinned by vectors in the tests.
//!
//! Not checked here: that the index was given once (the issuer's registry), and that number, birth and sex agree
//! ([`crate::document`]).

use core::fmt;

use ark_ff::PrimeField;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Fr;
use crate::date::Date;
use crate::document::ResidentId;
use crate::extras::{ExtraAttribute, Extras};
use crate::holder::HolderKey;
use crate::name::Name;
use crate::number::{DocumentNumber, Sex};
use crate::poseidon;
use crate::region::RegionCode;

/// Children of a tree node.
pub const ARITY: usize = 8;

/// Levels of an issuer's status tree above its words.
pub const STATUS_LEVELS: usize = 6;

/// Levels of the tree of issuers: 512 leaves.
pub const ISSUER_LEVELS: usize = 3;

/// Status bits in one word of the status tree.
pub const WORD_BITS: u32 = 252;

/// Words of an issuer's status tree: 8^6.
pub const STATUS_WORDS: u32 = 1 << (3 * STATUS_LEVELS);

/// Words in one published chunk of the status tree.
pub const CHUNK_WORDS: u32 = 512;

/// Where each slot of the packed element begins, in bits.
pub mod offset {
    /// Birth date.
    pub const BIRTH: u32 = 0;
    /// Last day of validity.
    pub const EXPIRY: u32 = 20;
    /// Residence.
    pub const REGION: u32 = 40;
    /// Sex.
    pub const SEX: u32 = 64;
    /// Revocation index.
    pub const INDEX: u32 = 68;
}

/// The place of a credential in its issuer's status tree: bit `index mod 252` of word `index div 252`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct RevocationIndex(u32);

/// The index lies beyond the status tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "revocation indices are below 66060288 (252 bits in each of 8^6 words); take one from the issuer's registry"
)]
pub struct IndexOutOfRange;

impl RevocationIndex {
    /// How many indices a status tree has: 66,060,288.
    pub const COUNT: u64 = WORD_BITS as u64 * STATUS_WORDS as u64;

    /// The index of this number.
    pub const fn new(index: u32) -> Result<Self, IndexOutOfRange> {
        if (index as u64) < Self::COUNT {
            Ok(Self(index))
        } else {
            Err(IndexOutOfRange)
        }
    }

    /// A uniformly random index, so that neighbouring indices do not tell who enrolled together.
    pub fn random(rng: &mut impl CryptoRngCore) -> Self {
        // 66,060,288 is 98.4 % of 2^26.
        loop {
            if let Ok(index) = Self::new(rng.next_u32() >> 6) {
                return index;
            }
        }
    }

    /// The index as a number, below 252·8^6.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The word, below 8^6.
    pub const fn word(self) -> u32 {
        self.0 / WORD_BITS
    }

    /// The bit within the word, below 252; bit 0 weighs 1.
    pub const fn bit(self) -> u8 {
        (self.0 % WORD_BITS) as u8
    }

    /// The published chunk of 512 words that holds the word, below 512.
    pub const fn chunk(self) -> u16 {
        (self.word() / CHUNK_WORDS) as u16
    }
}

impl TryFrom<u32> for RevocationIndex {
    type Error = IndexOutOfRange;

    fn try_from(index: u32) -> Result<Self, IndexOutOfRange> {
        Self::new(index)
    }
}

impl From<RevocationIndex> for u32 {
    fn from(index: RevocationIndex) -> Self {
        index.0
    }
}

impl fmt::Display for RevocationIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Everything that an issuer signs about one holder. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// The digest of the holder's secret.
    pub holder_key: HolderKey,
    /// The document number.
    pub number: DocumentNumber,
    /// The name.
    pub name: Name,
    /// The birth date.
    pub birth: Date,
    /// The last day of validity.
    pub expiry: Date,
    /// The residence.
    pub region: RegionCode,
    /// The sex.
    pub sex: Sex,
    /// The place in the issuer's status tree.
    pub index: RevocationIndex,
    /// Portrait, address and the like, salted.
    pub extras: Extras,
}

impl Attributes {
    /// The attributes of a checked document: all from the document, none from what the holder says, but the key.
    ///
    /// The generator draws a fresh salt for each further attribute.
    pub fn from_document(
        document: &ResidentId,
        holder_key: HolderKey,
        index: RevocationIndex,
        rng: &mut impl CryptoRngCore,
    ) -> Self {
        let extras = document
            .extras()
            .iter()
            .map(|extra| ExtraAttribute::salted(extra.label(), extra.value().to_vec(), rng))
            .collect::<Result<_, _>>()
            .and_then(Extras::new)
            .expect("a checked document has at most 16 well-formed further attributes");
        Self {
            holder_key,
            number: document.number().clone(),
            name: document.name().clone(),
            birth: document.birth(),
            expiry: document.expires(),
            region: document.region(),
            sex: document.sex(),
            index,
            extras,
        }
    }

    /// The field elements that the issuer signs and the circuit takes as witness.
    pub fn encode(&self) -> EncodedAttributes {
        EncodedAttributes {
            holder_key: self.holder_key.0,
            number: self.number.to_field(),
            name: self.name.digest(),
            fields: PackedFields {
                birth: self.birth.days().into(),
                expiry: self.expiry.days().into(),
                region: self.region.code().into(),
                sex: self.sex.code().into(),
                index: self.index.get().into(),
            },
            extras: self.extras.digest(),
        }
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(..)")
    }
}

/// The slots of the packed element as raw numbers, in range or not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PackedFields {
    /// Birth date, in days since 1900-01-01.
    pub birth: u64,
    /// Last day of validity, in days since 1900-01-01.
    pub expiry: u64,
    /// Residence.
    pub region: u64,
    /// Sex.
    pub sex: u64,
    /// Revocation index.
    pub index: u64,
}

impl PackedFields {
    /// The packed element. A value outside its range overflows into the next slots, as it does in the circuit's sum.
    pub fn pack(&self) -> Fr {
        [
            (self.birth, offset::BIRTH),
            (self.expiry, offset::EXPIRY),
            (self.region, offset::REGION),
            (self.sex, offset::SEX),
            (self.index, offset::INDEX),
        ]
        .into_iter()
        .map(|(value, offset)| Fr::from(value) * Fr::from(1u128 << offset))
        .sum()
    }
}

/// Attributes as raw field elements: the witness of the relation, in range or not.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedAttributes {
    /// The digest of the holder's secret.
    pub holder_key: Fr,
    /// The document number.
    pub number: Fr,
    /// The digest of the name.
    pub name: Fr,
    /// Dates, region, sex and index.
    pub fields: PackedFields,
    /// The digest of the further attributes.
    pub extras: Fr,
}

impl EncodedAttributes {
    /// The attribute hash `M` that the issuer signs.
    pub fn hash(&self) -> Fr {
        poseidon::hash(&[
            self.holder_key,
            self.number,
            self.name,
            self.fields.pack(),
            self.extras,
        ])
    }
}

const _: () = {
    // The index is the topmost slot and stays far below the modulus of 254 bits.
    assert!(RevocationIndex::COUNT < 1 << 26);
    assert!(offset::INDEX + 26 < Fr::MODULUS_BIT_SIZE);
};
