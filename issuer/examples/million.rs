//! How long enrolling and publishing take: `cargo run --release -p tacit-issuer --example million -- 1000000`.
//!
//! Enrols N made-up people (default 10,000) as the batch command does, revokes one in twenty, publishes, revokes ten more
//! and publishes again. Making the people (documents, holder keys) is not counted; storing the credentials is not done.
use core::ops::ControlFlow;
use std::error::Error;
use std::time::{Duration, Instant};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tacit_credential::credential::IssuerId;
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::document::{RawDocument, ResidentId};
use tacit_credential::enrolment::{EnrolRequest, LossCodeDigest};
use tacit_credential::field::Fr;
use tacit_credential::holder::HolderKey;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::{Jurisdiction, RegionCode, RegionRange};
use tacit_issuer::{Actor, Enrolment, Issuer, Reason};

const NOW: UnixTime = UnixTime(1_795_579_200);
/// People made and enrolled at a time, so that a million need no gigabytes.
const GROUP: u32 = 20_480;

fn main() -> Result<(), Box<dyn Error>> {
    let people: u32 = std::env::args().nth(1).map_or(Ok(10_000), |argument| argument.parse())?;
    let directory = tempfile::tempdir()?;
    let officer = Actor::new("benchmark")?;
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let id = IssuerId::new("benchmark")?;
    let (home, everywhere) = (directory.path().join("issuer"), Jurisdiction::new([RegionRange::ANY])?);
    let mut issuer = Issuer::init(&home, id, "Benchmark Bureau", everywhere, &officer, NOW, &mut rng)?;

    let mut enrolling = Duration::ZERO;
    let mut numbers = Vec::new();
    for first in (0..people).step_by(GROUP as usize) {
        let mut group = Vec::new();
        for n in first..people.min(first + GROUP) {
            let person = person(n)?;
            if n % 20 == 0 {
                numbers.push(person.document.number().clone());
            }
            group.push(person);
        }
        let begin = Instant::now();
        let summary = issuer.enrol_many(group, &officer, NOW, &mut rng, |_, outcome| {
            drop(outcome);
            ControlFlow::Continue(())
        })?;
        enrolling += begin.elapsed();
        assert_eq!(summary.refused, 0);
    }
    report(&format!("enrol {people}"), enrolling, people);

    let late = numbers.split_off(numbers.len().saturating_sub(10));
    let begin = Instant::now();
    for number in &numbers {
        issuer.revoke(number, Reason::Cancelled, &officer, NOW)?;
    }
    report(&format!("revoke {} one by one", numbers.len()), begin.elapsed(), numbers.len() as u32);

    let out = directory.path().join("status");
    let begin = Instant::now();
    issuer.publish(&out, &officer, NOW)?;
    report("publish", begin.elapsed(), 1);
    for number in &late {
        issuer.revoke(number, Reason::Cancelled, &officer, NOW)?;
    }
    let begin = Instant::now();
    issuer.publish(&out, &officer, NOW)?;
    report("publish again", begin.elapsed(), 1);

    let begin = Instant::now();
    let head = issuer.verify_log(None)?;
    report(&format!("verify a log of {}", head.sequence), begin.elapsed(), head.sequence as u32);
    let registry = std::fs::metadata(directory.path().join("issuer/registry.sqlite"))?.len();
    println!("registry {} MiB", registry >> 20);
    Ok(())
}

/// Person number `n`: a birth date and a sequence that nobody else has. The holder key belongs to no secret.
fn person(n: u32) -> Result<Enrolment, Box<dyn Error>> {
    let birth = Date::from_ymd(1950, 1, 1)?.plus_days(n / 999)?;
    let number = DocumentNumber::compose(RegionCode::parse("440103")?, birth, (n % 999) as u16 + 1)?;
    let document = ResidentId::new(RawDocument {
        number: number.to_string(),
        name: format!("Person {n}"),
        birth: birth.to_string(),
        sex: number.sex().to_string(),
        region: "440103".into(),
        issued: "2020-01-01".into(),
        expires: "2040-01-01".into(),
        extras: Vec::new(),
    })?;
    let loss_code = LossCodeDigest::from_parts([0; 32], [1; 32]);
    // Spread over the field, as real keys are: the registry sorts by them.
    let key = tacit_credential::field::hash_to_field("benchmark", &[&n.to_be_bytes()]) + Fr::from(1u64);
    Ok(Enrolment { document, request: EnrolRequest { holder_key: HolderKey(key), loss_code } })
}

fn report(what: &str, time: Duration, count: u32) {
    let each = time / count.max(1);
    println!("{what}: {:.2} s, {} µs each", time.as_secs_f64(), each.as_micros());
}
