//! A check as JUnit XML, the form that CI systems show as tests: one suite a scenario, one case a verdict.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::check_text::{notes, title};
use super::compare::{change, value};
use super::view;
use crate::analysis::{ObjectiveResult, Outcome};
use crate::baseline::{CheckReport, CheckRow, CheckedScenario, Finding};

/// The check as JUnit XML. What could not be decided is `skipped`, or a failure where the check says so: never a
/// success.
#[must_use]
pub fn check_junit(report: &CheckReport) -> String {
    let mut xml = Report::new("flashcrowd check");
    for scenario in &report.scenarios {
        let mut suite = TestSuite::new(scenario.file.as_str());
        for objective in &scenario.objectives {
            suite.add_test_case(objective_case(objective, scenario));
        }
        for row in scenario.metrics.iter().filter(|row| row.finding != Finding::Shown) {
            suite.add_test_case(metric_case(row, scenario));
        }
        suite.set_system_out(format!("{}\n{}", title(scenario.outcome), notes(scenario).join("\n")));
        xml.add_test_suite(suite);
    }
    // Writing into memory fails only without memory.
    xml.to_string().unwrap_or_default()
}

/// A status with the sentence that explains it.
fn status(is_failure: bool, is_open: bool, strict: bool, message: &str) -> TestCaseStatus {
    let mut status = match (is_failure || (is_open && strict), is_open) {
        (true, _) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (false, true) => TestCaseStatus::skipped(),
        (false, false) => return TestCaseStatus::success(),
    };
    status.set_message(message);
    status
}

fn objective_case(objective: &ObjectiveResult, scenario: &CheckedScenario) -> TestCase {
    let (_, word) = view::mark(objective.outcome);
    let message = format!("{word}: {}", view::measured(objective));
    let (failed, open) = (objective.outcome == Outcome::Fail, objective.outcome == Outcome::Inconclusive);
    let status = status(failed, open, scenario.inconclusive == "fail", &message);
    let mut case = TestCase::new(objective.rule.as_str(), status);
    case.set_classname(format!("{} objectives", scenario.name));
    case.set_system_out(message);
    case
}

fn metric_case(row: &CheckRow, scenario: &CheckedScenario) -> TestCase {
    let message = format!(
        "{}: before {}, after {}, difference {}, tolerated {}",
        super::check_text::mark(row.finding).1,
        value(row.before, &row.unit),
        value(row.after, &row.unit),
        change(&row.unit, row.difference, row.ratio),
        row.tolerance
    );
    let (failed, open) = (row.finding == Finding::Regressed, row.finding == Finding::Undecided);
    let status = status(failed, open, scenario.inconclusive == "fail", &message);
    let mut case = TestCase::new(format!("{} is no worse", row.metric), status);
    case.set_classname(format!("{} regressions", scenario.name));
    case.set_system_out(message);
    case
}
