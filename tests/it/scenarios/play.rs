//! Running a shipped scenario through the library, and reading its summary.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use flashcrowd::analysis::{Estimate, ObjectiveResult, Summary};
use flashcrowd::study::{Edit, Execution, FileInputs, prepare, run};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// A finished run.
pub struct Played {
    pub summary: Summary,
}

/// Runs `scenarios/NAME.yaml` with these edits (`path=value`).
#[track_caller]
pub fn play(name: &str, edits: &[&str]) -> Played {
    let edits: Vec<Edit> = edits
        .iter()
        .map(|text| Edit { option: "--set".to_owned(), assignment: (*text).to_owned() })
        .collect();
    let file = format!("scenarios/{name}.yaml");
    let prepared = prepare(&file, &edits, &FileInputs::new(root())).expect("a readable scenario");
    assert!(prepared.scenario.is_some(), "{file} {edits:?}: {:#?}", prepared.diagnostics);
    let interrupt = AtomicBool::new(false);
    let execution = Execution { threads: 0, interrupt: &interrupt, progress: &mut |_| {} };
    let result = run(&prepared, execution, None).expect("a run");
    Played { summary: result.summary }
}

impl Played {
    #[track_caller]
    pub fn estimate(&self, scope: &str, metric: &str) -> Estimate {
        let found = self.summary.metrics.iter().find(|row| row.scope == scope && row.metric == metric);
        found.unwrap_or_else(|| panic!("no {metric} of {scope}")).estimate
    }

    #[track_caller]
    pub fn mean(&self, scope: &str, metric: &str) -> f64 {
        self.estimate(scope, metric).mean
    }

    /// The objective whose rule starts so.
    #[track_caller]
    pub fn objective(&self, rule: &str) -> &ObjectiveResult {
        let mut found = self.summary.objectives.iter().filter(|objective| objective.rule.starts_with(rule));
        found.next().unwrap_or_else(|| panic!("no objective `{rule}`"))
    }

    /// What an objective measured.
    #[track_caller]
    pub fn measured(&self, rule: &str) -> f64 {
        self.objective(rule).measured.unwrap_or_else(|| panic!("`{rule}` was not measured")).mean
    }

    /// Mean of a series over its windows that start in `[from, to)` seconds from T0.
    #[track_caller]
    pub fn level(&self, scope: &str, metric: &str, from: f64, to: f64) -> f64 {
        let found = self.summary.series.iter().find(|row| row.scope == scope && row.metric == metric);
        let series = found.unwrap_or_else(|| panic!("no series {metric} of {scope}"));
        let inside = series.points.iter().filter(|point| point.t >= from && point.t < to);
        let values: Vec<f64> = inside.filter_map(|point| point.mean).collect();
        assert!(!values.is_empty(), "no {metric} of {scope} in {from}..{to}");
        values.iter().sum::<f64>() / values.len() as f64
    }

    /// Checks a simulated metric against the closed form that stands beside it.
    #[track_caller]
    pub fn meets_theory(&self, metric: &str, expected: f64) {
        let rows = &self.summary.theory;
        let row =
            rows.iter().find(|row| row.metric == metric).unwrap_or_else(|| panic!("no theory of {metric}"));
        assert!((row.theory / expected - 1.0).abs() < 1e-3, "theory of {metric}: {} {expected}", row.theory);
        let found = row.simulated;
        let half_width = (found.ci95_high - found.ci95_low) / 2.0;
        // Twice the half-width of 95 % is some four standard errors.
        assert!((found.mean - row.theory).abs() <= 2.1 * half_width, "{metric}: {found:?} {}", row.theory);
        assert!((found.mean / row.theory - 1.0).abs() < 0.02, "{metric}: {found:?} {}", row.theory);
    }
}
