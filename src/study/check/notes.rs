//! What has to be said beside the verdicts of a check.

use crate::analysis::{ObjectiveResult, Outcome, judge};
use crate::baseline::{Baseline, StoredScenario, changes_since};
use crate::study::baseline_file::of_this_program;
use crate::study::race::Race;

/// Objectives that the old side misses as well: they fail the check, but this change is not why.
pub(super) fn missed_before(race: &Race<'_>, now: &[ObjectiveResult]) -> Option<String> {
    if race.sides() < 2 {
        return None;
    }
    let (model, pool) = race.side(1);
    let (before, _) = judge(model, pool);
    let is_missed = |all: &[ObjectiveResult], rule: &str| {
        all.iter().any(|one| one.rule == rule && one.outcome == Outcome::Fail)
    };
    let both =
        now.iter().map(|one| &one.rule).filter(|&rule| is_missed(now, rule) && is_missed(&before, rule));
    let rules: Vec<String> = both.map(|rule| format!("`{rule}`")).collect();
    (!rules.is_empty()).then(|| format!("missed before this change, too: {}", rules.join(", ")))
}

/// What is not as it was when the baseline was stored.
pub(super) fn since(file: &str, baseline: &Baseline, measured: &StoredScenario) -> Vec<String> {
    let Some(stored) = baseline.scenario(&measured.scenario) else {
        return vec![format!("`{file}` does not have `{}`: nothing to compare with", measured.scenario)];
    };
    let now = of_this_program(Vec::new());
    let mut notes: Vec<String> = changes_since(baseline, stored, (&now, measured));
    notes.iter_mut().for_each(|note| *note = format!("since `{file}` was stored: {note}"));
    notes
}
