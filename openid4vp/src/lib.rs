//! OpenID for Verifiable Presentations 1.0 around Tacit's requests and presentations.
//!
//! A profile of the [final specification] that leaves nothing to choose: signed request objects fetched by
//! `request_uri`, client identifiers of the prefix `verifier_attestation`, response mode `direct_post`, one credential
//! query in DCQL. `docs/openid4vp.md` is the profile on one page, with an example; section numbers here are those of the
//! specification.
//!
//! | message | from, to | type | section |
//! | --- | --- | --- | --- |
//! | `openid4vp://?client_id=…&request_uri=…` | verifier → wallet, as a link or a QR code | [`Invocation`] | 5.7, 9 |
//! | fetching the request object | wallet → verifier | [`RequestUriMethod`], [`FetchForm`] | 5.10 |
//! | request object (JWT) | verifier → wallet | [`RequestObject`] | 5 |
//! | verifier attestation (JWT) | trust operator → verifier → wallet | [`Attestation`] | 12 |
//! | `vp_token` and `state` (form) | wallet → verifier | [`AuthorizationResponse`] | 8.1, 8.2, 8.5 |
//! | `{"redirect_uri": …}` (JSON) | verifier → wallet | [`Acknowledgement`] | 8.2 |
//!
//! DCQL asks for claims with given values and knows no predicates, so the query has no `claims`: its `meta` holds our
//! signed request, which says what is asked in the policy's own words ([`dcql`]). The `nonce` is that request's
//! challenge, a digest over verifier, certificate, endpoint, policy, date, epoch, circuit, fresh random bytes and expiry,
//! and the proof binds it (14.1). Whatever stands in both places must agree; [`RequestObject::verify`] refuses every
//! difference by name.
//!
//! Nothing here speaks HTTP: the verifier service and the wallet's command line carry the messages. Every reader takes
//! bytes from hostile hands and returns a typed refusal.
//!
//! Not checked here: whether the holder can and will answer (`tacit-wallet`), whether the certificate allows what is asked
//! and where the answer goes (its warnings), and whether a presentation holds (`tacit-verifier`).
//!
//! [final specification]: https://openid.net/specs/openid-4-verifiable-presentations-1_0-final.html
mod acknowledgement;
mod attestation;
mod client;
pub mod dcql;
mod fetch;
mod invocation;
mod jws;
mod location;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod verify;
mod vp_token;

pub use acknowledgement::{Acknowledgement, AcknowledgementError};
pub use attestation::{ATTESTATION_TYPE, Attestation, AttestationError};
pub use client::{CLIENT_ID_PREFIX, ClientId, ClientIdError};
pub use fetch::{FetchForm, FetchFormError, REQUEST_OBJECT_MEDIA_TYPE, WalletNonce};
pub use invocation::{Invocation, InvocationError, RequestUriMethod, SCHEME};
pub use jws::JwsError;
pub use location::{Location, LocationError};
pub use request::{AUDIENCE, RequestObject, RequestObjectBuildError};
pub use response::{AuthorizationResponse, ErrorCode, FORM_MEDIA_TYPE, ResponseError, State};
pub use verify::{RequestObjectError, VerifiedRequestObject};
pub use vp_token::{VpToken, VpTokenError};
