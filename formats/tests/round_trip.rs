//! Files of circom and snarkjs are read, and written again with the same bytes.

mod common;

use common::{NAMES, fixture};
use tacit_formats::contribution::Source;
use tacit_formats::ptau::{Ptau, PtauFile};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{
    read_calldata, read_proof, read_public, read_verification_key, write_calldata, write_proof, write_public,
    write_verification_key,
};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::Zkey;

fn text(name: &str, file: &str) -> String {
    String::from_utf8(fixture(name, file)).unwrap()
}

#[test]
fn constraints() {
    for name in NAMES {
        let bytes = fixture(name, "r1cs");
        let circuit = CircomR1cs::from_bytes(&bytes).unwrap();
        assert!(circuit.to_bytes() == bytes, "{name}");
    }
    let small = CircomR1cs::from_bytes(&fixture("small", "r1cs")).unwrap();
    assert_eq!((small.num_wires(), small.num_constraints(), small.num_public()), (22, 19, 3));
    assert_eq!(small.signals(), [1, 2, 3]);
}

#[test]
fn witnesses() {
    for name in NAMES {
        let bytes = fixture(name, "wtns");
        let witness = Witness::from_bytes(&bytes).unwrap();
        assert!(*witness.to_bytes() == bytes, "{name}");
        assert_eq!(*Witness::new(witness.assignment().clone()).unwrap().to_bytes(), bytes, "{name}");
        let public = read_public(text(name, "public.json").as_bytes()).unwrap();
        assert_eq!(witness.assignment().instance(1 + public.len()), public);
    }
}

#[test]
fn keys() {
    for name in NAMES {
        for file in ["zkey", "initial.zkey"] {
            let bytes = fixture(name, file);
            let key = Zkey::from_bytes(&bytes).unwrap();
            assert!(key.to_bytes() == bytes, "{name}.{file}");
            assert_eq!(Zkey::from_bytes_unchecked_points(&bytes).as_ref(), Ok(&key));
        }
        let bytes = fixture(name, "zkey");
        let key = Zkey::from_bytes(&bytes).unwrap();
        // In snarkjs's own order.
        assert!(Zkey::new(key.clone().into_parts()).unwrap().to_bytes() == bytes);
        let vk = read_verification_key(text(name, "verification_key.json").as_bytes()).unwrap();
        assert_eq!(key.parts().vk, vk);

        let contributions = &key.parts().ceremony.as_ref().unwrap().contributions;
        let names = contributions.iter().map(|c| c.name.as_ref().map(|name| name.as_str().to_owned()));
        assert_eq!(names.collect::<Vec<_>>(), [Some("first".to_owned()), None, Some("beacon".to_owned())]);
        assert_eq!(contributions[0].source, Source::Secret);
        let Source::Beacon(beacon) = &contributions[2].source else { panic!("the last is a beacon") };
        assert_eq!((beacon.exponent(), beacon.hash().len()), (10, 31));
        assert_eq!(contributions[2].delta_after, key.parts().delta_g1);
    }
}

#[test]
fn powers_of_tau() {
    for (name, file) in [("tiny", "ptau"), ("small", "ptau"), ("tiny", "unprepared.ptau")] {
        let bytes = fixture(name, file);
        let powers = Ptau::from_bytes(&bytes).unwrap();
        assert!(powers.to_bytes() == bytes, "{name}.{file}");
        assert!(Ptau::new(powers.clone().into_parts()).unwrap().to_bytes() == bytes, "{name}.{file}");
        assert_eq!(powers.parts().contributions.len(), 3);
        assert_eq!(powers.parts().lagrange.is_some(), file == "ptau");

        let opened = PtauFile::open(&bytes).unwrap();
        assert_eq!(opened.tau_g1(3..7).unwrap(), powers.parts().tau_g1[3..7]);
        assert_eq!(opened.beta_g2().unwrap(), powers.parts().beta_g2);
        if let Some(lagrange) = &powers.parts().lagrange {
            let log = opened.power().log();
            let n = 1 << log;
            assert_eq!(opened.lagrange_tau_g2(log).unwrap(), lagrange.tau_g2[n - 1..]);
            assert_eq!(opened.lagrange_tau_g1(log + 1).unwrap(), lagrange.tau_g1[2 * n - 1..]);
            assert!(opened.lagrange_tau_g1(log + 2).is_err());
            assert!(opened.lagrange_tau_g2(log + 1).is_err());
            assert!(opened.lagrange_tau_g1(u32::MAX).is_err());
        }
    }
}

#[test]
fn texts() {
    for name in NAMES {
        let key = text(name, "verification_key.json");
        assert_eq!(write_verification_key(&read_verification_key(key.as_bytes()).unwrap()), key);
        let proof = text(name, "proof.json");
        assert_eq!(write_proof(&read_proof(proof.as_bytes()).unwrap()), proof);
        let public = text(name, "public.json");
        assert_eq!(write_public(&read_public(public.as_bytes()).unwrap()), public);
        let calldata = text(name, "calldata.txt");
        let (from_calldata, inputs) = read_calldata(&calldata).unwrap();
        assert_eq!(from_calldata, read_proof(proof.as_bytes()).unwrap());
        assert_eq!(inputs, read_public(public.as_bytes()).unwrap());
        assert_eq!(write_calldata(&from_calldata, &inputs), calldata);
    }
}
