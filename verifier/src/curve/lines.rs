//! The lines of a Miller loop, for many points of the twist at once, in affine coordinates.
//!
//! The optimal ate pairing of `(P, Q)` walks from Q to `[6x+2]Q + ψQ − ψ²Q`, doubling and adding. A step from T with slope λ has
//! the line `y_P − λ·x_P·w + (λ·x_T − y_T)·w³` at P, and over `y_P`, which the final exponentiation takes away:
//!
//! ```text
//! 1 + λ·u·w + (λ·x_T − y_T)·v·w³       u = −x_P / y_P,  v = 1 / y_P
//! ```
//!
//! The step itself costs an inversion, which all points of a walk share, three multiplications in place of it, and no more than
//! six others: less than the formulas in projective coordinates, and a line with a 1 in it.
//!
//! **Order.** The walk's end is `−ψ³Q` if Q is of G2, and only then ([`super::subgroup`]). On points of G2 no addition is
//! exceptional: T runs through multiples of Q other than ±Q, or ±ψQ when these are added, and none has order two. Where one is,
//! the point is not of G2; its denominator is left out of the shared inversion, so that it disturbs no other.
//!
//! Source: Costello, Lange, Naehrig, *Faster pairing computations on curves with high-degree twists*, PKC 2010; Aranha et al.,
//! *Faster explicit formulas for computing pairings over ordinary curves*, EUROCRYPT 2011.

use alloc::vec;
use alloc::vec::Vec;

use ark_bn254::{Config, Fq2, G2Affine};
use ark_ec::bn::BnConfig;
use ark_ff::{AdditiveGroup, Field};

use super::inversion::invert_all;
use super::subgroup::psi;

/// What is done with the lines, in the order of the Miller loop.
pub(crate) trait Walker {
    /// The next doubling begins: every value is squared.
    fn square(&mut self);
    /// The line of point `i`: its slope λ, and `λ·x_T − y_T`.
    fn line(&mut self, i: usize, slope: &Fq2, intercept: &Fq2);
}

/// Where the points stand.
struct Walk<'a> {
    from: &'a [G2Affine],
    at: Vec<(Fq2, Fq2)>,
    denominators: Vec<Fq2>,
    products: Vec<Fq2>,
    outside: Vec<bool>,
}

/// Walks from points of the twist, none of them the identity. Returns those that are not of G2, whose lines mean nothing.
pub(crate) fn walk(points: &[G2Affine], walker: &mut impl Walker) -> Vec<usize> {
    let mut walk = Walk {
        from: points,
        at: points.iter().map(|q| (q.x, q.y)).collect(),
        denominators: Vec::with_capacity(points.len()),
        products: Vec::with_capacity(points.len()),
        outside: vec![false; points.len()],
    };
    for digit in Config::ATE_LOOP_COUNT.iter().rev().skip(1) {
        walker.square();
        walk.double(walker);
        match digit {
            1 => walk.add(|q| (q.x, q.y), walker),
            -1 => walk.add(|q| (q.x, -q.y), walker),
            _ => {}
        }
    }
    let last = |q: &G2Affine| {
        let twice = psi(&psi(q));
        (twice.x, -twice.y)
    };
    walk.add(
        |q| {
            let once = psi(q);
            (once.x, once.y)
        },
        walker,
    );
    walk.add(last, walker);
    walk.ends()
}

impl Walk<'_> {
    fn double(&mut self, walker: &mut impl Walker) {
        self.denominators.clear();
        self.denominators.extend(self.at.iter().map(|(_, y)| y.double()));
        self.invert();
        for (i, ((x, y), inverse)) in self.at.iter_mut().zip(&self.denominators).enumerate() {
            let square = x.square();
            let slope = (square.double() + square) * inverse;
            let intercept = slope * *x - *y;
            let next = slope.square() - x.double();
            // y' = λ(x − x') − y, with λx − y at hand.
            *y = intercept - slope * next;
            *x = next;
            walker.line(i, &slope, &intercept);
        }
    }

    fn add(&mut self, added: impl Fn(&G2Affine) -> (Fq2, Fq2), walker: &mut impl Walker) {
        self.denominators.clear();
        self.denominators.extend(self.at.iter().zip(self.from).map(|((x, _), q)| *x - added(q).0));
        self.invert();
        for (i, ((x, y), inverse)) in self.at.iter_mut().zip(&self.denominators).enumerate() {
            let (qx, qy) = added(&self.from[i]);
            let slope = (*y - qy) * inverse;
            let intercept = slope * *x - *y;
            let next = slope.square() - *x - qx;
            *y = intercept - slope * next;
            *x = next;
            walker.line(i, &slope, &intercept);
        }
    }

    fn invert(&mut self) {
        for (outside, denominator) in self.outside.iter_mut().zip(&self.denominators) {
            *outside |= *denominator == Fq2::ZERO;
        }
        invert_all(&mut self.denominators, &mut self.products);
    }

    /// Whose walk does not end at −ψ³Q, or met an exceptional addition.
    fn ends(&self) -> Vec<usize> {
        let ends = |i: usize| {
            let end = psi(&psi(&psi(&self.from[i])));
            self.at[i] == (end.x, -end.y) && !self.outside[i]
        };
        (0..self.at.len()).filter(|i| !ends(*i)).collect()
    }
}
