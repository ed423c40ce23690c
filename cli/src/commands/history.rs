//! `tacit wallet history`: what was shown to whom.

use tacit_credential::date::Date;
use tacit_wallet::{Forget, HistoryEntry, HistoryId, Outcome, VerifierSummary, Wallet};

use crate::error::{CliError, refused};
use crate::output::Report;

/// Every entry, the newest first.
pub(crate) fn list(wallet: &Wallet) -> Result<Report, CliError> {
    let entries = wallet.history().map_err(refused)?;
    let mut report = Report::new(match entries.len() {
        0 => "nothing was shown to anybody yet".to_owned(),
        1 => "1 presentation".to_owned(),
        n => format!("{n} presentations"),
    });
    for entry in entries.iter().rev() {
        for line in lines(entry) {
            report = report.line(line);
        }
    }
    Ok(report.key("entries", serde_json::to_value(&entries).map_err(refused)?))
}

/// Forgets entries.
pub(crate) fn forget(wallet: &mut Wallet, which: Forget) -> Result<Report, CliError> {
    let forgotten = wallet.forget(which).map_err(refused)?;
    Ok(Report::new(match forgotten {
        0 => "nothing to forget".to_owned(),
        1 => "1 entry forgotten".to_owned(),
        n => format!("{n} entries forgotten"),
    })
    .line("The verifiers still know what you showed them.")
    .key("forgotten", forgotten))
}

/// `all`, a number, or a date (in China).
pub(crate) fn which(text: &str) -> Result<Forget, CliError> {
    if text == "all" {
        return Ok(Forget::All);
    }
    if let Ok(number) = text.parse() {
        return Ok(Forget::Entry(HistoryId(number)));
    }
    let date = Date::parse(text).map_err(|_| {
        CliError::argument("--forget", text)("it is neither `all` nor a number of the history nor a date")
    })?;
    Ok(Forget::Before(date))
}

fn lines(entry: &HistoryEntry) -> Vec<String> {
    let who = match &entry.verifier {
        VerifierSummary::Yes { name, identity, .. } => format!("{name} ({identity})"),
        VerifierSummary::No { key } => format!("an uncertified verifier with key {key}"),
    };
    let outcome = match entry.outcome {
        Outcome::Sent => "sent",
        Outcome::Unknown => "made; whether it was sent is not known",
    };
    let mut lines = vec![format!("{:4}  {}  {who}", entry.id, entry.at)];
    if !entry.title.is_empty() {
        lines.push(format!("      for: {}", entry.title));
    }
    lines.push(format!("      to: {}; {outcome}", entry.endpoint));
    lines.extend(entry.clauses.iter().map(|clause| format!("      - {clause}")));
    if !entry.disclosed.is_empty() {
        lines.push(format!("      ! disclosed: {}", entry.disclosed.join(", ")));
    }
    if let Some(scope) = &entry.scope {
        let whose = if scope.shared { "together with every business of" } else { "at" };
        lines.push(format!("      ! recognises you {whose} {} for \"{}\"", scope.identity, scope.label));
    }
    if !entry.warnings.is_empty() {
        lines.push(format!("      warned of: {}", entry.warnings.join(", ")));
    }
    lines
}
