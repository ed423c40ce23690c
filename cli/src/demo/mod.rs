//! `tacit demo`: the main job in one command.
//!
//! Everything happens through the crates and files that the other commands use; with `--keep` the files stay. The
//! demonstration says beforehand how every step should come out, and ends with exit code 1 if one comes out otherwise.

mod attempt;
mod business;
mod cast;
mod closing;
mod refusals;
mod report;
mod scenes;
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use tacit_credential::date::DateError;
use tacit_credential::number::NumberError;
use tacit_credential::region::RegionError;

use crate::Failure;
use crate::args::Demo;
use crate::error::CliError;
use crate::output::{Output, Report, Style};
use report::Stage;
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
    /// The wallet draws its secret in another way than expected.
    #[error("the demonstration's wallets do not have the secrets that it knows; please report this.")]
    Entropy,
}

pub(crate) fn run(arguments: &Demo, output: Output) -> Result<Report, Failure> {
    let started = Instant::now();
    let (dir, temporary) = directory(arguments.keep.as_deref())?;
    let mut stage = Stage::new(output);
    output.say(output.paint(Style::Bold, "Tacit: prove facts about a signed ID without showing the ID"));
    output.say(output.paint(
        Style::Notice,
        "The people are invented. The keys are DEVELOPMENT keys: every `accepted` below is worth nothing outside of this demonstration.",
    ));

    let mut world = World::new(&dir, &mut stage)?;
    world.enrol(arguments.people as usize, &mut stage)?;
    scenes::bureaus(&mut world, &mut stage)?;
    let businesses = scenes::ministry(&mut world, &mut stage)?;
    let learnt = scenes::honest(&world, &businesses, &mut stage)?;
    scenes::next_day(&mut world, &businesses, &mut stage)?;
    refusals::all(&mut world, &businesses, &learnt, &mut stage)?;

    let lin = world.person("lin-xiaoyu")?;
    let knowledge = closing::knowledge(&lin.document, &learnt);
    closing::curtain(&mut stage, &knowledge, &lin.document);
    if arguments.keep.is_some() {
        closing::write_readme(&dir)?;
    }
    let (enrolled, revoked) = (world.enrolled, world.revoked);
    // Closes registries and wallets, then the directory can go.
    drop((world, businesses));
    if let Some(temporary) = temporary {
        temporary.close().map_err(CliError::write(&dir))?;
    }

    let (scenes, differing) = (stage.count(), stage.differing());
    let seconds = started.elapsed().as_secs_f64();
    let kept = arguments.keep.as_ref().map(|dir| dir.display().to_string());
    let detail = json!({
        "scenes": stage.json(), "knowledge": knowledge.json(), "people": enrolled, "revoked": revoked,
        "outcomes": { "as_expected": scenes - differing, "different": differing },
        "development_keys": true, "seconds": seconds, "kept": kept,
    });
    let serde_json::Value::Object(detail) = detail else { unreachable!("an object was just written") };
    if differing > 0 {
        return Err(Failure { error: CliError::DemoDiffers(differing), detail });
    }
    let kept_line = match &kept {
        Some(dir) => format!("Everything is in {dir}; start with {dir}/README.txt."),
        None => "Nothing is left behind; `tacit demo --keep DIR` keeps every file for the other commands."
            .to_owned(),
    };
    let summary = output
        .paint(Style::Good, format_args!("All {scenes} scenes came out as they should, in {seconds:.0} s."));
    Ok(detail
        .into_iter()
        .fold(Report::new(summary).line(kept_line), |report, (key, value)| report.key(&key, value)))
}

/// The directory to work in, and the temporary one to be removed at the end.
fn directory(keep: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), CliError> {
    match keep {
        Some(dir) => {
            if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(CliError::Occupied(dir.to_owned()));
            }
            fs::create_dir_all(dir).map_err(CliError::write(dir))?;
            Ok((dir.to_owned(), None))
        }
        None => {
            let temporary = tempfile::Builder::new()
                .prefix("tacit-demo-")
                .tempdir()
                .map_err(CliError::write(&std::env::temp_dir()))?;
            Ok((temporary.path().to_owned(), Some(temporary)))
        }
    }
}
