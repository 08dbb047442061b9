//! What holds for every shipped scenario: form, and that nothing in it is doubtful unsaid.

use super::play::root;
use flashcrowd::numerics::{exp, sin};
use flashcrowd::study::{FileInputs, prepare};

/// Names below `scenarios`, such as `hello.yaml` and `bench/W1.yaml`.
fn shipped() -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["", "bench/"] {
        for entry in std::fs::read_dir(root().join("scenarios").join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            if name.ends_with(".yaml") {
                names.push(format!("{folder}{name}"));
            }
        }
    }
    names.sort();
    names
}

#[test]
fn all_are_there_with_question_claim_and_schema() {
    let names = shipped();
    for name in [
        "hello",
        "mmc",
        "diurnal",
        "flash-crowd",
        "cold-start",
        "hpa-too-late",
        "double-11",
        "replay",
        "capacity-opening",
    ] {
        assert!(names.contains(&format!("{name}.yaml")), "{name} is not shipped");
    }
    for name in names {
        let text = std::fs::read_to_string(root().join("scenarios").join(&name)).expect("a scenario");
        let up = if name.contains('/') { "../../" } else { "../" };
        let first = text.lines().next().unwrap_or_default();
        assert_eq!(first, format!("# yaml-language-server: $schema={up}schema/scenario.v1.json"), "{name}");
        assert!(text.lines().any(|line| line.starts_with("question: ")), "{name} asks nothing");
        assert!(text.contains("Claim: "), "{name} claims nothing");
    }
}

#[test]
fn all_are_valid() {
    for name in shipped() {
        let file = format!("scenarios/{name}");
        let prepared = prepare(&file, &[], &FileInputs::new(root())).expect("a readable scenario");
        assert!(prepared.scenario.is_some(), "{file}: {:#?}", prepared.diagnostics);
    }
}

#[test]
fn the_schema_in_the_repository_is_the_one_the_program_prints() {
    let stored = std::fs::read_to_string(root().join("schema/scenario.v1.json")).expect("the schema");
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_flashcrowd")).arg("schema").output();
    let printed = String::from_utf8(printed.expect("the program starts").stdout).expect("UTF-8");
    assert!(
        stored == printed,
        "schema/scenario.v1.json is out of date: cargo run -- schema > schema/scenario.v1.json"
    );
}

/// The trace that is shipped is made by the rule that `scenarios/traces/README.md` states.
#[test]
fn the_made_up_evening_follows_its_rule() {
    let text = std::fs::read_to_string(root().join("scenarios/traces/evening.csv")).expect("the trace");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("timestamp,count"));
    let mut rows = 0;
    for (m, line) in lines.enumerate() {
        let (time, count) = line.split_once(',').expect("two columns");
        let minute = 18 * 60 + 30 + m;
        assert_eq!(time, format!("2026-03-14T{:02}:{:02}:00Z", minute / 60, minute % 60));
        let m = m as f64;
        let kick = if m >= 15.0 { exp(-(m - 15.0) / 20.0) } else { 0.0 };
        let whistle = if m >= 120.0 { exp(-(m - 120.0) / 12.0) } else { exp((m - 120.0) / 2.0) };
        let rate = 90.0 + 30.0 * sin(std::f64::consts::PI * m / 240.0) + 160.0 * kick + 620.0 * whistle;
        assert_eq!(count.parse(), Ok((60.0 * rate).round() as u64), "minute {m}");
        rows += 1;
    }
    assert_eq!(rows, 240);
}
