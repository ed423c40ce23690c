//! Transforms of fewer than 64 elements, by the definition's even and odd halves; natural order on both sides.

use ark_bn254::Fr;
use ark_ff::Field;

/// Replaces coefficients by the values at the powers of `root`, whose order is their number.
pub(super) fn evaluate(values: &mut [Fr], root: Fr) {
    if values.len() == 1 {
        return;
    }
    let mut even: Vec<Fr> = values.iter().step_by(2).copied().collect();
    let mut odd: Vec<Fr> = values.iter().skip(1).step_by(2).copied().collect();
    evaluate(&mut even, root.square());
    evaluate(&mut odd, root.square());
    let mut power = Fr::ONE;
    let (low, high) = values.split_at_mut(even.len());
    for k in 0..even.len() {
        let product = odd[k] * power;
        low[k] = even[k] + product;
        high[k] = even[k] - product;
        power *= root;
    }
}

/// The inverse of [`evaluate`].
pub(super) fn interpolate(values: &mut [Fr], root: Fr) {
    evaluate(values, root.inverse().expect("roots of unity are not zero"));
    let scale = Fr::from(values.len() as u64).inverse().expect("powers of two are not zero");
    for value in values {
        *value *= scale;
    }
}
