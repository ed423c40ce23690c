//! All columns of a plan added up, group by group, on one thread or several.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::curve::Curve;
use super::exceptions::Exceptions;
use super::sort::{Group, Plan};
use super::tree::{self, Ahead, Block, Level, Load, Pair, Store};
use crate::backend::Vectors;
use crate::lanes::Line;
use crate::threads::Threads;

/// Sums of columns: packed points, and the bucket that each belongs to.
pub(super) struct Sums {
    pub(super) keys: Vec<u32>,
    pub(super) lines: Vec<Line>,
}

/// The key of a sum that is the identity.
pub(super) const IDENTITY: u32 = u32::MAX;

/// Called after each run of groups, from the thread that added them up, with their number and that of all groups; `false` gives the
/// sum up.
pub type GoOn<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);

/// Adds up the columns of `plan`, whose entries index the points of `table`; `None` if that was given up.
pub(super) fn accumulate<V: Vectors, C: Curve>(
    table: &[Line],
    plan: &Plan,
    threads: Threads,
    go_on: GoOn<'_>,
) -> Option<Sums> {
    let mut keys = plan.keys.clone();
    let mut lines = vec![Line([0; 8]); keys.len() * C::LINES];
    // A thread takes some groups at a time, as each fetches the lines of the next; but the last ones must not wait for one thread.
    let run = match threads {
        Threads::One => plan.groups.len().max(1),
        Threads::Pool => plan.groups.len().div_ceil(6 * threads.count()).clamp(1, 8),
    };
    let jobs = jobs::<C>(&plan.groups, run, &mut keys, &mut lines);
    let given_up = AtomicBool::new(false);
    let work = |adder: &mut Adder<'_, V, C>, job: Job<'_>| {
        if given_up.load(Ordering::Relaxed) {
            return;
        }
        let groups = job.groups.len();
        adder.run(job);
        if !go_on(groups, plan.groups.len()) {
            given_up.store(true, Ordering::Relaxed);
        }
    };
    match threads {
        Threads::Pool if jobs.len() > 1 => {
            // As many working sets as threads that ever work at once.
            let idle = Mutex::new(Vec::new());
            jobs.into_par_iter().for_each(|job| {
                let pop = || idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let mut adder = pop().unwrap_or_else(|| Adder::<V, C>::new(table, plan));
                work(&mut adder, job);
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(adder);
            });
        }
        _ => {
            let mut adder = Adder::<V, C>::new(table, plan);
            jobs.into_iter().for_each(|job| work(&mut adder, job));
        }
    }
    (!given_up.into_inner()).then_some(Sums { keys, lines })
}

/// Some consecutive groups, and where the sums of their columns go.
struct Job<'a> {
    groups: &'a [Group],
    keys: &'a mut [u32],
    lines: &'a mut [Line],
}

fn jobs<'a, C: Curve>(
    groups: &'a [Group],
    run: usize,
    mut keys: &'a mut [u32],
    mut lines: &'a mut [Line],
) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    for groups in groups.chunks(run) {
        let columns = groups.iter().map(|group| group.columns.len()).sum();
        let (own_keys, own_lines);
        (own_keys, keys) = keys.split_at_mut(columns);
        (own_lines, lines) = lines.split_at_mut(columns * C::LINES);
        jobs.push(Job { groups, keys: own_keys, lines: own_lines });
    }
    jobs
}

/// A thread's working set.
struct Adder<'a, V: Vectors, C: Curve> {
    table: &'a [Line],
    plan: &'a Plan,
    pairs: Vec<Pair>,
    blocks: Vec<Block<C::Coordinate<V>>>,
    prefixes: Vec<C::Coordinate<V>>,
    exceptions: Exceptions<C::Coordinate<V>>,
}

impl<'a, V: Vectors, C: Curve> Adder<'a, V, C> {
    fn new(table: &'a [Line], plan: &'a Plan) -> Self {
        Self {
            table,
            plan,
            pairs: Vec::new(),
            blocks: Vec::new(),
            prefixes: Vec::new(),
            exceptions: Exceptions::default(),
        }
    }

    fn run(&mut self, job: Job<'_>) {
        let Job { groups, mut keys, mut lines } = job;
        for (i, group) in groups.iter().enumerate() {
            let (own_keys, own_lines);
            (own_keys, keys) = keys.split_at_mut(group.columns.len());
            (own_lines, lines) = lines.split_at_mut(group.columns.len() * C::LINES);
            self.add_up(group, groups.get(i + 1));
            V::enter(Store { blocks: &self.blocks, lines: own_lines });
            for column in self.exceptions.identities() {
                own_keys[column] = IDENTITY;
            }
        }
    }

    /// Adds up the columns of a group, whose sums are then in the first blocks, and fetches the lines of the next.
    fn add_up(&mut self, group: &Group, next: Option<&Group>) {
        let Self { table, plan, pairs, blocks, prefixes, exceptions } = self;
        exceptions.clear();
        V::enter(Load { table, order: plan.order(group), blocks });
        let mut ahead = next.map_or(&[][..], |next| plan.order(next));
        let rows = plan.rows(group);
        let mut step = 1;
        while step < rows.len() {
            tree::pairs(rows, step, pairs);
            exceptions.before::<V>(blocks, pairs);
            let fetch = (8 * pairs.len()).min(ahead.len());
            let mut level = |blocks: &mut [Block<C::Coordinate<V>>]| {
                V::enter(Level { blocks, pairs, prefixes, ahead: Ahead::new(table, &ahead[..fetch]) })
            };
            if !level(blocks) {
                exceptions.equal_abscissas::<V>(blocks, pairs);
                assert!(level(blocks), "lanes with a zero denominator were taken out");
            }
            exceptions.after::<V>(blocks);
            ahead = &ahead[fetch..];
            step *= 2;
        }
    }
}
