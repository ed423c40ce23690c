//! A business of the demonstration: what a booking site has, over the files that `tacit request` and `tacit verify` use.

use std::time::Duration;

use rand::rngs::OsRng;
use tacit_credential::certificate::{VerifierEntry, VerifierKey};
use tacit_credential::policy::Policy;
use tacit_credential::request::SignedRequest;
use tacit_credential::trust_list::VerifiedTrustList;
use tacit_trust::Validity;
use tacit_verifier::{Ask, SigningKey, Verifier};

use super::world::{WEEK, World};
use crate::commands::{now, request};
use crate::desk::Desk;
use crate::error::{CliError, refused};
use crate::files;

/// How long the guests of the demonstration may take.
const LIFETIME: Duration = Duration::from_secs(3_000);

/// A business that asks.
pub(crate) struct Business {
    /// As certified.
    pub(crate) name: &'static str,
    /// What it is certified for.
    pub(crate) identity: &'static str,
    /// Its policy, as written.
    pub(crate) policy_text: &'static str,
    /// Its verifier, over the files of its state directory.
    pub(crate) verifier: Verifier,
    /// Its signing key.
    pub(crate) signing: SigningKey,
    policy: Policy,
    desk: Desk,
}

impl Business {
    /// Makes a business: key, certificate, policy, verifier. `folder` names its directory; `allowed` is the most that it may
    /// ask for, as the ministry writes it.
    pub(crate) fn new(
        world: &mut World,
        folder: &'static str,
        name: &'static str,
        identity: &'static str,
        allowed: &str,
        policy_text: &'static str,
    ) -> Result<Self, CliError> {
        let dir = world.dir.join("businesses").join(folder);
        let desk = Desk::init(&dir.join("state"), &world.operator_key(), &mut OsRng)?;
        let signing = desk.signing_key()?;
        files::write(&dir.join("key.pub"), format!("{}\n", VerifierKey::from(&signing)).as_bytes())?;
        let from = now();
        let entry =
            format!("identity = {identity:?}\nname = {name:?}\nanswers_to = [{identity:?}]\n{allowed}");
        files::write(&dir.join("entry.toml"), entry.as_bytes())?;
        let entry = VerifierEntry::from_toml(&entry).map_err(refused)?;
        let validity = Validity { from, until: from.plus(WEEK) };
        let certificate =
            world.operator.certify(entry, VerifierKey::from(&signing), validity).map_err(refused)?;
        files::write_json(&dir.join("certificate.json"), &certificate)?;
        desk.install(&certificate, from)?;
        files::write(&dir.join("policy.toml"), policy_text.as_bytes())?;
        let policy = Policy::from_toml(policy_text).map_err(refused)?;
        let verifier = request::verifier(&desk, &world.dir.join("keys/resident-id.vk"), true)?;
        Ok(Self { name, identity, policy_text, verifier, signing, policy, desk })
    }

    /// Takes a trust list into use.
    pub(crate) fn follow(&self, list: &VerifiedTrustList) -> Result<(), CliError> {
        self.desk.adopt(&self.verifier, list.signed())
    }

    /// Makes a request.
    pub(crate) fn ask(&self) -> Result<SignedRequest, CliError> {
        self.ask_for(self.policy.clone())
    }

    /// Makes a request for something else than usual.
    pub(crate) fn ask_for(&self, policy: Policy) -> Result<SignedRequest, CliError> {
        let endpoint = format!("https://{}/answers", self.identity);
        let ask = Ask { policy, endpoint, lifetime: LIFETIME };
        let signed = self.verifier.request(ask, &self.signing, &mut OsRng).map_err(refused)?;
        self.desk.keep(&signed)?;
        Ok(signed)
    }
}
