//! A small world for tests and benches: an operator, two issuers, one holder, one verifier, all valid.
//!
//! Everything is derived from one seed, so that a failing test can be run again. [`World::statement`] and
//! [`World::witness`] give a valid pair; tests mutate one field of it rather than building their own.

use crate::attributes::{Attributes, RevocationIndex};
use crate::certificate::{Allowance, VerifierCertificate, VerifierEntry, VerifierIdentity, VerifierKey};
use crate::credential::{Credential, IssuerId};
use crate::date::{Date, UnixTime};
use crate::document::{RawDocument, ResidentId};
use crate::eddsa::SecretKey;
use crate::holder::{HolderSecret, Scope};
use crate::number::DocumentNumber;
use crate::policy::Policy;
use crate::possession;
use crate::presentation::Disclosed;
use crate::public_values::PublicValues;
use crate::region::{Jurisdiction, RegionCode};
use crate::request::{CircuitDigest, RequestParameters, SignedRequest};
use crate::statement::{Statement, Witness};
use crate::status::StatusTree;
use crate::trust_list::{
    Epoch, ListedIssuer, ListedKey, ListedStatus, OperatorKey, PublishingKey, SignedTrustList, TrustListId,
    TrustListParameters, VerifiedTrustList, possession_context,
};
use ed25519_dalek::SigningKey;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// 2026-11-25 12:00 in UTC+8.
pub const NOW: UnixTime = UnixTime(1_795_579_200);

/// The world. Every part is public, so that a test can replace it.
pub struct World {
    /// Randomness for whatever a test still needs.
    pub rng: ChaCha20Rng,
    /// The trust operator's key.
    pub operator: SigningKey,
    /// The issuer of the holder's credential.
    pub issuer: IssuerId,
    /// Its credential key.
    pub issuer_key: SecretKey,
    /// Its status tree; some credentials are revoked, the holder's is not.
    pub status: StatusTree,
    /// The trust list of epoch 7: another issuer and the holder's.
    pub list: VerifiedTrustList,
    /// The holder's secret.
    pub secret: HolderSecret,
    /// The holder's document: born 1990-06-15 in Changsha (number of 430102), resident of Shenzhen (440305).
    pub document: ResidentId,
    /// The holder's credential.
    pub credential: Credential,
    /// The verifier's key.
    pub verifier: SigningKey,
    /// The verifier's certificate: it may ask for everything, and share the scopes of `lotus-group.example`.
    pub certificate: VerifierCertificate,
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let operator = SigningKey::from_bytes(&[11; 32]);
        let issuer = IssuerId::new("hn-changsha").expect("a valid id");
        let issuer_key = SecretKey::generate(&mut rng);
        let secret = HolderSecret::generate(&mut rng);
        let document = document();
        let index = RevocationIndex::random(&mut rng);
        let attributes = Attributes::from_document(&document, secret.key(), index, &mut rng);
        let credential = Credential::issue(attributes, issuer.clone(), &issuer_key);
        let revoked = (0..40).map(|_| RevocationIndex::random(&mut rng)).filter(|i| *i != index);
        let neighbours = [index.get() ^ 1, index.get() ^ 2].map(|i| RevocationIndex::new(i).unwrap_or(index));
        let status = StatusTree::from_revoked(revoked.chain(neighbours.into_iter().filter(|i| *i != index)));
        let other = SecretKey::generate(&mut rng);
        let issuers = vec![
            listed("gd-shenzhen", "440300-440399", &other, &StatusTree::new(), &operator, 21, &mut rng),
            listed(issuer.as_str(), "430100-430199", &issuer_key, &status, &operator, 22, &mut rng),
        ];
        let parameters = TrustListParameters {
            epoch: Epoch(7),
            predecessor: None,
            issued_at: UnixTime(NOW.0 - 3_600),
            expires_at: UnixTime(NOW.0 + 14 * 86_400),
            issuers,
        };
        let list = SignedTrustList::sign(parameters, &operator)
            .and_then(|signed| signed.verify(&OperatorKey::from(&operator)))
            .expect("a valid list");
        let verifier = SigningKey::from_bytes(&[33; 32]);
        let identity = |text| VerifierIdentity::new(text).expect("a domain");
        let mut entry = VerifierEntry::new(identity("lotus-hotel.example"), "Lotus Hotel");
        entry.shared_scopes.push(identity("lotus-group.example"));
        let certificate = VerifierCertificate::sign(
            entry.allowing(Allowance::everything()),
            VerifierKey::from(&verifier),
            UnixTime(NOW.0 - 86_400),
            UnixTime(NOW.0 + 86_400),
            &operator,
        )
        .expect("a valid certificate");
        Self {
            rng,
            operator,
            issuer,
            issuer_key,
            status,
            list,
            secret,
            document,
            credential,
            verifier,
            certificate,
        }
    }

    /// The operator's public key.
    pub fn operator_key(&self) -> OperatorKey {
        OperatorKey::from(&self.operator)
    }

    /// A request of the world's verifier.
    pub fn request(&mut self, circuit: CircuitDigest, policy: Policy) -> SignedRequest {
        let parameters = RequestParameters {
            circuit,
            certificate: Some(self.certificate.clone()),
            endpoint: "https://lotus-hotel.example/present".into(),
            trust_list: TrustListId::of(&self.operator_key()),
            epoch: self.list.epoch(),
            policy,
            date: NOW.date_utc8(),
            expires_at: UnixTime(NOW.0 + 600),
        };
        SignedRequest::sign(parameters, &self.verifier, &mut self.rng)
    }

    /// The values that a policy discloses.
    pub fn disclosed(&self, policy: &Policy) -> Disclosed {
        let asked = policy.bounds(NOW.date_utc8()).expect("a valid policy").disclose;
        Disclosed::from_attributes(&self.credential.attributes, asked)
    }

    /// The public values of the holder's honest answer to a request.
    pub fn statement(&mut self, request: &SignedRequest) -> Statement {
        let request = &request.request;
        let scope =
            request.scope().expect("a certified scope").unwrap_or_else(|| Scope::random(&mut self.rng));
        let public = PublicValues::new(
            self.list.root(),
            &request.policy.bounds(request.date).expect("a valid policy"),
            &scope,
            &self.secret.pseudonym(&scope),
            &self.disclosed(&request.policy),
            &request.challenge(),
        )
        .expect("values in their ranges");
        Statement { public }
    }

    /// The holder's honest witness.
    pub fn witness(&self) -> Witness {
        let path = self.list.path(&self.credential.issuer_key).expect("the issuer is listed");
        let status = self.status.witness(self.credential.attributes.index);
        Witness::new(&self.credential, &self.secret, &path, &status)
    }
}

/// "18 or older, resident of Guangdong or Hunan, valid", everything disclosed, a pseudonym asked.
pub fn wide_policy() -> Policy {
    Policy::from_json(
        r#"{"minimum_age":18,"maximum_age":120,"provinces":["Guangdong","Hunan"],
            "region":{"from":440000,"to":440399},
            "disclose":["number","name","birth","sex","region","expiry","extras"],"pseudonym":"guests"}"#,
    )
    .expect("a valid policy")
}

/// "18 or older, resident of Guangdong or Hunan, valid", nothing disclosed, no pseudonym.
pub fn narrow_policy() -> Policy {
    Policy::from_json(r#"{"minimum_age":18,"provinces":["Guangdong","Hunan"]}"#).expect("a valid policy")
}

/// A valid document number for a region, birth date and sequence (odd: male).
pub fn number(region: u32, birth: &str, sequence: u16) -> DocumentNumber {
    let region = RegionCode::new(region).expect("a region");
    DocumentNumber::compose(region, date(birth), sequence).expect("a valid number")
}

fn document() -> ResidentId {
    let raw = serde_json::json!({
        "number": number(430_102, "1990-06-15", 18).as_str(),
        "name": "李小龙",
        "birth": "1990-06-15",
        "sex": "female",
        "region": "440305",
        "issued": "2020-01-01",
        "expires": "2040-01-01",
        "extras": [{ "label": "portrait", "value_hex": "ffd8ffe0" }, { "label": "address", "value": "福田区" }],
    });
    let raw: RawDocument = serde_json::from_value(raw).expect("the document's shape");
    ResidentId::new(raw).expect("a valid document")
}

fn listed(
    id: &str,
    area: &str,
    key: &SecretKey,
    status: &StatusTree,
    operator: &SigningKey,
    publishing: u8,
    rng: &mut ChaCha20Rng,
) -> ListedIssuer {
    let id = IssuerId::new(id).expect("a valid id");
    let jurisdiction = jurisdiction(area);
    let context = possession_context(&OperatorKey::from(operator), &id, &jurisdiction);
    ListedIssuer {
        name: id.as_str().into(),
        publishing_key: PublishingKey::from(&SigningKey::from_bytes(&[publishing; 32])),
        keys: vec![ListedKey { key: key.public_key(), possession: possession::prove(key, &context, rng) }],
        status: ListedStatus { sequence: 1, root: status.root() },
        jurisdiction,
        id,
    }
}

/// The jurisdiction of one area; panics on nonsense.
pub fn jurisdiction(area: &str) -> Jurisdiction {
    Jurisdiction::parse([area]).expect("an area")
}

/// A date from text; panics on nonsense.
pub fn date(text: &str) -> Date {
    text.parse().expect("a date")
}
