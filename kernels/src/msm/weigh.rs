//! From sums of buckets to the sum over all of them, each as often as its number says.
//!
//! A set of buckets `S_d` with `d <= m` is to give `2^shift · Σ_d d·S_d`. Writing `d = 2^k h + l`,
//!
//! ```text
//! Σ_d d·S_d = 2^k Σ_h h·(Σ_l S_(h,l)) + Σ_l l·(Σ_h S_(h,l))
//! ```
//!
//! so that each sum is an entry of two smaller sets, and the same kernel that filled the buckets fills those: two vectorised additions
//! a bucket instead of two one after the other. This repeats while it pays; what is left, some dozens of points, is added
//! by arkworks.

use std::collections::BTreeMap;

use ark_ff::AdditiveGroup;

use super::accumulate::{IDENTITY, Sums, accumulate};
use super::curve::{Curve, Group, unpack};
use super::digits::{Entries, Entry};
use super::shape::Shape;
use super::sort::Plan;
use crate::backend::Vectors;
use crate::threads::Threads;

/// Sums are split further while there are more of them than this.
const FEW: usize = 64;

/// The buckets with keys from `first` to `first + greatest`; the key less `first` is the weight.
#[derive(Clone, Copy, Debug)]
struct Set {
    first: u32,
    greatest: u32,
    shift: usize,
}

/// `Σ_s 2^(cs) Σ_d d · bucket[s][d]`.
pub(super) fn weigh<V: Vectors, C: Curve>(mut sums: Sums, shape: &Shape, threads: Threads) -> Group<C> {
    let greatest = shape.greatest_digit();
    let mut sets: Vec<Set> = (0..shape.sets())
        .map(|s| Set { first: s as u32 * (greatest + 1), greatest, shift: s * shape.window_bits() })
        .collect();
    while sums.keys.len() > FEW && sets.iter().any(|set| set.greatest > 3) {
        let (entries, smaller) = split(&sums.keys, &sets);
        let plan = Plan::new(vec![entries], C::GROUP, threads);
        sums = accumulate::<V, C>(&sums.lines, &plan, threads, &|_, _| true).expect("nobody gives it up");
        sets = smaller;
    }
    finish::<V, C>(&sums, &sets)
}

/// Each sum as an entry of the two sets that its own is split in.
fn split(keys: &[u32], sets: &[Set]) -> (Entries, Vec<Set>) {
    let (mut smaller, mut next) = (Vec::with_capacity(2 * sets.len()), 0);
    let mut halves = Vec::with_capacity(sets.len());
    for set in sets {
        let low_bits = set.greatest.checked_ilog2().map_or(0, |bits| bits.div_ceil(2)) as usize;
        let mut push = |greatest: u32, shift| {
            smaller.push(Set { first: next, greatest, shift });
            next += greatest + 1;
            next - greatest - 1
        };
        let high = push(set.greatest >> low_bits, set.shift + low_bits);
        let low = push((1 << low_bits) - 1, set.shift);
        halves.push((low_bits, high, low));
    }
    let mut entries = Entries::new(2 * keys.len(), next as usize);
    for (index, &key) in keys.iter().enumerate().filter(|&(_, &key)| key != IDENTITY) {
        let set = sets.partition_point(|set| set.first <= key) - 1;
        let (low_bits, high, low) = halves[set];
        let weight = key - sets[set].first;
        let entry = Entry::new(index as u32, false);
        for (first, digit) in [(high, weight >> low_bits), (low, weight & ((1 << low_bits) - 1))] {
            if digit > 0 {
                entries.push(first + digit, entry);
            }
        }
    }
    (entries, smaller)
}

/// What is left, one by one.
fn finish<V: Vectors, C: Curve>(sums: &Sums, sets: &[Set]) -> Group<C> {
    let mut buckets: BTreeMap<u32, Group<C>> = BTreeMap::new();
    for (&key, lines) in sums.keys.iter().zip(sums.lines.chunks_exact(C::LINES)) {
        if key != IDENTITY {
            *buckets.entry(key).or_insert(Group::<C>::ZERO) += unpack::<V, C>(lines);
        }
    }
    // Sets of one shift are added together before the doublings.
    let mut shifted: BTreeMap<usize, Group<C>> = BTreeMap::new();
    for set in sets {
        let (mut above, mut weighed) = (Group::<C>::ZERO, Group::<C>::ZERO);
        let mut level = set.greatest;
        // From the greatest down: each bucket is in `above` for as many steps as it weighs.
        for (&key, bucket) in buckets.range(set.first..=set.first + set.greatest).rev() {
            let weight = key - set.first;
            weighed += times::<C>(above, level - weight);
            above += bucket;
            level = weight;
        }
        weighed += times::<C>(above, level);
        *shifted.entry(set.shift).or_insert(Group::<C>::ZERO) += weighed;
    }
    let mut total = Group::<C>::ZERO;
    let mut shift = shifted.keys().next_back().copied().unwrap_or(0);
    for (&next, sum) in shifted.iter().rev() {
        for _ in next..shift {
            total.double_in_place();
        }
        shift = next;
        total += sum;
    }
    for _ in 0..shift {
        total.double_in_place();
    }
    total
}

/// `n·point`, for a small `n`.
fn times<C: Curve>(point: Group<C>, n: u32) -> Group<C> {
    let mut product = Group::<C>::ZERO;
    for bit in (0..u32::BITS - n.leading_zeros()).rev() {
        product.double_in_place();
        if n >> bit & 1 == 1 {
            product += point;
        }
    }
    product
}
