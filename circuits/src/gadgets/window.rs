//! Windows of a fixed base: a point of a table, chosen and signed by three constraints without any bit.
//!
//! A window of 3 bits at position `i` offers `±d · 2^(3i) · B` for d = 1, 3, 5, 7. With `w = v²` the table is four points
//! `P₀ .. P₃` of the `(u, w)` plane, and three constraints say "one of them":
//!
//! ```text
//! v · v = w        L₀₁(u, w) · L₂₃(u, w) = 0        L₀₂(u, w) · L₁₃(u, w) = 0
//! ```
//!
//! `Lᵢⱼ` is the line through `Pᵢ` and `Pⱼ`. A line of the first pair and one of the second meet in exactly one point, and the
//! four meeting points are the table: `L₀₁ ∩ L₀₂ = P₀`, `L₀₁ ∩ L₁₃ = P₁`, `L₂₃ ∩ L₀₂ = P₂`, `L₂₃ ∩ L₁₃ = P₃`. That no two of
//! them are parallel is checked when the table is made. `v · v = w` leaves the two signs.
//!
//! The last window has 2 bits, two points: `v · v = w`, `(u − u₀)(u − u₁) = 0`, `L₀₁(u, w) · 1 = 0`.
//!
//! 3 constraints, 3 wires each. 83 windows of 3 bits and one of 2 make 251 signed bits.

use std::sync::OnceLock;

use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, Field};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{Affine, Projective, base8};
use tacit_r1cs::{ConstraintSystem, Known, Number};

use super::montgomery::MontgomeryVar;
use super::origin::montgomery;

/// Signed bits that all windows have together.
pub const SIGNED_BITS: usize = 251;
/// Bits of a window but the last.
pub const WINDOW_BITS: usize = 3;

/// The line `u + slope · w + constant = 0`.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Coefficient of `w`.
    pub slope: Fr,
    /// What remains.
    pub constant: Fr,
}

impl Line {
    /// The line through two points of the plane.
    ///
    /// # Panics
    /// If their `w` coincide, which the constants' check excludes.
    fn through(p: (Fr, Fr), q: (Fr, Fr)) -> Self {
        let inverse = (q.1 - p.1).inverse().expect("points of a window have different v²");
        let slope = (p.0 - q.0) * inverse;
        Self { slope, constant: -(p.0 + slope * p.1) }
    }

    fn at<N: Number>(&self, u: &N, w: &N) -> N {
        let mut value = u.clone() + self.constant;
        value.add_scaled(w, self.slope);
        value
    }
}

/// A window's table.
pub struct Window {
    /// Bits of its digit: the digits are the odd numbers between `±2^bits`.
    pub bits: usize,
    /// Montgomery coordinates of `d · 2^k · B` for d = 1, 3, ...
    pub points: Vec<(Fr, Fr)>,
    /// The same in Edwards coordinates.
    pub(super) edwards: Vec<Affine>,
    /// Pairs of lines whose products vanish; for two points the one line, as a pair with the constant 1 (`None`).
    pub lines: Vec<(Line, Option<Line>)>,
}

impl Window {
    fn new(bits: usize, edwards: Vec<Affine>) -> Self {
        let points: Vec<_> = edwards.iter().map(montgomery).collect();
        let plane: Vec<_> = points.iter().map(|p| (p.0, p.1.square())).collect();
        let line = |i: usize, j: usize| Line::through(plane[i], plane[j]);
        let lines = if plane.len() == 4 {
            let pairs = [(line(0, 1), line(2, 3)), (line(0, 2), line(1, 3))];
            let [first, second] = pairs;
            for a in [first.0, first.1] {
                for b in [second.0, second.1] {
                    assert_ne!(a.slope, b.slope, "lines of a window are not parallel");
                }
            }
            pairs.map(|(a, b)| (a, Some(b))).to_vec()
        } else {
            assert_ne!(plane[0].0, plane[1].0, "points of a window have different u");
            vec![(line(0, 1), None)]
        };
        Self { bits, points, edwards, lines }
    }

    /// A point of the table or its negative.
    pub fn choose<CS: ConstraintSystem>(
        &self,
        cs: &mut CS,
        choice: impl Fn(&CS::Known) -> Choice,
    ) -> MontgomeryVar<CS::Num> {
        let zero = CS::Num::from(Fr::ZERO);
        let v = cs.witness(|k| choice(k).sign(self.points[choice(k).index].1));
        let u = cs.witness(|k| self.points[choice(k).index].0);
        let w = cs.witness(|k| k.value(&v).square());
        cs.enforce(&v, &v, &w);
        if self.points.len() == 2 {
            let [from_first, from_second] = [0, 1].map(|i: usize| u.clone() - self.points[i].0);
            cs.enforce(&from_first, &from_second, &zero);
        }
        for (line, partner) in &self.lines {
            let partner = partner.map_or_else(|| CS::Num::from(Fr::ONE), |partner| partner.at(&u, &w));
            cs.enforce(&line.at(&u, &w), &partner, &zero);
        }
        MontgomeryVar { u, v }
    }
}

/// Which point of a window, and its sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Place in the table: the point with the digit `2 index + 1`.
    pub index: usize,
    /// Whether its negative is meant.
    pub minus: bool,
}

impl Choice {
    fn sign(self, v: Fr) -> Fr {
        if self.minus { -v } else { v }
    }
}

/// The 84 windows of B8, made on first use.
#[must_use]
pub fn windows() -> &'static [Window] {
    static WINDOWS: OnceLock<Vec<Window>> = OnceLock::new();
    WINDOWS.get_or_init(|| {
        let mut points = Vec::new();
        let mut unit = Projective::from(base8());
        for bits in widths() {
            let twice = unit + unit;
            let mut multiple = unit;
            for _ in 0..1usize << (bits - 1) {
                points.push(multiple);
                multiple += twice;
            }
            // The last sum is (2^bits + 1) times the unit.
            unit = multiple - unit;
        }
        let points = Projective::normalize_batch(&points);
        let mut rest = points.as_slice();
        let mut all = Vec::new();
        for bits in widths() {
            let (own, others) = rest.split_at(1 << (bits - 1));
            all.push(Window::new(bits, own.to_vec()));
            rest = others;
        }
        all
    })
}

/// Bits of each window: 3, and what is left for the last.
fn widths() -> impl Iterator<Item = usize> {
    let starts = (0..SIGNED_BITS).step_by(WINDOW_BITS);
    starts.map(|start| WINDOW_BITS.min(SIGNED_BITS - start))
}
