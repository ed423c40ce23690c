//! Enrolment, one by one and in batches: what is refused, and that a bad line or a crash of the caller loses
//! nobody else.
use core::ops::ControlFlow;
use std::collections::BTreeSet;

use rand_core::{CryptoRng, RngCore};
use tacit_credential::document::ResidentId;
use tacit_credential::enrolment::EnrolRequest;
use tacit_credential::field::Fr;
use tacit_credential::holder::HolderKey;
use tacit_credential::poseidon;
use tacit_issuer::{BatchCause, EnrolError, EnrolSummary, Enrolment, EnrolmentLine};

use crate::common::{Bureau, NOW, document, number, raw_document};

#[test]
fn a_credential_verifies_and_says_what_the_document_says() {
    let mut bureau = Bureau::new();
    let request = bureau.request();
    let credential =
        bureau.issuer.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    credential.verify().unwrap();
    assert_eq!(credential.issuer_key, bureau.issuer.credential_keys()[0]);
    assert_eq!(credential.attributes.holder_key, request.holder_key);
    assert_eq!(credential.attributes.number, number(1));
    assert_eq!(credential.attributes.birth, document(1).birth());
    assert_eq!(credential.attributes.expiry, document(1).expires());
}

#[test]
fn a_person_enrolled_twice_is_noticed() {
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    let request = bureau.request();
    let error = bureau.issuer.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(EnrolError::AlreadyEnrolled)));
    assert_eq!(bureau.issuer.counts().unwrap().credentials, 1);
}

#[test]
fn a_holder_key_serves_one_person() {
    let mut bureau = Bureau::new();
    let request = bureau.request();
    bureau.issuer.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    let error = bureau.issuer.enrol(&document(2), &request, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(EnrolError::HolderKeyKnown)));
}

/// Attack 15: whoever presents with the zero secret could be anybody.
#[test]
fn the_key_of_the_zero_secret_is_refused() {
    let mut bureau = Bureau::new();
    let holder_key = HolderKey(poseidon::hash(&[Fr::from(0u64)]));
    let request = EnrolRequest { holder_key, ..bureau.request() };
    let error = bureau.issuer.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(EnrolError::HolderKeyWeak)));
}

#[test]
fn documents_count_from_issue_to_expiry_inclusive() {
    let mut bureau = Bureau::new();
    let mut enrol = |n, issued: &str, expires: &str| {
        let (mut raw, request) = (raw_document(n), bureau.request());
        (raw.issued, raw.expires) = (issued.into(), expires.into());
        let document = ResidentId::new(raw).unwrap();
        bureau.issuer.enrol(&document, &request, &bureau.officer, NOW, &mut bureau.rng)
    };
    assert!(enrol(1, "2020-01-01", "2026-11-25").is_ok());
    assert!(enrol(2, "2026-11-25", "2040-01-01").is_ok());
    assert!(matches!(enrol(3, "2020-01-01", "2026-11-24"), Err(EnrolError::DocumentExpired)));
    assert!(matches!(enrol(4, "2026-11-26", "2040-01-01"), Err(EnrolError::DocumentFromFuture)));
}

/// A bad line concerns itself only. Attack 19: a line whose wallet reports an attribute is a bad one.
#[test]
fn bad_lines_do_not_lose_the_others() {
    let mut bureau = Bureau::new();
    let mut line =
        |document| serde_json::to_string(&EnrolmentLine { document, request: bureau.request() }).unwrap();
    let first = line(raw_document(1));
    let mut contradicting = raw_document(2);
    contradicting.birth = "1990-06-16".into();
    let contradicting = line(contradicting);
    let reported = line(raw_document(3)).replace(r#""request":{"#, r#""request":{"birth":"1950-01-01","#);
    let last = line(raw_document(4));
    let twice = line(raw_document(1));
    let text = [first.as_str(), &contradicting, "not JSON", &reported, &twice, &last].join("\n");

    let mut outcomes = Vec::new();
    let summary = bureau
        .issuer
        .enrol_lines(text.as_bytes(), &bureau.officer, NOW, &mut bureau.rng, |line, outcome| {
            outcomes.push((line, outcome));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(summary, EnrolSummary { enrolled: 2, refused: 4 });
    let lines: Vec<usize> = outcomes.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
    assert!(matches!(outcomes[1].1, Err(EnrolError::Document(_))));
    assert!(matches!(outcomes[2].1, Err(EnrolError::Line(_))));
    assert!(matches!(&outcomes[3].1, Err(EnrolError::Line(error)) if error.to_string().contains("birth")));
    assert!(matches!(outcomes[4].1, Err(EnrolError::AlreadyEnrolled)));
    for good in [0, 5] {
        outcomes[good].1.as_ref().unwrap().verify().unwrap();
    }
    bureau.issuer.verify_log(None).unwrap();
}

#[test]
fn blank_lines_count_and_bytes_that_are_no_text_are_one_bad_line() {
    let mut bureau = Bureau::new();
    let mut line = |n| {
        serde_json::to_vec(&EnrolmentLine { document: raw_document(n), request: bureau.request() }).unwrap()
    };
    let (first, mut garbled, last) = (line(1), line(2), line(3));
    let name = garbled.windows(6).position(|w| w == b"\"name\"").unwrap();
    garbled[name + 9] = 0xff;
    let text = [&b""[..], &first, b" \t\r", &garbled, b"", &last, b"\r", b""].join(&b'\n');

    let mut outcomes = Vec::new();
    let summary = bureau
        .issuer
        .enrol_lines(&text[..], &bureau.officer, NOW, &mut bureau.rng, |line, outcome| {
            outcomes.push((line, outcome));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(summary, EnrolSummary { enrolled: 2, refused: 1 });
    assert!(matches!(&outcomes[..], [(2, Ok(_)), (4, Err(EnrolError::Line(_))), (6, Ok(_))]));
}

/// A caller that cannot keep the results stops the batch at the end of the transaction, not of the file.
#[test]
fn a_caller_that_stops_enrols_nobody_of_the_next_transaction() {
    let mut bureau = Bureau::new();
    let line = |bureau: &mut Bureau, n| {
        serde_json::to_string(&EnrolmentLine { document: raw_document(n), request: bureau.request() })
            .unwrap()
    };
    // The first transaction is 2 people and 2,046 bad lines; the person after it stays new.
    let mut lines = vec![line(&mut bureau, 1), line(&mut bureau, 2)];
    lines.resize(2_048, "not JSON".into());
    lines.push(line(&mut bureau, 3));
    let text = lines.join("\n");
    let mut heard = 0;
    let error = bureau
        .issuer
        .enrol_lines(text.as_bytes(), &bureau.officer, NOW, &mut bureau.rng, |_, _| {
            heard += 1;
            ControlFlow::Break(())
        })
        .unwrap_err();
    assert!(matches!(error.cause, BatchCause::Stopped));
    assert_eq!((error.next_line, heard), (2_049, 1));
    assert_eq!(bureau.issuer.counts().unwrap().credentials, 2);
    // Whoever's result was not heard gets a credential by re-issue; whoever came later is enrolled as usual.
    bureau.issuer.reissue(&document(2), &bureau.officer, NOW, &mut bureau.rng).unwrap().verify().unwrap();
    bureau.enrol(3);
}

#[test]
fn a_read_error_keeps_what_was_read_before() {
    struct Broken<'a>(&'a [u8]);
    impl std::io::Read for Broken<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() { Err(std::io::Error::other("unplugged")) } else { self.0.read(buffer) }
        }
    }
    let mut bureau = Bureau::new();
    let line = EnrolmentLine { document: raw_document(1), request: bureau.request() };
    let text = serde_json::to_string(&line).unwrap() + "\n";
    let mut enrolled = 0;
    let input = std::io::BufReader::new(Broken(text.as_bytes()));
    let error = bureau
        .issuer
        .enrol_lines(input, &bureau.officer, NOW, &mut bureau.rng, |_, outcome| {
            outcome.unwrap();
            enrolled += 1;
            ControlFlow::Continue(())
        })
        .unwrap_err();
    assert!(matches!(error.cause, BatchCause::Read(_)));
    assert_eq!((error.next_line, enrolled), (2, 1));
}

#[test]
fn every_index_is_random_and_given_once() {
    let mut bureau = Bureau::new();
    let people: Vec<Enrolment> =
        (0..999).map(|n| Enrolment { document: document(n), request: bureau.request() }).collect();
    let mut indices = Vec::new();
    bureau
        .issuer
        .enrol_many(people, &bureau.officer, NOW, &mut bureau.rng, |_, outcome| {
            indices.push(outcome.unwrap().attributes.index.get());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(indices.iter().collect::<BTreeSet<_>>().len(), 999);
    assert!(!indices.is_sorted(), "indices follow the order of enrolment");
    assert!(indices.iter().any(|index| *index > 60_000_000), "indices are drawn from a part of the tree");
}

/// A generator that repeats itself: the registry must notice that the index is taken and draw again.
struct Repeating(u32);

impl RngCore for Repeating {
    fn next_u32(&mut self) -> u32 {
        self.0 += 1;
        // Each value four times.
        (self.0 / 4) << 20
    }
    fn next_u64(&mut self) -> u64 {
        self.next_u32().into()
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(self.next_u32() as u8);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Repeating {}

#[test]
fn a_repeated_draw_is_not_given_twice() {
    let mut bureau = Bureau::new();
    let mut rng = Repeating(0);
    let mut indices = BTreeSet::new();
    for n in 0..20 {
        let request = bureau.request();
        let credential = bureau.issuer.enrol(&document(n), &request, &bureau.officer, NOW, &mut rng).unwrap();
        assert!(indices.insert(credential.attributes.index));
    }
}
