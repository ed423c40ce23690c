//! An issuer in a temporary directory, and as many people as a test wants.
use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rusqlite::Connection;
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::document::{RawDocument, ResidentId};
use tacit_credential::enrolment::{EnrolRequest, LossCode, LossCodeDigest};
use tacit_credential::holder::HolderSecret;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::{Jurisdiction, RegionCode};
use tacit_credential::signing::OperatorKey;
use tacit_issuer::{Actor, Issuer};
use tempfile::TempDir;

/// 2026-11-25 12:00 in UTC+8.
pub(crate) const NOW: UnixTime = UnixTime(1_795_579_200);
pub(crate) const DAY: u64 = 24 * 60 * 60;
pub(crate) const CODE: &str = "blue heron 7";

pub(crate) struct Bureau {
    pub(crate) issuer: Issuer,
    pub(crate) officer: Actor,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) directory: TempDir,
}

impl Bureau {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let officer = Actor::new("officer 4711").unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let id = IssuerId::new("gd-shenzhen").unwrap();
        let home = directory.path().join("bureau");
        let issuer =
            Issuer::init(&home, id, "Shenzhen Bureau", jurisdiction(), &officer, NOW, &mut rng).unwrap();
        Self { issuer, officer, rng, directory }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.directory.path().join("bureau")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.directory.path().join("status")
    }

    /// The registry as somebody with the file sees it.
    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.home().join("registry.sqlite")).unwrap()
    }

    pub(crate) fn request(&mut self) -> EnrolRequest {
        EnrolRequest {
            holder_key: HolderSecret::generate(&mut self.rng).key(),
            loss_code: LossCodeDigest::new(&LossCode::new(CODE).unwrap(), &mut self.rng),
        }
    }

    /// Enrols person number `n`.
    pub(crate) fn enrol(&mut self, n: u16) -> Credential {
        let request = self.request();
        self.issuer.enrol(&document(n), &request, &self.officer, NOW, &mut self.rng).unwrap()
    }

    pub(crate) fn operator() -> OperatorKey {
        OperatorKey::from(&SigningKey::from_bytes(&[11; 32]))
    }
}

/// The bureau's: Shenzhen.
pub(crate) fn jurisdiction() -> Jurisdiction {
    Jurisdiction::parse(["440300-440399"]).unwrap()
}

/// The number of person `n` (< 1000).
pub(crate) fn number(n: u16) -> DocumentNumber {
    let birth = Date::parse("1990-06-15").unwrap();
    DocumentNumber::compose(RegionCode::parse("440305").unwrap(), birth, n).unwrap()
}

/// The document of person `n`, who has moved to Changsha.
pub(crate) fn raw_document(n: u16) -> RawDocument {
    RawDocument {
        number: number(n).to_string(),
        name: format!("Person {n}"),
        birth: "1990-06-15".into(),
        sex: number(n).sex().to_string(),
        region: "430102".into(),
        issued: "2020-01-01".into(),
        expires: "2040-01-01".into(),
        extras: Vec::new(),
    }
}

pub(crate) fn document(n: u16) -> ResidentId {
    ResidentId::new(raw_document(n)).unwrap()
}
