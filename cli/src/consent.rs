//! The consent screen: who asks, what will be proved, what will be disclosed; then the question.
//!
//! Asked for every presentation: no answer is remembered. Without a terminal and without `--yes` the answer is no.

use std::io::{self, BufRead, IsTerminal, Write};

use tacit_wallet::{ConsentSummary, VerifierSummary};

use crate::error::CliError;
use crate::output::{Output, Style};

/// Shows the summary and asks. `agreed` is `--yes`: shown all the same, not asked.
pub(crate) fn ask(summary: &ConsentSummary, agreed: bool, output: Output) -> Result<(), CliError> {
    if !output.is_json() {
        eprint!("{}", screen(summary, output));
    }
    if agreed {
        return Ok(());
    }
    if output.is_json() || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(CliError::ConsentImpossible);
    }
    eprint!("Prove and send this? [y/N] ");
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
            "It will know you again as {}… at {} for \"{}\".",
            &pseudonym.pseudonym[..12.min(pseudonym.pseudonym.len())],
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
    lines.extend(summary.warnings.iter().map(|warning| (Some(Style::Bad), format!("Careful: {warning}."))));
    lines
}
