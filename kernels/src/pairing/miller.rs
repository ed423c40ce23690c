//! Miller's loop of the optimal ate pairing, one pair a lane.
//!
//! ```text
//! f_{6x+2,Q}(P) · l_{[6x+2]Q, πQ}(P) · l_{[6x+2]Q + πQ, −π²Q}(P)
//! ```
//!
//! over the digits −1, 0, 1 of `6x + 2`. A step doubles or adds the points of all lanes with one inversion ([`Step`]). The line of slope
//! λ that [`Step`] finds is `y_P − λ x_P w + m v w` at P; divided by `y_P`, a factor in Fq that the final exponentiation takes to one, it
//! is `1 + l w`, ten products to multiply with. The squarings between the steps are shared by all pairs of an accumulator.
//!
//! **The subgroup check costs one addition more.** On points of order r, `π` is the multiplication by `p`, and
//! `6x + 2 + p − p² + p³ ≡ 0 (mod r)`. The loop computes `[6x+2]Q + πQ − π²Q` anyway; a point lies in G2 if and only if that is
//! `−π³Q`: the endomorphism `6x + 2 + π − π² + π³` has degree `N`, its norm modulo `π² − tπ + p`, so that points on which it vanishes
//! have an order that divides N and `#E'(Fq2) = r(2p − r)`; and `gcd(N, 2p − r) = 1` (`tests/pairing.rs` computes it). Where a
//! denominator is zero in the loop, the point is outside G2 too: for one of order r, none of `[k]Q` with `1 < k ≤ 6x + 2` is `±Q`,
//! and the last sums differ likewise.
//!
//! Sources: F. Vercauteren, *Optimal pairings*, 2010; Y. Dai, K. Lin, C.-A. Zhao, Z. Zhou, *Fast subgroup membership testings for G1, G2
//! and GT on pairing-friendly curves*, eprint 2022/348.

use ark_bn254::{Config, Fq, Fq2, Fq12, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::bn::BnConfig;
use ark_ff::{AdditiveGroup, Field};

use super::affine::{Chord, Points, Step};
use super::load::load;
use super::tower::{LineAt, Twelve};
use crate::backend::{Kernel, Task, Vectors};
use crate::batch::invert_all;
use crate::lanes::{Lanes, PrimeLanes};
use crate::quadratic::Quadratic;

/// The loop for some pairs, one value for every `group` consecutive ones.
///
/// A group is a lane of `group` vectors that share an accumulator. Points must lie on their curves. A pair with an identity gives one.
pub(super) struct Loop<'a> {
    pub(super) pairs: &'a [(G1Affine, G2Affine)],
    pub(super) group: usize,
}

/// Which points of the twist lie outside G2.
pub(super) struct Outside<'a>(pub(super) &'a [G2Affine]);

impl Task for Loop<'_> {
    /// The values, and for each pair whether its point is outside G2.
    type Output = (Vec<Fq12>, Vec<bool>);

    fn run<V: Vectors>(self) -> Self::Output {
        let Self { pairs, group } = self;
        let groups = pairs.len().div_ceil(group);
        let accumulators = groups.div_ceil(8);
        // The pair of each lane, vector after vector.
        let place = |slot: usize| (slot / 8 / group * 8 + slot % 8) * group + slot / 8 % group;
        let pair = |slot: usize| {
            let pair = pairs.get(place(slot)).filter(|_| place(slot) / group < groups);
            pair.filter(|(p, q)| !p.is_zero() && !q.is_zero())
        };
        let slots = accumulators * group * 8;
        let at = places::<V>((0..slots).map(|slot| pair(slot).map(|pair| pair.0)));
        let mut walk = Walk::<V::Fq>::start::<V>((0..slots).map(|slot| pair(slot).map(|pair| pair.1)));

        let mut products = vec![Twelve::<V::Fq>::one(); accumulators];
        walk.run::<V>(|lines, chords| {
            if lines == Lines::Tangents {
                V::enter(Square(&mut products));
            }
            let vectors = chords.chunks(group).zip(at.chunks(group));
            for (accumulator, (chords, at)) in products.iter_mut().zip(vectors) {
                V::enter(Multiply { accumulator, chords, at });
            }
        });
        let mut values = V::enter(Values(&products));
        values.truncate(groups);
        let mut outside = vec![false; pairs.len()];
        for slot in (0..slots).filter(|&slot| pair(slot).is_some()) {
            outside[place(slot)] = walk.exceptions[slot / 8] >> (slot % 8) & 1 == 1;
        }
        (values, outside)
    }
}

impl Task for Outside<'_> {
    type Output = Vec<bool>;

    fn run<V: Vectors>(self) -> Vec<bool> {
        let points = self.0.iter().map(|point| Some(*point).filter(|point| !point.is_zero()));
        let mut walk = Walk::<V::Fq>::start::<V>(points);
        walk.run::<V>(|_, _| {});
        let outside = |i: usize| walk.exceptions[i / 8] >> (i % 8) & 1 == 1;
        self.0.iter().enumerate().map(|(i, point)| !point.is_zero() && outside(i)).collect()
    }
}

/// The points of all lanes on their way through the loop.
struct Walk<L: PrimeLanes<Field = Fq>> {
    q: Vec<Points<Quadratic<L>>>,
    sums: Vec<Points<Quadratic<L>>>,
    chords: Vec<Chord<Quadratic<L>>>,
    /// Lanes whose point is not in G2.
    exceptions: Vec<u8>,
}

/// What a step finds, one a lane. A digit begins with tangents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Tangents,
    Chords,
}

impl<L: PrimeLanes<Field = Fq>> Walk<L> {
    /// With the generator where there is no point.
    fn start<V: Vectors<Fq = L>>(points: impl Iterator<Item = Option<G2Affine>> + Clone) -> Self {
        let generator = G2Affine::generator();
        let each = |of: fn(G2Affine) -> Fq2| move |q: Option<G2Affine>| of(q.unwrap_or(generator));
        let x = load::<V, Quadratic<L>>(points.clone().map(each(|q| q.x)), generator.x);
        let y = load::<V, Quadratic<L>>(points.map(each(|q| q.y)), generator.y);
        let q: Vec<_> = x.into_iter().zip(y).map(|(x, y)| Points { x, y }).collect();
        let nothing = Chord { slope: Quadratic::zero(), m: Quadratic::zero() };
        Self { sums: q.clone(), chords: vec![nothing; q.len()], exceptions: vec![0; q.len()], q }
    }

    fn run<V: Vectors<Fq = L>>(&mut self, mut visit: impl FnMut(Lines, &[Chord<Quadratic<L>>])) {
        let Self { q, sums, chords, exceptions } = self;
        let mut step = |with: Option<&[Points<Quadratic<L>>]>| {
            V::enter(Step { sums: &mut *sums, with, chords: &mut *chords, exceptions: &mut *exceptions });
            visit(if with.is_none() { Lines::Tangents } else { Lines::Chords }, chords);
        };
        let minus_q = V::enter(Negative(q));
        for digit in Config::ATE_LOOP_COUNT.iter().rev().skip(1) {
            step(None);
            match digit {
                1 => step(Some(q)),
                -1 => step(Some(&minus_q)),
                _ => {}
            }
        }
        let once = V::enter(Frobenius(q));
        let twice = V::enter(Frobenius(&once));
        step(Some(&once));
        step(Some(&V::enter(Negative(&twice))));
        V::enter(Differ { sums, minus: &V::enter(Frobenius(&twice)), exceptions });
    }
}

/// Where lines are taken: `−x_P/y_P` and `1/y_P`; zeros, so that lines are one, in lanes without a pair.
#[derive(Clone, Copy)]
struct At<L> {
    x: L,
    y: L,
}

fn places<V: Vectors>(points: impl Iterator<Item = Option<G1Affine>> + Clone) -> Vec<At<V::Fq>> {
    let x = load::<V, V::Fq>(points.clone().map(|p| p.map_or(Fq::ZERO, |p| p.x)), Fq::ZERO);
    let y = load::<V, V::Fq>(points.clone().map(|p| p.map_or(Fq::ONE, |p| p.y)), Fq::ONE);
    let mut lanes = vec![0; x.len()];
    for (i, point) in points.enumerate() {
        lanes[i / 8] |= u8::from(point.is_some()) << (i % 8);
    }
    V::enter(Place { x: &x, y, lanes: &lanes })
}

/// Divides the coordinates of P.
struct Place<'a, L> {
    x: &'a [L],
    y: Vec<L>,
    lanes: &'a [u8],
}

impl<L: PrimeLanes<Field = Fq>> Kernel for Place<'_, L> {
    type Output = Vec<At<L>>;

    #[inline(always)]
    fn run(self) -> Vec<At<L>> {
        let Self { x, mut y, lanes } = self;
        let inverted = invert_all(&mut y);
        debug_assert!(inverted, "no point of G1 has y = 0");
        let mut at = Vec::with_capacity(x.len());
        for i in 0..x.len() {
            let y = L::select(lanes[i], y[i], L::zero());
            at.push(At { x: L::zero().sub(L::mul(x[i], y)), y });
        }
        at
    }
}

/// Multiplies the lines of some vectors into their accumulator.
struct Multiply<'a, L> {
    accumulator: &'a mut Twelve<L>,
    chords: &'a [Chord<Quadratic<L>>],
    at: &'a [At<L>],
}

impl<L: PrimeLanes<Field = Fq>> Kernel for Multiply<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut product = *self.accumulator;
        for (chord, at) in self.chords.iter().zip(self.at) {
            let line = LineAt { a: chord.slope.scale(at.x), b: chord.m.scale(at.y) };
            product = product.mul_line(line);
        }
        *self.accumulator = product;
    }
}

/// Squares every accumulator.
pub(crate) struct Square<'a, L>(pub(crate) &'a mut [Twelve<L>]);

impl<L: PrimeLanes<Field = Fq>> Kernel for Square<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for accumulator in self.0 {
            *accumulator = accumulator.square();
        }
    }
}

/// The p-power endomorphism of the twist, `π`: conjugates times constants.
struct Frobenius<'a, L>(&'a [Points<Quadratic<L>>]);

impl<L: PrimeLanes<Field = Fq>> Kernel for Frobenius<'_, L> {
    type Output = Vec<Points<Quadratic<L>>>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let by_x = Quadratic::<L>::splat(&Config::TWIST_MUL_BY_Q_X);
        let by_y = Quadratic::<L>::splat(&Config::TWIST_MUL_BY_Q_Y);
        let mut images = Vec::with_capacity(self.0.len());
        for point in self.0 {
            images.push(Points {
                x: Lanes::mul(point.x.conjugate(), by_x),
                y: Lanes::mul(point.y.conjugate(), by_y),
            });
        }
        images
    }
}

struct Negative<'a, L>(&'a [Points<Quadratic<L>>]);

impl<L: PrimeLanes<Field = Fq>> Kernel for Negative<'_, L> {
    type Output = Vec<Points<Quadratic<L>>>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut negatives = Vec::with_capacity(self.0.len());
        for point in self.0 {
            negatives.push(point.negative());
        }
        negatives
    }
}

/// Adds the lanes where a sum is not the negative of another point.
struct Differ<'a, L> {
    sums: &'a [Points<Quadratic<L>>],
    minus: &'a [Points<Quadratic<L>>],
    exceptions: &'a mut [u8],
}

impl<L: PrimeLanes<Field = Fq>> Kernel for Differ<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for i in 0..self.sums.len() {
            let (sum, minus) = (self.sums[i], self.minus[i]);
            let equal = sum.x.sub(minus.x).zeros() & sum.y.add(minus.y).zeros();
            self.exceptions[i] |= !equal;
        }
    }
}

struct Values<'a, L>(&'a [Twelve<L>]);

impl<L: PrimeLanes<Field = Fq>> Kernel for Values<'_, L> {
    type Output = Vec<Fq12>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut values = Vec::with_capacity(8 * self.0.len());
        for accumulator in self.0 {
            values.extend_from_slice(&accumulator.to_fields());
        }
        values
    }
}
