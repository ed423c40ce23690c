//! A new credential for a person who is enrolled.
//!
//! [`Issuer::reissue`] keeps the holder key, and with it every pseudonym: after a loss (the secret restored from the
//! recovery phrase), for a renewed document, or for a credential that never arrived. [`Issuer::rebind`] binds the person
//! to a new holder key, for somebody who lost the recovery phrase too. The person then appears under new pseudonyms, so a
//! shop that gave one account a person would give a second one: it is an act of its own, named so in the log, at most
//! three in a lifetime and one a year.
//!
//! Both take the document anew, since attributes come from the document alone and the registry keeps none, and both
//! revoke the old index, if it still was valid, in the same transaction.
use std::time::Duration;

use rand_core::CryptoRngCore;
use tacit_credential::attributes::Attributes;
use tacit_credential::credential::Credential;
use tacit_credential::date::UnixTime;
use tacit_credential::document::ResidentId;
use tacit_credential::enrolment::EnrolRequest;
use tacit_credential::holder::HolderKey;

use crate::actor::Actor;
use crate::enrol::{EnrolError, check_current, check_holder_key};
use crate::issuer::{Issuer, signing_key};
use crate::ranges::{InRange, RangeError};
use crate::registry::{Action, Change, Event, Person, RegistryError};

/// Rebindings in a lifetime.
const REBIND_LIMIT: u32 = 3;
/// Least time between two.
const REBIND_INTERVAL: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Reason of a revocation that makes room for a successor.
const REPLACED: &str = "replaced";

/// Why no new credential was signed for the same holder key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReissueError {
    /// Nobody of that number.
    #[error("nobody with this document number is enrolled here; use `enrol`")]
    NotEnrolled,
    /// The document has expired.
    #[error("the document has expired; ask for the renewed one")]
    DocumentExpired,
    /// The document is dated later than today.
    #[error("the document will only be issued in the future; check its date and this machine's clock")]
    DocumentFromFuture,
    /// An attribute that the circuit could not represent.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The signing key was retired by another process.
    #[error("the credential key was retired meanwhile; open the issuer again")]
    KeyRetired,
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Why a person was not bound to a new holder key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebindError {
    /// No new credential could be signed at all.
    #[error(transparent)]
    Reissue(#[from] ReissueError),
    /// The new key was enrolled before, for this person or another.
    #[error("this holder key was enrolled before; the wallet must make its own with `tacit wallet init`")]
    HolderKeyKnown,
    /// The new key is that of the secret 0.
    #[error("this holder key belongs to a secret that everybody knows; the wallet must make its own")]
    HolderKeyWeak,
    /// Less than a year since the last one.
    #[error("this person got a new holder key less than a year ago; the next is possible from {from}")]
    TooSoon {
        /// When the next one is allowed.
        from: UnixTime,
    },
    /// Three were made.
    #[error("this person got three new holder keys already; there is no fourth")]
    TooMany,
}

impl From<RegistryError> for RebindError {
    fn from(error: RegistryError) -> Self {
        Self::Reissue(error.into())
    }
}

impl Issuer {
    /// Signs a new credential for the person's holder key; the old index is revoked, pseudonyms stay.
    pub fn reissue(
        &mut self,
        document: &ResidentId,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Credential, ReissueError> {
        let signing = signing_key(&self.keys);
        let mut change = self.registry.change(now)?;
        let person = known_person(&change, document, signing.serial, now)?;
        let act = Act { action: Action::Reissued, document, officer, serial: signing.serial };
        let attributes = replace(&mut change, &person, person.holder_key, &act, rng)?;
        let credential = signing.key.sign_credential(attributes, &self.id);
        change.commit()?;
        Ok(credential)
    }

    /// Binds the person to a new holder key and loss code; the old index is revoked, pseudonyms change.
    pub fn rebind(
        &mut self,
        document: &ResidentId,
        request: &EnrolRequest,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Credential, RebindError> {
        let signing = signing_key(&self.keys);
        let mut change = self.registry.change(now)?;
        let person = known_person(&change, document, signing.serial, now)?;
        if person.rebinds >= REBIND_LIMIT {
            return Err(RebindError::TooMany);
        }
        if let Some(from) = person.rebound.map(|last| last.plus(REBIND_INTERVAL)).filter(|from| now < *from) {
            return Err(RebindError::TooSoon { from });
        }
        check_holder_key(&change, &request.holder_key).map_err(|error| match error {
            EnrolError::HolderKeyWeak => RebindError::HolderKeyWeak,
            EnrolError::Registry(error) => error.into(),
            _ => RebindError::HolderKeyKnown,
        })?;
        let act = Act { action: Action::Rebound, document, officer, serial: signing.serial };
        let attributes = replace(&mut change, &person, request.holder_key, &act, rng)?;
        change.rebind(person.id, request)?;
        let credential = signing.key.sign_credential(attributes, &self.id);
        change.commit()?;
        Ok(credential)
    }
}

/// The person whom a current document names.
fn known_person(
    change: &Change<'_>,
    document: &ResidentId,
    serial: i64,
    now: UnixTime,
) -> Result<Person, ReissueError> {
    if !change.key_is_live(serial)? {
        return Err(ReissueError::KeyRetired);
    }
    check_current(document, now).map_err(|error| match error {
        EnrolError::DocumentExpired => ReissueError::DocumentExpired,
        _ => ReissueError::DocumentFromFuture,
    })?;
    change.person(document.number())?.ok_or(ReissueError::NotEnrolled)
}

/// What is being done, and from what evidence.
struct Act<'a> {
    action: Action,
    document: &'a ResidentId,
    officer: &'a Actor,
    serial: i64,
}

/// Revokes the old index if it is valid, and records a fresh one.
fn replace(
    change: &mut Change<'_>,
    person: &Person,
    holder_key: HolderKey,
    act: &Act<'_>,
    rng: &mut impl CryptoRngCore,
) -> Result<InRange, ReissueError> {
    let event = Event {
        actor: act.officer,
        action: Action::Revoked,
        person: Some(person.id),
        revocation_index: Some(person.current.get()),
        detail: REPLACED,
    };
    if !change.is_revoked(person.current)? {
        change.revoke(person.current, REPLACED)?;
        change.log(&event)?;
    }
    let index = change.fresh_index(rng)?;
    let attributes = Attributes::from_document(act.document, holder_key, index, rng);
    let attributes = InRange::check(attributes)?;
    change.add_credential(index, person.id, act.serial, act.document.expires())?;
    change.set_current(person.id, index)?;
    change.log(&Event { action: act.action, revocation_index: Some(index.get()), detail: "", ..event })?;
    Ok(attributes)
}
