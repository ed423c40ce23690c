//! Sparse linear combinations of wires.

use core::ops::{Add, Mul, Neg, Sub};

use ark_bn254::Fr;
use ark_ff::{One, Zero};

use crate::system::Number;

/// `Σ coefficient · wire`, wires strictly increasing, no coefficient zero; wire 0 is the constant 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinearCombination {
    terms: Vec<(u32, Fr)>,
}

impl LinearCombination {
    pub(crate) fn wire(index: u32) -> Self {
        Self { terms: vec![(index, Fr::one())] }
    }

    /// The terms in the order of their wires.
    #[must_use]
    pub fn terms(&self) -> &[(u32, Fr)] {
        &self.terms
    }

    fn merge(&mut self, other: &[(u32, Fr)], scaled: impl Fn(Fr) -> Fr) {
        // The usual case: the other's wires are all newer.
        let newest = self.terms.last().map(|term| term.0);
        if other.first().is_none_or(|first| newest < Some(first.0)) {
            self.terms.extend(other.iter().map(|&(wire, c)| (wire, scaled(c))));
            return;
        }
        let mine = core::mem::take(&mut self.terms);
        self.terms.reserve(mine.len() + other.len());
        let (mut left, mut right) = (mine.into_iter().peekable(), other.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some(&(a, x)), Some(&&(b, y))) if a == b => {
                    let sum = x + scaled(y);
                    if !sum.is_zero() {
                        self.terms.push((a, sum));
                    }
                    left.next();
                    right.next();
                }
                (Some(&(a, x)), Some(&&(b, _))) if a < b => {
                    self.terms.push((a, x));
                    left.next();
                }
                (_, Some(&&(b, y))) => {
                    self.terms.push((b, scaled(y)));
                    right.next();
                }
                (Some(&term), None) => {
                    self.terms.push(term);
                    left.next();
                }
                (None, None) => return,
            }
        }
    }
}

impl From<Fr> for LinearCombination {
    fn from(constant: Fr) -> Self {
        Self { terms: if constant.is_zero() { Vec::new() } else { vec![(0, constant)] } }
    }
}

impl Neg for LinearCombination {
    type Output = Self;
    fn neg(mut self) -> Self {
        for term in &mut self.terms {
            term.1 = -term.1;
        }
        self
    }
}

impl Mul<Fr> for LinearCombination {
    type Output = Self;
    fn mul(mut self, factor: Fr) -> Self {
        if factor.is_zero() {
            self.terms.clear();
        }
        for term in &mut self.terms {
            term.1 *= factor;
        }
        self
    }
}

impl Add<Fr> for LinearCombination {
    type Output = Self;
    fn add(mut self, constant: Fr) -> Self {
        self.merge(&Self::from(constant).terms, |c| c);
        self
    }
}

impl Sub<Fr> for LinearCombination {
    type Output = Self;
    fn sub(self, constant: Fr) -> Self {
        self + -constant
    }
}

impl Add<&Self> for LinearCombination {
    type Output = Self;
    fn add(mut self, other: &Self) -> Self {
        self.merge(&other.terms, |c| c);
        self
    }
}

impl Sub<&Self> for LinearCombination {
    type Output = Self;
    fn sub(mut self, other: &Self) -> Self {
        self.merge(&other.terms, |c| -c);
        self
    }
}

impl Number for LinearCombination {
    fn add_scaled(&mut self, other: &Self, factor: Fr) {
        if !factor.is_zero() {
            self.merge(&other.terms, |c| c * factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lc(terms: &[(u32, i64)]) -> LinearCombination {
        LinearCombination { terms: terms.iter().map(|&(wire, c)| (wire, Fr::from(c))).collect() }
    }

    #[test]
    fn arithmetic_keeps_the_order_and_drops_zeros() {
        let (a, b) = (lc(&[(0, 1), (2, 3), (5, -1)]), lc(&[(1, 7), (2, -3), (5, 2), (9, 1)]));
        assert_eq!(a.clone() + &b, lc(&[(0, 1), (1, 7), (5, 1), (9, 1)]));
        assert_eq!(a.clone() - &b, lc(&[(0, 1), (1, -7), (2, 6), (5, -3), (9, -1)]));
        assert_eq!(a.clone() - &a, lc(&[]));
        assert_eq!(a.clone() + Fr::from(-1), lc(&[(2, 3), (5, -1)]));
        assert_eq!(lc(&[(3, 1)]) + Fr::from(4), lc(&[(0, 4), (3, 1)]));
        assert_eq!(a.clone() * Fr::from(0), lc(&[]));
        assert_eq!(-(a.clone() * Fr::from(2)), lc(&[(0, -2), (2, -6), (5, 2)]));
        let mut sum = a;
        sum.add_scaled(&lc(&[(2, 1), (7, 1)]), Fr::from(-3));
        assert_eq!(sum, lc(&[(0, 1), (5, -1), (7, -3)]));
        sum.add_scaled(&lc(&[(8, 1)]), Fr::from(0));
        assert_eq!(sum, lc(&[(0, 1), (5, -1), (7, -3)]));
    }
}
