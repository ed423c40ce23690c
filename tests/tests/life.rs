//! One credential from enrolment to re-issue, through every role, with real proofs.

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::path::Path;
use std::time::Duration;
use tacit_circuits::clauses::not_revoked;
use tacit_credential::certificate::{Allowance, VerifierEntry, VerifierIdentity, VerifierKey};
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::document::ResidentId;
use tacit_credential::fixtures::{NOW, World, jurisdiction};
use tacit_credential::policy::Policy;
use tacit_credential::statement::Violation;
use tacit_credential::trust_list::{Epoch, TrustListError};
use tacit_issuer::{Actor, EnrolError, Issuer, Reason, ReportLossError};
use tacit_prover::ProveError;
use tacit_tests::keys;
use tacit_trust::{TrustOperator, Validity, VerifyDirectoryError, verify_directory};
use tacit_verifier::{Ask, FixedClock, OperatorKey, SigningKey, VerifiedPresentation, Verifier};
use tacit_wallet::{Passphrase, PresentError, PresentOptions, RecoveryPhrase, Wallet, WorkFactor};

const DAY: u64 = 86_400;

/// All roles in one folder.
struct Country {
    folder: tempfile::TempDir,
    rng: ChaCha20Rng,
    officer: Actor,
    issuer: Issuer,
    operator: TrustOperator,
    now: UnixTime,
}

impl Country {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rng = ChaCha20Rng::seed_from_u64(77);
        let officer = Actor::new("officer 7").expect("a name");
        let id = IssuerId::new("hn-changsha").expect("an id");
        let (home, area) = (folder.path().join("issuer"), jurisdiction("430100-430199"));
        let issuer = Issuer::init(&home, id, "Changsha bureau", area, &officer, NOW, &mut rng)
            .expect("an empty folder");
        let operator =
            TrustOperator::init(&folder.path().join("operator"), &mut rng).expect("an empty folder");
        let mut country = Self { folder, rng, officer, issuer, operator, now: NOW };
        country.list_issuer();
        country
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn published(&self) -> std::path::PathBuf {
        self.path("published")
    }

    /// The operator takes the issuer's present record.
    fn list_issuer(&mut self) {
        let record = self.issuer.record(&self.operator.key(), self.now, &mut self.rng).expect("a record");
        self.operator.add_issuer(&record, self.now).expect("a good record");
    }

    /// Issuer and operator publish a new epoch.
    fn publish(&mut self) {
        let status = self.published().join("status");
        self.issuer.publish(&status, &self.officer, self.now).expect("published");
        let lifetime = Duration::from_secs(14 * DAY);
        self.operator.publish(&status, &self.published(), self.now, lifetime).expect("published");
    }

    fn update(&self, wallet: &mut Wallet) {
        wallet.update(&self.published(), &self.operator.key()).expect("a good directory");
    }

    fn verifier(&mut self, identity: &str, key: &SigningKey) -> Verifier {
        let validity = Validity { from: UnixTime(self.now.0 - DAY), until: UnixTime(self.now.0 + DAY) };
        let identity = VerifierIdentity::new(identity).expect("a domain");
        let entry = VerifierEntry::new(identity, "A business").allowing(Allowance::everything());
        let certificate =
            self.operator.certify(entry, VerifierKey::from(key), validity).expect("a free identity");
        let verifier = Verifier::builder(VerifierKey::from(key), self.operator.key())
            .key(keys().1.clone())
            .accept_development_keys()
            .certificate(certificate)
            .clock(FixedClock(self.now))
            .build()
            .expect("complete");
        let latest = self.operator.latest().expect("published").clone();
        verifier.add_trust_list(latest).expect("a good list");
        verifier
    }

    fn present(
        &mut self,
        wallet: &Wallet,
        identity: &str,
        key: u8,
        policy: &str,
    ) -> Result<VerifiedPresentation, PresentError> {
        let key = SigningKey::from_bytes(&[key; 32]);
        let verifier = self.verifier(identity, &key);
        let policy = Policy::from_json(policy).expect("a valid policy");
        let endpoint = format!("https://{identity}/answers");
        let ask = Ask { policy, endpoint, lifetime: Duration::from_secs(300) };
        let request = verifier.request(ask, &key, &mut self.rng).expect("a valid ask");
        let options = PresentOptions::new(request.request.circuit);
        let consent = wallet.prepare(&request, self.now, &options, &mut self.rng)?;
        let presentation = consent.approve(&keys().0, self.now, &mut self.rng)?.presentation;
        Ok(verifier.verify(&request, &presentation).expect("what the wallet proves, the verifier accepts"))
    }
}

fn document() -> ResidentId {
    World::new(1).document
}

fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery staple").expect("long enough")
}

fn wallet(dir: &Path, rng: &mut ChaCha20Rng) -> (Wallet, RecoveryPhrase) {
    Wallet::create_with(dir, &passphrase(), WorkFactor::new(4).expect("for tests"), rng).expect("created")
}

const GUEST: &str = r#"{"minimum_age":18,"provinces":["Guangdong","Hunan"]}"#;
const MEMBER: &str = r#"{"pseudonym":"account"}"#;

#[test]
fn from_enrolment_to_reissue() {
    let mut country = Country::new();
    let (mut alice, phrase) = wallet(&country.path("alice"), &mut country.rng.clone());
    let request = alice.enrol_request("when the phone is gone", &mut country.rng).expect("long enough");
    let officer = country.officer.clone();
    let credential = country
        .issuer
        .enrol(&document(), &request, &officer, NOW, &mut country.rng)
        .expect("a person not enrolled yet");
    assert!(matches!(
        country.issuer.enrol(&document(), &request, &officer, NOW, &mut country.rng),
        Err(EnrolError::AlreadyEnrolled)
    ));
    alice.add(credential).expect("its own credential");
    country.publish();
    country.update(&mut alice);

    // Two visits to one hotel without a pseudonym; a shop that knows its members; another shop.
    let first = country.present(&alice, "hotel.example", 1, GUEST).expect("accepted");
    assert_eq!(first.pseudonym(), None);
    let shop =
        *country.present(&alice, "shop.example", 2, MEMBER).expect("accepted").pseudonym().expect("asked");
    let again =
        *country.present(&alice, "shop.example", 2, MEMBER).expect("accepted").pseudonym().expect("asked");
    let other =
        *country.present(&alice, "other.example", 3, MEMBER).expect("accepted").pseudonym().expect("asked");
    assert_eq!(shop, again);
    assert_ne!(shop, other);

    // The phone is lost. A wrong code does nothing; the right one takes effect with the next epoch.
    assert!(matches!(
        country.issuer.report_loss(request_number(), "not the code at all", &officer, country.now),
        Err(ReportLossError::WrongCode { .. })
    ));
    country
        .issuer
        .report_loss(request_number(), "when the phone is gone", &officer, country.now)
        .expect("the right code");
    assert!(country.present(&alice, "hotel.example", 1, GUEST).is_ok(), "until the next epoch");
    country.now = UnixTime(country.now.0 + DAY / 2);
    country.publish();
    country.update(&mut alice);
    assert!(matches!(country.present(&alice, "hotel.example", 1, GUEST), Err(PresentError::Revoked { .. })));

    // Restored from the phrase and re-issued: the same pseudonym at the shop, under the issuer's new key.
    let dir = country.path("alice-again");
    let mut alice =
        Wallet::restore_with(&dir, &phrase, &passphrase(), WorkFactor::new(4).expect("for tests"))
            .expect("restored");
    country.issuer.rotate(&officer, country.now, &mut country.rng).expect("a new key");
    country.list_issuer();
    let reissued = country
        .issuer
        .reissue(&document(), &officer, country.now, &mut country.rng)
        .expect("an enrolled person");
    alice.add(reissued).expect("its own credential");
    country.publish();
    country.update(&mut alice);
    let member =
        *country.present(&alice, "shop.example", 2, MEMBER).expect("accepted").pseudonym().expect("asked");
    assert_eq!(member, shop);

    // Moved away.
    country
        .issuer
        .revoke(request_number(), Reason::MovedAway, &officer, country.now)
        .expect("not revoked yet");
    country.publish();
    country.update(&mut alice);
    assert!(matches!(country.present(&alice, "shop.example", 2, MEMBER), Err(PresentError::Revoked { .. })));

    // Anybody can check all of it.
    let report = verify_directory(&country.published(), &country.operator.key()).expect("a good directory");
    assert_eq!(report.epochs.len(), 4);
    let foreign = OperatorKey::from(&SigningKey::from_bytes(&[99; 32]));
    assert!(matches!(
        verify_directory(&country.published(), &foreign),
        Err(VerifyDirectoryError::List { epoch: Epoch(1), source: TrustListError::OtherOperator })
    ));
    country.issuer.verify_log(None).expect("nothing was changed");
}

fn request_number() -> &'static tacit_credential::number::DocumentNumber {
    static NUMBER: std::sync::OnceLock<tacit_credential::number::DocumentNumber> = std::sync::OnceLock::new();
    NUMBER.get_or_init(|| document().number().clone())
}

/// A revoked holder who ignores the wallet's refusal gets no proof either.
#[test]
fn a_revoked_holder_cannot_prove() {
    let mut site = tacit_tests::Site::new(9);
    let request = site.ask(Policy::from_json(GUEST).expect("valid"));
    let mut attempt = site.attempt(&request);
    let bit = attempt.witness.attributes.fields.index % 252;
    attempt.witness.status_word[bit as usize / 64] |= 1 << (bit % 64);
    let statement = tacit_credential::statement::Statement { public: attempt.public(&site.world, &request) };
    assert_eq!(statement.check(&attempt.witness), Err(Violation::Revoked));
    match attempt.prove(&site.world, &request) {
        Err(ProveError::Unsatisfied { clause, .. }) => assert_eq!(clause, not_revoked::WORD),
        other => panic!("expected a refusal, got {:?}", other.map(|_| ())),
    }
}
