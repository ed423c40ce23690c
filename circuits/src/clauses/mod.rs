//! Clauses: statements about attributes, whatever the credential that holds them.
//!
//! | clause | file | constraints |
//! | --- | --- | --- |
//! | held by me | [`held_by_me`] | 213 |
//! | one pseudonym per scope | [`pseudonym`] | 240 |
//! | born between | [`born_between`] | 17 for the date, 34 |
//! | still valid | [`still_valid`] | 17 for the date, 17 |
//! | resides in | [`resides_in`] | 75 + 14 + 40 |
//! | not revoked | [`not_revoked`] | 278 + 412 a level |
//! | issued | [`issued`] | 2,369 |
//! | by a trusted issuer | [`trusted_issuer`] | 261 + 409 a level |
//! | disclosed on purpose | [`disclosed`] | 2 a value |
//! | one public input | [`public_digest`] | 1 and the hash |
//!
//! A clause returns the values that the public digest must cover as numbers of its own making: a bound is the attribute
//! less or plus a difference that is in range. Which attributes a credential has, how they are packed and hashed, and
//! in which order the public values stand is the composition's business ([`crate::resident_id`]).

pub mod born_between;
pub mod date;
pub mod disclosed;
pub mod held_by_me;
pub mod issued;
pub mod not_revoked;
pub mod pseudonym;
pub mod public_digest;
pub mod resides_in;
pub mod still_valid;
pub mod trusted_issuer;
