//! The scenes in which somebody must not be let in.
//!
//! Where an honest wallet refuses already, three things are shown: the wallet's refusal, a prover that lies about the
//! witness and finds that there is no proof, and a true proof of *something else* that is sent as the answer.

use rand::Rng;
use rand::rngs::OsRng;
use tacit_credential::attributes::{Attributes, RevocationIndex};
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::document::ResidentId;
use tacit_credential::eddsa::SecretKey;
use tacit_credential::holder::HolderSecret;
use tacit_credential::name::Name;
use tacit_credential::possession;
use tacit_credential::presentation::{Presentation, ProofBytes};
use tacit_credential::region::{Jurisdiction, ProvinceSet, RegionRange};
use tacit_credential::request::SignedRequest;
use tacit_credential::status::StatusTree;
use tacit_credential::trust_list::{
    Epoch, ListedIssuer, ListedKey, ListedStatus, OperatorKey, PublishingKey, SignedTrustList,
    TrustListParameters, VerifiedTrustList, possession_context,
};
use tacit_prover::Proof;
use tacit_verifier::SigningKey;

use super::attempt::{Lie, add, answer, verify};
use super::report::Stage;
use super::scenes::{Businesses, Learnt, keep, replay};
use super::step::Scene;
use super::world::{Person, World};
use crate::commands::now;
use crate::error::{CliError, refused};

/// All of them, in order.
pub(crate) fn all(
    world: &mut World,
    businesses: &Businesses,
    learnt: &Learnt,
    stage: &mut Stage,
) -> Result<(), CliError> {
    stage.act(
        "Who must not get in",
        "An honest wallet says no by itself and sends nothing. A dishonest one can be changed to try anyway: either the circuit \
         has no solution for its lie, or it proves something else than what was asked, which the verifier notices.",
    )?;
    minor(world, businesses, stage)?;
    other_province(world, businesses, stage)?;
    revoked(world, businesses, stage, "revoked", "liu-yang", "Liu Yang, moved away: his ID is revoked")?;
    revoked(
        world,
        businesses,
        stage,
        "lost",
        "zhou-min",
        "The finder of Zhou Min's lost phone, who knows its passphrase",
    )?;
    super::scenes::restored(world, businesses, learnt, stage)?;
    expired(world, businesses, stage)?;
    without_secret(world, businesses, learnt, stage)?;
    forged_signature(world, businesses, stage)?;
    unknown_issuer(world, businesses, stage)?;
    tampered(world, businesses, stage)?;
    stage.scene(
        Scene::new("replayed", "Lin Xiaoyu's accepted presentation, copied and sent to the hotel again")
            .step(replay(&businesses.hotel, &learnt.hotel)),
    )?;
    other_site(world, businesses, stage)
}

/// The truth of a person's newest credential in the newest epoch, as an answer to a request.
fn truth(
    world: &World,
    person: &Person,
    request: &SignedRequest,
    list: &VerifiedTrustList,
) -> Result<Lie, CliError> {
    let paths = world.paths_in(list, &person.credential)?;
    Lie::from_truth(list, request, &person.credential, &person.secret, &paths)
}

fn minor(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let (person, hotel) = (world.person("chen-hao")?, &businesses.hotel);
    let request = hotel.ask()?;
    let honest = answer(&world.prover, &person.wallet, &request).refusal("too-young");
    let mut lie = truth(world, person, &request, world.list()?)?;
    let mut other = truth(world, person, &request, world.list()?)?;
    // Born thirty years earlier, says his own program; the signature covers another date.
    lie.witness.attributes.fields.birth -= 30 * 365;
    let bare = truth(world, person, &request, world.list()?)?;
    other.bounds.born_to = Date::MAX;
    stage.scene(
        Scene::new("minor", format!("A minor: {}", person.introduction()))
            .step(honest)
            .step(bare.attempt(&world.prover, "born between", "ignores the wallet's refusal")?)
            .step(lie.attempt(&world.prover, "issued", "claims an earlier birth date")?)
            .step(other.send(&world.prover, hotel, "sends a true proof of less: of any age")?),
    )
}

fn other_province(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let (person, hotel) = (world.person("wang-fang")?, &businesses.hotel);
    let request = hotel.ask()?;
    let honest = answer(&world.prover, &person.wallet, &request).refusal("province");
    let bare = truth(world, person, &request, world.list()?)?;
    let mut other = truth(world, person, &request, world.list()?)?;
    other.bounds.provinces = ProvinceSet::everywhere();
    other.bounds.region = RegionRange::ANY;
    stage.scene(
        Scene::new("other-province", format!("Another province: {}", person.introduction()))
            .step(honest)
            .step(bare.attempt(&world.prover, "resides in", "ignores the wallet's refusal")?)
            .step(other.send(&world.prover, hotel, "sends a true proof of less: of residence anywhere")?),
    )
}

fn revoked(
    world: &World,
    businesses: &Businesses,
    stage: &mut Stage,
    name: &'static str,
    who: &'static str,
    title: &str,
) -> Result<(), CliError> {
    let (person, hotel) = (world.person(who)?, &businesses.hotel);
    let request = hotel.ask()?;
    let honest = answer(&world.prover, &person.wallet, &request).refusal("revoked");
    let bare = truth(world, person, &request, world.list()?)?;
    // The word without the bit no longer hashes to the root that the list names.
    let mut cleared = truth(world, person, &request, world.list()?)?;
    let bit = person.credential.attributes.index.bit();
    cleared.witness.status_word[usize::from(bit / 64)] &= !(1 << (bit % 64));
    let yesterday = world.lists.first().ok_or_else(|| refused(super::DemoError::NoList))?;
    let old = truth(world, person, &request, yesterday)?;
    stage.scene(
        Scene::new(name, title)
            .step(honest)
            .step(bare.attempt(&world.prover, "not revoked", "ignores the wallet's refusal")?)
            .step(cleared.attempt(&world.prover, "trusted issuer", "clears the bit in the status word")?)
            .step(old.send(
                &world.prover,
                hotel,
                "sends a true proof over the epoch before, when the ID was still good",
            )?),
    )
}

fn expired(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let (person, hotel) = (world.person("zhao-guohua")?, &businesses.hotel);
    let request = hotel.ask()?;
    let honest = answer(&world.prover, &person.wallet, &request).refusal("expired");
    let bare = truth(world, person, &request, world.list()?)?;
    let mut other = truth(world, person, &request, world.list()?)?;
    other.bounds.today = person.credential.attributes.expiry.encoding();
    stage.scene(
        Scene::new(
            "expired",
            format!("Expired: {}, whose ID ended on {}", person.introduction(), person.document.expires),
        )
        .step(honest)
        .step(bare.attempt(&world.prover, "still valid", "ignores the wallet's refusal")?)
        .step(other.send(&world.prover, hotel, "sends a true proof for its last day of validity")?),
    )
}

fn without_secret(
    world: &World,
    businesses: &Businesses,
    learnt: &Learnt,
    stage: &mut Stage,
) -> Result<(), CliError> {
    let (victim, hotel) = (world.person("lin-xiaoyu")?, &businesses.hotel);
    let request = hotel.ask()?;
    let (mut wallet, ..) = world.wallet("thief")?;
    let honest = add(&mut wallet, victim.credential.clone(), "other-holder");
    let mut guessed = truth(world, victim, &request, world.list()?)?;
    let secret = HolderSecret::generate(&mut OsRng);
    guessed.witness.holder_secret = secret.expose();
    let mut rebound = truth(world, victim, &request, world.list()?)?;
    rebound.witness.holder_secret = secret.expose();
    rebound.witness.attributes.holder_key = secret.key().0;
    // The only proofs that a thief has are those seen elsewhere; this one answered another request.
    let seen = &learnt.hotel.presentation;
    let relabelled = Presentation::new(
        request.request.challenge(),
        seen.proof,
        seen.scope,
        seen.pseudonym,
        seen.disclosed.clone(),
    );
    let (sent, _) = verify(hotel, &request, &relabelled, "proof-invalid", |_| "accepted".to_owned());
    stage.scene(
        Scene::new(
            "without-holder-secret",
            "Without the holder secret: a thief with a copy of Lin Xiaoyu's credential file",
        )
        .step(honest)
        .step(guessed.attempt(&world.prover, "issued", "guesses a holder secret")?)
        .step(rebound.attempt(
            &world.prover,
            "issued",
            "puts a holder key of their own into the credential",
        )?)
        .step(sent.note("sends one of her earlier proofs under the new challenge")),
    )
}

fn forged_signature(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let (person, hotel) = (world.person("sun-li")?, &businesses.hotel);
    let request = hotel.ask()?;
    let paths = world.paths_in(world.list()?, &person.credential)?;
    // Ten years older in the file, the bureau's signature left as it was.
    let mut edited = person.credential.clone();
    edited.attributes.birth = Date::from_days(edited.attributes.birth.days() - 3_653).map_err(refused)?;
    let (mut wallet, ..) = world.wallet("sun-li/second-wallet")?;
    let honest = add(&mut wallet, edited.clone(), "credential");
    let first = Lie::from_truth(world.list()?, &request, &edited, &person.secret, &paths)?;
    // Signed again, with a key of her own, in the bureau's name.
    let own =
        Credential::issue(edited.attributes.clone(), edited.issuer.clone(), &SecretKey::generate(&mut OsRng));
    let mut second = edited.clone();
    second.signature = own.signature;
    let second = Lie::from_truth(world.list()?, &request, &second, &person.secret, &paths)?;
    let mut other = truth(world, person, &request, world.list()?)?;
    other.bounds.born_to = Date::MAX;
    stage.scene(
        Scene::new(
            "forged-signature",
            format!("A forged signature: {} makes herself ten years older", person.introduction()),
        )
        .step(honest)
        .step(first.attempt(&world.prover, "issued", "edits the file and keeps the bureau's signature")?)
        .step(second.attempt(
            &world.prover,
            "issued",
            "signs the edited attributes herself, in the bureau's name",
        )?)
        .step(other.send(
            &world.prover,
            hotel,
            "sends a true proof of less: her real credential, of any age",
        )?),
    )
}

fn unknown_issuer(world: &mut World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let hotel = &businesses.hotel;
    let role = super::cast::ROLES
        .iter()
        .find(|role| role.outsider)
        .ok_or_else(|| refused(super::DemoError::NoList))?;
    let document =
        super::cast::Population::new(now().date_utc8()).role(role, &mut world.rng).map_err(refused)?;
    let document = ResidentId::new(document).map_err(refused)?;
    let request = hotel.ask()?;
    let (mut wallet, _, secret) = world.wallet(role.key)?;
    let id = IssuerId::new("paper-moon-psb").map_err(refused)?;
    let key = SecretKey::generate(&mut OsRng);
    let index = RevocationIndex::random(&mut OsRng);
    let attributes = Attributes::from_document(&document, secret.key(), index, &mut OsRng);
    let credential = Credential::issue(attributes, id.clone(), &key);
    wallet.add(credential.clone()).map_err(refused)?;
    wallet.update(&world.published(), &world.operator_key()).map_err(refused)?;
    let honest = answer(&world.prover, &wallet, &request).refusal("issuer-not-listed");

    // The place of a listed bureau, the key of the invented one.
    let status = StatusTree::new();
    let lin = world.person("lin-xiaoyu")?;
    let (bureau_path, _) = world.paths_in(world.list()?, &lin.credential)?;
    let borrowed = Lie::from_truth(
        world.list()?,
        &request,
        &credential,
        &secret,
        &(bureau_path, status.witness(index)),
    )?;
    // A trust list of his own, in which the invented bureau is listed.
    let own_list = own_trust_list(&id, &key, &status)?;
    let own_path = own_list.path(&credential.issuer_key).ok_or_else(|| refused(super::DemoError::NoList))?;
    let own = Lie::from_truth(&own_list, &request, &credential, &secret, &(own_path, status.witness(index)))?;
    stage.scene(
        Scene::new(
            "unknown-issuer",
            "An unknown issuer: Gao Feng founds the Paper Moon Bureau and signs an ID for himself",
        )
        .step(honest)
        .step(borrowed.attempt(
            &world.prover,
            "trusted issuer",
            "claims a listed bureau's place in the list",
        )?)
        .step(own.send(
            &world.prover,
            hotel,
            "sends a true proof over a trust list of his own making",
        )?),
    )
}

/// A list that names an invented issuer, signed by an invented operator.
fn own_trust_list(
    id: &IssuerId,
    key: &SecretKey,
    status: &StatusTree,
) -> Result<VerifiedTrustList, CliError> {
    let seed = || SigningKey::from_bytes(&OsRng.r#gen());
    let (operator, publishing) = (seed(), seed());
    let operator_key = OperatorKey::from(&operator);
    let jurisdiction = Jurisdiction::parse(["Guangdong"]).map_err(refused)?;
    let context = possession_context(&operator_key, id, &jurisdiction);
    let issuer = ListedIssuer {
        id: id.clone(),
        name: "Paper Moon Bureau".to_owned(),
        jurisdiction,
        publishing_key: PublishingKey::from(&publishing),
        keys: vec![ListedKey {
            key: key.public_key(),
            possession: possession::prove(key, &context, &mut OsRng),
        }],
        status: ListedStatus { sequence: 1, root: status.root() },
    };
    let parameters = TrustListParameters {
        epoch: Epoch(1),
        predecessor: None,
        issued_at: now(),
        expires_at: UnixTime(now().0 + 86_400),
        issuers: vec![issuer],
    };
    SignedTrustList::sign(parameters, &operator)
        .and_then(|signed| signed.verify(&operator_key))
        .map_err(refused)
}

fn tampered(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let (person, airline) = (world.person("lin-xiaoyu")?, &businesses.airline);
    let request = airline.ask()?;
    let good = answer(&world.prover, &person.wallet, &request).presentation()?;
    let with = |proof: ProofBytes, name: Option<&str>| -> Result<Presentation, CliError> {
        let mut disclosed = good.disclosed.clone();
        if let Some(name) = name {
            disclosed.name = Some(Name::new(name).map_err(refused)?);
        }
        Ok(Presentation::new(good.challenge, proof, good.scope, good.pseudonym, disclosed))
    };
    // Among the bits of the first point, one whose change leaves the curve; about every second one does.
    let mut flipped = good.proof;
    for bit in 0..248 {
        flipped = good.proof;
        flipped.0[bit / 8] ^= 1 << (bit % 8);
        if Proof::from_bytes(&flipped.0).is_err() {
            break;
        }
    }
    // The first point also in place of the last: a point like any other, of a proof that is none.
    let mut exchanged = good.proof;
    exchanged.0.copy_within(0..32, 96);
    let accepted = |_: &_| "accepted".to_owned();
    let send =
        |presentation: &Presentation, expected| verify(airline, &request, presentation, expected, accepted).0;
    let steps = [
        send(&with(flipped, None)?, "proof-off-curve").note("one bit of the proof flipped"),
        send(&with(exchanged, None)?, "proof-invalid").note("one point of the proof exchanged"),
        send(&with(good.proof, Some("王小明"))?, "proof-invalid").note("another name beside the same proof"),
        send(&good, "accepted")
            .note("the untouched original, afterwards: rubbish from others does not use up a request"),
    ];
    keep(&world.dir, "airline-after-tampering", &request, &good)?;
    let scene =
        Scene::new("tampered", "Somebody between Lin Xiaoyu and the airline tampers with her presentation");
    stage.scene(steps.into_iter().fold(scene, Scene::step))
}

fn other_site(world: &World, businesses: &Businesses, stage: &mut Stage) -> Result<(), CliError> {
    let Businesses { hotel, airline, .. } = businesses;
    let person = world.person("lin-xiaoyu")?;
    let hotels = hotel.ask()?;
    let for_hotel = answer(&world.prover, &person.wallet, &hotels).presentation()?;
    let airlines = airline.ask()?;
    let accepted = |_: &_| "accepted".to_owned();
    let (as_it_is, _) = verify(airline, &airlines, &for_hotel, "other-challenge", accepted);
    let (with_request, _) = verify(airline, &hotels, &for_hotel, "other-verifier", accepted);
    // The hotel's employee signs the airline's request with the hotel's key, to be shown as the airline.
    let borrowed = sign_as(&airlines, &hotel.signing);
    let wallet = answer(&world.prover, &person.wallet, &borrowed).refusal("request");
    stage.scene(
        Scene::new("other-site", "Lin Xiaoyu's answer to the hotel is carried to the airline")
            .step(as_it_is.note("as the answer to a request of the airline's"))
            .step(with_request.note("together with the hotel's request"))
            .step(wallet.note("the hotel asks under the airline's certificate, to collect names")),
    )
}

/// The same questions under another key, the certificate left in place.
fn sign_as(request: &SignedRequest, key: &SigningKey) -> SignedRequest {
    let original = request.request.clone();
    let parameters = tacit_credential::request::RequestParameters {
        circuit: original.circuit,
        certificate: original.certificate,
        endpoint: original.endpoint,
        trust_list: original.trust_list,
        epoch: original.epoch,
        policy: original.policy,
        date: original.date,
        expires_at: original.expires_at,
    };
    SignedRequest::sign(parameters, key, &mut OsRng)
}
