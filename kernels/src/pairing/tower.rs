//! Eight elements of Fq12 over Fq6 over Fq2: `v³ = ξ = 9 + u`, `w² = v`.
//!
//! Products in Fq6 are sums of products in Fq2, reduced once a coefficient ([`QuadraticWide`]). With coordinates below `2.6p` and
//! `p²/R < 0.012p`, a product in Fq2 adds `(−0.08p, 0.08p)` to its first coordinate and `[0, 0.16p)` to its second; `ξ` times two of
//! them `(−1.8p, 1.5p)` and `(−0.2p, 3.1p)`, `ξ` times three (a square's last coefficient, times v) `(−2.7p, 2.2p)` and `(−0.3p, 4.6p)`.
//! Reduction adds up to `1.13p`. So whatever follows is reduced with `K = 3`, products with a line also with an element added.

use ark_bn254::{Fq, Fq2, Fq6, Fq12};

use crate::lanes::{Lanes, Loose, PrimeLanes};
use crate::quadratic::{Quadratic, QuadraticOperand, QuadraticSum};
use crate::wide::QuadraticWide;

/// `c0 + c1 v + c2 v²`.
#[derive(Clone, Copy)]
pub(crate) struct Six<L>([Quadratic<L>; 3]);

/// `h0 + h1 w`.
#[derive(Clone, Copy)]
pub(crate) struct Twelve<L>([Six<L>; 2]);

/// A line at a point, divided by its constant coefficient: `1 + (a + b v) w`.
#[derive(Clone, Copy)]
pub(crate) struct LineAt<L> {
    pub(crate) a: Quadratic<L>,
    pub(crate) b: Quadratic<L>,
}

/// Coefficients in Fq6 before reduction.
type WideSix<L> = [QuadraticWide<L>; 3];
/// Coefficients in Fq6 before carries.
type LooseSix<L> = [QuadraticSum<L>; 3];

impl<L: PrimeLanes<Field = Fq>> Six<L> {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let ([a0, a1, a2], [b0, b1, b2]) = (self.0, other.0);
        Self([a0.add(b0), a1.add(b1), a2.add(b2)])
    }

    /// Karatsuba's six products.
    #[inline(always)]
    fn mul(self, other: Self) -> WideSix<L> {
        let ([a0, a1, a2], [b0, b1, b2]) = (self.0, other.0);
        let v0 = QuadraticWide::product(a0, b0);
        let v1 = QuadraticWide::product(a1, b1);
        let v2 = QuadraticWide::product(a2, b2);
        let c12 = QuadraticWide::product(sum(a1, a2), sum(b1, b2)) - v1 - v2;
        let c01 = QuadraticWide::product(sum(a0, a1), sum(b0, b1)) - v0 - v1;
        let c02 = QuadraticWide::product(sum(a0, a2), sum(b0, b2)) - v0 - v2;
        [v0 + c12.times_xi(), c01 + v2.times_xi(), c02 + v1]
    }

    /// Times `a + b v`: five products.
    #[inline(always)]
    fn mul_line(self, line: LineAt<L>, a_plus_b: QuadraticOperand<L>) -> WideSix<L> {
        let ([c0, c1, c2], LineAt { a, b }) = (self.0, line);
        let c0a = QuadraticWide::product(c0, a);
        let c1b = QuadraticWide::product(c1, b);
        let cross = QuadraticWide::product(sum(c0, c1), a_plus_b) - c0a - c1b;
        [c0a + QuadraticWide::product(c2, b).times_xi(), cross, QuadraticWide::product(c2, a) + c1b]
    }

    #[inline(always)]
    fn plus(self, sums: LooseSix<L>) -> Self {
        let ([a0, a1, a2], [c0, c1, c2]) = (self.0, sums);
        Self([
            (a0.loose() + c0).reduce::<3>(),
            (a1.loose() + c1).reduce::<3>(),
            (a2.loose() + c2).reduce::<3>(),
        ])
    }
}

/// Reduces, after a multiplication by v if that is wanted: `v (c0 + c1 v + c2 v²) = ξ c2 + c0 v + c1 v²`.
#[inline(always)]
fn reduced<L: PrimeLanes<Field = Fq>>([c0, c1, c2]: WideSix<L>, times_v: bool) -> LooseSix<L> {
    let c2 = if times_v { c2.times_xi() } else { c2 };
    let [c0, c1, c2] = [c0.loose(), c1.loose(), c2.loose()];
    if times_v { [c2, c0, c1] } else { [c0, c1, c2] }
}

#[inline(always)]
fn sum<L: PrimeLanes<Field = Fq>>(a: Quadratic<L>, b: Quadratic<L>) -> QuadraticOperand<L> {
    (a.loose() + b.loose()).carry::<0>()
}

impl<L: PrimeLanes<Field = Fq>> Twelve<L> {
    #[inline(always)]
    pub(crate) fn one() -> Self {
        let zero = Quadratic::zero();
        Self([Six([Quadratic::one(), zero, zero]), Six([zero; 3])])
    }

    /// `(h0² + v h1²) + 2 h0 h1 w`. The products are turns of a loop, for the sake of the cache of instructions.
    #[inline(always)]
    pub(crate) fn square(self) -> Self {
        let Self([h0, h1]) = self;
        let factors = [(h0, h0), (h0, h1), (h1, h1)];
        let mut products = [Six([Quadratic::zero(); 3]); 3];
        for k in 0..3 {
            let (a, b) = factors[k];
            let [c0, c1, c2] = reduced(a.mul(b), k == 2);
            products[k] = Six([c0.reduce::<3>(), c1.reduce::<3>(), c2.reduce::<3>()]);
        }
        let [square0, cross, square1] = products;
        Self([square0.add(square1), cross.add(cross)])
    }

    /// `(h0 + v h1 l) + (h1 + h0 l) w` for the line `1 + l w`: five products in each of two turns, as in [`square`](Self::square).
    #[inline(always)]
    pub(crate) fn mul_line(self, line: LineAt<L>) -> Self {
        let Self(halves) = self;
        let a_plus_b = sum(line.a, line.b);
        let mut product = self;
        for k in 0..2 {
            product.0[1 - k] = halves[1 - k].plus(reduced(halves[k].mul_line(line, a_plus_b), k == 1));
        }
        product
    }

    /// One element a lane.
    #[cfg(test)]
    pub(crate) fn from_fields(values: &[Fq12; 8]) -> Self {
        let six = |values: [Fq6; 8]| {
            Six([
                Quadratic::from_fields(&values.map(|v| v.c0)),
                Quadratic::from_fields(&values.map(|v| v.c1)),
                Quadratic::from_fields(&values.map(|v| v.c2)),
            ])
        };
        Self([six(values.map(|v| v.c0)), six(values.map(|v| v.c1))])
    }

    /// The elements, lane by lane.
    #[inline(always)]
    pub(crate) fn to_fields(self) -> [Fq12; 8] {
        let half =
            |Six([c0, c1, c2]): Six<L>| -> [[Fq2; 8]; 3] { [c0.to_fields(), c1.to_fields(), c2.to_fields()] };
        let [c0, c1] = [half(self.0[0]), half(self.0[1])];
        core::array::from_fn(|lane| {
            let six = |c: &[[Fq2; 8]; 3]| Fq6::new(c[0][lane], c[1][lane], c[2][lane]);
            Fq12::new(six(&c0), six(&c1))
        })
    }
}
