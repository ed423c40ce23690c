//! Multiples of the base point and of a key, at the edges of their scalars.

use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field, PrimeField, UniformRand};
use tacit_circuits::gadgets::fixed_base::{self, SignedBits};
use tacit_circuits::gadgets::montgomery::MontgomeryVar;
use tacit_circuits::gadgets::origin::{TAG, origin};
use tacit_circuits::gadgets::variable_base;
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{
    Affine, MONTGOMERY_A, Projective, Scalar, base8, mul_base, subgroup_order, to_montgomery,
};
use tacit_credential::field::hash_to_field;
use tacit_r1cs::ConstraintSystem;

use crate::common::rng;
use crate::tested::{Gadget, Tested};

type Integer = BigInt<4>;

struct FixedBase(SignedBits);

impl Gadget for FixedBase {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, _: &[CS::Num]) -> Vec<CS::Num> {
        let point = fixed_base::multiply(cs, |_| self.0);
        vec![point.u, point.v]
    }
}

/// Inputs: Q and h.
struct VariableBase(Integer);

impl Gadget for VariableBase {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, inputs: &[CS::Num]) -> Vec<CS::Num> {
        let q = MontgomeryVar { u: inputs[0].clone(), v: inputs[1].clone() };
        let multiple = variable_base::multiply(cs, &q, |_| self.0).finish(cs);
        multiple.enforce_scalar(cs, &inputs[2]);
        let point = multiple.point();
        vec![point.u.clone(), point.v.clone()]
    }
}

fn integer(x: u64) -> Integer {
    Integer::from(x)
}

fn plus(a: Integer, b: Integer) -> Integer {
    let mut sum = a;
    assert!(!sum.add_with_carry(&b));
    sum
}

fn minus(a: Integer, b: Integer) -> Integer {
    let mut difference = a;
    assert!(!difference.sub_with_borrow(&b));
    difference
}

fn modulo_l(n: Integer) -> Scalar {
    Scalar::from_le_bytes_mod_order(&n.to_bytes_le())
}

fn modulo_r(n: Integer) -> Fr {
    Fr::from_le_bytes_mod_order(&n.to_bytes_le())
}

fn montgomery(point: Projective) -> [Fr; 2] {
    to_montgomery(&point.into_affine()).unwrap().into()
}

/// `2^127 U`.
fn carried() -> Projective {
    origin() * Scalar::from(2u64).pow([127])
}

#[test]
fn fixed_base_in_every_representation() {
    let l = subgroup_order();
    let power = integer(1) << 251;
    let mut scalars = vec![integer(0), integer(1), integer(2), minus(l, integer(1)), minus(l, integer(2))];
    let rng = &mut rng(3);
    scalars.extend((0..4).map(|_| Scalar::rand(rng).into_bigint()));
    let mut representations = 0;
    for s in scalars {
        let expected = montgomery(carried() + mul_base(&modulo_l(s)));
        // S + l, S, S − l, S − 2l, as far as odd and between ±2^251.
        let shifts = [(plus(s, l), 0), (s, 0), (s, 1), (s, 2)];
        let mut own = 0;
        for (s, times) in shifts {
            let mut taken = integer(0);
            (0..times).for_each(|_| taken = plus(taken, l));
            let is_odd = s.is_odd() ^ taken.is_odd();
            let in_range = s < plus(power, taken) && taken < plus(power, s);
            if is_odd && in_range {
                let gadget = FixedBase(SignedBits::of_shifted(&s, times));
                let tested = Tested::new(&gadget, &[], &expected);
                assert_eq!(tested.constraints(), 504);
                assert!(tested.satisfied(), "{s} less {times} l");
                own += 1;
            }
        }
        assert!(own >= 1);
        representations += own;
        assert!(Tested::new(&FixedBase(SignedBits::of_scalar(&s)), &[], &expected).satisfied());
    }
    assert!(representations > 9, "some scalars have two representations");
}

/// S from l on has no honest digits: assigning them gives another multiple, as the native check refuses S.
#[test]
fn fixed_base_of_a_scalar_that_is_not_canonical() {
    let l = subgroup_order();
    for s in [l, plus(l, integer(5)), plus(l, l), Integer::new([u64::MAX; 4])] {
        let expected = montgomery(carried() + mul_base(&modulo_l(s)));
        assert!(!Tested::new(&FixedBase(SignedBits::of_scalar(&s)), &[], &expected).satisfied());
    }
}

#[test]
fn fixed_base_every_wire_matters() {
    let s = Scalar::rand(&mut rng(4)).into_bigint();
    let expected = montgomery(carried() + mul_base(&modulo_l(s)));
    Tested::new(&FixedBase(SignedBits::of_scalar(&s)), &[], &expected).every_wire_matters(&[]);
}

fn key() -> Projective {
    mul_base(&Scalar::rand(&mut rng(5)))
}

/// The gadget's inputs for Q and a claimed h, and its outputs for N.
fn chain(q: Projective, n: Integer, h: Fr) -> ([Fr; 3], [Fr; 2]) {
    let [u, v] = montgomery(q);
    ([u, v, h], montgomery(carried() + q * (modulo_l(n) + modulo_l(n))))
}

fn is_satisfied(q: Projective, n: Integer, h: Fr) -> bool {
    let (inputs, outputs) = chain(q, n, h);
    Tested::new(&VariableBase(n), &inputs, &outputs).satisfied()
}

#[test]
fn variable_base_at_the_edges() {
    let (l, r) = (subgroup_order(), Fr::MODULUS);
    let (order, half, one) = (l << 3, integer(1) << 253, integer(1));
    let top_weight = plus(minus(order, half), one);
    let mut numbers = vec![
        integer(0),
        one,
        minus(r, one),
        r,
        order,
        half,
        minus(half, one),
        plus(half, one),
        top_weight,
        l,
        minus(l, one),
    ];
    let rng = &mut rng(6);
    numbers.extend((0..5).map(|_| Fr::rand(rng).into_bigint()));
    for n in numbers {
        let (inputs, outputs) = chain(key(), n, modulo_r(n));
        let gadget = VariableBase(n);
        let tested = Tested::new(&gadget, &inputs, &outputs);
        assert_eq!(tested.constraints(), 1 + 254 * 6 + 3 + 1);
        assert!(tested.satisfied(), "{n}");
        assert!(!is_satisfied(key(), n, modulo_r(n) + Fr::ONE), "{n} is no other h");
    }
}

/// Attack 1: N + r stands for the same h only up to 8l − r; N + l, the same multiple, never does.
#[test]
fn variable_base_aliases() {
    let (l, r) = (subgroup_order(), Fr::MODULUS);
    let slack = minus(l << 3, r);
    assert!(slack.num_bits() == 126, "8l − r is below 2^126");
    for h in [integer(0), integer(1), slack] {
        assert!(is_satisfied(key(), h, modulo_r(h)));
        assert!(is_satisfied(key(), plus(h, r), modulo_r(h)), "two N for an h that no hash meets");
    }
    for h in [plus(slack, integer(1)), plus(slack, integer(77)), Fr::rand(&mut rng(8)).into_bigint()] {
        assert!(is_satisfied(key(), h, modulo_r(h)));
        assert!(!is_satisfied(key(), plus(h, r), modulo_r(h)), "{h}");
        assert!(!is_satisfied(key(), plus(h, l), modulo_r(h)), "{h} + l");
    }
}

/// Changes of single wires over the chain; with each digit as a malicious hint.
#[test]
fn variable_base_every_wire_matters() {
    let n = Fr::rand(&mut rng(9)).into_bigint();
    let (inputs, outputs) = chain(key(), n, modulo_r(n));
    let gadget = VariableBase(n);
    let tested = Tested::new(&gadget, &inputs, &outputs);
    let honest = tested.assign(&[]);
    assert!(tested.r1cs.is_satisfied(&honest));
    assert!(crate::common::audit::loose_wires(&tested.r1cs, &honest).is_empty());
    for wire in tested.first_wire()..tested.r1cs.num_wires() {
        let lie = -honest.as_slice()[wire];
        assert!(!tested.satisfied_with(&[(wire, lie)]), "wire {wire}");
    }
}

/// With `Q.v = 0`, which a key of order 8 gives, every h is accepted: why listed keys are checked.
#[test]
fn a_base_of_order_two_binds_nothing() {
    let outputs = montgomery(carried());
    for (n, h) in [(integer(5), Fr::from(6u64)), (integer(0), Fr::from(9u64)), (integer(77), -Fr::ONE)] {
        let inputs = [Fr::ZERO, Fr::ZERO, h];
        assert!(Tested::new(&VariableBase(n), &inputs, &outputs).satisfied());
    }
}

/// U from its definition with affine additions, and its coordinates pinned.
#[test]
fn origin_is_the_hash_that_it_claims_to_be() {
    let a = Fr::from(MONTGOMERY_A);
    let (u, v) = (0u64..)
        .find_map(|counter| {
            let u = hash_to_field("tacit/chain-origin/v1", &[&counter.to_be_bytes()]);
            let v = (u * u * u + a * u * u + u).sqrt()?;
            let odd = v.into_bigint().is_odd();
            Some((u, if odd { -v } else { v }))
        })
        .unwrap();
    assert_eq!(TAG, "tacit/chain-origin/v1");
    assert!(v.into_bigint().is_even());
    let double = |(u, v): (Fr, Fr)| {
        let slope = (u * u * Fr::from(3u64) + a * u.double() + Fr::ONE) / v.double();
        let third = slope * slope - a - u.double();
        (third, slope * (u - third) - v)
    };
    let eight_times = double(double(double((u, v))));
    assert_eq!(to_montgomery(&origin()), Some(eight_times));
    let pinned: [Fr; 2] = [
        "11137095389542040924382243550013016131535523453095926355455704234933382750918".parse().unwrap(),
        "12349214747801736504605246250234057960617660269088995511364607923182001019730".parse().unwrap(),
    ];
    assert_eq!([eight_times.0, eight_times.1], pinned);
    let point: Affine = origin();
    assert!(point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve());
    assert!(![base8(), -base8()].contains(&point));
}
