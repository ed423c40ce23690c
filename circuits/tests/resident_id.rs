//! The whole circuit.
mod common;

use common::{Pair, circuit};

#[test]
fn honest() {
    let r1cs = circuit();
    for count in r1cs.clauses() {
        println!("{:6} {:6} {:?} {}", count.constraints, count.wires, count.nonzeros, count.name);
    }
    println!(
        "{} constraints, {} instance, {} witness, nonzeros {:?}, coefficients {} bytes {}",
        r1cs.num_constraints(),
        r1cs.num_instance(),
        r1cs.num_witness(),
        r1cs.nonzeros(),
        r1cs.coefficients().len(),
        r1cs.to_bytes().len()
    );
    for seed in 0..10 {
        let pair = Pair::honest(seed);
        println!("{:?}", pair.failing());
        assert!(pair.is_satisfied(), "seed {seed}");
    }
}
