//! Slopes of a whole chain of additions at the price of a few inversions.
//!
//! A hint that divides alone costs an inversion, about a hundred multiplications; a chain has 600 divisions. So native
//! code walks the chain in projective Edwards coordinates first, brings all points to Montgomery form with one
//! inversion, and all slopes with one or two more (Montgomery's trick). The results are guesses: a quotient takes one only
//! if it fits, and divides otherwise. Points off the curve or exceptional additions thus cost time and nothing else.

use ark_ff::{AdditiveGroup, Field, batch_inversion};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{MONTGOMERY_A, Projective};

use super::montgomery::Slopes;

/// Montgomery coordinates of many points, with zeros for the two points that have none.
fn to_montgomery(points: &[Projective]) -> Vec<(Fr, Fr)> {
    let mut inverses: Vec<Fr> = points.iter().map(|p| (p.z - p.y) * p.x).collect();
    batch_inversion(&mut inverses);
    let coordinates = points.iter().zip(&inverses).map(|(p, inverse)| {
        // u = (Z + Y)/(Z − Y), v = u Z/X.
        let factor = (p.z + p.y) * inverse;
        (factor * p.x, factor * p.z)
    });
    coordinates.collect()
}

/// The slopes of `points[i] + summands[i]`.
pub(super) fn additions(points: &[Projective], summands: &[(Fr, Fr)]) -> Vec<Fr> {
    let points = to_montgomery(points);
    let mut slopes: Vec<Fr> = points.iter().zip(summands).map(|(p, q)| q.0 - p.0).collect();
    batch_inversion(&mut slopes);
    for (slope, (p, q)) in slopes.iter_mut().zip(points.iter().zip(summands)) {
        *slope *= q.1 - p.1;
    }
    slopes
}

/// The slopes of `2 points[i] ± q`, minus where `signs[i]` says so.
pub(super) fn double_and_adds(points: &[Projective], q: (Fr, Fr), signs: &[bool]) -> Vec<Slopes> {
    let points = to_montgomery(points);
    let mut inverses: Vec<Fr> = points.iter().map(|p| p.0 - q.0).collect();
    batch_inversion(&mut inverses);
    let signed = |minus: bool| if minus { -q.1 } else { q.1 };
    let first: Vec<Fr> = points
        .iter()
        .zip(signs)
        .zip(&inverses)
        .map(|((p, &minus), inverse)| (p.1 - signed(minus)) * inverse)
        .collect();

    let a = Fr::from(MONTGOMERY_A);
    for (inverse, (p, slope)) in inverses.iter_mut().zip(points.iter().zip(&first)) {
        let middle_u = slope.square() - a - p.0 - q.0;
        *inverse = p.0 - middle_u;
    }
    batch_inversion(&mut inverses);
    let second = points.iter().zip(&inverses).map(|(p, inverse)| p.1.double() * inverse);
    first.into_iter().zip(second).map(|(first, second)| Slopes { first, second }).collect()
}
