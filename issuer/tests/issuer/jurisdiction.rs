//! Nobody is enrolled by two bureaus: the region in the document number decides, and not the residence.
use core::ops::ControlFlow;

use tacit_credential::document::{RawDocument, ResidentId};
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::{Jurisdiction, RegionCode};
use tacit_credential::signing::OperatorKey;
use tacit_issuer::{EnrolError, EnrolSummary, EnrolmentLine, Issuer, ReissueError};

use crate::common::{Bureau, NOW, document, jurisdiction, raw_document};

/// The document of a person first registered in `origin` who lives in `residence`.
fn person(origin: u32, residence: u32, n: u16) -> RawDocument {
    let like = ResidentId::new(raw_document(n)).unwrap();
    let number = DocumentNumber::compose(RegionCode::new(origin).unwrap(), like.birth(), n).unwrap();
    RawDocument { number: number.to_string(), region: residence.to_string(), ..raw_document(n) }
}

/// The bureau of Changsha, beside that of Shenzhen.
fn changsha(bureau: &mut Bureau) -> Issuer {
    let home = bureau.directory.path().join("changsha");
    let (id, area) = ("hn-changsha".parse().unwrap(), Jurisdiction::parse(["430100-430199"]).unwrap());
    Issuer::init(&home, id, "Changsha Bureau", area, &bureau.officer, NOW, &mut bureau.rng).unwrap()
}

#[test]
fn whoever_is_of_another_region_is_refused() {
    let mut bureau = Bureau::new();
    for (n, origin) in [440_299, 440_400, 430_102, 110_101].into_iter().enumerate() {
        // Residents of Shenzhen all of them.
        let document = ResidentId::new(person(origin, 440_305, n as u16)).unwrap();
        let request = bureau.request();
        let error = bureau
            .issuer
            .enrol(&document, &request, &bureau.officer, NOW, &mut bureau.rng)
            .expect_err("a stranger");
        assert!(
            matches!(&error, EnrolError::OutsideJurisdiction { jurisdiction: own } if *own == jurisdiction()),
            "{origin}: {error}"
        );
        let message = error.to_string();
        assert!(message.contains("440300-440399") && !message.contains(&origin.to_string()), "{message}");
    }
    for (n, origin) in [440_300, 440_399].into_iter().enumerate() {
        let document = ResidentId::new(person(origin, 110_101, n as u16)).unwrap();
        let request = bureau.request();
        bureau.issuer.enrol(&document, &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    }
    assert_eq!(bureau.issuer.counts().unwrap().people, 2);
}

/// Enrolled at home, moved, and asking the bureau of the new residence for a second credential: under the
/// residence's region that bureau would have enrolled a person whom it never saw.
#[test]
fn a_person_who_moves_gets_no_second_credential() {
    let mut bureau = Bureau::new();
    let mut changsha = changsha(&mut bureau);
    let at_home = ResidentId::new(person(440_305, 440_305, 1)).unwrap();
    let moved = ResidentId::new(person(440_305, 430_102, 1)).unwrap();
    let request = bureau.request();
    let old = bureau.issuer.enrol(&at_home, &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();

    let another_key = bureau.request();
    let error = changsha.enrol(&moved, &another_key, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(EnrolError::OutsideJurisdiction { .. })));
    let error = changsha.reissue(&moved, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(ReissueError::NotEnrolled)));
    let error = bureau.issuer.enrol(&moved, &another_key, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(EnrolError::AlreadyEnrolled)));

    // The bureau of the number signs the new residence, for the same holder key.
    let new = bureau.issuer.reissue(&moved, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    assert_eq!(new.attributes.region.code(), 430_102);
    assert_eq!(new.attributes.holder_key, old.attributes.holder_key);
    // And whoever moved before being enrolled at all goes there too.
    let request = bureau.request();
    let late = ResidentId::new(person(440_305, 430_102, 2)).unwrap();
    bureau.issuer.enrol(&late, &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    assert_eq!((bureau.issuer.counts().unwrap().people, changsha.counts().unwrap().people), (2, 0));
}

#[test]
fn a_stranger_in_a_batch_concerns_that_line_alone() {
    let mut bureau = Bureau::new();
    let people = [raw_document(1), person(430_102, 440_305, 2), raw_document(3)];
    let lines = people.map(|document| {
        serde_json::to_string(&EnrolmentLine { document, request: bureau.request() }).unwrap()
    });
    let mut refused = Vec::new();
    let summary = bureau
        .issuer
        .enrol_lines(lines.join("\n").as_bytes(), &bureau.officer, NOW, &mut bureau.rng, |line, outcome| {
            if let Err(EnrolError::OutsideJurisdiction { .. }) = outcome {
                refused.push(line);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!((summary, refused), (EnrolSummary { enrolled: 2, refused: 1 }, vec![2]));
    bureau.issuer.verify_log(None).unwrap();
}

/// The record and each proof of possession in it are for the jurisdiction that the issuer was made for,
/// rotation or not.
#[test]
fn the_record_says_the_jurisdiction_of_the_first_day() {
    let mut bureau = Bureau::new();
    let operator: OperatorKey = Bureau::operator();
    bureau.enrol(1);
    bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng).unwrap();
    for issuer in [&bureau.issuer, &Issuer::open(&bureau.home()).unwrap()] {
        let record = issuer.record(&operator, NOW, &mut bureau.rng).unwrap();
        assert_eq!((record.keys.len(), &record.jurisdiction), (2, &jurisdiction()));
        record.verify(&operator).unwrap();
    }
    let log = bureau.issuer.log(1, 1).unwrap();
    assert_eq!(log[0].detail, "gd-shenzhen for 440300-440399");
    // Both keys sign for it: whoever is inside is enrolled under the new one as under the old.
    let request = bureau.request();
    bureau.issuer.enrol(&document(2), &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
}
