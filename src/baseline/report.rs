//! The result of a check as plain data: what text, JSON, JUnit and Markdown all read.

use serde::Serialize;

use super::decide::{Decision, Finding, Watched};
use crate::analysis::{Conclusion, ObjectiveResult, Outcome, Range};
use crate::scenario::{Difference, Inconclusive, Place, Tolerance};
use crate::stats::{Interval, contrast};

/// Version of the layout of [`CheckReport`].
pub const CHECK_VERSION: u32 = 1;

/// Confidence of the intervals shown beside the verdicts.
const CONFIDENCE: f64 = 0.95;

/// Scenarios that are gone and named in the headline; the rest is counted.
const GONE_NAMED: usize = 5;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Everything held and every objective is met.
    Passed,
    /// Something could not be decided.
    Inconclusive,
    /// A metric became worse than tolerated.
    Regressed,
    /// An objective is missed.
    Missed,
}

/// The result of a check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    /// Version of this layout.
    pub version: u32,
    /// The worst outcome of all scenarios.
    pub outcome: CheckOutcome,
    /// The outcome in a sentence.
    pub headline: String,
    /// Each scenario, in the order given.
    pub scenarios: Vec<CheckedScenario>,
    /// Scenarios that what was compared with has and that are not there any more: nobody checks them.
    pub gone: Vec<String>,
}

/// One scenario's check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedScenario {
    /// The scenario's own name.
    pub name: String,
    /// Its file as it was named.
    pub file: String,
    /// What it was compared with, in words; nothing if only objectives were judged.
    pub against: Option<String>,
    /// Whether a baseline was asked for that does not have this scenario, so that nothing was compared.
    pub missing_from_baseline: bool,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// Every objective of the new side.
    pub objectives: Vec<ObjectiveResult>,
    /// Where each objective is written; nothing for one that an option gave.
    pub objective_places: Vec<Option<Place>>,
    /// Every metric, the judged ones first.
    pub metrics: Vec<CheckRow>,
    /// What differs in the scenario, bases and edits carried out.
    pub differences: Vec<Difference>,
    /// Replications a side.
    pub replications: u32,
    /// Root seed of both sides.
    pub seed: u64,
    /// Looks taken.
    pub looks: u32,
    /// Looks that the error was spread over.
    pub looks_planned: u32,
    /// What undecided verdicts mean: `pass`, `warn` or `fail`.
    pub inconclusive: &'static str,
    /// Whether wall time limited the number of replications, so that another machine may run others.
    pub budget_spent: Option<bool>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// One metric of a check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckRow {
    /// Its key, such as `checkout p99`.
    pub metric: String,
    /// Unit of values and differences.
    pub unit: String,
    /// The value before.
    pub before: Option<f64>,
    /// The value now.
    pub after: Option<f64>,
    /// Now less before, with its 95 % interval.
    pub difference: Option<Range>,
    /// Now over before, with its 95 % interval, where the value before is positive.
    pub ratio: Option<Range>,
    /// What is tolerated.
    pub tolerance: String,
    /// The verdict.
    pub finding: Finding,
    /// A sentence where something needs saying.
    pub note: Option<String>,
    /// Where its objective is written, or else what it is measured of.
    pub place: Option<Place>,
}

/// The row of a metric: its decision and, for the reader, the two-sided interval of its change.
#[must_use]
pub fn check_row(watched: &Watched, decision: &Decision) -> CheckRow {
    let pair = watched.base.as_ref().zip(watched.head.as_ref());
    let found = pair.and_then(|(base, head)| contrast(base, head, CONFIDENCE));
    let range = |interval: Interval| Range::from(interval);
    let only_shown = watched.tolerance == Tolerance::Ignore;
    CheckRow {
        metric: watched.key.clone(),
        unit: watched.unit.clone(),
        before: watched.base.as_ref().map(|sample| sample.centre),
        after: watched.head.as_ref().map(|sample| sample.centre),
        difference: found.map(|found| range(found.difference)),
        ratio: found.and_then(|found| found.ratio).map(range),
        tolerance: if only_shown { "-".to_owned() } else { watched.tolerance.to_string() },
        finding: decision.finding,
        note: decision.note.clone(),
        place: None,
    }
}

/// How a scenario's check ended: a missed objective before a regression before anything undecided. Undecided
/// verdicts pass, warn or count as the failure they may hide.
#[must_use]
pub fn conclude(objectives: &Conclusion, rows: &[CheckRow], inconclusive: Inconclusive) -> CheckOutcome {
    let any = |finding| rows.iter().any(|row| row.finding == finding);
    let strict = inconclusive == Inconclusive::Fail;
    let open = objectives.outcome == Some(Outcome::Inconclusive)
        || (objectives.outcome == Some(Outcome::Fail) && objectives.inconclusive > 0);
    if objectives.outcome == Some(Outcome::Fail) || (strict && open) {
        CheckOutcome::Missed
    } else if any(Finding::Regressed) || (strict && any(Finding::Undecided)) {
        CheckOutcome::Regressed
    } else if open || any(Finding::Undecided) {
        if inconclusive == Inconclusive::Pass { CheckOutcome::Passed } else { CheckOutcome::Inconclusive }
    } else {
        CheckOutcome::Passed
    }
}

/// What it means that there was nothing to compare with although somebody asked for it.
#[must_use]
pub fn without_baseline(inconclusive: Inconclusive) -> CheckOutcome {
    match inconclusive {
        Inconclusive::Pass => CheckOutcome::Passed,
        Inconclusive::Warn => CheckOutcome::Inconclusive,
        Inconclusive::Fail => CheckOutcome::Regressed,
    }
}

impl CheckReport {
    /// The report of these scenarios, with its headline.
    #[must_use]
    pub fn new(scenarios: Vec<CheckedScenario>) -> Self {
        let outcome = scenarios.iter().map(|s| s.outcome).max().unwrap_or(CheckOutcome::Passed);
        let headline = headline(&scenarios);
        Self { version: CHECK_VERSION, outcome, headline, scenarios, gone: Vec::new() }
    }

    /// The same, saying which scenarios are gone.
    #[must_use]
    pub fn with_gone(mut self, gone: Vec<String>) -> Self {
        if !gone.is_empty() {
            let named = gone.iter().take(GONE_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = gone.len().saturating_sub(GONE_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.headline.push_str(&format!("; gone, so not checked: {named}{more}"));
        }
        self.gone = gone;
        self
    }

    /// Whether any metric became worse than tolerated, whatever else happened.
    #[must_use]
    pub fn has_regression(&self) -> bool {
        self.scenarios.iter().flat_map(|s| &s.metrics).any(|row| row.finding == Finding::Regressed)
    }
}

/// The first sentence of every form of the report: what failed by name, then what could not be told, then what held.
fn headline(scenarios: &[CheckedScenario]) -> String {
    let several = scenarios.len() > 1;
    let named = |scenario: &CheckedScenario, what: &str| {
        if several { format!("{what} ({})", scenario.file) } else { what.to_owned() }
    };
    let objectives = |outcome: Outcome| {
        let of = move |s: &CheckedScenario| {
            let fits = s.objectives.iter().filter(|o| o.outcome == outcome);
            fits.map(|o| named(s, &o.rule)).collect::<Vec<_>>()
        };
        scenarios.iter().flat_map(of).collect::<Vec<_>>()
    };
    let metrics = |finding: Finding| {
        let of = move |s: &CheckedScenario| {
            let fits = s.metrics.iter().filter(|row| row.finding == finding);
            fits.map(|row| named(s, &row.metric)).collect::<Vec<_>>()
        };
        scenarios.iter().flat_map(of).collect::<Vec<_>>()
    };
    let mut parts = Vec::new();
    let mut say = |what: &str, names: Vec<String>| {
        if !names.is_empty() {
            parts.push(format!("{what}: {}", names.join(", ")));
        }
    };
    say("worse than tolerated", metrics(Finding::Regressed));
    say("objective missed", objectives(Outcome::Fail));
    let open = [metrics(Finding::Undecided), objectives(Outcome::Inconclusive)].concat();
    say("not decided", open);
    let missing = scenarios.iter().filter(|scenario| scenario.missing_from_baseline);
    say("not in the baseline", missing.map(|scenario| scenario.file.clone()).collect());
    let held = metrics(Finding::Held).len();
    let met = objectives(Outcome::Pass).len();
    let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut good = Vec::new();
    if held > 0 {
        good.push(format!("{} within tolerance", counted(held, "metric", "metrics")));
    }
    if met > 0 {
        good.push(format!("{} met", counted(met, "objective", "objectives")));
    }
    if !good.is_empty() {
        parts.push(good.join(", "));
    }
    if parts.is_empty() { "nothing was judged".to_owned() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(finding: Finding) -> CheckRow {
        CheckRow {
            metric: "view p99".into(),
            unit: "s".into(),
            before: Some(1.0),
            after: Some(1.1),
            difference: None,
            ratio: None,
            tolerance: "5 %".into(),
            finding,
            note: None,
            place: None,
        }
    }

    fn objectives(outcome: Outcome) -> Conclusion {
        Conclusion { outcome: Some(outcome), passed: 0, failed: 0, inconclusive: 0 }
    }

    #[test]
    fn undecided_is_never_silently_green() {
        use Inconclusive::{Fail, Pass, Warn};
        let met = objectives(Outcome::Pass);
        let undecided = [row(Finding::Held), row(Finding::Undecided)];
        assert_eq!(conclude(&met, &undecided, Pass), CheckOutcome::Passed);
        assert_eq!(conclude(&met, &undecided, Warn), CheckOutcome::Inconclusive);
        assert_eq!(conclude(&met, &undecided, Fail), CheckOutcome::Regressed);
        let open = objectives(Outcome::Inconclusive);
        assert_eq!(conclude(&open, &[row(Finding::Held)], Warn), CheckOutcome::Inconclusive);
        assert_eq!(conclude(&open, &[row(Finding::Held)], Fail), CheckOutcome::Missed);
    }

    #[test]
    fn missed_objectives_come_before_regressions() {
        let missed = objectives(Outcome::Fail);
        assert_eq!(conclude(&missed, &[row(Finding::Regressed)], Inconclusive::Warn), CheckOutcome::Missed);
        let met = objectives(Outcome::Pass);
        assert_eq!(conclude(&met, &[row(Finding::Regressed)], Inconclusive::Pass), CheckOutcome::Regressed);
        assert_eq!(conclude(&met, &[row(Finding::Held)], Inconclusive::Fail), CheckOutcome::Passed);
    }
}
