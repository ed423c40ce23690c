//! From request to presentation: what the holder sees, what is refused, what is proved.
use std::sync::OnceLock;

use tacit_circuits::resident_id;
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::name::Name;
use tacit_credential::presentation::Presentation;
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::RequestError;
use tacit_credential::trust_list::SignedTrustList;
use tacit_prover::{Prover, setup_development};
use tacit_verifier::{KeyPoints, Provenance, VerifyingKey};

use super::*;
use crate::{
    Approved, Consent, CredentialId, OpenExtras, PresentError, PseudonymSummary, UncertifiedVerifiers,
    VerifierSummary, Warning,
};

pub(super) const CHECK_IN: &str =
    r#"{"title":"Check-in","minimum_age":18,"provinces":["Guangdong","Hunan"]}"#;

/// A ministry, a certified hotel and a holder whose wallet is up to date.
pub(super) struct Scene {
    pub(super) ministry: Ministry,
    pub(super) hotel: SigningKey,
    pub(super) certificate: VerifierCertificate,
    pub(super) wallet: Wallet,
}

impl Scene {
    pub(super) fn new() -> Self {
        Self::of(&LIN)
    }

    fn of(person: &Person) -> Self {
        let mut ministry = Ministry::published();
        let hotel = SigningKey::from_bytes(&[40; 32]);
        let certificate = ministry.certify("lotus-hotel.example", &hotel);
        let mut wallet = wallet(&ministry.path("wallet"), 10);
        wallet.add(ministry.issue(person, wallet.holder_key(), 5)).unwrap();
        wallet.update(&ministry.out(), &ministry.key()).unwrap();
        Self { ministry, hotel, certificate, wallet }
    }

    pub(super) fn now(&self) -> UnixTime {
        self.ministry.now
    }

    pub(super) fn parameters(&self, policy: &str) -> RequestParameters {
        self.ministry.parameters(policy, Some(self.certificate.clone()))
    }

    pub(super) fn request(&self, policy: &str) -> SignedRequest {
        sign(self.parameters(policy), &self.hotel, 1)
    }

    pub(super) fn prepare(&self, request: &SignedRequest) -> Result<Consent<'_>, PresentError> {
        self.wallet.prepare(request, self.now(), &options(), &mut rng(2))
    }

    pub(super) fn refusal(&self, request: &SignedRequest) -> PresentError {
        self.refusal_at(request, self.now())
    }

    fn refusal_at(&self, request: &SignedRequest, now: UnixTime) -> PresentError {
        refused(self.wallet.prepare(request, now, &options(), &mut rng(2)))
    }

    pub(super) fn update(&mut self) {
        self.wallet.update(&self.ministry.out(), &self.ministry.key()).unwrap();
    }
}

pub(super) fn refused<T>(result: Result<T, PresentError>) -> PresentError {
    match result {
        Ok(_) => panic!("the request was answered"),
        Err(error) => error,
    }
}

#[test]
fn the_consent_says_what_is_proved_and_disclosed() {
    let scene = Scene::new();
    let policy =
        r#"{"title":"Boarding","minimum_age":18,"disclose":["name","extras"],"pseudonym":"traveller"}"#;
    let consent = scene.prepare(&scene.request(policy)).ok().unwrap();
    let summary = consent.summary();
    assert_eq!(
        summary.verifier,
        VerifierSummary::Yes {
            name: "Lotus Hotel".to_owned(),
            identity: "lotus-hotel.example".to_owned(),
            until: scene.certificate.not_after,
        }
    );
    assert_eq!(summary.title, "Boarding");
    assert_eq!(summary.endpoint, "https://lotus-hotel.example/check-in");
    assert!(summary.clauses.iter().any(|line| line.contains("born on or before 2008-07-01")));
    let disclosed: Vec<_> =
        summary.disclosed.iter().map(|item| (item.attribute.as_str(), item.value.as_str())).collect();
    assert_eq!(
        disclosed,
        [
            ("name", "林晓"),
            ("address", "18 Pearl Road"),
            ("portrait", "3 bytes"),
            ("digests of further attributes", "2 (0 stay closed)"),
        ]
    );
    let scope = Scope::derive("lotus-hotel.example", "traveller").unwrap();
    assert_eq!(
        summary.pseudonym,
        Some(PseudonymSummary {
            identity: "lotus-hotel.example".to_owned(),
            label: "traveller".to_owned(),
            shared: false,
            pseudonym: scene.wallet.secret().pseudonym(&scope).to_string(),
        })
    );
    assert_eq!((summary.epoch, summary.credential.id), (Epoch(1), CredentialId(1)));
    let codes: Vec<_> = summary.warnings.iter().map(Warning::code).collect();
    assert_eq!(codes, ["identifies", "identifies", "recognised", "same-digests"]);

    // Nothing asked, nothing disclosed, no pseudonym.
    let consent = scene.prepare(&scene.request(CHECK_IN)).ok().unwrap();
    let summary = consent.summary();
    assert!(summary.disclosed.is_empty() && summary.pseudonym.is_none() && summary.warnings.is_empty());
}

#[test]
fn the_holder_chooses_which_further_attributes_open() {
    let scene = Scene::new();
    let request = scene.request(r#"{"disclose":["extras"]}"#);
    let only = |labels: &[&str]| {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        let options = PresentOptions { extras: OpenExtras::Only(labels), ..options() };
        scene.wallet.prepare(&request, scene.now(), &options, &mut rng(2))
    };
    let consent = only(&["portrait"]).ok().unwrap();
    let shown: Vec<_> = consent.summary().disclosed.iter().map(|item| item.attribute.as_str()).collect();
    assert_eq!(shown, ["portrait", "digests of further attributes"]);
    assert!(matches!(refused(only(&["shoe size"])), PresentError::Extras(_)));
}

/// Each clause that does not hold, in words of its own.
#[test]
fn what_does_not_hold_is_refused_by_name() {
    let scene = Scene::new();
    let refusal = |policy: &str| scene.refusal(&scene.request(policy));
    let day = |y, m, d| Date::from_ymd(y, m, d).unwrap();
    assert!(matches!(
        refusal(r#"{"minimum_age":60}"#),
        PresentError::TooYoung { born_to } if born_to == day(1966, 7, 1)
    ));
    assert!(matches!(
        refusal(r#"{"maximum_age":12}"#),
        PresentError::TooOld { born_from } if born_from == day(2013, 7, 2)
    ));
    assert!(matches!(refusal(r#"{"provinces":["Hunan"]}"#), PresentError::Province));
    let region = r#"{"region":{"from":"440300","to":"440399"}}"#;
    assert!(matches!(refusal(region), PresentError::Region));
    let expired = Scene::of(&Person { expires: "2026-06-30", ..LIN });
    let request = expired.request(CHECK_IN);
    assert!(matches!(
        expired.refusal(&request),
        PresentError::Expired { on } if on == day(2026, 7, 1)
    ));
    // No refusal tells an attribute.
    for error in [refusal(r#"{"minimum_age":60}"#), refusal(region), expired.refusal(&request)] {
        let text = format!("{error} {error:?}");
        for value in [LIN.birth, LIN.region, LIN.name, "2026-06-30", &LIN.number()] {
            assert!(!text.contains(value), "{text}");
        }
    }
}

/// The birthday counts, and the last day of validity.
#[test]
fn the_day_itself_counts() {
    for (birth, answered) in [("2008-07-01", true), ("2008-07-02", false)] {
        let scene = Scene::of(&Person { birth, ..LIN });
        assert_eq!(scene.prepare(&scene.request(CHECK_IN)).is_ok(), answered, "born {birth}");
    }
    let scene = Scene::of(&Person { expires: "2026-07-01", ..LIN });
    assert!(scene.prepare(&scene.request(CHECK_IN)).is_ok());
}

#[test]
fn uncertified_verifiers_are_refused_unless_allowed() {
    let scene = Scene::new();
    let request = sign(scene.ministry.parameters(CHECK_IN, None), &scene.hotel, 1);
    let key = VerifierKey::from(&scene.hotel);
    assert!(matches!(scene.refusal(&request), PresentError::Uncertified { key: found } if *found == key));
    let allowed = PresentOptions { uncertified: UncertifiedVerifiers::Allow, ..options() };
    let consent = scene.wallet.prepare(&request, scene.now(), &allowed, &mut rng(2)).ok().unwrap();
    assert_eq!(consent.summary().verifier, VerifierSummary::No { key: key.to_string() });
    assert_eq!(consent.summary().warnings, [Warning::Uncertified]);
    // Its scope is its key's, not that of an identity it would like to have.
    let request = sign(scene.ministry.parameters(r#"{"pseudonym":"guest"}"#, None), &scene.hotel, 1);
    let consent = scene.wallet.prepare(&request, scene.now(), &allowed, &mut rng(2)).ok().unwrap();
    assert_eq!(consent.summary().pseudonym.as_ref().unwrap().identity, format!("key:{key}"));
}

#[test]
fn requests_that_do_not_hold_are_refused() {
    let scene = Scene::new();
    let with = |change: &dyn Fn(&mut RequestParameters)| {
        let mut parameters = scene.parameters(CHECK_IN);
        change(&mut parameters);
        scene.refusal(&sign(parameters, &scene.hotel, 1))
    };
    assert!(matches!(with(&|p| p.expires_at = scene.now()), PresentError::Request(RequestError::Expired)));
    assert!(matches!(
        with(&|p| p.date = p.date.plus_days(2).unwrap()),
        PresentError::Request(RequestError::Date { .. })
    ));
    assert!(matches!(
        with(&|p| p.circuit = CircuitDigest([8; 32])),
        PresentError::OtherCircuit { ours: CIRCUIT, .. }
    ));
    assert!(matches!(
        with(&|p| p.trust_list = TrustListId([0; 32])),
        PresentError::Request(RequestError::OtherTrustList)
    ));
    // Another's certificate, and one that nobody signed.
    let thief = SigningKey::from_bytes(&[41; 32]);
    assert!(matches!(
        scene.refusal(&sign(scene.parameters(CHECK_IN), &thief, 1)),
        PresentError::Request(RequestError::OtherKey)
    ));
    assert!(matches!(
        with(&|p| p.certificate.as_mut().unwrap().name = "Grand Hotel".to_owned()),
        PresentError::Request(RequestError::Certificate(_))
    ));
    // A certificate that was made to allow more than the operator signed.
    let forgeries: [fn(&mut VerifierCertificate); 3] = [
        |c| c.allowance.narrowest_age_days = None,
        |c| c.answers_to = tacit_credential::certificate::Destinations::Desk,
        |c| c.shared_scopes.push(VerifierIdentity::new("bank.example").unwrap()),
    ];
    for forge in forgeries {
        assert!(matches!(
            with(&|p| forge(p.certificate.as_mut().unwrap())),
            PresentError::Request(RequestError::Certificate(_))
        ));
    }
    // Changed on the way.
    let mut request = scene.request(CHECK_IN);
    request.request.policy = Policy::from_json(r#"{"disclose":["number"]}"#).unwrap();
    assert!(matches!(scene.refusal(&request), PresentError::Request(RequestError::Signature)));
}

#[test]
fn epochs_must_be_known_and_fresh() {
    let mut scene = Scene::new();
    let mut parameters = scene.parameters(CHECK_IN);
    parameters.epoch = Epoch(2);
    let newer = sign(parameters, &scene.hotel, 1);
    assert!(matches!(scene.refusal(&newer), PresentError::NewEpoch { asked: Epoch(2), newest: Epoch(1) }));
    let first = scene.request(CHECK_IN);
    for _ in 0..crate::KEPT_EPOCHS {
        scene.ministry.publish();
    }
    scene.update();
    let long_ago = scene.refusal(&sign(
        RequestParameters { epoch: first.request.epoch, ..scene.parameters(CHECK_IN) },
        &scene.hotel,
        1,
    ));
    assert!(matches!(long_ago, PresentError::OldEpoch { asked: Epoch(1), newest: Epoch(9) }));

    let at = |days: u64, policy: &str| {
        let now = UnixTime(scene.now().0 + days * DAY);
        let mut parameters = scene.parameters(policy);
        parameters.date = now.date_utc8();
        parameters.expires_at = UnixTime(now.0 + 60);
        scene.refusal_at(&sign(parameters, &scene.hotel, 1), now)
    };
    assert!(matches!(at(8, CHECK_IN), PresentError::StaleEpoch { hours: 168, .. }));
    assert!(matches!(at(31, r#"{"max_status_age_hours":8000}"#), PresentError::LapsedEpoch { .. }));

    let mut empty = wallet(&scene.ministry.path("empty"), 20);
    let request = scene.request(CHECK_IN);
    let prepare =
        |wallet: &Wallet| refused(wallet.prepare(&request, scene.now(), &options(), &mut rng(2)).map(drop));
    assert!(matches!(prepare(&empty), PresentError::NoLists));
    empty.update(&scene.ministry.out(), &scene.ministry.key()).unwrap();
    assert!(matches!(prepare(&empty), PresentError::NoCredential));
    empty.add(scene.ministry.issue(&LIN, empty.holder_key(), 6)).unwrap();
    assert!(matches!(prepare(&empty), PresentError::NotUpdated));
}

/// Attack 2: what was prepared counts for the epoch and the credential that it was prepared with, and no longer.
#[test]
fn revocation_expiry_and_delay_end_what_was_prepared() {
    let mut scene = Scene::new();
    let old = scene.request(CHECK_IN);
    assert!(scene.prepare(&old).is_ok());
    scene.ministry.revoke(5);
    scene.ministry.publish();
    scene.update();
    let request = scene.request(CHECK_IN);
    assert!(matches!(scene.refusal(&request), PresentError::Revoked { epoch: Epoch(2) }));

    // A re-issue answers again; the old witness is gone with the old credential.
    let reissued = scene.ministry.issue(&LIN, scene.wallet.holder_key(), 6);
    scene.wallet.add(reissued).unwrap();
    assert!(matches!(scene.refusal(&request), PresentError::NotUpdated));
    scene.update();
    assert!(scene.prepare(&request).is_ok());

    // Agreed too late: no proof is made, whatever the key.
    let consent = scene.prepare(&request).ok().unwrap();
    let late = request.request.expires_at;
    assert!(matches!(
        refused(consent.approve(&proving().0, late, &mut rng(3))),
        PresentError::Request(RequestError::Expired)
    ));
}

/// Attack 15: padding issuers are nobody. A key that is not listed has no path, wherever the padding is.
#[test]
fn an_unlisted_key_is_no_member() {
    let mut scene = Scene::new();
    let listed = std::mem::replace(&mut scene.ministry.key, SecretKey::from_seed(&[99; 32]));
    let forged = scene.ministry.issue(&LIN, scene.wallet.holder_key(), 7);
    scene.ministry.key = listed;
    scene.wallet.replace(forged).unwrap();
    scene.update();
    assert!(matches!(
        scene.refusal(&scene.request(CHECK_IN)),
        PresentError::IssuerNotListed { epoch: Epoch(1) }
    ));
}

#[test]
fn the_credential_that_fits_is_taken() {
    let mut scene = Scene::new();
    let child = Person { birth: "2015-01-01", ..LIN };
    let added = scene.ministry.issue(&child, scene.wallet.holder_key(), 6);
    scene.wallet.add(added).unwrap();
    scene.update();
    let (one, two) = (CredentialId(1), CredentialId(2));
    let chosen =
        |policy: &str| scene.prepare(&scene.request(policy)).map(|consent| consent.summary().credential.id);
    assert_eq!(chosen(CHECK_IN).ok(), Some(one));
    assert_eq!(chosen(r#"{"maximum_age":13}"#).ok(), Some(two));
    let Err(PresentError::NoneFits { reasons }) = chosen(r#"{"minimum_age":60}"#) else {
        panic!("somebody is 60")
    };
    assert_eq!(reasons.iter().map(|unsuitable| unsuitable.id).collect::<Vec<_>>(), [one, two]);
    assert!(reasons.iter().all(|u| matches!(u.reason, PresentError::TooYoung { .. })));

    let ask = |id| {
        let options = PresentOptions { credential: Some(id), ..options() };
        let request = scene.request(CHECK_IN);
        refused(scene.wallet.prepare(&request, scene.now(), &options, &mut rng(2)))
    };
    assert!(matches!(ask(two), PresentError::TooYoung { .. }));
    assert!(matches!(ask(CredentialId(3)), PresentError::NoSuchCredential { .. }));
}

/// Made once for all tests that prove.
pub(super) fn proving() -> &'static (Prover, VerifyingKey) {
    static PROVING: OnceLock<(Prover, VerifyingKey)> = OnceLock::new();
    PROVING.get_or_init(|| {
        let r1cs = resident_id::compile();
        let circuit = resident_id::circuit_digest(&r1cs);
        let (key, verifying) = setup_development(r1cs, &mut rng(50)).unwrap();
        let ic = &verifying.gamma_abc_g1;
        let points =
            KeyPoints::new(verifying.alpha_g1, verifying.beta_g2, verifying.gamma_g2, verifying.delta_g2, ic)
                .unwrap();
        (Prover::new(key), VerifyingKey::from_points(circuit, Provenance::Development, points).unwrap())
    })
}

/// The public values as a verifier computes them, from its own request and list.
fn public(scene: &Scene, request: &SignedRequest, presentation: &Presentation) -> PublicValues {
    let list: SignedTrustList = scene.ministry.operator.latest().unwrap().clone();
    let list = list.verify(&scene.ministry.key()).unwrap();
    let request = &request.request;
    let bounds = request.policy.bounds(request.date).unwrap();
    let scope = request.scope().unwrap().or(presentation.scope).unwrap();
    PublicValues::new(
        list.root(),
        &bounds,
        &scope,
        &presentation.pseudonym,
        &presentation.disclosed,
        &request.challenge(),
    )
    .unwrap()
}

pub(super) fn holds(scene: &Scene, request: &SignedRequest, presentation: &Presentation) -> bool {
    let proof = tacit_verifier::groth16::Proof::from_bytes(&presentation.proof.0).unwrap();
    proving().1.check_proof(&proof, &public(scene, request, presentation).digest()).is_ok()
}

/// A request for the real circuit, and the approved answer to it.
pub(super) fn answer(scene: &Scene, wallet: &Wallet, policy: &str, seed: u64) -> (SignedRequest, Approved) {
    let (prover, _) = proving();
    let mut parameters = scene.parameters(policy);
    parameters.circuit = CircuitDigest(prover.circuit_digest());
    let options = PresentOptions::new(parameters.circuit);
    let request = sign(parameters, &scene.hotel, seed);
    let consent = wallet.prepare(&request, scene.now(), &options, &mut rng(seed + 100)).ok().unwrap();
    let approved = consent.approve(prover, scene.now(), &mut rng(seed + 200)).ok().unwrap();
    (request, approved)
}

fn present(scene: &Scene, wallet: &Wallet, policy: &str, seed: u64) -> (SignedRequest, Presentation) {
    let (request, approved) = answer(scene, wallet, policy, seed);
    (request, approved.presentation)
}

#[test]
fn an_approved_consent_proves_exactly_what_was_asked() {
    let scene = Scene::new();
    let policy = r#"{"minimum_age":18,"provinces":["Guangdong"],"disclose":["name"]}"#;
    let (request, presentation) = present(&scene, &scene.wallet, policy, 1);
    assert_eq!(presentation.challenge, request.request.challenge());
    assert_eq!(presentation.disclosed.name.as_ref().map(Name::as_str), Some(LIN.name));
    assert_eq!(presentation.disclosed.mask(), request.request.policy.disclose.iter().copied().collect());
    assert!(holds(&scene, &request, &presentation));
    // For this request and no other, though it asks the same.
    let (other, _) = present(&scene, &scene.wallet, policy, 2);
    assert!(!holds(&scene, &other, &presentation));

    // A proving key of another circuit is refused when the request is not for it.
    let consent = scene.prepare(&scene.request(CHECK_IN)).ok().unwrap();
    assert!(matches!(
        refused(consent.approve(&proving().0, scene.now(), &mut rng(3))),
        PresentError::OtherCircuit { asked: CIRCUIT, .. }
    ));
}

/// Attack 12: one holder and one scope give one pseudonym, whatever credential, re-issue, wallet or randomness.
#[test]
fn one_scope_has_one_pseudonym() {
    let mut scene = Scene::new();
    let policy = r#"{"pseudonym":"guest"}"#;
    let pseudonym = |scene: &Scene, wallet: &Wallet, seed: u64| -> Pseudonym {
        let (request, presentation) = present(scene, wallet, policy, seed);
        assert!(holds(scene, &request, &presentation));
        assert_eq!(presentation.scope, None, "the verifier derives the scope itself");
        // No other pseudonym goes with this proof.
        let mut other = presentation.clone();
        other.pseudonym =
            Pseudonym::from_field(other.pseudonym.as_field() + tacit_credential::Fr::from(1u64));
        assert!(!holds(scene, &request, &other));
        presentation.pseudonym
    };
    let first = pseudonym(&scene, &scene.wallet, 1);
    assert_eq!(pseudonym(&scene, &scene.wallet, 2), first);

    let holder = scene.wallet.holder_key();
    let reissued = scene.ministry.issue(&Person { region: "430102", ..LIN }, holder, 6);
    scene.wallet.replace(reissued).unwrap();
    scene.update();
    assert_eq!(pseudonym(&scene, &scene.wallet, 3), first);

    let phrase = crate::RecoveryPhrase::generate(&mut rng(10));
    let dir = scene.ministry.path("restored");
    let mut restored = Wallet::restore_with(&dir, &phrase, &passphrase("new"), WorkFactor::NONE).unwrap();
    assert_eq!(restored.holder_key(), holder, "the fixture's phrase");
    restored.add(scene.ministry.issue(&LIN, holder, 7)).unwrap();
    restored.update(&scene.ministry.out(), &scene.ministry.key()).unwrap();
    assert_eq!(pseudonym(&scene, &restored, 4), first);

    // Another scope, another pseudonym.
    let (_, elsewhere) = present(&scene, &scene.wallet, r#"{"pseudonym":"loyalty"}"#, 5);
    assert_ne!(elsewhere.pseudonym, first);
}

/// With no scope asked there is nothing to recognise anybody by: scope, pseudonym and proof are new every time.
#[test]
fn without_a_scope_nothing_repeats() {
    let scene = Scene::new();
    let (first_request, first) = present(&scene, &scene.wallet, CHECK_IN, 1);
    let (second_request, second) = present(&scene, &scene.wallet, CHECK_IN, 2);
    assert!(holds(&scene, &first_request, &first) && holds(&scene, &second_request, &second));
    assert!(first.scope.is_some() && second.scope.is_some());
    assert_ne!(first.scope, second.scope);
    assert_ne!(first.pseudonym, second.pseudonym);
    assert_ne!(first.proof, second.proof);
    assert!(first.to_bytes().len() <= 400, "fits a QR code: {} bytes", first.to_bytes().len());
}
