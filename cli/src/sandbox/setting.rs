//! What the sandbox consists of besides the service: the demonstration's ministry, bureaus and people in a folder that goes away with
//! the process, one business with certificate and attestation, and a prover for all wallets.

use std::path::PathBuf;

use rand::Rng;
use rand::rngs::OsRng;
use serde_json::{Value, json};
use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
use tacit_credential::number::DocumentNumber;
use tacit_credential::presentation::Presentation;
use tacit_issuer::Reason;
use tacit_openid4vp::Attestation;
use tacit_verifier::SigningKey;
use tacit_wallet::Wallet;

use super::guests::Guest;
use super::manners::Manner;
use crate::commands::now;
use crate::demo::attempt::{self, Lie};
use crate::demo::world::{LOSS_CODE, World, officer};
use crate::demo::{DemoError, report::Stage};
use crate::error::{CliError, explain, refused, variant_name};
use crate::online::{Address, OnlineError};

/// How many residents the bureaus enrol, the guests among them.
const PEOPLE: usize = 50;

/// Everything behind the guests.
pub(crate) struct Setting {
    world: World,
    stage: Stage,
    empty: Wallet,
    /// Removed with everything in it.
    _folder: tempfile::TempDir,
}

/// The business that the sandbox plays.
pub(crate) struct Business {
    /// Its key.
    pub(crate) key: SigningKey,
    /// What the ministry says about it.
    pub(crate) certificate: VerifierCertificate,
    /// The same for OpenID4VP.
    pub(crate) attestation: Attestation,
}

impl Setting {
    /// Founds ministry and bureaus, enrols, revokes, publishes. Takes seconds: keys are made, and every wallet's passphrase is slow to guess.
    pub(crate) fn new(mut stage: Stage) -> Result<Self, CliError> {
        let folder = tempfile::Builder::new().prefix("tacit-sandbox-").tempdir();
        let folder = folder.map_err(CliError::write(&std::env::temp_dir()))?;
        let mut world = World::new(folder.path(), false, &mut stage)?;
        world.enrol(PEOPLE, &mut stage)?;
        let of = |world: &World, key| -> Result<(DocumentNumber, usize), CliError> {
            let person = world.person(key)?;
            Ok((DocumentNumber::parse(&person.document.number).map_err(refused)?, person.role.bureau))
        };
        let (number, bureau) = of(&world, "liu-yang")?;
        world.bureaus[bureau].revoke(&number, Reason::MovedAway, &officer()?, now()).map_err(refused)?;
        let (number, bureau) = of(&world, "zhou-min")?;
        world.bureaus[bureau].report_loss(&number, LOSS_CODE, &officer()?, now()).map_err(refused)?;
        world.publish(&mut stage)?;
        let (mut empty, ..) = world.wallet("nobody")?;
        empty.update(&world.published(), &world.operator_key()).map_err(refused)?;
        Ok(Self { world, stage, empty, _folder: folder })
    }

    /// Certifies the sandbox's business.
    pub(crate) fn business(&mut self) -> Result<Business, CliError> {
        let key = SigningKey::from_bytes(&OsRng.r#gen());
        let certificate = super::certificate(&mut self.world.operator, VerifierKey::from(&key))?;
        let attestation = self.world.operator.attest(&certificate).map_err(refused)?;
        Ok(Business { key, certificate, attestation })
    }

    /// Where the ministry publishes.
    pub(crate) fn published(&self) -> PathBuf {
        self.world.published()
    }

    /// The root of all files.
    pub(crate) fn dir(&self) -> PathBuf {
        self.world.dir.clone()
    }

    /// The ministry's key.
    pub(crate) fn operator(&self) -> tacit_credential::trust_list::OperatorKey {
        self.world.operator_key()
    }

    /// A new epoch: requests made before it are answered too late.
    pub(crate) fn publish(&mut self) -> Result<u64, CliError> {
        self.world.publish(&mut self.stage)?;
        self.empty.update(&self.world.published(), &self.world.operator_key()).map_err(refused)?;
        Ok(self.world.list()?.epoch().0)
    }

    /// Lets a guest fetch and answer a request over HTTP, as anybody's wallet does; says what the wallet and the service said.
    pub(crate) fn answer(
        &self,
        guest: &Guest,
        manner: Manner,
        address: Address,
    ) -> Result<Value, OnlineError> {
        let fetched = address.fetch(&self.operator(), now())?;
        let request = fetched.request();
        let wallet = guest
            .role
            .and_then(|role| self.world.people.get(role))
            .map_or(&self.empty, |person| &person.wallet);
        let honest = attempt::answer(&self.world.prover, wallet, request).outcome;
        let told = honest
            .as_ref()
            .err()
            .map(|error| json!({ "code": variant_name(error), "message": explain(error) }));
        let presentation = match (manner, honest) {
            (Manner::Lying, _) => match self.lie(guest, request) {
                Ok(presentation) => presentation,
                Err(error) => {
                    return Ok(
                        json!({ "answered": false, "wallet": told, "prover": { "code": error.code(), "message": error.to_string() } }),
                    );
                }
            },
            (_, Ok(presentation)) => manner.spoil(&presentation),
            (_, Err(_)) => return Ok(json!({ "answered": false, "wallet": told })),
        };
        if manner == Manner::Late {
            let wait = request.request.expires_at.since(now());
            if wait > super::LONGEST_WAIT {
                return Ok(
                    json!({ "answered": false, "sandbox": "the request lives too long to be waited for; make one with lifetime_seconds of at most 60" }),
                );
            }
            std::thread::sleep(wait + std::time::Duration::from_secs(1));
        }
        let deliver = |presentation: &Presentation| match manner {
            Manner::Garbage => fetched.deliver_bytes(b"no presentation at all"),
            _ => fetched.deliver(presentation),
        };
        let mut replies = vec![reply(deliver(&presentation))];
        if manner == Manner::Twice {
            replies.push(reply(deliver(&presentation)));
        }
        Ok(json!({ "answered": true, "wallet": told, "protocol": fetched.protocol(), "service": replies }))
    }

    /// A program of the guest's own, which proves as little as the circuit lets it.
    fn lie(
        &self,
        guest: &Guest,
        request: &tacit_credential::request::SignedRequest,
    ) -> Result<Presentation, CliError> {
        let role = guest.role.ok_or_else(|| refused(DemoError::NoPerson("nobody")))?;
        let person = self.world.person(role)?;
        let list = self.world.list()?;
        let paths = self.world.paths_in(list, &person.credential)?;
        let mut lie = Lie::from_truth(list, request, &person.credential, &person.secret, &paths)?;
        lie.ask_nothing();
        lie.presentation(&self.world.prover)
    }
}

/// What the service said.
fn reply(outcome: Result<tacit_openid4vp::Acknowledgement, OnlineError>) -> Value {
    match outcome {
        Ok(reply) => json!({ "accepted": true, "redirect_uri": reply.redirect_uri }),
        Err(error) => {
            json!({ "accepted": false, "code": variant_name(&error), "message": error.to_string() })
        }
    }
}
