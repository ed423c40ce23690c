//! `tacit demo`: the main job in one command.
//!
//! Everything happens through the crates and files that the other commands use; with `--keep` the files stay. The
//! demonstration says beforehand how every step should come out, and ends with exit code 1 if one comes out otherwise.

pub(crate) mod attempt;
mod business;
pub(crate) mod cast;
mod closing;
pub(crate) mod interrupt;
mod kept;
pub(crate) mod layout;
mod refusals;
pub(crate) mod report;
mod scenes;
mod site;
mod step;
pub(crate) mod world;

use std::time::Instant;

use serde_json::{Map, Value, json};
use tacit_credential::date::DateError;
use tacit_credential::number::NumberError;
use tacit_credential::region::RegionError;

use crate::Failure;
use crate::args::Demo;
use crate::error::{CliError, refused};
use crate::output::{Output, Report, Style};
use interrupt::Interrupt;
use layout::Layout;
use report::Stage;
use site::Site;
use world::World;

/// What can go wrong with the demonstration itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DemoError {
    /// No free document number.
    #[error("a district has no free document numbers left; enrol fewer people.")]
    TooManyPeople,
    /// A date of an invented person.
    #[error("an invented date: {0}")]
    Date(#[from] DateError),
    /// A number of an invented person.
    #[error("an invented number: {0}")]
    Number(#[from] NumberError),
    /// A region.
    #[error("an invented region: {0}")]
    Region(#[from] RegionError),
    /// A scene before the lists that it needs.
    #[error("the demonstration's own order is wrong: no trust list names this issuer; please report this.")]
    NoList,
    /// A scene with somebody who is not there.
    #[error("the demonstration knows nobody called {0}; please report this.")]
    NoPerson(&'static str),
    /// No notice would be taken of signals.
    #[error("signals cannot be watched for: {0}")]
    Signals(#[source] std::io::Error),
    /// The wallet draws its secret in another way than expected.
    #[error("the demonstration's wallets do not have the secrets that it knows; please report this.")]
    Entropy,
}

pub(crate) fn run(arguments: &Demo, output: Output) -> Result<Report, Failure> {
    let started = Instant::now();
    let interrupt = Interrupt::watch().map_err(DemoError::Signals).map_err(refused)?;
    let mut stage = Stage::new(output, Layout::of_terminal(), interrupt);
    let site = Site::new(arguments.keep.as_deref())?;
    for folder in site.stale() {
        stage.paragraph(
            Style::Dim,
            &format!("Removed {}, which a demonstration that was killed had left.", folder.display()),
        )?;
    }
    let mut detail = play(arguments, &site, &mut stage)?;
    site.close()?;
    let seconds = started.elapsed().as_secs_f64();
    let kept = arguments.keep.as_ref().map(|dir| dir.display().to_string());
    detail.insert("seconds".into(), seconds.into());
    detail.insert("kept".into(), kept.clone().into());
    let kept = match kept {
        Some(dir) => format!("Everything is in {dir}; start with its README.txt."),
        None => "Nothing is left behind; --keep DIR keeps every file for the other commands.".to_owned(),
    };
    ending(&stage, &format!("{seconds:.0} s"), &kept, detail)
}

/// All acts, up to the closing table. Returns what the JSON object says of them.
fn play(arguments: &Demo, site: &Site, stage: &mut Stage) -> Result<Map<String, Value>, CliError> {
    stage.paragraph(Style::Bold, "Tacit: prove facts about a signed ID without showing the ID")?;
    stage.paragraph(
        Style::Notice,
        "The people are invented. The keys are DEVELOPMENT keys: every `accepted` below is worth nothing outside of this \
         demonstration.",
    )?;
    let mut world = World::new(site.dir(), arguments.keep.is_some(), stage)?;
    world.enrol(arguments.people as usize, stage)?;
    scenes::bureaus(&mut world, stage)?;
    let businesses = scenes::ministry(&mut world, stage)?;
    let learnt = scenes::honest(&world, &businesses, stage)?;
    scenes::next_day(&mut world, &businesses, stage)?;
    refusals::all(&mut world, &businesses, &learnt, stage)?;
    let knowledge = closing::curtain(&world, &businesses, &learnt, stage)?;
    if arguments.keep.is_some() {
        kept::write_readme(site.dir())?;
    }
    let detail = json!({
        "scenes": stage.json(), "knowledge": knowledge.json(), "people": world.enrolled, "revoked": world.revoked,
        "development_keys": true,
    });
    let Value::Object(detail) = detail else { unreachable!("an object was just written") };
    Ok(detail)
}

/// Success only if everything came out as it should.
fn ending(stage: &Stage, time: &str, kept: &str, mut detail: Map<String, Value>) -> Result<Report, Failure> {
    let (scenes, differing, differences) = (stage.count(), stage.differing(), stage.differences());
    let outcomes = json!({
        "as_expected": scenes - differing, "different": differing, "differences": differences,
    });
    detail.insert("outcomes".into(), outcomes);
    if differing > 0 {
        return Err(Failure { error: CliError::DemoDiffers(differences), detail });
    }
    let summary = format!("All {scenes} scenes came out as they should, in {time}.");
    let kept = stage.layout().wrap(0, kept).join("\n");
    let report = Report::new(stage.output().paint(Style::Good, summary)).line(kept);
    Ok(detail.into_iter().fold(report, |report, (key, value)| report.key(&key, value)))
}

#[cfg(test)]
mod tests {
    use super::step::{Outcome, Party, Scene, Step};
    use super::*;

    fn ended(outcomes: &[&'static str]) -> Result<Report, Failure> {
        let mut stage = Stage::new(Output::new(true, true), Layout::of(80), Interrupt::never());
        for outcome in outcomes {
            let step = Step::new(Party::Verifier, "accepted", Outcome::Granted(outcome), "");
            stage.scene(Scene::new("hotel", "A hotel").step(step)).unwrap();
        }
        ending(&stage, "1 s", "", Map::new())
    }

    /// One outcome that differs is enough to fail, and is named in text and in JSON.
    #[test]
    fn an_outcome_that_differs_fails_the_demonstration() {
        assert!(ended(&["accepted", "accepted"]).is_ok());
        let Err(failure) = ended(&["accepted", "paid", "accepted"]) else { panic!("it should fail") };
        assert_eq!((failure.error.exit().code(), failure.error.code()), (1, "demo-differs".to_owned()));
        let line = "hotel: verifier: should have been `accepted` and was `paid`";
        assert!(failure.error.to_string().contains(line), "{}", failure.error);
        let outcomes = json!({ "as_expected": 2, "different": 1, "differences": [line] });
        assert_eq!(failure.detail["outcomes"], outcomes);
    }
}
