//! G2 among the points of the twist.
//!
//! ψ, the Frobenius map carried over to the twist, satisfies `ψ² − tψ + p = 0` everywhere on it and is multiplication by p on
//! G2. So a point `Q` with `f(ψ)Q = 0` has `N·Q = 0`, where N is the norm of f in `Z[ψ]`; if `gcd(N, #E') = r`, then Q is of
//! order r, and since r² does not divide #E', it is of G2. The other way round, `f(p) ≡ 0 mod r` gives `f(ψ)Q = 0` on G2.
//! Two such f, both with that gcd (the tests compute it):
//!
//! * `f = (x + 1) + xψ + xψ² − 2xψ³`: one multiplication by the 63 bits of x; half of arkworks' test;
//! * `f = (6x + 2) + ψ − ψ² + ψ³`: its first three terms are what a Miller loop computes anyway ([`super::lines`]), which makes
//!   the test nearly free.
//!
//! It must be made for every point: the twist's cofactor has small factors (10069), so that a random combination of points
//! would hide one of such an order with a chance of 1 in 10069.
//!
//! Source: Dai, Lin, Zhao, Zhou, *Fast subgroup membership testings for G1, G2 and GT on pairing-friendly curves*, 2022/348.

use ark_bn254::{Bn254, Config, Fq2, G2Affine, G2Projective};
use ark_ec::bn::BnConfig;
use ark_ec::pairing::Pairing;
use ark_ff::AdditiveGroup;

const _: () = assert!(!Config::X_IS_NEGATIVE && Config::X.len() == 1);

/// Digits −1, 0, 1 of the curve's parameter x, the lowest first, no two neighbours of which are both not 0.
const X_DIGITS: [i8; 64] = digits(Config::X[0]);

const fn digits(x: u64) -> [i8; 64] {
    let (mut rest, mut out, mut i) = (x as u128, [0; 64], 0);
    while i < 64 {
        if rest & 1 == 1 {
            let digit = if rest & 2 == 0 { 1 } else { -1 };
            out[i] = digit;
            rest = if digit == 1 { rest - 1 } else { rest + 1 };
        }
        rest >>= 1;
        i += 1;
    }
    assert!(rest == 0);
    out
}

/// ψ of a coordinate pair, be it affine or the first two of three.
fn psi_coordinates(x: &Fq2, y: &Fq2) -> (Fq2, Fq2) {
    let conjugate = |z: &Fq2| Fq2::new(z.c0, -z.c1);
    (conjugate(x) * Config::TWIST_MUL_BY_Q_X, conjugate(y) * Config::TWIST_MUL_BY_Q_Y)
}

/// ψ of a point that is not the identity.
pub(crate) fn psi(q: &G2Affine) -> G2Affine {
    let (x, y) = psi_coordinates(&q.x, &q.y);
    G2Affine::new_unchecked(x, y)
}

fn psi_projective(q: &G2Projective) -> G2Projective {
    let (x, y) = psi_coordinates(&q.x, &q.y);
    G2Projective::new_unchecked(x, y, Fq2::new(q.z.c0, -q.z.c1))
}

/// Whether a point of the twist that is not the identity is of G2: the first test of the module's head.
pub(crate) fn contains(q: &G2Affine) -> bool {
    let (mut multiple, minus) = (<Bn254 as Pairing>::G2::ZERO, -*q);
    for digit in X_DIGITS.iter().rev() {
        multiple.double_in_place();
        match digit {
            1 => multiple += q,
            -1 => multiple += &minus,
            _ => {}
        }
    }
    let once = psi_projective(&multiple);
    let twice = psi_projective(&once);
    let thrice = psi_projective(&twice);
    multiple + q + once + twice == thrice.double()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Fq, Fr, g2};
    use ark_ec::short_weierstrass::SWCurveConfig;
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::{BigInteger, PrimeField, UniformRand};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use crate::curve::lines::{Walker, walk};

    struct Nobody;
    impl Walker for Nobody {
        fn square(&mut self) {}
        fn line(&mut self, _: usize, _: &Fq2, _: &Fq2) {}
    }

    /// Both tests, and that of arkworks.
    fn all(q: &G2Affine) -> [bool; 3] {
        let walked = walk(core::slice::from_ref(q), &mut Nobody).is_empty();
        [contains(q), walked, q.is_in_correct_subgroup_assuming_on_curve()]
    }

    fn on_twist(rng: &mut ChaCha20Rng) -> G2Affine {
        loop {
            let x = Fq2::new(Fq::rand(rng), Fq::rand(rng));
            if let Some(point) = G2Affine::get_point_from_x_unchecked(x, x.c0.into_bigint().is_odd()) {
                return point;
            }
        }
    }

    #[test]
    fn agrees_with_arkworks_inside_and_outside() {
        let mut rng = ChaCha20Rng::seed_from_u64(12);
        for _ in 0..24 {
            let outside = on_twist(&mut rng);
            assert_eq!(all(&outside), [false; 3]);
            let inside = (G2Affine::generator() * Fr::rand(&mut rng)).into_affine();
            assert_eq!(all(&inside), [true; 3]);
            // A point of G2 with something of another order beside it.
            let mixed = (outside * Fr::from(3) + inside).into_affine();
            assert_eq!(all(&mixed), [false; 3]);
        }
        assert_eq!(all(&G2Affine::generator()), [true; 3]);
        assert_eq!(all(&-G2Affine::generator()), [true; 3]);
    }

    /// Points of each small order that the cofactor has, alone and beside a point of G2; a walk meets exceptional additions there.
    #[test]
    fn points_of_small_order_are_outside() {
        let mut rng = ChaCha20Rng::seed_from_u64(13);
        // The cofactor 2p − r = 10069 · 5864401 · 1875725156269 · 1976…8909.
        for order in [10_069_u64, 5_864_401, 1_875_725_156_269] {
            let point = loop {
                let all_but_order = divided(g2_order(), order);
                let point = on_twist(&mut rng).mul_bigint(all_but_order).into_affine();
                if !point.is_zero() {
                    break point;
                }
            };
            assert!(point.mul_bigint([order]).into_affine().is_zero());
            for k in [1_u64, 2, 3, 17] {
                let multiple = point.mul_bigint([k]).into_affine();
                assert_eq!(all(&multiple), [false; 3], "order {order}");
                let beside = (multiple + G2Affine::generator()).into_affine();
                assert_eq!(all(&beside), [false; 3], "order {order}");
            }
        }
    }

    /// Eight limbs of r·(2p − r), the number of points of the twist.
    fn g2_order() -> [u64; 8] {
        let cofactor = <g2::Config as ark_ec::CurveConfig>::COFACTOR;
        let mut product = [0u64; 8];
        for (i, a) in Fr::MODULUS.0.iter().enumerate() {
            let mut carry = 0u128;
            for (j, b) in cofactor.iter().enumerate() {
                let sum = u128::from(product[i + j]) + u128::from(*a) * u128::from(*b) + carry;
                product[i + j] = sum as u64;
                carry = sum >> 64;
            }
            product[i + 4] = carry as u64;
        }
        product
    }

    fn divided(mut number: [u64; 8], divisor: u64) -> [u64; 8] {
        let mut rest = 0u128;
        for limb in number.iter_mut().rev() {
            let value = rest << 64 | u128::from(*limb);
            *limb = (value / u128::from(divisor)) as u64;
            rest = value % u128::from(divisor);
        }
        assert_eq!(rest, 0, "a divisor of the order");
        number
    }

    #[test]
    fn psi_is_multiplication_by_p_on_g2() {
        let q = (G2Affine::generator() * Fr::from(77)).into_affine();
        assert_eq!(psi(&q), q.mul_bigint(Fq::MODULUS).into_affine());
        assert_eq!(g2::Config::COEFF_A, Fq2::ZERO);
    }
}
