//! From what two sides measured and what is tolerated to what a check decides about.

use std::fmt;

use super::decide::Watched;
use crate::analysis::{Side, decision_samples};
use crate::metrics::catalogue::better;
use crate::model::{Direction, decision_metrics};
use crate::scenario::{Allowance, Tolerance, Tolerances};
use crate::stats::Sample;

/// What may become worse where nobody says: a twentieth, of shares a tenth of a percentage point. A share near one
/// cannot be tolerated in percent of itself: one percent of 99.9 % is ten times the errors.
const STANDARD: (Tolerance, Tolerance) =
    (Tolerance::Relative(0.05), Tolerance::Absolute(0.001, Allowance::Points));

/// A decision metric of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Its key, such as `checkout p99`.
    pub key: String,
    /// Unit of its values; empty where there are none.
    pub unit: String,
    /// Which way is better.
    pub direction: Direction,
    /// Whether it is judged although nobody names a tolerance for it.
    pub is_judged: bool,
    /// Its estimate with what each replication adds; `None` where there is no value.
    pub sample: Option<Sample>,
}

/// Every decision metric of a design that was run.
#[must_use]
pub fn measure(side: Side<'_>) -> Vec<Measured> {
    let metrics = decision_metrics(side.model);
    let samples = decision_samples(side, &metrics);
    let rows = metrics.into_iter().zip(samples).map(|(metric, sample)| {
        let (sample, unit) = sample.map_or((None, String::new()), |(sample, unit)| (Some(sample), unit));
        let direction = better(side.model, &metric);
        Measured { key: metric.key, unit, direction, is_judged: metric.is_judged, sample }
    });
    rows.collect()
}

/// A tolerance that does not fit its metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchError(String);

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WatchError {}

/// The metrics of `head` with their partners in `base`, each with its tolerance; metrics that only the base has come
/// last and are only shown.
///
/// # Errors
/// If a tolerance is an amount of something else than the metric measures.
pub fn watch(
    base: &[Measured],
    head: &[Measured],
    tolerances: &Tolerances,
) -> Result<Vec<Watched>, WatchError> {
    let mut all = Vec::with_capacity(head.len());
    for metric in head {
        let partner = base.iter().find(|other| other.key == metric.key);
        let unit =
            if metric.unit.is_empty() { partner.map_or("", |p| p.unit.as_str()) } else { &metric.unit };
        let tolerance = tolerance(metric, unit, tolerances)?;
        let base = partner.filter(|p| p.unit == unit).and_then(|p| p.sample.clone());
        all.push(Watched {
            key: metric.key.clone(),
            unit: unit.to_owned(),
            direction: metric.direction,
            tolerance,
            base,
            head: metric.sample.clone(),
        });
    }
    let is_gone = |metric: &&Measured| head.iter().all(|other| other.key != metric.key);
    all.extend(base.iter().filter(is_gone).map(|metric| Watched {
        key: metric.key.clone(),
        unit: metric.unit.clone(),
        direction: metric.direction,
        tolerance: Tolerance::Ignore,
        base: metric.sample.clone(),
        head: None,
    }));
    Ok(all)
}

fn tolerance(metric: &Measured, unit: &str, tolerances: &Tolerances) -> Result<Tolerance, WatchError> {
    let Some(given) = tolerances.of(&metric.key) else {
        return Ok(match (metric.is_judged, unit) {
            (false, _) => Tolerance::Ignore,
            (true, "1") => STANDARD.1,
            (true, _) => STANDARD.0,
        });
    };
    let fits = match given {
        Tolerance::Absolute(_, Allowance::Time) => unit == "s",
        Tolerance::Absolute(_, Allowance::Points) => unit == "1",
        Tolerance::Absolute(_, Allowance::Rate) => unit == "1/s",
        Tolerance::Absolute(_, Allowance::Number) => !["s", "1", "1/s"].contains(&unit),
        Tolerance::Relative(_) | Tolerance::Exact | Tolerance::Ignore => true,
    };
    if fits || unit.is_empty() {
        return Ok(given.clone());
    }
    let form = match unit {
        "s" => "a duration such as 10ms",
        "1" => "percentage points such as 0.1pp",
        "1/s" => "a rate such as 5/s",
        _ => "a number such as 3",
    };
    let key = &metric.key;
    Err(WatchError(format!("the tolerance of `{key}` does not fit it: write a share such as +5%, or {form}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(key: &str, unit: &str, is_judged: bool) -> Measured {
        let sample = Sample::of_mean(&[1.0, 2.0]);
        Measured { key: key.into(), unit: unit.into(), direction: Direction::Small, is_judged, sample }
    }

    #[test]
    fn tolerances_are_given_or_standard() {
        let head = [
            measured("view p99", "s", true),
            measured("view success", "1", true),
            measured("cost", "h", false),
            measured("lost", "requests", false),
        ];
        let base = [measured("view p99", "s", true), measured("view p95", "s", true)];
        let mut given = Tolerances::default();
        given.put("cost", Tolerance::Relative(0.02));
        let all = watch(&base, &head, &given).unwrap();
        let seen: Vec<(&str, String, bool)> =
            all.iter().map(|w| (w.key.as_str(), w.tolerance.to_string(), w.base.is_some())).collect();
        let row = |key, tolerance: &str, has_base| (key, tolerance.to_owned(), has_base);
        assert_eq!(
            seen,
            [
                row("view p99", "5 %", true),
                row("view success", "0.1 pp", false),
                row("cost", "2 %", false),
                row("lost", "ignored", false),
                row("view p95", "ignored", true),
            ]
        );
    }

    #[test]
    fn amounts_must_be_of_what_is_measured() {
        let mut given = Tolerances::default();
        given.put("view success", Tolerance::Absolute(0.01, Allowance::Time));
        let error = watch(&[], &[measured("view success", "1", true)], &given).unwrap_err();
        assert!(error.to_string().contains("0.1pp"), "{error}");
    }
}
