//! The committed fixtures, and ways to spoil them.
#![allow(dead_code)] // Each test uses a part.

use std::path::Path;

use ark_bn254::{Fq, Fq2, G2Affine};
use ark_ff::{BigInteger, Field, PrimeField};
use tacit_formats::FormatError;
use tacit_formats::ptau::Ptau;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::Zkey;

/// Circuits that have fixtures.
pub(crate) const NAMES: [&str; 2] = ["tiny", "small"];

/// A file of a circuit.
pub(crate) fn fixture(name: &str, file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(format!("{name}.{file}"));
    std::fs::read(path).unwrap()
}

/// A file of any binary format.
pub(crate) enum Value {
    R1cs(CircomR1cs),
    Wtns(Witness),
    Zkey(Box<Zkey>),
    Ptau(Box<Ptau>),
}

/// Reads a file by its extension.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Value, FormatError> {
    Ok(match file.rsplit('.').next().unwrap() {
        "r1cs" => Value::R1cs(CircomR1cs::from_bytes(bytes)?),
        "wtns" => Value::Wtns(Witness::from_bytes(bytes)?),
        "zkey" => Value::Zkey(Box::new(Zkey::from_bytes(bytes)?)),
        "ptau" => Value::Ptau(Box::new(Ptau::from_bytes(bytes)?)),
        other => panic!("no format {other}"),
    })
}

impl Value {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::R1cs(value) => value.to_bytes(),
            Self::Wtns(value) => value.to_bytes().to_vec(),
            Self::Zkey(value) => value.to_bytes(),
            Self::Ptau(value) => value.to_bytes(),
        }
    }

    /// Equal but for the order of the sections.
    pub(crate) fn same_contents(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::R1cs(a), Self::R1cs(b)) => {
                a.constraints().eq(b.constraints())
                    && (a.num_wires(), a.signals()) == (b.num_wires(), b.signals())
            }
            (Self::Wtns(a), Self::Wtns(b)) => a.assignment().as_slice() == b.assignment().as_slice(),
            (Self::Zkey(a), Self::Zkey(b)) => a.parts() == b.parts(),
            (Self::Ptau(a), Self::Ptau(b)) => a.parts() == b.parts(),
            _ => false,
        }
    }
}

/// The sections of a file, to be changed and joined again.
#[derive(Clone)]
pub(crate) struct Sections(pub(crate) Vec<(u32, Vec<u8>)>, [u8; 8]);

impl Sections {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let count = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
        let mut at = 12;
        let mut sections = Vec::new();
        for _ in 0..count {
            let id = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let length = u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap()) as usize;
            sections.push((id, bytes[at + 12..at + 12 + length].to_vec()));
            at += 12 + length;
        }
        Self(sections, bytes[..8].try_into().unwrap())
    }

    pub(crate) fn data(&mut self, id: u32) -> &mut Vec<u8> {
        &mut self.0.iter_mut().find(|section| section.0 == id).unwrap().1
    }

    /// Where the data of a section starts in the file.
    pub(crate) fn start(&self, id: u32) -> u64 {
        let before = self.0.iter().take_while(|section| section.0 != id);
        before.map(|section| section.1.len() as u64 + 12).sum::<u64>() + 24
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.1.to_vec();
        bytes.extend((self.0.len() as u32).to_le_bytes());
        for (id, data) in &self.0 {
            bytes.extend(id.to_le_bytes());
            bytes.extend((data.len() as u64).to_le_bytes());
            bytes.extend(data);
        }
        bytes
    }
}

/// A point of the curve of G2 outside the subgroup, as the binary files have points.
pub(crate) fn outside_subgroup() -> Vec<u8> {
    let point = (1..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let montgomery = Fq::from(2).pow([256]);
    let coordinates = [point.x.c0, point.x.c1, point.y.c0, point.y.c1];
    coordinates.into_iter().flat_map(|c| (c * montgomery).into_bigint().to_bytes_le()).collect()
}
