//! Square roots in Fq and Fq2, eight or sixteen at a time, and the ordinates of points.
//!
//! `p = 3 (mod 4)`: with `t = a^((p−3)/4)`, a square has the root `a·t`, and `a·t² = 1` for squares, `−1` for others (0 for 0).
//!
//! In Fq2, with `a = a0 + a1 u` and `s² = a0² + a1²`, let `δ = (a0 + s)/2` (`(a0 − s)/2` if that is zero) and `t = δ^((p−3)/4)`:
//!
//! ```text
//! δ a square:   root = δt + (a1 t/2) u        (δt)² = δ,   (a1 t/2)² = a1²/(4δ) = (s − a0)/2 = δ − a0
//! otherwise:    root = −a1 t/2 + δt u         (δt)² = −δ,  likewise
//! ```
//!
//! Two powers a root, no inversion, and nothing to try twice. Whether there was a root at all is seen by squaring it.
//!
//! Source: G. Adj and F. Rodríguez-Henríquez, *Square root computation over even extension fields*, 2012 (the complex method).

#[cfg(test)]
use ark_bn254::Fq2;
use ark_bn254::{Fq, g1, g2};
use ark_ec::short_weierstrass::SWCurveConfig;
#[cfg(test)]
use ark_ff::AdditiveGroup;
use ark_ff::{BigInt, Field, PrimeField};

use crate::backend::Kernel;
use crate::lanes::{Lanes, Loose, PrimeLanes};
use crate::quadratic::Quadratic;

/// `(p − 3)/4`.
const EXPONENT: [u64; 4] = {
    let BigInt([w0, w1, w2, w3]) = Fq::MODULUS;
    [w0 >> 2 | w1 << 62, w1 >> 2 | w2 << 62, w2 >> 2 | w3 << 62, w3 >> 2]
};

const fn bit(i: usize) -> bool {
    EXPONENT[i / 64] >> (i % 64) & 1 == 1
}

/// Bits of a window: odd powers up to 15.
const WINDOW: usize = 4;

/// `x^((p−3)/4)`, by sliding windows. With two vectors at a time the multipliers do not wait for the end of each squaring.
#[inline(always)]
fn power<L: PrimeLanes<Field = Fq>, const N: usize>(x: [L; N]) -> [L; N] {
    let mut odd = [x; 1 << (WINDOW - 1)];
    for lane in 0..N {
        let square = L::square(x[lane]);
        for k in 1..odd.len() {
            odd[k][lane] = L::mul(odd[k - 1][lane], square);
        }
    }
    let mut result = x;
    let mut started = false;
    // Bits not yet seen.
    let mut left = 252;
    while left > 0 {
        let mut low = left - 1;
        let mut window = 0;
        if bit(low) {
            low = left.saturating_sub(WINDOW);
            while !bit(low) {
                low += 1;
            }
            for i in (low..left).rev() {
                window = window << 1 | usize::from(bit(i));
            }
        }
        if started {
            for _ in low..left {
                for k in 0..N {
                    result[k] = L::square(result[k]);
                }
            }
            if window > 0 {
                for k in 0..N {
                    result[k] = L::mul(result[k], odd[window >> 1][k]);
                }
            }
        } else if window > 0 {
            result = odd[window >> 1];
            started = true;
        }
        left = low;
    }
    result
}

/// Roots, and the lanes where there is one.
#[inline(always)]
fn roots<L: PrimeLanes<Field = Fq>, const N: usize>(a: [L; N]) -> ([L; N], [u8; N]) {
    let (mut root, mut exists) = (power(a), [0; N]);
    for k in 0..N {
        root[k] = L::mul(root[k], a[k]);
        exists[k] = L::square(root[k]).sub(a[k]).zeros();
    }
    (root, exists)
}

/// Roots in Fq2, and the lanes where there is one.
#[inline(always)]
fn quadratic_roots<L: PrimeLanes<Field = Fq>, const N: usize>(
    a: [Quadratic<L>; N],
) -> ([Quadratic<L>; N], [u8; N]) {
    let half = L::splat(&Fq::from(2).inverse().expect("2 is not 0"));
    let mut delta = [L::zero(); N];
    for k in 0..N {
        let [a0, a1] = a[k].coordinates();
        delta[k] = (L::square_loose(a0) + L::square_loose(a1)).reduce::<0>();
    }
    let (s, _) = roots(delta);
    for k in 0..N {
        let [a0, _] = a[k].coordinates();
        let (sum, difference) = (a0.add(s[k]), a0.sub(s[k]));
        delta[k] = L::mul(L::select(sum.zeros(), difference, sum), half);
    }
    let t = power(delta);
    let (mut root, mut exists) = (a, [0; N]);
    for k in 0..N {
        let [_, a1] = a[k].coordinates();
        let first = L::mul(delta[k], t[k]);
        let second = L::mul(L::mul(a1, half), t[k]);
        let square = L::square(first).sub(delta[k]).zeros();
        root[k] =
            Quadratic::new(L::select(square, first, L::zero().sub(second)), L::select(square, second, first));
        exists[k] = Quadratic::square(root[k]).sub(a[k]).zeros();
    }
    (root, exists)
}

/// For each abscissa an ordinate of `y² = x³ + 3`, and the lanes where there is one.
pub(super) struct LiftG1<'a, L>(pub(super) &'a [L]);

impl<L: PrimeLanes<Field = Fq>> Kernel for LiftG1<'_, L> {
    type Output = (Vec<L>, Vec<u8>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let b = L::splat(&g1::Config::COEFF_B);
        let (mut y, mut exists) = (Vec::with_capacity(self.0.len()), Vec::with_capacity(self.0.len()));
        for x in self.0.chunks(2) {
            let mut squares = [L::zero(); 2];
            for (k, &x) in x.iter().enumerate() {
                squares[k] = (L::mul_loose(L::square(x), x) + b.loose()).reduce::<0>();
            }
            let (roots, found) = roots(squares);
            y.extend_from_slice(&roots[..x.len()]);
            exists.extend_from_slice(&found[..x.len()]);
        }
        (y, exists)
    }
}

/// For each abscissa an ordinate of the twist, `y² = x³ + 3/ξ`, and the lanes where there is one.
pub(super) struct LiftG2<'a, L>(pub(super) &'a [Quadratic<L>]);

impl<L: PrimeLanes<Field = Fq>> Kernel for LiftG2<'_, L> {
    type Output = (Vec<Quadratic<L>>, Vec<u8>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let b = Quadratic::<L>::splat(&g2::Config::COEFF_B);
        let (mut y, mut exists) = (Vec::with_capacity(self.0.len()), Vec::with_capacity(self.0.len()));
        for x in self.0.chunks(2) {
            let mut squares = [Quadratic::zero(); 2];
            for (k, &x) in x.iter().enumerate() {
                squares[k] = Quadratic::mul(Quadratic::square(x), x).add(b);
            }
            let (roots, found) = quadratic_roots(squares);
            y.extend_from_slice(&roots[..x.len()]);
            exists.extend_from_slice(&found[..x.len()]);
        }
        (y, exists)
    }
}

/// Roots in Fq2, for tests: points of the twist seldom have the special values.
#[cfg(test)]
pub(crate) struct QuadraticRoots<'a, L>(pub(crate) &'a [[Fq2; 8]], pub(crate) core::marker::PhantomData<L>);

#[cfg(test)]
impl<L: PrimeLanes<Field = Fq>> Kernel for QuadraticRoots<'_, L> {
    type Output = Vec<([Fq2; 8], u8)>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut results = Vec::new();
        for values in self.0 {
            let ([root, other], [exists, _]) =
                quadratic_roots([Quadratic::<L>::from_fields(values), Quadratic::splat(&Fq2::ZERO)]);
            assert_eq!(other.zeros(), 0xff);
            results.push((root.to_fields(), exists));
        }
        results
    }
}
