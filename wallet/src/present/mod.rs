//! From a request to a presentation, in two steps with the holder in between.
//!
//! 1. [`Wallet::prepare`] checks the request, chooses a credential, works out every public value and runs
//!    `Statement::check`: what cannot be proved is refused here, in words that say what the holder can do.
//! 2. The holder reads the [`ConsentSummary`] and decides. [`Consent::approve`] proves exactly what the summary says and
//!    consumes the consent; another presentation needs another one.
//!
//! The lifetime of a [`Consent`] keeps the wallet as it is: no update, no other credential and no other process (the
//! directory is locked) can come between what the holder saw and what is proved.
//!
//! The scope of a pseudonym comes from the verifier's certified identity, or from a shared one that its certificate lists,
//! and the policy's label. If none is asked, it is drawn afresh for every consent, so that the pseudonym in the presentation
//! is one that nobody meets again.
//!
//! A request that goes beyond its certificate is refused unless the holder's options say that such requests are answered; then
//! each thing that goes beyond is a [`Warning`] of the consent.
//!
//! Not checked here: that the screen which shows the summary is honest.
mod consent;
mod error;
mod proof;
mod warning;

use rand_core::CryptoRngCore;
use tacit_credential::certificate::ExtrasAllowance;
use tacit_credential::credential::Credential;
use tacit_credential::date::UnixTime;
use tacit_credential::extras::{DisclosedExtras, ExtraAttribute, Extras};
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::policy::{Beyond, Bounds, DisclosedAttribute};
use tacit_credential::presentation::Disclosed;
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::{CircuitDigest, PresentationRequest, RequestError, SignedRequest};
use tacit_credential::statement::{Statement, Witness};
use tacit_credential::trust_list::Epoch;

use crate::contents::{CredentialId, KeptEpoch, KeptWitness};
use crate::wallet::Wallet;

pub use consent::{Consent, ConsentSummary, DisclosedItem, PseudonymSummary, VerifierSummary};
pub use error::{PresentError, Unsuitable};
pub use proof::{Approved, ProofEngine};
pub use warning::Warning;

/// What the holder decides before seeing the consent.
#[derive(Clone, Debug)]
pub struct PresentOptions {
    /// The circuit of the holder's proving key; requests for another one are refused.
    pub circuit: CircuitDigest,
    /// Whether a verifier that nobody certified is answered.
    pub uncertified: UncertifiedVerifiers,
    /// Whether a request that goes beyond its verifier's certificate is answered.
    pub beyond: BeyondCertificate,
    /// The credential to use; `None` takes the first one that satisfies the request.
    pub credential: Option<CredentialId>,
    /// Which further attributes are opened if the request asks for them.
    pub extras: OpenExtras,
}

impl PresentOptions {
    /// The careful choice: certified verifiers only, and what they may ask; any credential, every further attribute that is
    /// asked for.
    pub fn new(circuit: CircuitDigest) -> Self {
        Self {
            circuit,
            uncertified: UncertifiedVerifiers::Refuse,
            beyond: BeyondCertificate::Refuse,
            credential: None,
            extras: OpenExtras::All,
        }
    }
}

/// What to do with a verifier that has no certificate of the trust operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UncertifiedVerifiers {
    /// Refuse.
    Refuse,
    /// Answer, with a warning in the consent.
    Allow,
}

/// What to do with a request that goes beyond its verifier's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeyondCertificate {
    /// Refuse.
    Refuse,
    /// Prepare the answer, with a warning in the consent for each thing that goes beyond. Whoever asks the holder asks about
    /// these by themselves.
    Warn,
}

/// Which further attributes (portrait, address, …) to open when a request asks for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenExtras {
    /// Every one; if the verifier's certificate names labels, every one of those.
    All,
    /// Those of these labels; the others stay digests.
    Only(Vec<String>),
}

impl Wallet {
    /// Checks a request and works out what answering it would prove and disclose.
    pub fn prepare(
        &self,
        signed: &SignedRequest,
        now: UnixTime,
        options: &PresentOptions,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Consent<'_>, PresentError> {
        let operator = self.operator().ok_or(PresentError::NoLists)?;
        let verified = signed.verify(operator, now)?;
        let request = verified.request();
        if !verified.is_certified() && options.uncertified == UncertifiedVerifiers::Refuse {
            return Err(PresentError::Uncertified { key: Box::new(request.verifier) });
        }
        let beyond = beyond(request, &options.extras);
        if !beyond.is_empty() && options.beyond == BeyondCertificate::Refuse {
            return Err(PresentError::BeyondCertificate(beyond));
        }
        if request.circuit != options.circuit {
            return Err(PresentError::OtherCircuit { asked: request.circuit, ours: options.circuit });
        }
        let kept = self.kept_epoch(request, now)?;
        let bounds = request.policy.bounds(request.date)?;
        // Drawn even if it is not used, so that both kinds of request take the same path.
        let random = Scope::random(rng);
        let scope = request.scope().map_err(RequestError::from)?.unwrap_or(random);
        let question = Question { request, kept, bounds, scope, extras: &options.extras };
        let (credential, answer) = self.choose(options.credential, &question)?;
        Consent::new(self, signed, credential, scope, answer, beyond, *operator)
    }

    /// The kept list that the request names, if it may still be used.
    fn kept_epoch(&self, request: &PresentationRequest, now: UnixTime) -> Result<&KeptEpoch, PresentError> {
        let asked = request.epoch;
        let Some(kept) = self.contents().epochs.get(&asked) else {
            return Err(match self.newest_epoch() {
                Some(newest) if asked < newest => PresentError::OldEpoch { asked, newest },
                newest => PresentError::NewEpoch { asked, newest: newest.unwrap_or(Epoch(0)) },
            });
        };
        if now >= kept.expires_at {
            return Err(PresentError::LapsedEpoch { asked });
        }
        let hours = request.policy.max_status_age_hours;
        if now.since(kept.issued_at).as_secs() > u64::from(hours) * 3600 {
            return Err(PresentError::StaleEpoch { asked, hours });
        }
        Ok(kept)
    }

    /// The credential that the holder chose, or the first one with an answer; if none has one, why.
    fn choose(
        &self,
        chosen: Option<CredentialId>,
        question: &Question<'_>,
    ) -> Result<(CredentialId, Answer), PresentError> {
        let credentials = &self.contents().credentials;
        if let Some(id) = chosen {
            let credential = credentials.get(&id).ok_or(PresentError::NoSuchCredential { id })?;
            return Ok((id, self.answer(question, id, credential)?));
        }
        let mut reasons = Vec::new();
        for (&id, credential) in credentials {
            match self.answer(question, id, credential) {
                Ok(answer) => return Ok((id, answer)),
                Err(reason) => reasons.push(Unsuitable { id, reason }),
            }
        }
        Err(match (reasons.pop(), reasons.is_empty()) {
            (None, _) => PresentError::NoCredential,
            (Some(only), true) => only.reason,
            (Some(last), false) => {
                reasons.push(last);
                PresentError::NoneFits { reasons }
            }
        })
    }

    /// Public values and witness of one credential, checked against each other.
    fn answer(
        &self,
        question: &Question<'_>,
        id: CredentialId,
        credential: &Credential,
    ) -> Result<Answer, PresentError> {
        let Question { request, kept, bounds, scope, extras } = question;
        let (path, status) = match kept.witnesses.get(&id) {
            None => return Err(PresentError::NotUpdated),
            Some(KeptWitness::Unlisted) => {
                return Err(PresentError::IssuerNotListed { epoch: request.epoch });
            }
            Some(KeptWitness::Listed(parts)) => (&parts.0, &parts.1),
        };
        let disclosed = disclose(credential, bounds, &to_open(request, extras))?;
        let pseudonym = self.secret().pseudonym(scope);
        let public =
            PublicValues::new(kept.root, bounds, scope, &pseudonym, &disclosed, &request.challenge())?;
        let witness = Witness::new(credential, self.secret(), path, status);
        let statement = Statement { public };
        statement
            .check(&witness)
            .map_err(|violation| PresentError::from_violation(violation, request, bounds))?;
        Ok(Answer { statement, witness, pseudonym, disclosed })
    }
}

/// What one request comes down to, the same for every credential.
struct Question<'a> {
    request: &'a PresentationRequest,
    kept: &'a KeptEpoch,
    bounds: Bounds,
    scope: Scope,
    extras: &'a OpenExtras,
}

/// Everything that a proof of one credential needs.
struct Answer {
    statement: Statement,
    witness: Witness,
    pseudonym: Pseudonym,
    disclosed: Disclosed,
}

/// What the request asks beyond its certificate, and further attributes that the holder chose beyond it.
fn beyond(request: &PresentationRequest, extras: &OpenExtras) -> Vec<Beyond> {
    let mut beyond = request.beyond();
    if let (OpenExtras::Only(labels), Some(allowed)) = (extras, certified_extras(request)) {
        let outside = labels.iter().filter(|label| !allowed.contains(label));
        beyond.extend(outside.cloned().map(Beyond::FurtherAttribute));
    }
    beyond
}

/// The further attributes that the certificate names, if the request asks for some and the certificate allows some.
fn certified_extras(request: &PresentationRequest) -> Option<&ExtrasAllowance> {
    let allowed = request.certificate.as_ref()?.allowance.extras();
    let asked = request.policy.disclose.contains(&DisclosedAttribute::Extras);
    (asked && *allowed != ExtrasAllowance::Nothing).then_some(allowed)
}

/// The holder's choice, or everything that the certificate allows.
fn to_open(request: &PresentationRequest, extras: &OpenExtras) -> Opening {
    match (extras, certified_extras(request)) {
        (OpenExtras::Only(labels), _) => Opening::Exactly(labels.clone()),
        (OpenExtras::All, Some(allowed)) => Opening::Within(allowed.clone()),
        (OpenExtras::All, None) => Opening::Within(ExtrasAllowance::All),
    }
}

/// Which further attributes are opened.
enum Opening {
    /// These; it is an error if the credential lacks one.
    Exactly(Vec<String>),
    /// Those that the credential has of these.
    Within(ExtrasAllowance),
}

/// The values that the policy asks for, and no others.
fn disclose(credential: &Credential, bounds: &Bounds, extras: &Opening) -> Result<Disclosed, PresentError> {
    let attributes = &credential.attributes;
    let mut disclosed = Disclosed::default();
    for attribute in bounds.disclose.iter() {
        match attribute {
            DisclosedAttribute::Number => disclosed.number = Some(attributes.number.clone()),
            DisclosedAttribute::Name => disclosed.name = Some(attributes.name.clone()),
            DisclosedAttribute::Birth => disclosed.birth = Some(attributes.birth),
            DisclosedAttribute::Sex => disclosed.sex = Some(attributes.sex),
            DisclosedAttribute::Region => disclosed.region = Some(attributes.region),
            DisclosedAttribute::Expiry => disclosed.expiry = Some(attributes.expiry),
            DisclosedAttribute::Extras => {
                disclosed.extras = Some(open(&attributes.extras, extras)?);
            }
        }
    }
    Ok(disclosed)
}

fn open(all: &Extras, which: &Opening) -> Result<DisclosedExtras, PresentError> {
    let labels: Vec<&str> = match which {
        Opening::Exactly(labels) => labels.iter().map(String::as_str).collect(),
        Opening::Within(allowed) => {
            let labels = all.attributes().iter().map(ExtraAttribute::label);
            labels.filter(|label| allowed.contains(label)).collect()
        }
    };
    Ok(all.open(&labels)?)
}
