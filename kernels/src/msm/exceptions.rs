//! Additions with equal abscissas, and with the identity: exact, one by one, slow.
//!
//! A lane whose pair needs another formula is neutralised (its denominator made one, so that the level goes through) and what it
//! should hold is written over it afterwards. The identity has no coordinates: where a sum is the identity, the lane is remembered.
//! With keys that were made at random, it happens where two wires stand in a matrix with equal or opposite columns, and hardly ever
//! else.

use ark_ff::{AdditiveGroup, Field};

use super::tree::{Block, Pair, neutralise};
use crate::backend::{Kernel, Vectors};
use crate::lanes::{Lanes, Loose};

/// A lane of a block.
type Place = (u32, u8);

/// A point, or the identity.
type Sum<L> = Option<(<L as Lanes>::Field, <L as Lanes>::Field)>;

/// The lanes of a group that hold the identity, and the sums of a level that were computed here.
pub(super) struct Exceptions<L: Lanes> {
    identities: Vec<Place>,
    sums: Vec<(Place, Sum<L>)>,
}

impl<L: Lanes> Default for Exceptions<L> {
    fn default() -> Self {
        Self { identities: Vec::new(), sums: Vec::new() }
    }
}

impl<L: Lanes> Exceptions<L> {
    /// Forgets the group.
    pub(super) fn clear(&mut self) {
        self.identities.clear();
        self.sums.clear();
    }

    /// The columns of row 0 that are the identity.
    pub(super) fn identities(&self) -> impl Iterator<Item = usize> + '_ {
        self.identities.iter().map(|&(block, lane)| block as usize * 8 + usize::from(lane))
    }

    /// Before a level: pairs with an identity on a side.
    pub(super) fn before<V: Vectors>(&mut self, blocks: &mut [Block<L>], pairs: &[Pair]) {
        if self.identities.is_empty() {
            return;
        }
        let held = core::mem::take(&mut self.identities);
        let mut used = vec![false; held.len()];
        let find = |block: u32, lane: u8| held.iter().position(|&place| place == (block, lane));
        for pair in pairs {
            for lane in (0..8).filter(|lane| pair.mask >> lane & 1 == 1) {
                let (left, right) = (find(pair.left, lane), find(pair.right, lane));
                if left.is_none() && right.is_none() {
                    continue;
                }
                for place in [left, right].into_iter().flatten() {
                    used[place] = true;
                }
                let sum = match (left, right) {
                    (Some(_), Some(_)) => None,
                    (Some(_), None) => Some(V::enter(Read { blocks, block: pair.right, lane })),
                    (None, _) => Some(V::enter(Read { blocks, block: pair.left, lane })),
                };
                self.sums.push(((pair.left, lane), sum));
                V::enter(Neutralise { blocks, pair: *pair, lane });
            }
        }
        self.identities =
            held.into_iter().zip(used).filter(|(_, used)| !used).map(|(place, _)| place).collect();
    }

    /// When a level has failed: pairs with equal abscissas.
    pub(super) fn equal_abscissas<V: Vectors>(&mut self, blocks: &mut [Block<L>], pairs: &[Pair]) {
        for pair in pairs {
            let zeros = V::enter(EqualAbscissas { blocks, pair: *pair });
            for lane in (0..8).filter(|lane| zeros >> lane & 1 == 1) {
                let (x, y) = V::enter(Read { blocks, block: pair.left, lane });
                let (_, other) = V::enter(Read { blocks, block: pair.right, lane });
                self.sums.push(((pair.left, lane), if y == other { double::<L>(x, y) } else { None }));
                V::enter(Neutralise { blocks, pair: *pair, lane });
            }
        }
    }

    /// After a level: puts the sums in their places.
    pub(super) fn after<V: Vectors>(&mut self, blocks: &mut [Block<L>]) {
        for ((block, lane), sum) in self.sums.drain(..) {
            match sum {
                Some(point) => V::enter(Write { blocks, block, lane, point }),
                None => self.identities.push((block, lane)),
            }
        }
    }
}

/// `2(x, y)`: slope `3x²/2y`. A point with `y = 0` is of order two.
fn double<L: Lanes>(x: L::Field, y: L::Field) -> Sum<L> {
    let square = x.square();
    let slope = (square.double() + square) * y.double().inverse()?;
    let doubled = slope.square() - x.double();
    Some((doubled, slope * (x - doubled) - y))
}

struct Read<'a, L: Lanes> {
    blocks: &'a [Block<L>],
    block: u32,
    lane: u8,
}

impl<L: Lanes> Kernel for Read<'_, L> {
    type Output = (L::Field, L::Field);
    #[inline(always)]
    fn run(self) -> Self::Output {
        let Block { x, y } = self.blocks[self.block as usize];
        let lane = usize::from(self.lane);
        (x.to_fields()[lane], y.settle::<0>().to_fields()[lane])
    }
}

struct Write<'a, L: Lanes> {
    blocks: &'a mut [Block<L>],
    block: u32,
    lane: u8,
    point: (L::Field, L::Field),
}

impl<L: Lanes> Kernel for Write<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let block = &mut self.blocks[self.block as usize];
        let (x, y) = (L::from_fields(&[self.point.0; 8]), L::from_fields(&[self.point.1; 8]));
        block.x = L::select(1 << self.lane, x, block.x);
        block.y = L::select(1 << self.lane, y, block.y.settle::<0>()).loose();
    }
}

struct Neutralise<'a, L: Lanes> {
    blocks: &'a mut [Block<L>],
    pair: Pair,
    lane: u8,
}

impl<L: Lanes> Kernel for Neutralise<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        neutralise(self.blocks, self.pair, 1 << self.lane);
    }
}

struct EqualAbscissas<'a, L: Lanes> {
    blocks: &'a [Block<L>],
    pair: Pair,
}

impl<L: Lanes> Kernel for EqualAbscissas<'_, L> {
    type Output = u8;
    #[inline(always)]
    fn run(self) -> u8 {
        let (left, right) = (self.blocks[self.pair.left as usize].x, self.blocks[self.pair.right as usize].x);
        right.sub(left).zeros() & self.pair.mask
    }
}
