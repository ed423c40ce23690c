//! What the demonstration shows: scenes with their steps, the closing table, and the same as JSON.

use std::time::Duration;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table, TableComponent};
use serde_json::{Value, json};

use crate::output::{Output, Style, millis, milliseconds};

/// Widest line of the demonstration.
const WIDTH: usize = 110;

/// Who does a step of a scene.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    /// An honest wallet.
    Wallet,
    /// A prover who lies about the witness, without a wallet's checks.
    LyingProver,
    /// The business that asked.
    Verifier,
    /// A bureau.
    Issuer,
    /// A business that lays several presentations side by side.
    Comparison,
}

impl Party {
    fn name(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::LyingProver => "lying prover",
            Self::Verifier => "verifier",
            Self::Issuer => "issuer",
            Self::Comparison => "comparison",
        }
    }
}

/// One thing that happened, beside what should have happened.
pub(crate) struct Step {
    party: Party,
    /// What the step is, where that is not obvious from the party.
    note: Option<&'static str>,
    expected: &'static str,
    outcome: String,
    words: String,
    times: Vec<(&'static str, Duration)>,
    bytes: Option<usize>,
}

impl Step {
    /// A step that came out as `outcome` (a variant's name in kebab-case, or `accepted`) and should be `expected`.
    pub(crate) fn new(
        party: Party,
        expected: &'static str,
        outcome: impl Into<String>,
        words: impl Into<String>,
    ) -> Self {
        let (outcome, words) = (outcome.into(), words.into());
        Self { party, note: None, expected, outcome, words, times: Vec::new(), bytes: None }
    }

    /// What the step is.
    pub(crate) fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }

    /// A time taken.
    pub(crate) fn time(mut self, what: &'static str, duration: Duration) -> Self {
        self.times.push((what, duration));
        self
    }

    /// A time taken before the others.
    pub(crate) fn time_first(mut self, what: &'static str, duration: Duration) -> Self {
        self.times.insert(0, (what, duration));
        self
    }

    /// Bytes of the presentation, compact form.
    pub(crate) fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = Some(bytes);
        self
    }

    fn holds(&self) -> bool {
        self.outcome == self.expected
    }

    fn costs(&self) -> String {
        let mut parts: Vec<String> =
            self.times.iter().map(|(what, time)| format!("{what} {}", milliseconds(*time))).collect();
        parts.extend(self.bytes.map(|bytes| format!("{bytes} bytes")));
        parts.join(" · ")
    }

    fn json(&self) -> Value {
        let times: serde_json::Map<String, Value> =
            self.times.iter().map(|(what, time)| ((*what).to_owned(), json!(millis(*time)))).collect();
        json!({
            "party": self.party.name(), "note": self.note, "expected": self.expected, "outcome": self.outcome,
            "ok": self.holds(), "words": self.words, "milliseconds": times, "bytes": self.bytes,
        })
    }
}

/// One case: who tries what at which business.
pub(crate) struct Scene {
    name: &'static str,
    title: String,
    steps: Vec<Step>,
}

impl Scene {
    /// A scene without steps yet. The name is for scripts, the title for people.
    pub(crate) fn new(name: &'static str, title: impl Into<String>) -> Self {
        Self { name, title: title.into(), steps: Vec::new() }
    }

    /// The scene with one more step.
    pub(crate) fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn holds(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(Step::holds)
    }
}

/// Collects scenes and prints each as it ends.
pub(crate) struct Stage {
    output: Output,
    scenes: Vec<Scene>,
    acts: usize,
}

impl Stage {
    /// An empty stage.
    pub(crate) fn new(output: Output) -> Self {
        Self { output, scenes: Vec::new(), acts: 0 }
    }

    /// The output layer.
    pub(crate) fn output(&self) -> Output {
        self.output
    }

    /// A heading, with a sentence below it.
    pub(crate) fn act(&mut self, title: &str, sentence: &str) {
        self.acts += 1;
        let heading = format!("━━ {} · {title} ", self.acts);
        let rule = "━".repeat(WIDTH.saturating_sub(heading.chars().count()));
        self.output.say("");
        self.output.say(self.output.paint(Style::Bold, format!("{heading}{rule}")));
        for line in wrap(sentence, WIDTH - 3) {
            self.output.say(format_args!("   {}", self.output.paint(Style::Dim, line)));
        }
    }

    /// One line of what was done.
    pub(crate) fn done(&self, what: &str, cost: &str) {
        let dots = WIDTH.saturating_sub(6 + what.chars().count() + cost.chars().count());
        self.output.say(format_args!(
            "   {what} {} {}",
            self.output.paint(Style::Dim, "·".repeat(dots.max(1))),
            self.output.paint(Style::Dim, cost)
        ));
    }

    /// A remark.
    pub(crate) fn remark(&self, text: &str) {
        for line in wrap(text, WIDTH - 5) {
            self.output.say(format_args!("     {}", self.output.paint(Style::Dim, line)));
        }
    }

    /// Prints a scene and keeps it.
    pub(crate) fn scene(&mut self, scene: Scene) {
        let out = self.output;
        let mark = if scene.holds() { out.paint(Style::Good, "✓") } else { out.paint(Style::Bad, "✗") };
        out.say(format_args!(" {mark} {}", out.paint(Style::Bold, &scene.title)));
        for step in &scene.steps {
            self.print_step(step);
        }
        self.scenes.push(scene);
    }

    fn print_step(&self, step: &Step) {
        let out = self.output;
        let verdict = match (step.party, step.outcome.as_str()) {
            (Party::Verifier, "accepted") => {
                format!(
                    "{} {}",
                    out.paint(Style::Good, "accepted"),
                    out.paint(Style::Notice, "(development key)")
                )
            }
            (Party::Comparison, _) => out.paint(Style::Good, &step.outcome),
            (Party::LyingProver, "proved") => out.paint(Style::Bad, "gets a proof"),
            (Party::LyingProver, _) => out.paint(Style::Notice, "gets no proof"),
            _ => out.paint(Style::Notice, "refused"),
        };
        let mut party = format!("     {:<13} ", step.party.name());
        if let Some(note) = step.note {
            for line in wrap(note, WIDTH - 19) {
                out.say(format_args!("{party}{}", out.paint(Style::Dim, line)));
                party = " ".repeat(19);
            }
        }
        let costs = step.costs();
        let costs =
            if costs.is_empty() { String::new() } else { format!("  {}", out.paint(Style::Dim, costs)) };
        out.say(format_args!("{party}{verdict}{costs}"));
        for line in wrap(&step.words, WIDTH - 19) {
            out.say(format_args!("{:19}{line}", ""));
        }
        if !step.holds() {
            let differs = format!("should have been `{}` and was `{}`", step.expected, step.outcome);
            out.say(format_args!("{:19}{}", "", out.paint(Style::Bad, differs)));
        }
    }

    /// Costs of all presentations so far, in one line.
    pub(crate) fn costs(&self) -> String {
        let steps = || self.scenes.iter().flat_map(|scene| &scene.steps);
        let median = |what: &str| {
            let mut times: Vec<Duration> = steps()
                .flat_map(|step| &step.times)
                .filter(|(name, _)| *name == what)
                .map(|(_, time)| *time)
                .collect();
            times.sort_unstable();
            times.get(times.len() / 2).map_or("–".to_owned(), |time| milliseconds(*time))
        };
        let bytes = || steps().filter_map(|step| step.bytes);
        format!(
            "median times: witness {}, proof {}, verification {}; presentations of {} to {} bytes",
            median("assign"),
            median("prove"),
            median("verify"),
            bytes().min().unwrap_or(0),
            bytes().max().unwrap_or(0)
        )
    }

    /// How many scenes came out otherwise than they should.
    pub(crate) fn differing(&self) -> usize {
        self.scenes.iter().filter(|scene| !scene.holds()).count()
    }

    /// How many scenes there were.
    pub(crate) fn count(&self) -> usize {
        self.scenes.len()
    }

    /// The scenes as JSON.
    pub(crate) fn json(&self) -> Value {
        self.scenes
            .iter()
            .map(|scene| {
                json!({
                    "name": scene.name, "title": scene.title, "ok": scene.holds(),
                    "steps": scene.steps.iter().map(Step::json).collect::<Vec<_>>(),
                })
            })
            .collect()
    }
}

/// What each business knows of one guest, fact by fact, beside what a photocopy would have told it.
pub(crate) struct Knowledge {
    columns: Vec<String>,
    rows: Vec<(&'static str, Vec<String>)>,
}

impl Knowledge {
    /// No facts yet; the columns are the businesses, the photocopy last.
    pub(crate) fn new(columns: Vec<String>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// One fact, as each column knows it.
    pub(crate) fn row<const N: usize>(&mut self, fact: &'static str, cells: [String; N]) {
        self.rows.push((fact, cells.into()));
    }

    /// The table as text.
    pub(crate) fn text(&self) -> String {
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
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(112);
        table.set_header(std::iter::once("").chain(self.columns.iter().map(String::as_str)));
        for (fact, cells) in &self.rows {
            table.add_row(std::iter::once(*fact).chain(cells.iter().map(String::as_str)));
        }
        table.to_string()
    }

    /// The table as JSON: an object for each column.
    pub(crate) fn json(&self) -> Value {
        let column = |i: usize| -> serde_json::Map<String, Value> {
            self.rows.iter().map(|(fact, cells)| ((*fact).to_owned(), json!(cells[i]))).collect()
        };
        self.columns.iter().enumerate().map(|(i, name)| json!({ "who": name, "knows": column(i) })).collect()
    }
}

/// Breaks text into lines of at most `width` characters, at blanks.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(expected: &'static str, outcome: &str) -> Step {
        Step::new(Party::Verifier, expected, outcome, "")
    }

    /// The exit code rests on this: a scene without steps, or with one step that differs, does not hold.
    #[test]
    fn a_scene_holds_if_every_step_is_as_expected() {
        assert!(Scene::new("a", "a").step(step("accepted", "accepted")).holds());
        assert!(
            !Scene::new("a", "a").step(step("accepted", "accepted")).step(step("proof", "accepted")).holds()
        );
        assert!(!Scene::new("a", "a").holds());
        let mut stage = Stage::new(Output::new(true, true));
        stage.scene(Scene::new("a", "a").step(step("revoked", "accepted")));
        assert_eq!((stage.differing(), stage.count()), (1, 1));
        assert_eq!(stage.json()[0]["ok"], false);
    }

    #[test]
    fn lines_are_wrapped_at_blanks() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
    }
}
