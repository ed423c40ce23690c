//! A gadget between public inputs and public outputs, so that a wrong output cannot hide.

use ark_ff::{AdditiveGroup, Field};
use tacit_circuits::gadgets::arithmetic::enforce_equal;
use tacit_credential::Fr;
use tacit_r1cs::{Assigner, Assignment, Circuit, ConstraintSystem, Known, R1cs, compile};

use crate::common::audit;

/// Something to test. Private values are fields of its own.
pub trait Gadget {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, inputs: &[CS::Num]) -> Vec<CS::Num>;
}

/// The gadget with inputs and outputs as instance wires.
struct Pinned<'g, G> {
    gadget: &'g G,
    inputs: &'g [Fr],
    outputs: &'g [Fr],
}

impl<G: Gadget> Circuit for Pinned<'_, G> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        cs.clause("pins");
        let inputs: Vec<_> = self.inputs.iter().map(|&input| cs.instance(|_| input)).collect();
        let pins: Vec<_> = self.outputs.iter().map(|&output| cs.instance(|_| output)).collect();
        cs.clause("gadget");
        let outputs = self.gadget.run(cs, &inputs);
        assert_eq!(outputs.len(), pins.len());
        cs.clause("pins");
        for (output, pin) in outputs.iter().zip(&pins) {
            enforce_equal(cs, output, pin);
        }
    }
}

/// The values of the outputs under honest hints.
pub fn evaluate(gadget: &impl Gadget, inputs: &[Fr]) -> Vec<Fr> {
    let mut assigner = Assigner::new();
    let inputs: Vec<_> = inputs.iter().map(|&input| assigner.instance(|_| input)).collect();
    let outputs = gadget.run(&mut assigner, &inputs);
    assigner.advise(|k| outputs.iter().map(|output| k.value(output)).collect()).unwrap()
}

/// A gadget with given inputs and outputs, compiled.
pub struct Tested<'g, G> {
    pinned: Pinned<'g, G>,
    pub r1cs: R1cs,
}

impl<'g, G: Gadget> Tested<'g, G> {
    pub fn new(gadget: &'g G, inputs: &'g [Fr], outputs: &'g [Fr]) -> Self {
        let pinned = Pinned { gadget, inputs, outputs };
        let r1cs = compile(&pinned);
        Self { pinned, r1cs }
    }

    /// Constraints of the gadget itself.
    pub fn constraints(&self) -> usize {
        self.r1cs.num_constraints() - self.pinned.outputs.len()
    }

    /// Number of the gadget's first wire.
    pub fn first_wire(&self) -> usize {
        self.r1cs.num_instance()
    }

    pub fn assign(&self, overrides: &[(usize, Fr)]) -> Assignment {
        self.assign_by(Assigner::new(), overrides)
    }

    pub fn assign_by(&self, mut assigner: Assigner, overrides: &[(usize, Fr)]) -> Assignment {
        for &(wire, value) in overrides {
            assigner = assigner.with_override(wire, value);
        }
        self.pinned.synthesize(&mut assigner);
        assigner.finish()
    }

    pub fn satisfied_with(&self, overrides: &[(usize, Fr)]) -> bool {
        self.r1cs.is_satisfied(&self.assign(overrides))
    }

    pub fn satisfied(&self) -> bool {
        self.satisfied_with(&[])
    }

    /// Changes every wire: alone, and as a hint that everything after it follows. Nothing but the free wires may get
    /// away with it, and those must.
    pub fn every_wire_matters(&self, free: &[usize]) {
        let honest = self.assign(&[]);
        assert!(self.r1cs.is_satisfied(&honest), "the honest assignment satisfies");
        let loose: Vec<usize> = audit::loose_wires(&self.r1cs, &honest);
        assert_eq!(loose, free, "wires that nobody looks at");
        for wire in self.first_wire()..self.r1cs.num_wires() {
            let value = honest.as_slice()[wire];
            for lie in [value + Fr::ONE, -value, Fr::from(2u64), Fr::ZERO, Fr::ONE] {
                if lie != value && !free.contains(&wire) {
                    assert!(!self.satisfied_with(&[(wire, lie)]), "wire {wire} may be {lie}");
                }
            }
        }
    }
}
