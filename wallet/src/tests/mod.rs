//! A ministry, one bureau and holders, made up for the tests; lists and status files are real ones.
mod history;
mod prepared;
mod present;
mod store;
mod update;
mod warnings;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tacit_credential::attributes::{Attributes, RevocationIndex};
use tacit_credential::certificate::{
    Allowance, VerifierCertificate, VerifierEntry, VerifierIdentity, VerifierKey,
};
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::document::ResidentId;
use tacit_credential::eddsa::SecretKey;
use tacit_credential::holder::HolderKey;
use tacit_credential::issuer_record::IssuerRecord;
use tacit_credential::policy::Policy;
use tacit_credential::possession;
use tacit_credential::region::Jurisdiction;
use tacit_credential::request::{CircuitDigest, RequestParameters, SignedRequest};
use tacit_credential::status::{
    LogHead, SignedManifest, StatusManifest, StatusRoot, StatusTree, chunk_path, manifest_path,
    publication_dir, top_path,
};
use tacit_credential::trust_list::{Epoch, ListedKey, OperatorKey, TrustListId, possession_context};
use tacit_trust::{TrustOperator, Validity};

use crate::{Passphrase, PresentOptions, Wallet, WorkFactor};

const DAY: u64 = 86_400;
const PASSPHRASE: &str = "correct horse battery staple";

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

fn wallet(dir: &Path, seed: u64) -> Wallet {
    Wallet::create_with(dir, &passphrase(PASSPHRASE), WorkFactor::NONE, &mut rng(seed)).unwrap().0
}

/// A document of a person, whose number has the right check character.
struct Person {
    name: &'static str,
    birth: &'static str,
    region: &'static str,
    expires: &'static str,
}

/// 25 years old at the tests' time, in Guangzhou.
const LIN: Person = Person { name: "林晓", birth: "2001-05-20", region: "440106", expires: "2036-03-01" };

impl Person {
    fn number(&self) -> String {
        let mut digits = format!("440106{}001", self.birth.replace('-', ""));
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 =
            digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        digits.push(char::from(b"10X98765432"[(sum % 11) as usize]));
        digits
    }

    fn document(&self) -> ResidentId {
        let Self { name, birth, region, expires } = self;
        let number = self.number();
        let json = format!(
            r#"{{"number":"{number}","name":"{name}","birth":"{birth}","sex":"male","region":"{region}",
                "issued":"2016-03-01","expires":"{expires}",
                "extras":[{{"label":"address","value":"18 Pearl Road"}},{{"label":"portrait","value_hex":"ff00ff"}}]}}"#
        );
        ResidentId::from_json(&json).unwrap()
    }
}

/// Trust operator and one issuing bureau, with their directories.
struct Ministry {
    dir: tempfile::TempDir,
    operator: TrustOperator,
    issuer: IssuerId,
    publishing: SigningKey,
    key: SecretKey,
    tree: StatusTree,
    sequence: u64,
    last_status: Option<(IssuerId, StatusRoot)>,
    now: UnixTime,
}

impl Ministry {
    /// Nothing published yet.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let operator = TrustOperator::init(&dir.path().join("operator"), &mut rng(1)).unwrap();
        let mut ministry = Self {
            dir,
            operator,
            issuer: IssuerId::new("guangzhou").unwrap(),
            publishing: SigningKey::from_bytes(&[2; 32]),
            key: SecretKey::from_seed(&[3; 32]),
            tree: StatusTree::new(),
            sequence: 0,
            last_status: None,
            // 2026-07-01, noon in China.
            now: UnixTime(1_782_878_400),
        };
        assert_eq!(ministry.now.date_utc8(), Date::from_ymd(2026, 7, 1).unwrap());
        ministry.list_issuer();
        ministry
    }

    /// With a first epoch.
    fn published() -> Self {
        let mut ministry = Self::new();
        ministry.publish();
        ministry
    }

    fn list_issuer(&mut self) {
        let operator = self.operator.key();
        let jurisdiction = Jurisdiction::parse(["440100-440199"]).unwrap();
        let context = possession_context(&operator, &self.issuer, &jurisdiction);
        let possession = possession::prove(&self.key, &context, &mut rng(4));
        let keys = vec![ListedKey { key: self.key.public_key(), possession }];
        let (id, name) = (self.issuer.clone(), "Guangzhou Bureau".to_owned());
        let record =
            IssuerRecord::sign(id, name, jurisdiction, operator, self.now, keys, &self.publishing).unwrap();
        self.operator.add_issuer(&record, self.now).unwrap();
    }

    fn key(&self) -> OperatorKey {
        self.operator.key()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn out(&self) -> PathBuf {
        self.path("published")
    }

    fn issue(&self, person: &Person, holder: HolderKey, index: u32) -> Credential {
        let index = RevocationIndex::new(index).unwrap();
        let attributes =
            Attributes::from_document(&person.document(), holder, index, &mut rng(index.get().into()));
        Credential::issue(attributes, self.issuer.clone(), &self.key)
    }

    fn revoke(&mut self, index: u32) {
        assert!(self.tree.revoke(RevocationIndex::new(index).unwrap()));
    }

    /// Publishes a list, an hour after the last, and a status if it changed.
    fn publish(&mut self) -> Epoch {
        self.now = UnixTime(self.now.0 + 3600);
        let state = (self.issuer.clone(), self.tree.root());
        if self.last_status.as_ref() != Some(&state) {
            self.publish_status();
            self.last_status = Some(state);
        }
        let (status, out, lifetime) = (self.path("status"), self.out(), Duration::from_secs(30 * DAY));
        self.operator.publish(&status, &out, self.now, lifetime).unwrap().list.epoch
    }

    fn publish_status(&mut self) {
        self.sequence += 1;
        let (status, id, sequence) = (self.path("status"), &self.issuer, self.sequence);
        fs::create_dir_all(publication_dir(&status, id, sequence)).unwrap();
        let (issuer, root) = (id.clone(), self.tree.root());
        let manifest = StatusManifest { issuer, sequence, root, created: self.now, log: LogHead::EMPTY };
        let json = serde_json::to_vec(&SignedManifest::sign(manifest, &self.publishing)).unwrap();
        fs::write(manifest_path(&status, id, sequence), json).unwrap();
        fs::write(top_path(&status, id, sequence), self.tree.top().to_bytes()).unwrap();
        for chunk in 0..512 {
            let bytes = self.tree.chunk(chunk).to_bytes();
            fs::write(chunk_path(&status, id, sequence, chunk), bytes).unwrap();
        }
    }

    fn certify(&mut self, identity: &str, verifier: &SigningKey) -> VerifierCertificate {
        let entry = VerifierEntry::new(VerifierIdentity::new(identity).unwrap(), "Lotus Hotel");
        self.certify_entry(entry.allowing(Allowance::everything()), verifier)
    }

    fn certify_entry(&mut self, entry: VerifierEntry, verifier: &SigningKey) -> VerifierCertificate {
        let validity = Validity { from: UnixTime(self.now.0 - DAY), until: UnixTime(self.now.0 + 300 * DAY) };
        self.operator.certify(entry, VerifierKey::from(verifier), validity).unwrap()
    }

    /// What a request of now contains by default.
    fn parameters(&self, policy: &str, certificate: Option<VerifierCertificate>) -> RequestParameters {
        RequestParameters {
            circuit: CIRCUIT,
            certificate,
            endpoint: "https://lotus-hotel.example/check-in".to_owned(),
            trust_list: TrustListId::of(&self.key()),
            epoch: self.operator.latest().unwrap().list.epoch,
            policy: Policy::from_json(policy).unwrap(),
            date: self.now.date_utc8(),
            expires_at: UnixTime(self.now.0 + 600),
        }
    }
}

/// Stands for the circuit where nothing is proved.
const CIRCUIT: CircuitDigest = CircuitDigest([7; 32]);

fn options() -> PresentOptions {
    PresentOptions::new(CIRCUIT)
}

fn sign(parameters: RequestParameters, verifier: &SigningKey, seed: u64) -> SignedRequest {
    SignedRequest::sign(parameters, verifier, &mut rng(seed))
}
