//! Entries sorted by bucket, and buckets cut to pieces of like size that are added up side by side.
//!
//! 1. A counting sort by bucket.
//! 2. A bucket of many entries (all the ones of a bit-heavy witness) is cut in **columns** of at most `cap` entries; the sums of the
//!    columns of one bucket meet again one stage later. Lanes stay full and trees shallow, whatever the scalars.
//! 3. Columns are sorted by size, longest first, and cut in **groups** whose working set fits the second-level cache. In a group,
//!    row `r` holds the `r`-th entry of every column that has more than `r`: a prefix of the columns, so that rows are contiguous
//!    (jagged diagonal storage) and whole vectors of eight columns are added at once.

use core::ops::Range;
use core::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::digits::{Entries, Entry};
use crate::threads::Threads;

/// Some entries of one bucket, consecutive in the sorted order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) key: u32,
    pub(super) first: u32,
    pub(super) size: u32,
}

/// What remains to be added up: columns by falling size, and their groups.
pub(super) struct Plan {
    pub(super) entries: Vec<Entry>,
    pub(super) columns: Vec<Column>,
}

/// No column has more entries than this or twice the average bucket, whichever is more.
const CAP: usize = 32;

impl Plan {
    /// Sorts entries that come in parts; each part was counted on its own.
    pub(super) fn new(mut parts: Vec<Entries>, threads: Threads) -> Self {
        let buckets = parts.first().map_or(0, |part| part.counts.len());
        let total: usize = parts.iter().map(|part| part.keyed.len()).sum();
        let cap = (2 * total).div_ceil(buckets.max(1)).max(CAP) as u32;

        // Counts become the places where each part puts its next entry of a bucket.
        let mut columns = Vec::with_capacity(buckets + total / cap as usize);
        let mut sizes = vec![0_u32; cap as usize + 1];
        let mut next = 0;
        for key in 0..buckets {
            let first = next;
            for part in &mut parts {
                next += core::mem::replace(&mut part.counts[key], next);
            }
            cut(key as u32, first, next - first, cap, |column| {
                sizes[column.size as usize] += 1;
                columns.push(column);
            });
        }
        let entries: Vec<AtomicU32> = (0..total).map(|_| AtomicU32::new(0)).collect();
        let place = |part: Entries| {
            let mut next = part.counts;
            for (key, entry) in part.keyed {
                let place = &mut next[key as usize];
                entries[*place as usize].store(entry.to_bits(), Ordering::Relaxed);
                *place += 1;
            }
        };
        match threads {
            Threads::Pool if parts.len() > 1 => parts.into_par_iter().for_each(place),
            _ => parts.into_iter().for_each(place),
        }
        let entries = entries.into_iter().map(|bits| Entry::from_bits(bits.into_inner())).collect();
        Self { entries, columns: longest_first(&columns, sizes) }
    }

    /// Cuts the columns in runs of about `size` entries.
    pub(super) fn groups(&self, size: usize) -> Vec<Range<usize>> {
        let mut groups = Vec::new();
        let (mut start, mut filled) = (0, 0);
        for (i, column) in self.columns.iter().enumerate() {
            if filled + column.size as usize > size && filled > 0 {
                groups.push(start..i);
                (start, filled) = (i, 0);
            }
            filled += column.size as usize;
        }
        if filled > 0 {
            groups.push(start..self.columns.len());
        }
        groups
    }
}

/// A bucket of `count` entries as columns of at most `cap`, as even as can be.
#[inline(always)]
fn cut(key: u32, mut first: u32, count: u32, cap: u32, mut push: impl FnMut(Column)) {
    if count == 0 {
        return;
    }
    let pieces = count.div_ceil(cap);
    let (size, longer) = (count / pieces, count % pieces);
    for piece in 0..pieces {
        let size = size + u32::from(piece < longer);
        push(Column { key, first, size });
        first += size;
    }
}

/// A counting sort by falling size.
fn longest_first(columns: &[Column], mut sizes: Vec<u32>) -> Vec<Column> {
    let mut next = 0;
    for size in sizes.iter_mut().rev() {
        next += core::mem::replace(size, next);
    }
    let mut sorted = vec![Column { key: 0, first: 0, size: 0 }; columns.len()];
    for column in columns {
        let place = &mut sizes[column.size as usize];
        sorted[*place as usize] = *column;
        *place += 1;
    }
    sorted
}
