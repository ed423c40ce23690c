//! The columns of a group added up side by side, in a tree, with one inversion a level.
//!
//! Row `r` of the group is the `r`-th entry of each column that has more than `r`. Level by level, row `2sj + s` is added onto row
//! `2sj` for `s = 1, 2, 4, …`, until row 0 holds the sums. The affine addition of `(x1, y1)` and `(x2, y2)`,
//!
//! ```text
//! λ = (y2 − y1)/(x2 − x1),   x3 = λ² − x1 − x2,   y3 = λ(x1 − x3) − y1
//! ```
//!
//! costs three products of the batch inversion, two more and a square. It fails where `x1 = x2`; then the product of all denominators
//! is zero in that lane, nothing has been changed, and [`exceptions`](super::exceptions) takes those lanes out.
//!
//! Bounds in units of p (see [`Lanes`]): `x` in `[0, 2.6)`, `y` loose in `[0, 2.6)`; a level keeps them.

use core::marker::PhantomData;

use super::digits::Entry;
use super::sort::Row;
use crate::backend::Kernel;
use crate::batch::invert_lanes;
use crate::lanes::{Lanes, Line, Loose};

/// Vectors of eight points, coordinates apart.
#[derive(Clone, Copy)]
pub(super) struct Block<L: Lanes> {
    pub(super) x: L,
    pub(super) y: L::Loose,
}

/// One addition of vectors: block `right` onto block `left`, in the lanes of the mask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) mask: u8,
}

/// The additions of the level of step `step` of a group whose rows begin at block 0.
pub(super) fn pairs(rows: &[Row], step: usize, pairs: &mut Vec<Pair>) {
    pairs.clear();
    let origin = rows.first().map_or(0, |row| row.start);
    let block = |row: &Row| (row.start - origin) / 8;
    for (left, right) in rows.iter().step_by(2 * step).zip(rows.iter().skip(step).step_by(2 * step)) {
        let vectors = right.length.div_ceil(8);
        let (left, first) = (block(left), block(right));
        pairs.extend((0..vectors).map(|v| Pair { left: left + v, right: first + v, mask: 0xff }));
        if let (Some(last), rest @ 1..) = (pairs.last_mut(), right.length % 8) {
            last.mask = (1 << rest) - 1;
        }
    }
}

/// Loads points of a table into blocks.
pub(super) struct Load<'a, L: Lanes> {
    pub(super) table: &'a [Line],
    pub(super) order: &'a [Entry],
    pub(super) blocks: &'a mut Vec<Block<L>>,
}

/// Entries between the one that is loaded and the one whose lines are fetched into the first-level cache.
const NEAR: usize = 24;

impl<L: Lanes> Kernel for Load<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.blocks.clear();
        self.blocks.reserve(self.order.len() / 8);
        let mut near = self.order.iter().skip(NEAR);
        for eight in self.order.as_chunks::<8>().0 {
            for entry in near.by_ref().take(8) {
                let start = entry.index() * L::PAIR_LINES;
                L::prefetch_near(&self.table[start..start + L::PAIR_LINES]);
            }
            let (mut lines, mut negative) = ([self.table; 8], 0);
            for lane in 0..8 {
                let start = eight[lane].index() * L::PAIR_LINES;
                lines[lane] = &self.table[start..start + L::PAIR_LINES];
                negative |= u8::from(eight[lane].is_negative()) << lane;
            }
            let (x, y) = L::load_pairs(lines);
            self.blocks.push(Block { x, y: y.negate_canonical(negative) });
        }
    }
}

/// Stores the first blocks as points, eight by eight.
pub(super) struct Store<'a, L: Lanes> {
    pub(super) blocks: &'a [Block<L>],
    pub(super) lines: &'a mut [Line],
}

impl<L: Lanes> Kernel for Store<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut blocks = self.blocks.iter();
        let mut eights = self.lines.chunks_exact_mut(8 * L::PAIR_LINES);
        for eight in &mut eights {
            if let Some(block) = blocks.next() {
                L::store_pairs::<1>(block.x, block.y.settle::<0>(), eight);
            }
        }
        let rest = eights.into_remainder();
        if let Some(block) = blocks.next() {
            let mut eight = [Line([0; 8]); 16];
            L::store_pairs::<1>(block.x, block.y.settle::<0>(), &mut eight);
            rest.copy_from_slice(&eight[..rest.len()]);
        }
    }
}

/// One level: all pairs added, with one inversion. False, and no sum touched, if a denominator is zero.
pub(super) struct Level<'a, L: Lanes> {
    pub(super) blocks: &'a mut [Block<L>],
    pub(super) pairs: &'a [Pair],
    /// Space for as many elements as there are pairs.
    pub(super) prefixes: &'a mut Vec<L>,
    pub(super) ahead: Ahead<'a, L>,
}

/// Additions whose steps are done side by side, so that each loop has independent products.
const TILE: usize = 16;

impl<L: Lanes> Kernel for Level<'_, L> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self { blocks, pairs, prefixes, mut ahead } = self;
        for pair in pairs {
            if pair.mask != 0xff {
                neutralise(blocks, *pair, !pair.mask);
            }
        }

        // Forward: the products of all denominators before each, in two chains.
        prefixes.clear();
        prefixes.reserve(pairs.len());
        let (mut even, mut odd) = (L::one(), L::one());
        for two in pairs.chunks(2) {
            prefixes.push(even);
            even = L::mul(even, denominator(blocks, two[0]));
            if let Some(&pair) = two.get(1) {
                prefixes.push(odd);
                odd = L::mul(odd, denominator(blocks, pair));
            }
        }
        let Some(inverse) = invert_lanes(L::mul(even, odd)) else { return false };
        (even, odd) = (L::mul(inverse, odd), L::mul(inverse, even));

        // Backward, tile by tile.
        let mut slopes = [L::zero(); TILE];
        let mut sums = [L::zero(); TILE];
        let mut end = pairs.len();
        while end > 0 {
            let start = (end - 1) / TILE * TILE;
            let tile = &pairs[start..end];
            for k in (0..tile.len().div_ceil(2)).rev() {
                if 2 * k + 1 < tile.len() {
                    slopes[2 * k + 1] = L::mul(odd, prefixes[start + 2 * k + 1]);
                    odd = L::mul(odd, denominator(blocks, tile[2 * k + 1]));
                }
                slopes[2 * k] = L::mul(even, prefixes[start + 2 * k]);
                even = L::mul(even, denominator(blocks, tile[2 * k]));
                ahead.fetch(4);
            }
            for (k, pair) in tile.iter().enumerate() {
                let rise = blocks[pair.right as usize].y - blocks[pair.left as usize].y;
                slopes[k] = L::mul(slopes[k], rise.carry::<3>());
                ahead.fetch(2);
            }
            for (k, pair) in tile.iter().enumerate() {
                let (x1, x2) = (blocks[pair.left as usize].x, blocks[pair.right as usize].x);
                sums[k] = (L::square_loose(slopes[k]) - (x1.loose() + x2.loose())).reduce::<6>();
                ahead.fetch(2);
            }
            for (k, pair) in tile.iter().enumerate() {
                let left = &mut blocks[pair.left as usize];
                let run = (left.x.loose() - sums[k].loose()).carry::<3>();
                let y = (L::mul_loose(slopes[k], run) - left.y).reduce::<4>();
                if pair.mask == 0xff {
                    *left = Block { x: sums[k], y: y.loose() };
                } else {
                    let old = left.y.settle::<0>();
                    let x = L::select(pair.mask, sums[k], left.x);
                    *left = Block { x, y: L::select(pair.mask, y, old).loose() };
                }
                ahead.fetch(2);
            }
            end = start;
        }
        true
    }
}

/// `x2 − x1`.
#[inline(always)]
fn denominator<L: Lanes>(blocks: &[Block<L>], pair: Pair) -> L::Operand {
    (blocks[pair.right as usize].x.loose() - blocks[pair.left as usize].x.loose()).carry::<3>()
}

/// Makes the denominator of some lanes of a pair one. Their sum is then without meaning.
#[inline(always)]
pub(super) fn neutralise<L: Lanes>(blocks: &mut [Block<L>], pair: Pair, lanes: u8) {
    let beside = blocks[pair.left as usize].x.add(L::one());
    let right = &mut blocks[pair.right as usize];
    right.x = L::select(lanes, beside, right.x);
}

/// The entries of the group after this one, whose lines are fetched while this one is added up.
pub(super) struct Ahead<'a, L> {
    table: &'a [Line],
    order: core::slice::Iter<'a, Entry>,
    lanes: PhantomData<L>,
}

impl<'a, L: Lanes> Ahead<'a, L> {
    pub(super) fn new(table: &'a [Line], order: &'a [Entry]) -> Self {
        Self { table, order: order.iter(), lanes: PhantomData }
    }

    #[inline(always)]
    fn fetch(&mut self, entries: usize) {
        for _ in 0..entries {
            if let Some(entry) = self.order.next() {
                let start = entry.index() * L::PAIR_LINES;
                L::prefetch(&self.table[start..start + L::PAIR_LINES]);
            }
        }
    }
}
