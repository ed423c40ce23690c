//! Policies: bounds against a naive reference, the two file forms, and every refusal.

use proptest::prelude::*;

use super::*;
use crate::wire::Decoder;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn ages(minimum_age: Option<u8>, maximum_age: Option<u8>) -> Policy {
    Policy { minimum_age, maximum_age, ..Policy::default() }
}

type Ymd = (i32, u8, u8);

fn ymd(date: Date) -> Ymd {
    (date.year(), date.month(), date.day())
}

/// The age as the law counts it: one more on every birthday, which for 29 February is 1 March in common years.
fn reference_age(birth: Ymd, on: Ymd) -> i32 {
    let (year, month, day) = birth;
    let birthday = |year: i32| {
        let common = year % 4 != 0 || (year % 100 == 0 && year % 400 != 0);
        if (month, day) == (2, 29) && common { (year, 3, 1) } else { (year, month, day) }
    };
    (year + 1..).take_while(|year| birthday(*year) <= on).count() as i32
}

#[test]
fn the_reference_counts_birthdays() {
    assert_eq!(reference_age((2008, 11, 25), (2026, 11, 24)), 17);
    assert_eq!(reference_age((2008, 11, 25), (2026, 11, 25)), 18);
    assert_eq!(reference_age((2008, 2, 29), (2026, 2, 28)), 17);
    assert_eq!(reference_age((2008, 2, 29), (2026, 3, 1)), 18);
    assert_eq!(reference_age((2008, 2, 29), (2028, 2, 28)), 19);
    assert_eq!(reference_age((2008, 2, 29), (2028, 2, 29)), 20);
    assert_eq!(reference_age((2000, 2, 29), (2100, 2, 28)), 99);
    assert_eq!(reference_age((2000, 2, 29), (2100, 3, 1)), 100);
}

/// Every birth date against every age rule, on the days where calendars go wrong.
#[test]
fn bounds_agree_with_the_reference_for_every_birth_date() {
    let calendar: Vec<Ymd> = (0..=Date::MAX.days()).map(|days| ymd(Date::from_days(days).unwrap())).collect();
    for on in [
        "2023-02-28",
        "2023-03-01",
        "2024-02-28",
        "2024-02-29",
        "2024-03-01",
        "2024-12-31",
        "2025-01-01",
        "2025-02-28",
        "2025-03-01",
        "2026-11-25",
        "2028-02-29",
        "2100-02-28",
        "2100-03-01",
        "2104-02-29",
    ] {
        let on = date(on);
        for age in [1, 14, 18, 60, 100, 120] {
            let minimum = ages(Some(age), None).bounds(on).unwrap();
            let maximum = ages(None, Some(age)).bounds(on).unwrap();
            assert_eq!((minimum.born_from, maximum.born_to), (Date::MIN, Date::MAX));
            for (days, birth) in calendar.iter().enumerate().take(on.days() as usize + 400) {
                let reference = reference_age(*birth, ymd(on));
                assert_eq!(
                    days <= minimum.born_to.days() as usize,
                    reference >= i32::from(age),
                    "{birth:?} {age} {on}"
                );
                assert_eq!(
                    days >= maximum.born_from.days() as usize,
                    reference <= i32::from(age),
                    "{birth:?} {age} {on}"
                );
            }
        }
    }
}

/// The boundary of every age on every day of seventeen years, with the leap years 2000 and 2004 and the common year 2100.
#[test]
fn boundaries_agree_with_the_reference_on_every_day() {
    for (first, last) in [("1999-01-01", "2005-12-31"), ("2096-01-01", "2105-12-31")] {
        for days in date(first).days()..=date(last).days() {
            let on = Date::from_days(days).unwrap();
            for age in 1..=98 {
                let latest = latest_birth(on, age).unwrap();
                assert!(reference_age(ymd(latest), ymd(on)) >= i32::from(age), "{latest} {age} {on}");
                let next = latest.plus_days(1).unwrap();
                assert!(reference_age(ymd(next), ymd(on)) < i32::from(age), "{next} {age} {on}");
            }
        }
    }
}

#[test]
fn age_counts_from_the_birthday() {
    let bounds = |policy: Policy, on| {
        let bounds = policy.bounds(date(on)).unwrap();
        (bounds.born_from.to_string(), bounds.born_to.to_string())
    };
    let (_, to) = bounds(ages(Some(18), None), "2026-11-25");
    assert_eq!(to, "2008-11-25");
    // 29 February: today's date may not exist 18 years ago, and the birthday may be tomorrow.
    assert_eq!(bounds(ages(Some(18), None), "2024-02-29").1, "2006-02-28");
    assert_eq!(bounds(ages(Some(18), None), "2026-02-28").1, "2008-02-28");
    assert_eq!(bounds(ages(Some(18), None), "2026-03-01").1, "2008-03-01");
    assert_eq!(bounds(ages(Some(100), None), "2100-02-28").1, "2000-02-28");
    assert_eq!(bounds(ages(Some(100), None), "2000-02-29").1, "1900-02-28");
    assert_eq!(bounds(ages(None, Some(17)), "2026-11-25").0, "2008-11-26");
    assert_eq!(bounds(ages(None, Some(17)), "2026-02-28").0, "2008-02-29");
    assert_eq!(bounds(ages(None, Some(0)), "2026-11-25").0, "2025-11-26");
    // The day that the policy is used on is the day in China.
    let midnight = crate::date::UnixTime(1_795_536_000);
    assert_eq!(bounds(ages(Some(18), None), &midnight.date_utc8().to_string()).1, "2008-11-25");
}

#[test]
fn ages_beyond_the_calendar() {
    let on = date("2010-06-01");
    let minimum = ages(Some(111), None).bounds(on);
    assert!(matches!(minimum, Err(PolicyError::AgeOutsideCalendar(DateError::OutOfRange))), "{minimum:?}");
    assert_eq!(ages(Some(110), None).bounds(on).unwrap().born_to.to_string(), "1900-06-01");
    // Everybody in the calendar is young enough.
    assert_eq!(ages(None, Some(110)).bounds(on).unwrap().born_from, Date::MIN);
    assert_eq!(ages(None, Some(109)).bounds(on).unwrap().born_from.to_string(), "1900-06-02");
}

#[test]
fn what_is_not_asked_is_satisfied_by_everybody() {
    let on = date("2026-11-25");
    let bounds = Policy { valid: false, ..Policy::default() }.bounds(on).unwrap();
    let trivial = Bounds {
        born_from: Date::MIN,
        born_to: Date::MAX,
        today: Date::MIN,
        region: RegionRange::ANY,
        provinces: ProvinceSet::everywhere(),
        disclose: DisclosureMask::NONE,
    };
    assert_eq!(bounds, trivial);
    assert_eq!(Policy::default().bounds(on).unwrap(), Bounds { today: on, ..trivial });
}

macro_rules! assert_refused {
    ($policy:expr, $error:pat) => {{
        let policy: Policy = $policy;
        let error = policy.check();
        assert!(matches!(error, Err($error)), "{error:?}");
        assert!(matches!(policy.bounds(date("2026-11-25")), Err($error)));
        // Files with the same fault are refused for the same reason.
        assert!(matches!(Policy::from_json(&policy.to_json()), Err($error)));
    }};
}

#[test]
fn every_fault_has_its_own_error() {
    let province = |name| Province::parse(name).unwrap();
    assert_refused!(ages(Some(0), None), PolicyError::MinimumAgeZero);
    assert_refused!(ages(Some(121), None), PolicyError::AgeTooHigh);
    assert_refused!(ages(None, Some(255)), PolicyError::AgeTooHigh);
    assert_refused!(ages(Some(19), Some(18)), PolicyError::MinimumAboveMaximum);
    assert_refused!(Policy { provinces: Some(vec![]), ..Policy::default() }, PolicyError::NoProvinces);
    assert_refused!(
        Policy {
            provinces: Some(vec![province("44"), province("Hunan"), province("广东")]),
            ..Policy::default()
        },
        PolicyError::DuplicateProvince
    );
    assert_refused!(
        Policy {
            provinces: Some(vec![province("Hunan")]),
            region: Some(RegionRange::new(440_100, 440_199).unwrap()),
            ..Policy::default()
        },
        PolicyError::RegionOutsideProvinces
    );
    assert_refused!(
        Policy { region: Some(RegionRange::new(900_000, 999_999).unwrap()), ..Policy::default() },
        PolicyError::RegionOutsideProvinces
    );
    assert_refused!(
        Policy { disclose: vec![DisclosedAttribute::Name, DisclosedAttribute::Name], ..Policy::default() },
        PolicyError::DuplicateDisclosure
    );
    assert_refused!(
        Policy { shared_scope: Some(VerifierIdentity::new("group.example").unwrap()), ..Policy::default() },
        PolicyError::SharedScopeAlone
    );
    assert_refused!(Policy { max_status_age_hours: 0, ..Policy::default() }, PolicyError::StatusAgeZero);
    assert_refused!(Policy { title: "x".repeat(81), ..Policy::default() }, PolicyError::Title);
    assert_refused!(Policy { title: "Hotel\n".into(), ..Policy::default() }, PolicyError::Title);
    assert_refused!(Policy { title: "Hotel \u{202e}".into(), ..Policy::default() }, PolicyError::Title);
}

#[test]
fn labels_are_neither_empty_nor_wildcards() {
    assert_eq!(ScopeLabel::new(""), Err(ScopeLabelError::Empty));
    assert_eq!(ScopeLabel::new(" "), Err(ScopeLabelError::Empty));
    assert_eq!(ScopeLabel::new("*"), Err(ScopeLabelError::Wildcard));
    assert_eq!(ScopeLabel::new("shop*"), Err(ScopeLabelError::Wildcard));
    assert_eq!(ScopeLabel::new(" shop"), Err(ScopeLabelError::Text));
    assert_eq!(ScopeLabel::new("a\u{202e}b"), Err(ScopeLabelError::Text));
    assert_eq!(ScopeLabel::new(&"x".repeat(81)), Err(ScopeLabelError::Text));
    assert_eq!(ScopeLabel::new("shop 商店").unwrap().as_str(), "shop 商店");
}

#[test]
fn json_files_are_strict() {
    assert_eq!(Policy::from_json("{}").unwrap(), Policy::default());
    assert!(matches!(Policy::from_json(r#"{"disclose":[]}"#), Err(PolicyError::EmptyDisclosure)));
    for wrong in [
        "",
        // Attack 7: nothing given must not become a policy that asks for nothing.
        "[]",
        "null",
        r#"["Hotel",18]"#,
        r#"{"minimumAge":18}"#,
        r#"{"minimum_age":-1}"#,
        r#"{"minimum_age":256}"#,
        r#"{"minimum_age":"18"}"#,
        r#"{"minimum_age":18,"minimum_age":21}"#,
        r#"{"minimum_age":null}"#,
        r#"{"provinces":null}"#,
        r#"{"pseudonym":null}"#,
        r#"{"pseudonym":"guest","shared_scope":null}"#,
        r#"{"pseudonym":"guest","shared_scope":"*.example"}"#,
        r#"{"provinces":"Guangdong"}"#,
        r#"{"provinces":["Canton"]}"#,
        r#"{"provinces":[91]}"#,
        r#"{"region":{"from":"440199","to":"440100"}}"#,
        r#"{"region":{"from":"440100"}}"#,
        r#"{"region":{"from":"440100","to":"440199","step":2}}"#,
        r#"{"disclose":["photo"]}"#,
        r#"{"disclose":["Name"]}"#,
        r#"{"pseudonym":""}"#,
        r#"{"pseudonym":"*"}"#,
        r#"{"max_status_age_hours":-1}"#,
        r#"{"valid":"yes"}"#,
    ] {
        let result = Policy::from_json(wrong);
        assert!(matches!(result, Err(PolicyError::Json(_))), "{wrong}: {result:?}");
    }
    // None of it is repeated: it may be of another file.
    for wrong in ["\"430102199003074258\"", "430102199003074258", "[430102199003074258]", "[\"李明\"]"] {
        let errors = [
            Policy::from_json(wrong).unwrap_err(),
            #[cfg(feature = "toml")]
            Policy::from_toml(wrong).unwrap_err(),
        ];
        for said in errors.map(|error| error.to_string()) {
            assert!(!said.contains("1990030742") && !said.contains("李明"), "{said}");
        }
    }
    let values = ["\"*430102199003074258\"", "430102199003074258", "-430102199003074258", "\" 李明\""];
    let places = [
        "title",
        "minimum_age",
        "provinces",
        "region",
        "valid",
        "disclose",
        "pseudonym",
        "shared_scope",
        "max_status_age_hours",
    ];
    for (place, value) in places.iter().flat_map(|place| values.map(|value| (place, value))) {
        for json in [
            format!("{{\"{place}\":{value}}}"),
            format!("{{\"{place}\":[{value}]}}"),
            format!("{{\"{place}\":{{\"from\":{value},\"to\":{value}}}}}"),
        ] {
            let Err(error) = Policy::from_json(&json) else {
                assert!(*place == "title" && value.starts_with('"'), "{json} was read");
                continue;
            };
            for said in [error.to_string(), format!("{error:?}")] {
                assert!(!said.contains("1990030742") && !said.contains("李明"), "{json}: {said}");
            }
        }
    }
    // The same checks guard a policy inside a larger file.
    assert!(serde_json::from_str::<Vec<Policy>>("[[]]").is_err());
    assert!(serde_json::from_str::<Policy>(r#"{"provinces":[]}"#).unwrap_err().to_string().contains("empty"));
}

#[test]
fn both_spellings_are_pinned() {
    let policy = Policy {
        title: "Check-in".into(),
        minimum_age: Some(18),
        maximum_age: Some(65),
        provinces: Some(vec![Province::parse("44").unwrap(), Province::parse("43").unwrap()]),
        region: Some(RegionRange::new(430_000, 449_999).unwrap()),
        valid: false,
        disclose: vec![DisclosedAttribute::Name, DisclosedAttribute::Birth],
        pseudonym: Some(ScopeLabel::new("guest").unwrap()),
        shared_scope: Some(VerifierIdentity::new("group.example").unwrap()),
        max_status_age_hours: 24,
    };
    let expected = concat!(
        r#"{"title":"Check-in","minimum_age":18,"maximum_age":65,"provinces":["Guangdong","Hunan"],"valid":false,"#,
        r#""disclose":["name","birth"],"pseudonym":"guest","shared_scope":"group.example","max_status_age_hours":24,"#,
        r#""region":{"from":"430000","to":"449999"}}"#,
    );
    assert_eq!(serde_json::to_string(&policy).unwrap(), expected);
    assert_eq!(Policy::from_json(expected).unwrap(), policy);
    let compact = concat!(
        "08436865636b2d696e", // "Check-in"
        "0112",               // 18
        "0141",               // 65
        "01022c2b",           // Guangdong, Hunan
        "01b09f1acfbb1b",     // 430000 to 449999
        "00",                 // not valid
        "020102",             // name, birth
        "01056775657374",     // "guest"
        "010d67726f75702e6578616d706c65",
        "18", // hours
    );
    assert_eq!(hex::encode(policy.canonical_bytes()), compact);
    assert_eq!(hex::encode(Policy::default().canonical_bytes()), "000000000001000000a801");
    assert_eq!(serde_json::to_string(&Policy::default()).unwrap(), "{}");
}

#[cfg(feature = "toml")]
#[test]
fn toml_files_are_read_and_written() {
    let text = r#"
        title = "Check-in at the Lotus Hotel"
        minimum_age = 18
        provinces = ["Guangdong", 43, "11", "上海"]
        region = { from = 430000, to = "449999" }
        disclose = ["name"]
        pseudonym = "guest"
    "#;
    let policy = Policy::from_toml(text).unwrap();
    assert_eq!(policy.minimum_age, Some(18));
    let codes: Vec<_> = policy.provinces.as_deref().unwrap().iter().map(|province| province.code()).collect();
    assert_eq!(codes, [44, 43, 11, 31]);
    assert_eq!(policy.region, Some(RegionRange::new(430_000, 449_999).unwrap()));
    assert!(policy.valid);
    assert_eq!(policy.max_status_age_hours, DEFAULT_STATUS_AGE_HOURS);
    assert_eq!(Policy::from_toml(&policy.to_toml()).unwrap(), policy);
    assert_eq!(Policy::from_toml("valid = true").unwrap(), Policy::default());
    assert_eq!(Policy::from_toml(&Policy::default().to_toml()).unwrap(), Policy::default());
    for nothing in ["", "\n", "# minimum_age = 18\n"] {
        assert!(matches!(Policy::from_toml(nothing), Err(PolicyError::Nothing)), "{nothing:?}");
    }

    assert!(matches!(Policy::from_toml("minimum_age = -1"), Err(PolicyError::Toml { .. })));
    assert!(matches!(Policy::from_toml("provinces = [-44]"), Err(PolicyError::Toml { .. })));
    assert!(matches!(Policy::from_toml("min_age = 18"), Err(PolicyError::Toml { .. })));
    assert!(matches!(Policy::from_toml("provinces = []"), Err(PolicyError::NoProvinces)));
    assert!(matches!(Policy::from_toml("disclose = []"), Err(PolicyError::EmptyDisclosure)));
    assert!(matches!(
        Policy::from_toml("minimum_age = 21\nmaximum_age = 20"),
        Err(PolicyError::MinimumAboveMaximum)
    ));
}

/// Any policy that passes the checks.
fn policies() -> impl Strategy<Value = Policy> {
    let age = || prop::option::of(1..=MAX_AGE);
    let provinces = prop::option::of(prop::sample::subsequence(&Province::ALL[..], 1..=34).prop_shuffle());
    let region = prop::option::of((0u32..1_000_000, 0u32..1_000_000));
    let disclose = prop::sample::subsequence(&DisclosedAttribute::ALL[..], 0..=7).prop_shuffle();
    let text = ("[a-zA-Z\"\\\\广 ]{0,20}", prop::option::of("[a-z\"'#=广]{1,20}"));
    (text, age(), age(), provinces, region, any::<bool>(), disclose, 1..u32::MAX).prop_filter_map(
        "contradictory",
        |(
            (title, label),
            minimum_age,
            maximum_age,
            provinces,
            region,
            valid,
            disclose,
            max_status_age_hours,
        )| {
            let policy = Policy {
                title,
                minimum_age,
                maximum_age,
                provinces,
                region: region.map(|(a, b)| RegionRange::new(a.min(b), a.max(b)).unwrap()),
                valid,
                disclose,
                shared_scope: label
                    .as_ref()
                    .filter(|label| label.len() > 9)
                    .map(|_| VerifierIdentity::new("group.example").unwrap()),
                pseudonym: label.map(|label| ScopeLabel::new(&label).unwrap()),
                max_status_age_hours,
            };
            policy.check().is_ok().then_some(policy)
        },
    )
}

proptest! {
    #[test]
    fn every_policy_reads_back(policy in policies()) {
        prop_assert_eq!(&Policy::from_json(&policy.to_json()).unwrap(), &policy);
        let bytes = policy.canonical_bytes();
        let mut decoder = Decoder::new(&bytes);
        let read = Policy::decode(&mut decoder).unwrap();
        prop_assert_eq!(read.as_ref(), Some(&policy));
        prop_assert_eq!(decoder.finish(), Ok(()));
        #[cfg(feature = "toml")]
        prop_assert_eq!(&Policy::from_toml(&policy.to_toml()).unwrap(), &policy);
    }

    #[test]
    fn bounds_are_in_order_and_every_policy_can_be_described(policy in policies(), days in 0..=Date::MAX.days()) {
        let on = Date::from_days(days).unwrap();
        let lines = policy.describe(on);
        prop_assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains('\n')));
        match policy.bounds(on) {
            Ok(bounds) => {
                prop_assert!(bounds.born_from <= bounds.born_to);
                prop_assert!(bounds.region.from() <= bounds.region.to());
                prop_assert!(ProvinceSet::from_mask(bounds.provinces.mask()).is_ok());
            }
            Err(PolicyError::AgeOutsideCalendar(_)) => prop_assert!(policy.minimum_age.is_some()),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
