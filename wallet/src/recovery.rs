//! The recovery phrase: 24 English words of BIP 39 that give the holder secret back, and with it every pseudonym.
//!
//! Equation: 256 bits of entropy and 8 of checksum, 11 bits a word; holder secret = `HolderSecret::from_entropy(entropy)`.
//! BIP 39's own key stretching (`to_seed`) is not used: the entropy is uniform already, and there is no 25th word.
//!
//! The phrase is as good as the wallet itself **without** its passphrase. It is shown once, when the wallet is made, and is
//! never written down by us: the store keeps the entropy, encrypted, and no file holds a word.
//!
//! Source: BIP 39 (English list), crate `bip39`.
use bip39::{Language, Mnemonic};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

/// The 24 words. Zeroized on drop; neither `Debug` nor `Display`, so that no log shows them by accident.
pub struct RecoveryPhrase(Mnemonic);

impl RecoveryPhrase {
    /// Number of words.
    pub const WORDS: usize = 24;

    pub(crate) fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *entropy);
        Self(Mnemonic::from_entropy(&*entropy).expect("32 bytes are 24 words"))
    }

    /// Reads the words that a holder types: any case, any white space between.
    pub fn parse(text: &str) -> Result<Self, RecoveryPhraseError> {
        let found = text.split_whitespace().count();
        if found != Self::WORDS {
            return Err(RecoveryPhraseError::WordCount { found });
        }
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        Mnemonic::parse_in_normalized(Language::English, &lower).map(Self).map_err(|error| match error {
            bip39::Error::UnknownWord(index) => RecoveryPhraseError::UnknownWord { position: index + 1 },
            _ => RecoveryPhraseError::Checksum,
        })
    }

    /// The words in order, to be shown to the holder and to nobody else.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.words()
    }

    pub(crate) fn entropy(&self) -> Zeroizing<[u8; 32]> {
        let (bytes, _) = self.0.to_entropy_array();
        let bytes = Zeroizing::new(bytes);
        let mut entropy = Zeroizing::new([0; 32]);
        entropy.copy_from_slice(&bytes[..32]);
        entropy
    }
}

/// Why words are not a recovery phrase. No variant repeats a word.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryPhraseError {
    /// Not 24 words.
    #[error("a recovery phrase has 24 words and this one has {found}; type all of them in order")]
    WordCount {
        /// Words given.
        found: usize,
    },
    /// A word that is not on the list.
    #[error("word {position} is not on the BIP 39 English list; check its spelling on your paper")]
    UnknownWord {
        /// Position, from 1.
        position: usize,
    },
    /// All words exist and do not belong together.
    #[error(
        "these words do not belong together: one is wrong or two are swapped; compare them with your paper"
    )]
    Checksum,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn text(phrase: &RecoveryPhrase) -> String {
        phrase.words().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_round_trip_whatever_the_case_and_spacing() {
        let phrase = RecoveryPhrase::generate(&mut ChaCha20Rng::seed_from_u64(1));
        let words = text(&phrase);
        assert_eq!(words.split(' ').count(), RecoveryPhrase::WORDS);
        let messy = format!("  {}\n", words.to_uppercase().replace(' ', " \t\n"));
        let read = RecoveryPhrase::parse(&messy).ok().unwrap();
        assert_eq!(*read.entropy(), *phrase.entropy());
    }

    /// The vector of BIP 39 with entropy 7f7f...7f.
    #[test]
    fn published_vector() {
        let words = "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth \
                     useful legal winner thank year wave sausage worth title";
        let phrase = RecoveryPhrase::parse(words).ok().unwrap();
        assert_eq!(*phrase.entropy(), [0x7f; 32]);
    }

    #[test]
    fn mistakes_are_told_apart() {
        let words = text(&RecoveryPhrase::generate(&mut ChaCha20Rng::seed_from_u64(2)));
        let list: Vec<&str> = words.split(' ').collect();
        assert_eq!(
            RecoveryPhrase::parse(&list[..12].join(" ")).err(),
            Some(RecoveryPhraseError::WordCount { found: 12 })
        );
        let mut wrong = list.clone();
        wrong[4] = "tacitly";
        assert_eq!(
            RecoveryPhrase::parse(&wrong.join(" ")).err(),
            Some(RecoveryPhraseError::UnknownWord { position: 5 })
        );
        let mut swapped = list.clone();
        swapped.swap(0, 1);
        assert_ne!(swapped, list);
        assert_eq!(RecoveryPhrase::parse(&swapped.join(" ")).err(), Some(RecoveryPhraseError::Checksum));
    }
}
