//! Points in affine coordinates, eight a vector, added or doubled all at once with one inversion.
//!
//! ```text
//! λ = (y2 − y1)/(x2 − x1), or 3x²/2y for the tangent;   x3 = λ² − x1 − x2,   m = λ x1 − y1,   y3 = m − λ x3
//! ```
//!
//! `y = λx − m` is the line through the two. Where a denominator is zero no such line is found: the lane is remembered, and what it
//! holds from then on is without meaning.

use crate::backend::Kernel;
use crate::batch::invert_all;
use crate::lanes::{Lanes, Loose};

/// Eight points that are not the identity.
#[derive(Clone, Copy)]
pub(super) struct Points<L> {
    pub(super) x: L,
    pub(super) y: L,
}

impl<L: Lanes> Points<L> {
    /// The points `−P`.
    #[inline(always)]
    pub(super) fn negative(self) -> Self {
        Self { x: self.x, y: L::zero().sub(self.y) }
    }
}

/// The line `y = slope·x − m`.
#[derive(Clone, Copy)]
pub(super) struct Chord<L> {
    pub(super) slope: L,
    pub(super) m: L,
}

/// Replaces each of the sums by its double, or by its sum with another point.
pub(super) struct Step<'a, L: Lanes> {
    pub(super) sums: &'a mut [Points<L>],
    /// What is added; the sums are doubled if there is nothing.
    pub(super) with: Option<&'a [Points<L>]>,
    /// The lines through the two points.
    pub(super) chords: &'a mut [Chord<L>],
    /// Lanes where a denominator was zero are added.
    pub(super) exceptions: &'a mut [u8],
}

impl<L: Lanes> Kernel for Step<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { sums, with, chords, exceptions } = self;
        let mut inverses = Vec::with_capacity(sums.len());
        for i in 0..sums.len() {
            let Points { x, y } = sums[i];
            inverses.push(match with {
                None => y.add(y),
                Some(others) => x.sub(others[i].x),
            });
        }
        if !invert_all(&mut inverses) {
            for i in 0..inverses.len() {
                let zeros = inverses[i].zeros();
                exceptions[i] |= zeros;
                inverses[i] = L::select(zeros, L::one(), inverses[i]);
            }
            let inverted = invert_all(&mut inverses);
            debug_assert!(inverted, "zeros were replaced");
        }
        for i in 0..sums.len() {
            let Points { x: x2, y: y2 } = sums[i];
            let (slope, first) = match with {
                None => {
                    let square = L::square_loose(x2);
                    (L::mul((square + square + square).carry::<0>(), inverses[i]), sums[i])
                }
                Some(others) => {
                    let rise = y2.loose() - others[i].y.loose();
                    (L::mul(rise.carry::<3>(), inverses[i]), others[i])
                }
            };
            let m = (L::mul_loose(slope, first.x) - first.y.loose()).reduce::<4>();
            let x = (L::square_loose(slope) - (first.x.loose() + x2.loose())).reduce::<6>();
            let y = (m.loose() - L::mul_loose(slope, x)).reduce::<3>();
            sums[i] = Points { x, y };
            chords[i] = Chord { slope, m };
        }
    }
}
