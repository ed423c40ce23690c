//! From powers of tau to bytes.

use ark_bn254::Fq;

use super::{Contribution, FORMAT, Ptau, PublicKey};
use crate::binary::{Writer, write_points, write_prime};
use crate::contribution;
use crate::point::Point;

impl Ptau {
    /// The file: sections in the order in which they were read, or in snarkjs's own.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = &self.parts;
        let capacity = parts.power.size() as usize * if self.order.len() > 7 { 1280 } else { 384 };
        let mut out = Writer::new(&FORMAT, self.order.len(), capacity + 2048 * parts.contributions.len());
        for &id in &self.order {
            out.section(id, |out| match (id, &parts.lagrange) {
                (1, _) => {
                    write_prime::<Fq>(out);
                    out.extend_from_slice(&parts.power.log().to_le_bytes());
                    out.extend_from_slice(&parts.ceremony_power.to_le_bytes());
                }
                (2, _) => write_points(out, &parts.tau_g1),
                (3, _) => write_points(out, &parts.tau_g2),
                (4, _) => write_points(out, &parts.alpha_g1),
                (5, _) => write_points(out, &parts.beta_g1),
                (6, _) => parts.beta_g2.write(out),
                (7, _) => {
                    out.extend_from_slice(&(parts.contributions.len() as u32).to_le_bytes());
                    parts.contributions.iter().for_each(|contribution| write_contribution(out, contribution));
                }
                (12, Some(lagrange)) => write_points(out, &lagrange.tau_g1),
                (13, Some(lagrange)) => write_points(out, &lagrange.tau_g2),
                (14, Some(lagrange)) => write_points(out, &lagrange.alpha_g1),
                (_, Some(lagrange)) => write_points(out, &lagrange.beta_g1),
                // Parts without Lagrange bases have no such section in their order.
                (_, None) => {}
            });
        }
        out.finish()
    }
}

fn write_contribution(out: &mut Vec<u8>, contribution: &Contribution) {
    contribution.tau_g1.write(out);
    contribution.tau_g2.write(out);
    write_points(out, &[contribution.alpha_g1, contribution.beta_g1]);
    contribution.beta_g2.write(out);
    let PublicKey { tau, alpha, beta } = &contribution.key;
    for knowledge in [tau, alpha, beta] {
        write_points(out, &[knowledge.s, knowledge.s_x]);
    }
    write_points(out, &[tau.s_prime_x, alpha.s_prime_x, beta.s_prime_x]);
    out.extend_from_slice(&contribution.partial_hash);
    out.extend_from_slice(&contribution.next_challenge);
    contribution::write(out, contribution.name.as_ref(), &contribution.source);
}
