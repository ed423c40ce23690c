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
//! | birth, expiry | days since 1900-01-01; 2^17 − 1 for a long-term ID | below 2^17 |
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
#[cfg(feature = "unicode")]
use crate::document::ResidentId;
use crate::expiry::Expiry;
#[cfg(feature = "unicode")]
use crate::extras::ExtraAttribute;
use crate::extras::Extras;
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
        if (index as u64) < Self::COUNT { Ok(Self(index)) } else { Err(IndexOutOfRange) }
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
    /// The last day of validity, if there is one.
    pub expiry: Expiry,
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
    #[cfg(feature = "unicode")]
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
                expiry: self.expiry.encoding().days().into(),
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
        poseidon::hash(&[self.holder_key, self.number, self.name, self.fields.pack(), self.extras])
    }
}

const _: () = {
    // The index is the topmost slot and stays far below the modulus of 254 bits.
    assert!(RevocationIndex::COUNT < 1 << 26);
    assert!(offset::INDEX + 26 < Fr::MODULUS_BIT_SIZE);
};

#[cfg(test)]
mod tests {
    use ark_ff::BigInteger;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::document::RawDocument;
    use crate::holder::HolderSecret;
    use crate::region::Province;

    /// Takes the packed element apart again, by bits.
    fn unpack(packed: Fr) -> [u64; 5] {
        let bits = packed.into_bigint().to_bits_le();
        let slot = |from: u32, to: u32| {
            bits[from as usize..to as usize].iter().rev().fold(0, |value, bit| value << 1 | u64::from(*bit))
        };
        assert!(bits[offset::INDEX as usize + 26..].iter().all(|bit| !bit));
        [slot(0, 20), slot(20, 40), slot(40, 64), slot(64, 68), slot(68, 94)]
    }

    #[test]
    fn the_offsets_are_pinned() {
        let fields = PackedFields { birth: 1, expiry: 2, region: 3, sex: 4, index: 5 };
        let expected: u128 = 1 + (2 << 20) + (3 << 40) + (4 << 64) + (5 << 68);
        assert_eq!(fields.pack(), Fr::from(expected));
        assert_eq!(fields.pack(), Fr::from(1_549_526_505_490_139_316_225_u128));
    }

    #[test]
    fn each_slot_at_its_top_leaves_its_neighbours_alone() {
        let zero = PackedFields { birth: 0, expiry: 0, region: 0, sex: 0, index: 0 };
        let top_date = u64::from(Date::MAX.days());
        let top_index = RevocationIndex::COUNT - 1;
        assert_eq!(unpack(PackedFields { birth: top_date, ..zero }.pack()), [top_date, 0, 0, 0, 0]);
        assert_eq!(unpack(PackedFields { expiry: top_date, ..zero }.pack()), [0, top_date, 0, 0, 0]);
        assert_eq!(unpack(PackedFields { region: 879_999, ..zero }.pack()), [0, 0, 879_999, 0, 0]);
        assert_eq!(unpack(PackedFields { sex: 3, ..zero }.pack()), [0, 0, 0, 3, 0]);
        assert_eq!(unpack(PackedFields { index: top_index, ..zero }.pack()), [0, 0, 0, 0, top_index]);
    }

    /// Why the relation must check every range: without, a slot that overflows counts in the next.
    #[test]
    fn the_raw_twin_can_overflow_into_the_next_slot() {
        let fields = PackedFields { birth: 10, expiry: 20, region: 440_106, sex: 1, index: 5 };
        let aliases = [
            PackedFields { birth: 10 + (1 << 20), expiry: 19, ..fields },
            PackedFields { expiry: 20 + (1 << 20), region: 440_105, ..fields },
            PackedFields { region: 440_106 + (1 << 24), sex: 0, ..fields },
            PackedFields { sex: 1 + (1 << 4), index: 4, ..fields },
        ];
        for alias in aliases {
            assert_eq!(alias.pack(), fields.pack());
            let ranges_hold = alias.birth < 1 << 17
                && alias.expiry < 1 << 17
                && (100_000..=879_999).contains(&alias.region)
                && (1..=2).contains(&alias.sex);
            assert!(!ranges_hold);
        }
    }

    #[test]
    fn the_order_of_the_hash_matters_everywhere() {
        let encoded = EncodedAttributes {
            holder_key: Fr::from(1),
            number: Fr::from(2),
            name: Fr::from(3),
            fields: PackedFields { birth: 4, expiry: 0, region: 0, sex: 0, index: 0 },
            extras: Fr::from(5),
        };
        // poseidon([1, 2, 3, 4, 5]) of circomlibjs.
        assert_eq!(
            encoded.hash(),
            "6183221330272524995739186171720101788151706631170188140075976616310159254464"
                .parse::<Fr>()
                .unwrap()
        );
    }

    #[test]
    fn indices_end_with_the_tree() {
        assert_eq!(RevocationIndex::COUNT, 66_060_288);
        let last = RevocationIndex::new(66_060_287).unwrap();
        assert_eq!((last.word(), last.bit(), last.chunk()), (262_143, 251, 511));
        assert_eq!(RevocationIndex::new(66_060_288), Err(IndexOutOfRange));
        assert_eq!(RevocationIndex::new(u32::MAX), Err(IndexOutOfRange));
        let at = |index| RevocationIndex::new(index).map(|i| (i.word(), i.bit(), i.chunk())).unwrap();
        assert_eq!(at(0), (0, 0, 0));
        assert_eq!(at(251), (0, 251, 0));
        assert_eq!(at(252), (1, 0, 0));
        assert_eq!(at(252 * 512 - 1), (511, 251, 0));
        assert_eq!(at(252 * 512), (512, 0, 1));
        assert!(serde_json::from_str::<RevocationIndex>("66060288").is_err());
        assert!(serde_json::from_str::<RevocationIndex>("-1").is_err());
    }

    #[test]
    fn random_indices_spread_over_the_tree() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let chunks: std::collections::BTreeSet<_> =
            (0..10_000).map(|_| RevocationIndex::random(&mut rng).chunk()).collect();
        assert_eq!(chunks.len(), 512);
    }

    fn document() -> ResidentId {
        let json = r#"{"number":"11010519491231002X","name":"王伟","birth":"1949-12-31","sex":"female","region":"440106",
            "issued":"2010-02-28","expires":"2030-02-28","extras":[{"label":"address","value":"Tianhe"}]}"#;
        ResidentId::new(serde_json::from_str::<RawDocument>(json).unwrap()).unwrap()
    }

    #[test]
    fn attributes_come_from_the_document() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let key = HolderSecret::generate(&mut rng).key();
        let index = RevocationIndex::new(77).unwrap();
        let attributes = Attributes::from_document(&document(), key, index, &mut rng);
        assert_eq!(attributes.number, *document().number());
        assert_eq!(attributes.birth, document().birth());
        assert_eq!(attributes.expiry, document().expires());
        assert_eq!(attributes.region, document().region());
        assert_eq!(attributes.index, index);
        assert_eq!(attributes.extras.attributes()[0].value(), b"Tianhe");
        // A second credential of the same document has other salts.
        let again = Attributes::from_document(&document(), key, index, &mut rng);
        assert_ne!(attributes.extras.digest(), again.extras.digest());
        assert_eq!(format!("{attributes:?}"), "Attributes(..)");
    }

    #[test]
    fn changing_any_attribute_changes_the_hash() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let key = HolderSecret::generate(&mut rng).key();
        let base = Attributes::from_document(&document(), key, RevocationIndex::new(77).unwrap(), &mut rng);
        let changes: [fn(&mut Attributes); 9] = [
            |a| a.holder_key = HolderKey(a.holder_key.0 + Fr::from(1)),
            |a| a.number = DocumentNumber::compose(a.number.region(), a.birth, 4).unwrap(),
            |a| a.name = Name::new("王薇").unwrap(),
            |a| a.birth = a.birth.plus_days(1).unwrap(),
            |a| a.expiry = Expiry::from_encoding(a.expiry.encoding().plus_days(1).unwrap()),
            |a| a.region = RegionCode::new(440_107).unwrap(),
            |a| a.sex = Sex::Male,
            |a| a.index = RevocationIndex::new(78).unwrap(),
            |a| a.extras = Extras::default(),
        ];
        let mut hashes = vec![base.encode().hash()];
        for change in changes {
            let mut changed = base.clone();
            change(&mut changed);
            hashes.push(changed.encode().hash());
        }
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 10);
    }

    proptest! {
        #[test]
        fn packing_keeps_every_slot(
            birth in 0..=Date::MAX.days(),
            expiry in 0..=Date::MAX.days(),
            province in 0..Province::ALL.len(),
            rest in 0u32..10_000,
            male in any::<bool>(),
            index in 0..RevocationIndex::COUNT,
        ) {
            let region = u64::from(Province::ALL[province].code()) * 10_000 + u64::from(rest);
            let (birth, expiry) = (u64::from(birth), u64::from(expiry));
            let sex = if male { Sex::Male } else { Sex::Female }.code().into();
            let packed = PackedFields { birth, expiry, region, sex, index }.pack();
            prop_assert_eq!(unpack(packed), [birth, expiry, region, sex, index]);
        }
    }
}
