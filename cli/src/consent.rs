//! The consent screen: who asks, what will be proved, what will be disclosed; then the question.
//!
//! Asked for every presentation: no answer is remembered. Without a terminal and without `--yes` the answer is no.
//! A request that goes beyond its verifier's certificate has a question of its own, which `--yes` does not answer:
//! `--allow-beyond-certificate` does.

use std::io::{self, BufRead, IsTerminal, Write};

use tacit_wallet::{ConsentSummary, VerifierSummary, Warning};

use crate::error::CliError;
use crate::output::{Output, Style};

/// What the holder said on the command line.
#[derive(Clone, Copy)]
pub(crate) struct Agreed {
    /// `--yes`: shown all the same, not asked.
    pub(crate) to_present: bool,
    /// `--allow-beyond-certificate`.
    pub(crate) beyond_certificate: bool,
}

/// Shows the summary and asks whatever is not agreed to yet.
pub(crate) fn ask(summary: &ConsentSummary, agreed: Agreed, output: Output) -> Result<(), CliError> {
    if !output.is_json() {
        eprint!("{}", screen(summary, output));
    }
    let beyond = summary.warnings.iter().any(|warning| matches!(warning, Warning::Beyond(_)));
    let can_ask = !output.is_json() && io::stdin().is_terminal() && io::stderr().is_terminal();
    if beyond && !agreed.beyond_certificate {
        if agreed.to_present || !can_ask {
            return Err(CliError::ConsentBeyondCertificate);
        }
        question("This goes beyond what the trust operator lets it ask. Answer all the same? [y/N] ")?;
    }
    if agreed.to_present {
        return Ok(());
    }
    if !can_ask {
        return Err(CliError::ConsentImpossible);
    }
    question("Prove and send this? [y/N] ")
}

fn question(text: &str) -> Result<(), CliError> {
    eprint!("{text}");
    // A prompt that cannot be flushed is still a prompt; the answer decides.
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|_| CliError::ConsentImpossible)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CliError::ConsentDeclined),
    }
}

/// The screen as text.
fn screen(summary: &ConsentSummary, output: Output) -> String {
    let painted = lines(summary)
        .into_iter()
        .map(|(style, line)| style.map_or(line.clone(), |style| output.paint(style, &line)) + "\n");
    painted.collect()
}

/// The screen line by line, each with the style that makes it stand out.
pub(crate) fn lines(summary: &ConsentSummary) -> Vec<(Option<Style>, String)> {
    let plain = |text: String| (None, text);
    let mut lines = Vec::new();
    match &summary.verifier {
        VerifierSummary::Yes { name, identity, .. } => {
            lines.push((Some(Style::Bold), format!("{name} ({identity}) asks")));
        }
        VerifierSummary::No { key } => {
            lines.push((Some(Style::Bad), format!("an uncertified verifier with key {key} asks")));
        }
    }
    if !summary.title.is_empty() {
        lines.push(plain(format!("  for: {}", summary.title)));
    }
    lines.push(plain(format!("  where the answer goes: {}; until {}", summary.endpoint, summary.expires_at)));
    lines.push(plain("What will be proved:".to_owned()));
    lines.extend(summary.clauses.iter().map(|clause| plain(format!("  - {clause}"))));
    if summary.disclosed.is_empty() {
        lines.push(plain("Nothing will be disclosed.".to_owned()));
    } else {
        lines.push(plain("What will be disclosed:".to_owned()));
        for item in &summary.disclosed {
            lines.push((Some(Style::Notice), format!("  ! {}: {}", item.attribute, item.value)));
        }
    }
    if let Some(pseudonym) = &summary.pseudonym {
        let text = format!(
            "It will know you again as {}… {} {} for \"{}\".",
            &pseudonym.pseudonym[..12.min(pseudonym.pseudonym.len())],
            if pseudonym.shared { "with every business of" } else { "at" },
            pseudonym.identity,
            pseudonym.label
        );
        lines.push((Some(Style::Notice), text));
    }
    let credential = &summary.credential;
    lines.push(plain(format!(
        "With credential {}: {}, {}.",
        credential.id, credential.name, credential.number
    )));
    lines.extend(summary.shown_before.iter().map(|before| plain(before.to_string())));
    lines.extend(summary.warnings.iter().map(|warning| (Some(Style::Bad), format!("Careful: {warning}."))));
    lines
}
