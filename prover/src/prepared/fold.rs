//! The matrix C folded into the key, so that a proof needs four transforms, and `C·z` for no sum: only to
//! check that the assignment satisfies the system, without which there would be an invalid proof and no error.
//!
//! Let `a, b, c` be the polynomials that take the values `A·z, B·z, C·z` on the domain of n elements, `h = (ab − c)/(Xⁿ − 1)` and
//! `d = ab mod (Xⁿ + 1)`. From `ab = (c − h) + h Xⁿ` follows `d = c − 2h`, hence
//!
//! ```text
//! h = (c − d)/2,    d(gωᵏ) = a(gωᵏ)·b(gωᵏ) =: e_k  with gⁿ = −1,    d_i = g⁻ⁱ/n Σ_k ω⁻ⁱᵏ e_k
//! ```
//!
//! `c` is linear in z. With the key's points `T_i = [τⁱ(τⁿ − 1)/δ]` for `i < n − 1` (the coefficient `h_(n−1)` is 0: `T_(n−1) := 0`),
//!
//! ```text
//! Σ_i h_i T_i = Σ_j z_j Σ_k C_kj V_k + Σ_k e_k U_k
//! V_k = Σ_i ω⁻ⁱᵏ T_i/2n        U_k = −Σ_i ω⁻ⁱᵏ g⁻ⁱ T_i/2n        L'_j = L_j + Σ_k C_kj V_k
//! ```
//!
//! where `L_j` is zero for instance wires. So `Σ_j z_j L'_j + Σ_k e_k U_k`, over all wires, is what `Σ_j z_j L_j + Σ_i h_i T_i` is.
//! For a z that does not satisfy the system it is not: the caller checks. All of this is public and as trusted as the key.
//!
//! **Keys of circom** have, in place of the `T_i`, points `H_k = [Λ_(2k+1)(τ)/δ]` to be multiplied by `ab − c` at `gωᵏ`
//! ([`tacit_formats::reduction`]). So `U_k = H_k`, and without C that is all: `L'_j = L_j`, and the scalars are `e_k − c(gωᵏ)`. With C,
//!
//! ```text
//! Σ_k c(gωᵏ) H_k = −Σ_j z_j Σ_k C_kj V_k      V_k = −Σ_i ω⁻ⁱᵏ gⁱ/n Σ_m ωⁱᵐ H_m
//! ```
//!
//! and `L'_j` as above: two transforms, as for a key of arkworks.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, FftField, Field};
use rayon::prelude::*;
use tacit_kernels::Backend;
use tacit_r1cs::R1cs;

use super::lockstep::{Product, scale, scale_by};
use super::multiplier::Multiplier;
use super::transform::{powers, transform};
use crate::key::ProvingKey;
use crate::quotient::Constraints;

/// The points that stand in place of the queries H and L.
pub(crate) struct Folded {
    /// `U_k` for each element of the domain.
    pub(super) u: Vec<G1Affine>,
    /// `L'_j` for each wire.
    pub(super) l: Vec<G1Affine>,
}

impl Folded {
    pub(super) fn new(key: &ProvingKey, backend: Backend) -> Self {
        let mut t = key.points().h_query.clone();
        t.push(G1Affine::identity());
        let n = t.len() as u64;
        let half_share = Fr::from(2 * n).inverse().expect("powers of two are invertible");
        let t = scale_by(backend, &t, half_share);
        let twist = powers(-Fr::ONE, inverse_root(2 * n), t.len());
        let twisted: Vec<Product<'_>> = t.iter().copied().zip(&twist).collect();
        let twisted = scale(backend, &twisted);
        drop(twist);
        let powers = powers(Fr::ONE, inverse_root(n), t.len() / 2);
        let v = transform(backend, t, &powers);
        let u = transform(backend, twisted, &powers);
        Self { u, l: fold(backend, key.r1cs(), &key.points().l_query, &v) }
    }

    /// From the points H and L of a key of circom, for a system of so many wires; with its C, if that is known.
    pub(crate) fn of_circom(
        h: &[G1Affine],
        l: &[G1Affine],
        constraints: Constraints<'_>,
        backend: Backend,
    ) -> Self {
        let l = match constraints {
            Constraints::Whole(r1cs) => fold(backend, r1cs, l, &of_c(backend, h)),
            Constraints::WithoutC(r1cs) => {
                let mut all = vec![G1Affine::identity(); r1cs.num_instance()];
                all.extend_from_slice(l);
                all
            }
        };
        Self { u: h.to_vec(), l }
    }
}

/// `V_k` from circom's `H_k`.
fn of_c(backend: Backend, h: &[G1Affine]) -> Vec<G1Affine> {
    let n = h.len() as u64;
    let roots = |root| powers(Fr::ONE, root, h.len() / 2);
    let coefficients = transform(backend, h.to_vec(), &roots(root(n)));
    let share = -Fr::from(n).inverse().expect("powers of two are invertible");
    let twist = powers(share, root(2 * n), h.len());
    let twisted: Vec<Product<'_>> = coefficients.into_iter().zip(&twist).collect();
    let twisted = scale(backend, &twisted);
    transform(backend, twisted, &roots(inverse_root(n)))
}

/// The domain was found when the key was read, and Fr has roots of twice its order.
fn root(order: u64) -> Fr {
    Fr::get_root_of_unity(order).expect("the domain fits the field")
}

fn inverse_root(order: u64) -> Fr {
    root(order).inverse().expect("roots of unity are not zero")
}

/// An entry of C: its wire, its row, the place of its coefficient.
type Entry = (u32, u32, u32);

/// `L_j + Σ_k C_kj V_k` for each wire.
fn fold(backend: Backend, r1cs: &R1cs, l: &[G1Affine], v: &[G1Affine]) -> Vec<G1Affine> {
    let c = &r1cs.matrices()[2];
    let mut entries: Vec<Entry> = (0..c.num_rows())
        .flat_map(|row| c.row(row).iter().map(move |&(wire, place)| (wire, row as u32, place)))
        .collect();
    entries.par_sort_unstable();

    let is_plain = |coefficient: &Fr| *coefficient == Fr::ONE || *coefficient == -Fr::ONE;
    let multipliers: Vec<Multiplier> =
        r1cs.coefficients().par_iter().map(|&coefficient| Multiplier::new(coefficient)).collect();
    let products: Vec<Product<'_>> = entries
        .iter()
        .map(|&(_, row, place)| (v[row as usize], &multipliers[place as usize]))
        .filter(|(_, multiplier)| !is_plain(&multiplier.scalar))
        .collect();
    let mut products = scale(backend, &products).into_iter();
    let terms: Vec<(u32, G1Affine)> = entries
        .iter()
        .map(|&(wire, row, place)| {
            let (coefficient, point) = (multipliers[place as usize].scalar, v[row as usize]);
            let term = if coefficient == Fr::ONE {
                point
            } else if coefficient == -Fr::ONE {
                -point
            } else {
                products.next().expect("one product for each such entry")
            };
            (wire, term)
        })
        .collect();

    let mut sums = vec![G1Projective::ZERO; r1cs.num_instance()];
    sums.extend(l.iter().map(|point| point.into_group()));
    let columns: Vec<&[(u32, G1Affine)]> = terms.chunk_by(|a, b| a.0 == b.0).collect();
    let added: Vec<(u32, G1Projective)> = columns
        .into_par_iter()
        .map(|column| (column[0].0, column.iter().map(|(_, point)| *point).sum()))
        .collect();
    for (wire, sum) in added {
        sums[wire as usize] += sum;
    }
    sums.par_chunks(1024).flat_map_iter(G1Projective::normalize_batch).collect()
}
