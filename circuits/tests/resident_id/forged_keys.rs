//! Three assignments that satisfy the circuit without any signature, each with a key that must never be listed.
//!
//! They document why the trust operator checks curve, order and possession of every key (`tacit_credential::eddsa::PublicKey`,
//! `tacit_credential::possession`): the circuit relies on it and does not check it again. In each the forger invents person and attributes.

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField, UniformRand, Zero};
use tacit_circuits::gadgets::origin::origin;
use tacit_credential::attributes::{EncodedAttributes, PackedFields};
use tacit_credential::baby_jubjub::{
    Affine, MONTGOMERY_A, Projective, Scalar, from_montgomery, mul_base, subgroup_order, to_montgomery,
};
use tacit_credential::eddsa::PublicKey;
use tacit_credential::{Fr, poseidon};
use tacit_r1cs::Assigner;

use crate::common::{Pair, circuit, failing, rng};

/// A statement about an invented person under a given key, lacking only a signature.
fn invented(key: &Affine) -> Pair {
    let mut pair = Pair::honest(7);
    let rng = &mut rng(99);
    pair.witness.holder_secret = Fr::rand(rng);
    pair.witness.attributes.holder_key = poseidon::hash(&[pair.witness.holder_secret]);
    pair.witness.attributes.number = Fr::rand(rng);
    (pair.witness.issuer_x, pair.witness.issuer_y) = (key.x, key.y);
    pair.list();
    pair.disclose();
    pair
}

fn with_signature(pair: &mut Pair, r: Affine, s: Scalar) {
    pair.witness.signature_r = (r.x, r.y);
    pair.witness.signature_s = s.into_bigint();
}

fn decimal(text: &str) -> Fr {
    text.parse().unwrap()
}

/// A point of order 8.
fn eighth() -> Affine {
    (2u64..)
        .filter_map(|y| Affine::get_point_from_y_unchecked(Fr::from(y), false))
        .map(|point| point.mul_bigint(subgroup_order()).into_affine())
        .find(|point| !point.mul_bigint([4u64]).is_zero())
        .unwrap()
}

/// Attack 4. A of order 8: 4A has v = 0, all signs of the chain are free, and any (R, S) with R = S·B passes.
#[test]
fn a_key_of_order_eight_signs_everything() {
    let key = eighth();
    assert!(key.is_on_curve() && !key.mul_bigint([4u64]).is_zero() && key.mul_bigint([8u64]).is_zero());
    assert!(PublicKey::new(key.x, key.y).is_err(), "the check that keeps it out");
    let mut pair = invented(&key);
    let s = Scalar::rand(&mut rng(1));
    with_signature(&mut pair, mul_base(&s).into_affine(), s);
    assert!(pair.is_satisfied(), "forged");
}

/// Of order 4: 2A has order 2 and cannot be doubled. Of order 2 and the identity: no Montgomery form, or 2A = O.
#[test]
fn keys_of_order_four_two_and_one_sign_nothing() {
    let fourth = (eighth() + eighth()).into_affine();
    let second = Affine::new_unchecked(Fr::ZERO, -Fr::ONE);
    for key in [fourth, second, Affine::zero()] {
        assert!(key.is_on_curve());
        assert!(PublicKey::new(key.x, key.y).is_err());
        let mut pair = invented(&key);
        let s = Scalar::rand(&mut rng(1));
        with_signature(&mut pair, mul_base(&s).into_affine(), s);
        assert!(pair.failing().contains("issued: key"), "{:?}", pair.failing());
    }
}

/// Affine additions on whatever curve the points are on, as the circuit's chain does them.
fn add(p: (Fr, Fr), q: (Fr, Fr)) -> (Fr, Fr) {
    let slope = (q.1 - p.1) / (q.0 - p.0);
    on_line(p, q.0, slope)
}

fn on_line(p: (Fr, Fr), other_u: Fr, slope: Fr) -> (Fr, Fr) {
    let u = slope * slope - Fr::from(MONTGOMERY_A) - p.0 - other_u;
    (u, slope * (p.0 - u) - p.1)
}

fn double_and_add(p: (Fr, Fr), q: (Fr, Fr)) -> (Fr, Fr) {
    let first = (p.1 - q.1) / (p.0 - q.0);
    let middle_u = first * first - Fr::from(MONTGOMERY_A) - p.0 - q.0;
    on_line(p, middle_u, p.1.double() / (p.0 - middle_u) - first)
}

fn double(p: (Fr, Fr)) -> (Fr, Fr) {
    let slope = (p.0 * p.0 * Fr::from(3u64) + p.0 * Fr::from(2 * MONTGOMERY_A) + Fr::ONE) / p.1.double();
    on_line(p, p.0, slope)
}

/// The chain of `8h·A` for Q = 4A.
fn chain(q: (Fr, Fr), h: Fr) -> (Fr, Fr) {
    let n = h.into_bigint();
    let half = BigInt::<4>::one() << 253u32;
    let weight: BigInt<4> = {
        let mut order = subgroup_order() << 3u32;
        ark_ff::BigInteger::add_with_carry(&mut order, &BigInt::one());
        ark_ff::BigInteger::sub_with_borrow(&mut order, &half);
        order
    };
    let mut low = n;
    let top = n < half;
    if !top {
        ark_ff::BigInteger::sub_with_borrow(&mut low, &weight);
    }
    let sign = |plus: bool| if plus { q } else { (q.0, -q.1) };
    let start = origin() * Scalar::from(2u64).pow([127]).inverse().unwrap();
    let mut point = double_and_add(to_montgomery(&start.into_affine()).unwrap(), sign(top));
    for j in (0..253).rev() {
        point = double_and_add(point, sign(ark_ff::BigInteger::get_bit(&low, j)));
    }
    add(point, sign(!top))
}

/// `2^127 U + S·B`.
fn fixed(s: Scalar) -> (Fr, Fr) {
    let point: Projective = origin() * Scalar::from(2u64).pow([127]) + mul_base(&s);
    to_montgomery(&point.into_affine()).unwrap()
}

/// Attack 4. A off the curve, chosen so that 4A = Q has order 3 on the curve through Q and the chain's start that shares the
/// addition formulas (they do not know the coefficient of u, nor the constant): the chain takes three values for all h.
#[test]
fn a_key_off_the_curve_signs_everything() {
    let key = Affine::new_unchecked(
        decimal("8800265776328874038996749607993638328892327886268503814290379708106489476050"),
        decimal("12585401011793614480969447132512535414507915296205487044360089011509507721655"),
    );
    assert!(!key.is_on_curve());
    assert!(PublicKey::new(key.x, key.y).is_err(), "the check that keeps it out");
    let q = double(double(to_montgomery(&key).unwrap()));
    let mut pair = invented(&key);
    let message = pair.witness.attributes.hash();

    let mut values: Vec<(Fr, Fr)> = Vec::new();
    let rng = &mut rng(2);
    for _ in 0..20 {
        let value = chain(q, Fr::rand(rng));
        if !values.contains(&value) {
            values.push(value);
        }
    }
    assert_eq!(values.len(), 3);
    // Guess the chain's value, compute R and h from it, and see whether the guess was right: one in three is.
    let (r, s) = (0..100)
        .find_map(|_| {
            let s = Scalar::rand(rng);
            values.iter().find_map(|&value| {
                let (u, v) = add(fixed(s), (value.0, -value.1));
                let r = from_montgomery(u, v)?;
                let h = poseidon::hash(&[r.x, r.y, key.x, key.y, message]);
                (chain(q, h) == value).then_some((r, s))
            })
        })
        .expect("a guess in three is right");
    with_signature(&mut pair, r, s);
    assert!(pair.is_satisfied(), "forged");
}

/// A = 2^-129 · U: on the curve, of order l, accepted by every check of a key but the proof of possession, which nobody can give.
///
/// 4A is the very start of the chain, so that the first addition is P + P and its slope free. The slope of the tangent on a
/// neighbouring curve, on which Q has order 61, makes the chain take 60 values; S, the extras and R were then searched for
/// until h fitted (241 hashes after the 61st division polynomial's roots, 14 s). The constants are the result.
#[test]
fn a_key_without_proof_of_possession_signs_everything() {
    let key = (origin() * Scalar::from(2u64).pow([129]).inverse().unwrap()).into_affine();
    assert!(
        PublicKey::new(key.x, key.y).is_ok(),
        "curve and order are right: these checks do not keep it out"
    );

    let mut pair = invented(&key);
    let secret = decimal("4169589077753528923791949454911471518158218369116103514247142030040161217242");
    pair.witness.holder_secret = secret;
    pair.witness.attributes = EncodedAttributes {
        holder_key: poseidon::hash(&[secret]),
        number: decimal("6746370849207363212488234977710675099481241408307894780754262041936137870041"),
        name: decimal("12425478015547545109462154810129923919861180323332715846813038055246916549839"),
        fields: PackedFields { birth: 32_111, expiry: 47_906, region: 440_305, sex: 2, index: 54_988_407 },
        extras: decimal("1082316293537030772910419316492631170787627191369197933281133212176913533387"),
    };
    let place = (pair.witness.attributes.fields.index % 252) as usize;
    pair.witness.status_word[place / 64] &= !(1 << (place % 64));
    pair.public.word.born_from = 0;
    pair.public.word.today = 46_000;
    pair.list();
    pair.disclose();
    let r = Affine::new_unchecked(
        decimal("3067557564155505097203000671490116670657188163526860225285662898084005278616"),
        decimal("10163572375795948735839405247425977263317308211462297369932080812838578051827"),
    );
    let s = "775310562180636993004051065717724620732385181559356163349082066937559709317";
    with_signature(&mut pair, r, s.parse().unwrap());
    assert!(!pair.is_satisfied(), "with the hint's slope, zero");

    // The slope of the first step: one square, then per step y, slope.
    let first = (2..circuit().num_wires()).find(|&i| circuit().clause_of_wire(i) == "issued: 8h·A").unwrap();
    let slope = decimal("21169181001585490246822015747958097749321763195594765475599968522040921829112");
    let forged = pair.assign_with(Assigner::new().with_override(first + 2, slope));
    assert_eq!(failing(circuit(), &forged).len(), 0, "forged");
}
