//! Long-run values: a pilot plans the length, forty replications measure, more follow while they are noisy.

use super::build::{Setup, set_span};
use super::case::{Case, Kind, Truth};
use super::judge::{Estimate, Finding, LARGEST_SCORE, Outcome, judge, precision, variance_score};
use super::pool::Quantity;
use super::runs::Runs;
use flashcrowd::numerics::t_quantile;

/// Replications a judgement rests on, at least.
const REPLICATIONS: u64 = 40;
/// Replications of the pilot.
const PILOT: u64 = 8;
/// Relaxation times that are cut off as warm-up: what is left of the start is below 10^-4 of it.
const WARM_UP: f64 = 10.0;
/// Calls simulated for one case at most.
const MOST_CALLS: f64 = 1.5e9;

/// The metrics of a case that a simulation can tell, and those it cannot.
pub struct Plan<'a> {
    /// What is measured, for which stated value.
    pub measured: Vec<(&'a Truth, Quantity)>,
    /// What is not.
    pub others: Vec<Finding>,
}

impl<'a> Plan<'a> {
    /// Reads the metrics of a case; `mine` takes those that are found in another way.
    pub fn new(case: &'a Case, setup: &Setup, mine: impl Fn(&str) -> bool) -> Self {
        let (mut measured, mut others) = (Vec::new(), Vec::new());
        for truth in case.metrics.iter().filter(|t| !mine(&t.name)) {
            match (&truth.kind, setup.layout.quantity(&truth.name)) {
                (Kind::Shown, _) => others.push(Finding::shown(truth, None)),
                (Kind::Unknown(why), _) => others.push(Finding::unsupported(truth, why)),
                (_, Err(why)) => others.push(Finding::unsupported(truth, &why)),
                (_, Ok(quantity)) => measured.push((truth, quantity)),
            }
        }
        Self { measured, others }
    }

    /// The quantities alone.
    pub fn quantities(self) -> (Vec<&'a Truth>, Vec<Quantity>, Vec<Finding>) {
        let (truths, quantities) = self.measured.into_iter().unzip();
        (truths, quantities, self.others)
    }
}

/// Judges the long-run values of a case.
pub fn judge_steady(case: &Case, mut setup: Setup) -> Result<(Vec<Finding>, u64), String> {
    let (truths, quantities, mut findings) = Plan::new(case, &setup, |_| false).quantities();
    if truths.is_empty() {
        return Ok((findings, 0));
    }
    let mut events = 0;
    let limit =
        |t: &Truth| precision(&case.regime, &t.name).filter(|_| !setup.layout.has_infinite_variance(&t.name));
    let limits: Vec<Option<f64>> = truths.iter().map(|t| limit(t)).collect();
    let warm_up = WARM_UP * setup.relaxation;
    let shortest = (40.0 * setup.relaxation).max(20_000.0 / setup.rate);

    // The pilot.
    set_span(&mut setup.model, case.seed("pilot"), warm_up, shortest);
    let mut pilot = Runs::default();
    pilot.extend(&setup.model, PILOT, 1, &quantities, &|_, _| {});
    events += pilot.events;
    let wanted = excess(&pilot, &quantities, &limits) * PILOT as f64 / REPLICATIONS as f64;
    // Eight runs know their own error to a third; a quarter more length saves most second helpings.
    let narrower = t_quantile(0.975, REPLICATIONS as f64 - 1.0) / t_quantile(0.975, PILOT as f64 - 1.0);
    let longest = MOST_CALLS / REPLICATIONS as f64 / (setup.rate * setup.calls);
    let length = (shortest * (1.25 * wanted * narrower * narrower).max(1.0)).min(longest.max(shortest));

    let (runs, found) = measure(case, &mut setup, "main", length, &truths, &quantities, &limits)?;
    events += runs.events;
    let mut judged = found;
    if judged.iter().any(|f| f.outcome == Outcome::Differs) {
        // One score in 16,000 is beyond 4 by chance: a difference must show again, in other and longer runs.
        let (again, found) = measure(case, &mut setup, "again", 3.0 * length, &truths, &quantities, &limits)?;
        events += again.events;
        for (first, second) in judged.iter_mut().zip(found) {
            if first.outcome == Outcome::Differs {
                *first = second;
            }
        }
    }
    findings.extend(judged);
    Ok((findings, events))
}

/// Runs until no metric is too noisy, and judges.
fn measure(
    case: &Case,
    setup: &mut Setup,
    purpose: &str,
    length: f64,
    truths: &[&Truth],
    quantities: &[Quantity],
    limits: &[Option<f64>],
) -> Result<(Runs, Vec<Finding>), String> {
    set_span(&mut setup.model, case.seed(purpose), WARM_UP * setup.relaxation, length);
    let mut runs = Runs::default();
    let mut more = REPLICATIONS;
    for _ in 0..4 {
        runs.extend(&setup.model, more, 1, quantities, &|_, _| {});
        if let Some(why) = &runs.broken {
            return Err(why.clone());
        }
        let excess = excess(&runs, quantities, limits);
        let affordable = MOST_CALLS / (setup.rate * setup.calls * length) - runs.replications as f64;
        more = ((runs.replications as f64 * (1.1 * excess - 1.0)).ceil().min(affordable)) as u64;
        if excess <= 1.0 || more == 0 {
            break;
        }
        more = more.max(4);
    }
    let judged =
        truths.iter().zip(quantities).zip(limits).enumerate().map(|(at, ((truth, quantity), limit))| {
            match runs.estimate(at, quantity) {
                None => Finding::unsupported(truth, "nothing was recorded"),
                Some(estimate) if setup.layout.has_infinite_variance(&truth.name) => {
                    Finding::shown(truth, Some(estimate.value))
                }
                Some(estimate) if quantity.is_spread() => judge_spread(truth, &estimate),
                Some(estimate) => judge(truth, &estimate, *limit),
            }
        });
    let judged = judged.collect();
    Ok((runs, judged))
}

/// By how much the variances of the estimates exceed what the limits ask for.
pub fn excess(runs: &Runs, quantities: &[Quantity], limits: &[Option<f64>]) -> f64 {
    let ratio = |at: usize| {
        let limit = limits[at]?;
        let ratio = runs.estimate(at, &quantities[at])?.relative_half_width() / limit;
        ratio.is_finite().then_some(ratio * ratio)
    };
    (0..quantities.len()).filter_map(ratio).fold(0.0, f64::max)
}

/// Judges a sample variance.
fn judge_spread(truth: &Truth, estimate: &Estimate) -> Finding {
    let mut finding = Finding::shown(truth, Some(estimate.value));
    let score = truth.value.map_or(f64::NAN, |value| variance_score(estimate.value / value, estimate.df));
    finding.score = Some(score);
    finding.outcome = if score.abs() <= LARGEST_SCORE { Outcome::Agrees } else { Outcome::Differs };
    finding
}
