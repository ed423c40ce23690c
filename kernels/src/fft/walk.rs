//! All stages over all blocks, depth first: a block goes through the stages below it before its neighbour is touched.
//!
//! Large blocks are shared out between threads: a stage's butterflies in runs, then the four blocks below, each on its own.

use super::butterflies::{down2, down4, up2, up4};
use super::twiddles::{Triple, Twiddles};
use super::{Sum, leaf};
use crate::backend::{Kernel, Vectors};
use crate::lanes::Lanes;

/// Blocks from this many vectors on, 2^14 elements, are shared.
const SHARED: usize = 1 << 11;
/// Butterflies of one stage, in vectors, that one thread does at a time: some 30 µs.
const RUN: usize = 256;

/// From natural to scrambled order. Values must lie in `[0, 2.3p)`, and do so afterwards.
pub(super) fn down<V: Vectors>(block: &mut [Sum<V>], twiddles: &Twiddles<V>) {
    Walk { down: twiddles, up: twiddles }.share::<true, false>(block, &[], 0);
}

/// From scrambled to natural order. Values must lie in `[0, 1.3p)`; afterwards they do in `(−2.6p, 6.2p)`.
pub(super) fn up<V: Vectors>(block: &mut [Sum<V>], twiddles: &Twiddles<V>) {
    Walk { down: twiddles, up: twiddles }.share::<false, true>(block, &[], 0);
}

/// Down, times `twist` in scrambled order, and up. Values must lie in `[0, 2.3p)`; afterwards they do in `(−2.6p, 6.2p)`.
pub(super) fn down_twist_up<V: Vectors>(
    block: &mut [Sum<V>],
    down: &Twiddles<V>,
    twist: &[V::Fr],
    up: &Twiddles<V>,
) {
    Walk { down, up }.share::<true, true>(block, twist, 0);
}

/// The tables of a walk; it goes one way or both, and twists its leaves if both.
struct Walk<'a, V: Vectors> {
    down: &'a Twiddles<V>,
    up: &'a Twiddles<V>,
}

impl<V: Vectors> Walk<'_, V> {
    /// Walks a block whose first stage is `stage`.
    fn share<const DOWN: bool, const UP: bool>(&self, block: &mut [Sum<V>], twist: &[V::Fr], stage: usize) {
        if block.len() < SHARED || rayon::current_num_threads() == 1 {
            V::enter(Block::<V, DOWN, UP> { walk: self, block, twist, stage });
            return;
        }
        let quarter = block.len() / 4;
        if DOWN {
            share_stage::<V, false>(quarters(block), &self.down.stages[stage], self.down.leaf.quarter);
        }
        let below = |block: &mut [Sum<V>], number: usize| {
            let twist = if DOWN && UP { &twist[number * quarter..][..quarter] } else { twist };
            self.share::<DOWN, UP>(block, twist, stage + 1);
        };
        let [a, b, c, d] = quarters(block);
        rayon::join(
            || rayon::join(|| below(a, 0), || below(b, 1)),
            || rayon::join(|| below(c, 2), || below(d, 3)),
        );
        if UP {
            share_stage::<V, true>(quarters(block), &self.up.stages[stage], self.up.leaf.quarter);
        }
    }
}

/// One stage of radix 4.
fn share_stage<V: Vectors, const UP: bool>(
    block: [&mut [Sum<V>]; 4],
    twiddles: &[Triple<V::Fr>],
    root: V::Fr,
) {
    if twiddles.len() <= RUN {
        V::enter(Stage::<V, UP> { block, twiddles, root });
        return;
    }
    let middle = twiddles.len() / 2;
    let (early, late) = twiddles.split_at(middle);
    let [(a, e), (b, f), (c, g), (d, h)] = block.map(|part| part.split_at_mut(middle));
    rayon::join(
        || share_stage::<V, UP>([a, b, c, d], early, root),
        || share_stage::<V, UP>([e, f, g, h], late, root),
    );
}

#[inline(always)]
fn quarters<T>(block: &mut [T]) -> [&mut [T]; 4] {
    let (low, high) = block.split_at_mut(block.len() / 2);
    let (a, b) = low.split_at_mut(low.len() / 2);
    let (c, d) = high.split_at_mut(high.len() / 2);
    [a, b, c, d]
}

/// Some butterflies of one stage.
struct Stage<'a, V: Vectors, const UP: bool> {
    block: [&'a mut [Sum<V>]; 4],
    twiddles: &'a [Triple<V::Fr>],
    root: V::Fr,
}

impl<V: Vectors, const UP: bool> Kernel for Stage<'_, V, UP> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        stage::<V::Fr, UP>(self.block, self.twiddles, self.root);
    }
}

/// A block with all its stages, on one thread.
struct Block<'a, V: Vectors, const DOWN: bool, const UP: bool> {
    walk: &'a Walk<'a, V>,
    block: &'a mut [Sum<V>],
    twist: &'a [V::Fr],
    stage: usize,
}

impl<V: Vectors, const DOWN: bool, const UP: bool> Kernel for Block<'_, V, DOWN, UP> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { walk: Walk { down, up }, block, twist, stage: first } = self;
        for start in (0..block.len()).step_by(8) {
            if DOWN {
                for twiddles in &down.stages[first..] {
                    let length = 4 * twiddles.len();
                    if start % length == 0 {
                        let part = quarters(&mut block[start..start + length]);
                        stage::<V::Fr, false>(part, twiddles, down.leaf.quarter);
                    }
                }
                if !down.half.is_empty() && start % 16 == 0 {
                    half::<V::Fr, false>(&mut block[start..start + 16], &down.half);
                }
            }
            let values = block[start..].first_chunk_mut().expect("a block is made of leaves");
            if DOWN && UP {
                leaf::down::<V::Fr, true>(values, &down.leaf, &twist[start..start + 8]);
            } else if DOWN {
                leaf::down::<V::Fr, false>(values, &down.leaf, &[]);
            }
            if UP {
                leaf::up::<V::Fr>(values, &up.leaf);
                let end = start + 8;
                if !up.half.is_empty() && end % 16 == 0 {
                    half::<V::Fr, true>(&mut block[end - 16..end], &up.half);
                }
                for twiddles in up.stages[first..].iter().rev() {
                    let length = 4 * twiddles.len();
                    if end % length == 0 {
                        let part = quarters(&mut block[end - length..end]);
                        stage::<V::Fr, true>(part, twiddles, up.leaf.quarter);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn stage<L: Lanes, const UP: bool>(block: [&mut [L::Loose]; 4], twiddles: &[Triple<L>], root: L) {
    let length = twiddles.len();
    let [a, b, c, d] = block;
    let (a, b, c, d) = (&mut a[..length], &mut b[..length], &mut c[..length], &mut d[..length]);
    for j in 0..length {
        let x = [a[j], b[j], c[j], d[j]];
        [a[j], b[j], c[j], d[j]] =
            if UP { up4::<L>(x, &twiddles[j], root) } else { down4::<L>(x, &twiddles[j], root) };
    }
}

#[inline(always)]
fn half<L: Lanes, const UP: bool>(block: &mut [L::Loose], twiddles: &[L]) {
    let length = twiddles.len();
    let (a, b) = block.split_at_mut(length);
    let b = &mut b[..length];
    for j in 0..length {
        [a[j], b[j]] =
            if UP { up2::<L>([a[j], b[j]], twiddles[j]) } else { down2::<L>([a[j], b[j]], twiddles[j]) };
    }
}
