use std::time::Duration;

use super::*;
use crate::contest::{Contest, Rounds};
use crate::statistics::Quartiles;

/// A figure of fixed times, by the only way there is: a contest.
fn figure(ours: u64, theirs: u64) -> Figure {
    let mut contest = Contest::new();
    let ours = contest.enter_timed("tacit", move || Ok(Duration::from_millis(ours)));
    let theirs = contest.enter_timed("ark-groth16, all threads", move || Ok(Duration::from_millis(theirs)));
    let rounds = Rounds { least: 3, most: 3, budget: Duration::ZERO, uncounted: 0 };
    contest.run(rounds).unwrap().figure(ours, theirs)
}

fn timing(ms: f64) -> Timing {
    Quartiles::of(&[ms]).unwrap().into()
}

/// A report of fixed measurements.
fn report(native: bool) -> Report {
    let build =
        Build::of(native, if native { "-C target-cpu=native" } else { "" }, if native { "fat" } else { "" });
    let of_build = |ours, theirs| figure(ours, theirs).of_build(&build);
    let absent = || Figure::absent("itself, 1 thread", "2 threads, 16 wanted");
    let footprint = Footprint {
        circuit: "resident-id".into(),
        key_bytes: 5 << 20,
        key_cache_bytes: 100 << 20,
        prepare_key_ms: 2000.0,
        load_ms: timing(40.0),
        peak_mib: Some(150.0),
        peer_peak_mib: None,
        first_proof: of_build(100, 300),
    };
    Report {
        date: "2026-11-25".into(),
        quick: true,
        machine: Machine {
            cpu: "Example <CPU> & more".into(),
            threads: 2,
            threads_used: 2,
            backend: "portable".into(),
            flags: vec!["bmi2".into()],
            memory_mib: None,
            system: "linux, x86_64".into(),
            load_at_start: Some(0.5),
            load_at_end: None,
        },
        versions: Versions::here(),
        memory_budget_mib: 1024,
        figures: Figures {
            full_proof: of_build(20, 200),
            full_proof_2_14: of_build(100, 900),
            full_proof_2_16: Figure::absent("ark-groth16, all threads", "--quick stops at 2^14"),
            full_proof_2_18: Figure::absent("ark-groth16, all threads", "--quick stops at 2^14"),
            show: of_build(10, 200),
            msm_g1_2_13: of_build(8, 61),
            msm_g2_2_13: of_build(20, 213),
            fft_2_14: of_build(1, 4),
            threads_2_14: figure(100, 190),
            threads_16_2_16: absent(),
            portable_full_proof: of_build(80, 200),
            verify: of_build(1, 1),
            verify_vs_open_inputs: of_build(1, 2),
            verify_batch_256: absent(),
            verify_batch_256_portable: of_build(70, 220),
        },
        circuit: Circuit {
            name: "resident-id".into(),
            constraints: 8014,
            wires: 8000,
            changing_wires: 1000,
            nonzeros: 166_000,
            clauses: vec![Clause { name: "issued".into(), constraints: 4000 }],
        },
        witness: timing(1.0),
        prepare: timing(12.0),
        scaling: vec![
            Size { log_size: 8, full_proof: of_build(3, 30) },
            Size { log_size: 14, full_proof: of_build(100, 900) },
        ],
        threads: vec![Threads { threads: 2, full_proof: figure(100, 190) }],
        footprints: vec![footprint],
        peers: vec![Peer {
            name: "rapidsnark".into(),
            program: None,
            figure: Figure::absent("rapidsnark", "not present"),
        }],
        build,
    }
}

#[test]
fn the_json_has_its_keys() {
    let report = report(true);
    let json = serde_json::to_value(&report).unwrap();
    for key in [
        "full_proof",
        "full_proof_2_14",
        "full_proof_2_16",
        "full_proof_2_18",
        "show",
        "msm_g1_2_13",
        "msm_g2_2_13",
        "fft_2_14",
        "threads_2_14",
        "threads_16_2_16",
        "portable_full_proof",
        "verify",
        "verify_vs_open_inputs",
        "verify_batch_256",
        "verify_batch_256_portable",
    ] {
        for inner in ["ours_ms", "peer_ms", "peer", "ratio", "spread"] {
            assert!(json[key].as_object().unwrap().contains_key(inner), "{key}.{inner}");
        }
        assert!(report.figures.all().iter().any(|named| named.key == key), "{key} is on the page");
    }
    assert_eq!(json["full_proof"]["ratio"], 10.0);
    assert_eq!(json["full_proof"]["spread"]["samples"], 3);
    assert_eq!(json["threads_16_2_16"]["reason"], "2 threads, 16 wanted");
    for key in
        ["machine", "versions", "build", "circuit", "prepare", "scaling", "threads", "footprints", "peers"]
    {
        assert!(!json[key].is_null(), "{key}");
    }
}

#[test]
fn no_ratio_without_both_measured() {
    let json = serde_json::to_value(report(true)).unwrap();
    let mut seen = 0;
    visit(&json, &mut |object| {
        if object.contains_key("ratio") && object.contains_key("peer") {
            seen += 1;
            let measured = object["ours_ms"].is_number() && object["peer_ms"].is_number();
            assert_eq!(object["ratio"].is_number(), measured, "{object:?}");
            assert_eq!(object.contains_key("reason"), !measured, "{object:?}");
        }
    });
    assert!(seen > 15, "{seen} figures");
    let page = report(true).html();
    let row = page.lines().find(|line| line.contains("(threads_16_2_16)")).unwrap();
    assert!(row.contains("2 threads, 16 wanted") && !row.contains('×'), "{row}");
}

fn visit(value: &serde_json::Value, see: &mut dyn FnMut(&serde_json::Map<String, serde_json::Value>)) {
    match value {
        serde_json::Value::Object(object) => {
            see(object);
            object.values().for_each(|value| visit(value, see));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| visit(value, see)),
        _ => {}
    }
}

#[test]
fn a_build_that_is_not_native_is_labelled_wherever_there_is_a_ratio_to_arkworks() {
    let (native, other) = (report(true), report(false));
    assert!(!native.html().contains("other build"));
    let page = other.html();
    assert!(page.contains("class=\"notice\">Ratios to arkworks"));
    for named in other.figures.all() {
        let row = page.lines().find(|line| line.contains(&format!("({})", named.key))).unwrap();
        let of_arkworks = named.figure.ratio().is_some() && named.key != "threads_2_14";
        assert_eq!(row.contains("× *") || row.contains("×) *"), of_arkworks, "{row}");
        assert_eq!(row.contains("other build"), of_arkworks, "{row}");
    }
    let json = serde_json::to_value(&other).unwrap();
    assert!(json["full_proof"]["label"].as_str().unwrap().contains("target-cpu=native"));
    assert!(json["threads_2_14"]["label"].is_null(), "it is compared with itself, built alike");
}

#[test]
fn the_page_is_whole_and_loads_nothing() {
    let page = report(true).html();
    for loads in ["src=", "href=", "@import", "url(http", "<script", "<link", "<img", "<iframe"] {
        assert!(!page.contains(loads), "{loads}");
    }
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http"), "no address but the name of SVG");
    assert!(page.contains("Example &lt;CPU&gt; &amp; more") && !page.contains("<CPU>"));
    assert_eq!(page.matches("<svg").count(), report(true).plots().len());
    for element in ["table", "tr", "td", "th", "p", "figure", "svg", "body", "html", "text", "title"] {
        let opened =
            page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
    let notice = "Tacit ran its portable code throughout";
    assert!(page.contains(notice), "said of the portable kernels");
    let mut report = report(true);
    report.machine.backend = "avx512-ifma".into();
    assert!(!report.html().contains(notice), "and of no others");
}

#[test]
fn plots_have_no_colour() {
    for plot in report(true).plots() {
        for paint in
            plot.svg.split(['"', ';']).filter(|word| word.starts_with('#') || word.starts_with("rgb"))
        {
            assert!(["#000", "#fff", "#bbb"].contains(&paint), "{}: {paint}", plot.name);
        }
        assert!(!plot.svg.contains("NaN") && !plot.svg.contains("inf"), "{}", plot.name);
    }
}
