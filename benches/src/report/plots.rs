//! What is drawn of a report.

use super::Report;
use super::page::{milliseconds, times};
use super::svg::{Bar, Lines, Scale, Series, bars, lines};
use crate::figure::{Figure, Timing};

/// One plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Fit for a file, without its ending.
    pub name: &'static str,
    /// The drawing, whole.
    pub svg: String,
}

pub(super) fn all(report: &Report) -> Vec<Plot> {
    let mut plots = vec![
        Plot { name: "ratios", svg: ratios(report) },
        Plot { name: "sizes", svg: sizes(report) },
        Plot { name: "presentation", svg: presentation(report) },
    ];
    if !report.threads.is_empty() {
        plots.push(Plot { name: "threads", svg: threads(report) });
    }
    plots.push(Plot { name: "circuit", svg: circuit(report) });
    plots
}

/// Every ratio that was measured, with its quartiles.
fn ratios(report: &Report) -> String {
    let shown: Vec<Bar> = report
        .figures
        .all()
        .iter()
        .filter_map(|named| {
            let (ratio, spread) = named.figure.ratio().zip(named.figure.spread())?;
            Some(Bar {
                name: named.words.into(),
                value: ratio,
                range: Some((spread.ratio.lower_quartile, spread.ratio.upper_quartile)),
                words: times(ratio),
                peer: named.figure.peer().starts_with("itself"),
            })
        })
        .collect();
    let note = if report.build.native { "" } else { "; NOT a native build, see the page" };
    bars(
        &format!("How many times as fast as its peer{note}"),
        "black: against arkworks 0.6; hatched: against itself; whiskers: quartiles of the rounds",
        &shown,
    )
}

fn sizes(report: &Report) -> String {
    let series = |name: &str, of: fn(&Figure) -> Option<f64>| Series {
        name: name.into(),
        points: report.scaling.iter().map(|size| of(&size.full_proof)).collect(),
    };
    lines(&Lines {
        title: "Full proof by circuit size, full-width witness, all threads",
        across: "constraints",
        places: report.scaling.iter().map(|size| format!("2^{}", size.log_size)).collect(),
        upwards: "milliseconds, median",
        scale: Scale::Logarithmic,
        series: vec![series("tacit", Figure::ours_ms), series("ark-groth16", Figure::peer_ms)],
    })
}

fn presentation(report: &Report) -> String {
    let ours = |name: &str, ms: f64, range| Bar {
        name: name.into(),
        value: ms,
        range,
        words: milliseconds(ms),
        peer: false,
    };
    let timing = |name, timing: &Timing| {
        let spread = timing.spread_ms;
        Some(ours(name, timing.median_ms, Some((spread.lower_quartile, spread.upper_quartile))))
    };
    let of_figure = |name, figure: &Figure| {
        let range =
            figure.spread().map(|spread| (spread.ours_ms.lower_quartile, spread.ours_ms.upper_quartile));
        figure.ours_ms().map(|ms| ours(name, ms, range))
    };
    let figures = &report.figures;
    let stock = figures.full_proof.peer_ms().map(|ms| {
        let spread = figures.full_proof.spread().map(|spread| spread.peer_ms);
        let range = spread.map(|range| (range.lower_quartile, range.upper_quartile));
        Bar { peer: true, ..ours("full proof by ark-groth16", ms, range) }
    });
    let shown = [
        timing("witness", &report.witness),
        timing("prepare, once for a credential and epoch", &report.prepare),
        of_figure("show, after prepare", &figures.show),
        of_figure("full proof", &figures.full_proof),
        of_figure("full proof, portable code", &figures.portable_full_proof),
        stock,
        of_figure("verify", &figures.verify),
    ];
    bars(
        &format!("One presentation: {}, {} constraints", report.circuit.name, report.circuit.constraints),
        "milliseconds, median; black: tacit; hatched: its peer; whiskers: quartiles",
        &shown.into_iter().flatten().collect::<Vec<_>>(),
    )
}

fn threads(report: &Report) -> String {
    let counts: Vec<usize> = [1].into_iter().chain(report.threads.iter().map(|line| line.threads)).collect();
    let measured = report.threads.iter().map(|line| line.full_proof.ratio());
    lines(&Lines {
        title: "Full proof at 2^14 by threads",
        across: "threads",
        places: counts.iter().map(ToString::to_string).collect(),
        upwards: "times as fast as one thread",
        scale: Scale::Logarithmic,
        series: vec![
            Series { name: "tacit".into(), points: [Some(1.0)].into_iter().chain(measured).collect() },
            Series {
                name: "threads".into(),
                points: counts.iter().map(|&count| Some(count as f64)).collect(),
            },
        ],
    })
}

fn circuit(report: &Report) -> String {
    let shown: Vec<Bar> = report
        .circuit
        .clauses
        .iter()
        .map(|clause| Bar {
            name: clause.name.clone(),
            value: clause.constraints as f64,
            range: None,
            words: clause.constraints.to_string(),
            peer: false,
        })
        .collect();
    bars(
        &format!("Constraints of {} by clause, {} in all", report.circuit.name, report.circuit.constraints),
        "constraints",
        &shown,
    )
}
