use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine, G2Projective, g1, g2};
use ark_ec::pairing::Pairing;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::{AffineRepr, CurveConfig, CurveGroup, PrimeGroup};
use ark_ff::{AdditiveGroup, PrimeField, UniformRand};
use ark_serialize::CanonicalSerialize;
use num_bigint::{BigInt as Integer, BigUint};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::Backend;
use crate::pairing::{Defect, ShortScalar, in_g2, product, products, read_g1, read_g2, scale};

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(11)
}

/// A point of the twist, outside G2 but for one in 2^254.
fn twist_point(rng: &mut impl Rng) -> G2Affine {
    loop {
        if let Some(point) = G2Affine::get_point_from_x_unchecked(Fq2::rand(rng), rng.r#gen()) {
            return point;
        }
    }
}

/// The prime factors of the cofactor `2p − r` below 2^64.
const SMALL: [u64; 3] = [10_069, 5_864_401, 1_875_725_156_269];

fn big(words: &[u64]) -> BigUint {
    BigUint::from_slice(&words.iter().flat_map(|w| [*w as u32, (*w >> 32) as u32]).collect::<Vec<_>>())
}

/// A point of order `order`, a prime factor of the cofactor.
fn of_order(order: u64, rng: &mut impl Rng) -> G2Affine {
    let cofactor = big(g2::Config::COFACTOR);
    assert_eq!(&cofactor % order, BigUint::ZERO);
    let rest = (cofactor / order).to_u64_digits();
    loop {
        let point = twist_point(rng).mul_bigint(Fr::MODULUS).mul_bigint(&rest).into_affine();
        if !point.is_zero() {
            assert!(point.mul_bigint([order]).into_affine().is_zero());
            return point;
        }
    }
}

/// Points on the twist, and whether they are in G2.
fn memberships() -> Vec<(G2Affine, bool)> {
    let mut rng = rng();
    let mut points = vec![(G2Affine::generator(), true), (G2Affine::identity(), true)];
    for order in SMALL {
        let small = of_order(order, &mut rng);
        let inside = G2Affine::rand(&mut rng);
        points.extend([(small, false), (inside, true), (-small, false)]);
        points.push(((small.into_group() + inside).into_affine(), false));
        points.push((small.mul_bigint([2]).into_affine(), false));
        points.push(((inside.into_group() - small).into_affine(), false));
    }
    for _ in 0..20 {
        points.extend([(twist_point(&mut rng), false), (G2Affine::rand(&mut rng), true)]);
        let of_cofactor = twist_point(&mut rng).mul_bigint(Fr::MODULUS).into_affine();
        points.extend([(of_cofactor, false), (-G2Affine::rand(&mut rng), true)]);
    }
    for &(point, inside) in &points {
        assert!(point.is_on_curve());
        assert_eq!(point.is_in_correct_subgroup_assuming_on_curve(), inside);
    }
    points
}

#[test]
fn members_of_g2() {
    let memberships = memberships();
    for backend in Backend::all() {
        // Every lane sees every point.
        for shift in 0..8 {
            let filled = vec![(G2Affine::generator(), true); shift];
            let all: Vec<_> = filled.into_iter().chain(memberships.iter().copied()).collect();
            let points: Vec<_> = all.iter().map(|(point, _)| *point).collect();
            let expected: Vec<_> = all.iter().map(|(_, inside)| *inside).collect();
            assert_eq!(in_g2(backend, &points), expected);
        }
    }
}

#[test]
fn products_name_points_outside_g2() {
    let mut rng = rng();
    let memberships = memberships();
    let pairs: Vec<_> = memberships.iter().map(|(point, _)| (G1Affine::rand(&mut rng), *point)).collect();
    let outside: Vec<_> = (0..pairs.len()).filter(|&i| !memberships[i].1).collect();
    for backend in Backend::all() {
        assert_eq!(product(backend, &pairs).unwrap_err().indices(), outside);
        for group in [1, 3, 8, 200] {
            let found = products(backend, &pairs, group);
            assert_eq!(found.outside, outside);
            // Other groups are as good as ever.
            for (k, (value, pairs)) in found.values.into_iter().zip(pairs.chunks(group)).enumerate() {
                if outside.iter().all(|i| i / group != k) {
                    let (p, q): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
                    assert_eq!(Bn254::final_exponentiation(value), Some(Bn254::multi_pairing(p, q)));
                }
            }
        }
    }
}

/// The degree of `6x + 2 + π − π² + π³`, its norm modulo `π² − tπ + p`, has no factor in common with the cofactor, and one r.
#[test]
fn membership_test_is_exact() {
    let x = Integer::from(4_965_661_367_192_848_881_u64);
    let p = Integer::from(big(&Fq::MODULUS.0));
    let trace = Integer::from(6) * &x * &x + 1;
    let mut power = [Integer::from(1), Integer::ZERO];
    let mut sum = [Integer::ZERO, Integer::ZERO];
    for coefficient in [Integer::from(6) * &x + 2, Integer::from(1), Integer::from(-1), Integer::from(1)] {
        sum = [&sum[0] + &coefficient * &power[0], &sum[1] + &coefficient * &power[1]];
        power = [-(&p * &power[1]), &power[0] + &trace * &power[1]];
    }
    let [a, b] = sum;
    let degree: Integer = &a * &a + &trace * &a * &b + &p * &b * &b;
    let r = Integer::from(big(&Fr::MODULUS.0));
    let cofactor = Integer::from(big(g2::Config::COFACTOR));
    assert_eq!(&cofactor, &(Integer::from(2) * &p - &r));
    let gcd = |mut a: Integer, mut b: Integer| {
        while b != Integer::ZERO {
            (a, b) = (b.clone(), a % b);
        }
        a
    };
    assert_eq!(gcd(degree.clone(), cofactor.clone()), Integer::from(1));
    assert_eq!(gcd(r.clone(), cofactor), Integer::from(1));
    assert_eq!(&degree % &r, Integer::ZERO);
}

fn bytes<const N: usize>(point: &impl CanonicalSerialize) -> [u8; N] {
    let mut bytes = Vec::new();
    point.serialize_compressed(&mut bytes).unwrap();
    bytes.try_into().unwrap()
}

fn plain(x: Fq) -> [u8; 32] {
    bytes(&x)
}

fn wide(x: Fq2) -> [u8; 64] {
    bytes(&x)
}

fn words(words: [u64; 4]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, word) in bytes.chunks_mut(8).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn flagged<const N: usize>(mut bytes: [u8; N], flags: u8) -> [u8; N] {
    bytes[N - 1] |= flags;
    bytes
}

/// Bytes of points of G1 and what they should give.
fn cases_g1() -> Vec<([u8; 32], Result<G1Affine, Defect>)> {
    let mut rng = rng();
    let mut cases = Vec::new();
    // Any abscissa: small ones, large ones, all ones in the low words.
    let largest = Fq::MODULUS.0;
    let mut abscissas: Vec<Fq> = (0..40).map(Fq::from).chain((1..40).map(|k| -Fq::from(k as u64))).collect();
    abscissas.extend((1..254).map(|k| Fq::from(2).pow_k(k)));
    abscissas.extend((0..40).map(|_| Fq::rand(&mut rng)));
    for x in abscissas {
        for (flag, larger) in [(0, false), (1 << 7, true)] {
            let point = G1Affine::get_point_from_x_unchecked(x, larger);
            cases.push((flagged(plain(x), flag), point.ok_or(Defect::OffCurve)));
        }
    }
    for k in 0..20 {
        let point = (G1Projective::generator() * Fr::from(k + 1)).into_affine();
        cases.push((bytes(&point), Ok(point)));
        cases.push((bytes(&-point), Ok(-point)));
    }
    let mut defects = vec![
        (flagged([0; 32], 1 << 6), Defect::Identity),
        (flagged([0; 32], 3 << 6), Defect::NotCanonical),
        (flagged(plain(Fq::from(1)), 1 << 6), Defect::NotCanonical),
        (flagged(plain(Fq::from(1)), 3 << 6), Defect::NotCanonical),
        (words(largest), Defect::NotCanonical),
        ([0xff; 32], Defect::NotCanonical),
        (flagged([0xff; 32].map(|b| b & 0x3f), 0), Defect::NotCanonical),
    ];
    for above in [1, 2, 3, u64::MAX - largest[0]] {
        defects.push((words([largest[0] + above, largest[1], largest[2], largest[3]]), Defect::NotCanonical));
        let larger = words([largest[0] + above, largest[1], largest[2], largest[3]]);
        defects.push((flagged(larger, 1 << 7), Defect::NotCanonical));
    }
    cases.extend(defects.into_iter().map(|(bytes, defect)| (bytes, Err(defect))));
    cases
}

trait Powers {
    fn pow_k(self, k: u64) -> Self;
}

impl Powers for Fq {
    fn pow_k(self, k: u64) -> Self {
        ark_ff::Field::pow(&self, [k])
    }
}

#[test]
fn points_of_g1_from_bytes() {
    let cases = cases_g1();
    let good = cases.iter().filter(|(_, result)| result.is_ok()).count();
    assert!(good > 300 && cases.len() - good > 300);
    for backend in Backend::all() {
        for shift in 0..8 {
            let cases: Vec<_> = cases[..shift].iter().chain(&cases).collect();
            let bytes: Vec<_> = cases.iter().map(|(bytes, _)| *bytes).collect();
            let expected: Vec<_> = cases.iter().map(|(_, result)| *result).collect();
            assert_eq!(read_g1(backend, &bytes), expected);
        }
        assert_eq!(read_g1(backend, &[]), []);
    }
}

#[test]
fn points_of_g2_from_bytes() {
    let mut rng = rng();
    let mut cases: Vec<([u8; 64], Result<G2Affine, Defect>)> = Vec::new();
    let coordinates =
        [Fq::ZERO, Fq::from(1), -Fq::from(1), -Fq::from(2), Fq::from(u64::MAX), Fq::from(1_u64 << 52)];
    let mut abscissas: Vec<Fq2> =
        coordinates.iter().flat_map(|&c0| coordinates.map(|c1| Fq2::new(c0, c1))).collect();
    abscissas.extend((0..60).map(|_| Fq2::rand(&mut rng)));
    for x in abscissas {
        for (flag, larger) in [(0, false), (1 << 7, true)] {
            let point = G2Affine::get_point_from_x_unchecked(x, larger);
            cases.push((flagged(wide(x), flag), point.ok_or(Defect::OffCurve)));
        }
    }
    for k in 0..20 {
        let point = (G2Projective::generator() * Fr::from(k + 1)).into_affine();
        cases.push((bytes(&point), Ok(point)));
        cases.push((bytes(&-point), Ok(-point)));
    }
    for order in SMALL {
        let point = of_order(order, &mut rng);
        cases.push((bytes(&point), Ok(point)));
    }
    let generator: [u8; 64] = bytes(&G2Affine::generator());
    for half in [0, 32] {
        let mut bytes = generator;
        bytes[half..half + 32].copy_from_slice(&words(Fq::MODULUS.0));
        cases.push((bytes, Err(Defect::NotCanonical)));
        bytes[half..half + 32].fill(0xff);
        cases.push((bytes, Err(Defect::NotCanonical)));
    }
    cases.push((flagged([0; 64], 1 << 6), Err(Defect::Identity)));
    cases.push((flagged([0; 64], 3 << 6), Err(Defect::NotCanonical)));
    // The flag of the identity beside the coordinates of another point, and in the first coordinate, where it is none.
    cases.push((flagged(generator.map(|b| b & 0x3f), 1 << 6), Err(Defect::NotCanonical)));
    let mut first = [0; 64];
    first[31] = 1 << 6;
    cases.push((first, Err(Defect::NotCanonical)));
    assert!(cases.iter().filter(|(_, result)| *result == Err(Defect::OffCurve)).count() > 30);
    for backend in Backend::all() {
        for shift in 0..8 {
            let cases: Vec<_> = cases[..shift].iter().chain(&cases).collect();
            let bytes: Vec<_> = cases.iter().map(|(bytes, _)| *bytes).collect();
            let expected: Vec<_> = cases.iter().map(|(_, result)| *result).collect();
            assert_eq!(read_g2(backend, &bytes), expected);
        }
    }
}

#[test]
fn points_times_short_scalars() {
    let mut rng = rng();
    let mut words = vec![0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, 0x8888_8888_8888_8888];
    words.extend([0x7777_7777_7777_7777, 0x0f0f_0f0f_0f0f_0f0f, 0xf0f0_f0f0_f0f0_f0f0]);
    let mut scalars: Vec<_> = words
        .iter()
        .flat_map(|&low| words.iter().map(move |&high| ShortScalar::from_words(low, high)))
        .collect();
    scalars.extend((0..101).map(|_| ShortScalar::from_words(rng.r#gen(), rng.r#gen())));
    let mut points: Vec<_> = scalars.iter().map(|_| G1Affine::rand(&mut rng)).collect();
    points[1] = G1Affine::generator();
    points[2] = -G1Affine::generator();
    points[11] = G1Affine::identity();
    points[13] = points[12];
    let expected: Vec<_> =
        points.iter().zip(&scalars).map(|(p, s)| (*p * s.to_field()).into_affine()).collect();
    for backend in Backend::all() {
        assert_eq!(scale(backend, &points, &scalars), expected);
        for count in 0..9 {
            assert_eq!(scale(backend, &points[..count], &scalars[..count]), expected[..count]);
        }
    }
}

/// What `ShortScalar`'s doc says of λ, and that it is the eigenvalue of φ.
#[test]
fn eigenvalue() {
    let (lambda, beta) = (g1::Config::LAMBDA, g1::Config::ENDO_COEFFS[0]);
    assert_eq!(lambda * lambda + lambda + Fr::from(1), Fr::ZERO);
    let point = G1Affine::rand(&mut rng());
    assert_eq!((point * lambda).into_affine(), G1Affine::new_unchecked(point.x * beta, point.y));
}
