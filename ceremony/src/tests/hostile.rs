//! Everybody is the attacker: each change of a valid ceremony is refused, with the number of the bad contribution.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, UniformRand};
use tacit_formats::contribution::{Beacon, Source};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::{Contribution, Zkey, ZkeyParts};

use super::{ceremony, contributed, fixture, initial, name, quiet, rng, some_beacon};
use crate::phase1::Powers;
use crate::phase2::{ContributionFault as Fault, Initial, VerifyError, verify};

fn refusal(key: &Zkey, initial: &Initial) -> Option<VerifyError> {
    verify(&key.to_bytes(), initial, &mut rng(20)).err()
}

fn contribution(number: usize, fault: Fault) -> Option<VerifyError> {
    Some(VerifyError::Contribution { number, fault })
}

fn part(part: &'static str) -> Option<VerifyError> {
    Some(VerifyError::Initial { part })
}

fn all(parts: &mut ZkeyParts) -> &mut Vec<Contribution> {
    &mut parts.ceremony.as_mut().unwrap().contributions
}

fn changed(key: &Zkey, change: impl FnOnce(&mut ZkeyParts)) -> Zkey {
    let mut parts = key.clone().into_parts();
    change(&mut parts);
    Zkey::new(parts).unwrap()
}

fn twice<P: AffineRepr>(point: &mut P) {
    *point = (point.into_group() + *point).into();
}

/// A change of one contribution, and what it is refused for.
type Tampering = (fn(&mut Contribution), Fault);

#[test]
fn tampered_contributions_are_refused_by_number() {
    let initial = initial("tiny");
    let key = ceremony(initial.zkey(), 21);
    assert_eq!(refusal(&key, &initial), None);
    let cases: [Tampering; 9] = [
        (|one| twice(&mut one.delta_after), Fault::Delta),
        (|one| one.delta_after = -one.delta_after, Fault::Delta),
        (|one| twice(&mut one.s), Fault::Transcript),
        (|one| twice(&mut one.s_x), Fault::Transcript),
        (|one| core::mem::swap(&mut one.s, &mut one.s_x), Fault::Transcript),
        (|one| twice(&mut one.s_prime_x), Fault::Knowledge),
        (|one| one.s_prime_x = -one.s_prime_x, Fault::Knowledge),
        (|one| one.transcript[0] ^= 1, Fault::Transcript),
        (|one| one.transcript[63] ^= 128, Fault::Transcript),
    ];
    for number in 1..=4 {
        for (i, (change, fault)) in cases.iter().enumerate() {
            let tampered = changed(&key, |parts| change(&mut all(parts)[number - 1]));
            assert_eq!(refusal(&tampered, &initial), contribution(number, *fault), "{number}, case {i}");
        }
    }
}

#[test]
fn chains_with_other_links_are_refused_by_number() {
    let initial = initial("tiny");
    let key = ceremony(initial.zkey(), 22);
    let chain =
        |change: fn(&mut Vec<Contribution>)| refusal(&changed(&key, |parts| change(all(parts))), &initial);
    let transcript = |number| contribution(number, Fault::Transcript);
    // Left out.
    assert_eq!(chain(|all| drop(all.remove(0))), transcript(1));
    assert_eq!(chain(|all| drop(all.remove(1))), transcript(2));
    assert_eq!(chain(|all| drop(all.remove(2))), transcript(3));
    // Cut off.
    assert_eq!(chain(|all| all.truncate(3)), contribution(3, Fault::NotTheEnd));
    assert_eq!(chain(|all| all.truncate(1)), contribution(1, Fault::NotTheEnd));
    assert_eq!(chain(Vec::clear), Some(VerifyError::NobodyContributed));
    // Reordered.
    assert_eq!(chain(|all| all.swap(0, 1)), transcript(1));
    assert_eq!(chain(|all| all.swap(1, 2)), transcript(2));
    // Replayed.
    assert_eq!(chain(|all| all.insert(1, all[0].clone())), transcript(2));
    assert_eq!(chain(|all| all.insert(3, all[1].clone())), transcript(4));
    assert_eq!(chain(|all| all[2] = all[1].clone()), transcript(3));
    // After the end.
    assert_eq!(chain(|all| all.push(all[0].clone())), contribution(5, Fault::AfterBeacon));
    assert_eq!(chain(|all| all.push(all[3].clone())), contribution(5, Fault::AfterBeacon));

    // From another ceremony for the same circuit, and from one for another circuit.
    let mut other = ceremony(initial.zkey(), 23).into_parts();
    let foreign = all(&mut other)[1].clone();
    assert_eq!(refusal(&changed(&key, |parts| all(parts)[1] = foreign), &initial), transcript(2));
    let mut other = ceremony(super::initial("small").zkey(), 24).into_parts();
    let foreign = all(&mut other)[0].clone();
    assert_eq!(refusal(&changed(&key, |parts| all(parts)[0] = foreign), &initial), transcript(1));
}

/// A chain that goes on properly after a beacon: the last contributor knew what the beacon was.
#[test]
fn nothing_follows_a_beacon() {
    let initial = initial("tiny");
    let beacon = |key: Zkey| super::super::phase2::beacon(key, None, &some_beacon(), &quiet).unwrap().0;
    let disguised =
        |key: Zkey, number: usize| changed(&key, |parts| all(parts)[number - 1].source = Source::Secret);
    let truth = |key: Zkey, number: usize| {
        changed(&key, |parts| all(parts)[number - 1].source = Source::Beacon(some_beacon()))
    };
    let key = beacon(contributed(initial.zkey(), &["Ann"], 25));
    let more = contributed(&disguised(key.clone(), 2), &["Bo"], 26);
    // A beacon in disguise is a contribution like others; nobody can tell from the file.
    assert_eq!(refusal(&more, &initial), None);
    assert_eq!(refusal(&truth(more, 2), &initial), contribution(3, Fault::AfterBeacon));
    let second = beacon(disguised(key, 2));
    assert_eq!(refusal(&truth(second, 2), &initial), contribution(3, Fault::AfterBeacon));
}

#[test]
fn beacons_are_computed_again() {
    let initial = initial("tiny");
    let key = ceremony(initial.zkey(), 27);
    let with_source =
        |number: usize, source: Source| changed(&key, |parts| all(parts)[number - 1].source = source);
    let beacon = |exponent, hash: &[u8]| Source::Beacon(Beacon::new(exponent, hash).unwrap());
    for other in [beacon(10, &[1, 2, 4]), beacon(11, &[1, 2, 3]), beacon(10, &[1, 2])] {
        assert_eq!(refusal(&with_source(4, other), &initial), contribution(4, Fault::Beacon));
    }
    // A secret that is said to be a beacon.
    let claimed = contributed(initial.zkey(), &["Ann", "Bo"], 28);
    let claimed = changed(&claimed, |parts| all(parts)[1].source = Source::Beacon(some_beacon()));
    assert_eq!(refusal(&claimed, &initial), contribution(2, Fault::Beacon));
    // One that would take for ever.
    assert_eq!(refusal(&with_source(4, beacon(63, &[1])), &initial), contribution(4, Fault::Iterations(63)));
}

/// A contribution with a factor of choice, which the functions that contribute never take.
fn forced(key: &Zkey, factor: Fr, s: G1Affine, source: Source) -> Zkey {
    let times = |point: &mut G1Affine, factor: Fr| *point = (*point * factor).into_affine();
    changed(key, |parts| {
        let mut s_x = s;
        times(&mut s_x, factor);
        let mut hash = crate::blake2b::Blake2b::new();
        hash.update(&parts.ceremony.as_ref().unwrap().circuit_hash);
        hash.points(&[s, s_x]);
        let transcript = hash.finish();
        times(&mut parts.delta_g1, factor);
        parts.vk.delta_g2 = (parts.vk.delta_g2 * factor).into_affine();
        let inverse = factor.inverse().unwrap();
        parts.l.iter_mut().chain(&mut parts.h).for_each(|point| times(point, inverse));
        let s_prime_x = (crate::draw::hash_to_g2(&transcript) * factor).into_affine();
        let delta_after = parts.delta_g1;
        all(parts).push(Contribution { delta_after, s, s_x, s_prime_x, transcript, name: None, source });
    })
}

/// The only contribution is a beacon: everybody knows the trapdoor.
#[test]
fn beacons_alone_are_nobody() {
    let initial = initial("tiny");
    let mut draw = crate::draw::Draw::from_beacon(&some_beacon());
    let (factor, s) = (draw.scalar(), draw.g1());
    let alone = forced(initial.zkey(), factor, s, Source::Beacon(some_beacon()));
    assert_eq!(refusal(&alone, &initial), Some(VerifyError::NobodyContributed));
}

/// A contributor whose factor is one contributes nothing.
#[test]
fn idle_contributions_are_refused() {
    let initial = initial("tiny");
    let s = G1Affine::rand(&mut rng(39));
    assert_eq!(refusal(&forced(initial.zkey(), Fr::from(2), s, Source::Secret), &initial), None);
    let idle = forced(initial.zkey(), Fr::ONE, s, Source::Secret);
    assert_eq!(refusal(&idle, &initial), contribution(1, Fault::Idle));
}

#[test]
fn points_outside_the_transcript_are_refused() {
    let initial = initial("small");
    let key = ceremony(initial.zkey(), 30);
    let last = |fault| contribution(4, fault);
    let case = |change: &dyn Fn(&mut ZkeyParts)| refusal(&changed(&key, change), &initial);
    // δ without a contribution, however consistent.
    let x = Fr::rand(&mut rng(31));
    let scaled = |parts: &mut ZkeyParts| {
        let inverse = x.inverse().unwrap();
        parts.delta_g1 = (parts.delta_g1 * x).into_affine();
        parts.vk.delta_g2 = (parts.vk.delta_g2 * x).into_affine();
        for list in [&mut parts.l, &mut parts.h] {
            list.iter_mut().for_each(|point| *point = (*point * inverse).into_affine());
        }
    };
    assert_eq!(case(&scaled), last(Fault::NotTheEnd));
    assert_eq!(
        case(&|parts| parts.vk.delta_g2 = (parts.vk.delta_g2 * x).into_affine()),
        last(Fault::DeltaG2)
    );
    assert_eq!(case(&|parts| parts.delta_g1 = (parts.delta_g1 * x).into_affine()), last(Fault::NotTheEnd));
    // Each wire of L, each point of H.
    for i in 0..key.parts().l.len() {
        let absent = key.parts().l[i].is_zero();
        let change = move |parts: &mut ZkeyParts| {
            parts.l[i] = if absent { G1Affine::generator() } else { (parts.l[i] + parts.l[i]).into_affine() };
        };
        assert_eq!(case(&change), last(Fault::Points("L")), "wire {i}");
    }
    for i in 0..key.parts().h.len() {
        assert_eq!(case(&|parts| twice(&mut parts.h[i])), last(Fault::Points("H")), "{i}");
    }
    assert_eq!(case(&|parts| parts.l.swap(0, 1)), last(Fault::Points("L")));
    assert_eq!(case(&|parts| parts.h.swap(2, 3)), last(Fault::Points("H")));
    // Two changes of L that cancel in a plain sum.
    let opposite = |parts: &mut ZkeyParts| {
        parts.l[0] = (parts.l[0] + G1Affine::generator()).into_affine();
        parts.l[1] = (parts.l[1] - G1Affine::generator()).into_affine();
    };
    assert_eq!(case(&opposite), last(Fault::Points("L")));
}

#[test]
fn whatever_no_contribution_changes_is_compared() {
    let initial = initial("tiny");
    let key = ceremony(initial.zkey(), 32);
    let case = |change: &dyn Fn(&mut ZkeyParts)| refusal(&changed(&key, change), &initial);
    assert_eq!(case(&|parts| twice(&mut parts.vk.alpha_g1)), part("alpha"));
    assert_eq!(case(&|parts| twice(&mut parts.beta_g1)), part("beta"));
    assert_eq!(case(&|parts| twice(&mut parts.vk.beta_g2)), part("beta"));
    assert_eq!(case(&|parts| parts.vk.gamma_g2 = parts.vk.delta_g2), part("gamma"));
    assert_eq!(case(&|parts| parts.coefficients[1].value += Fr::ONE), part("the list of coefficients"));
    assert_eq!(case(&|parts| parts.coefficients.swap(0, 1)), part("the list of coefficients"));
    assert_eq!(case(&|parts| twice(&mut parts.vk.gamma_abc_g1[1])), part("the list of points IC"));
    assert_eq!(case(&|parts| twice(&mut parts.a[1])), part("the list of points A"));
    assert_eq!(case(&|parts| parts.b_g1[1] = G1Affine::generator()), part("the list of points B in G1"));
    assert_eq!(case(&|parts| parts.b_g2[1] = G2Affine::generator()), part("the list of points B in G2"));
    let hash = |parts: &mut ZkeyParts| parts.ceremony.as_mut().unwrap().circuit_hash[5] ^= 1;
    assert_eq!(case(&hash), part("the hash of the circuit"));
    assert_eq!(refusal(&key, &super::initial("small")), part("the number of wires"));
    // Another ceremony's powers.
    let own = crate::phase1::development(tacit_formats::ptau::Power::new(3).unwrap(), &mut rng(33), &quiet);
    let own = own.unwrap().to_bytes();
    let powers = Powers::check(&own, &mut rng(33), &quiet).unwrap();
    let other = Initial::compute(&super::circuit("tiny"), &powers, &quiet).unwrap();
    assert_eq!(refusal(&ceremony(other.zkey(), 34), &initial), part("alpha"));
}

/// A key does not tell C. A ceremony for a circuit of other C, dressed up in everything that the key does tell, is refused for L.
#[test]
fn another_c_is_refused() {
    let honest = initial("tiny");
    let mut bytes = fixture("tiny.r1cs");
    let circuit = super::circuit("tiny");
    let (mut evil, mut at) = (None, bytes.len());
    let private = |circuit: &CircomR1cs| -> Vec<tacit_formats::r1cs::Term> {
        let c = circuit.constraints().flat_map(|[_, _, c]| c.to_vec());
        c.filter(|(wire, _)| *wire as usize > circuit.num_public()).collect()
    };
    // Some coefficient of C of a private wire, found by trying: A and B stay as they are.
    while evil.is_none() {
        at -= 1;
        bytes[at] ^= 1;
        if let Ok(other) = CircomR1cs::from_bytes(&bytes) {
            let same = |[a, b, _]: [&[tacit_formats::r1cs::Term]; 3], [x, y, _]: [&[_]; 3]| a == x && b == y;
            let alike = other.constraints().count() == circuit.constraints().count()
                && other.constraints().zip(circuit.constraints()).all(|(one, two)| same(one, two));
            if alike && private(&other) != private(&circuit) {
                evil = Some(other);
            }
        }
        bytes[at] ^= 1;
    }
    let ptau = fixture("tiny.ptau");
    let powers = Powers::check(&ptau, &mut rng(35), &quiet).unwrap();
    let evil = Initial::compute(&evil.unwrap(), &powers, &quiet).unwrap();
    let disguised = changed(evil.zkey(), |parts| {
        let start = honest.zkey().parts();
        parts.vk.gamma_abc_g1.clone_from(&start.vk.gamma_abc_g1);
        parts.ceremony.clone_from(&start.ceremony);
    });
    let differs = disguised.parts().l != honest.zkey().parts().l;
    let refused = refusal(&ceremony(&disguised, 36), &honest);
    assert!(differs, "the change is one of a private wire");
    assert_eq!(refused, contribution(4, Fault::Points("L")));
}

/// Names are in no hash: whoever passes a file on can change them, and only hashes identify.
#[test]
fn names_bind_nobody() {
    let initial = initial("tiny");
    let key = changed(&ceremony(initial.zkey(), 37), |parts| all(parts)[0].name = name("Zoe"));
    assert_eq!(refusal(&key, &initial), None);
}
