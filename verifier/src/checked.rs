//! Between the checks and the acceptance: the challenge, consumed in the caller's own transaction.
//!
//! Whoever accepts a presentation does two things that must not come apart: closes the challenge, so that nobody is let in
//! twice by one answer, and stores what follows from it (the booking, the account). A process that dies in between has either
//! lost a guest's answer or let it in a second time. So the site does both in one transaction of its database, and this type
//! sees to the order: what was found out is shown to a closure, and a [`VerifiedPresentation`] comes into being only if that
//! closure says that the transaction was committed.
//!
//! **Contract of the closure.** `Ok` means: the challenge [`Findings::challenge`] had been issued by this site, was open and not
//! past [`Findings::expires_at`] by the clock of the transaction, and is now closed for good; of any number of calls for one
//! challenge, on any number of threads and machines and through any crash, one returns `Ok`. In SQL: `UPDATE … SET used_at =
//! :now WHERE challenge = :challenge AND used_at IS NULL AND expires_at > :now`, and anything but one changed row is an error.
//! Nothing here can check that; a closure that merely returns `Ok(())` lets every copy of a presentation in.

use core::future::Future;

use tacit_credential::presentation::Challenge;

use crate::verified::{Findings, VerifiedPresentation};

/// A presentation that passed every check, and whose challenge is still open: made by
/// [`Verifier::check`](crate::Verifier::check), accepted by [`accept_with`](Self::accept_with).
///
/// Not `Clone`, and used up by being accepted:
///
/// ```compile_fail,E0382
/// # use tacit_verifier::*;
/// # fn twice(checked: CheckedPresentation) -> Result<(), ChallengeError> {
/// let first = checked.accept_with(|_| Ok::<_, ChallengeError>(()))?;
/// let second = checked.accept_with(|_| Ok::<_, ChallengeError>(()))?; // error: moved
/// # Ok(()) }
/// ```
///
/// What it found out stays with it until then:
///
/// ```compile_fail,E0616
/// # use tacit_verifier::*;
/// # fn peek(checked: &CheckedPresentation) -> &Findings {
/// &checked.findings // error: the field is private
/// # }
/// ```
#[must_use = "nothing is accepted until the challenge is consumed: call `accept_with`"]
pub struct CheckedPresentation {
    findings: Findings,
}

impl CheckedPresentation {
    /// Precondition: as for [`Findings::new`].
    pub(crate) fn new(findings: Findings) -> Self {
        Self { findings }
    }

    /// The challenge that acceptance will consume: what to look the guest's session up by.
    pub fn challenge(&self) -> &Challenge {
        self.findings.challenge()
    }

    /// Accepts the presentation if `consume` consumes its challenge; the contract is at the module's head. Call it soon: a
    /// trust list or a key that is taken back meanwhile is not noticed any more.
    ///
    /// ```
    /// # use tacit_verifier::*;
    /// # struct Database;
    /// # struct Transaction;
    /// # #[derive(Debug)] enum Refused { Used }
    /// # impl Database { fn begin(&self) -> Result<Transaction, Refused> { Ok(Transaction) } }
    /// # impl Transaction {
    /// #     fn close_challenge(&self, _: [u8; 32]) -> Result<usize, Refused> { Ok(1) }
    /// #     fn store_account(&self, _: Option<Pseudonym>) -> Result<(), Refused> { Ok(()) }
    /// #     fn commit(self) -> Result<(), Refused> { Ok(()) }
    /// # }
    /// fn accept(database: &Database, checked: CheckedPresentation) -> Result<VerifiedPresentation, Refused> {
    ///     checked.accept_with(|findings| {
    ///         let transaction = database.begin()?;
    ///         if transaction.close_challenge(findings.challenge().to_bytes())? != 1 {
    ///             return Err(Refused::Used); // Dropping the transaction rolls it back.
    ///         }
    ///         transaction.store_account(findings.pseudonym().copied())?;
    ///         transaction.commit()
    ///     })
    /// }
    /// ```
    pub fn accept_with<E>(
        self,
        consume: impl FnOnce(&Findings) -> Result<(), E>,
    ) -> Result<VerifiedPresentation, E> {
        consume(&self.findings)?;
        Ok(VerifiedPresentation::new(self.findings))
    }

    /// [`accept_with`](Self::accept_with) for a database behind an asynchronous driver. The closure gets a copy of the findings,
    /// so that its future may move between threads. A future that is dropped half-way has accepted nothing here; whether the
    /// transaction was committed by then, the database knows.
    pub async fn accept_with_async<E, F>(
        self,
        consume: impl FnOnce(Findings) -> F,
    ) -> Result<VerifiedPresentation, E>
    where
        F: Future<Output = Result<(), E>>,
    {
        consume(self.findings.clone()).await?;
        Ok(VerifiedPresentation::new(self.findings))
    }
}

/// Without attribute values, so that it may stand in a log.
impl core::fmt::Debug for CheckedPresentation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("CheckedPresentation").field(&self.findings).finish()
    }
}
