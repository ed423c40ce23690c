//! Entries in the order in which they are added up: by bucket, side by side.
//!
//! 1. A bucket of many entries (all the ones of a bit-heavy witness) is cut in **columns** of at most `cap` entries; the sums of the
//!    columns of one bucket meet again one stage later. Lanes stay full and trees shallow, whatever the scalars.
//! 2. Columns are sorted by size, longest first, and cut in **groups** whose working set fits the second-level cache. In a group,
//!    row `r` holds the `r`-th entry of every column that has more than `r`: a prefix of the columns, so that rows are contiguous
//!    (jagged diagonal storage) and whole vectors of eight columns are added at once.
//! 3. Each entry is put in its row straight away: a counting sort with the rows' starts for offsets.

use core::ops::Range;
use core::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::digits::{Entries, Entry};
use crate::threads::Threads;

/// Some entries of one bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Column {
    key: u32,
    size: u32,
    /// Its place among the columns once they are sorted, then its lane in the rows of its group.
    lane: u32,
    /// The number of the first row of its group.
    row: u32,
}

/// A row of a group: where it starts in [`Plan::order`], and how many columns it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) start: u32,
    pub(super) length: u32,
}

/// Columns that are added up together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Of all columns, longest first.
    pub(super) columns: Range<usize>,
    /// Of all rows.
    pub(super) rows: Range<usize>,
    /// Of the order.
    pub(super) order: Range<usize>,
}

/// What is to be added up.
pub(super) struct Plan {
    /// The buckets of the columns, longest first.
    pub(super) keys: Vec<u32>,
    pub(super) groups: Vec<Group>,
    rows: Vec<Row>,
    /// Row after row, each filled up to whole vectors with entries that are not used.
    order: Vec<Entry>,
}

/// No column has more entries than this or twice the average bucket, whichever is more.
const CAP: usize = 32;

impl Plan {
    /// Puts entries that come in parts, each counted on its own, in groups of about `group` entries.
    pub(super) fn new(parts: Vec<Entries>, group: usize, threads: Threads) -> Self {
        let buckets = parts.first().map_or(0, |part| part.counts().len());
        let total: usize = parts.iter().map(Entries::len).sum();
        let cap = (2 * total).div_ceil(buckets.max(1)).max(CAP) as u32;

        let mut columns = Vec::with_capacity(buckets + total / cap as usize);
        let mut firsts = Vec::with_capacity(buckets);
        for key in 0..buckets {
            firsts.push(columns.len() as u32);
            cut(key as u32, parts.iter().map(|part| part.counts()[key]).sum(), cap, &mut columns);
        }
        let (keys, sizes) = sort_by_size(&mut columns, cap);
        let (groups, rows) = group_columns(&sizes, group);
        place(&mut columns, &groups);

        let length = groups.last().map_or(0, |group| group.order.end);
        let order: Vec<AtomicU32> = (0..length).map(|_| AtomicU32::new(0)).collect();
        let mut before = vec![0; if parts.len() > 1 { buckets } else { 0 }];
        let jobs: Vec<(Entries, Vec<Cursor>)> = parts
            .into_iter()
            .map(|part| {
                let cursors = cursors(&columns, &firsts, part.counts(), &mut before);
                (part, cursors)
            })
            .collect();
        let put = |(part, mut cursors): (Entries, Vec<Cursor>)| {
            for (key, entry) in part.keyed() {
                let cursor = &mut cursors[key as usize];
                if cursor.left == 0 {
                    *cursor = Cursor::at(&columns, cursor.column + 1, 0);
                }
                let place = rows[cursor.row as usize].start + cursor.lane;
                order[place as usize].store(entry.to_bits(), Ordering::Relaxed);
                cursor.row += 1;
                cursor.left -= 1;
            }
        };
        match threads {
            Threads::Pool if jobs.len() > 1 => jobs.into_par_iter().for_each(put),
            _ => jobs.into_iter().for_each(put),
        }
        let order = order.into_iter().map(|bits| Entry::from_bits(bits.into_inner())).collect();
        Self { keys, groups, rows, order }
    }

    /// The rows of a group, which start at places of the whole order.
    pub(super) fn rows(&self, group: &Group) -> &[Row] {
        &self.rows[group.rows.clone()]
    }

    /// The entries of a group, row after row.
    pub(super) fn order(&self, group: &Group) -> &[Entry] {
        &self.order[group.order.clone()]
    }
}

/// A bucket of `count` entries as columns of at most `cap`, as even as can be, the longer ones first.
#[inline(always)]
fn cut(key: u32, count: u32, cap: u32, columns: &mut Vec<Column>) {
    if count == 0 {
        return;
    }
    let pieces = count.div_ceil(cap);
    let (size, longer) = if pieces == 1 { (count, 0) } else { (count / pieces, count % pieces) };
    columns.extend((0..pieces).map(|piece| Column {
        key,
        size: size + u32::from(piece < longer),
        lane: 0,
        row: 0,
    }));
}

/// Gives each column its place by falling size (a counting sort); the keys and the sizes in that order.
fn sort_by_size(columns: &mut [Column], cap: u32) -> (Vec<u32>, Vec<u32>) {
    let mut next = vec![0_u32; cap as usize + 1];
    for column in columns.iter() {
        next[column.size as usize] += 1;
    }
    let mut start = 0;
    for count in next.iter_mut().rev() {
        start += core::mem::replace(count, start);
    }
    let (mut keys, mut sizes) = (vec![0; columns.len()], vec![0; columns.len()]);
    for column in columns {
        let place = &mut next[column.size as usize];
        column.lane = *place;
        keys[*place as usize] = column.key;
        sizes[*place as usize] = column.size;
        *place += 1;
    }
    (keys, sizes)
}

/// Cuts columns, longest first, in runs of about `group` entries, and lays out their rows.
fn group_columns(sizes: &[u32], group: usize) -> (Vec<Group>, Vec<Row>) {
    let (mut groups, mut rows) = (Vec::new(), Vec::new());
    let (mut column, mut place) = (0, 0);
    while column < sizes.len() {
        let first = column;
        let mut entries = 0;
        while column < sizes.len() && (entries == 0 || entries + sizes[column] as usize <= group) {
            entries += sizes[column] as usize;
            column += 1;
        }
        let (first_row, first_place) = (rows.len(), place);
        let mut length = column - first;
        for r in 0..sizes[first] {
            while sizes[first + length - 1] <= r {
                length -= 1;
            }
            rows.push(Row { start: place as u32, length: length as u32 });
            place += length.next_multiple_of(8);
        }
        groups.push(Group { columns: first..column, rows: first_row..rows.len(), order: first_place..place });
    }
    assert!(u32::try_from(place).is_ok(), "2^32 entries: more than places can count");
    (groups, rows)
}

/// Turns the place of each column among all into its group's first row and its lane there.
fn place(columns: &mut [Column], groups: &[Group]) {
    let mut of_column = Vec::with_capacity(columns.len());
    for group in groups {
        of_column
            .extend(group.columns.clone().map(|_| (group.columns.start as u32, group.rows.start as u32)));
    }
    for column in columns {
        let (first, row) = of_column[column.lane as usize];
        column.lane -= first;
        column.row = row;
    }
}

/// Where the next entry of a bucket goes.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    row: u32,
    lane: u32,
    /// Entries that the column has room for.
    left: u32,
    column: u32,
}

impl Cursor {
    /// The place of the `r`-th entry of a column.
    #[inline(always)]
    fn at(columns: &[Column], column: u32, r: u32) -> Self {
        let Column { size, lane, row, .. } = columns[column as usize];
        Self { row: row + r, lane, left: size - r, column }
    }
}

/// The cursors of a part, whose entries come after the `before[key]` entries of other parts; adds its own counts to those.
fn cursors(columns: &[Column], firsts: &[u32], counts: &[u32], before: &mut [u32]) -> Vec<Cursor> {
    let mut cursors = vec![Cursor::default(); counts.len()];
    for (key, (cursor, &count)) in cursors.iter_mut().zip(counts).enumerate() {
        if count == 0 {
            continue;
        }
        let (mut column, mut r) = (firsts[key], 0);
        if let Some(before) = before.get_mut(key) {
            r = *before;
            *before += count;
        }
        while r >= columns[column as usize].size {
            r -= columns[column as usize].size;
            column += 1;
        }
        *cursor = Cursor::at(columns, column, r);
    }
    cursors
}
