//! What the holder agrees to, and agreeing.
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use tacit_circuits::resident_id;
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::holder::Scope;
use tacit_credential::policy::{Beyond, DisclosedAttribute};
use tacit_credential::presentation::{Disclosed, Presentation, ProofBytes};
use tacit_credential::request::{CircuitDigest, PresentationRequest, SignedRequest};
use tacit_credential::trust_list::{Epoch, OperatorKey};
use tacit_prover::Prover;

use super::proof::{Approved, prove};
use super::warning::Warning;
use super::{Answer, PresentError};
use crate::contents::CredentialId;
use crate::history::ShownBefore;
use crate::wallet::{CredentialSummary, Wallet};

/// A request that the wallet can answer, waiting for the holder.
///
/// ```no_run
/// # use tacit_wallet::{Passphrase, PresentError, PresentOptions, Wallet};
/// # fn present(wallet: &mut Wallet, request: &tacit_credential::request::SignedRequest, options: &PresentOptions,
/// #     now: tacit_credential::date::UnixTime, prover: &tacit_prover::Prover, rng: &mut rand_chacha::ChaCha20Rng,
/// #     other: &Passphrase) -> Result<(), PresentError> {
/// let consent = wallet.prepare(request, now, options, rng)?;
/// println!("{}", consent.summary().clauses.join("\n"));
/// let presentation = consent.approve(prover, now, rng)?.presentation;
/// wallet.change_passphrase(other).ok();
/// # Ok(()) }
/// ```
/// Good for one presentation, because [`approve`](Self::approve) takes it away:
/// ```compile_fail,E0382
/// # use tacit_wallet::{Passphrase, PresentError, PresentOptions, Wallet};
/// # fn present(wallet: &mut Wallet, request: &tacit_credential::request::SignedRequest, options: &PresentOptions,
/// #     now: tacit_credential::date::UnixTime, prover: &tacit_prover::Prover, rng: &mut rand_chacha::ChaCha20Rng,
/// #     other: &Passphrase) -> Result<(), PresentError> {
/// let consent = wallet.prepare(request, now, options, rng)?;
/// let presentation = consent.approve(prover, now, rng)?;
/// let another = consent.approve(prover, now, rng)?; // needs a second consent
/// # Ok(()) }
/// ```
/// And the wallet stays as it is while the holder thinks; nothing takes it by `&mut`:
/// ```compile_fail,E0502
/// # use tacit_wallet::{Passphrase, PresentError, PresentOptions, Wallet};
/// # fn present(wallet: &mut Wallet, request: &tacit_credential::request::SignedRequest, options: &PresentOptions,
/// #     now: tacit_credential::date::UnixTime, prover: &tacit_prover::Prover, rng: &mut rand_chacha::ChaCha20Rng,
/// #     other: &Passphrase) -> Result<(), PresentError> {
/// let consent = wallet.prepare(request, now, options, rng)?;
/// wallet.change_passphrase(other).ok(); // nor an update, nor another credential
/// let presentation = consent.approve(prover, now, rng)?;
/// # Ok(()) }
/// ```
pub struct Consent<'w> {
    summary: ConsentSummary,
    signed: SignedRequest,
    operator: OperatorKey,
    scope: Scope,
    answer: Answer,
    /// Nothing changes the wallet before this is decided.
    wallet: &'w Wallet,
}

/// Everything that answering would tell the verifier, for the holder's screen.
#[derive(Clone, Serialize)]
pub struct ConsentSummary {
    /// Who asks.
    pub verifier: VerifierSummary,
    /// Where the answer goes.
    pub endpoint: String,
    /// What the verifier says it is for; may be empty.
    pub title: String,
    /// What is proved, one line a clause.
    pub clauses: Vec<String>,
    /// What is disclosed, value by value; empty if nothing is.
    pub disclosed: Vec<DisclosedItem>,
    /// How the verifier will recognise the holder again, if it will.
    pub pseudonym: Option<PseudonymSummary>,
    /// The credential that answers.
    pub credential: CredentialSummary,
    /// The date that ages and validity count for.
    pub date: Date,
    /// The trust list that the proof is made against.
    pub epoch: Epoch,
    /// Until when the answer must arrive.
    pub expires_at: UnixTime,
    /// What this verifier was shown before.
    pub shown_before: Option<ShownBefore>,
    /// What the holder should think about first.
    pub warnings: Vec<Warning>,
}

/// Who asks, as far as anybody vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "certified")]
pub enum VerifierSummary {
    /// The trust operator vouches for name and identity.
    Yes {
        /// Name for people.
        name: String,
        /// Domain or desk.
        identity: String,
        /// Until when.
        until: UnixTime,
    },
    /// Nobody does; the key is all there is.
    No {
        /// The verifier's key.
        key: String,
    },
}

impl VerifierSummary {
    pub(crate) fn of(request: &PresentationRequest) -> Self {
        match &request.certificate {
            Some(certificate) => Self::Yes {
                name: certificate.name.clone(),
                identity: certificate.identity.to_string(),
                until: certificate.not_after,
            },
            None => Self::No { key: request.verifier.to_string() },
        }
    }

    /// Whether both have one certified identity, whatever their keys.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Yes { identity, .. }, Self::Yes { identity: other, .. }) => identity == other,
            _ => false,
        }
    }
}

/// One disclosed value.
#[derive(Clone, Serialize)]
pub struct DisclosedItem {
    /// What it is.
    pub attribute: String,
    /// The value that the verifier will read.
    pub value: String,
}

/// The scope of a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PseudonymSummary {
    /// The verifier's identity, or the one that several verifiers share.
    pub identity: String,
    /// What for.
    pub label: String,
    /// Whether several verifiers share it.
    pub shared: bool,
    /// The pseudonym itself, the same at every visit.
    pub pseudonym: String,
}

impl<'w> Consent<'w> {
    pub(super) fn new(
        wallet: &'w Wallet,
        signed: &SignedRequest,
        credential: CredentialId,
        scope: Scope,
        answer: Answer,
        beyond: Vec<Beyond>,
        operator: OperatorKey,
    ) -> Result<Self, PresentError> {
        let request = &signed.request;
        let shared = request.policy.shared_scope.as_ref();
        let pseudonym = request.policy.pseudonym.as_ref().map(|label| PseudonymSummary {
            identity: shared.map_or_else(|| request.identity(), ToString::to_string),
            label: label.as_str().to_owned(),
            shared: shared.is_some(),
            pseudonym: answer.pseudonym.to_string(),
        });
        let verifier = VerifierSummary::of(request);
        let summary = ConsentSummary {
            shown_before: wallet.shown_before(&verifier, request)?,
            warnings: warnings(request, beyond, wallet.newest_epoch() > Some(request.epoch)),
            verifier,
            endpoint: request.endpoint.clone(),
            title: request.policy.title.clone(),
            clauses: request.policy.describe(request.date),
            disclosed: disclosed_items(&answer.disclosed),
            pseudonym,
            credential: wallet.summary(credential).expect("the credential was just chosen from the wallet"),
            date: request.date,
            epoch: request.epoch,
            expires_at: request.expires_at,
        };
        Ok(Self { summary, signed: signed.clone(), operator, scope, answer, wallet })
    }

    /// What the holder should read before agreeing.
    pub fn summary(&self) -> &ConsentSummary {
        &self.summary
    }

    #[cfg(test)]
    pub(crate) fn assignment(&self) -> tacit_r1cs::Assignment {
        resident_id::assign(&self.answer.statement.public, &self.answer.witness)
    }

    /// The holder agrees: makes the proof, from what was prepared if that fits. The request is checked once more, since it may have
    /// expired meanwhile, and so is the proof. The history has its entry, on the disk, before this returns.
    pub fn approve(
        self,
        prover: &Prover,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Approved, PresentError> {
        let verified = self.signed.verify(&self.operator, now)?;
        let request = verified.request();
        let ours = CircuitDigest(prover.circuit_digest());
        if request.circuit != ours {
            return Err(PresentError::OtherCircuit { asked: request.circuit, ours });
        }
        let Answer { statement, witness, pseudonym, disclosed } = self.answer;
        let assignment = resident_id::assign(&statement.public, &witness);
        let credential = (self.summary.credential.id, request.epoch);
        let (proof, engine) =
            prove(self.wallet, credential, prover, &assignment, &statement.public.digest(), rng)?;
        let scope = request.policy.pseudonym.is_none().then_some(self.scope);
        let presentation =
            Presentation::new(request.challenge(), ProofBytes(proof), scope, pseudonym, disclosed);
        let history = self.wallet.record(&self.summary, request, now)?;
        Ok(Approved { presentation, engine, history })
    }
}

fn disclosed_items(disclosed: &Disclosed) -> Vec<DisclosedItem> {
    let Disclosed { number, name, birth, sex, region, expiry, extras } = disclosed;
    let mut items = Vec::new();
    let mut show = |attribute: &str, value: Option<String>| {
        items.extend(value.map(|value| DisclosedItem { attribute: attribute.to_owned(), value }));
    };
    show("document number", number.as_ref().map(|number| number.as_str().to_owned()));
    show("name", name.as_ref().map(|name| name.as_str().to_owned()));
    show("birth date", birth.map(|birth| birth.to_string()));
    show("sex", sex.map(|sex| format!("{sex:?}").to_lowercase()));
    show("region of residence", region.map(|region| format!("{region} ({})", region.province().name_en())));
    show("expiry date", expiry.map(|expiry| expiry.to_string()));
    if let Some(extras) = extras {
        for extra in extras.opened() {
            show(extra.label(), Some(readable(extra.value())));
        }
        let hidden = extras.digests().len() - extras.opened().len();
        show(
            "digests of further attributes",
            Some(format!("{} ({hidden} stay closed)", extras.digests().len())),
        );
    }
    items
}

/// Short text as it is; pictures and the like by their size.
fn readable(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if text.len() <= 200 && tacit_credential::name::is_plain_text(text) => text.to_owned(),
        _ => format!("{} bytes", value.len()),
    }
}

/// The gravest first.
fn warnings(request: &PresentationRequest, beyond: Vec<Beyond>, old_epoch: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if request.certificate.is_none() {
        warnings.push(Warning::Uncertified);
    }
    warnings.extend(beyond.into_iter().map(Warning::Beyond));
    warnings.extend(request.policy.narrowness(request.date).into_iter().map(Warning::GivesAway));
    if request.policy.disclose.contains(&DisclosedAttribute::Extras) {
        warnings.push(Warning::SameDigests);
    }
    if old_epoch {
        warnings.push(Warning::OlderEpoch);
    }
    warnings
}
