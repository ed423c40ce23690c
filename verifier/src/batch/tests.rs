//! Batches of bare proofs.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};

use super::*;
use crate::curve::points;
use crate::tests::{key, prove};

/// True proofs of 1, 2, 3 and so on.
fn proofs(n: u64) -> (Vec<[u8; 128]>, Vec<Fr>) {
    let inputs: Vec<Fr> = (1..=n).map(Fr::from).collect();
    (inputs.iter().map(|input| prove(*input).0).collect(), inputs)
}

/// One by one, as the crate does for single presentations.
fn one_by_one(proofs: &[[u8; 128]], inputs: &[Fr]) -> Vec<Result<(), ProofError>> {
    let check = |(proof, input): (&[u8; 128], &Fr)| {
        key().check_proof(&crate::groth16::Proof::from_bytes(proof)?, input)
    };
    proofs.iter().zip(inputs).map(check).collect()
}

fn batch(proofs: &[[u8; 128]], inputs: &[Fr]) -> Vec<Result<(), ProofError>> {
    let outcomes = key().check_proofs(&Portable, proofs, inputs);
    #[cfg(feature = "kernels")]
    for engine in kernels::Vectorised::all() {
        assert_eq!(key().check_proofs(&engine, proofs, inputs), outcomes);
    }
    outcomes
}

#[test]
fn every_place_of_a_false_proof_is_found() {
    let (mut proofs, inputs) = proofs(19);
    for n in [0, 1, 2, 3, 8, 9, 19] {
        assert!(batch(&proofs[..n], &inputs[..n]).iter().all(Result::is_ok), "{n} true ones");
    }
    for place in 0..19 {
        let mut inputs = inputs.clone();
        inputs[place] += Fr::from(1);
        let outcomes = batch(&proofs, &inputs);
        for (i, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome, if i == place { Err(ProofError::Invalid) } else { Ok(()) }, "{i} of {place}");
        }
    }
    // All but one false, and all of them.
    proofs.rotate_left(1);
    let mut inputs = inputs;
    inputs[4] += Fr::from(1);
    assert_eq!(batch(&proofs, &inputs), one_by_one(&proofs, &inputs));
    assert_eq!(batch(&proofs, &inputs).iter().filter(|outcome| outcome.is_ok()).count(), 1);
    inputs[4] += Fr::from(1);
    assert!(batch(&proofs, &inputs).iter().all(|outcome| *outcome == Err(ProofError::Invalid)));
}

/// Two false proofs whose errors cancel out in a product without coefficients.
#[test]
fn errors_do_not_cancel() {
    let (mut proofs, inputs) = proofs(9);
    let shift = |proof: &mut [u8; 128], by: G1Affine| {
        let c: [u8; 32] = proof[96..].try_into().unwrap();
        let shifted = (points::read_g1(&c).unwrap() + by).into_affine();
        proof[96..].copy_from_slice(&points::write_g1(&shifted));
    };
    shift(&mut proofs[2], G1Affine::generator());
    shift(&mut proofs[7], -G1Affine::generator());
    let outcomes = batch(&proofs, &inputs);
    let refused: Vec<_> = (0..9).filter(|i| outcomes[*i] == Err(ProofError::Invalid)).collect();
    assert_eq!(refused, [2, 7]);
}

/// A point of order 10069 beside B: a combination would not notice it in one of 10069 cases, so it must not come so far.
#[test]
fn points_outside_the_subgroup_do_not_enter_the_combination() {
    let (mut proofs, inputs) = proofs(20);
    let other = (0u64..).find_map(|x| {
        G2Affine::get_point_from_x_unchecked(ark_bn254::Fq2::from(x), true).filter(|q| !q.is_zero())
    });
    for place in [0, 9, 10, 19] {
        let b: [u8; 64] = proofs[place][32..96].try_into().unwrap();
        let beside = (points::read_g2(&b).unwrap() + other.unwrap()).into_affine();
        proofs[place][32..96].copy_from_slice(&points::write_g2(&beside));
    }
    // A whole group of them, and a false proof among their neighbours.
    for proof in &mut proofs[..8] {
        proof[32..96].copy_from_slice(&points::write_g2(&other.unwrap()));
    }
    proofs.swap(12, 13);
    let outcomes = batch(&proofs, &inputs);
    assert_eq!(outcomes, one_by_one(&proofs, &inputs));
    assert_eq!(outcomes[9], Err(B_OUTSIDE));
    assert_eq!(outcomes[12], Err(ProofError::Invalid));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20 - 8 - 3 - 2);
}

/// The coefficients depend on the key, on every proof and on every public input.
#[test]
fn coefficients_are_bound_to_the_whole_batch() {
    let (proofs, inputs) = proofs(5);
    let coefficients = key().coefficients(&proofs, &inputs);
    assert_eq!(coefficients.len(), 5);
    assert_eq!(coefficients, key().coefficients(&proofs, &inputs));
    assert!((1..5).all(|i| !coefficients[..i].contains(&coefficients[i])));
    let differs = |proofs: &[[u8; 128]], inputs: &[Fr]| {
        let others = key().coefficients(proofs, inputs);
        coefficients.iter().zip(&others).all(|(a, b)| a != b)
    };
    let (mut proof, mut input) = (proofs.clone(), inputs.clone());
    proof[4][127] ^= 1;
    input[4] += Fr::from(1);
    assert!(differs(&proof, &inputs) && differs(&proofs, &input));
    assert!(differs(&proofs[..4], &inputs[..4]));
}
