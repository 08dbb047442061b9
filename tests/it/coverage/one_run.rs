//! Intervals from a single run of the process whose constants are known.

use super::{Claim, EXPERIMENTS, Verdict, cases, judge};
use flashcrowd::numerics::norm_quantile;
use flashcrowd::random::{Key, unit};
use flashcrowd::stats::{Ar1, Interval, TooShort, steady_mean, steady_quantile};
use rayon::prelude::*;

const LENGTH: usize = 20_000;

/// Verdicts of mean, p90 and p99 of AR(1) with phi 0.9, from runs of 20,000 values.
pub fn look(experiments: u64) -> Vec<Verdict> {
    let process = Ar1::new(0.9, 5.0, 1.0).expect("a stationary process");
    let one = |experiment: u64| {
        let key = Key::root(0x0a51, experiment, 0);
        let normal = |i: u64| norm_quantile(unit(key.draw(i)));
        let mut x = process.stationary(normal(0));
        let path: Vec<f64> = (1..=LENGTH as u64)
            .map(|i| {
                x = process.next(x, normal(i));
                x
            })
            .collect();
        let interval =
            |found: Result<flashcrowd::stats::SteadyEstimate, TooShort>| found.ok().map(|f| f.interval);
        [
            claim(process.mean(), interval(steady_mean(&path, 0.95))),
            claim(process.quantile(0.9), interval(steady_quantile(&path, 0.9, 0.95))),
            claim(process.quantile(0.99), interval(steady_quantile(&path, 0.99, 0.95))),
        ]
    };
    let all: Vec<[Claim; 3]> = (0..experiments).into_par_iter().map(one).collect();
    let bands = [("mean", cases::MEANS), ("p90", cases::OTHERS), ("p99", cases::OTHERS)];
    let verdict = |(at, (name, band)): (usize, (&str, (f64, f64)))| {
        let claims = all.iter().map(|claims| claims[at]);
        Verdict::new(format!("one run of ar1-phi0.9 {name}"), band, claims)
    };
    bands.into_iter().enumerate().map(verdict).collect()
}

fn claim(truth: f64, interval: Option<Interval>) -> Claim {
    interval.map_or(Claim::None, |i| Claim::of(truth, i.low, i.high))
}

#[test]
#[ignore = "a few CPU seconds; run with --include-ignored, as .ci/run does"]
fn coverage_of_one_run() {
    judge(&look(EXPERIMENTS));
}
