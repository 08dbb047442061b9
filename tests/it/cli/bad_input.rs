//! Bad input: each mistake gives a message that says what to do, its exit code, and nothing half written. The
//! messages are held by snapshots.

use super::program::Place;
use super::runs::SMALL;

/// Runs `small.yaml` in `place` with results wanted, and holds what comes of it.
#[track_caller]
fn check(name: &str, place: &Place, arguments: &[&str]) {
    let before = place.files();
    let mut all = vec!["run", "small.yaml", "--out", "out"];
    all.extend(arguments);
    let ended = place.run(&all);
    assert_eq!(ended.stdout, "", "{}", ended.stderr);
    assert_eq!(place.files(), before);
    assert!(!place.path("out").exists());
    let seen = format!("exit code {}\n{}", ended.code, ended.stderr);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(format!("bad_input_{name}"), seen);
    });
}

/// The small scenario with one text exchanged for another.
#[track_caller]
fn exchanged(from: &str, to: &str) -> Place {
    assert!(SMALL.contains(from), "{from} is not in the scenario");
    let place = Place::new();
    place.write("small.yaml", &SMALL.replace(from, to));
    place
}

/// The small scenario with a trace instead of a rate.
fn traced(csv: &str) -> Place {
    let peaks = "    peaks: { opening: { at: T0, factor: 2, rise: 5s, hold: 10s, fall: 5s } }\n";
    let place =
        exchanged(&format!("    rate: 40/s\n{peaks}"), "    trace: { file: trace.csv, align: 30s }\n");
    place.write("trace.csv", csv);
    place
}

#[test]
fn mistakes_of_the_language() {
    check("unknown_key", &exchanged("replicas: 2", "replica: 2"), &[]);
    check("wrong_unit", &exchanged("settle: 10s", "settle: 10 apples"), &[]);
    check("missing_unit", &exchanged("settle: 10s", "settle: 10"), &[]);
    check("negative_rate", &exchanged("rate: 40/s", "rate: -40/s"), &[]);
    check("not_a_number", &exchanged("rate: 40/s", "rate: .nan"), &[]);
    check("two_mistakes", &exchanged("weight: 1, entry: web.browse", "weight: -1, entry: wbe.browse"), &[]);
    check("misspelt_edit", &exchanged("40/s", "40/s"), &["--set", "services.wbe.replicas=3"]);
    check("negative_replications", &exchanged("40/s", "40/s"), &["--replications", "-1"]);
    check("misspelt_service", &exchanged("  web:\n", "  wbe:\n"), &[]);
    check("law_without_sense", &exchanged("exponential(10ms)", "lognormal(mean 5ms p99 4ms)"), &[]);
    check("bad_edit", &exchanged("40/s", "40/s"), &["--set", "services.web.slot=3", "--seed", "many"]);
}

#[test]
fn yaml_that_is_read_otherwise_than_meant() {
    check("comma", &exchanged("exponential(10ms)", "lognormal(mean 4ms, p99 20ms)"), &[]);
    check("brace", &exchanged("exponential(10ms) } ] }", "exponential(10ms) ] }"), &[]);
    check("tab", &exchanged("    slots: 4", "\tslots: 4"), &[]);
    check("twice", &exchanged("    slots: 4", "    slots: 4\n    slots: 5"), &[]);
}

#[test]
fn names_that_lead_nowhere() {
    check("unknown_service", &exchanged("entry: web.browse", "entry: api.browse"), &[]);
    let steps = "{ browse: [ { work: exponential(10ms) } ] }";
    let call = "{ browse: [ { work: exponential(10ms) }, { call: web.browse } ] }";
    check("cyclic_calls", &exchanged(steps, call), &[]);
    check("missing_base", &exchanged("schema: 1", "schema: 1\nbase: absent.yaml"), &[]);
    check("missing_scenario", &Place::new(), &[]);
}

#[test]
fn traces_that_cannot_be_used() {
    let rows = |from: u32, to: u32| (from..to).map(|i| format!("{},400\n", i * 10)).collect::<String>();
    let good = format!("t,count\n{}", rows(0, 12));
    let missing = traced("");
    std::fs::remove_file(missing.path("trace.csv")).unwrap();
    check("trace_missing", &missing, &[]);
    check("trace_empty", &traced(""), &[]);
    check("trace_without_rows", &traced("t,count\n"), &[]);
    check("trace_bad_row", &traced(&good.replace("50,400", "50,many")), &[]);
    check("trace_twice", &traced(&good.replace("50,400", "40,400")), &[]);
    check("trace_with_a_gap", &traced(&good.replace("50,400\n", "")), &[]);
    check("trace_open_decimals", &traced(&good.replace(",400", ";1.400").replace(',', ";")), &[]);
    check("trace_ragged", &traced(&good.replace("50,400", "50,400,7")), &[]);
    check("trace_one_column", &traced("t\n0\n10\n"), &[]);
    check("trace_too_short", &traced(&format!("t,count\n{}", rows(0, 3))), &[]);
}

#[test]
fn work_without_end() {
    check("too_many_requests", &exchanged("rate: 40/s", "rate: 20000000000/s"), &[]);
    check("never_finishes", &exchanged("to: T0+50s", "to: T0+2000000h"), &[]);
    check("too_many_replications", &exchanged("40/s", "40/s"), &["--replications", "1000000000000"]);
}

#[test]
fn places_that_take_nothing() {
    let place = exchanged("40/s", "40/s");
    place.write("file", "");
    let ended = place.run(&["run", "small.yaml", "--out", "file/out"]).with_code(1);
    assert_eq!(ended.stderr, "error: cannot write `file/out`: not a directory\n");
    assert_eq!(place.files(), ["file", "small.yaml"]);
}

#[test]
fn verbs_that_are_none_have_a_tip() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    for (given, tip) in
        [("rnu", "did you mean `run`?"), ("small.yaml", "to simulate a scenario: flashcrowd run small.yaml")]
    {
        let ended = place.run(&[given]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(tip), "{}", ended.stderr);
    }
}

#[test]
fn words_of_other_tools_have_a_neighbour() {
    for (from, to, help) in [
        ("slots: 4", "slots: 4\n    queue_limit: infinite", "did you mean `none`?"),
        ("browse p99 < 2s", "browse average < 2s", "did you mean `mean`?"),
        ("weight: 1,", "weight: 90%,", "`90`?"),
        ("exponential(10ms)", "exponential(average 10ms)", "did you mean `mean`?"),
    ] {
        let ended = exchanged(from, to).run(&["validate", "small.yaml"]);
        assert!(ended.stderr.contains(help) || ended.stdout.contains(help), "{to}: {}", ended.stderr);
    }
}
