//! Multi-scalar multiplication over points that stay the same: `Σ s_i P_i`.
//!
//! ```text
//! scalars ── digits ── entries by bucket ── columns and groups ── trees of affine additions ── bucket sums ── weighed sum
//! ```
//!
//! | step | what it costs | module |
//! | --- | --- | --- |
//! | signed digits of `c` bits; the table holds `2^(cw) P_i`, so that all windows share buckets | | `digits`, [`Shape`] |
//! | sort by bucket, cut large buckets, group by cache | | `sort` |
//! | add up side by side, one inversion a level: five products and a square an addition | an addition an entry | `tree` |
//! | exact treatment of equal abscissas and the identity | only where it happens | `exceptions` |
//! | each bucket as often as its number says, by the same kernel | two additions a bucket | `weigh` |
//!
//! The result is the group element that `ark-ec` computes, for any scalars and any points on the curve: repeated, opposite, the
//! identity. Identities are left out when the table is built.
//!
//! **Not checked here**: that points lie on the curve. Variable time.

mod accumulate;
mod curve;
mod digits;
mod exceptions;
mod parts;
mod shape;
mod sort;
mod table;
mod tree;
mod weigh;

use core::marker::PhantomData;
use std::sync::Arc;

use ark_bn254::Fr;
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;
use rayon::prelude::*;

use crate::backend::{Backend, Task, Vectors};
use crate::lanes::Line;
use crate::threads::Threads;

pub use accumulate::GoOn;
pub use curve::{Curve, G1, G2};
pub use parts::PartsError;
pub use shape::Shape;
pub use table::Lines;

use curve::Group;
use sort::Plan;

/// Points, with a table of their multiples.
#[derive(Clone)]
pub struct FixedBase<C: Curve> {
    backend: Backend,
    shape: Shape,
    /// The number of points, identities included.
    length: usize,
    /// Which of them are not the identity.
    kept: Arc<[u32]>,
    lines: Lines,
    curve: PhantomData<C>,
}

/// What a table is built for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The instructions that will use it: the table is in their representation.
    pub backend: Backend,
    /// Bytes that the table may take, at the least those of the points themselves.
    pub memory: usize,
    /// How many scalars are of full size, if that is known; the rest count as one addition each. All by default.
    pub dense: Option<usize>,
    /// Threads that build it.
    pub threads: Threads,
}

/// Scalars, sorted for the tables whose points are kept alike.
pub struct Sorted {
    shape: Shape,
    kept: Arc<[u32]>,
    plan: Plan,
}

impl<C: Curve> FixedBase<C> {
    /// Bytes of a table entry.
    const ENTRY_BYTES: usize = C::LINES * size_of::<Line>();

    /// The table with the fastest shape that the memory allows.
    ///
    /// # Panics
    /// If a point is found not to lie on the curve, which only some are, or there are 2^30 points or more.
    #[must_use]
    pub fn build(points: &[Affine<C::Config>], options: &Options) -> Self {
        let kept = points.iter().filter(|point| !point.is_zero()).count();
        let shape = Shape::fastest(kept, options.memory / Self::ENTRY_BYTES, options.dense.unwrap_or(kept));
        Self::build_shaped(points, shape, options.backend, options.threads)
    }

    /// The table of a given shape, such as that of another group's points.
    ///
    /// # Panics
    /// As [`build`](Self::build), and if the shape is for another number of points that are not the identity.
    #[must_use]
    pub fn build_shaped(
        points: &[Affine<C::Config>],
        shape: Shape,
        backend: Backend,
        threads: Threads,
    ) -> Self {
        let kept: Arc<[u32]> =
            (0_u32..).zip(points).filter(|(_, point)| !point.is_zero()).map(|(i, _)| i).collect();
        assert_eq!(kept.len(), shape.points(), "as many points as the shape says");
        let own: Vec<_>;
        let bases = if kept.len() == points.len() {
            points
        } else {
            own = kept.iter().map(|&i| points[i as usize]).collect();
            &own
        };
        let lines = backend.run(table::Build::<C> { points: bases, shape: &shape, threads });
        Self {
            backend,
            shape,
            length: points.len(),
            kept,
            lines: Lines::Owned(Arc::new(lines)),
            curve: PhantomData,
        }
    }

    /// The table whose parts these are: what [`shape`](Self::shape), [`len`](Self::len), [`kept`](Self::kept) and
    /// [`lines`](Self::lines) returned, on a backend of the same name.
    ///
    /// All lines are read once, to check that their numbers are below the modulus; whether they are coordinates of points on the curve,
    /// and of the right points, is for the caller to know, say by a digest.
    ///
    /// # Errors
    /// If the parts do not fit together.
    pub fn from_parts(
        backend: Backend,
        shape: Shape,
        length: usize,
        kept: Arc<[u32]>,
        lines: Lines,
    ) -> Result<Self, PartsError> {
        let rising = kept.windows(2).all(|two| two[0] < two[1]);
        if !rising || kept.last().is_some_and(|&last| last as usize >= length) {
            return Err(PartsError::Kept);
        }
        if shape.points() != kept.len() {
            return Err(PartsError::Points);
        }
        if lines.as_ref().len() != shape.points() * shape.multiples() * C::LINES {
            return Err(PartsError::Lines);
        }
        if !lines.as_ref().iter().all(parts::is_canonical) {
            return Err(PartsError::Numbers);
        }
        Ok(Self { backend, shape, length, kept, lines, curve: PhantomData })
    }

    /// The number of points, identities included: as many scalars are wanted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The instructions that it is for.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Windows, buckets, multiples.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The indices of the points that are not the identity.
    #[must_use]
    pub fn kept(&self) -> &Arc<[u32]> {
        &self.kept
    }

    /// The table.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        self.lines.as_ref()
    }

    /// Whether the table's entries for this place are those of `point`, made here again: for who did not make the table, some hundred
    /// doublings.
    #[must_use]
    pub fn holds(&self, place: usize, point: &Affine<C::Config>) -> bool {
        let kept = u32::try_from(place).ok().and_then(|place| self.kept.binary_search(&place).ok());
        let Some(column) = kept.filter(|_| !point.is_zero()) else {
            return kept.is_none() && point.is_zero() && place < self.length;
        };
        let Some(shape) = Shape::new(1, self.shape.window_bits(), self.shape.sets()) else { return false };
        let alone = Self::build_shaped(&[*point], shape, self.backend, Threads::One);
        let rows = self.lines().chunks_exact(self.shape.points() * C::LINES);
        rows.zip(alone.lines().chunks_exact(C::LINES))
            .all(|(row, entry)| row[column * C::LINES..][..C::LINES] == *entry)
    }

    /// `Σ s_i P_i`.
    ///
    /// # Panics
    /// If there are not as many scalars as points.
    pub fn msm(&self, scalars: &[Fr], threads: Threads) -> Group<C> {
        self.sum(&self.sort(scalars, threads), threads)
    }

    /// The part of [`msm`](Self::msm) that does not look at the points. For tables of both groups sort with that of G2, whose working
    /// sets are smaller.
    ///
    /// # Panics
    /// If there are not as many scalars as points.
    #[must_use]
    pub fn sort(&self, scalars: &[Fr], threads: Threads) -> Sorted {
        assert_eq!(scalars.len(), self.length, "as many scalars as points");
        let group = C::GROUP;
        let plan = self.backend.run(Sort { shape: &self.shape, kept: &self.kept, scalars, group, threads });
        Sorted { shape: self.shape, kept: Arc::clone(&self.kept), plan }
    }

    /// The part of [`msm`](Self::msm) that does.
    ///
    /// # Panics
    /// If the scalars were sorted for a table of another shape, or with other identities.
    pub fn sum(&self, sorted: &Sorted, threads: Threads) -> Group<C> {
        self.sum_while(sorted, threads, &|_, _| true).expect("nobody gives it up")
    }

    /// As [`sum`](Self::sum), watched by `go_on`, which may give it up: then there is none.
    ///
    /// # Panics
    /// As [`sum`](Self::sum).
    pub fn sum_while(&self, sorted: &Sorted, threads: Threads, go_on: GoOn<'_>) -> Option<Group<C>> {
        let same = self.shape == sorted.shape && self.kept == sorted.kept;
        assert!(same, "scalars sorted for a table of the same shape");
        self.backend.run(Add::<C> { table: self, plan: &sorted.plan, threads, go_on })
    }
}

struct Sort<'a> {
    shape: &'a Shape,
    kept: &'a [u32],
    scalars: &'a [Fr],
    group: usize,
    threads: Threads,
}

/// Points from which on sorting is shared between threads.
const SHARED: usize = 1024;

impl Task for Sort<'_> {
    type Output = Plan;

    fn run<V: Vectors>(self) -> Plan {
        let recode = |(part, kept): (usize, &[u32]), size: usize| {
            digits::recode::<V>(kept.iter().map(|&i| self.scalars[i as usize]), part * size, self.shape)
        };
        let size = self.kept.len().div_ceil(self.threads.count()).max(SHARED);
        let parts = match self.threads {
            Threads::Pool if self.kept.len() > size => {
                self.kept.par_chunks(size).enumerate().map(|part| recode(part, size)).collect()
            }
            _ => vec![recode((0, self.kept), 0)],
        };
        Plan::new(parts, self.group, self.threads)
    }
}

struct Add<'a, C: Curve> {
    table: &'a FixedBase<C>,
    plan: &'a Plan,
    threads: Threads,
    go_on: GoOn<'a>,
}

impl<C: Curve> Task for Add<'_, C> {
    type Output = Option<Group<C>>;

    fn run<V: Vectors>(self) -> Option<Group<C>> {
        let sums = accumulate::accumulate::<V, C>(self.table.lines(), self.plan, self.threads, self.go_on)?;
        Some(weigh::weigh::<V, C>(sums, &self.table.shape, self.threads))
    }
}
