//! `tacit ceremony phase1`.

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use serde_json::json;
use tacit_ceremony::phase1::{Powers, PowersDigest, development, prepare};
use tacit_formats::contribution::ContributorName;
use tacit_formats::ptau::{Power, Ptau};

use super::{DEVELOPMENT, PTAU, absent, hash_lines, powers};
use crate::args::Phase1Command;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, milliseconds};
use crate::progress;

pub(super) fn run(command: Phase1Command, output: Output) -> Result<Report, CliError> {
    match command {
        Phase1Command::Check { ptau } => check(&ptau, output),
        Phase1Command::Prepare { ptau, out } => {
            absent(&out)?;
            let powers =
                Ptau::from_bytes(&files::read_large(&ptau)?).map_err(CliError::malformed(&ptau, PTAU))?;
            let bar = progress::bar(output, 0, "computing Lagrange bases");
            let prepared = prepare(powers, &progress::watch(&bar));
            bar.finish_and_clear();
            written(&prepared.map_err(refused)?, &out)
        }
        Phase1Command::Development { power, out } => {
            absent(&out)?;
            let power = Power::new(power).expect("the grammar allows 1 to 20");
            let bar = progress::bar(output, 0, "making powers of tau");
            let powers = development(power, &mut OsRng, &progress::watch(&bar));
            bar.finish_and_clear();
            output.warn(DEVELOPMENT);
            written(&powers.map_err(refused)?, &out).map(|report| report.key("development", true))
        }
    }
}

fn check(path: &Path, output: Output) -> Result<Report, CliError> {
    let started = Instant::now();
    let bytes = files::read_large(path)?;
    let powers: Powers<'_> = powers(path, &bytes, None, output)?;
    let (power, ceremony, digest) =
        (powers.power().log(), powers.ceremony_power(), hex::encode(powers.digest().0));
    let cut = if power == ceremony { String::new() } else { format!(", cut from 2^{ceremony}") };
    let mut report = Report::new(format_args!(
        "powers of tau for 2^{power} constraints{cut}, checked in {}",
        milliseconds(started.elapsed())
    ));
    let mut contributions = Vec::new();
    for (i, one) in powers.contributions().iter().enumerate() {
        let name = one.name.as_ref().map(ContributorName::as_str);
        let shown = name.unwrap_or("(no name)").escape_debug();
        report = hash_lines(report.line(format_args!("{:3}  {shown}", i + 1)), &one.hash);
        contributions.push(json!({ "number": i + 1, "name": name, "hash": one.hash }));
    }
    if powers.is_development() {
        output.warn(DEVELOPMENT);
    }
    Ok(report
        .line(format_args!("BLAKE2b-512  {digest}"))
        .key("valid", true)
        .key("power", power)
        .key("ceremony_power", ceremony)
        .key("development", powers.is_development())
        .key("contributions", contributions)
        .key("blake2b", digest))
}

fn written(powers: &Ptau, out: &Path) -> Result<Report, CliError> {
    let bytes = powers.to_bytes();
    files::write_new(out, &bytes)?;
    let digest = hex::encode(PowersDigest::of(&bytes).0);
    Ok(Report::new(format_args!("powers of tau in {}", out.display()))
        .line(format_args!("BLAKE2b-512  {digest}"))
        .line("Not checked: run `tacit ceremony phase1 check` on this file before you rely on its digest.")
        .key("file", out.display().to_string())
        .key("checked", false)
        .key("blake2b", digest))
}
