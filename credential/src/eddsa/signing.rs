//! The issuer's side: secret keys, and signing as circomlibjs does it (see the parent module for equations and timing).

use super::{PublicKey, Signature, challenge};
use crate::baby_jubjub::{Scalar, mul_base};
use crate::field::{self, Fr};
use ark_ec::CurveGroup;
use ark_ff::PrimeField;
use blake_hash::{Blake512, Digest};
use rand_core::CryptoRngCore;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// An issuer's signing key: the 32-byte seed, and what is derived from it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey {
    seed: [u8; 32],
    /// s mod l = 8a, with the cofactor in it.
    s: Scalar,
    /// The high half of the seed's hash.
    prefix: [u8; 32],
    #[zeroize(skip)]
    public: PublicKey,
}

impl SecretKey {
    /// A fresh key.
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self::from_seed(&seed)
    }

    /// The key of a seed, as circomlibjs and `@zk-kit/eddsa-poseidon` derive it.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut digest = Zeroizing::new([0; 64]);
        digest.copy_from_slice(&Blake512::digest(seed));
        digest[0] &= 0xf8;
        digest[31] &= 0x7f;
        digest[31] |= 0x40;
        let mut prefix = [0; 32];
        prefix.copy_from_slice(&digest[32..]);
        let s = Scalar::from_le_bytes_mod_order(&digest[..32]);
        // s as an integer is a multiple of 8, so s/8 mod l is the integer quotient mod l.
        let public = PublicKey(mul_base(&half_thrice(s)).into_affine());
        Self { seed: *seed, s, prefix, public }
    }

    /// The seed, for the issuer's key file.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The key that verifies.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// a with `A = a·B8`; for the proof of possession.
    pub(crate) fn scalar(&self) -> Scalar {
        half_thrice(self.s)
    }

    /// The secret prefix; for hedged nonces.
    pub(crate) fn prefix(&self) -> &[u8; 32] {
        &self.prefix
    }

    /// Signs a field element.
    pub fn sign(&self, message: Fr) -> Signature {
        let mut hasher = Blake512::new();
        hasher.update(self.prefix);
        hasher.update(field::to_bytes(&message));
        let mut digest = Zeroizing::new([0; 64]);
        digest.copy_from_slice(&hasher.finalize());
        let nonce = Zeroizing::new(Scalar::from_le_bytes_mod_order(&*digest));
        let r = mul_base(&nonce).into_affine();
        let h = challenge(&r, &self.public, message);
        let h = Scalar::from_le_bytes_mod_order(&field::to_bytes(&h));
        Signature { r, s: *nonce + h * self.s }
    }
}

/// s/8 mod l.
fn half_thrice(s: Scalar) -> Scalar {
    s * <crate::baby_jubjub::BabyJubjubConfig as ark_ec::CurveConfig>::COFACTOR_INV
}
