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
fn sides_that_tie_are_best_together() {
    let place = place();
    // Two sides whose work is the same, and one whose work is surely slower.
    let slower = "services.web.operations.browse=[{ work: exponential(12ms) }]";
    let arguments = ["compare", "small.yaml", "--with", slower, "--with", "name=Another"];
    let found = json(&place.run(&[&arguments[..], &["--format", "json"]].concat()).with_code(0));
    let row = |metric: &str| {
        let rows = found["best"].as_array().unwrap().iter().find(|row| row["metric"] == metric);
        let sides = rows.unwrap()["sides"].as_array().unwrap();
        sides.iter().map(|side| (side["best"] == true, side["beaten"] == true)).collect::<Vec<_>>()
    };
    assert_eq!(row("browse mean"), [(true, false), (false, true), (true, false)]);
    assert_eq!(row("cost"), [(true, false); 3]);
    let text = place.run(&arguments).with_code(0).stdout;
    let line = |metric: &str| {
        let best = text.split_once("== best").expect("a table of the best").1;
        best.lines().find(|line| line.starts_with(metric)).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    assert!(line("browse mean").contains("A and C"), "{text}");
    assert!(line("cost").contains("all the same"), "{text}");
}

#[test]
fn one_scenario_with_two_settings_is_two_sides() {
    let place = place();
    let arguments = |edits: [&'static str; 2]| {
        ["compare", "small.yaml", "--set", edits[0], "--set", edits[1], "--format", "json"]
    };
    let found =
        json(&place.run(&arguments(["services.web.replicas=3", "services.web.replicas=4"])).with_code(0));
    let labels: Vec<&Value> = found["sides"].as_array().unwrap().iter().map(|side| &side["label"]).collect();
    assert_eq!(labels, ["services.web.replicas=3", "services.web.replicas=4"]);
    let changed = found["sides"][1]["differences"].as_array().unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!((&changed[0]["before"], &changed[0]["after"]), (&"3".into(), &"4".into()));
    // Settings of different values: each side has its own edit only.
    let found =
        json(&place.run(&arguments(["services.web.replicas=3", "services.web.slots=3"])).with_code(0));
    let paths: Vec<&Value> =
        found["sides"][1]["differences"].as_array().unwrap().iter().map(|one| &one["path"]).collect();
    assert_eq!(paths, ["services.web.replicas", "services.web.slots"]);
    // One edit, or three, are edits of every side, of which there is one.
    let three = ["compare", "small.yaml", "--set", "name=a", "--set", "name=b", "--set", "name=c"];
    for count in [4, 8] {
        let ended = place.run(&three[..count]).with_code(2);
        assert!(ended.stderr.contains("two `--set"), "{}", ended.stderr);
    }
}

#[test]
fn wide_changes_are_never_left_out() {
    let place = place();
    // Hardly a request gives up, so that the change of what is lost is told in requests, and its verdict is long.
    let small = SMALL
        .replace("p99 < 2s", "p99 < 2s during crowd")
        .replace("weight: 1,", "weight: 1, patience: 80ms,")
        .replace("settle: 10s,", "settle: 10s, windows: { crowd: T0 .. T0+20s },");
    place.write("small.yaml", &small);
    let text = place.run(&["compare", "small.yaml", "--with", "services.web.slots=1"]).with_code(0).stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let mut table = text.lines().skip_while(|line| !line.starts_with("metric"));
    assert!(table.next().expect("headings").ends_with("  change"), "{text}");
    let lost = table.find(|line| line.starts_with("lost")).expect("what is lost");
    assert!(lost.contains(" ± ") && lost.matches("requests").count() == 3, "{lost}");
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

#[test]
fn a_side_can_be_named_and_deletes_what_is_there() {
    let place = Place::new();
    place.write(
        "small.yaml",
        &format!("{SMALL}timeline: {{ more: {{ at: T0, set: {{ services.web.replicas: 3 }} }} }}\n"),
    );
    let with = "plan: timeline=null; services.web.replicas=1";
    let ended = place.run(&["compare", "small.yaml", "--with", with]).with_code(0);
    assert!(ended.stdout.contains("small.yaml (before) beside plan\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("- timeline"), "{}", ended.stdout);
    assert!(!ended.stderr.contains("nothing is deleted"), "{}", ended.stderr);
    let ended = place.run(&["compare", "small.yaml", "--with", ": timeline=null"]).with_code(2);
    assert!(ended.stderr.contains("the name before `:` is empty"), "{}", ended.stderr);
    let ended = place.run(&["validate", "small.yaml", "--set", "timelin=null"]).with_code(0);
    assert!(ended.stderr.contains("`timelin` is not there, so nothing is deleted"), "{}", ended.stderr);
    assert!(ended.stderr.contains("did you mean `timeline`?"), "{}", ended.stderr);
}
