//! What a policy asks beyond its verifier's certificate.
//!
//! Not checked here: that the certificate is the operator's ([`SignedRequest::verify`](crate::request::SignedRequest::verify)),
//! and that a shared scope is one that the certificate lists: that one is refused there, not warned of.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use super::{DisclosedAttribute, Policy, narrow};
use crate::certificate::{Allowance, EndpointFault, Recognition, ResidenceAllowance};
use crate::date::Date;
use crate::name::is_plain_text;

/// One thing that a request asks beyond its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Beyond {
    /// An attribute that may not be seen.
    Disclosure(DisclosedAttribute),
    /// A further attribute of this label, which may not be seen.
    FurtherAttribute(String),
    /// An age, although ages may not be asked.
    Age,
    /// A narrower age range than allowed.
    AgeRange {
        /// Birth dates in the range.
        days: u32,
        /// The fewest that are allowed.
        narrowest: NonZeroU32,
    },
    /// A residence, although residences may not be asked.
    Residence,
    /// A range of region codes, although only provinces may be asked.
    Region,
    /// A pseudonym, although the verifier may not recognise its guests again.
    Pseudonym,
    /// An answer that goes elsewhere than the certificate says.
    Endpoint(EndpointFault),
}

impl Policy {
    /// What this policy asks beyond `allowance` on the day `on`; empty if it keeps to it. A policy that nobody can satisfy
    /// has no ages to compare; answering it is refused anyway.
    pub fn beyond(&self, allowance: &Allowance, on: Date) -> Vec<Beyond> {
        let mut beyond = Vec::new();
        let refused = self.disclose.iter().filter(|attribute| !allowance.allows(**attribute));
        beyond.extend(refused.copied().map(Beyond::Disclosure));
        if self.minimum_age.is_some() || self.maximum_age.is_some() {
            match (allowance.narrowest_age_days, narrow::age_range_days(self, on)) {
                (None, _) => beyond.push(Beyond::Age),
                (Some(narrowest), Some(days)) if days < narrowest.get() => {
                    beyond.push(Beyond::AgeRange { days, narrowest });
                }
                (Some(_), _) => {}
            }
        }
        match allowance.residence {
            ResidenceAllowance::Nothing if self.provinces.is_some() || self.region.is_some() => {
                beyond.push(Beyond::Residence);
            }
            ResidenceAllowance::Provinces if self.region.is_some() => beyond.push(Beyond::Region),
            _ => {}
        }
        if self.pseudonym.is_some() && allowance.recognition == Recognition::Never {
            beyond.push(Beyond::Pseudonym);
        }
        beyond
    }
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disclosure(attribute) => {
                write!(f, "its certificate does not allow it to see {}", attribute.in_words())
            }
            Self::FurtherAttribute(label) if is_plain_text(label) => {
                write!(f, "its certificate does not allow it to see your further attribute \"{label}\"")
            }
            Self::FurtherAttribute(_) => {
                f.write_str("its certificate does not allow it to see one of your further attributes")
            }
            Self::Age => f.write_str("its certificate does not allow it to ask about your age"),
            Self::AgeRange { days, narrowest } => write!(
                f,
                "its certificate allows it age ranges of {narrowest} days or more, and this one has {days}"
            ),
            Self::Residence => f.write_str("its certificate does not allow it to ask where you live"),
            Self::Region => {
                f.write_str("its certificate allows it to ask for provinces, not for a city or county")
            }
            Self::Pseudonym => f.write_str("its certificate does not allow it to recognise you again"),
            Self::Endpoint(EndpointFault::OtherHost { host }) => {
                write!(f, "your answer would go to {host}, which its certificate does not name")
            }
            Self::Endpoint(EndpointFault::OfDesk { host }) => {
                write!(f, "it is certified as a desk without network, but your answer would go to {host}")
            }
            Self::Endpoint(EndpointFault::Unclear) => {
                f.write_str("it cannot be told for certain to which host your answer would go")
            }
            Self::Endpoint(EndpointFault::Unencrypted) => {
                f.write_str("your answer would travel unencrypted (http, not https)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ScopeLabel;
    use super::*;
    use crate::certificate::ExtrasAllowance;
    use crate::region::{Province, RegionRange};

    fn on() -> Date {
        Date::from_ymd(2026, 11, 25).unwrap()
    }

    /// Everything that can be asked, apart from contradictions.
    fn greedy() -> Policy {
        Policy {
            minimum_age: Some(30),
            maximum_age: Some(30),
            provinces: Some(vec![Province::parse("Guangdong").unwrap()]),
            region: Some(RegionRange::new(440_106, 440_106).unwrap()),
            disclose: DisclosedAttribute::ALL.to_vec(),
            pseudonym: Some(ScopeLabel::new("guest").unwrap()),
            ..Policy::default()
        }
    }

    /// Everything is allowed, but for one change.
    fn but(change: impl FnOnce(&mut Allowance)) -> Allowance {
        let mut allowance = Allowance::everything();
        change(&mut allowance);
        allowance
    }

    #[test]
    fn an_allowance_of_everything_allows_everything_and_an_empty_one_a_valid_id() {
        assert_eq!(greedy().beyond(&Allowance::everything(), on()), []);
        assert_eq!(Policy::default().beyond(&Allowance::default(), on()), []);
        let beyond = greedy().beyond(&Allowance::default(), on());
        let disclosures = DisclosedAttribute::ALL.map(Beyond::Disclosure);
        assert_eq!(beyond[..7], disclosures);
        assert_eq!(beyond[7..], [Beyond::Age, Beyond::Residence, Beyond::Pseudonym]);
    }

    /// One thing taken away from an allowance that allows everything: that one is beyond, and nothing else.
    #[test]
    fn each_limit_is_kept_by_itself() {
        let everything = Allowance::everything;
        let of_document: Vec<_> =
            DisclosedAttribute::ALL.into_iter().filter(|a| *a != DisclosedAttribute::Extras).collect();
        for attribute in &of_document {
            let others: Vec<_> = of_document.iter().copied().filter(|other| other != attribute).collect();
            let allowance = everything().with_disclosures(&others, ExtrasAllowance::All).unwrap();
            assert_eq!(greedy().beyond(&allowance, on()), [Beyond::Disclosure(*attribute)]);
        }
        let no_extras = everything().with_disclosures(&of_document, ExtrasAllowance::Nothing).unwrap();
        let beyond = greedy().beyond(&no_extras, on());
        assert_eq!(beyond, [Beyond::Disclosure(DisclosedAttribute::Extras)]);
        let ageless = but(|allowance| allowance.narrowest_age_days = None);
        assert_eq!(greedy().beyond(&ageless, on()), [Beyond::Age]);
        let placeless = but(|allowance| allowance.residence = ResidenceAllowance::Nothing);
        assert_eq!(greedy().beyond(&placeless, on()), [Beyond::Residence]);
        let coarse = but(|allowance| allowance.residence = ResidenceAllowance::Provinces);
        assert_eq!(greedy().beyond(&coarse, on()), [Beyond::Region]);
        let forgetful = but(|allowance| allowance.recognition = Recognition::Never);
        assert_eq!(greedy().beyond(&forgetful, on()), [Beyond::Pseudonym]);
    }

    #[test]
    fn age_ranges_are_counted_in_birth_dates() {
        // Thirty years old on 2026-11-25: born from 1995-11-26 to 1996-11-25, with 29 February 1996.
        let allowing = |days| but(|allowance| allowance.narrowest_age_days = NonZeroU32::new(days));
        assert_eq!(greedy().beyond(&allowing(366), on()), []);
        let narrowest = NonZeroU32::new(367).unwrap();
        assert_eq!(greedy().beyond(&allowing(367), on()), [Beyond::AgeRange { days: 366, narrowest }]);
        // One bound alone is wide, except the youngest: nobody is born after today.
        let one_bound = |minimum_age, maximum_age| Policy { minimum_age, maximum_age, ..Policy::default() };
        assert_eq!(one_bound(Some(18), None).beyond(&allowing(36_500), on()), []);
        let infants = one_bound(None, Some(0)).beyond(&allowing(366), on());
        assert!(matches!(infants[..], [Beyond::AgeRange { days: 365, .. }]));
    }

    #[test]
    fn every_finding_has_a_code_and_words_of_its_own() {
        let host = crate::certificate::VerifierIdentity::new("evil.example").unwrap();
        let narrowest = NonZeroU32::new(9).unwrap();
        let mut findings = vec![
            Beyond::FurtherAttribute("portrait".into()),
            Beyond::Age,
            Beyond::AgeRange { days: 3, narrowest },
            Beyond::Residence,
            Beyond::Region,
            Beyond::Pseudonym,
            Beyond::Endpoint(EndpointFault::OtherHost { host: host.clone() }),
            Beyond::Endpoint(EndpointFault::OfDesk { host }),
            Beyond::Endpoint(EndpointFault::Unclear),
            Beyond::Endpoint(EndpointFault::Unencrypted),
        ];
        findings.extend(DisclosedAttribute::ALL.map(Beyond::Disclosure));
        let mut words: Vec<_> = findings.iter().map(Beyond::to_string).collect();
        assert!(words.iter().all(|text| !text.contains('\n') && !text.ends_with('.')));
        words.sort();
        words.dedup();
        assert_eq!(words.len(), findings.len());
        assert!(findings.iter().all(|finding| finding.code().starts_with("beyond-")));
        let hostile = Beyond::FurtherAttribute("a\u{202e}b".into()).to_string();
        assert!(is_plain_text(&hostile));
    }
}
