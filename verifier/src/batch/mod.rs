//! Many presentations at once: one final exponentiation for all proofs of a key.
//!
//! ```text
//! Π e(rᵢ·Aᵢ, Bᵢ) = e(alpha, beta)^(Σ rᵢ) · e(Σ rᵢ·ICᵢ, gamma) · e(Σ rᵢ·Cᵢ, delta)        ICᵢ = IC₀ + xᵢ·IC₁
//! ```
//!
//! **Soundness.** Let `gᵢ` be the quotient of the two sides of proof i alone. If some `gᵢ ≠ 1`, then for any choice of the other
//! coefficients at most one `rᵢ` of the 2¹²⁸ makes the combination hold. The coefficients ([`Coefficient`]) are drawn from SHA-256 of
//! key, number, and every proof and public input of the batch, so that none is known before all proofs are fixed: who wants a false
//! proof to pass must try about 2¹²⁸ batches, each of which gives all coefficients anew. (A coefficient of its own proof alone would
//! let parts of batches be tried apart, and combined.) Randomness of the operating system would do too, as long as it is good:
//! a hash needs none, is the same on every machine, and cannot be repeated by a virtual machine that was copied.
//!
//! The group of the B's has small factors, so that each B is checked on its own ([`crate::curve`] says how that costs next to
//! nothing); A and C lie in a group of prime order once they are on the curve.
//!
//! **Which ones are false.** The Miller values of neighbours are kept as products of groups, and combining them differently costs a
//! final exponentiation and two Miller loops over fixed lines. The defect of a whole ([`Prepared::defect`]) is the product of those
//! of its halves, so that one evaluation splits it: with one false proof among n, log₂ n evaluations name it, and with k of them no more
//! than k·log₂ n, never more than n. Nothing is verified alone.
//!
//! Source: Bellare, Garay, Rabin, *Fast batch verification for modular exponentiation and digital signatures*, EUROCRYPT 1998.

mod engine;
#[cfg(feature = "kernels")]
pub(crate) mod kernels;
#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use ark_bn254::{Bn254, Fq12, Fr};
use ark_ec::pairing::PairingOutput;
use ark_ff::{AdditiveGroup, Field, Zero};
use tacit_credential::field;
use tacit_credential::presentation::Presentation;
use tacit_credential::request::SignedRequest;

use crate::check::Instance;
use crate::checked::CheckedPresentation;
use crate::curve::scale::Coefficient;
use crate::error::VerifyError;
use crate::groth16::{B_OUTSIDE, Candidate, Prepared, ProofError, Sums};
use crate::key::VerifyingKey;
use crate::verified::VerifiedPresentation;
use crate::verifier::Verifier;
use engine::{Engine, Portable, Products};

const DST: &str = "tacit/batch/v1";

/// Proofs that are combined at most; longer batches are cut. Bounds memory, at about 2 kB a proof.
const LARGEST: usize = 1024;

/// Fewer than these are checked one by one, which then costs less.
const SMALLEST: usize = 3;

impl Verifier {
    /// [`check`](Self::check) of many presentations, in less time than one after the other; the results are the same, in the same
    /// order. From three proofs of one key on, these are checked in combination: at 256 a proof takes about a third of the time,
    /// and far less with the feature `kernels`, where the CPU has AVX-512 IFMA.
    ///
    /// One presentation that is false costs the others little, and many of them make it as slow as one by one.
    pub fn check_batch(
        &self,
        answers: &[(&SignedRequest, &Presentation)],
    ) -> Vec<Result<CheckedPresentation, VerifyError>> {
        #[cfg(feature = "kernels")]
        if let Some(vectorised) = &self.vectorised {
            return self.check_batch_with(vectorised, answers);
        }
        self.check_batch_with(&Portable, answers)
    }

    /// [`verify`](Self::verify) of many presentations: [`check_batch`](Self::check_batch), then the store, in the order given. Of two
    /// that answer one request the first good one is accepted.
    pub fn verify_batch(
        &self,
        answers: &[(&SignedRequest, &Presentation)],
    ) -> Vec<Result<VerifiedPresentation, VerifyError>> {
        let checked = self.check_batch(answers);
        checked
            .into_iter()
            .zip(answers)
            .map(|(checked, (_, presentation))| match checked {
                Ok(checked) => self.accept(checked),
                // What `verify` finds before it asks the store.
                Err(
                    error @ (VerifyError::OtherVerifier
                    | VerifyError::OtherChallenge
                    | VerifyError::RequestExpired { .. }
                    | VerifyError::Challenge(_)),
                ) => Err(error),
                // One by one, an answer accepted earlier in this batch would have been noticed before this error.
                Err(error) => {
                    self.challenges.check(&presentation.challenge, self.clock.now())?;
                    Err(error)
                }
            })
            .collect()
    }

    fn check_batch_with(
        &self,
        engine: &impl Engine,
        answers: &[(&SignedRequest, &Presentation)],
    ) -> Vec<Result<CheckedPresentation, VerifyError>> {
        let now = self.clock.now();
        let mut results: Vec<Result<Instance, VerifyError>> =
            answers.iter().map(|(signed, presentation)| self.instance(signed, presentation, now)).collect();
        // By key, so that each is combined with its like.
        let mut open: Vec<usize> = (0..results.len()).filter(|i| results[*i].is_ok()).collect();
        while let Some(key) =
            open.first().and_then(|first| results[*first].as_ref().ok()).map(|one| one.key.clone())
        {
            let of_key = |i: &usize| results[*i].as_ref().is_ok_and(|one| Arc::ptr_eq(&one.key, &key));
            let (of_this_key, others): (Vec<_>, Vec<_>) = open.into_iter().partition(of_key);
            open = others;
            for places in of_this_key.chunks(LARGEST) {
                let proofs: Vec<_> = places.iter().map(|place| answers[*place].1.proof.0).collect();
                let inputs: Vec<_> = places
                    .iter()
                    .filter_map(|place| results[*place].as_ref().ok())
                    .map(|instance| instance.public_input)
                    .collect();
                for (place, outcome) in places.iter().zip(key.check_proofs(engine, &proofs, &inputs)) {
                    if let Err(error) = outcome {
                        results[*place] = Err(error.into());
                    }
                }
            }
        }
        results.into_iter().map(|result| result.map(|one| CheckedPresentation::new(one.findings))).collect()
    }
}

/// One proof of a batch.
struct Member {
    /// Where it stood.
    place: usize,
    coefficient: Coefficient,
    public_input: Fr,
    candidate: Candidate,
}

impl VerifyingKey {
    /// [`check_proof`](Self::check_proof) of many proofs' bytes, and nothing else.
    fn check_proofs(
        &self,
        engine: &impl Engine,
        proofs: &[[u8; 128]],
        public_inputs: &[Fr],
    ) -> Vec<Result<(), ProofError>> {
        let mut outcomes = vec![Ok(()); proofs.len()];
        let mut members = Vec::with_capacity(proofs.len());
        let coefficients = self.coefficients(proofs, public_inputs);
        let decoded = engine.decode(proofs).into_iter().zip(coefficients).zip(public_inputs).enumerate();
        for (place, ((candidate, coefficient), public_input)) in decoded {
            match candidate {
                Ok(candidate) => {
                    members.push(Member { place, coefficient, public_input: *public_input, candidate });
                }
                Err(error) => outcomes[place] = Err(error),
            }
        }
        if members.len() < SMALLEST {
            for Member { place, public_input, candidate, .. } in members {
                outcomes[place] = candidate.check().and_then(|proof| self.check_proof(&proof, &public_input));
            }
            return outcomes;
        }
        let mut search = Search { key: self.prepared(), engine, members, outcomes };
        search.run();
        search.outcomes
    }

    /// Coefficients that depend on everything that is combined.
    fn coefficients(&self, proofs: &[[u8; 128]], public_inputs: &[Fr]) -> Vec<Coefficient> {
        let inputs: Vec<_> = public_inputs.iter().map(field::to_bytes).collect();
        let (proofs, inputs) = (proofs.as_flattened(), inputs.as_flattened());
        let seed = field::sha256(DST, &[&self.digest(), proofs, inputs]);
        let half =
            |digest: &[u8; 32], from: usize| u64::from_le_bytes(core::array::from_fn(|i| digest[from + i]));
        // Each digest of seed and number gives two coefficients.
        let digests = (0..public_inputs.len().div_ceil(2) as u64)
            .map(|number| field::sha256(DST, &[&seed, &number.to_le_bytes()]));
        let pairs = digests.flat_map(|digest| {
            [0, 16].map(|from| Coefficient::from_parts(half(&digest, from), half(&digest, from + 8)))
        });
        pairs.take(public_inputs.len()).collect()
    }
}

/// The search for those that do not hold.
struct Search<'a, E> {
    key: &'a Prepared,
    engine: &'a E,
    members: Vec<Member>,
    outcomes: Vec<Result<(), ProofError>>,
}

/// Neighbours whose Miller value is known as one.
struct Block {
    members: core::ops::Range<usize>,
    value: Fq12,
}

impl<E: Engine> Search<'_, E> {
    fn run(&mut self) {
        let blocks = self.blocks();
        let whole = self.defect(&blocks);
        self.split(&blocks, whole, |search, block| {
            // Within a group, the values of its members one by one.
            let blocks = search.singles(block.members.clone());
            let whole = search.defect(&blocks);
            search.split(&blocks, whole, |search, block| {
                let place = search.members[block.members.start].place;
                search.outcomes[place] = Err(ProofError::Invalid);
            });
        });
    }

    /// The groups' Miller values. Members whose B is not of G2 are named and left out.
    fn blocks(&mut self) -> Vec<Block> {
        let group = self.engine.group();
        let pairs: Vec<_> = self.members.iter().map(Member::pair).collect();
        let Products { values, outside } = self.engine.miller_products(&pairs, group);
        let mut left = Vec::with_capacity(self.members.len());
        let mut blocks = Vec::with_capacity(values.len());
        let mut members = core::mem::take(&mut self.members).into_iter().enumerate();
        for value in values {
            let (from, mut whole) = (left.len(), true);
            for (i, member) in members.by_ref().take(group) {
                if outside.binary_search(&i).is_ok() {
                    self.outcomes[member.place] = Err(B_OUTSIDE);
                    whole = false;
                } else {
                    left.push(member);
                }
            }
            let pairs: Vec<_> = left[from..].iter().map(Member::pair).collect();
            let value =
                if whole { Some(value) } else { self.engine.miller_products(&pairs, group).values.pop() };
            blocks.extend(value.map(|value| Block { members: from..left.len(), value }));
        }
        self.members = left;
        blocks
    }

    /// The Miller values of some members, each alone.
    fn singles(&self, members: core::ops::Range<usize>) -> Vec<Block> {
        let pairs: Vec<_> = self.members[members.clone()].iter().map(Member::pair).collect();
        let values = self.engine.miller_products(&pairs, 1).values;
        members.zip(values).map(|(i, value)| Block { members: i..i + 1, value }).collect()
    }

    fn defect(&self, blocks: &[Block]) -> PairingOutput<Bn254> {
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
            return PairingOutput::ZERO;
        };
        let members = &self.members[first.members.start..last.members.end];
        let mut sums =
            Sums { coefficients: Fr::ZERO, public_inputs: Fr::ZERO, c: ark_bn254::G1Projective::ZERO };
        for member in members {
            let coefficient = member.coefficient.to_field();
            sums.coefficients += coefficient;
            sums.public_inputs += coefficient * member.public_input;
        }
        let points: Vec<_> = members.iter().map(|member| (member.coefficient, member.candidate.c)).collect();
        sums.c = self.engine.weighted_sum(&points);
        self.key.defect(
            blocks.iter().map(|block| block.value).fold(Fq12::ONE, |product, value| product * value),
            &sums,
        )
    }

    /// Hands every block that does not hold to `found`, given the defect of all.
    fn split(&mut self, blocks: &[Block], defect: PairingOutput<Bn254>, found: fn(&mut Self, &Block)) {
        if defect.is_zero() {
            return;
        }
        match blocks {
            [] => {}
            [block] => found(self, block),
            _ => {
                let (left, right) = blocks.split_at(blocks.len() / 2);
                let of_left = self.defect(left);
                self.split(left, of_left, found);
                self.split(right, defect - of_left, found);
            }
        }
    }
}

impl Member {
    fn pair(&self) -> (Coefficient, Candidate) {
        (self.coefficient, self.candidate.clone())
    }
}
