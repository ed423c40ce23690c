//! The scenes in which honest guests are let in.

use std::path::Path;

use rand::rngs::OsRng;
use tacit_credential::document::{RawDocument, ResidentId};
use tacit_credential::holder::Pseudonym;
use tacit_credential::number::DocumentNumber;
use tacit_credential::policy::Policy;
use tacit_credential::presentation::Presentation;
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_issuer::Reason;
use tacit_trust::verify_directory;
use tacit_verifier::VerifiedPresentation;
use tacit_wallet::{BeyondCertificate, Passphrase, PresentOptions, RecoveryPhrase, Wallet};

use super::attempt::{Admitted, admit, answer, at_bureau, verify};
use super::business::Business;
use super::report::Stage;
use super::step::{Outcome, Party, Scene, Step};
use super::world::{LOSS_CODE, PASSPHRASE, World, officer};
use crate::commands::now;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::milliseconds;

const HOTEL: &str = r#"title = "Check-in"
minimum_age = 18
provinces = ["Guangdong", "Hunan"]
valid = true
"#;
const AIRLINE: &str = r#"title = "Boarding pass"
minimum_age = 18
valid = true
disclose = ["name"]
"#;
const SHOP: &str = r#"title = "Welcome gift, one for each person"
valid = true
pseudonym = "accounts"
"#;

/// The most that each may ask for.
const HOTEL_MAY: &str = r#"[allowance]
narrowest_age_days = 3650
residence = "provinces"
"#;
const AIRLINE_MAY: &str = r#"[allowance]
disclose = ["name"]
narrowest_age_days = 3650
"#;
const SHOP_MAY: &str = r#"[allowance]
pseudonym = true
"#;
/// What the hotel may not ask.
const CURIOUS: &str = r#"title = "Check-in"
minimum_age = 27
maximum_age = 27
valid = true
disclose = ["number"]
"#;

/// The three businesses.
pub(crate) struct Businesses {
    /// Asks for age and province.
    pub(crate) hotel: Business,
    /// Asks for the name too.
    pub(crate) airline: Business,
    /// Asks for a pseudonym.
    pub(crate) shop: Business,
}

impl Businesses {
    /// Takes the newest trust list into use everywhere.
    pub(crate) fn follow(&self, world: &World) -> Result<(), CliError> {
        [&self.hotel, &self.airline, &self.shop]
            .into_iter()
            .try_for_each(|business| business.follow(world.list()?))
    }
}

/// What the later scenes and the closing table need of the earlier ones.
pub(crate) struct Learnt {
    /// Lin Xiaoyu at the hotel.
    pub(crate) hotel: Guest,
    /// Lin Xiaoyu at the airline.
    pub(crate) airline: Guest,
    /// Lin Xiaoyu at the shop.
    pub(crate) shop: Guest,
    /// Zhou Min at the shop, before her phone is lost.
    pub(crate) lost_pseudonym: Option<Pseudonym>,
}

/// The bureaus at work: somebody who comes twice, and revocations.
pub(crate) fn bureaus(world: &mut World, stage: &mut Stage) -> Result<(), CliError> {
    let lin = world.person("lin-xiaoyu")?;
    let document = ResidentId::new(lin.document.clone()).map_err(refused)?;
    let (bureau, title) = (lin.role.bureau, format!("{} comes to the bureau a second time", lin.role.name));
    let (second, ..) = world.wallet("lin-xiaoyu/second-wallet")?;
    let request = second.enrol_request(LOSS_CODE, &mut OsRng).map_err(refused)?;
    let officer = officer()?;
    let step = at_bureau("already-enrolled", "enrolled", request.to_json().len(), || {
        world.bureaus[bureau].enrol(&document, &request, &officer, now(), &mut OsRng)
    });
    stage.scene(Scene::new("enrolled-twice", title).step(step))?;
    world.revoke_some(stage)
}

/// The ministry lists the bureaus and certifies the businesses; anybody re-checks what is published.
pub(crate) fn ministry(world: &mut World, stage: &mut Stage) -> Result<Businesses, CliError> {
    stage.act(
        "The ministry lists the bureaus and certifies the businesses",
        "A bureau is listed only with a proof that it has the secret of its key. The list of an epoch says which bureaus count \
         and who is revoked, in one hash; every wallet and every business uses the same one.",
    )?;
    world.publish(stage)?;
    let started = std::time::Instant::now();
    let report = verify_directory(&world.published(), &world.operator_key()).map_err(refused)?;
    stage.done(
        &format!("anybody re-checks everything published: {} epoch(s) hold", report.epochs.len()),
        &milliseconds(started.elapsed()),
    )?;
    let businesses = Businesses {
        hotel: Business::new(world, "hotel", "Lotus Hotel", "lotus-hotel.example", HOTEL_MAY, HOTEL)?,
        airline: Business::new(
            world,
            "airline",
            "Crane Airlines",
            "crane-airlines.example",
            AIRLINE_MAY,
            AIRLINE,
        )?,
        shop: Business::new(world, "shop", "Lantern Shop", "lantern-shop.example", SHOP_MAY, SHOP)?,
    };
    businesses.follow(world)?;
    stage.done(
        "three businesses certified, each for no more than it needs: Lotus Hotel, Crane Airlines, Lantern Shop",
        "",
    )?;
    Ok(businesses)
}

/// The hotel asks more than its certificate allows: the wallet says so, and answers nothing by itself.
fn curious_hotel(world: &World, hotel: &Business, stage: &mut Stage) -> Result<(), CliError> {
    let person = world.person("lin-xiaoyu")?;
    let request = hotel.ask_for(Policy::from_toml(CURIOUS).map_err(refused)?)?;
    let step = answer(&world.prover, &person.wallet, &request).refusal("beyond-certificate");
    let mut scene =
        Scene::new("beyond-certificate", "The hotel asks for age and document number as well").step(step);
    // What the holder would read on insisting; nobody agrees.
    let options = PresentOptions {
        beyond: BeyondCertificate::Warn,
        ..PresentOptions::new(CircuitDigest(world.prover.circuit_digest()))
    };
    if let Ok(consent) = person.wallet.prepare(&request, now(), &options, &mut OsRng) {
        scene = scene.consent(consent.summary().clone());
    }
    stage.scene(scene)
}

/// The scenes at the three businesses.
pub(crate) fn honest(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<Learnt, CliError> {
    let Businesses { hotel, airline, shop } = businesses;

    asks(stage, hotel, "A hotel", "It learns that the statement holds, and nothing else about the guest.")?;
    let hotels =
        guest(world, stage, hotel, "hotel-guangdong", "lin-xiaoyu", Show::Screen, |_| nothing_else())?;
    guest(world, stage, hotel, "hotel-hunan", "tan-wei", Show::Verdict, |_| nothing_else())?;
    curious_hotel(world, hotel, stage)?;

    asks(
        stage,
        airline,
        "An airline",
        "It needs the name for the boarding pass, signed by the bureau; the holder sees that before agreeing.",
    )?;
    let on_board = guest(world, stage, airline, "airline", "lin-xiaoyu", Show::Screen, |verified| {
        let name = verified.disclosed().name.as_ref().map_or("–", |name| name.as_str());
        format!("the name is {name}; nothing else")
    })?;

    asks(
        stage,
        shop,
        "A shop",
        "It wants one account for each person. The pseudonym is the same at every visit, and means nothing elsewhere.",
    )?;
    let first = guest(world, stage, shop, "shop-first-visit", "lin-xiaoyu", Show::Screen, account)?;
    let again = guest(world, stage, shop, "shop-second-visit", "lin-xiaoyu", Show::Verdict, account)?;
    let other = guest(world, stage, shop, "shop-another-person", "zhou-min", Show::Verdict, account)?;
    let recognised = first.pseudonym().is_some() && first.pseudonym() == again.pseudonym();
    let told_apart = other.pseudonym().is_some() && first.pseudonym() != other.pseudonym();
    stage.scene(
        Scene::new("shop-accounts", "The shop compares its visitors")
            .step(compare(
                "recognised",
                recognised,
                "the two visits of Lin Xiaoyu have one pseudonym: one account, one welcome gift",
            ))
            .step(compare("told-apart", told_apart, "Zhou Min has another one"))
            .step(compare(
                "unlinkable",
                hotels.presentation.pseudonym != first.presentation.pseudonym,
                "at the hotel Lin Xiaoyu's pseudonym was a random one: hotel and shop together cannot tell that it was her",
            )),
    )?;
    let lost_pseudonym = other.pseudonym();
    Ok(Learnt { hotel: hotels, airline: on_board, shop: first, lost_pseudonym })
}

/// Somebody moves away, somebody loses her phone; the next epoch.
pub(crate) fn next_day(
    world: &mut World,
    businesses: &Businesses,
    stage: &mut Stage,
) -> Result<(), CliError> {
    stage.act(
        "The next epoch",
        "Liu Yang moves to another province, so his bureau revokes his ID. Zhou Min's phone is gone; she reports the loss with \
         the code that she chose at enrolment. Both count from the next lists on.",
    )?;
    let number = |document: &RawDocument| DocumentNumber::parse(&document.number).map_err(refused);
    let liu = world.person("liu-yang")?;
    let (number_of_liu, bureau) = (number(&liu.document)?, liu.role.bureau);
    world.bureaus[bureau].revoke(&number_of_liu, Reason::MovedAway, &officer()?, now()).map_err(refused)?;
    stage.done("Liu Yang revoked: moved away", "")?;

    let zhou = world.person("zhou-min")?;
    let (number_of_zhou, bureau) = (number(&zhou.document)?, zhou.role.bureau);
    let (guess, officer) = ("a wild guess", officer()?);
    let handed = number_of_zhou.as_str().len() + guess.len();
    let step = at_bureau("wrong-code", "revoked", handed, || {
        world.bureaus[bureau].report_loss(&number_of_zhou, guess, &officer, now())
    });
    stage.scene(Scene::new("loss-code-guessed", "Somebody else reports Zhou Min's ID as lost").step(step))?;
    world.bureaus[bureau].report_loss(&number_of_zhou, LOSS_CODE, &officer, now()).map_err(refused)?;
    stage.done("Zhou Min's ID revoked: lost", "")?;
    world.publish(stage)?;
    businesses.follow(world)
}

/// Zhou Min's new phone: recovery phrase, re-issue, the same account.
pub(crate) fn restored(
    world: &mut World,
    businesses: &Businesses,
    learnt: &Learnt,
    stage: &mut Stage,
) -> Result<(), CliError> {
    let zhou = world.person("zhou-min")?;
    let words: Vec<&str> = zhou.phrase.words().collect();
    let phrase = RecoveryPhrase::parse(&words.join(" ")).map_err(refused)?;
    let passphrase = Passphrase::new(PASSPHRASE).map_err(refused)?;
    let folder = world.person_dir("zhou-min/new-phone");
    let mut wallet = Wallet::restore(&folder.join("wallet"), &phrase, &passphrase).map_err(refused)?;
    let (document, bureau) = (ResidentId::new(zhou.document.clone()).map_err(refused)?, zhou.role.bureau);
    let credential =
        world.bureaus[bureau].reissue(&document, &officer()?, now(), &mut OsRng).map_err(refused)?;
    files::write_secret(&folder.join("passphrase.txt"), format!("{PASSPHRASE}\n").as_bytes())?;
    files::write_secret(&folder.join("credential.json"), credential.to_json().as_bytes())?;
    wallet.add(credential).map_err(refused)?;
    wallet.update(&world.published(), &world.operator_key()).map_err(refused)?;
    let request = businesses.shop.ask()?;
    let Admitted { step, presentation, verified, .. } =
        admit(&world.prover, &wallet, &businesses.shop, &request, account)?;
    keep(&world.dir, "shop-new-phone", &request, &presentation)?;
    let same = verified.as_ref().and_then(VerifiedPresentation::pseudonym) == learnt.lost_pseudonym.as_ref();
    stage.scene(
        Scene::new(
            "shop-new-phone",
            "Zhou Min, new phone: wallet restored from 24 words, ID re-issued to the same holder key",
        )
        .step(step)
        .step(compare(
            "recognised",
            same,
            "it is the pseudonym of her lost phone: she still has her account",
        )),
    )
}

/// An honest guest's request and answer, and what the business holds if it accepted.
pub(crate) struct Guest {
    /// What was asked.
    pub(crate) request: SignedRequest,
    /// What was answered.
    pub(crate) presentation: Presentation,
    /// What the verifier returned.
    pub(crate) verified: Option<VerifiedPresentation>,
}

impl Guest {
    fn pseudonym(&self) -> Option<Pseudonym> {
        self.verified.as_ref().and_then(VerifiedPresentation::pseudonym).copied()
    }
}

/// How much of an answer is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    /// The consent screen too.
    Screen,
    /// The verdict.
    Verdict,
}

fn guest(
    world: &World,
    stage: &mut Stage,
    business: &Business,
    name: &'static str,
    who: &'static str,
    show: Show,
    words: impl FnOnce(&VerifiedPresentation) -> String,
) -> Result<Guest, CliError> {
    let person = world.person(who)?;
    let request = business.ask()?;
    let Admitted { step, consent, presentation, verified } =
        admit(&world.prover, &person.wallet, business, &request, words)?;
    keep(&world.dir, name, &request, &presentation)?;
    let mut scene = Scene::new(name, person.introduction()).step(step);
    if let Some(summary) = consent.filter(|_| show == Show::Screen) {
        scene = scene.consent(summary);
    }
    stage.scene(scene)?;
    Ok(Guest { request, presentation, verified })
}

/// Keeps a request and its answer among the demonstration's files.
pub(crate) fn keep(
    dir: &Path,
    name: &str,
    request: &SignedRequest,
    presentation: &Presentation,
) -> Result<(), CliError> {
    let answers = dir.join("answers");
    files::write(&answers.join(format!("{name}.request.json")), request.to_json().as_bytes())?;
    files::write(&answers.join(format!("{name}.answer.json")), presentation.to_json().as_bytes())
}

/// The policy as the business wrote it; what it means is on the holder's screen.
fn asks(stage: &mut Stage, business: &Business, what: &str, then: &str) -> Result<(), CliError> {
    stage.act(&format!("{what}: {} ({}) asks", business.name, business.identity), then)?;
    let lines: Vec<String> = business.policy_text.lines().map(str::to_owned).collect();
    stage.remarks(&lines)
}

fn nothing_else() -> String {
    "the guest satisfies what is asked; nothing else is known".to_owned()
}

fn account(verified: &VerifiedPresentation) -> String {
    let pseudonym = verified.pseudonym().map_or(String::new(), ToString::to_string);
    format!("account {}…", &pseudonym[..16.min(pseudonym.len())])
}

fn compare(expected: &'static str, holds: bool, words: &str) -> Step {
    let found = if holds { expected } else { "different" };
    Step::new(Party::Comparison, expected, Outcome::Found(found), words)
}

/// Sends an answer once more, to where it was accepted before.
pub(crate) fn replay(business: &Business, guest: &Guest) -> Step {
    verify(business, &guest.request, &guest.presentation, "challenge-used", |_| "accepted twice".to_owned()).0
}
