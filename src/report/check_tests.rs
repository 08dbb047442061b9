use super::super::annotations::check_annotations;
use super::super::check_text::check_text;
use super::super::junit::check_junit;
use super::*;
use crate::analysis::{Estimate, ObjectiveResult, Outcome, Range};
use crate::baseline::{CheckRow, Finding};
use crate::scenario::{Difference, Place};

fn row(metric: &str, finding: Finding, factor: f64) -> CheckRow {
    let range = |value: f64, half: f64| Some(Range { value, low: value - half, high: value + half });
    CheckRow {
        metric: metric.to_owned(),
        unit: "s".into(),
        before: Some(0.8),
        after: Some(0.8 * factor),
        difference: range(0.8 * (factor - 1.0), 0.004),
        ratio: range(factor, 0.005),
        tolerance: "5 %".into(),
        finding,
        note: (finding == Finding::Undecided).then(|| "needs more runs".to_owned()),
        place: (finding == Finding::Regressed).then(|| place(9)),
    }
}

fn place(line: u32) -> Place {
    Place { file: "./base.yaml".into(), line, column: 5, end_column: 20 }
}

fn objective(rule: &str, outcome: Outcome) -> ObjectiveResult {
    ObjectiveResult {
        rule: rule.to_owned(),
        scope: "class/view".into(),
        metric: "sojourn_p99".into(),
        comparison: "<",
        outcome,
        measured: Some(Estimate { mean: 0.88, ci95_low: 0.876, ci95_high: 0.884, replications: 20 }),
        limit: 0.5,
        unit: "s",
        worst_at: None,
        runs_met: None,
        runs_wanted: None,
        note: None,
        instead: None,
    }
}

fn report(outcome: CheckOutcome) -> CheckReport {
    let difference = |path: &str, before: Option<&str>, after: Option<&str>| Difference {
        path: path.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let scenario = CheckedScenario {
        name: "A shop".into(),
        file: "shop.yaml".into(),
        against: Some("git:main (0123456789)".into()),
        missing_from_baseline: false,
        outcome,
        objective_places: vec![Some(place(7)), None],
        objectives: vec![
            objective("view p99 < 500ms", Outcome::Fail),
            objective("view mean < 2s", Outcome::Pass),
        ],
        metrics: vec![
            row("view p99", Finding::Regressed, 1.1),
            row("view mean", Finding::Held, 1.01),
            row("pay p99", Finding::Undecided, 1.05),
            row("cost", Finding::Shown, 0.9),
        ],
        differences: vec![
            difference("services.web.slots", Some("8"), Some("4")),
            difference("services.cart.slots", None, Some("4")),
        ],
        replications: 40,
        seed: 1,
        looks: 2,
        looks_planned: 4,
        inconclusive: "warn",
        budget_spent: None,
        notes: vec!["a remark".into()],
    };
    CheckReport::new(vec![scenario])
}

#[test]
fn the_terminal_says_what_is_worse_first() {
    let text = check_text(&report(CheckOutcome::Missed), false);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_comment_begins_with_its_marker_and_the_headline() {
    insta::assert_snapshot!(check_markdown(&report(CheckOutcome::Missed)));
}

#[test]
fn lost_money_is_not_folded_away() {
    let mut found = report(CheckOutcome::Passed);
    found.scenarios[0]
        .metrics
        .push(CheckRow { unit: "currency".into(), ..row("lost_value", Finding::Shown, 2.0) });
    let text = check_markdown(&found);
    let (told, folded) = text.split_once("<details>").unwrap();
    assert!(told.contains("lost\\_value") && !told.contains("| cost"), "{text}");
    assert!(folded.contains("| cost") && !folded.contains("lost\\_value"), "{text}");
}

#[test]
fn comments_stay_under_the_limit_and_hostile_names_stay_text() {
    let mut long = report(CheckOutcome::Regressed);
    long.scenarios[0].name = "</details><script>alert(1)</script> @everyone | x".into();
    let scenario = long.scenarios[0].clone();
    long.scenarios = vec![scenario; 500];
    let long = CheckReport::new(long.scenarios);
    let text = check_markdown(&long);
    assert!(text.chars().count() < 65_000 && text.contains("parts are left out"), "{}", text.len());
    assert!(!text.contains("<script") && !text.contains("@everyone"));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert_eq!(text.matches(MARKER).count(), 1);
}

#[test]
fn long_comments_are_cut_at_a_row_with_what_failed_first() {
    let mut long = report(CheckOutcome::Missed);
    let metrics = &mut long.scenarios[0].metrics;
    metrics.clear();
    for number in 0..900 {
        let finding = match number % 300 {
            200 => Finding::Regressed,
            100 => Finding::Undecided,
            _ => Finding::Held,
        };
        metrics.push(row(&format!("class-{number} p99"), finding, 1.0));
    }
    let text = check_markdown(&CheckReport::new(long.scenarios.clone()));
    assert!(text.chars().count() < 65_000 && text.chars().count() > 50_000, "{}", text.chars().count());
    let place = |name: &str| text.find(name).unwrap_or_else(|| panic!("{name} in {text}"));
    assert!(place("| class-800 p99 | ✗ worse") < place("| class-100 p99 | ? undecided"));
    assert!(place("| class-700 p99 | ? undecided") < place("| class-0 p99 | ✓ within"));
    let rows = text.matches("✓ within").count();
    assert!(text.contains(&format!("\n… and {} more held metrics (see the JSON)\n", 894 - rows)), "{text}");
    assert!(text.contains("view p99 &lt; 500ms | ✗ missed") && text.contains("view mean &lt; 2s | ✓ met"));
    assert!(text.contains("<details>") && text.contains("services.web.slots: 8 → 4"), "{text}");
    // A cut row, a broken fence or an open fold would spoil the comment.
    assert!(text.lines().filter(|line| line.starts_with('|')).all(|line| line.ends_with('|')));
    // More failures than fit are counted, too.
    long.scenarios[0].metrics.iter_mut().for_each(|row| row.finding = Finding::Regressed);
    let text = check_markdown(&CheckReport::new(long.scenarios));
    assert!(text.contains(" more worse metrics (see the JSON)") && text.chars().count() < 65_000);
}

#[test]
fn junit_has_a_failure_for_what_failed_and_no_success_for_what_is_open() {
    let xml = check_junit(&report(CheckOutcome::Missed));
    assert!(
        xml.contains(r#"tests="5" failures="2""#) || xml.contains(r#"tests="5" skipped="1" failures="2""#),
        "{xml}"
    );
    assert!(xml.contains("<skipped") && xml.contains("view p99 is no worse"), "{xml}");
    let mut strict = report(CheckOutcome::Regressed);
    strict.scenarios[0].inconclusive = "fail";
    assert!(!check_junit(&strict).contains("<skipped"));
}

#[test]
fn what_failed_is_annotated_where_it_is_written_and_what_is_open_as_loud_as_asked() {
    let mut found = report(CheckOutcome::Missed);
    let expected = |level: &str| {
        format!(
            "::error file=base.yaml,line=7,col=5,endColumn=20,title=flashcrowd%3A objective missed::\
             view p99 < 500ms: 880 ms (876 ms .. 884 ms)\n\
             ::error file=base.yaml,line=9,col=5,endColumn=20,title=flashcrowd%3A regression::\
             view p99 is worse by +10.00 ± 0.50 %25, tolerated 5 %25\n\
             ::{level} file=shop.yaml,title=flashcrowd%3A not decided::\
             pay p99 changed by +5.00 ± 0.50 %25, tolerated 5 %25\n"
        )
    };
    for (word, level) in [("warn", "warning"), ("fail", "error"), ("pass", "notice")] {
        found.scenarios[0].inconclusive = word;
        assert_eq!(check_annotations(&found), expected(level));
    }
    found.scenarios[0].missing_from_baseline = true;
    assert!(
        check_annotations(&found)
            .starts_with("::notice file=shop.yaml,title=flashcrowd%3A nothing to compare")
    );
}
