//! Miller loops over the lines of [`super::lines`], up to factors that the final exponentiation takes to 1.

use alloc::vec;
use alloc::vec::Vec;

use ark_bn254::{Config, Fq, Fq2, Fq12, Fq12Config, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::bn::{BnConfig, G2Prepared};
use ark_ff::{Field, Fp12Config};

use super::inversion::invert_all;
use super::lines::{Walker, walk};

/// How a point of G1 enters a line: `u = −x/y`, `v = 1/y`.
#[derive(Clone, Copy)]
struct Place {
    u: Fq,
    v: Fq,
}

/// The places of points that are not the identity, and so have y ≠ 0.
fn places(points: impl Iterator<Item = G1Affine> + Clone) -> Vec<Place> {
    let mut inverses: Vec<Fq> = points.clone().map(|point| point.y).collect();
    invert_all(&mut inverses, &mut Vec::new());
    points.zip(inverses).map(|(point, v)| Place { u: -point.x * v, v }).collect()
}

/// `f · (1 + a·w + b·w³)`, where `w² = v` and `w³ = v·w`: ten multiplications in Fq2.
fn multiply_by_line(f: &mut Fq12, a: &Fq2, b: &Fq2) {
    let (mut low, mut high) = (f.c0, f.c1);
    low.mul_by_01(a, b);
    high.mul_by_01(a, b);
    Fq12Config::mul_fp6_by_nonresidue_in_place(&mut high);
    f.c0 += high;
    f.c1 += low;
}

fn multiply_at(f: &mut Fq12, place: &Place, slope: &Fq2, intercept: &Fq2) {
    let (mut a, mut b) = (*slope, *intercept);
    a.mul_assign_by_fp(&place.u);
    b.mul_assign_by_fp(&place.v);
    multiply_by_line(f, &a, &b);
}

/// The Miller values of pairs, one product for each `group` of neighbours, which share its squarings.
struct Products {
    values: Vec<Fq12>,
    places: Vec<Place>,
    group: usize,
}

impl Walker for Products {
    fn square(&mut self) {
        for value in &mut self.values {
            value.square_in_place();
        }
    }

    fn line(&mut self, i: usize, slope: &Fq2, intercept: &Fq2) {
        multiply_at(&mut self.values[i / self.group], &self.places[i], slope, intercept);
    }
}

/// One value for each `group` of neighbouring pairs, none of whose points is the identity; and which second points are not of G2,
/// so that the values of their groups mean nothing.
pub(crate) fn products(pairs: &[(G1Affine, G2Affine)], group: usize) -> (Vec<Fq12>, Vec<usize>) {
    let values = vec![Fq12::ONE; pairs.len().div_ceil(group)];
    let mut products = Products { values, places: places(pairs.iter().map(|(p, _)| *p)), group };
    let points: Vec<G2Affine> = pairs.iter().map(|(_, q)| *q).collect();
    let outside = walk(&points, &mut products);
    (products.values, outside)
}

/// The lines of a point that stays the same.
#[derive(Clone)]
pub(crate) struct Lines(Vec<(Fq2, Fq2)>);

struct Recorder(Vec<(Fq2, Fq2)>);

impl Walker for Recorder {
    fn square(&mut self) {}
    fn line(&mut self, _: usize, slope: &Fq2, intercept: &Fq2) {
        self.0.push((*slope, *intercept));
    }
}

impl Lines {
    /// Precondition: a point of G2, not the identity.
    pub(crate) fn of(point: &G2Affine) -> Self {
        let mut recorder = Recorder(Vec::new());
        walk(core::slice::from_ref(point), &mut recorder);
        Self(recorder.0)
    }
}

/// The Miller value of one pair that is new and of pairs whose second point stays the same; identities in G1 are left out, since
/// they contribute a factor of 1.
pub(crate) fn value(new: Option<(&G1Affine, &G2Prepared<Config>)>, fixed: &[(G1Affine, &Lines)]) -> Fq12 {
    let fixed: Vec<_> = fixed.iter().filter(|(point, _)| !point.is_zero()).collect();
    let places = places(fixed.iter().map(|(point, _)| *point));
    let (mut f, mut step) = (Fq12::ONE, 0);
    let mut lines = |f: &mut Fq12| {
        if let Some((point, prepared)) = new {
            let (mut c0, mut c3, c4) = prepared.ell_coeffs[step];
            c0.mul_assign_by_fp(&point.y);
            c3.mul_assign_by_fp(&point.x);
            f.mul_by_034(&c0, &c3, &c4);
        }
        for ((_, lines), place) in fixed.iter().zip(&places) {
            let (slope, intercept) = &lines.0[step];
            multiply_at(f, place, slope, intercept);
        }
        step += 1;
    };
    for digit in Config::ATE_LOOP_COUNT.iter().rev().skip(1) {
        f.square_in_place();
        lines(&mut f);
        if *digit != 0 {
            lines(&mut f);
        }
    }
    lines(&mut f);
    lines(&mut f);
    f
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Bn254, Fr};
    use ark_ec::CurveGroup;
    use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
    use ark_ff::UniformRand;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn pairs(n: usize) -> Vec<(G1Affine, G2Affine)> {
        let mut rng = ChaCha20Rng::seed_from_u64(16);
        let (p, q) = (G1Affine::generator(), G2Affine::generator());
        (0..n)
            .map(|_| ((p * Fr::rand(&mut rng)).into_affine(), (q * Fr::rand(&mut rng)).into_affine()))
            .collect()
    }

    fn finished(value: Fq12) -> PairingOutput<Bn254> {
        Bn254::final_exponentiation(MillerLoopOutput(value)).unwrap()
    }

    fn pairing(pairs: &[(G1Affine, G2Affine)]) -> PairingOutput<Bn254> {
        Bn254::multi_pairing(pairs.iter().map(|(p, _)| *p), pairs.iter().map(|(_, q)| *q))
    }

    #[test]
    fn products_are_the_pairings_of_arkworks() {
        let pairs = pairs(7);
        for group in [1, 2, 3, 7, 8] {
            let (values, outside) = products(&pairs, group);
            assert!(outside.is_empty());
            let expected: Vec<_> = pairs.chunks(group).map(pairing).collect();
            assert_eq!(values.into_iter().map(finished).collect::<Vec<_>>(), expected, "groups of {group}");
        }
        assert!(products(&[], 3).0.is_empty());
    }

    #[test]
    fn one_new_pair_and_fixed_ones() {
        let pairs = pairs(3);
        let lines: Vec<_> = pairs.iter().map(|(_, q)| Lines::of(q)).collect();
        let prepared = G2Prepared::from(pairs[0].1);
        let fixed = [(pairs[1].0, &lines[1]), (pairs[2].0, &lines[2])];
        assert_eq!(finished(value(Some((&pairs[0].0, &prepared)), &fixed)), pairing(&pairs));
        assert_eq!(finished(value(None, &fixed)), pairing(&pairs[1..]));
        assert_eq!(
            finished(value(None, &[(pairs[1].0, &lines[1]), (G1Affine::identity(), &lines[2])])),
            pairing(&pairs[1..2])
        );
        assert_eq!(finished(value(None, &[])), PairingOutput::default());
    }

    /// Points outside are named, and their neighbours' values stay what they are.
    #[test]
    fn a_point_outside_disturbs_its_own_group_alone() {
        let mut pairs = pairs(6);
        let expected = pairing(&pairs[..3]);
        let outside =
            (0u64..).find_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true)).unwrap();
        pairs[4].1 = outside;
        // Of order 10069, on which the walk meets itself; the rest of the order of the twist was divided out.
        let (values, found) = products(&pairs, 3);
        assert_eq!((found, finished(values[0])), (vec![4], expected));
    }
}
