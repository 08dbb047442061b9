//! Whether an estimate agrees with a stated value.
//!
//! A difference is divided by the standard errors of both sides, and Student's value turned into a normal
//! score; beyond 4 the engine, or the case, is wrong. A noisy estimate agrees with everything, so the metrics
//! a planner reads have to be known well too.

use super::case::{Kind, Truth};
use flashcrowd::numerics::{gamma_p, gamma_q, norm_quantile, t_quantile};
use flashcrowd::stats::normal_score;

/// Largest normal score that still agrees.
pub const LARGEST_SCORE: f64 = 4.0;

/// Relative error of every simulated value by construction: laws are tables calibrated to 1e-7, and times
/// are whole nanoseconds.
const CALIBRATION: f64 = 1e-7;
/// Rounding of a time to whole nanoseconds, in seconds.
const CLOCK: f64 = 1e-9;
/// Expected events, counted in clusters, from which a count is near enough to normal.
const MANY_EVENTS: f64 = 400.0;

/// An estimate with its errors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Degrees of freedom of the standard error.
    pub df: f64,
    /// Standard error by the recorder's bins.
    pub resolution: f64,
    /// Set for shares, so that rare events are judged as counts.
    pub events: Option<Events>,
}

/// Events counted for a share.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    /// Events seen.
    pub seen: f64,
    /// Chances there were.
    pub chances: f64,
    /// Events a cluster holds: the variance of the runs' counts over their mean. `None` for independent ones.
    pub cluster: Option<f64>,
    /// The same for the chances that were no events.
    pub cluster_of_others: Option<f64>,
}

/// What became of one metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It agrees.
    Agrees,
    /// It differs.
    Differs,
    /// The estimate is too noisy to say: the largest allowed relative half-width.
    Noisy(f64),
    /// Shown, never judged.
    Shown,
    /// It cannot be judged.
    Unsupported(String),
}

/// A judged metric.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its name.
    pub metric: String,
    /// Our value.
    pub ours: Option<f64>,
    /// The stated one.
    pub truth: Option<f64>,
    /// Normal score of the difference.
    pub score: Option<f64>,
    /// Our relative half-width at 95 %.
    pub half_width: Option<f64>,
    /// The judgement.
    pub outcome: Outcome,
}

impl Finding {
    /// A metric that cannot be judged.
    pub fn unsupported(truth: &Truth, why: &str) -> Self {
        Self { outcome: Outcome::Unsupported(why.to_owned()), ..Self::shown(truth, None) }
    }

    /// A metric that is only shown.
    pub fn shown(truth: &Truth, ours: Option<f64>) -> Self {
        Self {
            metric: truth.name.clone(),
            ours,
            truth: truth.value,
            score: None,
            half_width: None,
            outcome: Outcome::Shown,
        }
    }

    /// Runs that are not to be used, which counts against the case.
    pub fn broken(why: &str) -> Self {
        Self {
            metric: format!("runs: {why}"),
            ours: None,
            truth: None,
            score: None,
            half_width: None,
            outcome: Outcome::Differs,
        }
    }

    /// Whether it counts against the case.
    pub fn is_bad(&self) -> bool {
        matches!(self.outcome, Outcome::Differs | Outcome::Noisy(_))
    }
}

impl Estimate {
    /// Half-width at 95 % relative to the estimate.
    pub fn relative_half_width(&self) -> f64 {
        if self.error == 0.0 {
            return 0.0;
        }
        t_quantile(0.975, self.df) * self.error / self.value.abs()
    }
}

/// Judges a simulated estimate; `limit` is the largest relative half-width it may have.
pub fn judge(truth: &Truth, estimate: &Estimate, limit: Option<f64>) -> Finding {
    let Some(value) = truth.value else { return Finding::unsupported(truth, "no value") };
    let mut finding = Finding::shown(truth, Some(estimate.value));
    match &truth.kind {
        Kind::Shown => return finding,
        Kind::Unknown(why) => return Finding::unsupported(truth, why),
        Kind::Exact => return exactly(truth, estimate.value),
        Kind::Estimate => {}
    }
    let clock = match truth.unit.as_str() {
        "s" => CLOCK,
        "s^2" => 2.0 * CLOCK * value.abs().sqrt(),
        _ => 0.0,
    };
    let known = [truth.error, estimate.resolution, CALIBRATION * value, clock];
    let other: f64 = known.iter().map(|e| e * e).sum();
    let score = match estimate.events.and_then(|events| rare_score(value, &events)) {
        Some(score) => score,
        None => score(estimate, value, other),
    };
    let half_width = estimate.relative_half_width();
    finding.score = Some(score);
    finding.half_width = Some(half_width);
    finding.outcome = match limit {
        _ if score.is_nan() || score.abs() > LARGEST_SCORE => Outcome::Differs,
        Some(limit) if half_width.is_nan() || half_width > limit => Outcome::Noisy(limit),
        _ => Outcome::Agrees,
    };
    finding
}

/// Normal score of `estimate - value`, with `other` the variance known beside the estimate's own.
fn score(estimate: &Estimate, value: f64, other: f64) -> f64 {
    let own = estimate.error * estimate.error;
    let difference = estimate.value - value;
    if own + other == 0.0 {
        return if difference == 0.0 { 0.0 } else { f64::INFINITY };
    }
    // Satterthwaite: only our own error has been estimated.
    let df =
        if own > 0.0 { estimate.df * ((own + other) / own) * ((own + other) / own) } else { f64::INFINITY };
    normal_score(difference / (own + other).sqrt(), df).unwrap_or(f64::NAN)
}

/// Normal score of a share that is near 0 or near 1, for which runs hold too few events for a t value.
fn rare_score(value: f64, events: &Events) -> Option<f64> {
    let (expected, others) = (value * events.chances, (1.0 - value) * events.chances);
    // With so few seen, how they cluster cannot be seen either.
    let score = |seen: f64, expected, cluster: Option<f64>| {
        let cluster = cluster.map_or(1.0, |c| if seen < 5.0 { c.max(10.0) } else { c.max(1.0) });
        count_score(seen, expected, cluster)
    };
    if expected <= others {
        score(events.seen, expected, events.cluster)
    } else {
        Some(-score(events.chances - events.seen, others, events.cluster_of_others)?)
    }
}

/// Normal score of a count of clustered events against its expectation: a Poisson count of clusters.
/// `None` where there are so many that a t value is better.
pub fn count_score(seen: f64, expected: f64, cluster: f64) -> Option<f64> {
    if expected < 0.0 || !expected.is_finite() {
        return None;
    }
    let (seen, mean) = (seen / cluster, expected / cluster);
    if mean > MANY_EVENTS {
        return None;
    }
    // Half of the probability of what was seen counts on either side.
    let (under, over) = if seen > 0.0 { (gamma_q(seen, mean), gamma_p(seen, mean)) } else { (0.0, 1.0) };
    let below = 0.5 * (gamma_q(seen + 1.0, mean) + under);
    let above = 0.5 * (gamma_p(seen + 1.0, mean) + over);
    Some(if below < above { norm_quantile(below) } else { -norm_quantile(above) })
}

/// Normal score of a sample variance against the stated one: a chi-square value.
pub fn variance_score(ratio: f64, df: f64) -> f64 {
    let (below, above) = (gamma_p(df / 2.0, ratio * df / 2.0), gamma_q(df / 2.0, ratio * df / 2.0));
    if below < above { norm_quantile(below) } else { -norm_quantile(above) }
}

/// Judges a value that must be equal to the last digit the file prints.
pub fn exactly(truth: &Truth, ours: f64) -> Finding {
    let mut finding = Finding::shown(truth, Some(ours));
    let Some(value) = truth.value else { return Finding::unsupported(truth, "no value") };
    // Files print twelve digits.
    let printed: f64 = format!("{ours:.11e}").parse().unwrap_or(f64::NAN);
    finding.outcome = if ours == value || printed == value { Outcome::Agrees } else { Outcome::Differs };
    finding
}

/// Judges a value that a formula gave: within the stated relative error (at least the rounding of the file's
/// twelve digits and ours).
pub fn by_formula(truth: &Truth, ours: f64, tolerance: f64) -> Finding {
    let Some(value) = truth.value else { return Finding::unsupported(truth, "no value") };
    let mut finding = Finding::shown(truth, Some(ours));
    finding.outcome = match &truth.kind {
        Kind::Shown => Outcome::Shown,
        Kind::Unknown(why) => Outcome::Unsupported(why.clone()),
        Kind::Exact => return exactly(truth, ours),
        Kind::Estimate => {
            let allowed = (2.0 * truth.error).max(tolerance * value.abs());
            if (ours - value).abs() <= allowed { Outcome::Agrees } else { Outcome::Differs }
        }
    };
    finding
}

/// Largest relative half-width a metric may have, by its name.
pub fn precision(regime: &str, name: &str) -> Option<f64> {
    let starts = |p: &str| name.starts_with(p);
    if name.ends_with("_p99") || name.contains("_p99_") {
        Some(0.03)
    } else if starts("pooled_mean_")
        || (regime == "steady_state" && (starts("mean_sojourn") || starts("mean_response")))
    {
        Some(0.01)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(value: f64, error: f64) -> Truth {
        Truth {
            name: "mean_sojourn".into(),
            value: Some(value),
            unit: "s".into(),
            kind: Kind::Estimate,
            error,
        }
    }

    fn estimate(value: f64, error: f64) -> Estimate {
        Estimate { value, error, df: 39.0, ..Estimate::default() }
    }

    #[test]
    fn a_wrong_value_is_caught() {
        let truth = truth(10.0, 1e-10);
        assert_eq!(judge(&truth, &estimate(10.1, 0.04), Some(0.01)).outcome, Outcome::Agrees);
        assert_eq!(judge(&truth, &estimate(10.21, 0.04), Some(0.01)).outcome, Outcome::Differs);
        assert_eq!(judge(&truth, &estimate(9.79, 0.04), Some(0.01)).outcome, Outcome::Differs);
        assert_eq!(judge(&truth, &estimate(f64::NAN, 0.04), None).outcome, Outcome::Differs);
        assert_eq!(judge(&truth, &estimate(10.001, 0.0), None).outcome, Outcome::Differs);
    }

    #[test]
    fn a_noisy_run_does_not_pass() {
        let truth = truth(10.0, 1e-10);
        assert_eq!(judge(&truth, &estimate(10.0, 0.06), Some(0.01)).outcome, Outcome::Noisy(0.01));
        assert_eq!(judge(&truth, &estimate(10.0, 0.06), None).outcome, Outcome::Agrees);
    }

    #[test]
    fn few_degrees_of_freedom_widen_the_score() {
        let mut few = estimate(10.5, 0.1);
        few.df = 4.0;
        assert!(judge(&truth(10.0, 0.0), &few, None).score.is_some_and(|z| z > 2.5 && z < 3.0));
        assert!(judge(&truth(10.0, 0.0), &estimate(10.5, 0.1), None).score.is_some_and(|z| z > 4.0));
    }

    #[test]
    fn the_error_of_the_truth_counts() {
        assert_eq!(judge(&truth(10.0, 0.2), &estimate(10.5, 0.1), None).outcome, Outcome::Agrees);
    }

    #[test]
    fn exact_values_must_be_equal_as_printed() {
        let exact = Truth { kind: Kind::Exact, ..truth(11.0277777778, 0.0) };
        assert_eq!(exactly(&exact, 1985.0 / 180.0).outcome, Outcome::Agrees);
        assert_eq!(exactly(&exact, 1985.0 / 180.0 + 1e-9).outcome, Outcome::Differs);
        assert_eq!(exactly(&Truth { value: Some(180.0), ..exact }, 179.0).outcome, Outcome::Differs);
    }

    #[test]
    fn rare_events_are_judged_as_counts() {
        let share = |seen: f64| Estimate {
            value: seen / 1e6,
            error: seen.sqrt() / 1e6,
            df: 39.0,
            resolution: 0.0,
            events: Some(Events { seen, chances: 1e6, cluster: Some(1.0), cluster_of_others: Some(1.0) }),
        };
        // Ten are expected; none in a few clusters is no surprise, sixty is one.
        assert_eq!(judge(&truth(1e-5, 0.0), &share(0.0), None).outcome, Outcome::Agrees);
        assert_eq!(judge(&truth(1e-5, 0.0), &share(14.0), None).outcome, Outcome::Agrees);
        assert_eq!(judge(&truth(1e-5, 0.0), &share(60.0), None).outcome, Outcome::Differs);
        assert_eq!(judge(&truth(1.0 - 1e-5, 0.0), &share(1e6 - 60.0), None).outcome, Outcome::Differs);
    }

    #[test]
    fn nothing_seen_of_nothing_expected_is_no_surprise() {
        assert_eq!(count_score(0.0, 0.0, 1.0), Some(0.0));
        assert!(count_score(0.0, 1e-8, 1.0).is_some_and(|z| z.abs() < 1e-6));
        assert!(count_score(1.0, 1e-6, 1.0).is_some_and(|z| z > 4.0));
        assert!(count_score(100.0, 100.0, 1.0).is_some_and(|z| z.abs() < 0.1));
    }

    #[test]
    fn a_variance_is_judged_by_its_own_law() {
        assert!(variance_score(1.0, 39.0).abs() < 0.2);
        assert!(variance_score(2.5, 39.0) > 4.0);
        assert!(variance_score(0.3, 39.0) < -4.0);
    }

    #[test]
    fn formulas_are_held_to_the_stated_error() {
        assert_eq!(by_formula(&truth(2.0, 2e-11), 2.0 + 3e-11, 1e-11).outcome, Outcome::Agrees);
        assert_eq!(by_formula(&truth(2.0, 2e-11), 2.0 + 3e-9, 1e-11).outcome, Outcome::Differs);
    }

    #[test]
    fn precision_is_asked_of_what_planners_read() {
        assert_eq!(precision("steady_state", "mean_sojourn_class1"), Some(0.01));
        assert_eq!(precision("steady_state", "wait_p999"), None);
        assert_eq!(precision("steady_state", "sojourn_p99_class1"), Some(0.03));
        assert_eq!(precision("transient", "pooled_mean_wait"), Some(0.01));
        assert_eq!(precision("transient", "mean_sojourn"), None);
    }
}
