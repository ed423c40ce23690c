//! Scenes and their steps: what happened beside what should have happened.

use std::time::Duration;

use serde_json::{Value, json};
use tacit_wallet::ConsentSummary;

use crate::output::{Style, millis, milliseconds};

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
    /// For people and scripts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::LyingProver => "lying prover",
            Self::Verifier => "verifier",
            Self::Issuer => "issuer",
            Self::Comparison => "comparison",
        }
    }
}

/// How a step came out. The text is for scripts: `accepted`, or a variant's name in kebab-case.
pub(crate) enum Outcome {
    /// What was tried was allowed.
    Granted(&'static str),
    /// It was refused, or there is no proof.
    Refused(String),
    /// What a comparison found.
    Found(&'static str),
}

impl Outcome {
    /// For scripts.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Granted(code) | Self::Found(code) => code,
            Self::Refused(code) => code,
        }
    }
}

/// What a step sends, in bytes.
#[derive(Clone, Copy)]
pub(crate) enum Sent {
    /// A presentation in compact form.
    Presentation(usize),
    /// No presentation, because there is none.
    Nothing,
    /// What a bureau is handed.
    Request(usize),
}

/// One thing that happened, beside what should have happened.
pub(crate) struct Step {
    party: Party,
    /// What the step is, where that is not obvious from the party.
    note: Option<String>,
    expected: &'static str,
    outcome: Outcome,
    words: String,
    times: Vec<(&'static str, Duration)>,
    sent: Option<Sent>,
}

impl Step {
    /// A step that came out so and whose outcome should be `expected`.
    pub(crate) fn new(
        party: Party,
        expected: &'static str,
        outcome: Outcome,
        words: impl Into<String>,
    ) -> Self {
        Self { party, note: None, expected, outcome, words: words.into(), times: Vec::new(), sent: None }
    }

    /// What the step is.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The same with other words.
    pub(crate) fn reworded(mut self, words: String) -> Self {
        self.words = words;
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

    /// What is sent.
    pub(crate) fn sent(mut self, sent: Sent) -> Self {
        self.sent = Some(sent);
        self
    }

    /// Who does it.
    pub(crate) fn party(&self) -> Party {
        self.party
    }

    /// What the step is, where that is not obvious.
    pub(crate) fn what(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// How it came out.
    pub(crate) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Why.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// Whether it came out as it should.
    pub(crate) fn holds(&self) -> bool {
        self.outcome.code() == self.expected
    }

    /// Bytes of the presentation, if one was sent.
    pub(crate) fn presentation_bytes(&self) -> Option<usize> {
        match self.sent {
            Some(Sent::Presentation(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// The times of that name.
    pub(crate) fn times(&self, what: &'static str) -> impl Iterator<Item = Duration> + '_ {
        self.times.iter().filter(move |(name, _)| *name == what).map(|(_, time)| *time)
    }

    /// The outcome in a word or two, and how it looks. One that differs from what it should be is marked as such,
    /// whatever it is.
    pub(crate) fn verdict(&self) -> (Style, String) {
        let word = match (&self.outcome, self.party) {
            (Outcome::Granted(_), Party::LyingProver) => "gets a proof",
            (Outcome::Refused(_), Party::LyingProver) => "gets no proof",
            (Outcome::Refused(_), _) => "refused",
            (Outcome::Granted(code) | Outcome::Found(code), _) => code,
        };
        let style = match self.outcome {
            Outcome::Granted(_) | Outcome::Found(_) => Style::Good,
            Outcome::Refused(_) => Style::Notice,
        };
        if self.holds() { (style, word.to_owned()) } else { (Style::Bad, format!("UNEXPECTED: {word}")) }
    }

    /// What should have been, if that differs from what was.
    pub(crate) fn difference(&self) -> Option<String> {
        (!self.holds())
            .then(|| format!("should have been `{}` and was `{}`", self.expected, self.outcome.code()))
    }

    /// Times and bytes.
    pub(crate) fn costs(&self) -> String {
        let times = self.times.iter().map(|(what, time)| format!("{what} {}", milliseconds(*time)));
        let sent = self.sent.map(|sent| match sent {
            Sent::Presentation(bytes) => format!("{bytes} bytes"),
            Sent::Nothing => "0 bytes sent".to_owned(),
            Sent::Request(bytes) => format!("{bytes} bytes of request"),
        });
        times.chain(sent).collect::<Vec<_>>().join(" · ")
    }

    /// For scripts.
    pub(crate) fn json(&self) -> Value {
        let times: serde_json::Map<String, Value> =
            self.times.iter().map(|(what, time)| ((*what).to_owned(), json!(millis(*time)))).collect();
        let (presentation, request) = match self.sent {
            None => (None, None),
            Some(Sent::Presentation(bytes)) => (Some(bytes), None),
            Some(Sent::Nothing) => (Some(0), None),
            Some(Sent::Request(bytes)) => (None, Some(bytes)),
        };
        json!({
            "party": self.party.name(), "note": self.note, "expected": self.expected, "outcome": self.outcome.code(),
            "ok": self.holds(), "words": self.words, "milliseconds": times, "bytes": presentation,
            "request_bytes": request,
        })
    }
}

/// One case: who tries what at which business.
pub(crate) struct Scene {
    name: &'static str,
    title: String,
    consent: Option<ConsentSummary>,
    steps: Vec<Step>,
}

impl Scene {
    /// A scene without steps yet. The name is for scripts, the title for people.
    pub(crate) fn new(name: &'static str, title: impl Into<String>) -> Self {
        Self { name, title: title.into(), consent: None, steps: Vec::new() }
    }

    /// The scene with one more step.
    pub(crate) fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The scene with what the holder read before agreeing.
    pub(crate) fn consent(mut self, summary: ConsentSummary) -> Self {
        self.consent = Some(summary);
        self
    }

    /// For people.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// What the holder read.
    pub(crate) fn consented(&self) -> Option<&ConsentSummary> {
        self.consent.as_ref()
    }

    /// In order.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether every step came out as it should; a scene without steps did not.
    pub(crate) fn holds(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(Step::holds)
    }

    /// What came out otherwise, a line each.
    pub(crate) fn differences(&self) -> Vec<String> {
        if self.steps.is_empty() {
            return vec![format!("{}: nothing happened", self.name)];
        }
        let line = |step: &Step| {
            let what = step.what().map_or(String::new(), |note| format!(", {note}"));
            step.difference()
                .map(|difference| format!("{}: {}{what}: {difference}", self.name, step.party.name()))
        };
        self.steps.iter().filter_map(line).collect()
    }

    /// For scripts.
    pub(crate) fn json(&self) -> Value {
        json!({
            "name": self.name, "title": self.title, "ok": self.holds(), "consent": self.consent,
            "steps": self.steps.iter().map(Step::json).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(expected: &'static str, outcome: Outcome) -> Step {
        Step::new(Party::Verifier, expected, outcome, "")
    }

    /// The exit code rests on this: a scene without steps, or with one step that differs, does not hold.
    #[test]
    fn a_scene_holds_if_every_step_is_as_expected() {
        let good = || step("accepted", Outcome::Granted("accepted"));
        assert!(Scene::new("a", "a").step(good()).holds());
        assert!(!Scene::new("a", "a").step(good()).step(step("proof", Outcome::Granted("accepted"))).holds());
        assert!(!Scene::new("a", "a").holds());
        assert_eq!(Scene::new("a", "a").differences().len(), 1);
    }

    /// Whatever differs looks bad and says so, also a refusal where it should have been another.
    #[test]
    fn what_differs_is_marked() {
        for (party, expected, outcome, word) in [
            (Party::Verifier, "accepted", Outcome::Refused("expired".into()), "UNEXPECTED: refused"),
            (Party::Verifier, "challenge-used", Outcome::Granted("accepted"), "UNEXPECTED: accepted"),
            (Party::Verifier, "proof-invalid", Outcome::Refused("expired".into()), "UNEXPECTED: refused"),
            (Party::Issuer, "already-enrolled", Outcome::Granted("enrolled"), "UNEXPECTED: enrolled"),
            (Party::Wallet, "revoked", Outcome::Granted("answered"), "UNEXPECTED: answered"),
            (Party::LyingProver, "issued", Outcome::Granted("proved"), "UNEXPECTED: gets a proof"),
            (
                Party::LyingProver,
                "issued",
                Outcome::Refused("still valid".into()),
                "UNEXPECTED: gets no proof",
            ),
            (Party::Comparison, "told-apart", Outcome::Found("different"), "UNEXPECTED: different"),
        ] {
            let step = Step::new(party, expected, outcome, "");
            assert_eq!(step.verdict(), (Style::Bad, word.to_owned()));
            let scene = Scene::new("somewhere", "").step(step);
            let [line] = &scene.differences()[..] else { panic!("one difference") };
            assert!(line.starts_with("somewhere: ") && line.contains(expected), "{line}");
        }
    }

    #[test]
    fn what_is_as_it_should_be_is_not() {
        let verdict = |party, expected, outcome| Step::new(party, expected, outcome, "").verdict();
        let accepted = verdict(Party::Verifier, "accepted", Outcome::Granted("accepted"));
        assert_eq!(accepted, (Style::Good, "accepted".to_owned()));
        let refused = verdict(Party::Issuer, "wrong-code", Outcome::Refused("wrong-code".into()));
        assert_eq!(refused, (Style::Notice, "refused".to_owned()));
        let no_proof = verdict(Party::LyingProver, "issued", Outcome::Refused("issued".into()));
        assert_eq!(no_proof, (Style::Notice, "gets no proof".to_owned()));
    }

    #[test]
    fn what_is_not_sent_has_no_bytes() {
        let costs = |sent| step("a", Outcome::Granted("a")).sent(sent).json();
        assert_eq!(
            (&costs(Sent::Nothing)["bytes"], &costs(Sent::Presentation(227))["bytes"]),
            (&json!(0), &json!(227))
        );
        let request = costs(Sent::Request(99));
        assert_eq!((&request["bytes"], &request["request_bytes"]), (&json!(null), &json!(99)));
    }
}
