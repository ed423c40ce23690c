//! Attempts to be let in: an honest wallet's, and a liar's.
//!
//! A liar runs a program of their own: no wallet checks stand in the way, every witness value and every public value can
//! be chosen. [`Lie`] is such a program. It starts from the truth and is then bent; the prover makes a proof only if all
//! constraints hold, and the verifier recomputes the public values from its own request.

use std::time::{Duration, Instant};

use rand::rngs::OsRng;
use tacit_circuits::resident_id;
use tacit_credential::credential::Credential;
use tacit_credential::date::Date;
use tacit_credential::field::Fr;
use tacit_credential::holder::{HolderSecret, Pseudonym, Scope};
use tacit_credential::policy::Bounds;
use tacit_credential::presentation::{Disclosed, Presentation, ProofBytes};
use tacit_credential::public_values::PublicValues;
use tacit_credential::region::{ProvinceSet, RegionRange};
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_credential::statement::Witness;
use tacit_credential::status::StatusWitness;
use tacit_credential::trust_list::{IssuerPath, VerifiedTrustList};
use tacit_prover::{Proof, ProveError, Prover};
use tacit_verifier::VerifiedPresentation;
use tacit_wallet::{ConsentSummary, PresentError, PresentOptions, Wallet};

use super::business::Business;
use super::step::{Outcome, Party, Sent, Step};
use crate::commands::now;
use crate::error::{CliError, explain, refused, variant_name};

/// What an honest wallet did with a request.
pub(crate) struct Answered {
    /// The presentation, or why there is none.
    pub(crate) outcome: Result<Presentation, PresentError>,
    /// What its holder read before agreeing, if the wallet was willing at all.
    consent: Option<ConsentSummary>,
    check: Duration,
    prove: Duration,
}

/// Lets a wallet answer; its holder agrees to everything that the wallet is willing to do.
pub(crate) fn answer(prover: &Prover, wallet: &Wallet, request: &SignedRequest) -> Answered {
    let options = PresentOptions::new(CircuitDigest(prover.circuit_digest()));
    let started = Instant::now();
    let prepared = wallet.prepare(request, now(), &options, &mut OsRng);
    let check = started.elapsed();
    let started = Instant::now();
    let consent = prepared.as_ref().ok().map(|consent| consent.summary().clone());
    let outcome = prepared
        .and_then(|consent| consent.approve(prover, now(), &mut OsRng))
        .map(|approved| approved.presentation);
    Answered { outcome, consent, check, prove: started.elapsed() }
}

impl Answered {
    /// The wallet's refusal as a step; if it answered after all, the outcome is `answered`.
    pub(crate) fn refusal(&self, expected: &'static str) -> Step {
        match &self.outcome {
            Ok(presentation) => {
                let outcome = Outcome::Granted("answered");
                Step::new(Party::Wallet, expected, outcome, "the wallet answers")
                    .sent(Sent::Presentation(presentation.to_bytes().len()))
            }
            Err(error) => {
                let outcome = Outcome::Refused(variant_name(error));
                Step::new(Party::Wallet, expected, outcome, explain(error)).sent(Sent::Nothing)
            }
        }
        .time("check", self.check)
    }

    /// The presentation, for scenes that need one.
    pub(crate) fn presentation(self) -> Result<Presentation, CliError> {
        self.outcome.map_err(refused)
    }
}

/// An honest answer, verified.
pub(crate) struct Admitted {
    /// Should be `accepted`.
    pub(crate) step: Step,
    /// What the holder read before agreeing.
    pub(crate) consent: Option<ConsentSummary>,
    /// What was sent.
    pub(crate) presentation: Presentation,
    /// What the business now holds, if it accepted.
    pub(crate) verified: Option<VerifiedPresentation>,
}

/// Lets a wallet answer and the business verify that.
pub(crate) fn admit(
    prover: &Prover,
    wallet: &Wallet,
    business: &Business,
    request: &SignedRequest,
    words: impl FnOnce(&VerifiedPresentation) -> String,
) -> Result<Admitted, CliError> {
    let mut answered = answer(prover, wallet, request);
    let (check, prove, consent) = (answered.check, answered.prove, answered.consent.take());
    let presentation = answered.presentation()?;
    let (step, verified) = verify(business, request, &presentation, "accepted", words);
    let step = step.time_first("prove", prove).time_first("check", check);
    Ok(Admitted { step, consent, presentation, verified })
}

/// What an honest wallet says to a credential that it should not take.
pub(crate) fn add(wallet: &mut Wallet, credential: Credential, expected: &'static str) -> Step {
    let started = Instant::now();
    let outcome = wallet.add(credential);
    let elapsed = started.elapsed();
    match outcome {
        Ok(_) => Step::new(Party::Wallet, expected, Outcome::Granted("added"), "the wallet takes it"),
        Err(error) => {
            Step::new(Party::Wallet, expected, Outcome::Refused(variant_name(&error)), explain(&error))
        }
    }
    .time("check", elapsed)
    .sent(Sent::Nothing)
}

/// What a bureau says to something that it should refuse; `handed` are the bytes that it is handed.
pub(crate) fn at_bureau<T, E: std::error::Error + 'static>(
    expected: &'static str,
    granted: &'static str,
    handed: usize,
    what: impl FnOnce() -> Result<T, E>,
) -> Step {
    let started = Instant::now();
    let outcome = what();
    let elapsed = started.elapsed();
    match outcome {
        Ok(_) => Step::new(Party::Issuer, expected, Outcome::Granted(granted), "the bureau does it"),
        Err(error) => {
            Step::new(Party::Issuer, expected, Outcome::Refused(variant_name(&error)), explain(&error))
        }
    }
    .time("check", elapsed)
    .sent(Sent::Request(handed))
}

/// The verifier's verdict as a step.
pub(crate) fn verify(
    business: &Business,
    request: &SignedRequest,
    presentation: &Presentation,
    expected: &'static str,
    words: impl FnOnce(&VerifiedPresentation) -> String,
) -> (Step, Option<VerifiedPresentation>) {
    let started = Instant::now();
    let verdict = business.verifier.verify(request, presentation);
    let elapsed = started.elapsed();
    let (step, verified) = match verdict {
        Ok(verified) => {
            let outcome = Outcome::Granted("accepted");
            (Step::new(Party::Verifier, expected, outcome, words(&verified)), Some(verified))
        }
        Err(error) => {
            let outcome = Outcome::Refused(error.code().to_owned());
            (Step::new(Party::Verifier, expected, outcome, explain(&error)), None)
        }
    };
    (step.time("verify", elapsed).sent(Sent::Presentation(presentation.to_bytes().len())), verified)
}

/// A prover of one's own, with every value free to choose.
pub(crate) struct Lie {
    /// The trust root that is claimed.
    pub(crate) root: Fr,
    /// The bounds that are claimed to be asked.
    pub(crate) bounds: Bounds,
    /// The values that are claimed.
    pub(crate) disclosed: Disclosed,
    /// The private values.
    pub(crate) witness: Witness,
    pseudonym: Pseudonym,
    scope: Scope,
    request: SignedRequest,
}

impl Lie {
    /// The truth about a credential, as an answer to a request.
    pub(crate) fn from_truth(
        list: &VerifiedTrustList,
        request: &SignedRequest,
        credential: &Credential,
        secret: &HolderSecret,
        (path, status): &(IssuerPath, StatusWitness),
    ) -> Result<Self, CliError> {
        let asked = &request.request;
        let bounds = asked.policy.bounds(asked.date).map_err(refused)?;
        let scope = asked.scope().map_err(refused)?.unwrap_or_else(|| Scope::random(&mut OsRng));
        Ok(Self {
            root: list.root(),
            disclosed: Disclosed::from_attributes(&credential.attributes, bounds.disclose),
            bounds,
            witness: Witness::new(credential, secret, path, status),
            pseudonym: secret.pseudonym(&scope),
            scope,
            request: request.clone(),
        })
    }

    /// The attempt to prove it as a step, which should find that this clause of the design's table has no solution.
    pub(crate) fn attempt(
        &self,
        prover: &Prover,
        clause: &'static str,
        note: &'static str,
    ) -> Result<Step, CliError> {
        let (assign, prove, outcome) = self.prove(prover)?;
        let step = match outcome {
            Ok(_) => {
                Step::new(Party::LyingProver, clause, Outcome::Granted("proved"), "the prover makes a proof")
            }
            Err(ProveError::Unsatisfied { clause: failed, index }) => {
                // "resides in: province" belongs to the clause "resides in".
                let of_table = failed.split(':').next().unwrap_or(&failed).to_owned();
                let words =
                    format!("the circuit has no solution: clause \"{failed}\" fails (constraint {index})");
                Step::new(Party::LyingProver, clause, Outcome::Refused(of_table), words).sent(Sent::Nothing)
            }
            Err(error) => {
                let outcome = Outcome::Refused(variant_name(&error));
                Step::new(Party::LyingProver, clause, outcome, explain(&error)).sent(Sent::Nothing)
            }
        };
        Ok(step.note(note).time("assign", assign).time("try", prove))
    }

    /// Proves what does hold and sends it as the answer: a step that should be `proof-invalid`.
    pub(crate) fn send(
        &self,
        prover: &Prover,
        business: &Business,
        note: &'static str,
    ) -> Result<Step, CliError> {
        let (prove, presentation) = self.timed_presentation(prover)?;
        let accepted = |_: &VerifiedPresentation| "the verifier accepts".to_owned();
        let (step, _) = verify(business, &self.request, &presentation, "proof-invalid", accepted);
        Ok(step.note(note).time_first("prove", prove))
    }

    /// The same without sending it anywhere.
    pub(crate) fn presentation(&self, prover: &Prover) -> Result<Presentation, CliError> {
        self.timed_presentation(prover).map(|(_, presentation)| presentation)
    }

    /// Claims as little as a policy can ask: any age, any residence, an ID of any validity.
    pub(crate) fn ask_nothing(&mut self) {
        self.bounds = Bounds {
            born_from: Date::MIN,
            born_to: Date::MAX,
            today: Date::MIN,
            region: RegionRange::ANY,
            provinces: ProvinceSet::everywhere(),
            disclose: self.bounds.disclose,
        };
    }

    fn timed_presentation(&self, prover: &Prover) -> Result<(Duration, Presentation), CliError> {
        let (_, prove, outcome) = self.prove(prover)?;
        let proof = outcome.map_err(refused)?;
        let scope = self.request.request.policy.pseudonym.is_none().then_some(self.scope);
        let presentation = Presentation::new(
            self.request.request.challenge(),
            ProofBytes(proof.to_bytes()),
            scope,
            self.pseudonym,
            self.disclosed.clone(),
        );
        Ok((prove, presentation))
    }

    fn prove(&self, prover: &Prover) -> Result<(Duration, Duration, Result<Proof, ProveError>), CliError> {
        let challenge = self.request.request.challenge();
        let public = PublicValues::new(
            self.root,
            &self.bounds,
            &self.scope,
            &self.pseudonym,
            &self.disclosed,
            &challenge,
        )
        .map_err(refused)?;
        let started = Instant::now();
        let assignment = resident_id::assign(&public, &self.witness);
        let assign = started.elapsed();
        let started = Instant::now();
        let outcome = prover.prove(&assignment, &mut OsRng);
        Ok((assign, started.elapsed(), outcome))
    }
}
