//! Powers of snarkjs are accepted, ours are too, and every change is noticed.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::CurveGroup;
use ark_ff::UniformRand;
use tacit_formats::contribution::{ContributorName, Source};
use tacit_formats::ptau::{Power, Ptau, PtauParts};

use super::{fixture, name, quiet, rng, some_beacon};
use crate::phase1::{
    DEVELOPMENT, MakeError, Powers, PowersDigest, PowersError, ProofFault, beacon, contribute, development,
    new, prepare,
};

fn check(bytes: &[u8]) -> Result<(), PowersError> {
    Powers::check(bytes, &mut rng(2), &quiet).map(drop)
}

#[test]
fn powers_of_snarkjs_are_accepted() {
    for file in ["tiny.ptau", "small.ptau", "tiny.unprepared.ptau", "small.unprepared.ptau"] {
        let bytes = fixture(file);
        let powers = Powers::check(&bytes, &mut rng(2), &quiet).unwrap();
        let names: Vec<Option<&str>> =
            powers.contributions().iter().map(|one| one.name.as_ref().map(ContributorName::as_str)).collect();
        assert_eq!(names, [Some("first"), None, Some("beacon")]);
        assert!(!powers.is_development());
        assert!(Powers::known(&bytes, &powers.digest()).is_ok());
        let other = PowersDigest([0; 64]);
        assert_eq!(Powers::known(&bytes, &other).map(drop), Err(PowersError::OtherDigest));
    }
}

/// The Lagrange bases that snarkjs computed, point for point.
#[test]
fn prepared_as_snarkjs_prepares() {
    for circuit in ["tiny", "small"] {
        let unprepared = Ptau::from_bytes(&fixture(&format!("{circuit}.unprepared.ptau"))).unwrap();
        let prepared = prepare(unprepared, &quiet).unwrap();
        assert!(prepared.to_bytes() == fixture(&format!("{circuit}.ptau")));
    }
}

#[test]
fn powers_of_our_own() {
    let power = Power::new(3).unwrap();
    let start = new(power).unwrap();
    assert_eq!(check(&start.to_bytes()), Err(PowersError::Empty));
    let mut rng = rng(3);
    let (one, first) = contribute(start.clone(), name("Ann"), b"typed", &mut rng, &quiet).unwrap();
    let (two, second) = contribute(one, None, b"", &mut rng, &quiet).unwrap();
    let (three, third) = beacon(two, name("beacon"), &some_beacon(), &quiet).unwrap();
    let bytes = prepare(three, &quiet).unwrap().to_bytes();
    let powers = Powers::check(&bytes, &mut rng, &quiet).unwrap();
    let hashes: Vec<_> = powers.contributions().iter().map(|one| one.hash).collect();
    assert_eq!(hashes, [first, second, third]);

    let (only, _) = beacon(start, None, &some_beacon(), &quiet).unwrap();
    assert_eq!(check(&only.to_bytes()), Err(PowersError::Empty));

    let bytes = development(power, &mut rng, &quiet).unwrap().to_bytes();
    let powers = Powers::check(&bytes, &mut rng, &quiet).unwrap();
    assert!(powers.is_development());
    assert_eq!(powers.contributions()[0].name, name(DEVELOPMENT));
    // One contribution of somebody else makes them good.
    let more = contribute(Ptau::from_bytes(&bytes).unwrap(), name("Ann"), b"", &mut rng, &quiet).unwrap().0;
    let bytes = more.to_bytes();
    assert!(!Powers::check(&bytes, &mut rng, &quiet).unwrap().is_development());
}

#[test]
fn a_cut_ceremony_is_checked_but_not_continued() {
    let mut parts = Ptau::from_bytes(&fixture("small.ptau")).unwrap().into_parts();
    let n = 16;
    parts.power = Power::new(4).unwrap();
    parts.tau_g1.truncate(2 * n - 1);
    parts.tau_g2.truncate(n);
    parts.alpha_g1.truncate(n);
    parts.beta_g1.truncate(n);
    parts.lagrange = None;
    let cut = Ptau::new(parts).unwrap();
    assert_eq!(check(&cut.to_bytes()), Ok(()));
    assert_eq!(check(&prepare(cut.clone(), &quiet).unwrap().to_bytes()), Ok(()));
    let more = contribute(cut, None, b"", &mut rng(4), &quiet);
    assert_eq!(more.map(drop), Err(MakeError::Cut));
}

/// A change of a valid file, and what notices it.
struct Case {
    change: fn(&mut PtauParts, G1Affine, G2Affine),
    error: PowersError,
}

fn contribution(number: usize, fault: ProofFault) -> PowersError {
    PowersError::Contribution { number, fault }
}

fn section(section: &'static str) -> PowersError {
    PowersError::Section { section, number: 3 }
}

#[test]
fn every_change_is_noticed() {
    let lagrange = |section, level| PowersError::Lagrange { section, level };
    use ProofFault::{Beacon, Chain, Key};
    let cases = [
        Case { change: |p, g, _| p.tau_g1[1] = g, error: section("tau in G1") },
        Case { change: |p, g, _| p.tau_g1[14] = g, error: section("tau in G1") },
        Case { change: |p, _, _| p.tau_g1.swap(5, 6), error: section("tau in G1") },
        Case { change: |p, _, g| p.tau_g2[7] = g, error: section("tau in G2") },
        Case { change: |p, _, _| p.alpha_g1.swap(2, 3), error: section("alpha tau in G1") },
        Case { change: |p, _, _| p.alpha_g1 = p.beta_g1.clone(), error: section("alpha tau in G1") },
        Case { change: |p, g, _| p.beta_g1[7] = g, error: section("beta tau in G1") },
        Case { change: |p, _, g| p.beta_g2 = g, error: section("beta in G2") },
        Case { change: |p, g, _| lag(p).tau_g1[0] = g, error: lagrange("tau in G1", 0) },
        Case { change: |p, _, _| lag(p).tau_g1.swap(17, 30), error: lagrange("tau in G1", 4) },
        Case { change: |p, _, g| lag(p).tau_g2[9] = g, error: lagrange("tau in G2", 3) },
        Case { change: |p, g, _| lag(p).alpha_g1[2] = g, error: lagrange("alpha tau in G1", 1) },
        Case { change: |p, g, _| lag(p).beta_g1[14] = g, error: lagrange("beta tau in G1", 3) },
        Case { change: |p, g, _| p.contributions[0].tau_g1 = g, error: contribution(1, Chain("tau in G1")) },
        Case { change: |p, _, g| p.contributions[1].tau_g2 = g, error: contribution(2, Chain("tau in G2")) },
        Case {
            change: |p, g, _| p.contributions[1].alpha_g1 = g,
            error: contribution(2, Chain("alpha in G1")),
        },
        Case {
            change: |p, g, _| p.contributions[1].beta_g1 = g,
            error: contribution(2, Chain("beta in G1")),
        },
        Case {
            change: |p, _, g| p.contributions[0].beta_g2 = g,
            error: contribution(1, Chain("beta in G2")),
        },
        Case { change: |p, g, _| p.contributions[0].key.tau.s = g, error: contribution(1, Key("tau")) },
        Case { change: |p, g, _| p.contributions[1].key.alpha.s_x = g, error: contribution(2, Key("alpha")) },
        Case {
            change: |p, _, g| p.contributions[1].key.beta.s_prime_x = g,
            error: contribution(2, Key("beta")),
        },
        Case { change: |p, g, _| p.contributions[2].key.beta.s = g, error: contribution(3, Beacon) },
        Case {
            change: |p, _, _| p.contributions[0].next_challenge[9] ^= 1,
            error: contribution(2, Key("tau")),
        },
        Case {
            change: |p, _, _| p.contributions[2].next_challenge[9] ^= 1,
            error: PowersError::Hashes { number: 3 },
        },
        Case {
            change: |p, _, _| p.contributions[2].partial_hash[150] ^= 1,
            error: PowersError::Hashes { number: 3 },
        },
        Case {
            change: |p, _, _| p.contributions[1].partial_hash[200] = 200,
            error: contribution(2, ProofFault::PartialHash),
        },
        Case {
            change: |p, _, _| p.contributions[2].source = Source::Beacon(some_beacon()),
            error: contribution(3, Beacon),
        },
        Case { change: |p, _, _| p.contributions.swap(0, 1), error: contribution(1, Key("tau")) },
        Case { change: |p, _, _| drop(p.contributions.remove(0)), error: contribution(1, Key("tau")) },
        Case {
            change: |p, _, _| drop(p.contributions.pop()),
            error: PowersError::Section { section: "tau in G1", number: 2 },
        },
        Case {
            change: |p, _, _| p.contributions.push(p.contributions[0].clone()),
            error: contribution(4, Key("tau")),
        },
        Case { change: |p, _, _| p.contributions.clear(), error: PowersError::Empty },
    ];
    let whole = Ptau::from_bytes(&fixture("tiny.ptau")).unwrap();
    let mut rng = rng(5);
    for (i, case) in cases.into_iter().enumerate() {
        let mut parts = whole.clone().into_parts();
        (case.change)(&mut parts, G1Affine::rand(&mut rng), G2Affine::rand(&mut rng));
        let changed = Ptau::new(parts).unwrap().to_bytes();
        assert_eq!(check(&changed), Err(case.error), "case {i}");
    }
}

fn lag(parts: &mut PtauParts) -> &mut tacit_formats::ptau::Lagrange {
    parts.lagrange.as_mut().unwrap()
}

/// Powers of two different τ in G1 and in G2, each consistent in itself.
#[test]
fn powers_of_two_taus_are_refused() {
    let mut rng = rng(6);
    let power = Power::new(2).unwrap();
    let made =
        |rng: &mut _| contribute(new(power).unwrap(), name("Ann"), b"", rng, &quiet).unwrap().0.into_parts();
    let (one, other) = (made(&mut rng), made(&mut rng));
    let mixed = PtauParts { tau_g2: other.tau_g2.clone(), ..one.clone() };
    let error = PowersError::Section { section: "tau in G2", number: 1 };
    assert_eq!(check(&Ptau::new(mixed).unwrap().to_bytes()), Err(error));
    // τ replaced everywhere but in the contribution's proof.
    let mut replaced = PtauParts { contributions: one.contributions, ..other };
    replaced.contributions[0].tau_g1 = replaced.tau_g1[1];
    replaced.contributions[0].tau_g2 = replaced.tau_g2[1];
    let error = contribution(1, ProofFault::Chain("tau in G1"));
    assert_eq!(check(&Ptau::new(replaced).unwrap().to_bytes()), Err(error));
}

/// Lists that are powers of τ up to some place and from there on, with another factor: one ratio is wrong, wherever it stands among
/// the pieces in which points are read.
#[test]
fn every_ratio_is_checked() {
    let whole = Ptau::from_bytes(&fixture("small.unprepared.ptau")).unwrap().into_parts();
    let double_g1 = |points: &mut [G1Affine]| points.iter_mut().for_each(|p| *p = (*p + *p).into_affine());
    let double_g2 = |points: &mut [G2Affine]| points.iter_mut().for_each(|p| *p = (*p + *p).into_affine());
    for place in 2..whole.alpha_g1.len() {
        let refused = |change: &dyn Fn(&mut PtauParts), error| {
            let mut parts = whole.clone();
            change(&mut parts);
            assert_eq!(check(&Ptau::new(parts).unwrap().to_bytes()), Err(error), "from {place} on");
        };
        refused(&|parts| double_g1(&mut parts.tau_g1[place..]), section("tau in G1"));
        refused(&|parts| double_g2(&mut parts.tau_g2[place..]), section("tau in G2"));
        refused(&|parts| double_g1(&mut parts.alpha_g1[place..]), section("alpha tau in G1"));
        refused(&|parts| double_g1(&mut parts.beta_g1[place..]), section("beta tau in G1"));
    }
}
