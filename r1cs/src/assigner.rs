//! The value-only driver: runs hints, computes values, forgets constraints.

use core::ops::{Add, Mul, Neg, Sub};
use std::collections::BTreeMap;

use ark_bn254::Fr;
use ark_ff::One;
use zeroize::Zeroize;

use crate::system::{ConstraintSystem, Known, Number};

/// The value of a number.
#[derive(Clone, Copy)]
pub struct Value(Fr);

/// The right to read values, which the assigner hands to each hint.
pub struct Values(());

impl Known for Values {
    type Num = Value;
    fn value(&self, number: &Value) -> Fr {
        number.0
    }
}

impl From<Fr> for Value {
    fn from(constant: Fr) -> Self {
        Self(constant)
    }
}

impl Neg for Value {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<Fr> for Value {
    type Output = Self;
    fn mul(self, factor: Fr) -> Self {
        Self(self.0 * factor)
    }
}

impl Add<Fr> for Value {
    type Output = Self;
    fn add(self, constant: Fr) -> Self {
        Self(self.0 + constant)
    }
}

impl Sub<Fr> for Value {
    type Output = Self;
    fn sub(self, constant: Fr) -> Self {
        Self(self.0 - constant)
    }
}

impl Add<&Self> for Value {
    type Output = Self;
    fn add(self, other: &Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub<&Self> for Value {
    type Output = Self;
    fn sub(self, other: &Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Number for Value {
    fn add_scaled(&mut self, other: &Self, factor: Fr) {
        self.0 += other.0 * factor;
    }
}

/// Room for the wires of a circuit that fills a domain of 8,192 constraints: growing would leave copies of secrets
/// behind.
const CAPACITY: usize = 1 << 14;

/// Computes the values of all wires, in the order in which they are allocated.
pub struct Assigner {
    values: Vec<Fr>,
    known: Values,
    overrides: BTreeMap<usize, Fr>,
    step_by_step: bool,
}

impl Default for Assigner {
    fn default() -> Self {
        Self::new()
    }
}

impl Assigner {
    /// An assigner that believes every hint.
    #[must_use]
    pub fn new() -> Self {
        let mut values = Vec::with_capacity(CAPACITY);
        values.push(Fr::one());
        Self { values, known: Values(()), overrides: BTreeMap::new(), step_by_step: false }
    }

    /// Gives a wire another value than its hint does; all later hints are computed from that value. For tests: this
    /// is the prover who lies in one place and is consistent otherwise.
    #[must_use]
    pub fn with_override(mut self, wire: usize, value: Fr) -> Self {
        self.overrides.insert(wire, value);
        self
    }

    /// Never lets native code fill a block of wires. For tests: both ways must agree.
    #[must_use]
    pub const fn step_by_step(mut self) -> Self {
        self.step_by_step = true;
        self
    }

    /// The number of the wire that is allocated next.
    #[must_use]
    pub const fn next_wire(&self) -> usize {
        self.values.len()
    }

    /// The values.
    #[must_use]
    pub fn finish(mut self) -> Assignment {
        Assignment(core::mem::take(&mut self.values))
    }

    fn push(&mut self, hint: impl FnOnce(&Values) -> Fr) -> Value {
        let value = if self.overrides.is_empty() {
            hint(&self.known)
        } else {
            let forced = self.overrides.get(&self.values.len()).copied();
            forced.unwrap_or_else(|| hint(&self.known))
        };
        self.values.push(value);
        Value(value)
    }
}

impl Drop for Assigner {
    fn drop(&mut self) {
        self.values.zeroize();
    }
}

impl ConstraintSystem for Assigner {
    type Num = Value;
    type Known = Values;

    fn clause(&mut self, _: &'static str) {}

    fn instance(&mut self, hint: impl FnOnce(&Values) -> Fr) -> Value {
        self.push(hint)
    }

    fn witness(&mut self, hint: impl FnOnce(&Values) -> Fr) -> Value {
        self.push(hint)
    }

    fn enforce(&mut self, _: &Value, _: &Value, _: &Value) {}

    fn advise<T>(&self, compute: impl FnOnce(&Values) -> T) -> Option<T> {
        Some(compute(&self.known))
    }

    fn native(&mut self, wires: usize, compute: impl FnOnce(&Values, &mut Vec<Fr>) -> Fr) -> Option<Value> {
        let block = self.values.len()..self.values.len() + wires;
        if self.step_by_step || self.overrides.range(block.clone()).next().is_some() {
            return None;
        }
        let result = compute(&self.known, &mut self.values);
        assert_eq!(self.values.len(), block.end, "native code fills exactly its block");
        Some(Value(result))
    }
}

/// The values of all wires: the constant 1, the instance, the witness. Holds secrets.
#[derive(Clone)]
pub struct Assignment(Vec<Fr>);

impl Assignment {
    /// An assignment that was made elsewhere. Nothing is checked: [`R1cs`](crate::R1cs) tells whether it satisfies.
    #[must_use]
    pub const fn from_values_unchecked(values: Vec<Fr>) -> Self {
        Self(values)
    }

    /// All values, the constant 1 first.
    #[must_use]
    pub fn as_slice(&self) -> &[Fr] {
        &self.0
    }

    /// The public inputs, without the leading 1, of a system with `num_instance` instance wires.
    #[must_use]
    pub fn instance(&self, num_instance: usize) -> &[Fr] {
        &self.0[1..num_instance]
    }
}

impl Drop for Assignment {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
