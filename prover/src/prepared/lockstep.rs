//! Many points of G1, each times a scalar of its own, eight side by side.
//!
//! What a key needs once is some hundred thousand of these. All lanes take the same steps ([`Multiplier`]): from the table
//! `P, 3P, …, 15P`, made affine with one inversion for a chunk of points,
//!
//! ```text
//! Q ← d₀P + d₁φ(P) at the top;   Q ← 16Q + d₀P + d₁φ(P) for each window;   Q ← Q − e₀P − e₁φ(P)
//! ```
//!
//! with `Q` in Jacobian coordinates `(X/Z², Y/Z³)`. The curve's constant does not enter the formulas, so that the odd multiples
//! are made on the isomorphic curve where `2P` is affine.
//!
//! **Exact**: an addition of equal or opposite points makes `Z = 0`, which no later step undoes, and so does the identity, given
//! as `(0, 0)`. A lane that ends with zero, or had one in its table, is computed again by arkworks.
//!
//! Formulas: dbl-2009-l and madd of the Explicit-Formulas Database, curves with a = 0. Variable-time: keys are public.

use core::marker::PhantomData;

use ark_bn254::{Fq, Fr, G1Affine, G1Projective, g1};
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::AdditiveGroup;
use rayon::prelude::*;
use tacit_kernels::{Backend, Kernel, Lanes, Line, Loose, PrimeLanes, Task, Vectors, invert_all};

use super::multiplier::{DIGITS, Multiplier};

/// Points that share an inversion; their tables take 128 KiB.
const CHUNK: usize = 256;
/// Odd multiples in a table.
const ODD: usize = 8;

/// A point and its scalar.
pub type Product<'a> = (G1Affine, &'a Multiplier);

/// Every product, on all threads.
pub fn scale(backend: Backend, products: &[Product<'_>]) -> Vec<G1Affine> {
    products.par_chunks(CHUNK).flat_map_iter(|products| backend.run(Chunk { products })).collect()
}

/// Every point times the same scalar.
pub fn scale_by(backend: Backend, points: &[G1Affine], scalar: Fr) -> Vec<G1Affine> {
    let multiplier = Multiplier::new(scalar);
    let products: Vec<Product<'_>> = points.iter().map(|&point| (point, &multiplier)).collect();
    scale(backend, &products)
}

struct Chunk<'a> {
    products: &'a [Product<'a>],
}

impl Task for Chunk<'_> {
    type Output = Vec<G1Affine>;

    fn run<V: Vectors>(self) -> Vec<G1Affine> {
        let eights: Vec<[Product<'_>; 8]> = self
            .products
            .chunks(8)
            .map(|chunk| core::array::from_fn(|lane| chunk[lane.min(chunk.len() - 1)]))
            .collect();
        let coordinates = V::enter(Lockstep::<V> { eights: &eights, vectors: PhantomData });
        let group = |(index, &(point, multiplier)): (usize, &Product<'_>)| {
            let [x, y, z] = coordinates[index / 8].map(|eight| eight[index % 8]);
            if point.is_zero() {
                G1Projective::ZERO
            } else if z == Fq::ZERO {
                point.into_group() * multiplier.scalar
            } else {
                G1Projective::new_unchecked(x, y, z)
            }
        };
        let all: Vec<_> = self.products.iter().enumerate().map(group).collect();
        G1Projective::normalize_batch(&all)
    }
}

/// Jacobian coordinates of eight points.
#[derive(Clone, Copy)]
struct Jacobian<L> {
    x: L,
    y: L,
    z: L,
}

struct Lockstep<'a, V> {
    eights: &'a [[Product<'a>; 8]],
    vectors: PhantomData<V>,
}

impl<V: Vectors> Kernel for Lockstep<'_, V> {
    /// X, Y, Z of each eight.
    type Output = Vec<[[Fq; 8]; 3]>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut points: Vec<(V::Fq, V::Fq)> = Vec::with_capacity(self.eights.len());
        for eight in self.eights {
            let (mut x, mut y) = ([Fq::ZERO; 8], [Fq::ZERO; 8]);
            for lane in 0..8 {
                (x[lane], y[lane]) = (eight[lane].0.x, eight[lane].0.y);
            }
            points.push((V::Fq::from_fields(&x), V::Fq::from_fields(&y)));
        }
        let (table, lost) = tables(&points);
        let beta = V::Fq::splat(&<g1::Config as GLVConfig>::ENDO_COEFFS[0]);
        let mut out = Vec::with_capacity(self.eights.len());
        for (i, eight) in self.eights.iter().enumerate() {
            let table = &table[i * 8 * ODD..(i + 1) * 8 * ODD];
            let (x, y) = lookup::<V::Fq>(table, eight, 0, DIGITS - 1);
            let mut sum = Jacobian { x, y, z: V::Fq::one() };
            for window in (0..DIGITS).rev() {
                if window < DIGITS - 1 {
                    for _ in 0..4 {
                        sum = double(sum);
                    }
                    let (x, y) = lookup::<V::Fq>(table, eight, 0, window);
                    sum = add(sum, x, y);
                }
                let (x, y) = lookup::<V::Fq>(table, eight, 1, window);
                sum = add(sum, V::Fq::mul(x, beta), y);
            }
            let (x, y) = points[i];
            sum = take_excess(sum, x, y, eight, 0);
            sum = take_excess(sum, V::Fq::mul(x, beta), y, eight, 1);
            let z = V::Fq::select(lost[i], V::Fq::zero(), sum.z);
            out.push([sum.x.to_fields(), sum.y.to_fields(), z.to_fields()]);
        }
        out
    }
}

/// The odd multiples of each point, eight lines of eight lanes after another, and the lanes that met a zero.
#[inline(always)]
fn tables<L: PrimeLanes<Field = Fq>>(points: &[(L, L)]) -> (Vec<Line>, Vec<u8>) {
    let mut lines = vec![Line([0; 8]); points.len() * 8 * ODD];
    let mut multiples = Vec::with_capacity(points.len() * (ODD - 1));
    let mut depths = Vec::with_capacity(points.len() * (ODD - 1));
    let mut lost = Vec::with_capacity(points.len());
    for (i, &(x, y)) in points.iter().enumerate() {
        L::store_pairs::<1>(x, y, &mut lines[i * 8 * ODD..]);
        let twice = double(Jacobian { x, y, z: L::one() });
        // The same point where 2P has Z = 1.
        let square = L::square(twice.z);
        let mut multiple =
            Jacobian { x: L::mul(x, square), y: L::mul(y, L::mul(square, twice.z)), z: L::one() };
        let mut zeros = 0;
        for _ in 1..ODD {
            multiple = add(multiple, twice.x, twice.y);
            let depth = L::mul(multiple.z, twice.z);
            let zero = depth.zeros();
            zeros |= zero;
            depths.push(L::select(zero, L::one(), depth));
            multiples.push((multiple.x, multiple.y));
        }
        lost.push(zeros);
    }
    let inverted = invert_all(&mut depths);
    debug_assert!(inverted, "zeros were replaced by ones");
    for (k, &(x, y)) in multiples.iter().enumerate() {
        let (i, odd) = (k / (ODD - 1), k % (ODD - 1) + 1);
        let square = L::square(depths[k]);
        let cube = L::mul(square, depths[k]);
        L::store_pairs::<1>(L::mul(x, square), L::mul(y, cube), &mut lines[(i * ODD + odd) * 8..]);
    }
    (lines, lost)
}

/// `d·P` for each lane's digit `d` of a window.
#[inline(always)]
fn lookup<L: PrimeLanes<Field = Fq>>(
    table: &[Line],
    eight: &[Product<'_>; 8],
    half: usize,
    window: usize,
) -> (L, L) {
    let mut lines: [&[Line]; 8] = [&table[..1]; 8];
    let mut negative = 0;
    for lane in 0..8 {
        let digit = eight[lane].1.digits[half][window];
        lines[lane] = &table[usize::from(digit.unsigned_abs() / 2) * 8 + lane..];
        negative |= u8::from(digit < 0) << lane;
    }
    let (x, y) = L::load_pairs(lines);
    (x, negate(y, negative))
}

/// Subtracts the point in the lanes that have it too often.
#[inline(always)]
fn take_excess<L: PrimeLanes<Field = Fq>>(
    sum: Jacobian<L>,
    x: L,
    y: L,
    eight: &[Product<'_>; 8],
    half: usize,
) -> Jacobian<L> {
    let (mut excess, mut positive) = (0, 0);
    for (lane, product) in eight.iter().enumerate() {
        excess |= u8::from(product.1.excess[half] != 0) << lane;
        positive |= u8::from(product.1.excess[half] > 0) << lane;
    }
    let less = add(sum, x, negate(y, positive));
    Jacobian {
        x: L::select(excess, less.x, sum.x),
        y: L::select(excess, less.y, sum.y),
        z: L::select(excess, less.z, sum.z),
    }
}

#[inline(always)]
fn negate<L: PrimeLanes<Field = Fq>>(y: L, lanes: u8) -> L {
    L::select(lanes, L::zero().sub(y), y)
}

/// `D = 4XY²`, `E = 3X²`, `X' = E² − 2D`, `Y' = E(D − X') − 8Y⁴`, `Z' = 2YZ`.
#[inline(always)]
fn double<L: PrimeLanes<Field = Fq>>(p: Jacobian<L>) -> Jacobian<L> {
    let square = L::square(p.y);
    let twice_square = square.add(square);
    let d = L::mul(p.x, twice_square);
    let d = d.add(d);
    let xx = L::square(p.x).loose();
    let e = (xx + xx + xx).reduce::<0>();
    let x = (L::square_loose(e) - d.loose() - d.loose()).reduce::<6>();
    let fourth = L::square(twice_square).loose();
    let y = (L::mul_loose(e, d.sub(x)) - fourth - fourth).reduce::<6>();
    let z = L::mul(p.y, p.z);
    Jacobian { x, y, z: z.add(z) }
}

/// Mixed addition: `H = xZ² − X`, `R = yZ³ − Y`, `V = XH²`, `X' = R² − H³ − 2V`, `Y' = R(V − X') − YH³`, `Z' = ZH`.
#[inline(always)]
fn add<L: PrimeLanes<Field = Fq>>(p: Jacobian<L>, x: L, y: L) -> Jacobian<L> {
    let square = L::square(p.z);
    let h = L::mul(x, square).sub(p.x);
    let r = L::mul(y, L::mul(square, p.z)).sub(p.y);
    let hh = L::square(h);
    let hhh = L::mul(h, hh);
    let v = L::mul(p.x, hh);
    let x = (L::square_loose(r) - hhh.loose() - v.loose() - v.loose()).reduce::<8>();
    let y = (L::mul_loose(r, v.sub(x)) - L::mul_loose(p.y, hhh)).reduce::<3>();
    Jacobian { x, y, z: L::mul(p.z, h) }
}

#[cfg(test)]
mod tests {
    use ark_ff::UniformRand;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn agrees_with_arkworks() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let lambda = <g1::Config as GLVConfig>::LAMBDA;
        let mut scalars: Vec<Fr> = (0..40).map(Fr::from).collect();
        scalars.extend((0..40).map(|k| -Fr::from(k)));
        scalars.extend((0..40).map(|k| lambda * Fr::from(k)));
        scalars.extend((0..400).map(|_| Fr::rand(&mut rng)));
        let multipliers: Vec<Multiplier> = scalars.iter().map(|&k| Multiplier::new(k)).collect();
        let products: Vec<Product<'_>> = multipliers
            .iter()
            .enumerate()
            .map(|(i, m)| (if i % 11 == 3 { G1Affine::identity() } else { G1Affine::rand(&mut rng) }, m))
            .collect();
        let expected: Vec<G1Affine> = products.iter().map(|(p, m)| (*p * m.scalar).into_affine()).collect();
        for backend in Backend::all() {
            for length in [0, 1, 7, 8, 9, 255, 256, 257, products.len()] {
                assert_eq!(scale(backend, &products[..length]), expected[..length]);
            }
            let points: Vec<G1Affine> = products.iter().map(|(p, _)| *p).collect();
            let k = Fr::rand(&mut rng);
            let all: Vec<G1Affine> = points.iter().map(|p| (*p * k).into_affine()).collect();
            assert_eq!(scale_by(backend, &points, k), all);
        }
    }
}
