//! From a key to bytes.

use ark_bn254::{Fq, Fr};

use super::{
    A, B_G1, B_G2, COEFFICIENTS, FORMAT, GROTH16, H, HEADER, IC, L, MatrixName, PROTOCOL, Zkey, ZkeyParts,
};
use crate::binary::{Writer, write_points, write_prime};
use crate::contribution;
use crate::field::write_doubly_montgomery;
use crate::point::Point;

impl Zkey {
    /// The file: sections in the order in which they were read, or in snarkjs's own.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = &self.parts;
        let capacity = 4096
            + 44 * parts.coefficients.len()
            + 64 * (5 * parts.a.len() + parts.h.len())
            + parts.ceremony.as_ref().map_or(0, |ceremony| 1024 * ceremony.contributions.len());
        let mut out = Writer::new(&FORMAT, self.order.len(), capacity);
        for section in self.order.iter().filter_map(|&id| FORMAT.sections.iter().find(|s| s.id == id)) {
            out.section(section.id, |out| match *section {
                PROTOCOL => out.extend_from_slice(&GROTH16.to_le_bytes()),
                HEADER => self.write_header(out),
                IC => write_points(out, &parts.vk.gamma_abc_g1),
                COEFFICIENTS => write_coefficients(out, parts),
                A => write_points(out, &parts.a),
                B_G1 => write_points(out, &parts.b_g1),
                B_G2 => write_points(out, &parts.b_g2),
                L => write_points(out, &parts.l),
                H => write_points(out, &parts.h),
                _ => write_ceremony(out, parts),
            });
        }
        out.finish()
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        write_prime::<Fq>(out);
        write_prime::<Fr>(out);
        // The numbers were checked when the parts were joined or read.
        for number in [self.num_wires(), self.num_public(), self.domain()] {
            out.extend_from_slice(&(number as u32).to_le_bytes());
        }
        let ZkeyParts { vk, beta_g1, delta_g1, .. } = &self.parts;
        write_points(out, &[vk.alpha_g1, *beta_g1]);
        write_points(out, &[vk.beta_g2, vk.gamma_g2]);
        delta_g1.write(out);
        vk.delta_g2.write(out);
    }
}

fn write_coefficients(out: &mut Vec<u8>, parts: &ZkeyParts) {
    out.extend_from_slice(&(parts.coefficients.len() as u32).to_le_bytes());
    for entry in &parts.coefficients {
        let matrix = match entry.matrix {
            MatrixName::A => 0,
            MatrixName::B => 1,
        };
        for number in [matrix, entry.row, entry.wire] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&write_doubly_montgomery(&entry.value));
    }
}

fn write_ceremony(out: &mut Vec<u8>, parts: &ZkeyParts) {
    let Some(ceremony) = &parts.ceremony else { return };
    out.extend_from_slice(&ceremony.circuit_hash);
    out.extend_from_slice(&(ceremony.contributions.len() as u32).to_le_bytes());
    for contribution in &ceremony.contributions {
        write_points(out, &[contribution.delta_after, contribution.s, contribution.s_x]);
        contribution.s_prime_x.write(out);
        out.extend_from_slice(&contribution.transcript);
        contribution::write(out, contribution.name.as_ref(), &contribution.source);
    }
}
