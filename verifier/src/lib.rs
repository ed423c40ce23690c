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
//! # Use
//!
//! ```no_run
//! use std::time::Duration;
//! use tacit_verifier::*;
//!
//! # fn read(_: &str) -> Vec<u8> { Vec::new() }
//! # fn rng() -> impl rand_core::CryptoRngCore { rand::rngs::OsRng }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (signing_key, operator) = (SigningKey::from_bytes(&[1; 32]), OperatorKey::from_bytes(&[0; 32])?);
//! // Once, when the site starts:
//! let verifier = Verifier::builder(VerifierKey::from(&signing_key), operator)
//!     .key(VerifyingKey::from_bytes(&read("resident-id.vk"))?)
//!     .build()?;
//!
//! // Whenever the operator publishes a list (look once an hour); open requests of older lists end with it:
//! verifier.add_trust_list(serde_json::from_slice(&read("trust/latest.json"))?)?;
//!
//! // For every guest: make a request, keep it with the guest's session, and send it to the wallet (a link, a QR code).
//! let ask = Ask {
//!     policy: Policy::from_json(r#"{"minimum_age": 18, "provinces": ["Guangdong", "Hunan"]}"#)?,
//!     endpoint: "https://hotel.example/tacit".into(),
//!     lifetime: Duration::from_secs(300),
//! };
//! let request = verifier.request(ask, &signing_key, &mut rng())?;
//! let for_the_wallet = request.to_json();
//!
//! // When the wallet answers:
//! let presentation = Presentation::from_bytes(&read("what the wallet sent"))?;
//! match verifier.verify(&request, &presentation) {
//!     Ok(guest) => check_in(&guest),
//!     Err(error) => {
//!         eprintln!("refused: {error}"); // The cause stays in your log
//!         answer_with(error.refusal()); // and the sender gets always the same answer.
//!     }
//! }
//! # Ok(()) }
//!
//! // Code that relies on the proof takes a `VerifiedPresentation`: nothing but this crate can make one.
//! fn check_in(guest: &VerifiedPresentation) {
//!     println!("welcome; proven: {:?}", guest.policy().describe(guest.date()));
//! }
//! # fn answer_with(_: Refusal) {}
//! ```
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
//! # If you run several servers
//!
//! Every server needs the same open challenges: implement [`ChallengeStore`] over your database ([`challenge`]
//! says what it must guarantee) and pass it to [`VerifierBuilder::challenges`]. The store in memory serves one
//! process.
//!
//! To consume the challenge in the very transaction that stores your guest, or from asynchronous code, take
//! [`Verifier::check`] and [`CheckedPresentation::accept_with`] instead of `verify` ([`checked`] has the contract), with
//! [`ChallengesElsewhere`] as the store.
//!
//! # What this crate does not do
//!
//! It does not fetch lists, speak HTTP, or store guests. It has no `unsafe` code, no global state and no
//! network access, and depends neither on the circuits nor on the prover.

mod builder;
pub mod challenge;
pub mod checked;
mod clock;
mod codes;
mod error;
pub mod groth16;
pub mod key;
mod points;
#[cfg(test)]
mod tests;
mod verified;
mod verifier;

pub use builder::VerifierBuilder;
pub use challenge::{ChallengeError, ChallengeStore, ChallengesElsewhere, MemoryChallengeStore};
pub use checked::CheckedPresentation;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use clock::SystemClock;
pub use clock::{Clock, FixedClock};
pub use ed25519_dalek::SigningKey;
pub use error::{AddListError, AskError, BuildError, Refusal, VerifyError};
pub use groth16::ProofError;
pub use key::{KeyError, KeyPoints, Provenance, VerifyingKey};
pub use points::PointError;
pub use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
pub use tacit_credential::date::{Date, UnixTime};
pub use tacit_credential::holder::Pseudonym;
pub use tacit_credential::policy::Policy;
pub use tacit_credential::presentation::{Disclosed, Presentation};
pub use tacit_credential::request::{Challenge, SignedRequest};
pub use tacit_credential::trust_list::{Epoch, OperatorKey, SignedTrustList};
pub use verified::{Findings, VerifiedPresentation};
pub use verifier::{Ask, MAX_LIFETIME, Verifier};
