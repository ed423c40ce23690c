// What the fuzz targets do with bytes, and `tests/arbitrary.rs` with random ones: nothing panics, and what is
// read is written again with the same bytes, or reads again as the same value.

use tacit_formats::ptau::Ptau;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{
    read_calldata, read_proof, read_public, read_verification_key, write_calldata, write_proof, write_public,
    write_verification_key,
};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{KeyMatrices, Zkey, ZkeyFile};

pub fn r1cs(bytes: &[u8]) {
    if let Ok(circuit) = CircomR1cs::from_bytes(bytes) {
        assert_eq!(circuit.to_bytes(), bytes);
        if let Ok(r1cs) = circuit.to_r1cs() {
            assert_eq!(r1cs.num_constraints(), circuit.num_constraints());
        }
    }
}

pub fn wtns(bytes: &[u8]) {
    if let Ok(witness) = Witness::from_bytes(bytes) {
        assert_eq!(*witness.to_bytes(), bytes);
    }
}

pub fn zkey(bytes: &[u8]) {
    if let Ok(key) = Zkey::from_bytes_unchecked_points(bytes) {
        assert_eq!(key.to_bytes(), bytes);
        let _ = key.matrices();
        let _ = Zkey::from_bytes(bytes);
    }
    // The way of who has tables already.
    if let Ok(head) = ZkeyFile::open(bytes)
        && let Ok(coefficients) = head.coefficients()
    {
        assert!(head.domain() <= bytes.len() && head.num_wires() <= bytes.len());
        let _ = KeyMatrices::new(&coefficients, head.num_public());
    }
}

pub fn ptau(bytes: &[u8]) {
    if let Ok(powers) = Ptau::from_bytes(bytes) {
        assert_eq!(powers.to_bytes(), bytes);
    }
}

pub fn text(bytes: &[u8]) {
    if let Ok(key) = read_verification_key(bytes) {
        assert_eq!(read_verification_key(write_verification_key(&key).as_bytes()), Ok(key));
    }
    if let Ok(proof) = read_proof(bytes) {
        assert_eq!(read_proof(write_proof(&proof).as_bytes()), Ok(proof));
    }
    if let Ok(values) = read_public(bytes) {
        assert_eq!(read_public(write_public(&values).as_bytes()), Ok(values));
    }
    if let Ok(calldata) =
        core::str::from_utf8(bytes).map_err(drop).and_then(|text| read_calldata(text).map_err(drop))
    {
        assert_eq!(read_calldata(&write_calldata(&calldata.0, &calldata.1)), Ok(calldata));
    }
}
