//! The demonstration's stage set: bureaus, ministry, businesses, wallets, all as the files that the other commands use.
//!
//! ```text
//! DIR/keys/resident-id.{pk,vk}      development keys
//! DIR/ministry/, DIR/operator.pub   the trust operator, and the key that everybody pins
//! DIR/bureaus/<id>/                 issuers
//! DIR/enrolled/<id>.jsonl           whom each enrolled, as `tacit issuer enrol --batch` takes it; only if it is to be kept
//! DIR/published/{trust,status}/     what everybody may read
//! DIR/people/<who>/                 document, enrolment request, credential, wallet, and the secrets that only a demonstration writes down
//! DIR/businesses/<who>/             verifier's state, certificate and policy
//! DIR/answers/                      requests and presentations of the scenes
//! ```

use core::ops::ControlFlow;
use std::collections::HashMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::rngs::{OsRng, StdRng};
use rand::{CryptoRng, Rng, RngCore, SeedableRng};
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::date::UnixTime;
use tacit_credential::document::{RawDocument, ResidentId};
use tacit_credential::enrolment::{EnrolRequest, LossCode, LossCodeDigest};
use tacit_credential::holder::HolderSecret;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::Jurisdiction;
use tacit_credential::status::{StatusChunk, StatusTop, StatusWitness, chunk_path, top_path};
use tacit_credential::trust_list::{IssuerPath, OperatorKey, VerifiedTrustList};
use tacit_issuer::{Actor, Enrolment, EnrolmentLine, Issuer, Reason};
use tacit_prover::Prover;
use tacit_trust::{TrustOperator, paths};
use tacit_wallet::{Passphrase, RecoveryPhrase, Wallet};

use super::cast::{BUREAUS, Bureau, Population, ROLES, Role};
use super::report::Stage;
use crate::commands::{now, setup};
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{grouped, milliseconds};
use crate::progress;

/// Passphrase of every wallet of the demonstration.
pub(crate) const PASSPHRASE: &str = "only for the demonstration";
/// Loss code of everybody in the demonstration.
pub(crate) const LOSS_CODE: &str = "lost in the demonstration";
/// How long the demonstration's lists and certificates count.
pub(crate) const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// How long ago the bureaus opened: whoever has expired since was enrolled then.
const OPENED: u64 = 60 * 86_400;

/// Everybody and everything.
pub(crate) struct World {
    /// Root of all files.
    pub(crate) dir: PathBuf,
    /// Wallets' prover.
    pub(crate) prover: Prover,
    /// The trust operator.
    pub(crate) operator: TrustOperator,
    /// Issuers, in the order of [`BUREAUS`].
    pub(crate) bureaus: Vec<Issuer>,
    /// The people of the scenes.
    pub(crate) people: HashMap<&'static str, Person>,
    /// Trust lists by epoch, from 1.
    pub(crate) lists: Vec<VerifiedTrustList>,
    /// How many residents are enrolled.
    pub(crate) enrolled: usize,
    /// How many were revoked before the first list.
    pub(crate) revoked: usize,
    /// Document numbers of people that a bureau may revoke.
    numbers: Vec<Vec<DocumentNumber>>,
    /// Wallets of people who are not enrolled yet.
    waiting: HashMap<&'static str, NewWallet>,
    /// Randomness for invented people; secrets come from the operating system.
    pub(crate) rng: StdRng,
    /// Whether the files stay.
    keep: bool,
}

/// Whom a bureau enrols, one line each.
type Batch = BufWriter<fs::File>;

/// A wallet, its words, and the holder secret behind them.
pub(crate) type NewWallet = (Wallet, RecoveryPhrase, HolderSecret);

/// One of the people of the scenes.
pub(crate) struct Person {
    /// Who.
    pub(crate) role: &'static Role,
    /// The document.
    pub(crate) document: RawDocument,
    /// The honest wallet.
    pub(crate) wallet: Wallet,
    /// The words that restore it.
    pub(crate) phrase: RecoveryPhrase,
    /// The holder secret, which everybody knows of oneself: liars need it for their lies.
    pub(crate) secret: HolderSecret,
    /// What the bureau signed.
    pub(crate) credential: Credential,
}

impl World {
    /// Compiles the circuit and makes development keys.
    ///
    /// With `keep`, files are written too that nobody reads during the demonstration.
    pub(crate) fn new(dir: &Path, keep: bool, stage: &mut Stage) -> Result<Self, CliError> {
        stage.act(
            "Keys",
            "The statement is one arithmetic circuit, the same for every request. Its proving keys come from a setup; here one \
             machine makes DEVELOPMENT keys on the spot, and whoever runs it could forge proofs with what it throws away.",
        )?;
        let compiling = Instant::now();
        let r1cs = tacit_circuits::resident_id::compile();
        let compiled = compiling.elapsed();
        let (constraints, instance) = (r1cs.num_constraints(), r1cs.num_instance());
        stage.done(
            &format!(
                "circuit compiled: {} constraints, {instance} instance variables",
                grouped(constraints as u64)
            ),
            &milliseconds(compiled),
        )?;
        let spinner = progress::spinner(stage.output(), "making development keys");
        let making = Instant::now();
        let (proving, verifying) = setup::development_keys()?;
        spinner.finish_and_clear();
        let made = making.elapsed();
        let (proving_path, verifying_path) = setup::save(&dir.join("keys"), &proving, &verifying)?;
        let size = |path: &Path| fs::metadata(path).map(|m| m.len()).map_err(CliError::read(path));
        stage.done(
            &format!(
                "DEVELOPMENT keys: proving key {} kB, verifying key {} bytes",
                grouped(size(&proving_path)? / 1000),
                size(&verifying_path)?
            ),
            &milliseconds(made),
        )?;
        let operator = TrustOperator::init(&dir.join("ministry"), &mut OsRng).map_err(refused)?;
        files::write(&dir.join("operator.pub"), format!("{}\n", operator.key()).as_bytes())?;
        Ok(Self {
            dir: dir.to_owned(),
            prover: Prover::new(proving),
            operator,
            bureaus: Vec::new(),
            people: HashMap::new(),
            lists: Vec::new(),
            enrolled: 0,
            revoked: 0,
            numbers: Vec::new(),
            waiting: HashMap::new(),
            rng: StdRng::from_entropy(),
            keep,
        })
    }

    /// Opens every bureau and enrols `people` residents, the people of the scenes among them.
    pub(crate) fn enrol(&mut self, people: usize, stage: &mut Stage) -> Result<(), CliError> {
        stage.act(
            "Five bureaus enrol residents",
            "A wallet makes its holder secret and shows the bureau only a hash of it. The bureau checks the document, signs the \
             attributes once, and gives every ID a random place in its status list.",
        )?;
        let today = now().date_utc8();
        let opened = UnixTime(now().0.saturating_sub(OPENED));
        let mut population = Population::new(today);
        let insiders = || ROLES.iter().filter(|role| !role.outsider);
        let started = Instant::now();
        for role in insiders() {
            stage.go_on()?;
            let wallet = self.wallet(role.key)?;
            self.waiting.insert(role.key, wallet);
        }
        stage.done(
            &format!("{} people make wallets: 24 words, a passphrase slow to guess", self.waiting.len()),
            &milliseconds(started.elapsed()),
        )?;
        for (i, bureau) in BUREAUS.iter().enumerate() {
            let share = people / BUREAUS.len() + usize::from(i < people % BUREAUS.len());
            let id = IssuerId::new(bureau.id).map_err(refused)?;
            let path = self.dir.join("bureaus").join(bureau.id);
            fs::create_dir_all(self.dir.join("bureaus")).map_err(CliError::write(&path))?;
            let jurisdiction = Jurisdiction::parse([bureau.jurisdiction]).map_err(refused)?;
            let mut issuer =
                Issuer::init(&path, id, bureau.name, jurisdiction, &officer()?, opened, &mut OsRng)
                    .map_err(refused)?;
            let started = Instant::now();
            let mut batch = self.batch(bureau)?;
            let roles: Vec<&'static Role> = insiders().filter(|role| role.bureau == i).collect();
            // Whoever has expired today was enrolled while the document was still good; the log wants time in order.
            for role in roles.iter().filter(|role| role.expired) {
                self.enrol_role(role, &mut issuer, &mut population, &mut None, opened)?;
            }
            for role in roles.iter().filter(|role| !role.expired) {
                self.enrol_role(role, &mut issuer, &mut population, &mut batch, now())?;
            }
            let numbers = self.enrol_crowd(
                share - roles.len(),
                &mut issuer,
                bureau,
                &mut population,
                &mut batch,
                stage,
            )?;
            if let Some(mut batch) = batch {
                batch.flush().map_err(CliError::write(&self.dir))?;
            }
            let elapsed = started.elapsed();
            let per_second = share as f64 / elapsed.as_secs_f64();
            self.enrolled += share;
            self.numbers.push(numbers);
            self.bureaus.push(issuer);
            stage.done(
                &format!("{:32} {:9} {:>7} people", bureau.name, bureau.province, grouped(share as u64)),
                &format!("{}/s · {}", grouped(per_second as u64), milliseconds(elapsed)),
            )?;
        }
        Ok(())
    }

    fn enrol_role(
        &mut self,
        role: &'static Role,
        issuer: &mut Issuer,
        population: &mut Population,
        batch: &mut Option<Batch>,
        at: UnixTime,
    ) -> Result<(), CliError> {
        let document = population.role(role, &mut self.rng).map_err(refused)?;
        let (wallet, phrase, secret) =
            self.waiting.remove(role.key).ok_or_else(|| refused(super::DemoError::NoPerson(role.key)))?;
        let request = wallet.enrol_request(LOSS_CODE, &mut OsRng).map_err(refused)?;
        let checked = ResidentId::new(document.clone()).map_err(refused)?;
        let credential = issuer.enrol(&checked, &request, &officer()?, at, &mut OsRng).map_err(refused)?;
        let mut person = Person { role, document, wallet, phrase, secret, credential };
        person.wallet.add(person.credential.clone()).map_err(refused)?;
        self.keep_person(&person, &request)?;
        self.write_line(batch, &EnrolmentLine { document: person.document.clone(), request })?;
        self.people.insert(role.key, person);
        Ok(())
    }

    /// A new wallet in a person's directory, with its words and the holder secret behind them.
    pub(crate) fn wallet(&self, key: &str) -> Result<NewWallet, CliError> {
        let passphrase = Passphrase::new(PASSPHRASE).map_err(refused)?;
        let folder = self.person_dir(key);
        fs::create_dir_all(&folder).map_err(CliError::write(&folder))?;
        files::write_secret(&folder.join("passphrase.txt"), format!("{PASSPHRASE}\n").as_bytes())?;
        // The wallet keeps its secret to itself. These people know their own, since they chose its entropy.
        let mut entropy = KnownEntropy::default();
        let (wallet, phrase) =
            Wallet::create(&folder.join("wallet"), &passphrase, &mut entropy).map_err(refused)?;
        let words: Vec<&str> = phrase.words().collect();
        files::write_secret(
            &folder.join("recovery-phrase.txt"),
            format!("{}\n", words.join(" ")).as_bytes(),
        )?;
        let secret = HolderSecret::from_entropy(&entropy.last);
        if secret.key() != wallet.holder_key() {
            return Err(refused(super::DemoError::Entropy));
        }
        Ok((wallet, phrase, secret))
    }

    fn keep_person(&self, person: &Person, request: &EnrolRequest) -> Result<(), CliError> {
        let dir = self.person_dir(person.role.key);
        files::write_json(&dir.join("document.json"), &person.document)?;
        files::write(&dir.join("enrol.json"), request.to_json().as_bytes())?;
        files::write_secret(&dir.join("credential.json"), person.credential.to_json().as_bytes())?;
        files::write_secret(&dir.join("loss-code.txt"), format!("{LOSS_CODE}\n").as_bytes())
    }

    fn enrol_crowd(
        &mut self,
        count: usize,
        issuer: &mut Issuer,
        bureau: &Bureau,
        population: &mut Population,
        batch: &mut Option<Batch>,
        stage: &Stage,
    ) -> Result<Vec<DocumentNumber>, CliError> {
        let bar = progress::bar(stage.output(), count as u64, bureau.name);
        let code = LossCode::new(LOSS_CODE).map_err(refused)?;
        let mut crowd = Vec::with_capacity(count);
        for _ in 0..count {
            stage.go_on()?;
            let raw = population.anybody(bureau, &mut self.rng).map_err(refused)?;
            let loss_code = LossCodeDigest::new(&code, &mut OsRng);
            let request = EnrolRequest { holder_key: HolderSecret::generate(&mut OsRng).key(), loss_code };
            if batch.is_some() {
                self.write_line(batch, &EnrolmentLine { document: raw.clone(), request: request.clone() })?;
            }
            crowd.push(Enrolment { document: ResidentId::new(raw).map_err(refused)?, request });
        }
        let numbers: Vec<_> = crowd.iter().map(|person| person.document.number().clone()).collect();
        let mut failure = None;
        let summary = issuer.enrol_many(crowd, &officer()?, now(), &mut OsRng, |_, outcome| {
            bar.inc(1);
            if let Err(error) = outcome {
                failure.get_or_insert(error);
            }
            if stage.go_on().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        bar.finish_and_clear();
        stage.go_on()?;
        summary.map_err(refused)?;
        match failure {
            Some(error) => Err(refused(error)),
            None => Ok(numbers),
        }
    }

    /// Every bureau revokes one in a hundred, for the reasons that there are.
    pub(crate) fn revoke_some(&mut self, stage: &mut Stage) -> Result<(), CliError> {
        let started = Instant::now();
        let mut by_reason: HashMap<&'static str, usize> = HashMap::new();
        for (issuer, numbers) in self.bureaus.iter_mut().zip(&self.numbers) {
            for number in numbers.iter().step_by(100) {
                let reason = Reason::ALL[self.rng.gen_range(0..Reason::ALL.len())];
                issuer.revoke(number, reason, &officer()?, now()).map_err(refused)?;
                *by_reason.entry(reason.as_str()).or_default() += 1;
                self.revoked += 1;
            }
        }
        let reasons: Vec<String> = Reason::ALL
            .iter()
            .map(|reason| format!("{} {reason}", by_reason.get(reason.as_str()).unwrap_or(&0)))
            .collect();
        stage.done(
            &format!("{} revoked: {}", grouped(self.revoked as u64), reasons.join(", ")),
            &milliseconds(started.elapsed()),
        )?;
        Ok(())
    }

    /// Every bureau publishes its status, the ministry the list of the next epoch; every wallet updates.
    pub(crate) fn publish(&mut self, stage: &mut Stage) -> Result<(), CliError> {
        let published = self.published();
        let status = paths::status(&published);
        fs::create_dir_all(&status).map_err(CliError::write(&status))?;
        let started = Instant::now();
        for issuer in &mut self.bureaus {
            issuer.publish(&status, &officer()?, now()).map_err(refused)?;
            let record = issuer.record(&self.operator.key(), now(), &mut OsRng).map_err(refused)?;
            self.operator.add_issuer(&record, now()).map_err(refused)?;
        }
        stage
            .done("five status lists published: top and 512 chunks each", &milliseconds(started.elapsed()))?;
        let started = Instant::now();
        let signed = self.operator.publish(&status, &published, now(), WEEK).map_err(refused)?;
        let list = signed.verify(&self.operator.key()).map_err(refused)?;
        stage.done(
            &format!(
                "trust list of epoch {} signed: {} issuers, every root recomputed",
                list.epoch(),
                list.list().issuers.len()
            ),
            &milliseconds(started.elapsed()),
        )?;
        self.lists.push(list);
        let started = Instant::now();
        let key = self.operator.key();
        for person in self.people.values_mut() {
            person.wallet.update(&published, &key).map_err(refused)?;
        }
        let each = started.elapsed() / u32::try_from(self.people.len()).unwrap_or(1).max(1);
        stage.done(
            &format!("{} wallets update by whole chunks, showing nobody whose ID it is", self.people.len()),
            &format!("{} each", milliseconds(each)),
        )?;
        Ok(())
    }

    /// The newest trust list.
    pub(crate) fn list(&self) -> Result<&VerifiedTrustList, CliError> {
        self.lists.last().ok_or_else(|| refused(super::DemoError::NoList))
    }

    /// What an epoch's published files say about a credential: where its issuer stands, and where its status word.
    pub(crate) fn paths_in(
        &self,
        list: &VerifiedTrustList,
        credential: &Credential,
    ) -> Result<(IssuerPath, StatusWitness), CliError> {
        let missing = || refused(super::DemoError::NoList);
        let key = &credential.issuer_key;
        let issuer = list.issuer_of(key).ok_or_else(missing)?;
        let path = list.path(key).ok_or_else(missing)?;
        let status = paths::status(&self.published());
        let index = credential.attributes.index;
        let top = top_path(&status, &issuer.id, issuer.status.sequence);
        let top = StatusTop::from_bytes(&files::read(&top)?).map_err(refused)?;
        let chunk = chunk_path(&status, &issuer.id, issuer.status.sequence, index.chunk());
        let chunk = StatusChunk::from_bytes(&files::read(&chunk)?).map_err(refused)?;
        Ok((path, StatusWitness::from_files(&top, &chunk, index).map_err(refused)?))
    }

    /// One of the people.
    pub(crate) fn person(&self, key: &'static str) -> Result<&Person, CliError> {
        self.people.get(key).ok_or_else(|| refused(super::DemoError::NoPerson(key)))
    }

    /// The directory of published files.
    pub(crate) fn published(&self) -> PathBuf {
        self.dir.join("published")
    }

    /// A person's directory.
    pub(crate) fn person_dir(&self, key: &str) -> PathBuf {
        self.dir.join("people").join(key)
    }

    /// The pinned key.
    pub(crate) fn operator_key(&self) -> OperatorKey {
        self.operator.key()
    }

    /// The file of everybody whom a bureau enrols, if it is to be kept.
    fn batch(&self, bureau: &Bureau) -> Result<Option<Batch>, CliError> {
        if !self.keep {
            return Ok(None);
        }
        let folder = self.dir.join("enrolled");
        fs::create_dir_all(&folder).map_err(CliError::write(&folder))?;
        let path = folder.join(format!("{}.jsonl", bureau.id));
        files::create_secret(&path).map(|file| Some(BufWriter::new(file)))
    }

    fn write_line(&self, batch: &mut Option<Batch>, line: &EnrolmentLine) -> Result<(), CliError> {
        let Some(batch) = batch else { return Ok(()) };
        let line = serde_json::to_string(line).map_err(refused)?;
        writeln!(batch, "{line}").map_err(CliError::write(&self.dir))
    }
}

impl Person {
    /// "Lin Xiaoyu 林晓雨, 27, Guangdong".
    pub(crate) fn introduction(&self) -> String {
        let role = self.role;
        format!("{} {}, {}, {}", role.name, role.document_name, role.age, BUREAUS[role.bureau].province)
    }
}

/// Who acts at the bureaus.
pub(crate) fn officer() -> Result<Actor, CliError> {
    Actor::new("demonstration").map_err(refused)
}

/// The operating system's randomness, the last 32 bytes of it remembered.
#[derive(Default)]
struct KnownEntropy {
    last: [u8; 32],
}

impl RngCore for KnownEntropy {
    fn next_u32(&mut self) -> u32 {
        OsRng.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        OsRng.next_u64()
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        OsRng.fill_bytes(out);
        if let Ok(bytes) = out[..].try_into() {
            self.last = bytes;
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for KnownEntropy {}
