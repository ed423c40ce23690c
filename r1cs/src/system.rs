//! What a gadget sees: numbers, wires, constraints, and hints that run only where values exist.

use core::ops::{Add, Mul, Neg, Sub};

use ark_bn254::Fr;

/// A quantity inside a circuit: an affine function of the wires. A linear combination under the compiler, its value
/// under the assigner.
pub trait Number:
    Clone
    + From<Fr>
    + Neg<Output = Self>
    + Mul<Fr, Output = Self>
    + Add<Fr, Output = Self>
    + Sub<Fr, Output = Self>
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
{
    /// `self += factor · other`.
    fn add_scaled(&mut self, other: &Self, factor: Fr);
}

/// The right to read values: what a hint is given.
pub trait Known {
    /// The numbers of the driver.
    type Num;
    /// The value of a number.
    fn value(&self, number: &Self::Num) -> Fr;
}

/// A driver of gadgets. See the crate's page for the two that exist.
///
/// Instance wires come first: allocating one after a witness wire is a mistake of the circuit's author and panics.
pub trait ConstraintSystem: Sized {
    /// Affine functions of the wires.
    type Num: Number;
    /// The right to read values; uninhabited in the compiler, so that no hint can run there.
    type Known: Known<Num = Self::Num>;

    /// Names the clause to which the following wires and constraints belong.
    fn clause(&mut self, name: &'static str);

    /// A new public wire.
    fn instance(&mut self, hint: impl FnOnce(&Self::Known) -> Fr) -> Self::Num;

    /// A new private wire. Nothing binds it to its hint: the constraints that do stand directly below.
    fn witness(&mut self, hint: impl FnOnce(&Self::Known) -> Fr) -> Self::Num;

    /// The constraint `a · b = c`.
    fn enforce(&mut self, a: &Self::Num, b: &Self::Num, c: &Self::Num);

    /// Computes something for several hints at once, such as a batch of inverses. `None` in the compiler.
    fn advise<T>(&self, compute: impl FnOnce(&Self::Known) -> T) -> Option<T>;

    /// Lets native code push the next `wires` witness wires and return the value of the block's result.
    ///
    /// `None` means: go step by step. So says the compiler, and the assigner where a hint inside the block is
    /// overridden. Both ways must give the same wires; a gadget that uses this has a test which says so.
    fn native(
        &mut self,
        wires: usize,
        compute: impl FnOnce(&Self::Known, &mut Vec<Fr>) -> Fr,
    ) -> Option<Self::Num>;
}

/// Something that can be synthesized under any driver.
pub trait Circuit {
    /// Allocates the wires and states the constraints.
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS);
}

/// A native value that only hints may read, because it exists only when assigning.
pub struct Private<'a, T: ?Sized>(Option<&'a T>);

impl<T: ?Sized> Clone for Private<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Private<'_, T> {}

impl<'a, T: ?Sized> Private<'a, T> {
    /// For the compiler.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(None)
    }

    /// For the assigner.
    #[must_use]
    pub const fn known(value: &'a T) -> Self {
        Self(Some(value))
    }

    /// A part of the value.
    pub fn map<U: ?Sized>(self, part: impl FnOnce(&'a T) -> &'a U) -> Private<'a, U> {
        Private(self.0.map(part))
    }

    /// The value.
    ///
    /// # Panics
    /// If a circuit without private values is given to the assigner, a mistake of the circuit's author.
    pub fn reveal(self, _known: &impl Known) -> &'a T {
        self.0.expect("an assigner needs a circuit that was built with its private values")
    }
}
