//! `tacit bench`: measures, and writes the report.

use std::path::Path;
use std::time::Instant;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::Value;
use tacit_benches::{
    CircomCircuit, Extent, Figure, Plan, Restart, Step, Ways, cold, measure, measure_circom,
};

use crate::args::Bench;
use crate::commands::now;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, Style, grouped};
use crate::progress;

pub(crate) fn run(arguments: &Bench, output: Output) -> Result<Report, CliError> {
    if let Some(job) = &arguments.first_proof {
        return first_proof(job);
    }
    let plan = plan(arguments)?;
    // Before minutes of measurement, not after them.
    let folder = &arguments.out;
    std::fs::create_dir_all(folder).map_err(CliError::write(folder))?;
    let build = tacit_benches::Build::here();
    if !build.native {
        output.warn(format_args!("{}.", build.label));
    }
    if let Some(circuits) = &arguments.circom {
        return circom(&plan, circuits, folder, output);
    }
    let started = Instant::now();
    let bar = progress::bar(output, 1, "measuring");
    let watch = |step: Step<'_>| {
        bar.set_length(step.of as u64);
        bar.set_position(step.number as u64);
        bar.set_message(step.name.to_owned());
    };
    let report = measure(&plan, now(), &watch);
    bar.finish_and_clear();
    let report = report.map_err(refused)?;

    let (page, data) = (folder.join("report.html"), folder.join("report.json"));
    files::write(&page, report.html().as_bytes())?;
    files::write_json(&data, &report)?;
    if arguments.svg {
        for plot in report.plots() {
            files::write(&folder.join(plot.name).with_extension("svg"), plot.svg.as_bytes())?;
        }
    }
    let machine = &report.machine;
    let text = Report::new(output.paint(Style::Bold, &machine.cpu))
        .line(format_args!(
            "{} of {} threads; build: {}; kernels: {}",
            machine.threads_used, machine.threads, build.label, machine.backend
        ))
        .line("")
        .line(table(&report))
        .line("")
        .line(format_args!("{:.0} s. The whole report:", started.elapsed().as_secs_f64()))
        .line(format_args!("  {}", page.display()))
        .line(format_args!("  {}", data.display()));
    let json = serde_json::to_value(&report).map_err(CliError::malformed(&data, "writable as JSON"))?;
    Ok(keys(text, json))
}

/// Circuits of circom.
fn circom(plan: &Plan, circuits: &Path, folder: &Path, output: Output) -> Result<Report, CliError> {
    let bar = progress::bar(output, 1, "measuring");
    let watch = |step: Step<'_>| {
        bar.set_length(step.of as u64);
        bar.set_position(step.number as u64);
        bar.set_message(step.name.to_owned());
    };
    let report = measure_circom(plan, &plan.restart.program, circuits, &watch);
    bar.finish_and_clear();
    let report = report.map_err(refused)?;
    let data = folder.join("circom.json");
    files::write_json(&data, &report)?;
    let mut text = Report::new(output.paint(Style::Bold, &report.machine.cpu)).line(format_args!(
        "{} of {} threads; build: {}",
        report.machine.threads_used, report.machine.threads, report.build.label
    ));
    for circuit in &report.circuits {
        let CircomCircuit { name, constraints, wires, log_size, first_open_ms, .. } = circuit;
        text = text
            .line("")
            .line(output.paint(Style::Bold, name))
            .line(format_args!(
                "{} constraints (2^{log_size}), {} wires; tables made once in {:.0} ms, with the circuit {:.0} ms",
                grouped(*constraints as u64),
                grouped(*wires as u64),
                first_open_ms.zkey,
                first_open_ms.zkey_and_r1cs
            ))
            .line(circom_table(circuit));
    }
    let text = text.line("").line(format_args!("The whole report: {}", data.display()));
    let json = serde_json::to_value(&report).map_err(CliError::malformed(&data, "writable as JSON"))?;
    Ok(keys(text, json))
}

fn circom_table(circuit: &CircomCircuit) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(["", "tacit", "peer", "ratio", "quartiles", "CPU", "peer is"]);
    for (how, all) in [("warm", &circuit.warm), ("whole process", &circuit.process)] {
        for versus in all {
            let Ways { zkey, zkey_and_r1cs } = &versus.figures;
            for (with, figure) in [(".zkey", zkey), (".zkey and .r1cs", zkey_and_r1cs)] {
                table.add_row([vec![format!("{how}, {with}")], cells(figure)].concat());
            }
        }
    }
    table
}

fn plan(arguments: &Bench) -> Result<Plan, CliError> {
    let program = std::env::current_exe().map_err(CliError::read(Path::new("tacit")))?;
    let restart = ["bench", "--json", "--first-proof"].map(Into::into).into();
    Ok(Plan {
        extent: match (arguments.quick, arguments.large) {
            (true, _) => Extent::Quick,
            (_, true) => Extent::Large,
            _ => Extent::Full,
        },
        threads: arguments
            .threads
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        memory_mib: arguments.memory.unwrap_or_default().bytes() >> 20,
        restart: Restart { program, arguments: restart },
    })
}

/// In a process that [`measure`] started.
fn first_proof(job: &Path) -> Result<Report, CliError> {
    let proof = cold::first_proof(job).map_err(refused)?;
    let json = serde_json::to_value(&proof).map_err(CliError::malformed(job, "a job of the benchmark"))?;
    Ok(keys(Report::new("one proof"), json))
}

/// Every key of an object, in the report.
fn keys(report: Report, json: Value) -> Report {
    let Value::Object(keys) = json else { return report };
    keys.into_iter().fold(report, |report, (key, value)| report.key(&key, value))
}

fn table(report: &tacit_benches::Report) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(["", "tacit", "peer", "ratio", "quartiles", "CPU", "peer is"]);
    for named in report.figures.all() {
        table.add_row([vec![named.words.to_owned()], cells(named.figure)].concat());
    }
    table
}

fn cells(figure: &Figure) -> Vec<String> {
    match (figure.ours_ms(), figure.peer_ms(), figure.ratio(), figure.spread()) {
        (Some(ours), Some(theirs), Some(ratio), Some(spread)) => vec![
            format!("{ours:.2} ms"),
            format!("{theirs:.1} ms"),
            format!("{ratio:.2}{}", if figure.label().is_some() { " *" } else { "" }),
            format!("{:.2}–{:.2}", spread.ratio.lower_quartile, spread.ratio.upper_quartile),
            figure.cpu().map_or("–".into(), |cpu| format!("{:.2}", cpu.ratio)),
            figure.peer().to_owned() + if figure.label().is_some() { " (* not at its best)" } else { "" },
        ],
        _ => {
            let reason = figure.reason().unwrap_or("not measured");
            let mut cells = vec!["–".to_owned(); 5];
            cells.push(reason.to_owned());
            cells
        }
    }
}
