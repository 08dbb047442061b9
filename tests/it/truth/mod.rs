//! The engine against models with known answers.
//!
//! Every file of `tests/data/truth` (or `$FLASHCROWD_TEST_DATA/truth`) is read, every case in it translated
//! into a model, run, and judged metric by metric. What cannot be judged is said, never dropped. With
//! `FLASHCROWD_TRUTH_CASES` only cases whose name contains one of its comma-separated words are run, and every
//! metric is printed.

pub mod build;
pub mod case;
mod control;
mod decisions;
mod fanout;
mod first_waits;
mod fluid;
mod judge;
mod laws;
mod names;
mod network;
mod pool;
mod quota;
mod runs;
mod statics;
mod steady;
mod transient;

use case::{Case, File, Kind, read_folder};
use judge::{Finding, Outcome};
use std::time::Instant;

/// What became of a case.
struct Report {
    id: String,
    findings: Vec<Finding>,
    /// Why the case as a whole cannot be judged.
    unsupported: Option<String>,
    events: u64,
    seconds: f64,
}

impl Report {
    fn differs(&self) -> bool {
        self.findings.iter().any(Finding::is_bad)
    }

    fn judged(&self) -> bool {
        self.findings.iter().any(|f| f.outcome == Outcome::Agrees || f.is_bad())
    }
}

/// Runs and judges one case.
fn run(case: &Case) -> Report {
    let start = Instant::now();
    let (findings, events, unsupported) = match judge_case(case) {
        Ok((findings, events)) => (findings, events, None),
        Err(why) => (Vec::new(), 0, Some(why)),
    };
    Report { id: case.id.clone(), findings, unsupported, events, seconds: start.elapsed().as_secs_f64() }
}

fn judge_case(case: &Case) -> Result<(Vec<Finding>, u64), String> {
    if case.metrics.iter().all(|t| t.kind == Kind::Shown) {
        return Ok((case.metrics.iter().map(|t| Finding::shown(t, None)).collect(), 0));
    }
    if quota::has_quota(case) && case.regime == "deterministic" {
        return quota::judge_timeline(case);
    }
    match case.model["kind"].as_str() {
        Some("parallel") => return fanout::judge_parallel(case),
        Some("fluid") => return fluid::judge_fluid(case),
        _ => {}
    }
    if let Some(judged) = statics::judge_static(case) {
        return judged.map(|findings| (findings, 0));
    }
    let setup = build::build(case)?;
    match case.regime.as_str() {
        "steady_state" => steady::judge_steady(case, setup),
        "deterministic" => first_waits::judge_deterministic(case, setup),
        "transient" if !case.model["statistic"].is_null() => first_waits::judge_coverage(case, setup),
        "transient" if case.series.contains_key("i") => first_waits::judge_initial_bias(case, setup),
        "transient" => transient::judge_transient(case, setup),
        other => Err(format!("regime {other} of kind {}", case.model["kind"])),
    }
}

/// Numbers of cases that agreed, differed, are unsupported, and were only shown.
#[derive(Default)]
struct Tally {
    agreed: usize,
    differed: usize,
    unsupported: usize,
    shown: usize,
}

fn print_file(name: &str, reports: &[Report], every_metric: bool) -> Tally {
    let mut tally = Tally::default();
    for report in reports {
        match report {
            r if r.differs() => tally.differed += 1,
            r if r.judged() => tally.agreed += 1,
            r if r.unsupported.is_some() || r.findings.iter().any(|f| f.outcome != Outcome::Shown) => {
                tally.unsupported += 1;
            }
            _ => tally.shown += 1,
        }
    }
    let seconds: f64 = reports.iter().map(|r| r.seconds).sum();
    let events: u64 = reports.iter().map(|r| r.events).sum();
    let shown = if tally.shown > 0 { format!(", {} only shown", tally.shown) } else { String::new() };
    println!(
        "{name}: {} agreed, {} differed, {} unsupported{shown} [{seconds:.1} s, {:.1} M events]",
        tally.agreed,
        tally.differed,
        tally.unsupported,
        events as f64 / 1e6
    );
    for report in reports {
        print_report(report, every_metric);
    }
    tally
}

fn print_report(report: &Report, every_metric: bool) {
    let id = &report.id;
    if let Some(why) = &report.unsupported {
        println!("  unsupported {id}: {why}");
    }
    if every_metric {
        println!("  {id}: {:.2} s, {:.1} M events", report.seconds, report.events as f64 / 1e6);
    }
    let number = |v: Option<f64>| v.map_or("-".to_owned(), |v| format!("{v:.7}"));
    let shown = report.findings.iter().filter(|f| f.outcome == Outcome::Shown);
    let shown: Vec<String> = shown
        .map(|f| match f.ours {
            Some(_) => format!("{} {} (ours {})", f.metric, number(f.truth), number(f.ours)),
            None => format!("{} {}", f.metric, number(f.truth)),
        })
        .collect();
    if !shown.is_empty() {
        println!("  shown {id}: {}", shown.join(", "));
    }
    for f in &report.findings {
        let what = match &f.outcome {
            Outcome::Differs => "DIFFERS".to_owned(),
            Outcome::Noisy(limit) => format!("TOO NOISY for {:.0} %", limit * 100.0),
            Outcome::Unsupported(why) => {
                println!("  unsupported {id} {}: {why}", f.metric);
                continue;
            }
            Outcome::Agrees if every_metric => "agrees".to_owned(),
            Outcome::Agrees | Outcome::Shown => continue,
        };
        let score = f.score.map_or(String::new(), |z| format!(", z {z:.2}"));
        let width = f.half_width.map_or(String::new(), |w| format!(", half-width {:.2} %", w * 100.0));
        println!(
            "  {what} {id} {}: ours {}, truth {}{score}{width}",
            f.metric,
            number(f.ours),
            number(f.truth)
        );
    }
}

/// Runs the cases `wanted` of every file and prints a line a file.
fn run_all(wanted: impl Fn(&File, &Case) -> bool, every_metric: bool, quiet: bool) -> Tally {
    let mut sum = Tally::default();
    for file in read_folder() {
        let cases = match &file.cases {
            Ok(cases) => cases,
            Err(why) => {
                println!("{}: 0 agreed, 0 differed, 1 unsupported\n  unsupported file: {why}", file.name);
                sum.unsupported += 1;
                continue;
            }
        };
        let run = |case: &Case| {
            let report = run(case);
            if report.seconds > 20.0 {
                println!("  ({}: {:.0} s)", report.id, report.seconds);
            }
            report
        };
        let reports: Vec<Report> = cases.iter().filter(|c| wanted(&file, c)).map(run).collect();
        if reports.is_empty() && quiet {
            continue;
        }
        let tally = print_file(&file.name, &reports, every_metric);
        sum.agreed += tally.agreed;
        sum.differed += tally.differed;
        sum.unsupported += tally.unsupported;
        sum.shown += tally.shown;
    }
    println!(
        "truth: {} agreed, {} differed, {} unsupported, {} only shown",
        sum.agreed, sum.differed, sum.unsupported, sum.shown
    );
    sum
}

#[test]
#[ignore = "about six CPU minutes; run with --include-ignored, as .ci/run does"]
fn truth_full() {
    let words = std::env::var("FLASHCROWD_TRUTH_CASES").unwrap_or_default();
    let words: Vec<&str> = words.split(',').filter(|w| !w.is_empty()).collect();
    let wanted = |_: &File, case: &Case| words.is_empty() || words.iter().any(|w| case.id.contains(w));
    let tally = run_all(wanted, !words.is_empty(), !words.is_empty());
    assert_eq!(tally.differed, 0, "cases differ from their known answers");
    assert!(tally.agreed > 0, "no case was judged");
}

#[test]
fn truth_subset() {
    let subset = [
        "mm1-lam0.5-mu1",
        "mmc-c2-lam1-mu1",
        "loss_finite_buffer-mmck-c1-K5-lam8-mu10",
        "processor_sharing-mm1-lam0.5-mu1",
        "impatience-timeout-c10-lam12-D0.5",
        "finite_population-N10-c3-Z1",
        "networks-closed-lazowska",
        "fanout-par-expo-n5-k3",
        "fluid_peak-ddc1",
        "output_analysis-replications-a",
        "output_analysis-mser5-a",
        "output_analysis-batch-a",
        "output_analysis-orderstat-a",
        "output_analysis-coordinated-omission-a",
        "output_analysis-ranksel-a",
        "output_analysis-ocba-a",
        "output_analysis-compare-a",
        "output_analysis-controlvariate-a",
        "staffing-",
    ];
    let tally = run_all(
        |_, case| {
            subset.iter().any(|name| case.id == *name || name.ends_with('-') && case.id.starts_with(name))
        },
        false,
        true,
    );
    assert_eq!(tally.differed, 0, "cases differ from their known answers");
}
