//! Revocation by an officer, and report of a loss by the holder.
//!
//! A revocation sets the index's bit in the next publication; it is final. A loss is reported with the code chosen at
//! enrolment, compared in constant time. Five wrong codes within 24 hours close that way for the person until the 24
//! hours are over; every attempt is in the log. An officer can revoke all the while.
//!
//! Not hidden here: the errors tell an unknown number from a wrong code. A public front end must answer both alike.
use std::time::Duration;

use subtle::ConstantTimeEq;
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::date::UnixTime;
use tacit_credential::enrolment::LossCode;
use tacit_credential::number::DocumentNumber;

use crate::actor::Actor;
use crate::issuer::Issuer;
use crate::reason::Reason;
use crate::registry::{Action, Event, RegistryError};

/// Wrong codes allowed in one window.
const LOSS_ATTEMPTS: u32 = 5;
/// The window.
const LOSS_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a credential was not revoked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevokeError {
    /// Nobody of that number.
    #[error("nobody with this document number is enrolled here; check the number")]
    NotEnrolled,
    /// Already revoked.
    #[error("this person's credential is revoked already; it stays so")]
    AlreadyRevoked,
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Why a loss report was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportLossError {
    /// Nobody of that number.
    #[error("nobody with this document number is enrolled here; check the number")]
    NotEnrolled,
    /// The wrong code.
    #[error(
        "this is not the code chosen at enrolment; {attempts_left} more attempts today, or ask an officer to revoke"
    )]
    WrongCode {
        /// Attempts that are left in this window.
        attempts_left: u32,
    },
    /// Too many wrong codes.
    #[error("too many wrong codes; try again after {until}, or ask an officer to revoke")]
    TooManyAttempts {
        /// When the next attempt is allowed.
        until: UnixTime,
    },
    /// Already revoked.
    #[error("this person's credential is revoked already; it stays so")]
    AlreadyRevoked,
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Issuer {
    /// Revokes a person's current credential and returns its index.
    pub fn revoke(
        &mut self,
        number: &DocumentNumber,
        reason: Reason,
        officer: &Actor,
        now: UnixTime,
    ) -> Result<RevocationIndex, RevokeError> {
        let mut change = self.registry.change(now)?;
        let person = change.person(number)?.ok_or(RevokeError::NotEnrolled)?;
        if change.is_revoked(person.current)? {
            return Err(RevokeError::AlreadyRevoked);
        }
        change.revoke(person.current, reason.as_str())?;
        change.log(&Event {
            actor: officer,
            action: Action::Revoked,
            person: Some(person.id),
            revocation_index: Some(person.current.get()),
            detail: reason.as_str(),
        })?;
        change.commit()?;
        Ok(person.current)
    }

    /// Revokes a person's current credential on the word of whoever knows the loss code.
    pub fn report_loss(
        &mut self,
        number: &DocumentNumber,
        code: &str,
        actor: &Actor,
        now: UnixTime,
    ) -> Result<RevocationIndex, ReportLossError> {
        let mut change = self.registry.change(now)?;
        let Some(person) = change.person(number)? else {
            change.log(&refusal(actor, None, "not enrolled"))?;
            change.commit()?;
            return Err(ReportLossError::NotEnrolled);
        };
        // A clock that was set back does not reopen the way: the window then counts from its recorded start.
        let window_over = now >= person.loss_window.plus(LOSS_WINDOW);
        let (window, failures) =
            if window_over { (now, 0) } else { (person.loss_window, person.loss_failures) };
        if failures >= LOSS_ATTEMPTS {
            change.log(&refusal(actor, Some(person.id), "too many attempts"))?;
            change.commit()?;
            return Err(ReportLossError::TooManyAttempts { until: window.plus(LOSS_WINDOW) });
        }
        // A text that no wallet accepts as a code is a wrong one, and counts.
        let right = LossCode::new(code)
            .is_ok_and(|code| person.loss_code.recompute(&code).ct_eq(person.loss_code.digest()).into());
        if !right {
            change.set_loss_failures(person.id, window, failures + 1)?;
            change.log(&refusal(actor, Some(person.id), "wrong code"))?;
            change.commit()?;
            return Err(ReportLossError::WrongCode { attempts_left: LOSS_ATTEMPTS - failures - 1 });
        }
        if change.is_revoked(person.current)? {
            return Err(ReportLossError::AlreadyRevoked);
        }
        change.set_loss_failures(person.id, window, 0)?;
        change.revoke(person.current, Reason::Lost.as_str())?;
        change.log(&Event {
            actor,
            action: Action::LossReported,
            person: Some(person.id),
            revocation_index: Some(person.current.get()),
            detail: "",
        })?;
        change.commit()?;
        Ok(person.current)
    }
}

fn refusal<'a>(actor: &'a Actor, person: Option<i64>, detail: &'a str) -> Event<'a> {
    Event { actor, action: Action::LossRefused, person, revocation_index: None, detail }
}
