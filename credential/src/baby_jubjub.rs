//! Baby Jubjub, the twisted Edwards curve of circomlib over the BN254 scalar field, and its Montgomery form.
//!
//! Edwards: `168700·x² + y² = 1 + 168696·x²·y²`; `a` is a square and `d` is not, so that the addition is complete. Order 8·l with the prime
//! l = 2736030358979909402780800718157159386076813972158567259200215660948447373041 (251 bits); the base point B8 generates
//! the subgroup of order l. Montgomery: `v² = u³ + 168698·u² + u` with `u = (1 + y)/(1 − y)` and `v = u/x`; since
//! `4/(a − d) = 1` no factor stands before v². The identity and the point (0, −1) have no Montgomery coordinates.
//!
//! Encoding of a point: x then y, each as [`crate::field`] writes elements. Encoding of a scalar: 32 bytes,
//! little-endian, below l; a larger integer is refused.
//!
//! Not checked here: that a point lies in the subgroup. [`crate::eddsa::PublicKey`] checks it once, for issuer keys.
//!
//! Time: [`mul_base`] reads its whole table for every digit and branches on no bit of the scalar. What remains variable is
//! the conditional subtraction in `ark-ff`'s modular additions and multiplications, and the inversion when a point is brought to affine
//! form. Multiplication of other points (`ark-ec`'s `*`) is variable-time, and used on public values only.
//!
//! Source: EIP-2494; Bernstein, Birkner, Joye, Lange, Peters, "Twisted Edwards curves", 2008.

use crate::field::{FieldError, Fr, bytes_from_hex, limbs_from_bytes, limbs_to_bytes};
use crate::once::Once;
use alloc::boxed::Box;
use alloc::vec::Vec;
use ark_ec::twisted_edwards::{self, MontCurveConfig, TECurveConfig};
use ark_ec::{CurveConfig, CurveGroup};
use ark_ff::{BigInt, Field, Fp256, MontBackend, MontFp, PrimeField, Zero};
use subtle::{ConditionallySelectable, ConstantTimeEq};

// The derive asks for a feature `asm` of `ark-ff` as if it were ours.
#[allow(unexpected_cfgs)]
mod scalar {
    /// Constants of the field of scalars modulo l.
    #[derive(ark_ff::MontConfig)]
    #[modulus = "2736030358979909402780800718157159386076813972158567259200215660948447373041"]
    #[generator = "31"]
    pub struct ScalarConfig;
}
pub use scalar::ScalarConfig;

/// An integer modulo l, the order of the subgroup.
pub type Scalar = Fp256<MontBackend<ScalarConfig, 4>>;

/// The curve for `ark-ec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BabyJubjubConfig;

/// A point as (x, y). `Affine::new_unchecked` builds points off the curve: check with `is_on_curve`.
pub type Affine = twisted_edwards::Affine<BabyJubjubConfig>;
/// A point in extended coordinates.
pub type Projective = twisted_edwards::Projective<BabyJubjubConfig>;

/// Coefficient A of the Montgomery form `v² = u³ + A·u² + u`.
pub const MONTGOMERY_A: u64 = 168_698;

impl CurveConfig for BabyJubjubConfig {
    type BaseField = Fr;
    type ScalarField = Scalar;
    const COFACTOR: &'static [u64] = &[8];
    const COFACTOR_INV: Scalar =
        MontFp!("2394026564107420727433200628387514462817212225638746351800188703329891451411");
}

impl TECurveConfig for BabyJubjubConfig {
    const COEFF_A: Fr = MontFp!("168700");
    const COEFF_D: Fr = MontFp!("168696");
    const GENERATOR: Affine = Affine::new_unchecked(
        MontFp!("5299619240641551281634865583518297030282874472190772894086521144482721001553"),
        MontFp!("16950150798460657717958625567821834550301663161624707787222815936182638968203"),
    );
    type MontCurveConfig = Self;
}

impl MontCurveConfig for BabyJubjubConfig {
    const COEFF_A: Fr = MontFp!("168698");
    const COEFF_B: Fr = MontFp!("1");
    type TECurveConfig = Self;
}

/// The base point B8 of order l.
pub fn base8() -> Affine {
    BabyJubjubConfig::GENERATOR
}

/// l, the order of the subgroup.
pub fn subgroup_order() -> BigInt<4> {
    Scalar::MODULUS
}

/// Canonical bytes of a scalar, little-endian.
pub fn scalar_to_bytes(s: &Scalar) -> [u8; 32] {
    limbs_to_bytes(&s.into_bigint())
}

/// The scalar of 32 little-endian bytes; refuses an integer that is not below l.
pub fn scalar_from_bytes(bytes: &[u8; 32]) -> Result<Scalar, FieldError> {
    Scalar::from_bigint(limbs_from_bytes(bytes)).ok_or(FieldError::NotCanonical)
}

/// Montgomery coordinates `(u, v)`; none for the two points with x = 0.
pub fn to_montgomery(point: &Affine) -> Option<(Fr, Fr)> {
    // Both denominators vanish at x = 0 only: y = 1 implies it.
    let inverse = (point.x * (Fr::ONE - point.y)).inverse()?;
    let numerator = Fr::ONE + point.y;
    Some((numerator * point.x * inverse, numerator * inverse))
}

/// The point with Montgomery coordinates `(u, v)`: `x = u/v`, `y = (u − 1)/(u + 1)`. None if a denominator is zero, which on
/// the curve happens at (0, 0) alone, the image of (0, −1). Does not check that the coordinates lie on the curve.
pub fn from_montgomery(u: Fr, v: Fr) -> Option<Affine> {
    let inverse = (v * (u + Fr::ONE)).inverse()?;
    Some(Affine::new_unchecked(u * (u + Fr::ONE) * inverse, (u - Fr::ONE) * v * inverse))
}

/// Bits of a digit of the scalar in [`mul_base`].
const WINDOW: usize = 4;
const WINDOWS: usize = 63;

/// `s·B8`: one addition for each of 63 four-bit digits, from a table of all their multiples of B8 (64 KiB, made on first use).
pub fn mul_base(s: &Scalar) -> Projective {
    let table = base_table();
    let limbs = s.into_bigint().0;
    let mut sum = Projective::zero();
    for (i, row) in table.iter().enumerate() {
        let digit = limbs[i * WINDOW / 64] >> (i * WINDOW % 64) & ((1 << WINDOW) - 1);
        sum += select(row, digit);
    }
    sum
}

/// Row i holds `d·16ⁱ·B8` for d = 0..16.
fn base_table() -> &'static [[Affine; 1 << WINDOW]; WINDOWS] {
    static TABLE: Once<Box<[[Affine; 1 << WINDOW]; WINDOWS]>> = Once::new();
    TABLE.get_or_init(|| {
        let mut points = Vec::with_capacity(WINDOWS << WINDOW);
        let mut unit = Projective::from(base8());
        for _ in 0..WINDOWS {
            let mut multiple = Projective::zero();
            for _ in 0..1 << WINDOW {
                points.push(multiple);
                multiple += unit;
            }
            unit = multiple;
        }
        let points = Projective::normalize_batch(&points);
        let mut table = Box::new([[Affine::zero(); 1 << WINDOW]; WINDOWS]);
        for (row, points) in table.iter_mut().zip(points.chunks_exact(1 << WINDOW)) {
            row.copy_from_slice(points);
        }
        table
    })
}

/// Entry `digit` of the row, reading all of them.
fn select(row: &[Affine; 1 << WINDOW], digit: u64) -> Affine {
    let mut x = [0u64; 4];
    let mut y = [0u64; 4];
    for (index, entry) in (0u64..).zip(row) {
        let wanted = index.ct_eq(&digit);
        for i in 0..4 {
            x[i].conditional_assign(&entry.x.0.0[i], wanted);
            y[i].conditional_assign(&entry.y.0.0[i], wanted);
        }
    }
    // The limbs are in Montgomery form, as they were in the table.
    Affine::new_unchecked(Fr::new_unchecked(BigInt::new(x)), Fr::new_unchecked(BigInt::new(y)))
}

/// For `#[serde(with = "baby_jubjub::scalar_hex")]` on a [`Scalar`]: hexadecimal text, refused unless canonical.
pub mod scalar_hex {
    use alloc::string::String;

    use super::{Scalar, bytes_from_hex, scalar_from_bytes, scalar_to_bytes};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the bytes of [`scalar_to_bytes`] in hexadecimal.
    pub fn serialize<S: Serializer>(s: &Scalar, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(scalar_to_bytes(s)))
    }

    /// Reads what [`serialize`] writes.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        let text = String::deserialize(deserializer)?;
        bytes_from_hex(&text).and_then(|bytes| scalar_from_bytes(&bytes)).map_err(D::Error::custom)
    }
}

/// Points of order 8 and 4 for tests of what must be refused; their sum with a point of the subgroup lies outside it.
#[cfg(test)]
pub(crate) fn points_of_order_8_and_4() -> (Affine, Affine) {
    use ark_ec::{AdditiveGroup, AffineRepr};
    let eighth = (2u64..)
        .filter_map(|y| Affine::get_point_from_y_unchecked(Fr::from(y), false))
        .map(|point| point.mul_bigint(subgroup_order()))
        .find(|torsion| !torsion.double().double().is_zero())
        .expect("half of all points have a component of order 8");
    (eighth.into_affine(), eighth.double().into_affine())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::AffineRepr;
    use ark_ff::{AdditiveGroup, UniformRand};
    use rand::SeedableRng;

    fn rng() -> rand_chacha::ChaCha20Rng {
        rand_chacha::ChaCha20Rng::seed_from_u64(7)
    }

    #[test]
    fn base_point_and_coefficients() {
        assert!(base8().is_on_curve());
        assert!(!base8().is_zero());
        assert!(base8().mul_bigint(subgroup_order()).is_zero());
        assert!(base8().is_in_correct_subgroup_assuming_on_curve());
        assert_eq!(<BabyJubjubConfig as CurveConfig>::COFACTOR_INV * Scalar::from(8u64), Scalar::ONE);
        assert_eq!(Fr::from(MONTGOMERY_A), <BabyJubjubConfig as MontCurveConfig>::COEFF_A);
        let (a, d) = (<BabyJubjubConfig as TECurveConfig>::COEFF_A, BabyJubjubConfig::COEFF_D);
        assert_eq!((a + d).double() / (a - d), Fr::from(MONTGOMERY_A));
        assert_eq!(Fr::from(4u64) / (a - d), Fr::ONE);
        // Completeness: a is a square, d is not.
        assert!(a.legendre().is_qr());
        assert!(d.legendre().is_qnr());
    }

    #[test]
    fn fixed_base_equals_double_and_add() {
        let mut rng = rng();
        let edges = [0u64, 1, 2, 15, 16, 17, 255, 256].map(Scalar::from);
        let below = edges.map(|s| -s);
        let random: Vec<Scalar> = (0..50).map(|_| Scalar::rand(&mut rng)).collect();
        for s in edges.into_iter().chain(below).chain(random) {
            assert_eq!(mul_base(&s), base8() * s, "{s}");
        }
        assert!(mul_base(&Scalar::ZERO).is_zero());
        assert_eq!(mul_base(&-Scalar::ONE), -Projective::from(base8()));
    }

    #[test]
    fn montgomery_form_round_trips_and_satisfies_its_equation() {
        let mut rng = rng();
        let (eighth, fourth) = points_of_order_8_and_4();
        let mut points: Vec<Affine> =
            (0..20).map(|_| mul_base(&Scalar::rand(&mut rng)).into_affine()).collect();
        points.extend([eighth, fourth, base8(), (eighth + base8()).into_affine()]);
        for point in points {
            assert!(point.is_on_curve());
            let (u, v) = to_montgomery(&point).unwrap();
            assert_eq!(v.square(), u * u * u + Fr::from(MONTGOMERY_A) * u * u + u);
            assert_eq!(from_montgomery(u, v), Some(point));
        }
        assert_eq!(to_montgomery(&Affine::zero()), None);
        assert_eq!(to_montgomery(&Affine::new_unchecked(Fr::ZERO, -Fr::ONE)), None);
        assert_eq!(from_montgomery(Fr::ZERO, Fr::ZERO), None);
    }

    #[test]
    fn scalars_are_canonical() {
        let bytes = limbs_to_bytes(&subgroup_order());
        assert_eq!(scalar_from_bytes(&bytes), Err(FieldError::NotCanonical));
        assert_eq!(scalar_from_bytes(&[0xff; 32]), Err(FieldError::NotCanonical));
        for s in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE] {
            assert_eq!(scalar_from_bytes(&scalar_to_bytes(&s)), Ok(s));
        }
    }
}
