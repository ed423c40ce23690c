//! The page.

use super::Report;
use super::html::{escape, heading, paragraph, table};
use tacit_prover::Backend;

use crate::figure::{Figure, Range};

const STYLE: &str = "body{font:15px/1.5 Helvetica,Arial,sans-serif;color:#000;background:#fff;max-width:62em;margin:2em auto;padding:0 1em}
h1{font-size:1.6em;margin-bottom:0}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #000}
table{border-collapse:collapse;font-size:.92em;margin:1em 0}th,td{padding:.25em .7em;text-align:right;border-bottom:1px solid #bbb}
th{border-bottom:1px solid #000;vertical-align:bottom}th:first-child,td:first-child{text-align:left}
figure{margin:1.2em 0}svg{max-width:100%;height:auto}.notice{border:2px solid #000;padding:.6em 1em;font-weight:bold}";

/// No style sheet, script, image or font is loaded from anywhere.
pub(super) fn page(report: &Report) -> String {
    let title = format!("Tacit benchmark, {}, {}", report.machine.cpu, report.date);
    let mut body = format!("<h1>{}</h1>\n", escape(&title));
    body += &paragraph(&format!(
        "Tacit {} on {} of {} threads; build: {}.",
        report.versions.tacit, report.machine.threads_used, report.machine.threads, report.build.label
    ));
    if !report.build.native {
        body += &format!(
            "<p class=\"notice\">Ratios to arkworks on this page are of this build: {}</p>\n",
            escape(&report.build.label)
        );
    }
    if report.machine.backend == Backend::portable().name() {
        body += "<p class=\"notice\">Tacit ran its portable code throughout: this CPU lacks AVX-512 IFMA or a part beside it, or \
                 TACIT_BACKEND said so.</p>\n";
    }
    let mut plots = report.plots().into_iter().map(|plot| (plot.name, plot.svg)).collect::<Vec<_>>();
    let mut figure = |name: &str| match plots.iter().position(|plot| plot.0 == name) {
        Some(place) => format!("<figure>{}</figure>\n", plots.swap_remove(place).1),
        None => String::new(),
    };

    body += &heading("Side by side");
    body += &paragraph(METHOD);
    let rows: Vec<_> = report
        .figures
        .all()
        .iter()
        .map(|named| [vec![format!("{} ({})", named.words, named.key)], cells(named.figure)].concat())
        .collect();
    body +=
        &table(&["figure (key in the JSON)", "tacit", "peer", "ratio", "CPU", "rounds", "peer is"], &rows);
    body += &figure("ratios");
    body += &figure("sizes");

    body += &heading("One presentation");
    let timing = |timing: &crate::Timing| range(timing.median_ms, &timing.spread_ms, milliseconds);
    body += &paragraph(&format!(
        "All in the same rounds. Witness: {}. Prepare, once for a credential and an epoch: {}. {} of {} wires differ between \
         two requests to one holder, and only those cost anything in a show.",
        timing(&report.witness),
        timing(&report.prepare),
        report.circuit.changing_wires,
        report.circuit.wires
    ));
    body += &figure("presentation");
    body += &paragraph(
        "Peers on the product's own circuit. Stock ark-groth16: the full proof alone. Other programs: a process from its start to its end, beside the same of Tacit.",
    );
    let peers: Vec<_> =
        report.peers.iter().map(|peer| [vec![peer.name.clone()], cells(&peer.figure)].concat()).collect();
    body += &table(&["peer", "tacit", "peer", "ratio", "CPU", "rounds", "what, or why not"], &peers);

    body += &heading("Size, threads, memory");
    let sizes: Vec<_> = report
        .scaling
        .iter()
        .map(|size| [vec![format!("2^{}", size.log_size)], cells(&size.full_proof)].concat())
        .collect();
    body += &table(&["constraints", "tacit", "peer", "ratio", "CPU", "rounds", "peer is"], &sizes);
    let threads: Vec<_> = report
        .threads
        .iter()
        .map(|line| [vec![format!("{} threads, 2^14", line.threads)], cells(&line.full_proof)].concat())
        .collect();
    if !threads.is_empty() {
        body += &table(&["full proof", "tacit", "peer", "ratio", "CPU", "rounds", "peer is"], &threads);
        body += &figure("threads");
    }
    body += &footprints(report);

    body += &heading("The circuit");
    body += &paragraph(&format!(
        "{}: {} constraints, {} wires, {} non-zero coefficients.",
        report.circuit.name, report.circuit.constraints, report.circuit.wires, report.circuit.nonzeros
    ));
    body += &figure("circuit");

    body += &heading("Measured on and with");
    body += &table(&["", ""], &provenance(report));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n{STYLE}\n</style>\n\
         </head>\n<body>\n{body}</body>\n</html>\n",
        escape(&title)
    )
}

const METHOD: &str = "Whoever is compared ran in the same rounds, taking turns in alternating order. Every counted run follows an uncounted \
one of the same entrant, except from 2^16 on and for processes that start for one proof. Times are medians, with quartiles in \
parentheses. A ratio is the median of the rounds' ratios, so that it is not exactly the ratio of the medians. The column CPU is the \
ratio of processor time, of all threads together, in the same rounds: other load on the machine distorts it least. Stock ark-groth16 is given \
its matrices, the same key and the same witness, and all threads; it does not check that the witness satisfies the circuit, \
Tacit does. Its proofs and Tacit's are compared and are the same for the same randomness. \
Its tables were made just before and stand in large pages; a process that maps them from its cache fetches some of them more \
slowly, as the first proofs of cold processes below do. The Fourier transform leaves its \
values in the order in which the prover goes on with them; ark-poly's are in natural order.";

/// Files, memory, first proof.
fn footprints(report: &Report) -> String {
    let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    let peak = |peak: Option<f64>| peak.map_or("unknown".into(), |mib| format!("{mib:.0} MiB"));
    let rows: Vec<_> = report
        .footprints
        .iter()
        .map(|line| {
            let first = &line.first_proof;
            vec![
                line.circuit.clone(),
                mib(line.key_bytes),
                mib(line.key_cache_bytes),
                milliseconds(line.prepare_key_ms),
                milliseconds(line.load_ms.median_ms),
                first.ours_ms().map_or("–".into(), milliseconds),
                first.peer_ms().map_or("–".into(), milliseconds),
                first.ratio().map_or("–".into(), |ratio| labelled(ratio, first)),
                peak(line.peak_mib),
                peak(line.peer_peak_mib),
            ]
        })
        .collect();
    let head = [
        "circuit",
        "key file",
        "key cache",
        "making it, once",
        "load",
        "first proof of a cold process",
        "the same, ark-groth16",
        "ratio",
        "peak memory",
        "the same, ark-groth16",
    ];
    paragraph(&format!(
        "Tables of each key within {} MiB. First proof: from the start of a process to its end, files in the system's cache, \
         ark-groth16 from the same key file. Peak memory counts mapped files.",
        report.memory_budget_mib
    )) + &table(&head, &rows)
}

fn provenance(report: &Report) -> Vec<Vec<String>> {
    let (machine, versions, build) = (&report.machine, &report.versions, &report.build);
    let load = |load: Option<f64>| load.map_or("unknown".into(), |load| format!("{load:.2}"));
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    vec![
        row("CPU", machine.cpu.clone()),
        row("threads", format!("{}, used {}", machine.threads, machine.threads_used)),
        row("instructions", machine.flags.join(" ")),
        row("memory", machine.memory_mib.map_or("unknown".into(), |mib| format!("{mib} MiB"))),
        row("system", machine.system.clone()),
        row(
            "load average",
            format!("{} at the start, {} at the end", load(machine.load_at_start), load(machine.load_at_end)),
        ),
        row("tacit", format!("{}, kernels {}", versions.tacit, machine.backend)),
        row(
            "arkworks",
            format!(
                "ark-groth16 {}, ark-ec {}, ark-poly {}, ark-ff {}",
                versions.ark_groth16, versions.ark_ec, versions.ark_poly, versions.ark_ff
            ),
        ),
        row("compiler", versions.rustc.clone()),
        row("build", build.label.clone()),
        row("flags", build.rustflags.clone()),
        row("profile", build.profile.clone()),
        row(
            "extent",
            report.scaling.last().map_or_else(|| "–".into(), |size| format!("up to 2^{}", size.log_size)),
        ),
    ]
}

/// Ours, the peer's, ratio, that of processor time, rounds, who the peer is; dashes and the reason where nothing was measured.
fn cells(figure: &Figure) -> Vec<String> {
    match (figure.ours_ms(), figure.peer_ms(), figure.ratio(), figure.spread()) {
        (Some(ours), Some(theirs), Some(ratio), Some(spread)) => vec![
            range(ours, &spread.ours_ms, milliseconds),
            range(theirs, &spread.peer_ms, milliseconds),
            range(ratio, &spread.ratio, times) + figure.label().map_or("", |_| " *"),
            figure.cpu().map_or("–".into(), |cpu| times(cpu.ratio)),
            spread.samples.to_string(),
            figure.label().map_or(figure.peer().into(), |label| format!("{}; * {label}", figure.peer())),
        ],
        _ => {
            let dash = || "–".to_owned();
            vec![dash(), dash(), dash(), dash(), dash(), figure.reason().unwrap_or("not measured").into()]
        }
    }
}

fn labelled(ratio: f64, figure: &Figure) -> String {
    times(ratio) + figure.label().map_or("", |_| " *")
}

fn range(middle: f64, range: &Range, words: fn(f64) -> String) -> String {
    format!("{} ({}–{})", words(middle), words(range.lower_quartile), words(range.upper_quartile))
}

/// A time in the unit that reads best.
pub(crate) fn milliseconds(ms: f64) -> String {
    match ms {
        ms if ms < 1.0 => format!("{:.0} µs", ms * 1e3),
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms if ms < 10_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1e3),
    }
}

/// A ratio.
pub(crate) fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}×") } else { format!("{ratio:.1}×") }
}
