//! The engine against stock arkworks: the same proof for the same blinding, whatever the machine is given.

use std::sync::Mutex;

use ark_bn254::{Bn254, Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{One, UniformRand, Zero};
use ark_groth16::Groth16;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tacit_r1cs::Assignment;

use super::synthetic::Synthetic;
use crate::stock::StockProver;
use crate::*;

type Points = ark_groth16::ProvingKey<Bn254>;

fn key(system: Synthetic) -> ProvingKey {
    setup_development(system.compile(), &mut ChaCha20Rng::seed_from_u64(6)).unwrap().0
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// One of four.
fn blinding(index: usize) -> Blinding {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut random = || Fr::rand(&mut rng);
    let pairs =
        [(random(), random()), (Fr::zero(), random()), (Fr::one(), -Fr::one()), (Fr::zero(), Fr::zero())];
    Blinding::chosen(pairs[index].0, pairs[index].1)
}

/// Both backends, all blindings, several numbers of threads.
fn assert_equals_stock(key: &ProvingKey, assignment: &Assignment) {
    let stock = StockProver::new(key.clone());
    // The least memory first: no table but the points themselves.
    for (backend, memory) in Backend::all().into_iter().flat_map(|b| [(b, 0), (b, 1), (b, 100)]) {
        let options = Options::default().with_backend(backend).with_memory(MemoryBudget::mebibytes(memory));
        let prover = Prover::with_options(key.clone(), &options);
        for (index, threads) in [1, 2, 3, 2].into_iter().enumerate() {
            let proof = on_threads(threads, || prover.prove_with(assignment, blinding(index))).unwrap();
            assert_eq!(proof, stock.prove_with(assignment, blinding(index)).unwrap(), "{backend:?}");
        }
    }
}

#[test]
fn proofs_equal_those_of_arkworks() {
    // No constraint; one; rows and instance that fill a domain exactly, and one more.
    let sizes =
        [(0, 0), (0, 1), (1, 0), (1, 3), (2, 1), (62, 1), (63, 1), (254, 1), (255, 0), (300, 40), (1000, 5)];
    for (constraints, public) in sizes {
        let system = Synthetic { constraints, public };
        let (key, assignment) = (key(system), system.assign(1));
        assert_equals_stock(&key, &assignment);
        let proof = Prover::new(key.clone()).prove(&assignment, &mut ChaCha20Rng::seed_from_u64(8)).unwrap();
        let prepared = ark_groth16::prepare_verifying_key(key.verifying_key());
        let inputs = assignment.instance(key.r1cs().num_instance());
        assert!(Groth16::<Bn254>::verify_proof(&prepared, proof.points(), inputs).unwrap());
    }
}

/// No setup makes such keys, but sums must be exact for them too: then both provers agree on proofs that mean nothing.
#[test]
fn duplicate_and_absent_points() {
    let system = Synthetic { constraints: 100, public: 2 };
    let (honest, assignment) = (key(system), system.assign(1));
    let changes: [fn(&mut Points, [G1Affine; 4]); 6] = [
        |key, [p, ..]| key.a_query.fill(p),
        |key, [p, ..]| key.b_g1_query.fill(p),
        |key, mix| key.b_g1_query.iter_mut().zip(mix.into_iter().cycle()).for_each(|(to, p)| *to = p),
        |key, _| {
            let same = key.b_g2_query.iter().find(|point| !point.is_zero()).copied().unwrap();
            key.b_g2_query.iter_mut().step_by(2).for_each(|to| *to = same);
            key.b_g2_query.iter_mut().step_by(3).for_each(|to| *to = -same);
        },
        |key, [p, ..]| {
            key.l_query.fill(p);
            key.a_query.fill(G1Affine::identity());
        },
        // T of no τ: the fold is linear, and exact for these as well.
        |key, mix| key.h_query.iter_mut().zip(mix.into_iter().cycle()).for_each(|(to, p)| *to = p),
    ];
    let p = honest.points().vk.alpha_g1;
    let mix = [p, -p, honest.points().beta_g1, G1Affine::identity()];
    for change in changes {
        let mut points = honest.points().clone();
        change(&mut points, mix);
        let key = ProvingKey::new(Provenance::Development, system.compile(), points).unwrap();
        assert_equals_stock(&key, &assignment);
    }
}

#[test]
fn degenerate_quotient_points() {
    let system = Synthetic { constraints: 20, public: 1 };
    let (honest, assignment) = (key(system), system.assign(1));
    for point in [G1Affine::identity(), honest.points().h_query[1]] {
        let mut points = honest.points().clone();
        points.h_query.fill(point);
        let key = ProvingKey::new(Provenance::Development, system.compile(), points).unwrap();
        assert_equals_stock(&key, &assignment);
    }
}

#[test]
fn every_broken_wire_is_named() {
    let system = Synthetic { constraints: 90, public: 2 };
    let prover = Prover::new(key(system));
    let honest = system.assign(1);
    let mut refused = 0;
    for wire in 1..honest.as_slice().len() {
        let mut values = honest.as_slice().to_vec();
        values[wire] += Fr::from(3);
        let assignment = Assignment::from_values_unchecked(values);
        let result = prover.prove(&assignment, &mut ChaCha20Rng::seed_from_u64(9));
        match prover.r1cs().first_unsatisfied(&assignment) {
            Some(first) => {
                refused += 1;
                let expected = ProveError::Unsatisfied { clause: first.clause, index: first.index };
                assert_eq!(result, Err(expected));
            }
            None => assert!(result.is_ok()),
        }
    }
    assert!(refused > 80);
}

#[test]
fn a_proof_can_be_watched_and_cancelled() {
    let system = Synthetic { constraints: 90, public: 2 };
    let (prover, assignment) = (Prover::new(key(system)), system.assign(1));
    let seen = Mutex::new(Vec::new());
    let watch = |progress: Progress| seen.lock().unwrap().push(progress.percent());
    let control = Control::default().watched_by(&watch);
    for _ in 0..2 {
        prover.prove_controlled(&assignment, blinding(0), &control).unwrap();
        let mut seen = seen.lock().unwrap();
        assert!(seen.len() > 4 && seen.is_sorted() && seen.last() == Some(&100), "{seen:?}");
        seen.clear();
    }
    let token = Cancel::default();
    let stop_after_first = |_: Progress| token.cancel();
    let control = Control::default().cancelled_by(&token).watched_by(&stop_after_first);
    for _ in 0..2 {
        let result = prover.prove_controlled(&assignment, blinding(0), &control);
        assert_eq!(result, Err(ProveError::Cancelled));
    }
}

/// Whoever watches may use the pool of the proof, and prove again: nobody waits for whom.
#[test]
fn who_watches_may_work_in_the_same_pool() {
    let system = Synthetic { constraints: 600, public: 2 };
    let (prover, assignment) = (Prover::new(key(system)), system.assign(1));
    let expected = prover.prove_with(&assignment, blinding(0)).unwrap();
    for threads in [1, 2, 3] {
        let seen = Mutex::new(Vec::new());
        let watch = |progress: Progress| {
            assert_eq!(prover.prove_with(&assignment, blinding(0)).as_ref(), Ok(&expected));
            seen.lock().unwrap().push(progress.percent());
        };
        let control = Control::default().watched_by(&watch);
        let proof = on_threads(threads, || prover.prove_controlled(&assignment, blinding(0), &control));
        assert_eq!(proof.as_ref(), Ok(&expected));
        let seen = seen.into_inner().unwrap();
        assert!(seen.is_sorted_by(|a, b| a < b) && seen.last() == Some(&100), "{seen:?}");
    }
}

/// Whenever it is, also when every sum has begun: no further work is done but what each thread is at.
#[test]
fn a_proof_can_be_cancelled_at_any_time() {
    let system = Synthetic { constraints: 4_000, public: 2 };
    let (prover, assignment) = (Prover::new(key(system)), system.assign(1));
    for threads in [1, 2, 3] {
        for percent in [1, 10, 40, 80, 95, 100] {
            let (token, last) = (Cancel::default(), Mutex::new(0));
            let watch = |progress: Progress| {
                if progress.percent() >= percent {
                    token.cancel();
                }
                *last.lock().unwrap() = progress.percent();
            };
            let control = Control::default().cancelled_by(&token).watched_by(&watch);
            let result = on_threads(threads, || prover.prove_controlled(&assignment, blinding(0), &control));
            assert_eq!(result, Err(ProveError::Cancelled), "at {percent} %");
            let last = *last.lock().unwrap();
            assert!(percent > 40 || last < 100, "went on to {last} % after {percent} %");
        }
    }
}
