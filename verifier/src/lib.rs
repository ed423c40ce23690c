//! What a booking site embeds to check Tacit presentations.
//!
//! A guest's wallet proves statements such as "at least 18, resident of Guangdong or Hunan, ID valid and not
//! revoked" without showing the ID. Your site states what it needs (a *policy*), sends a *request*, gets a
//! *presentation* back, and this crate tells you whether to believe it. You need no knowledge of cryptography
//! to use it; you need to keep one key secret and to fetch one file a day.
//!
//! # The five things you deal with
//!
//! | thing | what it is | where you get it |
//! | --- | --- | --- |
//! | [`VerifyingKey`] | 364 bytes that belong to this version of the software | shipped with it; the same for every site |
//! | operator key | 32 bytes: the ministry that lists the issuers | from the ministry; pin it in your configuration |
//! | trust list | a JSON file, one per *epoch*: whose IDs count, and which are revoked | fetch it on a schedule, see [`Verifier::add_trust_list`] |
//! | your own key pair | signs your requests | make it once, keep the secret half secret |
//! | certificate | the ministry's word on your name and domain | apply for it; without it wallets warn your guests |
//!
//! # A whole site
//!
//! With [axum](https://docs.rs/axum); the file is `examples/booking_site.rs`, and the crate's tests run it.
//!
//! ```no_run
#![doc = include_str!("../examples/booking_site.rs")]
//! ```
//!
//! Look for a new trust list once an hour and hand it to [`Verifier::add_trust_list`]; open requests of older lists end with it.
//!
//! # What you can rely on, once you hold a [`VerifiedPresentation`]
//!
//! * Everything in [`VerifiedPresentation::policy`] holds, on [`VerifiedPresentation::date`], for an ID that an issuer
//!   of the trust list signed, that was not revoked when the list was made, and whose secret is in the wallet
//!   that answered.
//! * [`VerifiedPresentation::disclosed`] are the values on that ID, exactly those that the policy asked for.
//! * [`VerifiedPresentation::pseudonym`], if asked for, is the same for the same person and the same label at
//!   your site, also after a lost phone and a new ID; store it to give one account per person.
//! * The answer was made for this request; it will not be accepted a second time.
//!
//! What you cannot: that the person in front of you is the holder, if the holder lends an unlocked wallet; and
//! anything at all, if [`VerifiedPresentation::development_key`] says true.
//!
//! # Storing your guest and closing the request in one transaction
//!
//! `verify` is two steps in one. [`Verifier::check`] finds out whether to believe the answer; accepting it closes its challenge,
//! so that it counts once. If your database should do that, together with whatever it stores about the guest, take the
//! steps apart: [`CheckedPresentation::accept_with`] (or `accept_with_async`) runs your transaction and gives the
//! `VerifiedPresentation` only if it was committed. [`checked`] has the contract. Pass [`ChallengesElsewhere`] to
//! [`VerifierBuilder::challenges`] then.
//!
//! # If you run several servers
//!
//! Every server needs the same open challenges: take the steps apart as above, or implement [`ChallengeStore`] over your
//! database ([`challenge`] says what it must guarantee). The store in memory serves one process.
//!
//! # If you check many answers
//!
//! [`Verifier::check_batch`] and [`Verifier::verify_batch`] give the same results as one by one in a third of the time; false
//! answers among them are found without checking each ([`mod@batch`]).
//!
//! # What changes while you run
//!
//! All through a shared reference, and none of it needs a restart. What is unknown or retired is refused by its name, never
//! replaced by something else.
//!
//! | what | how | requests that are open |
//! | --- | --- | --- |
//! | a new trust list | [`Verifier::add_trust_list`] | end, at once or after [`VerifierBuilder::grace_after_newer_list`] |
//! | one more trust operator | [`Verifier::add_operator`], [`Verifier::prefer_operator`] | stay |
//! | a trust operator that you rely on no longer | [`Verifier::retire_operator`] | its own end with [`VerifyError::OperatorRetired`] |
//! | your certificate | [`Verifier::set_certificate`] | stay |
//! | a new version of the circuit | [`Verifier::add_key`] | stay; new ones are made for it |
//! | an old version of the circuit | [`Verifier::retire_key`] | its own end with [`VerifyError::RetiredCircuit`] |
//!
//! # Without the standard library
//!
//! With `default-features = false` the crate needs `alloc` alone, on WASM or a small device: pass a [`Clock`] and a
//! [`ChallengeStore`] (or [`ChallengesElsewhere`]). A verifier then belongs to one thread.
//!
//! # What this crate does not do
//!
//! It does not fetch lists, speak HTTP, or store guests. It has no `unsafe` code, no global state and no
//! network access, and depends neither on the circuits nor on the prover.

#![cfg_attr(not(any(test, feature = "std")), no_std)]

extern crate alloc;
// The example is one of the tests.
#[cfg(test)]
extern crate self as tacit_verifier;

pub mod batch;
mod builder;
pub mod challenge;
mod check;
pub mod checked;
mod clock;
mod codes;
mod curve;
mod error;
pub mod groth16;
pub mod key;
mod lists;
mod operators;
mod registry;
mod shared;
#[cfg(test)]
mod tests;
mod verified;
mod verifier;

pub use builder::VerifierBuilder;
#[cfg(feature = "std")]
pub use challenge::MemoryChallengeStore;
pub use challenge::{ChallengeError, ChallengeStore, ChallengesElsewhere};
pub use checked::CheckedPresentation;
#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
pub use clock::SystemClock;
pub use clock::{Clock, FixedClock};
pub use curve::points::PointError;
pub use ed25519_dalek::SigningKey;
pub use error::{AddListError, AskError, BuildError, KeyUseError, OperatorError, Refusal, VerifyError};
pub use groth16::ProofError;
pub use key::{KeyError, KeyPoints, Provenance, VerifyingKey};
pub use operators::Operator;
pub use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
pub use tacit_credential::date::{Date, UnixTime};
pub use tacit_credential::holder::Pseudonym;
pub use tacit_credential::policy::Policy;
pub use tacit_credential::presentation::{Disclosed, Presentation};
pub use tacit_credential::request::{Challenge, CircuitDigest, SignedRequest};
pub use tacit_credential::trust_list::{Epoch, OperatorKey, SignedTrustList};
#[cfg(feature = "kernels")]
pub use tacit_kernels::Backend;
pub use verified::{Findings, VerifiedPresentation};
pub use verifier::{Ask, MAX_LIFETIME, Verifier};
