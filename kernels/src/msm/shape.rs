//! How scalars are cut in windows, and which multiples of the points a table holds.
//!
//! With `c` bits a window, `W` windows and `k` sets of buckets, the table holds `2^(ckt) P_i` for `t < T = ⌈W/k⌉`. Window `w = kt + s` adds
//! `± table[t·n + i]` into bucket `|d|` of set `s`, and
//!
//! ```text
//! Σ_i s_i P_i = Σ_s 2^(cs) Σ_d d · bucket[s][d]
//! ```
//!
//! One set (`k = 1`) wants the largest table and the fewest additions; `k = W` is a sum without a table.

use super::digits::Entry;

/// Bits below which a scalar lies once its sign is folded, and one more.
const SCALAR_BITS: usize = 254;

/// The windows and the table of a fixed set of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    points: usize,
    window_bits: usize,
    sets: usize,
}

impl Shape {
    /// Windows are between these many bits.
    pub const WINDOW_BITS: core::ops::RangeInclusive<usize> = 2..=20;

    /// `None` if a window's bits or the number of sets is out of range, or the table would be too long to be indexed.
    #[must_use]
    pub fn new(points: usize, window_bits: usize, sets: usize) -> Option<Self> {
        let shape = Self { points, window_bits, sets };
        let valid = Self::WINDOW_BITS.contains(&window_bits)
            && (1..=shape.windows()).contains(&sets)
            && points.checked_mul(shape.multiples()).is_some_and(|entries| entries < Entry::LIMIT);
        valid.then_some(shape)
    }

    /// The shape that takes the least time for `points` points of which a table of `entries` multiples may be held, when
    /// about `dense` of them have scalars of full size.
    #[must_use]
    pub fn fastest(points: usize, entries: usize, dense: usize) -> Self {
        let mut best = (usize::MAX, Self { points, window_bits: 2, sets: SCALAR_BITS / 2 });
        for window_bits in Self::WINDOW_BITS {
            let windows = SCALAR_BITS.div_ceil(window_bits);
            let held = entries.min(Entry::LIMIT - 1).checked_div(points).unwrap_or(windows).clamp(1, windows);
            let sets = windows.div_ceil(held);
            let shape = Self { points, window_bits, sets };
            // Additions: one an entry and two a bucket, which cost half more than those of entries; doublings between sets.
            let additions = dense * windows + points.saturating_sub(dense);
            let cost = additions
                + sets * (3 << (window_bits - 1))
                + if sets > 1 { 2 * window_bits * sets } else { 0 };
            if cost < best.0 {
                best = (cost, shape);
            }
        }
        best.1
    }

    /// n: the points that are not the identity.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points
    }

    /// c.
    #[must_use]
    pub fn window_bits(&self) -> usize {
        self.window_bits
    }

    /// k.
    #[must_use]
    pub fn sets(&self) -> usize {
        self.sets
    }

    /// W.
    #[must_use]
    pub fn windows(&self) -> usize {
        SCALAR_BITS.div_ceil(self.window_bits)
    }

    /// T: the multiples of each point that the table holds.
    #[must_use]
    pub fn multiples(&self) -> usize {
        self.windows().div_ceil(self.sets)
    }

    /// Doublings between a multiple and the next.
    pub(super) fn doublings(&self) -> usize {
        self.window_bits * self.sets
    }

    /// The greatest digit, `2^(c−1)`.
    pub(super) fn greatest_digit(&self) -> u32 {
        1 << (self.window_bits - 1)
    }

    /// Numbers of buckets are below this.
    pub(super) fn keys(&self) -> usize {
        self.sets * (self.greatest_digit() as usize + 1)
    }

    /// The bucket of a digit without its sign.
    #[inline(always)]
    pub(super) fn key(&self, window: usize, digit: u32) -> u32 {
        (window % self.sets) as u32 * (self.greatest_digit() + 1) + digit
    }

    /// The table entry of a point for a window.
    #[inline(always)]
    pub(super) fn index(&self, window: usize, point: u32) -> u32 {
        (window / self.sets * self.points) as u32 + point
    }
}
