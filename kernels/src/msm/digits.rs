//! Scalars to signed digits, and digits to entries.
//!
//! A scalar above half the order is replaced by its negative and the sign of its digits flipped, so that `s < 2^253`. With `c` the
//! window's bits and `W` the number of windows,
//!
//! ```text
//! s = Σ_w d_w 2^(cw),   −2^(c−1) <= d_w < 2^(c−1) below the top,   0 <= d_(W−1) <= 2^(c−1)
//! ```
//!
//! The digits are read off `s + Σ_(w<W−1) 2^(c−1) 2^(cw)`, window by window, less 2^(c−1): no carry runs from digit to digit. The top
//! digit is what is left: below `2^(253 − c(W−1)) + 1`, which `W >= 254/c` keeps within the bound.
//!
//! Zero digits make no entry; the scalars 0, 1 and −1 are not decomposed at all.

use core::marker::PhantomData;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};

use super::shape::Shape;
use crate::backend::{Kernel, Vectors};
use crate::lanes::PrimeLanes;

/// Which table entry is added into a bucket: its index, and the top bit set for the negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(u32);

impl Entry {
    /// Indices are below this.
    pub(super) const LIMIT: usize = 1 << 31;

    #[inline(always)]
    pub(super) fn new(index: u32, negative: bool) -> Self {
        Self(index | (u32::from(negative) << 31))
    }

    /// For storage in an atomic word.
    #[inline(always)]
    pub(super) fn to_bits(self) -> u32 {
        self.0
    }

    /// The reverse of [`to_bits`](Self::to_bits).
    #[inline(always)]
    pub(super) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    #[inline(always)]
    pub(super) fn index(self) -> usize {
        (self.0 & (u32::MAX >> 1)) as usize
    }

    #[inline(always)]
    pub(super) fn is_negative(self) -> bool {
        self.0 >> 31 == 1
    }
}

/// The number of a bucket and the bits of an entry: integers, for which zeroed memory costs nothing until it is used.
type Keyed = [u32; 2];

/// The entries of some scalars, in no order, and how many each bucket has.
pub(super) struct Entries {
    /// Room for all entries that may come; few do where most scalars are zero.
    keyed: Vec<Keyed>,
    /// Those that have come.
    filled: usize,
    counts: Vec<u32>,
}

/// The entries of the points from `first` on; `scalars` are theirs.
pub(super) fn recode<V: Vectors>(
    scalars: impl ExactSizeIterator<Item = Fr>,
    first: usize,
    shape: &Shape,
) -> Entries {
    let recoder = Recoder::new(shape);
    let mut entries = Entries::new(scalars.len() * shape.windows(), shape.keys());
    let mut batch = Batch { scalars: [Fr::ZERO; 8], points: [0; 8], filled: 0 };
    for (scalar, point) in scalars.zip(first as u32..) {
        if scalar == Fr::ZERO {
            continue;
        }
        if scalar == Fr::ONE || scalar == -Fr::ONE {
            entries.push(shape.key(0, 1), Entry::new(point, scalar != Fr::ONE));
            continue;
        }
        batch.scalars[batch.filled] = scalar;
        batch.points[batch.filled] = point;
        batch.filled += 1;
        if batch.filled == 8 {
            V::enter(Recode::<V>(&recoder, &batch, &mut entries, PhantomData));
            batch.filled = 0;
        }
    }
    V::enter(Recode::<V>(&recoder, &batch, &mut entries, PhantomData));
    entries
}

impl Entries {
    /// None yet.
    pub(super) fn new(room: usize, buckets: usize) -> Self {
        Self { keyed: vec![[0; 2]; room], filled: 0, counts: vec![0; buckets] }
    }

    /// Counts and keeps an entry.
    #[inline(always)]
    pub(super) fn push(&mut self, key: u32, entry: Entry) {
        self.counts[key as usize] += 1;
        self.keyed[self.filled] = [key, entry.to_bits()];
        self.filled += 1;
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.filled
    }

    /// The entries, each with the number of its bucket.
    pub(super) fn keyed(&self) -> impl Iterator<Item = (u32, Entry)> {
        self.keyed[..self.filled].iter().map(|&[key, bits]| (key, Entry::from_bits(bits)))
    }

    /// How many each bucket has.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }
}

/// Eight scalars, none trivial, and the points that they belong to.
struct Batch {
    scalars: [Fr; 8],
    points: [u32; 8],
    filled: usize,
}

struct Recoder<'a> {
    shape: &'a Shape,
    /// `Σ_(w<W−1) 2^(c−1) 2^(cw)`.
    bias: [u64; 4],
}

impl<'a> Recoder<'a> {
    fn new(shape: &'a Shape) -> Self {
        let mut bias = [0; 4];
        for window in 1..shape.windows() {
            let bit = window * shape.window_bits() - 1;
            bias[bit / 64] |= 1 << (bit % 64);
        }
        Self { shape, bias }
    }
}

struct Recode<'a, V>(&'a Recoder<'a>, &'a Batch, &'a mut Entries, PhantomData<V>);

impl<V: Vectors> Kernel for Recode<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(Recoder { shape, bias }, batch, entries, _) = self;
        let mut words = V::Fr::integers(&batch.scalars);
        let negative = fold_sign(&mut words);
        add_constant(&mut words, bias);
        let (bits, windows) = (shape.window_bits(), shape.windows());
        let Entries { keyed, filled, counts } = entries;
        let mut next = *filled;
        let half = 1_i64 << (bits - 1);
        for window in 0..windows {
            let bit = window * bits;
            let (word, shift) = (bit / 64, bit % 64);
            let zero = if window + 1 < windows { half } else { 0 };
            let mut digits = [0_i64; 8];
            for lane in 0..8 {
                let low = words[word][lane] >> shift;
                // Two shifts, as a shift by 64 is none.
                let high = if word < 3 { words[word + 1][lane] << 1 << (63 - shift) } else { 0 };
                digits[lane] = ((low | high) & ((1 << bits) - 1)).cast_signed() - zero;
            }
            for lane in 0..batch.filled {
                let digit = digits[lane];
                if digit != 0 {
                    let entry =
                        Entry::new(shape.index(window, batch.points[lane]), (digit < 0) != negative[lane]);
                    let key = shape.key(window, digit.unsigned_abs() as u32);
                    counts[key as usize] += 1;
                    keyed[next] = [key, entry.to_bits()];
                    next += 1;
                }
            }
        }
        *filled = next;
    }
}

/// Replaces each integer above half the order by its negative, and says which were.
#[inline(always)]
fn fold_sign(words: &mut [[u64; 8]; 4]) -> [bool; 8] {
    const ORDER: [u64; 4] = Fr::MODULUS.0;
    const HALF: [u64; 4] = Fr::MODULUS_MINUS_ONE_DIV_TWO.0;
    let mut negative = [false; 8];
    for lane in 0..8 {
        let mut opposite = [0; 4];
        let (mut borrow, mut above) = (false, false);
        for k in 0..4 {
            let (d, b1) = ORDER[k].overflowing_sub(words[k][lane]);
            let (d, b2) = d.overflowing_sub(u64::from(borrow));
            borrow = b1 || b2;
            opposite[k] = d;
            let (d, b1) = HALF[k].overflowing_sub(words[k][lane]);
            above = b1 || d < u64::from(above);
        }
        negative[lane] = above;
        for k in 0..4 {
            words[k][lane] = if above { opposite[k] } else { words[k][lane] };
        }
    }
    negative
}

/// Adds a constant that does not overflow.
#[inline(always)]
fn add_constant(words: &mut [[u64; 8]; 4], constant: &[u64; 4]) {
    let mut carry = [0_u64; 8];
    for k in 0..4 {
        for lane in 0..8 {
            let (sum, c1) = words[k][lane].overflowing_add(constant[k]);
            let (sum, c2) = sum.overflowing_add(carry[lane]);
            words[k][lane] = sum;
            carry[lane] = u64::from(c1 || c2);
        }
    }
}
