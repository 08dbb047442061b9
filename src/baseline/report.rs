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

/// Names in the headline; of more only the number and the worst are told.
const NAMED: usize = 2;

/// Something that failed or is open, and how bad it is.
struct Miss {
    name: String,
    /// How far it is from where it should be, relative; nothing if that has no meaning.
    badness: f64,
    /// The same for people.
    told: Option<String>,
}

/// The first sentence of every form of the report: how many things failed and which is the worst, then what could not be
/// told, then what held.
fn headline(scenarios: &[CheckedScenario]) -> String {
    let several = scenarios.len() > 1;
    let named = |scenario: &CheckedScenario, what: &str| {
        if several { format!("{what} ({})", scenario.file) } else { what.to_owned() }
    };
    let objectives = |outcome: Outcome| {
        let of = move |s: &CheckedScenario| {
            let fits = s.objectives.iter().filter(|o| o.outcome == outcome);
            fits.map(|o| missed(o, named(s, &o.rule))).collect::<Vec<_>>()
        };
        scenarios.iter().flat_map(of).collect::<Vec<_>>()
    };
    let metrics = |finding: Finding| {
        let of = move |s: &CheckedScenario| {
            let fits = s.metrics.iter().filter(|row| row.finding == finding);
            fits.map(|row| worsened(row, named(s, &row.metric))).collect::<Vec<_>>()
        };
        scenarios.iter().flat_map(of).collect::<Vec<_>>()
    };
    let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut parts = Vec::new();
    let mut say = |few: &str, many: &str, found: Vec<Miss>| parts.extend(sentence(few, many, found));
    say("worse than tolerated", "metrics are worse than tolerated", metrics(Finding::Regressed));
    say("objective missed", "objectives are missed", objectives(Outcome::Fail));
    let mut open = metrics(Finding::Undecided);
    open.extend(objectives(Outcome::Inconclusive));
    // Of what is open none is the worst.
    open.iter_mut().for_each(|miss| miss.told = None);
    say("not decided", "are not decided", open);
    let missing = scenarios.iter().filter(|scenario| scenario.missing_from_baseline);
    let missing = missing.map(|scenario| Miss { name: scenario.file.clone(), badness: 0.0, told: None });
    say("not in the baseline", "are not in the baseline", missing.collect());
    let mut good = Vec::new();
    let held = metrics(Finding::Held).len();
    if held > 0 {
        good.push(format!("{} within tolerance", counted(held, "metric", "metrics")));
    }
    let met = objectives(Outcome::Pass).len();
    if met > 0 {
        good.push(format!("{} met", counted(met, "objective", "objectives")));
    }
    if !good.is_empty() {
        parts.push(good.join(", "));
    }
    if parts.is_empty() { "nothing was judged".to_owned() } else { parts.join("; ") }
}

/// Few are named; of many the number and the worst.
fn sentence(few: &str, many: &str, found: Vec<Miss>) -> Option<String> {
    if found.is_empty() {
        return None;
    }
    if found.len() <= NAMED {
        let names: Vec<&str> = found.iter().map(|miss| miss.name.as_str()).collect();
        return Some(format!("{few}: {}", names.join(", ")));
    }
    let worst = found.iter().reduce(|a, b| if b.badness > a.badness { b } else { a })?;
    let told = worst.told.as_ref().map(|told| format!(", the worst {} ({told})", worst.name));
    let first = || format!(", {} first", worst.name);
    Some(format!("{} {many}{}", found.len(), told.unwrap_or_else(first)))
}

fn worsened(row: &CheckRow, name: String) -> Miss {
    let ratio = row.ratio.map(|ratio| ratio.value).filter(|&ratio| ratio > 0.0 && ratio.is_finite());
    let badness = ratio.map_or(0.0, |ratio| if ratio < 1.0 { 1.0 / ratio } else { ratio });
    let told = ratio.map(|ratio| match ratio {
        ratio if ratio < 10.0 => format!("{:+.0} %", (ratio - 1.0) * 100.0),
        ratio => format!("{ratio:.0} times as much"),
    });
    Miss { name, badness, told }
}

fn missed(objective: &ObjectiveResult, name: String) -> Miss {
    let limit = objective.limit;
    let measured = objective.measured.as_ref().map(|measured| measured.mean);
    let Some(measured) = measured else {
        return Miss { name, badness: f64::INFINITY, told: Some("nothing measured".to_owned()) };
    };
    let ratio = if measured > limit { measured / limit } else { limit / measured };
    let told = match objective.unit {
        "1" => format!("{:.1} %", measured * 100.0),
        unit => format!("{} {unit}", (measured * 1000.0).round() / 1000.0),
    };
    Miss { name, badness: if ratio.is_finite() { ratio } else { f64::INFINITY }, told: Some(told) }
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
        Conclusion { outcome: Some(outcome), passed: 0, failed: 0, inconclusive: 0, inputs: None }
    }

    #[test]
    fn few_are_named_and_of_many_the_worst() {
        let miss = |name: &str, badness: f64| Miss {
            name: name.to_owned(),
            badness,
            told: Some(format!("{badness}")),
        };
        let of = |found| sentence("worse", "are worse", found);
        assert_eq!(of(Vec::new()), None);
        assert_eq!(of(vec![miss("a", 1.0), miss("b", 2.0)]).unwrap(), "worse: a, b");
        let many = vec![miss("a", 1.0), miss("b", 3.0), miss("c", 2.0)];
        assert_eq!(of(many).unwrap(), "3 are worse, the worst b (3)");
        let unknown = |name: &str| Miss { told: None, ..miss(name, 0.0) };
        assert_eq!(of(vec![unknown("a"), unknown("b"), unknown("c")]).unwrap(), "3 are worse, a first");
        let found = worsened(
            &CheckRow { ratio: Some(Range { value: 1.2, low: 1.1, high: 1.3 }), ..row(Finding::Held) },
            "x".into(),
        );
        assert_eq!(found.told.as_deref(), Some("+20 %"));
        let found = worsened(
            &CheckRow { ratio: Some(Range { value: 0.5, low: 0.4, high: 0.6 }), ..row(Finding::Held) },
            "x".into(),
        );
        assert_eq!((found.badness, found.told.as_deref()), (2.0, Some("-50 %")));
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
