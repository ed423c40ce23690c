//! What the demonstration prints: acts, remarks, scenes with their steps; and the same as JSON.
//!
//! Every line goes through [`Stage::say`], which is also where an interrupted demonstration ends.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value;
use tacit_wallet::ConsentSummary;

use super::interrupt::Interrupt;
use super::layout::{Layout, columns};
use super::step::{Outcome, Party, Scene, Step};
use crate::consent;
use crate::error::CliError;
use crate::output::{Output, Style, milliseconds};

/// Where the words of a step begin.
const WORDS: usize = 19;

/// Collects scenes and prints each as it ends.
pub(crate) struct Stage {
    output: Output,
    layout: Layout,
    interrupt: Interrupt,
    scenes: Vec<Scene>,
    acts: usize,
}

impl Stage {
    /// An empty stage.
    pub(crate) fn new(output: Output, layout: Layout, interrupt: Interrupt) -> Self {
        Self { output, layout, interrupt, scenes: Vec::new(), acts: 0 }
    }

    /// The output layer.
    pub(crate) fn output(&self) -> Output {
        self.output
    }

    /// The width.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Fails if the demonstration was interrupted; for work that takes long between two lines.
    pub(crate) fn go_on(&self) -> Result<(), CliError> {
        self.interrupt.check()
    }

    /// Prints lines; nothing with `--json`.
    pub(crate) fn say(&self, lines: &[String]) -> Result<(), CliError> {
        self.go_on()?;
        if self.output.is_json() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let mut written = lines.iter().try_for_each(|line| writeln!(out, "{line}"));
        if written.is_ok() {
            written = out.flush();
        }
        written.map_err(|_| CliError::OutputClosed)
    }

    /// Prints a paragraph in one style.
    pub(crate) fn paragraph(&self, style: Style, text: &str) -> Result<(), CliError> {
        self.say(&self.painted(style, 0, self.layout.wrap(0, text)))
    }

    /// A heading, with a sentence below it.
    pub(crate) fn act(&mut self, title: &str, sentence: &str) -> Result<(), CliError> {
        self.acts += 1;
        let mut lines = vec![String::new()];
        lines.extend(self.heading(&format!("━━ {} · {title}", self.acts)));
        lines.extend(self.painted(Style::Dim, 3, self.layout.wrap(3, sentence)));
        self.say(&lines)
    }

    /// One line of what was done, and what it cost at its right end.
    pub(crate) fn done(&self, what: &str, cost: &str) -> Result<(), CliError> {
        self.say(&self.done_lines(what, cost))
    }

    /// A list of remarks.
    pub(crate) fn remarks(&self, items: &[String]) -> Result<(), CliError> {
        let lines: Vec<String> = items.iter().flat_map(|item| self.layout.wrap_item(5, item)).collect();
        self.say(&self.painted(Style::Dim, 5, lines))
    }

    /// Prints a scene and keeps it.
    pub(crate) fn scene(&mut self, scene: Scene) -> Result<(), CliError> {
        let lines = self.scene_lines(&scene);
        self.scenes.push(scene);
        self.say(&lines)
    }

    /// Costs of all presentations so far.
    pub(crate) fn costs(&self) -> String {
        let steps = || self.scenes.iter().flat_map(Scene::steps);
        let median = |what: &'static str| {
            let mut times: Vec<Duration> = steps().flat_map(|step| step.times(what)).collect();
            times.sort_unstable();
            times.get(times.len() / 2).map_or("–".to_owned(), |time| milliseconds(*time))
        };
        let bytes = || steps().filter_map(Step::presentation_bytes);
        format!(
            "median times: witness {}, proof {}, verification {}; presentations of {} to {} bytes",
            median("assign"),
            median("prove"),
            median("verify"),
            bytes().min().unwrap_or(0),
            bytes().max().unwrap_or(0)
        )
    }

    /// What came out otherwise than it should, a line each.
    pub(crate) fn differences(&self) -> Vec<String> {
        self.scenes.iter().filter(|scene| !scene.holds()).flat_map(Scene::differences).collect()
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
        self.scenes.iter().map(Scene::json).collect()
    }

    fn heading(&self, text: &str) -> Vec<String> {
        let room = self.layout.width().saturating_sub(columns(text) + 1);
        let lines = match room {
            0..=2 => self.layout.wrap_item(0, text),
            _ => vec![format!("{text} {}", "━".repeat(room))],
        };
        self.painted(Style::Bold, 0, lines)
    }

    fn done_lines(&self, what: &str, cost: &str) -> Vec<String> {
        let mut lines = self.layout.wrap_item(3, what);
        // Columns of a table are aligned by blanks, which wrapping would take away.
        if columns(what) + 3 <= self.layout.width() {
            lines = vec![what.to_owned()];
        }
        let Some(last) = lines.last_mut().filter(|_| !cost.is_empty()) else {
            return self.indented(3, lines);
        };
        let room = self.layout.width().saturating_sub(5 + columns(cost));
        if columns(last) + 2 > room {
            lines.push("  ".to_owned());
        }
        let mut lines = self.indented(3, lines);
        if let Some(last) = lines.last_mut() {
            let dots = "·".repeat((room + 3).saturating_sub(columns(last)));
            let tail = self.output.paint(Style::Dim, format_args!("{dots} {cost}"));
            *last = format!("{last} {tail}");
        }
        lines
    }

    fn scene_lines(&self, scene: &Scene) -> Vec<String> {
        let out = self.output;
        let mark = if scene.holds() { out.paint(Style::Good, "✓") } else { out.paint(Style::Bad, "✗") };
        let mut lines = Vec::new();
        for (i, line) in self.layout.wrap(3, scene.title()).iter().enumerate() {
            let mark = if i == 0 { &mark } else { " " };
            lines.push(format!(" {mark} {}", out.paint(Style::Bold, line)));
        }
        if let Some(summary) = scene.consented() {
            lines.extend(self.consent_lines(summary));
        }
        lines.extend(scene.steps().iter().flat_map(|step| self.step_lines(step)));
        lines
    }

    /// The consent screen as `tacit wallet present` shows it, in a frame.
    fn consent_lines(&self, summary: &ConsentSummary) -> Vec<String> {
        let title = "┌ the wallet's screen, before the holder agrees ";
        let rule = "─".repeat(self.layout.width().saturating_sub(5 + columns(title)));
        let mut lines =
            vec![format!("     {}", self.output.paint(Style::Dim, format_args!("{title}{rule}")))];
        let bar = self.output.paint(Style::Dim, "│");
        for (style, text) in consent::lines(summary) {
            let margin = text.len() - text.trim_start().len();
            for line in self.layout.wrap_item(7 + margin, &text) {
                let line = format!("{:margin$}{line}", "");
                let line = style.map_or(line.clone(), |style| self.output.paint(style, &line));
                lines.push(format!("     {bar} {line}"));
            }
        }
        let rule = "─".repeat(self.layout.width().saturating_sub(6));
        lines.push(format!("     {}", self.output.paint(Style::Dim, format_args!("└{rule}"))));
        lines
    }

    fn step_lines(&self, step: &Step) -> Vec<String> {
        let out = self.output;
        let (style, word) = step.verdict();
        let mut verdict = out.paint(style, &word);
        let mut taken = columns(&word);
        if matches!((step.party(), step.outcome()), (Party::Verifier, Outcome::Granted(_))) {
            let mark = "(development key)";
            verdict = format!("{verdict} {}", out.paint(Style::Notice, mark));
            taken += 1 + columns(mark);
        }
        let mut lines = Vec::new();
        lines.extend(step.what().into_iter().flat_map(|note| {
            self.layout.wrap(WORDS, note).into_iter().map(|line| out.paint(Style::Dim, line))
        }));
        let costs = step.costs();
        let together = WORDS + taken + 2 + columns(&costs) <= self.layout.width();
        if !costs.is_empty() && together {
            verdict = format!("{verdict}  {}", out.paint(Style::Dim, &costs));
        }
        lines.push(verdict);
        if !together {
            let costs = self.layout.wrap(WORDS, &costs);
            lines.extend(costs.into_iter().map(|line| out.paint(Style::Dim, line)));
        }
        lines.extend(self.layout.wrap(WORDS, step.words()));
        if let Some(difference) = step.difference() {
            let difference = self.layout.wrap(WORDS, &difference);
            lines.extend(difference.into_iter().map(|line| out.paint(Style::Bad, line)));
        }
        let mut party = step.party().name();
        lines.into_iter().map(|line| format!("     {:<13} {line}", std::mem::take(&mut party))).collect()
    }

    fn indented(&self, margin: usize, lines: Vec<String>) -> Vec<String> {
        lines.into_iter().map(|line| format!("{:margin$}{line}", "")).collect()
    }

    fn painted(&self, style: Style, margin: usize, lines: Vec<String>) -> Vec<String> {
        let painted = lines.into_iter().map(|line| self.output.paint(style, line)).collect();
        self.indented(margin, painted)
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::Sent;
    use super::*;

    const LONG: &str = "the proof does not hold for these public values and this key; ask the holder for a new \
                        presentation, or look at 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn stage(width: usize) -> Stage {
        Stage::new(Output::new(true, true), Layout::of(width), Interrupt::never())
    }

    fn scene() -> Scene {
        let millisecond = Duration::from_micros(1_234);
        let accepted = Step::new(Party::Verifier, "accepted", Outcome::Granted("accepted"), LONG)
            .note(LONG)
            .time("check", millisecond)
            .time("prove", millisecond * 100)
            .time("verify", millisecond)
            .sent(Sent::Presentation(227));
        let refused = Step::new(Party::LyingProver, "issued", Outcome::Refused("still valid".into()), LONG);
        Scene::new("a", format!("林晓雨 林晓雨 林晓雨: {LONG}")).step(accepted).step(refused)
    }

    /// At every width: no line is wider, so that no terminal wraps one.
    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for width in 60..=120 {
            let stage = stage(width);
            let mut lines = stage.scene_lines(&scene());
            lines.extend(stage.heading("━━ 5 · An airline: Crane Airlines (crane-airlines.example) asks"));
            for what in ["short", "some text of middling length, twenty words or so, and on it goes", LONG] {
                lines.extend(stage.done_lines(what, "59 ms · 1,011 a second"));
                lines.extend(stage.done_lines(what, ""));
            }
            for line in &lines {
                assert!(columns(line) <= width.min(110), "{} columns of {width}: {line}", columns(line));
            }
            // What is said is said at every width.
            let all = lines.concat().replace(' ', "");
            for word in ["UNEXPECTED", "227bytes", "prove123ms", "wasstill", "1,011asecond"] {
                assert!(all.contains(&word.replace("wasstill", "`stillvalid`")), "{word} at {width}: {all}");
            }
        }
    }

    #[test]
    fn what_it_cost_stands_at_the_right_end() {
        for width in [60, 80, 100] {
            let stage = stage(width);
            for what in ["short", LONG] {
                let lines = stage.done_lines(what, "59 ms");
                let last = lines.last().unwrap();
                assert_eq!((columns(last), last.ends_with(" 59 ms")), (width, true), "{lines:#?}");
            }
        }
    }

    #[test]
    fn what_differs_is_counted_and_listed() {
        let mut stage = stage(100);
        stage.scene(scene()).unwrap();
        let fine = Step::new(Party::Issuer, "enrolled", Outcome::Granted("enrolled"), "");
        stage.scene(Scene::new("b", "b").step(fine)).unwrap();
        assert_eq!((stage.differing(), stage.count()), (1, 2));
        assert_eq!((&stage.json()[0]["ok"], &stage.json()[1]["ok"]), (&false.into(), &true.into()));
        let [only] = &stage.differences()[..] else { panic!("one line") };
        assert!(
            only.starts_with("a: lying prover")
                && only.contains("`issued`")
                && only.contains("`still valid`")
        );
    }
}
