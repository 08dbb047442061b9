//! Long-run values: a pilot plans the length, forty replications measure, more follow while they are noisy.

use super::build::{Setup, set_span};
use super::case::{Case, Kind, Truth};
use super::control::controlled;
use super::judge::{Estimate, Finding, LARGEST_SCORE, Outcome, judge, precision, variance_score};
use super::pool::Quantity;
use super::runs::Runs;
use flashcrowd::numerics::t_quantile;

/// Replications a judgement rests on, at least.
const REPLICATIONS: u64 = 40;
/// Replications of the pilot.
const PILOT: u64 = 24;
/// Relaxation times that are cut off as warm-up: what is left of the start is below 10^-4 of it.
const WARM_UP: f64 = 10.0;
/// Relaxation times that are measured at least.
const SHORTEST: f64 = 20.0;
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
}

/// The metrics of a case that are measured together.
pub struct Metrics<'a> {
    truths: Vec<&'a Truth>,
    /// Largest relative half-width of each.
    limits: Vec<Option<f64>>,
    /// The metrics' quantities, then the controls.
    quantities: Vec<Quantity>,
}

impl<'a> Metrics<'a> {
    /// Metrics with their limits, and controls for those that have one.
    pub fn new(plan: Plan<'a>, limit: impl Fn(&Truth) -> Option<f64>, controls: Vec<Quantity>) -> Self {
        let (truths, mut quantities): (Vec<&Truth>, Vec<Quantity>) = plan.measured.into_iter().unzip();
        let limits = truths.iter().map(|t| limit(t)).collect();
        quantities.extend(controls);
        Self { truths, limits, quantities }
    }

    /// What has to be observed.
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// The estimate of the metric at `at`.
    fn estimate(&self, runs: &Runs, at: usize) -> Option<Estimate> {
        let plain = runs.estimate(at, &self.quantities[at])?;
        if self.limits[at].is_none() || self.quantities.len() == self.truths.len() {
            return Some(plain);
        }
        let controls: Vec<_> =
            (self.truths.len()..self.quantities.len()).map(|i| runs.observations(i)).collect();
        Some(controlled(&self.quantities[at], &runs.observations(at), plain, &controls))
    }

    /// By how much the variances of the estimates exceed what the limits ask for.
    pub fn excess(&self, runs: &Runs) -> f64 {
        let ratio = |at: usize| {
            let limit = self.limits[at]?;
            let ratio = self.estimate(runs, at)?.relative_half_width() / limit;
            ratio.is_finite().then_some(ratio * ratio)
        };
        (0..self.truths.len()).filter_map(ratio).fold(0.0, f64::max)
    }

    /// Judges every metric; `only_show` are those whose interval would mean nothing.
    pub fn judge(&self, runs: &Runs, only_show: impl Fn(&str) -> bool) -> Vec<Finding> {
        let each = self.truths.iter().zip(&self.limits).enumerate();
        each.map(|(at, (truth, limit))| match self.estimate(runs, at) {
            None => Finding::unsupported(truth, "nothing was recorded"),
            Some(estimate) if estimate.value.is_nan() => Finding::unsupported(truth, "nothing was recorded"),
            Some(estimate) if only_show(&truth.name) => Finding::shown(truth, Some(estimate.value)),
            Some(estimate) if self.quantities[at].is_spread() => judge_spread(truth, &estimate),
            Some(estimate) => judge(truth, &estimate, *limit),
        })
        .collect()
    }
}

/// Judges the long-run values of a case.
pub fn judge_steady(case: &Case, mut setup: Setup) -> Result<(Vec<Finding>, u64), String> {
    let mut plan = Plan::new(case, &setup, |_| false);
    let mut findings = std::mem::take(&mut plan.others);
    if plan.measured.is_empty() {
        return Ok((findings, 0));
    }
    let limit =
        |t: &Truth| precision(&case.regime, &t.name).filter(|_| !setup.layout.has_infinite_variance(&t.name));
    let metrics = Metrics::new(plan, limit, std::mem::take(&mut setup.controls));
    let requests = 20_000.0 / setup.calls.sqrt().max(1.0);
    let shortest = (SHORTEST * setup.relaxation).max(requests / setup.rate);

    set_span(&mut setup.model, case.seed("pilot"), WARM_UP * setup.relaxation, shortest);
    let mut pilot = Runs::default();
    pilot.extend(&setup.model, PILOT, 1, metrics.quantities(), &|_, _| {});
    let mut events = pilot.events;
    let wanted = metrics.excess(&pilot) * PILOT as f64 / REPLICATIONS as f64;
    // The pilot knows its own error to a third; a little more length saves most second helpings.
    let narrower = t_quantile(0.975, REPLICATIONS as f64 - 3.0) / t_quantile(0.975, PILOT as f64 - 3.0);
    let longest = MOST_CALLS / REPLICATIONS as f64 / (setup.rate * setup.calls);
    let length = (shortest * (1.1 * wanted * narrower * narrower).max(1.0)).min(longest.max(shortest));

    let (mut judged, used) = measure(case, &mut setup, "main", length, &metrics)?;
    events += used;
    if runs_differ(&judged) {
        // One score in 16,000 is beyond 4 by chance: a difference must show again, in other and longer runs.
        let (again, used) = measure(case, &mut setup, "again", 3.0 * length, &metrics)?;
        events += used;
        settle(&mut judged, again);
    }
    findings.extend(judged);
    Ok((findings, events))
}

/// Whether a difference was found that other runs could settle.
pub fn runs_differ(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.outcome == Outcome::Differs)
}

/// Puts the second look in the place of every difference of the first.
pub fn settle(first: &mut Vec<Finding>, second: Vec<Finding>) {
    if second.len() != first.len() {
        *first = second;
        return;
    }
    for (first, second) in first.iter_mut().zip(second) {
        if first.outcome == Outcome::Differs {
            *first = second;
        }
    }
}

/// Runs until no metric is too noisy, and judges.
fn measure(
    case: &Case,
    setup: &mut Setup,
    purpose: &str,
    length: f64,
    metrics: &Metrics<'_>,
) -> Result<(Vec<Finding>, u64), String> {
    set_span(&mut setup.model, case.seed(purpose), WARM_UP * setup.relaxation, length);
    let mut runs = Runs::default();
    let mut more = REPLICATIONS;
    for _ in 0..4 {
        runs.extend(&setup.model, more, 1, metrics.quantities(), &|_, _| {});
        if let Some(why) = &runs.broken {
            return Ok((vec![Finding::broken(why)], runs.events));
        }
        let excess = metrics.excess(&runs);
        let affordable = MOST_CALLS / (setup.rate * setup.calls * length) - runs.replications as f64;
        more = ((runs.replications as f64 * (1.1 * excess - 1.0)).ceil().min(affordable)) as u64;
        if excess <= 1.0 || more == 0 {
            break;
        }
        more = more.max(4);
    }
    let judged = metrics.judge(&runs, |name| setup.layout.has_infinite_variance(name));
    Ok((judged, runs.events))
}

/// Judges a sample variance.
fn judge_spread(truth: &Truth, estimate: &Estimate) -> Finding {
    let mut finding = Finding::shown(truth, Some(estimate.value));
    let score = truth.value.map_or(f64::NAN, |value| variance_score(estimate.value / value, estimate.df));
    finding.score = Some(score);
    finding.outcome = if score.abs() <= LARGEST_SCORE { Outcome::Agrees } else { Outcome::Differs };
    finding
}
