//! Keys and files of circom: a [`ProvingKey`] from a `.zkey` and back, proofs with a `.zkey` alone, and the
//! check of a proof.
//!
//! A `.zkey` has the matrices A and B, not C. With the circuit's `.r1cs` beside it, it becomes a
//! [`ProvingKey`], and everything that [`Prover`](crate::Prover) does holds: satisfaction is checked, C is
//! folded into the key, four transforms. Without it, [`ZkeyProver`] takes `c = a∘b` for granted and needs
//! six:
//!
//! ```text
//! a = A·z, b = B·z, c = a∘b on the domain;   p = a·b − c at the odd roots gωⁱ
//! C = Σ_private zᵢLᵢ + Σ_i p(gωⁱ)·H_i + s·A + r·B₁ − rsδ₁
//! ```
//!
//! with A and B as ever. Whether z satisfies the system shows in the proof alone, which is therefore verified
//! before it is handed out.
//!
//! **Not checked here**: that a key comes from an honest ceremony for the circuit, C included.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{FftField, One};
use ark_groth16::{Groth16, VerifyingKey, prepare_verifying_key};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::{ConvertError, MatrixName, Zkey};
use tacit_r1cs::{Assignment, RowsError};
use zeroize::Zeroizing;

use crate::key::{KeyError, Provenance, ProvingKey};
use crate::proof::{Proof, ProofDecodeError};
use crate::prover::Blinding;

/// Why a `.zkey` and a `.r1cs` make no proving key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CircomKeyError {
    /// They do not belong together.
    #[error("{0}")]
    Convert(#[from] ConvertError),
    /// The circuit is no system.
    #[error("{0}")]
    Rows(#[from] RowsError),
    /// The points are no key of the system.
    #[error("{0}")]
    Key(#[from] KeyError),
}

impl ProvingKey {
    /// The key of a circuit: A and B are compared, and H changes its basis, which takes seconds for large
    /// domains.
    pub fn from_circom(
        provenance: Provenance,
        zkey: &Zkey,
        circuit: &CircomR1cs,
    ) -> Result<Self, CircomKeyError> {
        zkey.check_circuit(circuit)?;
        Ok(Self::new(provenance, circuit.to_r1cs()?, zkey.to_ark()?)?)
    }

    /// The key in circom's words; the file tells of no ceremony.
    pub fn to_zkey(&self) -> Result<Zkey, ConvertError> {
        Zkey::from_ark(self.points(), self.r1cs())
    }
}

/// Why no proof was made with a `.zkey` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZkeyProveError {
    /// The assignment was made for another circuit.
    #[error("the witness has {found} wires, the key's circuit has {needed}; use the witness of this circuit")]
    WrongShape {
        /// Wires of the key's circuit.
        needed: usize,
        /// Wires of the assignment.
        found: usize,
    },
    /// Wire 0, the constant, is not 1.
    #[error("wire 0 of the witness is not 1; calculate the witness again")]
    ConstantNotOne,
    /// The proof does not hold: the witness does not satisfy the circuit, or the key is none.
    #[error(
        "the proof does not hold; the witness does not satisfy the key's circuit, check it with `snarkjs wtns check`"
    )]
    DoesNotHold,
}

/// Makes proofs with a `.zkey` alone; nothing is prepared, so that the first proof costs what every proof
/// costs.
pub struct ZkeyProver {
    zkey: Zkey,
    domain: Radix2EvaluationDomain<Fr>,
    odd: Radix2EvaluationDomain<Fr>,
}

impl ZkeyProver {
    /// A prover; `None` if the field has no domain of the key's size.
    #[must_use]
    pub fn new(zkey: Zkey) -> Option<Self> {
        let domain = Radix2EvaluationDomain::new(zkey.domain())?;
        let odd = domain.get_coset(Fr::get_root_of_unity(2 * zkey.domain() as u64)?)?;
        Some(Self { zkey, domain, odd })
    }

    /// Proves that the assignment satisfies the key's circuit.
    pub fn prove_with(&self, assignment: &Assignment, blinding: Blinding) -> Result<Proof, ZkeyProveError> {
        let z = assignment.as_slice();
        let (needed, found) = (self.zkey.num_wires(), z.len());
        if needed != found {
            return Err(ZkeyProveError::WrongShape { needed, found });
        }
        if !z[0].is_one() {
            return Err(ZkeyProveError::ConstantNotOne);
        }
        let (parts, [r, s]) = (self.zkey.parts(), blinding.into_factors());
        let (a, (b1, (b2, (l, h)))) = rayon::join(
            || msm(&parts.a, z),
            || {
                rayon::join(
                    || msm(&parts.b_g1, z),
                    || {
                        rayon::join(
                            || G2Projective::msm_unchecked(&parts.b_g2, z),
                            || {
                                rayon::join(
                                    || msm(&parts.l, &z[needed - parts.l.len()..]),
                                    || msm(&parts.h, &self.at_odd_roots(z)),
                                )
                            },
                        )
                    },
                )
            },
        );
        let a = a + parts.vk.alpha_g1 + parts.delta_g1 * r;
        let b1 = b1 + parts.beta_g1 + parts.delta_g1 * s;
        let b = b2 + parts.vk.beta_g2 + parts.vk.delta_g2 * s;
        let c = l + h + a * s + b1 * r - parts.delta_g1 * (r * s);
        let proof = Proof(ark_groth16::Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() });
        let public = assignment.instance(1 + self.zkey.num_public());
        if verify(&parts.vk, &proof, public) { Ok(proof) } else { Err(ZkeyProveError::DoesNotHold) }
    }

    /// `p(gωⁱ)`.
    fn at_odd_roots(&self, z: &[Fr]) -> Zeroizing<Vec<Fr>> {
        let zeros = || Zeroizing::new(vec![Fr::default(); self.zkey.domain()]);
        let (mut a, mut b) = (zeros(), zeros());
        for entry in &self.zkey.parts().coefficients {
            let values = match entry.matrix {
                MatrixName::A => &mut a,
                MatrixName::B => &mut b,
            };
            values[entry.row as usize] += entry.value * z[entry.wire as usize];
        }
        let mut c: Zeroizing<Vec<Fr>> = Zeroizing::new(a.iter().zip(b.iter()).map(|(a, b)| *a * b).collect());
        for values in [&mut a, &mut b, &mut c] {
            self.domain.ifft_in_place(values);
            self.odd.fft_in_place(values);
        }
        for (a, (b, c)) in a.iter_mut().zip(b.iter().zip(c.iter())) {
            *a = *a * b - c;
        }
        a
    }

    /// The key.
    #[must_use]
    pub const fn zkey(&self) -> &Zkey {
        &self.zkey
    }
}

fn msm(points: &[G1Affine], scalars: &[Fr]) -> G1Projective {
    G1Projective::msm_unchecked(points, scalars)
}

impl TryFrom<ark_groth16::Proof<Bn254>> for Proof {
    type Error = ProofDecodeError;

    /// Checks that every point is in its group and not the identity.
    fn try_from(proof: ark_groth16::Proof<Bn254>) -> Result<Self, ProofDecodeError> {
        let inside = proof.b.is_on_curve() && proof.b.is_in_correct_subgroup_assuming_on_curve();
        if !(proof.a.is_on_curve() && proof.c.is_on_curve() && inside) {
            return Err(ProofDecodeError::Point);
        }
        if proof.a.is_zero() || proof.b.is_zero() || proof.c.is_zero() {
            return Err(ProofDecodeError::Identity);
        }
        Ok(Self(proof))
    }
}

/// Whether a proof holds for these public values, the constant 1 left out. Values of another number do not.
#[must_use]
pub fn verify(key: &VerifyingKey<Bn254>, proof: &Proof, public: &[Fr]) -> bool {
    Groth16::<Bn254>::verify_proof(&prepare_verifying_key(key), &proof.0, public) == Ok(true)
}
