//! The end of the demonstration: what each business knows of one guest beside what a photocopy would have told it.
//!
//! No cell of a business is worded from memory: each is read out of the [`VerifiedPresentation`] that its verifier
//! returned (the policy that holds, the values disclosed, the pseudonym, the epoch), or is what the verifier answered when
//! the same presentation was shown once more. The photocopy's cells are the fields of the guest's document.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, TableComponent, Width};
use serde_json::{Value, json};
use tacit_credential::document::RawExtra;
use tacit_credential::extras::ExtraAttribute;
use tacit_credential::holder::Pseudonym;
use tacit_credential::number::Sex;
use tacit_credential::policy::{DisclosedAttribute, Policy};
use tacit_credential::presentation::Disclosed;
use tacit_credential::region::RegionCode;
use tacit_verifier::VerifiedPresentation;

use super::attempt::verify;
use super::business::Business;
use super::layout::{Layout, columns};
use super::report::Stage;
use super::scenes::{Businesses, Guest, Learnt};
use super::step::{Scene, Step};
use super::world::{Person, World};
use crate::error::CliError;
use crate::output::Style;

/// What stands where nothing is known.
const UNKNOWN: &str = "–";
/// From this width on the facts stand in a table, below it in a list.
const TABLE: usize = 78;

/// Shows every accepted presentation again, where it was accepted and at another business; then the table.
pub(crate) fn curtain(
    world: &World,
    businesses: &Businesses,
    learnt: &Learnt,
    stage: &mut Stage,
) -> Result<Knowledge, CliError> {
    let person = world.person("lin-xiaoyu")?;
    stage.act(
        &format!("What each business now knows of {} {}", person.role.name, person.document.name),
        "A proof that was accepted is worth nothing to whoever copies it. Beside that, what the verifiers returned, and what a \
         photocopy of the ID would have told any of them.",
    )?;
    let Businesses { hotel, airline, shop } = businesses;
    let visits =
        [(hotel, airline, &learnt.hotel), (airline, shop, &learnt.airline), (shop, hotel, &learnt.shop)];
    let mut scene = Scene::new("shown-again", "Each of her accepted presentations is shown again");
    let mut columns = Vec::new();
    for (business, neighbour, guest) in visits {
        let Guest { request, presentation, verified } = guest;
        let again = |at: &Business, expected, how: &str| {
            let step = verify(at, request, presentation, expected, |_| String::new()).0;
            let code = step.outcome().code().to_owned();
            step.reworded(format!("{} is shown what {how}: {code}", at.name))
        };
        let here = again(business, "challenge-used", "it accepted before");
        let there = again(neighbour, "other-verifier", &format!("{} accepted", business.name));
        let known = verified.as_ref().map(|verified| Known { verified, here: &here, there: &there });
        columns.push((business.name, known.map(|known| known.facts(world, person))));
        scene = scene.step(here).step(there);
    }
    stage.scene(scene)?;
    let knowledge = Knowledge::new(&columns, photocopy(world, person));
    let mut lines = knowledge.lines(stage.layout());
    lines.push(String::new());
    stage.say(&lines)?;
    stage.paragraph(Style::Dim, &stage.costs())?;
    Ok(knowledge)
}

/// What one business was told.
struct Known<'a> {
    verified: &'a VerifiedPresentation,
    here: &'a Step,
    there: &'a Step,
}

/// A fact, and what is known of it, if anything is.
type Fact = (String, Option<String>);

impl Known<'_> {
    /// In the order of [`photocopy`].
    fn facts(&self, world: &World, person: &Person) -> Vec<Fact> {
        let (policy, disclosed) = (self.verified.policy(), self.verified.disclosed());
        let epoch = self.verified.epoch();
        let issuers =
            world.lists.iter().find(|list| list.epoch() == epoch).map(|list| list.list().issuers.len());
        let mut cells = vec![
            disclosed.name.as_ref().map(|name| name.as_str().to_owned()),
            disclosed.number.as_ref().map(|number| number.as_str().to_owned()),
            age(policy, disclosed),
            disclosed.sex.map(|sex| if sex == Sex::Male { "male" } else { "female" }.to_owned()),
            residence(policy, disclosed),
        ];
        cells.extend(person.document.extras.iter().map(|extra| opened(&extra.label, disclosed)));
        cells.extend([
            policy.valid.then(|| format!("on {}", self.verified.date())),
            Some(format!("in epoch {epoch}")),
            issuers.map(|count| format!("one of {count} bureaus")),
            recognition(self.verified.pseudonym(), disclosed),
            Some(shown(self.here)),
            Some(shown(self.there)),
        ]);
        rows(&person.document.extras).into_iter().zip(cells).collect()
    }
}

/// The facts by name, in order; the further attributes under their own.
fn rows(extras: &[RawExtra]) -> Vec<String> {
    let first = ["name", "document number", "age", "sex", "residence"].map(str::to_owned);
    let last = ["valid", "not revoked", "issued by", "recognises her", "shown again", "shown elsewhere"]
        .map(str::to_owned);
    first.into_iter().chain(extras.iter().map(|extra| extra.label.clone())).chain(last).collect()
}

/// What is printed on the ID, in the order of [`rows`].
fn photocopy(world: &World, person: &Person) -> Vec<Option<String>> {
    let document = &person.document;
    let province = document.region.parse().ok().and_then(|code| RegionCode::new(code).ok());
    let residence = province.map_or(document.region.clone(), |code| place(&code));
    let issuer = &world.bureaus[person.role.bureau];
    let mut cells = vec![
        Some(document.name.clone()),
        Some(document.number.clone()),
        Some(format!("born on {}", document.birth)),
        Some(document.sex.clone()),
        Some(residence),
    ];
    cells.extend(
        document.extras.iter().map(|extra| Some(extra.value.clone().unwrap_or("the picture".to_owned()))),
    );
    cells.extend([
        Some(format!("{} to {}", document.issued, document.expires)),
        None,
        Some(issuer.name().to_owned()),
        Some("by number, everywhere".to_owned()),
        Some("looks the same".to_owned()),
        Some("looks the same".to_owned()),
    ]);
    cells
}

fn age(policy: &Policy, disclosed: &Disclosed) -> Option<String> {
    let bounds = match (policy.minimum_age, policy.maximum_age) {
        (None, None) => None,
        (Some(low), None) => Some(format!("{low} or older")),
        (None, Some(high)) => Some(format!("{high} or younger")),
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
    };
    disclosed.birth.map(|birth| format!("born on {birth}")).or(bounds)
}

fn residence(policy: &Policy, disclosed: &Disclosed) -> Option<String> {
    if let Some(region) = &disclosed.region {
        return Some(place(region));
    }
    let provinces = policy.provinces.as_ref().map(|list| {
        let names: Vec<_> = list.iter().map(|province| province.name_en()).collect();
        names.join(" or ")
    });
    let range = policy.region.map(|range| format!("code {:06} to {:06}", range.from(), range.to()));
    let parts: Vec<String> = provinces.into_iter().chain(range).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn place(region: &RegionCode) -> String {
    format!("{:06}, {}", region.code(), region.province().name_en())
}

/// A further attribute, if the holder opened it.
fn opened(label: &str, disclosed: &Disclosed) -> Option<String> {
    let extra: &ExtraAttribute =
        disclosed.extras.as_ref()?.opened().iter().find(|extra| extra.label() == label)?;
    Some(core::str::from_utf8(extra.value()).map_or_else(|_| "the picture".to_owned(), str::to_owned))
}

/// By what the business knows the guest the next time: the pseudonym, or a value that picks out one person.
fn recognition(pseudonym: Option<&Pseudonym>, disclosed: &Disclosed) -> Option<String> {
    let identifying: Vec<String> = DisclosedAttribute::ALL
        .into_iter()
        .filter(|attribute| attribute.identifies() && disclosed.mask().contains(*attribute))
        .map(|attribute| attribute.to_string())
        .collect();
    match (pseudonym, &identifying[..]) {
        (_, [_, ..]) => Some(format!("by {}", identifying.join(" and "))),
        (Some(pseudonym), []) => {
            let text = pseudonym.to_string();
            Some(format!("as {}…, only here", &text[..8.min(text.len())]))
        }
        (None, []) => None,
    }
}

/// What the verifier said when it saw the presentation again.
fn shown(step: &Step) -> String {
    format!("{}: {}", step.verdict().1, step.outcome().code().replace('-', " "))
}

/// What each business knows of one guest, fact by fact, beside what a photocopy would have told it.
pub(crate) struct Knowledge {
    /// Businesses, the photocopy last.
    columns: Vec<String>,
    rows: Vec<(String, Vec<Option<String>>)>,
}

impl Knowledge {
    /// A business without facts, since it accepted nothing, knows nothing.
    fn new(businesses: &[(&'static str, Option<Vec<Fact>>)], photocopy: Vec<Option<String>>) -> Self {
        let names = businesses.iter().find_map(|(_, facts)| facts.as_ref());
        let names: Vec<String> =
            names.map_or(Vec::new(), |facts| facts.iter().map(|(name, _)| name.clone()).collect());
        let rows = names.into_iter().zip(photocopy).enumerate().map(|(i, (name, printed))| {
            let known =
                businesses.iter().map(|(_, facts)| facts.as_ref().and_then(|facts| facts[i].1.clone()));
            (name, known.chain([printed]).collect())
        });
        let rows = rows.collect();
        let columns =
            businesses.iter().map(|(name, _)| (*name).to_owned()).chain(["a photocopy".to_owned()]).collect();
        Self { columns, rows }
    }

    /// The facts as text.
    fn lines(&self, layout: Layout) -> Vec<String> {
        if layout.width() < TABLE { self.list(layout) } else { self.table(layout) }
    }

    fn table(&self, layout: Layout) -> Vec<String> {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY);
        for between_rows in [
            TableComponent::HorizontalLines,
            TableComponent::MiddleIntersections,
            TableComponent::LeftBorderIntersections,
            TableComponent::RightBorderIntersections,
        ] {
            table.remove_style(between_rows);
        }
        let width = u16::try_from(layout.width()).unwrap_or(u16::MAX);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table.set_header(std::iter::once("").chain(self.columns.iter().map(String::as_str)));
        for (fact, cells) in &self.rows {
            let cells = cells.iter().map(|cell| cell.as_deref().unwrap_or(UNKNOWN));
            table.add_row(std::iter::once(fact.as_str()).chain(cells));
        }
        // The longest word of each column stays in one piece.
        for (i, column) in table.column_iter_mut().enumerate() {
            let words = self.rows.iter().flat_map(|(fact, cells)| match i {
                0 => fact.split(' '),
                i => cells[i - 1].as_deref().unwrap_or(UNKNOWN).split(' '),
            });
            let longest = words.map(columns).max().unwrap_or(0);
            let fixed = u16::try_from(longest + 2).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(fixed)));
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    fn list(&self, layout: Layout) -> Vec<String> {
        let mut lines = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            lines.push(column.clone());
            for (fact, cells) in &self.rows {
                let line = format!("{fact}: {}", cells[i].as_deref().unwrap_or(UNKNOWN));
                lines.extend(layout.wrap_item(2, &line).into_iter().map(|line| format!("  {line}")));
            }
        }
        lines
    }

    /// The same as JSON: an object for each column, null where nothing is known.
    pub(crate) fn json(&self) -> Value {
        let column = |i: usize| -> serde_json::Map<String, Value> {
            self.rows.iter().map(|(fact, cells)| (fact.clone(), json!(cells[i]))).collect()
        };
        self.columns.iter().enumerate().map(|(i, name)| json!({ "who": name, "knows": column(i) })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_credential::date::Date;
    use tacit_credential::name::Name;
    use tacit_credential::region::{Province, RegionRange};

    #[test]
    fn a_business_knows_what_its_policy_proves_and_no_more() {
        let nothing = Disclosed::default();
        assert_eq!(age(&Policy::default(), &nothing), None);
        assert_eq!(residence(&Policy::default(), &nothing), None);
        assert_eq!(recognition(None, &nothing), None);
        let ages = |minimum_age, maximum_age| {
            age(&Policy { minimum_age, maximum_age, ..Policy::default() }, &nothing)
        };
        assert_eq!(ages(Some(21), None).unwrap(), "21 or older");
        assert_eq!(ages(None, Some(25)).unwrap(), "25 or younger");
        assert_eq!(ages(Some(18), Some(25)).unwrap(), "18 to 25");
        let provinces = ["Hunan", "Hubei"].map(|name| Province::parse(name).unwrap()).into();
        let policy = Policy {
            provinces: Some(provinces),
            region: Some(RegionRange::new(420_000, 430_102).unwrap()),
            ..Policy::default()
        };
        assert_eq!(residence(&policy, &nothing).unwrap(), "Hunan or Hubei, code 420000 to 430102");
    }

    #[test]
    fn a_value_that_was_shown_says_more_than_a_bound() {
        let disclosed = Disclosed {
            birth: Some(Date::parse("1998-12-11").unwrap()),
            region: Some(RegionCode::new(440_104).unwrap()),
            name: Some(Name::new("林晓雨").unwrap()),
            ..Disclosed::default()
        };
        let policy = Policy { minimum_age: Some(18), ..Policy::default() };
        assert_eq!(age(&policy, &disclosed).unwrap(), "born on 1998-12-11");
        assert_eq!(residence(&policy, &disclosed).unwrap(), "440104, Guangdong");
        assert_eq!(recognition(None, &disclosed).unwrap(), "by name");
        assert_eq!(opened("portrait", &disclosed), None);
    }

    fn knowledge() -> Knowledge {
        let fact = |name: &str, cell: Option<&str>| (name.to_owned(), cell.map(str::to_owned));
        let hotel = vec![
            fact("name", None),
            fact("recognises her", Some("Guangdong or Hunan")),
            fact("shown again", Some("refused: challenge used")),
        ];
        let airline = vec![
            fact("name", Some("林晓雨")),
            fact("recognises her", None),
            fact("shown again", Some("refused: challenge used")),
        ];
        let businesses =
            vec![("Lotus Hotel", Some(hotel)), ("Crane Airlines", Some(airline)), ("Lantern Shop", None)];
        let photocopy = ["林晓雨", "440104199812114585", "looks the same"].map(|cell| Some(cell.to_owned()));
        Knowledge::new(&businesses, photocopy.into())
    }

    #[test]
    fn the_table_fits_every_width_and_breaks_no_word() {
        for width in 60..=110 {
            let lines = knowledge().lines(Layout::of(width));
            for line in &lines {
                assert!(
                    columns(line) <= width,
                    "{} columns of {width}:\n{}",
                    columns(line),
                    lines.join("\n")
                );
            }
            let text = lines.join("\n");
            for word in ["440104199812114585", "challenge", "Guangdong", "林晓雨", "recognises"] {
                assert!(text.contains(word), "{word} at {width}:\n{text}");
            }
        }
    }

    #[test]
    fn the_json_says_what_the_table_says() {
        let json = knowledge().json();
        assert_eq!(
            json[0]["knows"],
            json!({ "name": null, "recognises her": "Guangdong or Hunan", "shown again": "refused: challenge used" })
        );
        assert_eq!(
            (&json[1]["who"], &json[1]["knows"]["name"]),
            (&json!("Crane Airlines"), &json!("林晓雨"))
        );
        // It accepted nothing.
        assert_eq!(json[2]["knows"], json!({ "name": null, "recognises her": null, "shown again": null }));
        assert_eq!(json[3]["knows"]["recognises her"], "440104199812114585");
    }
}
