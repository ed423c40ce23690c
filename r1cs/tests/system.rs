//! One gadget source under both drivers, and the encoding of what it compiles to.

use tacit_r1cs::{
    Assigner, Assignment, Circuit, ConstraintSystem, DecodeError, Fr, Known, Private, R1cs, assign, compile,
};

/// `x^3 + x + 5 = out`, out public.
struct Cubic<'a> {
    x: Private<'a, Fr>,
}

impl Circuit for Cubic<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let x = self.x;
        cs.clause("output");
        let out = cs.instance(|k| {
            let x = *x.reveal(k);
            x * x * x + x + Fr::from(5)
        });
        cs.clause("cube");
        let x = cs.witness(|k| *x.reveal(k));
        let square = cs.witness(|k| k.value(&x) * k.value(&x));
        cs.enforce(&x, &x, &square);
        let cube = cs.witness(|k| k.value(&x) * k.value(&square));
        cs.enforce(&square, &x, &cube);
        cs.clause("output");
        cs.enforce(&(cube + &x + Fr::from(5)), &CS::Num::from(Fr::from(1)), &out);
    }
}

fn cubic() -> R1cs {
    compile(&Cubic { x: Private::unknown() })
}

fn values(x: u64) -> Assignment {
    assign(&Cubic { x: Private::known(&Fr::from(x)) })
}

#[test]
fn compiles_and_assigns() {
    let r1cs = cubic();
    assert_eq!((r1cs.num_constraints(), r1cs.num_instance(), r1cs.num_witness()), (3, 2, 3));
    assert_eq!(r1cs.nonzeros(), [5, 3, 3]);
    let assignment = values(3);
    assert_eq!(assignment.as_slice(), [1, 35, 3, 9, 27].map(Fr::from));
    assert_eq!(assignment.instance(r1cs.num_instance()), [Fr::from(35)]);
    assert!(r1cs.is_satisfied(&assignment));
    let counts: Vec<_> = r1cs.clauses().into_iter().map(|c| (c.name, c.constraints, c.wires)).collect();
    assert_eq!(counts, [("output".to_owned(), 1, 1), ("cube".to_owned(), 2, 3)]);
    assert_eq!(
        (r1cs.clause_of_wire(0), r1cs.clause_of_wire(1), r1cs.clause_of_wire(4)),
        ("one", "output", "cube")
    );
}

#[test]
fn every_wire_is_noticed_and_the_clause_is_named() {
    let r1cs = cubic();
    for wire in 0..r1cs.num_wires() {
        let mut changed = values(3).as_slice().to_vec();
        changed[wire] += Fr::from(1);
        assert!(!r1cs.is_satisfied(&Assignment::from_values_unchecked(changed)), "wire {wire}");
    }
    // A lie about the square, consistent from there on, fails where the square is bound.
    let mut assigner = Assigner::new().with_override(3, Fr::from(10));
    Cubic { x: Private::known(&Fr::from(3)) }.synthesize(&mut assigner);
    let lie = assigner.finish();
    assert_eq!(lie.as_slice()[4], Fr::from(30));
    let failing: Vec<_> = r1cs.unsatisfied(&lie).map(|u| (u.index, u.clause)).collect();
    assert_eq!(failing, [(0, "cube".to_owned()), (2, "output".to_owned())]);
}

#[test]
#[should_panic(expected = "another circuit")]
fn an_assignment_of_another_shape_is_refused() {
    let _ = cubic().first_unsatisfied(&Assignment::from_values_unchecked(vec![Fr::from(1)]));
}

struct Late;
impl Circuit for Late {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        cs.witness(|_| Fr::from(1));
        cs.instance(|_| Fr::from(1));
    }
}

#[test]
#[should_panic(expected = "instance wires come before")]
fn instance_wires_come_first() {
    let _ = compile(&Late);
}

#[test]
fn round_trip_and_digest() {
    let r1cs = cubic();
    let bytes = r1cs.to_bytes();
    let again = R1cs::from_bytes(&bytes).unwrap();
    assert!(again == r1cs);
    assert_eq!(again.to_bytes(), bytes);
    assert_eq!(again.digest(), cubic().digest());
    let [a, b, c] = r1cs.to_ark_matrices();
    assert_eq!(a[2], [(Fr::from(5), 0), (Fr::from(1), 2), (Fr::from(1), 4)]);
    assert_eq!((b[2].as_slice(), c[2].as_slice()), (&[(Fr::from(1), 0)][..], &[(Fr::from(1), 1)][..]));
}

#[test]
fn damaged_bytes_are_refused_and_never_panic() {
    let bytes = cubic().to_bytes();
    for length in 0..bytes.len() {
        assert!(R1cs::from_bytes(&bytes[..length]).is_err(), "length {length}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(R1cs::from_bytes(&longer).err(), Some(DecodeError::TrailingBytes));
    for place in 0..bytes.len() {
        for flip in 1..=255u8 {
            let mut damaged = bytes.clone();
            damaged[place] ^= flip;
            // Whatever is still accepted is another system in its own canonical encoding.
            if let Ok(other) = R1cs::from_bytes(&damaged) {
                assert_eq!(other.to_bytes(), damaged, "place {place} flip {flip}");
            }
        }
    }
}

#[test]
fn each_defect_has_its_error() {
    let bytes = cubic().to_bytes();
    let with = |place: usize, byte: u8| {
        let mut damaged = bytes.clone();
        damaged[place] = byte;
        R1cs::from_bytes(&damaged).err()
    };
    // Offsets: magic 0..10, version 10, instance 11, witness 12, constraints 13, coefficients 14, then 32 bytes of 5.
    assert_eq!(with(0, b'T'), Some(DecodeError::WrongMagic));
    assert_eq!(with(10, 2), Some(DecodeError::UnknownVersion(2)));
    assert_eq!(with(11, 0), Some(DecodeError::MalformedNumber));
    assert_eq!(with(14, 0x7f), Some(DecodeError::Truncated));
    assert_eq!(with(15, 0), Some(DecodeError::BadCoefficient));
    assert_eq!(with(15, 1), Some(DecodeError::BadCoefficient));
    assert_eq!(with(46, 0xff), Some(DecodeError::BadCoefficient));
    // The first row: one entry, gap 2, place 0.
    assert_eq!(bytes[47..50], [1, 2, 0]);
    assert_eq!(with(48, 5), Some(DecodeError::BadWire));
    assert_eq!(with(49, 2), None, "5 x is a system too, and uses the coefficient first");
    assert_eq!(with(49, 3), Some(DecodeError::BadCoefficient));
    assert_eq!(with(bytes.len() - 1, 9), Some(DecodeError::BadClause));
    let mut longer_three = bytes.clone();
    longer_three.splice(12..13, [0x83, 0]);
    assert_eq!(R1cs::from_bytes(&longer_three).err(), Some(DecodeError::MalformedNumber));
}
