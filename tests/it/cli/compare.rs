//! `compare`: sides, verdicts, files, and what cannot be compared.

use serde_json::Value;

use super::program::{Ended, Place};
use super::runs::SMALL;

fn place() -> Place {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error} in\n{}", ended.stdout))
}

/// The verdict of each decision metric of the side numbered `at`.
fn verdicts(comparison: &Value, at: usize) -> Vec<(String, String)> {
    let rows = comparison["sides"][at]["contrasts"].as_array().expect("contrasts");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    rows.iter().map(|row| (text(&row["metric"]), text(&row["change"]))).collect()
}

fn verdict(comparison: &Value, at: usize, metric: &str) -> String {
    let all = verdicts(comparison, at);
    all.iter().find(|(name, _)| name == metric).unwrap_or_else(|| panic!("{metric} in {all:?}")).1.clone()
}

#[test]
fn slower_work_is_worse_and_the_same_is_identical() {
    let place = place();
    let slower = "services.web.operations.browse=[{ work: exponential(11ms) }]";
    let arguments = ["compare", "small.yaml", "--with", slower, "--with", "name=Another", "--format", "json"];
    let found = json(&place.run(&arguments).with_code(0));
    assert_eq!(verdict(&found, 1, "browse p99"), "worse");
    assert_eq!(verdict(&found, 1, "browse mean"), "worse");
    assert_eq!(verdict(&found, 1, "cost"), "identical");
    assert_eq!(verdict(&found, 1, "service/web utilisation"), "changed");
    assert!(verdicts(&found, 2).iter().all(|(_, change)| change == "identical"));
    let mean =
        found["sides"][1]["contrasts"].as_array().unwrap().iter().find(|r| r["metric"] == "browse mean");
    // The same uniforms drive both: work, and so response times, grow by a tenth, and waits by more.
    let ratio = mean.unwrap()["ratio"]["value"].as_f64().unwrap();
    assert!((1.09..1.14).contains(&ratio), "{ratio}");
    assert!(mean.unwrap()["correlation"].as_f64().unwrap() > 0.9);
    assert_eq!(found["sides"][1]["differences"][0]["path"], "services.web.operations.browse[0].work");
}

#[test]
fn edits_are_on_top_of_those_of_every_side() {
    let place = place();
    let arguments = [
        "compare",
        "small.yaml",
        "--set",
        "services.web.slots=3",
        "--with",
        "services.web.replicas=3; services.web.slots=2",
        "--replications",
        "4",
    ];
    let text = place.run(&arguments).with_code(0).stdout;
    assert!(text.contains("~ services.web.replicas: 2 → 3\n"), "{text}");
    assert!(text.contains("~ services.web.slots: 3 → 2\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("4 replications a side"), "{text}");
}

#[test]
fn three_sides_are_ranked_and_one_selected() {
    let place = place();
    let with = |replicas: u32| format!("services.web.replicas={replicas}");
    let (three, four) = (with(3), with(4));
    let arguments = [
        "compare",
        "small.yaml",
        "--with",
        &three,
        "--with",
        &four,
        "--indifference",
        "5%",
        "--replications",
        "12",
        "--format",
        "json",
    ];
    let found = json(&place.run(&arguments).with_code(0));
    let cost = found["best"].as_array().unwrap().iter().find(|row| row["metric"] == "cost").unwrap();
    assert_eq!(cost["sides"][0]["best"], true);
    assert_eq!(cost["sides"][2]["beaten"], true);
    assert_eq!(cost["selection"]["selected"], "small.yaml");
}

#[test]
fn files_are_written_and_do_not_depend_on_threads() {
    let place = place();
    for threads in ["1", "3"] {
        let arguments = [
            "compare",
            "small.yaml",
            "--with",
            "services.web.slots=2",
            "--threads",
            threads,
            "--out",
            threads,
        ];
        place.run(&arguments).with_code(0);
    }
    for file in ["comparison.csv", "comparison.html", "comparison.json"] {
        assert_eq!(place.read(&format!("1/{file}")), place.read(&format!("3/{file}")), "{file}");
    }
    let page = place.read("1/comparison.html");
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="));
    let table = place.read("1/comparison.csv");
    let width = table.lines().next().unwrap().split(',').count();
    assert!(table.lines().all(|line| line.split(',').count() == width), "{table}");
}

#[test]
fn what_cannot_be_paired_is_refused() {
    let place = place();
    place.write("more.yaml", &SMALL.replace("replications: 6", "replications: 7"));
    place.write("seed.yaml", &SMALL.replace("replications: 6", "replications: 6, seed: 9"));
    for (arguments, text) in [
        (&["compare", "small.yaml"][..], "two sides"),
        (&["compare", "small.yaml", "more.yaml"], "cannot be paired"),
        (&["compare", "small.yaml", "seed.yaml"], "same random numbers"),
        (&["compare", "small.yaml", "--with", "services.web.slot=3"], "did you mean `slots`?"),
        (&["compare", "small.yaml", "--with", "name=x", "--indifference", "0%"], "above zero"),
    ] {
        let ended = place.run(arguments).with_code(2);
        assert!(ended.stderr.contains(text) && ended.stdout.is_empty(), "{arguments:?}: {}", ended.stderr);
    }
    place.run(&["compare", "small.yaml", "more.yaml", "--replications", "3"]).with_code(0);
}
