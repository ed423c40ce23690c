//! The holder's secret, the key that the issuer signs, and one pseudonym per scope.
//!
//! `HolderKey = Poseidon(secret)`, `Pseudonym = Poseidon(secret, scope)`, `Scope = hash_to_field("tacit/scope/v1"; identity, label)`
//! with the verifier's certified identity, so that two verifiers never share a scope by choosing the same label. The secret comes
//! from 32 bytes of entropy by `hash_to_field("tacit/holder-secret/v1"; entropy)`; the recovery phrase encodes those bytes.
//!
//! Encodings: field elements as [`crate::field`] writes them. Text of identity and label is UTF-8, taken as it is:
//! normalising is the duty of who certifies the identity.
//!
//! A pseudonym is unlinkable to the holder key and to pseudonyms of other scopes as long as Poseidon behaves like a random function of the
//! secret, whose 253 bits nobody can guess. Not checked here: that the secret belongs to the credential (the circuit and
//! `Statement::check` do), and that the identity is certified ([`crate::request`] does).

use crate::field::{self, Fr, hash_to_field, serde_hex};
use crate::poseidon;
use ark_ff::Zero;
use core::fmt;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const SECRET_DST: &str = "tacit/holder-secret/v1";
const SCOPE_DST: &str = "tacit/scope/v1";
const SHARED_SCOPE_DST: &str = "tacit/shared-scope/v1";

/// Why a value is no holder secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HolderSecretError {
    /// Zero, which everyone would guess.
    #[error("the holder secret is zero; restore it from the recovery phrase or make a new one")]
    Zero,
}

/// Why a scope cannot be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// No verifier identity.
    #[error("the scope names no verifier; give the certified identity, such as shop.example")]
    EmptyIdentity,
    /// No label.
    #[error("the scope's label is empty; name what the pseudonym is for, such as \"account\"")]
    EmptyLabel,
    /// An asterisk in either.
    #[error("the scope contains `*`; a scope stands for one verifier and one purpose, name them in full")]
    Wildcard,
}

/// The secret that makes a credential the holder's own.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HolderSecret(Fr);

impl HolderSecret {
    /// A fresh secret.
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *entropy);
        Self::from_entropy(&entropy)
    }

    /// The secret of 32 bytes of entropy, such as a recovery phrase carries.
    ///
    /// # Panics
    /// If the hash of the entropy is 0 modulo r, which nobody can find an example of.
    pub fn from_entropy(entropy: &[u8; 32]) -> Self {
        Self::from_field(hash_to_field(SECRET_DST, &[entropy])).expect("a pre-image of zero was found")
    }

    /// The secret with this value; for stores and tests.
    pub fn from_field(secret: Fr) -> Result<Self, HolderSecretError> {
        if secret.is_zero() { Err(HolderSecretError::Zero) } else { Ok(Self(secret)) }
    }

    /// The value itself, for the witness. Whoever holds it is the holder.
    pub fn expose(&self) -> Fr {
        self.0
    }

    /// The key that the issuer signs into the credential.
    pub fn key(&self) -> HolderKey {
        HolderKey(poseidon::hash(&[self.0]))
    }

    /// The holder's one name within `scope`.
    pub fn pseudonym(&self, scope: &Scope) -> Pseudonym {
        Pseudonym(poseidon::hash(&[self.0, scope.0]))
    }
}

/// `Poseidon(secret)`, which the issuer learns and signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HolderKey(#[serde(with = "serde_hex")] pub Fr);

impl fmt::Display for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&field::to_hex(&self.0))
    }
}

/// What a pseudonym is for: one verifier and one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(#[serde(with = "serde_hex")] Fr);

impl Scope {
    /// The scope `label` of the verifier with the certified `identity`.
    pub fn derive(identity: &str, label: &str) -> Result<Self, ScopeError> {
        Self::under(SCOPE_DST, identity, label)
    }

    /// The scope `label` that several verifiers share under `identity`, each certified for it. Never the own scope of a
    /// verifier, whatever its identity.
    pub fn shared(identity: &str, label: &str) -> Result<Self, ScopeError> {
        Self::under(SHARED_SCOPE_DST, identity, label)
    }

    fn under(dst: &str, identity: &str, label: &str) -> Result<Self, ScopeError> {
        if identity.trim().is_empty() {
            return Err(ScopeError::EmptyIdentity);
        }
        if label.trim().is_empty() {
            return Err(ScopeError::EmptyLabel);
        }
        if identity.contains('*') || label.contains('*') {
            return Err(ScopeError::Wildcard);
        }
        Ok(Self(hash_to_field(dst, &[identity.as_bytes(), label.as_bytes()])))
    }

    /// A scope that nobody meets again, for presentations without a pseudonym.
    pub fn random(rng: &mut impl CryptoRngCore) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(hash_to_field("tacit/random-scope/v1", &[&bytes]))
    }

    /// A scope received on the wire. Whether it is the right one, the verifier decides by deriving it itself.
    pub fn from_field(scope: Fr) -> Self {
        Self(scope)
    }

    /// The public value.
    pub fn as_field(&self) -> Fr {
        self.0
    }
}

/// `Poseidon(secret, scope)`: the same for every presentation of one holder in one scope, and only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pseudonym(#[serde(with = "serde_hex")] Fr);

impl Pseudonym {
    /// A pseudonym received on the wire; the proof says whether it is the holder's.
    pub fn from_field(pseudonym: Fr) -> Self {
        Self(pseudonym)
    }

    /// The public value.
    pub fn as_field(&self) -> Fr {
        self.0
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&field::to_hex(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{AdditiveGroup, Field};
    use rand::SeedableRng;

    /// Secrets are never printed, never copied by accident, and erased when dropped.
    #[test]
    fn secrets_are_handled_as_such() {
        struct Probe<T>(std::marker::PhantomData<T>);
        trait Lacks {
            const DEBUG: bool = false;
            const COPY: bool = false;
        }
        impl<T> Lacks for Probe<T> {}
        impl<T: fmt::Debug> Probe<T> {
            const DEBUG: bool = true;
        }
        impl<T: Copy> Probe<T> {
            const COPY: bool = true;
        }
        fn erased<T: ZeroizeOnDrop>() -> bool {
            std::mem::needs_drop::<T>()
        }
        let lacks = |debug: bool, copy: bool| !debug && !copy;
        assert!(!lacks(Probe::<Scope>::DEBUG, Probe::<Scope>::COPY), "the probe can tell");
        assert!(lacks(Probe::<HolderSecret>::DEBUG, Probe::<HolderSecret>::COPY));
        assert!(erased::<HolderSecret>());
        #[cfg(feature = "issuing")]
        {
            use crate::eddsa::SecretKey;
            assert!(lacks(Probe::<SecretKey>::DEBUG, Probe::<SecretKey>::COPY));
            assert!(erased::<SecretKey>());
        }
        let mut secret = HolderSecret::from_entropy(&[1; 32]);
        secret.zeroize();
        assert!(secret.expose().is_zero());
    }

    #[test]
    fn key_and_pseudonym_are_the_hashes() {
        let secret = HolderSecret::from_field(-Fr::ONE).unwrap();
        assert_eq!(secret.expose(), -Fr::ONE);
        assert_eq!(secret.key().0, poseidon::hash(&[-Fr::ONE]));
        let scope = Scope::derive("shop.example", "account").unwrap();
        assert_eq!(secret.pseudonym(&scope).as_field(), poseidon::hash(&[-Fr::ONE, scope.as_field()]));
    }

    #[test]
    fn zero_is_refused() {
        assert_eq!(HolderSecret::from_field(Fr::ZERO).err(), Some(HolderSecretError::Zero));
    }

    #[test]
    fn entropy_determines_the_secret() {
        let a = HolderSecret::from_entropy(&[1; 32]);
        assert_eq!(a.expose(), HolderSecret::from_entropy(&[1; 32]).expose());
        assert_eq!(a.expose(), hash_to_field("tacit/holder-secret/v1", &[&[1; 32]]));
        assert_ne!(a.expose(), HolderSecret::from_entropy(&[2; 32]).expose());
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(3);
        assert_ne!(HolderSecret::generate(&mut rng).key(), HolderSecret::generate(&mut rng).key());
        assert_ne!(Scope::random(&mut rng), Scope::random(&mut rng));
    }

    /// Attack 17: a scope left out, an empty verifier identity, a wildcard.
    #[test]
    fn scopes_that_name_nobody_are_refused() {
        assert_eq!(Scope::derive("", "account"), Err(ScopeError::EmptyIdentity));
        assert_eq!(Scope::derive(" \t", "account"), Err(ScopeError::EmptyIdentity));
        assert_eq!(Scope::derive("shop.example", ""), Err(ScopeError::EmptyLabel));
        assert_eq!(Scope::derive("shop.example", "  "), Err(ScopeError::EmptyLabel));
        assert_eq!(Scope::derive("*", "account"), Err(ScopeError::Wildcard));
        assert_eq!(Scope::derive("*.example", "account"), Err(ScopeError::Wildcard));
        assert_eq!(Scope::derive("shop.example", "*"), Err(ScopeError::Wildcard));
        assert_eq!(Scope::shared("*", "account"), Err(ScopeError::Wildcard));
    }

    #[test]
    fn scopes_do_not_run_into_each_other() {
        let all = [("a", "bc"), ("ab", "c"), ("bc", "a"), ("a", "b")];
        let scopes: Vec<Scope> = all.iter().map(|(i, l)| Scope::derive(i, l).unwrap()).collect();
        for (i, a) in scopes.iter().enumerate() {
            assert!(!scopes[i + 1..].contains(a));
            assert!(all.iter().all(|(i, l)| Scope::shared(i, l).unwrap() != *a));
        }
    }

    #[test]
    fn text_round_trips_and_aliases_are_refused() {
        let key = HolderSecret::from_entropy(&[1; 32]).key();
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(json, format!("\"{key}\""));
        assert_eq!(serde_json::from_str::<HolderKey>(&json).unwrap(), key);
        // The pseudonym + r is another byte string for the same person.
        let alias = field::limbs_to_bytes(&{
            use ark_ff::{BigInteger, PrimeField};
            let mut sum = Fr::from(5u64).into_bigint();
            sum.add_with_carry(&Fr::MODULUS);
            sum
        });
        let json = format!("\"{}\"", hex::encode(alias));
        assert!(serde_json::from_str::<Pseudonym>(&json).is_err());
        assert!(serde_json::from_str::<Scope>(&json).is_err());
        assert!(serde_json::from_str::<HolderKey>(&json).is_err());
    }
}
