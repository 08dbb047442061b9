//! The speed benchmark: W1 to W4 as scenario files, run by the general engine with its recorders on.
//!
//! `cargo bench --bench workloads` prints a line each, the median of the rounds:
//! `W4 3300000 customers/cpu_s 303 ns 9 MiB`. `-- W4` runs one, `-- W4 --rounds 5` more rounds, `-- W4 --seeds 20`
//! prints the mean and the 99th percentile of the sojourn over that many seeds instead, and `W4x1000` is W4 at a
//! thousand times its rate and pods for a few seconds. Where there is a shortcut, its figure is printed after that of
//! the general engine. Speeds are per cpu second: other jobs on the machine then
//! disturb little.

use flashcrowd::model::{Mode, Model, WarmUp};
use flashcrowd::study::{Edit, FileInputs, prepare};
use flashcrowd::system::Simulator;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const ROUNDS: u32 = 3;

static START: OnceLock<Instant> = OnceLock::new();

fn main() -> ExitCode {
    let mut names = Vec::new();
    let (mut rounds, mut seeds) = (ROUNDS, None);
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse::<u32>().ok()).filter(|&n| n > 0);
        match argument.as_str() {
            "--rounds" => rounds = number().unwrap_or(ROUNDS),
            "--seeds" => seeds = Some(number().unwrap_or(20)),
            _ => names.push(argument),
        }
    }
    if names.is_empty() {
        names = ["W1", "W2", "W3", "W4"].map(String::from).to_vec();
    }
    for name in names {
        let Some(model) = load(&name) else { return ExitCode::from(2) };
        match seeds {
            Some(seeds) => print_answers(&name, &model, seeds),
            None => print_speeds(&name, model, rounds),
        }
    }
    ExitCode::SUCCESS
}

fn load(name: &str) -> Option<Model> {
    let (file, edits): (&str, &[(&str, &str)]) = match name {
        "W4x1000" => (
            "W4",
            &[
                ("traffic.clients.rate", "1000000/s"),
                ("run.to", "T0+4s"),
                ("services.web.replicas", "9000"),
                ("services.app.replicas", "8000"),
                ("services.db.replicas", "8000"),
                ("services.web.autoscaler.max", "64000"),
                ("services.app.autoscaler.max", "64000"),
                ("services.db.autoscaler.max", "64000"),
            ],
        ),
        _ => (name, &[]),
    };
    let edits: Vec<Edit> = edits
        .iter()
        .map(|(path, value)| Edit { option: "--set".into(), assignment: format!("{path}={value}") })
        .collect();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/bench");
    match prepare(&format!("{file}.yaml"), &edits, &FileInputs::new(root)) {
        Ok(prepared) => match prepared.scenario {
            Some(scenario) => Some(scenario.model),
            None => {
                eprintln!("{name} is not a valid scenario");
                None
            }
        },
        Err(error) => {
            eprintln!("{name}: {error}");
            None
        }
    }
}

/// Customers of a run: measured ones, and those of the warm-up in proportion.
fn customers(model: &Model, measured: u64) -> f64 {
    let cut = match model.plan.mode {
        Mode::Steady(WarmUp::Fixed(cut)) => cut.as_secs_f64(),
        _ => 0.0,
    };
    let length = model.plan.length.as_secs_f64();
    measured as f64 * length / (length - cut)
}

fn print_speeds(name: &str, mut model: Model, rounds: u32) {
    model.plan.shortcuts = false;
    print_speed(name, &model, rounds, "");
    model.plan.shortcuts = true;
    if Simulator::new(&model).takes_shortcut() {
        print_speed(name, &model, rounds, " by the shortcut");
    }
}

fn print_speed(name: &str, model: &Model, rounds: u32, how: &str) {
    let mut simulator = Simulator::new(model);
    let mut speeds = Vec::new();
    for round in 0..rounds {
        let before = cpu_seconds();
        let record = simulator.run(u64::from(round), &AtomicBool::new(false));
        let cpu = cpu_seconds() - before;
        let measured: u64 = record.classes.iter().map(|c| c.arrived).sum();
        speeds.push(customers(model, measured) / cpu);
    }
    speeds.sort_by(f64::total_cmp);
    let median = speeds[speeds.len() / 2];
    println!("{name} {median:.0} customers/cpu_s {:.0} ns {} MiB{how}", 1e9 / median, peak_mebibytes());
}

/// Time of this thread on a processor where the system tells (Linux), else the clock on the wall.
fn cpu_seconds() -> f64 {
    let schedule = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    match schedule.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()) {
        Some(nanos) => nanos as f64 * 1e-9,
        None => START.get_or_init(Instant::now).elapsed().as_secs_f64(),
    }
}

/// Peak resident memory of this process.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0).div_ceil(1024)
}

fn print_answers(name: &str, model: &Model, seeds: u32) {
    let mut simulator = Simulator::new(model);
    let (mut means, mut tails) = (Vec::new(), Vec::new());
    for seed in 0..seeds {
        let record = simulator.run(u64::from(seed), &AtomicBool::new(false));
        let sojourn = &record.classes[0].sojourn;
        means.push(sojourn.mean().unwrap_or(f64::NAN));
        tails.push(sojourn.quantile(0.99).unwrap_or(f64::NAN));
    }
    for (what, values) in [("mean", means), ("p99", tails)] {
        match flashcrowd::stats::t_interval(&values, 0.95) {
            Some(i) => {
                println!("{name} {what} {:.4} s ({:.4} .. {:.4}) over {seeds} seeds", i.centre, i.low, i.high)
            }
            None => println!("{name} {what} {:.4} s over one seed", values[0]),
        }
    }
}
