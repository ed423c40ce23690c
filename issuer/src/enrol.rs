//! Enrolment: from a document and a wallet's request to a signed credential.
//!
//! The attributes come from the document that the officer read, the holder key and the loss code from the wallet, the
//! revocation index from the registry. Order of things, for one person and for a batch:
//!
//! 1. the number is of the issuer's jurisdiction (why the number's region and not the residence counts:
//!    [`tacit_credential::region::jurisdiction`]), the document is current, the person is new, the holder key
//!    is new and not the key of a known secret;
//! 2. a fresh random index, the attributes, and their ranges ([`crate::ranges`]);
//! 3. registry and log are written, in one transaction for the batch;
//! 4. the batch is signed on all cores;
//! 5. the transaction is committed, and only then do the credentials leave.
//!
//! If the process dies before 5, nobody was enrolled. If it dies after 5 and before the caller has stored the credentials,
//! those people are enrolled without one: `reissue` gives them another and revokes the lost index.
use core::ops::ControlFlow;
use std::io::{self, BufRead};

use rand_core::CryptoRngCore;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tacit_credential::attributes::Attributes;
use tacit_credential::credential::Credential;
use tacit_credential::date::UnixTime;
use tacit_credential::document::{DocumentError, RawDocument, ResidentId};
use tacit_credential::enrolment::EnrolRequest;
use tacit_credential::field::Fr;
use tacit_credential::holder::HolderKey;
use tacit_credential::json::{self, JsonFault};
use tacit_credential::poseidon;
use tacit_credential::region::Jurisdiction;

use crate::actor::Actor;
use crate::issuer::{Issuer, StoredKey, signing_key};
use crate::lines::{LINE_MAX, Lines};
use crate::ranges::{InRange, RangeError};
use crate::registry::{Action, Change, Event, RegistryError};

/// People in one transaction.
const BATCH: usize = 2_048;

/// One person to be enrolled: what the officer read and what the wallet sent.
pub struct Enrolment {
    /// The checked document.
    pub document: ResidentId,
    /// The wallet's request.
    pub request: EnrolRequest,
}

/// One line of a batch file: `{"document": {...}, "request": {...}}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentLine {
    /// The document as the officer typed it.
    pub document: RawDocument,
    /// The wallet's request.
    pub request: EnrolRequest,
}

impl EnrolmentLine {
    /// Checks the document.
    pub fn check(self) -> Result<Enrolment, EnrolError> {
        Ok(Enrolment { document: ResidentId::new(self.document)?, request: self.request })
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EnrolSummary {
    /// People who have a credential now.
    pub enrolled: usize,
    /// People, or lines, that were refused.
    pub refused: usize,
}

/// Why a person was not enrolled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// The line of the batch is not what it should be.
    #[error("{0} (a line is {{\"document\": {{...}}, \"request\": {{...}}}})")]
    Line(#[from] JsonFault),
    /// The line of the batch is longer than any document.
    #[error("the line has more than 16 MiB; write one person to a line")]
    LineTooLong,
    /// The document contradicts itself.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The document has expired.
    #[error("the document has expired; ask for the renewed one")]
    DocumentExpired,
    /// The document is dated later than today.
    #[error("the document will only be issued in the future; check its date and this machine's clock")]
    DocumentFromFuture,
    /// The number is of a region of another issuer.
    #[error(
        "this document number is of a region that is not enrolled here, where it is {jurisdiction}; the bureau of the number's region enrols its holder, wherever they live now"
    )]
    OutsideJurisdiction {
        /// The issuer's. The number's region is a value of the document, and errors end up in logs.
        jurisdiction: Jurisdiction,
    },
    /// The person has been enrolled before.
    #[error(
        "this person is enrolled already; use `reissue` for a new credential or `rebind` for a new holder key"
    )]
    AlreadyEnrolled,
    /// The holder key was enrolled before, for this person or another.
    #[error("this holder key was enrolled before; the wallet must make its own with `tacit wallet init`")]
    HolderKeyKnown,
    /// The holder key is that of the secret 0, which everybody knows.
    #[error("this holder key belongs to a secret that everybody knows; the wallet must make its own")]
    HolderKeyWeak,
    /// An attribute that the circuit could not represent.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The signing key was retired by another process.
    #[error("the credential key was retired meanwhile; open the issuer again")]
    KeyRetired,
    /// The database failed; nothing of the batch was kept.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Why a batch stopped. The lines before `next_line` are dealt with and their people enrolled unless refused; those from
/// `next_line` on are not.
#[derive(Debug, thiserror::Error)]
#[error("enrolling stopped before line {next_line} ({cause}); mend that and go on from there")]
pub struct BatchError {
    /// The first line (from 1) that was not dealt with.
    pub next_line: usize,
    /// What happened.
    #[source]
    pub cause: BatchCause,
}

/// What stopped a batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchCause {
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The input cannot be read.
    #[error("the input cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The signing key was retired by another process.
    #[error("the credential key was retired meanwhile; open the issuer again")]
    KeyRetired,
    /// The caller asked to stop. The outcomes of its transaction that it had not heard yet are lost: those people are
    /// enrolled without a credential, and `reissue` signs theirs.
    #[error("the results could not be kept; people enrolled without one need `reissue`")]
    Stopped,
}

/// A line, its number from 1, and whether it could be read and holds an acceptable document.
type Numbered = (usize, io::Result<Result<Enrolment, EnrolError>>);

/// A person who passed every check, before the signature.
type Admitted = Result<InRange, EnrolError>;

impl Issuer {
    /// Enrols one person.
    pub fn enrol(
        &mut self,
        document: &ResidentId,
        request: &EnrolRequest,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Credential, EnrolError> {
        let signing = signing_key(&self.keys);
        let mut change = self.registry.change(now)?;
        if !change.key_is_live(signing.serial)? {
            return Err(EnrolError::KeyRetired);
        }
        let desk = Desk { jurisdiction: &self.jurisdiction, key: signing.serial, officer, now };
        let attributes = desk.admit(&mut change, document, request, rng)?;
        let credential = signing.key.sign_credential(attributes, &self.id);
        change.commit()?;
        Ok(credential)
    }

    /// Enrols many people, 2,048 in one transaction. `report` hears of each in turn, by line number from 1, as soon as its
    /// transaction is on the disk; a refusal concerns its own line only. Once `report` breaks, it hears no more and the batch
    /// ends with [`BatchCause::Stopped`] before the next transaction.
    pub fn enrol_many(
        &mut self,
        people: impl IntoIterator<Item = Enrolment>,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
        report: impl FnMut(usize, Result<Credential, EnrolError>) -> ControlFlow<()>,
    ) -> Result<EnrolSummary, BatchError> {
        let people = people.into_iter().enumerate().map(|(i, person)| (i + 1, Ok(Ok(person))));
        self.enrol_batches(people, officer, now, rng, report)
    }

    /// Enrols the people of a file of JSON lines ([`EnrolmentLine`]); blank lines count and are skipped, with no report.
    /// Otherwise as [`Self::enrol_many`].
    pub fn enrol_lines(
        &mut self,
        input: impl BufRead,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
        report: impl FnMut(usize, Result<Credential, EnrolError>) -> ControlFlow<()>,
    ) -> Result<EnrolSummary, BatchError> {
        // As bytes, so that a line that is not UTF-8 is refused like any other that does not parse.
        let lines = Lines::new(input, LINE_MAX).enumerate().filter_map(|(i, line)| match line {
            Ok(None) => Some((i + 1, Ok(Err(EnrolError::LineTooLong)))),
            Ok(Some(line)) if line.trim_ascii().is_empty() => None,
            Ok(Some(line)) => {
                let line = json::from_slice(&line).map_err(|fault| EnrolError::Line(fault.in_line(i + 1)));
                Some((i + 1, Ok(line.and_then(EnrolmentLine::check))))
            }
            Err(error) => Some((i + 1, Err(error))),
        });
        self.enrol_batches(lines, officer, now, rng, report)
    }

    fn enrol_batches(
        &mut self,
        lines: impl Iterator<Item = Numbered>,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
        mut report: impl FnMut(usize, Result<Credential, EnrolError>) -> ControlFlow<()>,
    ) -> Result<EnrolSummary, BatchError> {
        let mut summary = EnrolSummary::default();
        let mut next_line = 1;
        let mut lines = lines.peekable();
        while lines.peek().is_some() {
            // A read error ends the batch before it; the people read so far are enrolled first.
            let (mut numbers, mut batch) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
            let mut failed = None;
            while batch.len() < BATCH && failed.is_none() {
                match lines.next() {
                    Some((number, Ok(person))) => {
                        numbers.push(number);
                        batch.push(person);
                    }
                    Some((number, Err(error))) => failed = Some((number, error)),
                    None => break,
                }
            }
            let outcomes = self
                .enrol_batch(batch, officer, now, rng)
                .map_err(|cause| BatchError { next_line, cause })?;
            next_line = numbers.last().map_or(next_line, |last| last + 1);
            for (number, outcome) in numbers.into_iter().zip(outcomes) {
                if outcome.is_ok() {
                    summary.enrolled += 1;
                } else {
                    summary.refused += 1;
                }
                if report(number, outcome).is_break() {
                    return Err(BatchError { next_line, cause: BatchCause::Stopped });
                }
            }
            if let Some((next_line, error)) = failed {
                return Err(BatchError { next_line, cause: error.into() });
            }
        }
        Ok(summary)
    }

    /// One transaction.
    fn enrol_batch(
        &mut self,
        batch: Vec<Result<Enrolment, EnrolError>>,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Vec<Result<Credential, EnrolError>>, BatchCause> {
        let StoredKey { serial, key } = signing_key(&self.keys);
        let (id, jurisdiction) = (&self.id, &self.jurisdiction);
        let desk = Desk { jurisdiction, key: *serial, officer, now };
        let mut change = self.registry.change(now)?;
        if !change.key_is_live(desk.key)? {
            return Err(BatchCause::KeyRetired);
        }
        let mut admitted = Vec::with_capacity(batch.len());
        for line in batch {
            let outcome = line.and_then(|p| desk.admit(&mut change, &p.document, &p.request, rng));
            match outcome {
                Err(EnrolError::Registry(error)) => return Err(error.into()),
                outcome => admitted.push(outcome),
            }
        }
        let signed = admitted
            .into_par_iter()
            .map(|outcome| outcome.map(|attributes| key.sign_credential(attributes, id)))
            .collect();
        change.commit()?;
        Ok(signed)
    }
}

/// Where people are enrolled: for which regions, under which key (its serial number), by whom and when.
struct Desk<'a> {
    jurisdiction: &'a Jurisdiction,
    key: i64,
    officer: &'a Actor,
    now: UnixTime,
}

impl Desk<'_> {
    /// Checks one person and writes registry and log. A refusal writes nothing.
    fn admit(
        &self,
        change: &mut Change<'_>,
        document: &ResidentId,
        request: &EnrolRequest,
        rng: &mut impl CryptoRngCore,
    ) -> Admitted {
        if !self.jurisdiction.contains(document.number().region()) {
            return Err(EnrolError::OutsideJurisdiction { jurisdiction: self.jurisdiction.clone() });
        }
        check_current(document, self.now)?;
        if change.is_enrolled(document.number())? {
            return Err(EnrolError::AlreadyEnrolled);
        }
        check_holder_key(change, &request.holder_key)?;
        let index = change.fresh_index(rng)?;
        let attributes = Attributes::from_document(document, request.holder_key, index, rng);
        let attributes = InRange::check(attributes)?;
        let person = change.add_person(document.number(), request, index)?;
        change.add_credential(index, person, self.key, document.expires())?;
        change.log(&Event {
            actor: self.officer,
            action: Action::Enrolled,
            person: Some(person),
            revocation_index: Some(index.get()),
            detail: "",
        })?;
        Ok(attributes)
    }
}

/// A document counts from its issue date to its expiry date, both included, in the issuer's time zone (UTC+8).
pub(crate) fn check_current(document: &ResidentId, now: UnixTime) -> Result<(), EnrolError> {
    let today = now.date_utc8();
    if !document.expires().covers(today) {
        return Err(EnrolError::DocumentExpired);
    }
    if document.issued() > today {
        return Err(EnrolError::DocumentFromFuture);
    }
    Ok(())
}

/// A holder key must be new, and not that of the zero secret.
pub(crate) fn check_holder_key(change: &Change<'_>, key: &HolderKey) -> Result<(), EnrolError> {
    if key.0 == poseidon::hash(&[Fr::from(0u64)]) {
        return Err(EnrolError::HolderKeyWeak);
    }
    if change.holder_key_known(key)? {
        return Err(EnrolError::HolderKeyKnown);
    }
    Ok(())
}
