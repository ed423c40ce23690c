//! Issuers made up for the tests: they publish real files and can be told to lie.
mod conditions;
mod directory;
mod jurisdictions;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::eddsa::SecretKey;
use tacit_credential::issuer_record::IssuerRecord;
use tacit_credential::possession;
use tacit_credential::region::Jurisdiction;
use tacit_credential::status::{
    LogHash, LogHead, SignedManifest, StatusManifest, StatusTree, chunk_path, manifest_path, publication_dir,
    top_path,
};
use tacit_credential::trust_list::{ListedKey, OperatorKey, SignedTrustList, possession_context};

use crate::{PublishError, TrustOperator};

const DAY: u64 = 86_400;

struct Bureau {
    id: IssuerId,
    jurisdiction: Jurisdiction,
    publishing: SigningKey,
    keys: Vec<SecretKey>,
    sequence: u64,
    tree: StatusTree,
}

impl Bureau {
    /// With a jurisdiction by its name: a city of Guangdong.
    fn new(id: &str, seed: u8) -> Self {
        let area = match id {
            "guangzhou" => "440100-440199",
            "shenzhen" => "440300-440399",
            "zhuhai" => "440400-440499",
            _ => panic!("no city {id} in the tests"),
        };
        Self {
            id: IssuerId::new(id).unwrap(),
            jurisdiction: Jurisdiction::parse([area]).unwrap(),
            publishing: SigningKey::from_bytes(&[seed; 32]),
            keys: vec![SecretKey::from_seed(&[seed; 32])],
            sequence: 0,
            tree: StatusTree::new(),
        }
    }

    fn listed_keys(&self, operator: &OperatorKey) -> Vec<ListedKey> {
        let context = possession_context(operator, &self.id, &self.jurisdiction);
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        self.keys
            .iter()
            .map(|secret| ListedKey {
                key: secret.public_key(),
                possession: possession::prove(secret, &context, &mut rng),
            })
            .collect()
    }

    fn record(&self, operator: &OperatorKey, at: u64) -> IssuerRecord {
        let keys = self.listed_keys(operator);
        let (id, name) = (self.id.clone(), format!("Bureau of {}", self.id));
        let jurisdiction = self.jurisdiction.clone();
        IssuerRecord::sign(id, name, jurisdiction, *operator, UnixTime(at), keys, &self.publishing).unwrap()
    }

    fn revoke(&mut self, index: u32) {
        assert!(self.tree.revoke(RevocationIndex::new(index).unwrap()));
    }

    /// Publishes the tree under the next number.
    fn publish(&mut self, status_dir: &Path) {
        self.sequence += 1;
        self.publish_as(status_dir, self.sequence);
    }

    fn publish_as(&self, status_dir: &Path, sequence: u64) {
        fs::create_dir_all(publication_dir(status_dir, &self.id, sequence)).unwrap();
        let manifest = StatusManifest {
            issuer: self.id.clone(),
            sequence,
            root: self.tree.root(),
            created: UnixTime(START + sequence),
            log: LogHead { sequence, hash: LogHash([7; 32]) },
        };
        let signed = SignedManifest::sign(manifest, &self.publishing);
        let json = serde_json::to_vec(&signed).unwrap();
        fs::write(manifest_path(status_dir, &self.id, sequence), json).unwrap();
        fs::write(top_path(status_dir, &self.id, sequence), self.tree.top().to_bytes()).unwrap();
        for chunk in 0..512 {
            fs::write(chunk_path(status_dir, &self.id, sequence, chunk), self.tree.chunk(chunk).to_bytes())
                .unwrap();
        }
    }
}

/// When the world begins.
const START: u64 = 1_800_000_000;

struct World {
    dir: tempfile::TempDir,
    operator: TrustOperator,
    now: UnixTime,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let operator = TrustOperator::init(&dir.path().join("operator"), &mut rng).unwrap();
        Self { dir, operator, now: UnixTime(START) }
    }

    /// With one issuer that has revoked somebody, and one published epoch.
    fn published() -> (Self, Bureau) {
        let mut world = Self::new();
        let mut bureau = Bureau::new("guangzhou", 11);
        bureau.revoke(1000);
        bureau.publish(&world.status());
        world.add(&bureau);
        world.publish().unwrap();
        (world, bureau)
    }

    fn status(&self) -> PathBuf {
        self.dir.path().join("issuers")
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("published")
    }

    fn add(&mut self, bureau: &Bureau) {
        let record = bureau.record(&self.operator.key(), self.now.0);
        self.operator.add_issuer(&record, self.now).unwrap();
    }

    fn publish(&mut self) -> Result<SignedTrustList, PublishError> {
        self.now = UnixTime(self.now.0 + DAY);
        let (status, out) = (self.status(), self.out());
        self.operator.publish(&status, &out, self.now, Duration::from_secs(7 * DAY))
    }
}
