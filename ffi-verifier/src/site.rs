//! What the functions do, on Rust's types.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use tacit_credential::json::from_slice_of_nobody;
use tacit_credential::presentation::PresentationError;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use tacit_verifier::{ChallengeStore, MemoryChallengeStore};
use tacit_verifier::{
    ChallengesElsewhere, CheckedPresentation, Clock, Presentation, SignedRequest, SigningKey, UnixTime,
    Verifier, VerifierKey, VerifyingKey,
};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::json::{self, Accepted, AskFile, Config, Keeper, Opened, PublicKey, Taken};
use crate::random::Drawn;

/// The object behind a `tacit_verifier *`. Opaque.
pub struct Site {
    verifier: Verifier,
    clock: Time,
    /// None if the caller keeps challenges.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    store: Option<Store>,
}

/// Challenges in memory, and whose requests may be taken back.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
struct Store {
    identity: VerifierKey,
    challenges: Arc<MemoryChallengeStore>,
}

/// The time that was set; the system's until then, if there is a system.
#[derive(Clone)]
struct Time(Arc<AtomicU64>);

/// Not set.
const UNSET: u64 = u64::MAX;

impl Clock for Time {
    fn now(&self) -> UnixTime {
        match self.0.load(Ordering::Relaxed) {
            UNSET => system_time(),
            now => UnixTime(now),
        }
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
const SYSTEM_TIME: bool = true;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
const SYSTEM_TIME: bool = false;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn system_time() -> UnixTime {
    tacit_verifier::SystemClock.now()
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn system_time() -> UnixTime {
    unreachable!("`set_clock` refuses it")
}

impl Site {
    pub(crate) fn new(config: &[u8]) -> Result<Self, Failure> {
        let config: Config = from_slice_of_nobody(config).map_err(Failure::Config)?;
        let Some((primary, others)) = config.operators.split_first() else { return Err(Failure::NoOperator) };
        let clock = Time(Arc::new(AtomicU64::new(UNSET)));
        set(&clock, config.now)?;
        let mut builder = Verifier::builder(config.verifier_key, *primary)
            .grace_after_newer_list(Duration::from_secs(config.grace_seconds))
            .clock(clock.clone());
        for operator in others {
            builder = builder.operator(*operator);
        }
        for key in &config.keys {
            let bytes = hex::decode(key).map_err(|_| Failure::KeyText)?;
            builder = builder.key(VerifyingKey::from_bytes(&bytes)?);
        }
        if config.accept_development_keys {
            builder = builder.accept_development_keys();
        }
        if let Some(certificate) = config.certificate {
            builder = builder.certificate(certificate);
        }
        if let Some(epoch) = config.newest_epoch_seen {
            builder = builder.newest_epoch_seen(epoch);
        }
        #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
        if config.challenges == Keeper::Verifier {
            let challenges = Arc::new(MemoryChallengeStore::new());
            let store = Store { identity: config.verifier_key, challenges: challenges.clone() };
            let verifier = builder.challenges(challenges).build()?;
            return Ok(Self { verifier, clock, store: Some(store) });
        }
        #[cfg(all(target_family = "wasm", target_os = "unknown"))]
        if config.challenges == Keeper::Verifier {
            return Err(Failure::CallerKeeps);
        }
        let verifier = builder.challenges(ChallengesElsewhere).build()?;
        Ok(Self {
            verifier,
            clock,
            #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
            store: None,
        })
    }

    /// `None` goes back to the system's.
    pub(crate) fn set_clock(&self, now: Option<UnixTime>) -> Result<(), Failure> {
        set(&self.clock, now)
    }

    pub(crate) fn add_trust_list(&self, list: &[u8]) -> Result<String, Failure> {
        let list = from_slice_of_nobody(list).map_err(Failure::ListJson)?;
        Ok(json::text(&Taken { epoch: self.verifier.add_trust_list(list)? }))
    }

    pub(crate) fn request(
        &self,
        ask: &[u8],
        key: &[u8; 32],
        random: Option<&[u8; 32]>,
    ) -> Result<String, Failure> {
        let ask: AskFile = from_slice_of_nobody(ask).map_err(Failure::AskJson)?;
        let key = SigningKey::from_bytes(&Zeroizing::new(*key));
        Ok(json::text(&self.verifier.request(ask.into(), &key, &mut Drawn::new(random)?)?))
    }

    /// Everything but the challenge, which the caller keeps.
    pub(crate) fn check(&self, request: &[u8], presentation: &[u8]) -> Result<String, Failure> {
        self.caller_keeps()?;
        let (request, presentation) = (read_request(request)?, read_presentation(presentation)?);
        Ok(shown(self.verifier.check(&request, &presentation)?))
    }

    /// The same of many.
    pub(crate) fn check_batch(&self, answers: &[(&[u8], &[u8])]) -> Result<String, Failure> {
        self.caller_keeps()?;
        batch(answers, |good| {
            let checked = self.verifier.check_batch(good);
            checked.into_iter().map(|checked| checked.map(shown).map_err(Failure::from)).collect()
        })
    }
}

/// What needs a store.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl Site {
    fn caller_keeps(&self) -> Result<(), Failure> {
        if self.store.is_some() { Err(Failure::KeptHere) } else { Ok(()) }
    }

    /// Takes a request of this verifier's back as open, which another process made, or an earlier one.
    pub(crate) fn resume(&self, request: &[u8]) -> Result<(), Failure> {
        let store = self.store.as_ref().ok_or(Failure::CallerKeeps)?;
        let signed = read_request(request)?;
        let request = &signed.request;
        if request.verifier != store.identity {
            return Err(tacit_verifier::VerifyError::OtherVerifier.into());
        }
        let signature = request.verifier.verify(&request.canonical_bytes(), &signed.signature);
        signature.map_err(|_| tacit_verifier::VerifyError::RequestSignature)?;
        let issued = store.challenges.issue(&request.challenge(), request.expires_at, self.clock.now());
        Ok(issued.map_err(tacit_verifier::VerifyError::from)?)
    }

    pub(crate) fn verify(&self, request: &[u8], presentation: &[u8]) -> Result<String, Failure> {
        self.store.as_ref().ok_or(Failure::CallerKeeps)?;
        let (request, presentation) = (read_request(request)?, read_presentation(presentation)?);
        let verified = self.verifier.verify(&request, &presentation)?;
        Ok(json::text(&Accepted::new(verified.findings())))
    }

    pub(crate) fn verify_batch(&self, answers: &[(&[u8], &[u8])]) -> Result<String, Failure> {
        self.store.as_ref().ok_or(Failure::CallerKeeps)?;
        batch(answers, |good| {
            let verified = self.verifier.verify_batch(good);
            let text = |verified: tacit_verifier::VerifiedPresentation| {
                json::text(&Accepted::new(verified.findings()))
            };
            verified.into_iter().map(|verified| verified.map(text).map_err(Failure::from)).collect()
        })
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl Site {
    #[allow(clippy::unused_self, reason = "as with a store")]
    fn caller_keeps(&self) -> Result<(), Failure> {
        Ok(())
    }
}

fn set(clock: &Time, now: Option<UnixTime>) -> Result<(), Failure> {
    if now.is_none() && !SYSTEM_TIME {
        return Err(Failure::NoClock);
    }
    clock.0.store(now.map_or(UNSET, |now| now.0), Ordering::Relaxed);
    Ok(())
}

/// What was found out. Nothing is accepted here: that is the caller's to say, once the challenge is closed.
fn shown(checked: CheckedPresentation) -> String {
    let mut text = String::new();
    let not_here = checked.accept_with(|findings| {
        text = json::text(&Accepted::new(findings));
        Err(())
    });
    debug_assert!(not_here.is_err());
    text
}

/// Judges what can be read, and puts refusals of the rest in between.
fn batch(
    answers: &[(&[u8], &[u8])],
    judge: impl FnOnce(&[(&SignedRequest, &Presentation)]) -> Vec<Result<String, Failure>>,
) -> Result<String, Failure> {
    let read: Vec<Result<(SignedRequest, Presentation), Failure>> = answers
        .iter()
        .map(|(request, presentation)| Ok((read_request(request)?, read_presentation(presentation)?)))
        .collect();
    let good: Vec<_> =
        read.iter().filter_map(|one| one.as_ref().ok().map(|(request, shown)| (request, shown))).collect();
    let mut judged = judge(&good).into_iter();
    let mut text = String::from("[");
    for one in read {
        if text.len() > 1 {
            text.push(',');
        }
        let outcome = one.and_then(|_| judged.next().expect("as many outcomes as answers"));
        text.push_str(&match outcome {
            Ok(accepted) => alloc::format!("{{\"accepted\":{accepted}}}"),
            Err(failure) => failure.to_json(),
        });
    }
    text.push(']');
    Ok(text)
}

/// The public half of a signing key.
pub(crate) fn public_key(key: &[u8; 32]) -> String {
    let key = SigningKey::from_bytes(&Zeroizing::new(*key));
    json::text(&PublicKey { verifier_key: VerifierKey::from(&key) })
}

/// What a store of the caller's must remember of a request.
pub(crate) fn challenge(request: &[u8]) -> Result<String, Failure> {
    let request = read_request(request)?.request;
    Ok(json::text(&Opened { challenge: request.challenge(), expires_at: request.expires_at }))
}

fn read_request(json: &[u8]) -> Result<SignedRequest, Failure> {
    from_slice_of_nobody(json).map_err(Failure::RequestJson)
}

/// JSON begins with a brace or white space, the compact form with its version, which is neither.
fn read_presentation(bytes: &[u8]) -> Result<Presentation, PresentationError> {
    match bytes.first() {
        Some(b'{' | b' ' | b'\t' | b'\r' | b'\n') => {
            Presentation::from_json(core::str::from_utf8(bytes).map_err(|_| PresentationError::NotJson)?)
        }
        _ => Presentation::from_bytes(bytes),
    }
}
