//! How often the reported intervals hold the truth: independent experiments on models whose answers are known.
//!
//! An experiment is what `run` does: replications of a model are folded into a pool, in steady mode after a pilot
//! has found the warm-up, and the interval is read from the pool. Each metric's share of experiments whose interval
//! holds the true value must lie in its band, give or take three standard errors of that share. An experiment
//! that declares its run too short makes no claim and is counted apart.

mod cases;
mod one_run;

use cases::{Case, Metric, cases};
use flashcrowd::analysis::{Extra, Pool, summarize};
use flashcrowd::experiment::{Workers, find_warm_up, pilot_model, workspace};
use flashcrowd::model::{Mode, Model, WarmUp};
use rayon::prelude::*;
use std::sync::atomic::AtomicBool;

/// Replications of an experiment.
const REPLICATIONS: u64 = 20;
/// Experiments of the full look.
const EXPERIMENTS: u64 = 1000;

/// What became of one metric in one experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Claim {
    /// The interval holds the truth, lies below it, or lies above it; with its relative half-width.
    Held(f64),
    Below(f64),
    Above(f64),
    /// No interval: too few observations, or the run was declared too short.
    None,
}

impl Claim {
    fn of(truth: f64, low: f64, high: f64) -> Self {
        let width = (high - low) / 2.0 / truth;
        match () {
            () if truth < low => Self::Above(width),
            () if truth > high => Self::Below(width),
            () => Self::Held(width),
        }
    }
}

/// One experiment: what every metric claims.
fn experiment(case: &Case, number: u64) -> Vec<Claim> {
    let mut model = case.model.clone();
    model.plan.seed = case.seed(number);
    let interrupt = AtomicBool::new(false);
    if let Some(too_short) = fix_warm_up(&mut model, &interrupt)
        && too_short
    {
        return vec![Claim::None; case.metrics.len()];
    }
    let mut pool = Pool::new(&model);
    let mut run = workspace(&model, &interrupt);
    (0..REPLICATIONS).for_each(|replication| pool.fold(run(replication)));
    let rows = summarize(&model, &pool, Extra::default()).metrics;
    let claim = |metric: &Metric| {
        let row = rows.iter().find(|row| row.scope == metric.scope && row.metric == metric.name);
        let Some(estimate) = row.map(|row| row.estimate) else { return Claim::None };
        Claim::of(metric.truth, estimate.ci95_low, estimate.ci95_high)
    };
    case.metrics.iter().map(claim).collect()
}

/// Looks for the warm-up of a steady model as `run` does, and says whether its run is too short.
fn fix_warm_up(model: &mut Model, interrupt: &AtomicBool) -> Option<bool> {
    if !matches!(model.plan.mode, Mode::Steady(WarmUp::Mser5)) {
        return None;
    }
    let pilot = pilot_model(model);
    let workers = Workers::new(1).ok()?;
    let found = find_warm_up(&workers, || workspace(&pilot, interrupt), interrupt).ok()?;
    model.plan.mode = Mode::Steady(WarmUp::Fixed(found.span));
    Some(found.too_short)
}

/// How a metric fared over all experiments.
pub struct Verdict {
    name: String,
    band: (f64, f64),
    claims: f64,
    held: f64,
    below: f64,
    width: f64,
    experiments: f64,
}

impl Verdict {
    fn new(name: String, band: (f64, f64), claims: impl Iterator<Item = Claim>) -> Self {
        let mut verdict =
            Self { name, band, claims: 0.0, held: 0.0, below: 0.0, width: 0.0, experiments: 0.0 };
        for claim in claims {
            verdict.experiments += 1.0;
            let width = match claim {
                Claim::None => continue,
                Claim::Held(width) => {
                    verdict.held += 1.0;
                    width
                }
                Claim::Below(width) => {
                    verdict.below += 1.0;
                    width
                }
                Claim::Above(width) => width,
            };
            verdict.claims += 1.0;
            verdict.width += width;
        }
        verdict
    }

    fn share(&self) -> f64 {
        self.held / self.claims
    }

    /// Whether the share of intervals that hold the truth is in its band, give or take three standard errors.
    fn is_good(&self) -> bool {
        // Without any claim nothing wrong was claimed.
        let slack = |p: f64| 3.0 * (p * (1.0 - p) / self.claims).sqrt();
        let (low, high) = self.band;
        self.claims == 0.0 || (self.share() >= low - slack(low) && self.share() <= high + slack(high))
    }

    fn print(&self) {
        let error = (self.share() * (1.0 - self.share()) / self.claims).sqrt();
        println!(
            "  {:<40} {:5.1} % ± {:.1} (too low {:.1} %, too high {:.1} %), half-width {:.1} %, no claim {:.1} %{}",
            self.name,
            100.0 * self.share(),
            100.0 * error,
            100.0 * self.below / self.claims,
            100.0 * (self.claims - self.held - self.below) / self.claims,
            100.0 * self.width / self.claims,
            100.0 * (1.0 - self.claims / self.experiments),
            if self.is_good() { "" } else { "  OUT OF BAND" }
        );
    }
}

/// All experiments of a case.
fn look(case: &Case, experiments: u64) -> Vec<Verdict> {
    let all: Vec<Vec<Claim>> =
        (0..experiments).into_par_iter().map(|number| experiment(case, number)).collect();
    let verdict = |(at, metric): (usize, &Metric)| {
        let claims = all.iter().map(|claims| claims[at]);
        Verdict::new(format!("{} {}", case.name, metric.name), metric.band, claims)
    };
    case.metrics.iter().enumerate().map(verdict).collect()
}

#[track_caller]
fn judge(verdicts: &[Verdict]) {
    verdicts.iter().for_each(Verdict::print);
    let bad: Vec<&str> = verdicts.iter().filter(|v| !v.is_good()).map(|v| v.name.as_str()).collect();
    assert!(bad.is_empty(), "intervals that do not hold what they promise: {bad:?}");
}

#[test]
#[ignore = "about six CPU minutes; run with --include-ignored, as .ci/run does"]
fn coverage_full() {
    let words = std::env::var("FLASHCROWD_COVERAGE_CASES").unwrap_or_default();
    let wanted = |case: &Case| words.is_empty() || words.split(',').any(|word| case.name.contains(word));
    let mut verdicts = Vec::new();
    for case in cases().iter().filter(|case| wanted(case)) {
        let start = std::time::Instant::now();
        let of_case = look(case, EXPERIMENTS);
        println!("{} [{:.0} s]", case.name, start.elapsed().as_secs_f64());
        of_case.iter().for_each(Verdict::print);
        verdicts.extend(of_case);
    }
    println!("all together:");
    judge(&verdicts);
}

#[test]
fn coverage_subset() {
    let cases = cases();
    let case = cases.iter().find(|case| case.name.contains("step-finite")).expect("a case with drops");
    judge(&look(case, 100));
}

#[test]
fn shares_out_of_band_are_seen() {
    let verdict = |held: f64| Verdict {
        name: "mean".into(),
        band: (0.93, 0.97),
        claims: 1000.0,
        held,
        below: 0.0,
        width: 0.0,
        experiments: 1000.0,
    };
    // 0.93 - 3 sqrt(0.93 * 0.07 / 1000) = 0.9058; 0.97 + 3 sqrt(0.97 * 0.03 / 1000) = 0.9862.
    let good = [905.0, 906.0, 950.0, 986.0, 987.0].map(|held| verdict(held).is_good());
    assert_eq!(good, [false, true, true, true, false]);
}
