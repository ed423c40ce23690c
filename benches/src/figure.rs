//! One line of the report: we and a peer, from the same rounds, or the reason why not.

use serde::Serialize;

use crate::machine::Build;
use crate::statistics::{Quartiles, rounded};

/// We and a peer. All times in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    ours_ms: Option<f64>,
    peer_ms: Option<f64>,
    peer: String,
    ratio: Option<f64>,
    spread: Option<Spread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<CpuTimes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

/// Processor time of all threads, medians, in the same rounds: what other load on the machine distorts least.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CpuTimes {
    /// Ours.
    pub ours_ms: f64,
    /// The peer's.
    pub peer_ms: f64,
    /// Median of the rounds' ratios.
    pub ratio: f64,
}

/// One measurement with nobody beside it. In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Timing {
    /// Half of the samples are below.
    pub median_ms: f64,
    /// How far they lie apart.
    pub spread_ms: Range,
    /// How many there are.
    pub samples: usize,
}

impl From<Quartiles> for Timing {
    fn from(q: Quartiles) -> Self {
        Self { median_ms: rounded(q.median), spread_ms: q.into(), samples: q.samples }
    }
}

/// How far the samples lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Our minimum and quartiles.
    pub ours_ms: Range,
    /// The peer's.
    pub peer_ms: Range,
    /// Those of the ratio, taken round by round.
    pub ratio: Range,
    /// Rounds.
    pub samples: usize,
}

/// Minimum and the two outer quartiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The least.
    pub minimum: f64,
    /// A quarter is below.
    pub lower_quartile: f64,
    /// A quarter is above.
    pub upper_quartile: f64,
}

impl From<Quartiles> for Range {
    fn from(q: Quartiles) -> Self {
        Self {
            minimum: rounded(q.minimum),
            lower_quartile: rounded(q.lower),
            upper_quartile: rounded(q.upper),
        }
    }
}

impl Figure {
    /// Medians of both, and the median of the rounds' ratios. Only an [`Outcome`](crate::contest::Outcome) calls this.
    pub(crate) fn measured(ours: Quartiles, peer: &str, theirs: Quartiles, ratios: Quartiles) -> Self {
        let spread = Spread {
            ours_ms: ours.into(),
            peer_ms: theirs.into(),
            ratio: ratios.into(),
            samples: ours.samples,
        };
        Self {
            ours_ms: Some(rounded(ours.median)),
            peer_ms: Some(rounded(theirs.median)),
            peer: peer.into(),
            ratio: Some(rounded(ratios.median)),
            spread: Some(spread),
            cpu: None,
            reason: None,
            label: None,
        }
    }

    pub(crate) fn with_cpu(self, cpu: Option<CpuTimes>) -> Self {
        Self { cpu, ..self }
    }

    /// Not measured.
    #[must_use]
    pub fn absent(peer: &str, reason: impl Into<String>) -> Self {
        let (peer, reason) = (peer.into(), Some(reason.into()));
        Self { ours_ms: None, peer_ms: None, peer, ratio: None, spread: None, cpu: None, reason, label: None }
    }

    /// Says beside the ratio what it is worth, if the peer was not built at its best.
    #[must_use]
    pub fn of_build(mut self, build: &Build) -> Self {
        self.label = (self.ratio.is_some() && !build.native).then(|| build.label.clone());
        self
    }

    /// Our median.
    #[must_use]
    pub fn ours_ms(&self) -> Option<f64> {
        self.ours_ms
    }

    /// The peer's median.
    #[must_use]
    pub fn peer_ms(&self) -> Option<f64> {
        self.peer_ms
    }

    /// Who the peer is.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// The peer's time over ours: above 1, we are faster.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.ratio
    }

    /// Processor time, where it is known.
    #[must_use]
    pub fn cpu(&self) -> Option<&CpuTimes> {
        self.cpu.as_ref()
    }

    /// How far the samples lie apart.
    #[must_use]
    pub fn spread(&self) -> Option<&Spread> {
        self.spread.as_ref()
    }

    /// What the ratio is worth, unless the peer was at its best.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Why nothing was measured.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_figure() {
        let q = |v| Quartiles::of(&[v, 2.0 * v, 3.0 * v]).unwrap();
        let json = serde_json::to_value(Figure::measured(q(1.0), "stock", q(10.0), q(5.0))).unwrap();
        let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["ours_ms", "peer", "peer_ms", "ratio", "spread"]);
        assert_eq!((json["ours_ms"].as_f64(), json["peer_ms"].as_f64()), (Some(2.0), Some(20.0)));
        assert_eq!(json["spread"]["ratio"]["upper_quartile"], 12.5);
    }

    #[test]
    fn a_ratio_of_another_build_is_labelled() {
        let q = Quartiles::of(&[1.0]).unwrap();
        let figure = || Figure::measured(q, "stock", q, q);
        let plain = Build::of(false, "", "");
        assert_eq!(figure().of_build(&plain).label(), Some(plain.label.as_str()));
        assert_eq!(figure().of_build(&Build::of(true, "-C target-cpu=native", "fat")).label(), None);
        assert_eq!(Figure::absent("stock", "why").of_build(&plain).label(), None, "there is no ratio");
    }

    #[test]
    fn what_was_not_measured_is_null_and_says_why() {
        let json = serde_json::to_value(Figure::absent("itself", "2 threads")).unwrap();
        for key in ["ours_ms", "peer_ms", "ratio", "spread"] {
            assert!(json[key].is_null(), "{key}");
        }
        assert_eq!(json["reason"], "2 threads");
    }
}
