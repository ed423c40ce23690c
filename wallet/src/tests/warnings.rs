//! What a certificate does not allow, and what an answer gives away: one thing at a time.
use tacit_credential::certificate::{
    Destinations, EndpointFault, ExtrasAllowance, Recognition, ResidenceAllowance,
};
use tacit_credential::policy::{Beyond, DisclosedAttribute, Narrow};
use tacit_credential::request::RequestError;

use super::present::{CHECK_IN, Scene, refused};
use super::*;
use crate::{BeyondCertificate, OpenExtras, PresentError, Warning};

fn identity(text: &str) -> VerifierIdentity {
    VerifierIdentity::new(text).unwrap()
}

/// A scene whose hotel may ask for everything, but for one change.
fn limited(change: impl FnOnce(&mut VerifierEntry)) -> Scene {
    let mut scene = Scene::new();
    let mut entry = VerifierEntry::new(identity("lotus-hotel.example"), "Lotus Hotel");
    entry.allowance = Allowance::everything();
    change(&mut entry);
    scene.certificate = scene.ministry.certify_entry(entry, &scene.hotel.clone());
    scene
}

fn warn() -> PresentOptions {
    PresentOptions { beyond: BeyondCertificate::Warn, ..options() }
}

fn warnings_with(scene: &Scene, request: &SignedRequest, options: &PresentOptions) -> Vec<Warning> {
    let consent = scene.wallet.prepare(request, scene.now(), options, &mut rng(2)).ok().unwrap();
    consent.summary().warnings.clone()
}

/// Refused unless the holder says otherwise, then warned of: exactly this.
fn beyond(scene: &Scene, policy: &str, expected: &Beyond) {
    let request = scene.request(policy);
    let refusal = scene.refusal(&request);
    let PresentError::BeyondCertificate(found) = &refusal else { panic!("{refusal}") };
    assert_eq!(found, std::slice::from_ref(expected));
    assert!(refusal.to_string().contains(&expected.to_string()));
    let warnings = warnings_with(scene, &request, &warn());
    let only: Vec<_> = warnings.into_iter().filter(|w| matches!(w, Warning::Beyond(_))).collect();
    assert_eq!(only, [Warning::Beyond(expected.clone())]);
}

#[test]
fn each_limit_of_a_certificate_is_kept() {
    let of_document = || {
        DisclosedAttribute::ALL.into_iter().filter(|a| *a != DisclosedAttribute::Extras).collect::<Vec<_>>()
    };
    for attribute in of_document() {
        let others: Vec<_> = of_document().into_iter().filter(|other| *other != attribute).collect();
        let scene = limited(|entry| {
            entry.allowance =
                Allowance::everything().with_disclosures(&others, ExtrasAllowance::All).unwrap();
        });
        beyond(&scene, &format!(r#"{{"disclose":["{attribute}"]}}"#), &Beyond::Disclosure(attribute));
    }
    let scene = limited(|entry| {
        entry.allowance =
            Allowance::everything().with_disclosures(&of_document(), ExtrasAllowance::Nothing).unwrap();
    });
    beyond(&scene, r#"{"disclose":["extras"]}"#, &Beyond::Disclosure(DisclosedAttribute::Extras));
    let scene = limited(|entry| entry.allowance.narrowest_age_days = None);
    beyond(&scene, r#"{"minimum_age":18}"#, &Beyond::Age);
    let narrowest = std::num::NonZeroU32::new(731).unwrap();
    let scene = limited(|entry| entry.allowance.narrowest_age_days = Some(narrowest));
    let two_years = Beyond::AgeRange { days: 730, narrowest };
    beyond(&scene, r#"{"minimum_age":24,"maximum_age":25}"#, &two_years);
    let scene = limited(|entry| entry.allowance.residence = ResidenceAllowance::Nothing);
    beyond(&scene, r#"{"provinces":["Guangdong","Hunan"]}"#, &Beyond::Residence);
    let scene = limited(|entry| entry.allowance.residence = ResidenceAllowance::Provinces);
    beyond(&scene, r#"{"region":{"from":"430000","to":"449999"}}"#, &Beyond::Region);
    let scene = limited(|entry| entry.allowance.recognition = Recognition::Never);
    beyond(&scene, r#"{"pseudonym":"guest"}"#, &Beyond::Pseudonym);
    let scene = limited(|entry| {
        entry.answers_to = Destinations::domains(vec![identity("lotus.example")]).unwrap();
    });
    let host = identity("lotus-hotel.example");
    beyond(&scene, CHECK_IN, &Beyond::Endpoint(EndpointFault::OtherHost { host: host.clone() }));
    let scene = limited(|entry| entry.answers_to = Destinations::Desk);
    beyond(&scene, CHECK_IN, &Beyond::Endpoint(EndpointFault::OfDesk { host }));
}

#[test]
fn a_request_within_its_certificate_is_answered_without_a_word() {
    let scene = Scene::new();
    assert_eq!(warnings_with(&scene, &scene.request(CHECK_IN), &options()), []);
}

#[test]
fn what_gives_something_away_is_said() {
    let scene = Scene::new();
    let said = |policy: &str| warnings_with(&scene, &scene.request(policy), &options());
    let gives = |narrow: Narrow| vec![Warning::GivesAway(narrow)];
    assert_eq!(said(r#"{"minimum_age":25,"maximum_age":25}"#), gives(Narrow::AgeRange { days: 365 }));
    assert_eq!(said(r#"{"minimum_age":24,"maximum_age":25}"#), []);
    let county = r#"{"region":{"from":"440106","to":"440106"}}"#;
    assert_eq!(said(county), gives(Narrow::County { code: 440_106 }));
    let guangdong = tacit_credential::region::Province::parse("Guangdong").unwrap();
    assert_eq!(said(r#"{"provinces":["Guangdong"]}"#), gives(Narrow::Province(guangdong)));
    assert_eq!(said(r#"{"disclose":["name"]}"#), gives(Narrow::Identifies(DisclosedAttribute::Name)));
    assert_eq!(said(r#"{"pseudonym":"guest"}"#), gives(Narrow::Recognised));
}

/// The certificate names the portrait; the credential has an address too.
#[test]
fn of_further_attributes_those_open_that_the_certificate_names() {
    let scene = limited(|entry| {
        let portrait = ExtrasAllowance::labels(vec!["portrait".to_owned()]).unwrap();
        entry.allowance = Allowance::default().with_disclosures(&[], portrait).unwrap();
    });
    let request = scene.request(r#"{"disclose":["extras"]}"#);
    let opened = |options: &PresentOptions| {
        let consent = scene.wallet.prepare(&request, scene.now(), options, &mut rng(2))?;
        let items = consent.summary().disclosed.iter().map(|item| item.attribute.clone());
        Ok(items.collect::<Vec<_>>())
    };
    assert_eq!(opened(&options()).ok().unwrap(), ["portrait", "digests of further attributes"]);
    let both = OpenExtras::Only(vec!["portrait".to_owned(), "address".to_owned()]);
    let careful = PresentOptions { extras: both.clone(), ..options() };
    let outside = Beyond::FurtherAttribute("address".to_owned());
    let PresentError::BeyondCertificate(found) = refused(opened(&careful)) else { panic!("not refused") };
    assert_eq!(found, std::slice::from_ref(&outside));
    let insisting = PresentOptions { extras: both, ..warn() };
    assert!(warnings_with(&scene, &request, &insisting).contains(&Warning::Beyond(outside)));
    assert_eq!(opened(&insisting).ok().unwrap(), ["portrait", "address", "digests of further attributes"]);
}

#[test]
fn shared_scopes_are_answered_only_if_certified_and_said() {
    let scene = limited(|entry| entry.shared_scopes.push(identity("lotus-group.example")));
    let under =
        |shared: &str| scene.request(&format!(r#"{{"pseudonym":"guest","shared_scope":"{shared}"}}"#));
    let consent = scene.prepare(&under("lotus-group.example")).ok().unwrap();
    let shared = identity("lotus-group.example");
    assert_eq!(consent.summary().warnings, [Warning::GivesAway(Narrow::RecognisedTogether { shared })]);
    let pseudonym = consent.summary().pseudonym.clone().unwrap();
    let scope = tacit_credential::holder::Scope::shared("lotus-group.example", "guest").unwrap();
    assert_eq!(pseudonym.pseudonym, scene.wallet.secret().pseudonym(&scope).to_string());
    assert!(pseudonym.shared && pseudonym.identity == "lotus-group.example");
    for claimed in ["bank.example", "lotus-hotel.example"] {
        let refusal = refused(scene.wallet.prepare(&under(claimed), scene.now(), &warn(), &mut rng(2)));
        assert!(
            matches!(&refusal, PresentError::Request(RequestError::SharedScope(e)) if e.shared == identity(claimed)),
            "{refusal}"
        );
    }
}

#[test]
fn warnings_are_code_and_text_in_json() {
    let scene = Scene::new();
    let request = scene.request(r#"{"pseudonym":"guest"}"#);
    let consent = scene.prepare(&request).ok().unwrap();
    let json = serde_json::to_value(consent.summary()).unwrap();
    assert_eq!(
        json["warnings"],
        serde_json::json!([{
            "code": "recognised",
            "text": "this verifier will recognise you whenever you come again",
        }])
    );
}
