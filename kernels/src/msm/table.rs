//! Multiples of fixed points: how they are computed and kept.
//!
//! Entry `t·n + i` is `2^(ckt) P_i` (see [`Shape`]), affine, packed in canonical words of the backend that computed it; an entry is one
//! line in G1 and two in G2. The doublings are affine too, some hundred points at a time for one inversion:
//!
//! ```text
//! λ = 3x²/2y,   x' = λ² − 2x,   y' = λ(x − x') − y
//! ```

use core::marker::PhantomData;
use std::sync::Arc;

use ark_ec::short_weierstrass::Affine;
use rayon::prelude::*;

use super::curve::{Curve, pack};
use super::shape::Shape;
use crate::backend::{Kernel, Task, Vectors};
use crate::batch::invert_all;
use crate::lanes::{Lanes, Line, Loose};
use crate::map::LineBuffer;
use crate::threads::Threads;

/// Lines in memory, made here or lent by someone, such as a mapped file.
#[derive(Clone)]
pub enum Lines {
    /// Made here.
    Owned(Arc<LineBuffer>),
    /// Lent.
    Shared(Arc<dyn AsRef<[Line]> + Send + Sync>),
}

impl AsRef<[Line]> for Lines {
    fn as_ref(&self) -> &[Line] {
        match self {
            Self::Owned(lines) => lines,
            Self::Shared(lines) => (**lines).as_ref(),
        }
    }
}

/// Computes the table of points none of which is the identity.
pub(super) struct Build<'a, C: Curve> {
    pub(super) points: &'a [Affine<C::Config>],
    pub(super) shape: &'a Shape,
    pub(super) threads: Threads,
}

/// Points that are doubled together: 128 vectors.
const TOGETHER: usize = 1024;

impl<C: Curve> Task for Build<'_, C> {
    type Output = LineBuffer;

    fn run<V: Vectors>(self) -> LineBuffer {
        let row = self.points.len() * C::LINES;
        let mut lines = LineBuffer::zeroed(row * self.shape.multiples());
        if row == 0 {
            return lines;
        }
        // Each job writes its own columns of every row.
        let mut jobs: Vec<Vec<&mut [Line]>> = self.points.chunks(TOGETHER).map(|_| Vec::new()).collect();
        for row in lines.chunks_exact_mut(row) {
            for (job, part) in jobs.iter_mut().zip(row.chunks_mut(TOGETHER * C::LINES)) {
                job.push(part);
            }
        }
        let run = |(points, mut parts): (&[Affine<C::Config>], Vec<&mut [Line]>)| {
            multiples::<V, C>(points, &mut parts, self.shape.doublings());
        };
        let jobs = self.points.chunks(TOGETHER).zip(jobs);
        match self.threads {
            Threads::Pool if jobs.len() > 1 => jobs.collect::<Vec<_>>().into_par_iter().for_each(run),
            _ => jobs.for_each(run),
        }
        lines
    }
}

/// Writes the points to the first part, and each part's points doubled `doublings` times to the next.
fn multiples<V: Vectors, C: Curve>(
    points: &[Affine<C::Config>],
    parts: &mut [&mut [Line]],
    doublings: usize,
) {
    // Whole vectors: the last point fills the last one up.
    let mut eights = vec![Line([0; 8]); points.len().next_multiple_of(8) * C::LINES];
    for (i, lines) in eights.chunks_exact_mut(C::LINES).enumerate() {
        pack::<V, C>(&points[i.min(points.len() - 1)], lines);
    }
    for (t, part) in parts.iter_mut().enumerate() {
        if t > 0 {
            let lanes = PhantomData::<C::Coordinate<V>>;
            let on_curve = V::enter(DoubleAll { lines: &mut eights, times: doublings, lanes });
            assert!(on_curve, "a point of order two lies on neither curve");
        }
        part.copy_from_slice(&eights[..part.len()]);
    }
}

/// Doubles packed points in place. False if one has order two.
struct DoubleAll<'a, L> {
    lines: &'a mut [Line],
    times: usize,
    lanes: PhantomData<L>,
}

impl<L: Lanes> Kernel for DoubleAll<'_, L> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let mut points = Vec::with_capacity(self.lines.len() / (8 * L::PAIR_LINES));
        for eight in self.lines.chunks_exact(8 * L::PAIR_LINES) {
            let mut lines = [eight; 8];
            for lane in 0..8 {
                lines[lane] = &eight[lane * L::PAIR_LINES..(lane + 1) * L::PAIR_LINES];
            }
            points.push(L::load_pairs(lines));
        }
        let mut inverses = vec![L::zero(); points.len()];
        for _ in 0..self.times {
            for k in 0..points.len() {
                let y = points[k].1;
                inverses[k] = y.add(y);
            }
            if !invert_all(&mut inverses) {
                return false;
            }
            for k in 0..points.len() {
                let (x, y) = points[k];
                let square = L::square_loose(x);
                let slope = L::mul((square + square + square).carry::<0>(), inverses[k]);
                let doubled = (L::square_loose(slope) - (x.loose() + x.loose())).reduce::<6>();
                let run = (x.loose() - doubled.loose()).carry::<3>();
                points[k] = (doubled, (L::mul_loose(slope, run) - y.loose()).reduce::<4>());
            }
        }
        for (eight, (x, y)) in self.lines.chunks_exact_mut(8 * L::PAIR_LINES).zip(points) {
            L::store_pairs::<1>(x.canonical(), y.canonical(), eight);
        }
        true
    }
}
