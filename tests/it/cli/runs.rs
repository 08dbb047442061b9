//! Runs and their repetitions: results, files, verdicts, threads, interruptions.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::program::{Ended, Place};

/// One service, one peak; some milliseconds a replication.
pub const SMALL: &str = "\
schema: 1
name: A small peak
question: Does it hold?
run: { t0: 2026-11-11T00:00:00Z, from: T0-10s, to: T0+50s, settle: 10s, replications: 6 }
traffic:
  shoppers:
    rate: 40/s
    peaks: { opening: { at: T0, factor: 2, rise: 5s, hold: 10s, fall: 5s } }
    classes: { browse: { weight: 1, entry: web.browse } }
services:
  web:
    replicas: 2
    slots: 4
    resources: { requests: { cpu: \"1\" }, limits: { cpu: \"4\" } }
    operations: { browse: [ { work: exponential(10ms) } ] }
objectives:
  - browse p99 < 2s
  - browse success >= 99%
";

fn place() -> Place {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

#[test]
fn a_run_says_its_verdict_and_writes_nothing_unasked() {
    let place = place();
    let ended = place.run(&["run", "small.yaml"]).with_code(0);
    assert!(
        ended.stdout.contains("A small peak") && ended.stdout.contains("browse p99 < 2s"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ended.stdout);
    assert!(!ended.stdout.contains('\x1b') && !ended.stderr.contains(['\r', '\x1b']), "{}", ended.stderr);
    assert_eq!(place.files(), ["small.yaml"]);
}

#[test]
fn results_do_not_depend_on_shortcuts() {
    let place = Place::new();
    place.write("queue.yaml", &SMALL.replace("replicas: 2", "replicas: 1\n    queue_limit: none"));
    place.run(&["run", "queue.yaml", "--out", "short"]).with_code(0);
    place.run(&["run", "queue.yaml", "--no-shortcuts", "--out", "general"]).with_code(0);
    for name in ["run.json", "summary.csv", "summary.json", "timeseries.csv", "report.html"] {
        let (short, general) = (place.read(&format!("short/{name}")), place.read(&format!("general/{name}")));
        assert!(short == general, "{name} differs without shortcuts");
    }
}

#[test]
fn a_folder_that_is_used_again_has_the_new_result_only() {
    let place = place();
    place.run(&["run", "small.yaml", "--out", "out"]).with_code(0);
    place.write("out/notes.txt", "mine");
    let of = |folder: &str| -> Vec<String> {
        let names = place.files().into_iter();
        names.filter_map(|name| name.strip_prefix(&format!("{folder}/")).map(str::to_owned)).collect()
    };
    assert!(of("out").contains(&"charts/response-time-browse.svg".to_owned()), "{:?}", of("out"));
    // Another class has charts of another name, and a sweep has other tables.
    place.write("other.yaml", &SMALL.replace("browse", "buy"));
    let sweep = ["sweep", "small.yaml", "--vary", "services.web.slots=3,4", "--replications", "2"];
    let others: [&[&str]; 2] = [&["run", "other.yaml"], &sweep];
    for other in others {
        place.run(&[other, &["--out", "out"]].concat()).with_code(0);
        place.run(&[other, &["--out", "new"]].concat()).with_code(0);
        let mut expected = of("new");
        expected.push("notes.txt".to_owned());
        expected.sort();
        assert_eq!(of("out"), expected);
        std::fs::remove_dir_all(place.path("new")).expect("a folder");
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let place = place();
    for threads in ["1", "2", "8"] {
        place.run(&["run", "small.yaml", "--threads", threads, "--out", threads]).with_code(0);
    }
    let of = |folder: &str| -> Vec<String> {
        let names = place.files().into_iter();
        names.filter_map(|name| name.strip_prefix(&format!("{folder}/")).map(str::to_owned)).collect()
    };
    let names = of("1");
    for name in ["host.json", "report.html", "run.json", "summary.csv", "summary.json", "timeseries.csv"] {
        assert!(names.iter().any(|written| written == name), "{name} in {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("charts/") && name.ends_with(".svg")), "{names:?}");
    for other in ["2", "8"] {
        assert_eq!(of(other), names);
        for name in names.iter().filter(|name| *name != "host.json") {
            let (one, two) = (place.read(&format!("1/{name}")), place.read(&format!("{other}/{name}")));
            assert!(one == two, "{name} differs between 1 and {other} threads");
        }
    }
    assert_eq!(json(&place.read("8/host.json"))["threads"], 8);
}

#[test]
fn a_repetition_agrees_and_notices_what_does_not() {
    let place = place();
    place
        .run(&["run", "small.yaml", "--seed", "7", "--set", "services.web.slots=3", "--out", "out"])
        .with_code(0);
    let ended = place.run(&["rerun", "out", "--threads", "2", "--out", "again"]).with_code(0);
    assert!(ended.stdout.contains("byte for byte"), "{}", ended.stdout);
    assert_eq!(place.read("out/run.json"), place.read("again/run.json"));

    let agreement = json(&place.run(&["rerun", "out/run.json", "--format", "json"]).with_code(0).stdout);
    assert_eq!(agreement["outcome"], "agrees");

    place.write("out/summary.csv", "changed by hand");
    let ended = place.run(&["rerun", "out"]).with_code(98);
    assert!(ended.stdout.contains("ALTERED: not what the run wrote"), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 of ") && !ended.stdout.contains("byte for byte"), "{}", ended.stdout);

    // What another model gave is named before anything is compared.
    let (mine, other) = (place.read("again/run.json"), "\"model_semantics\": 1,");
    let semantics = mine.lines().find(|line| line.contains("model_semantics")).expect("semantics").trim();
    place.write("old/run.json", &mine.replace(semantics, other));
    for file in
        place.files().iter().filter_map(|name| name.strip_prefix("again/")).filter(|name| *name != "run.json")
    {
        place.write(&format!("old/{file}"), &place.read(&format!("again/{file}")));
    }
    let ended = place.run(&["rerun", "old"]);
    assert!(
        ended.stdout.starts_with("OTHER MODEL: the stored run is of model semantics 1, "),
        "{}",
        ended.stdout
    );

    let record = json(&place.read("again/run.json"));
    let digest = record["results"][1]["sha256"].as_str().expect("a digest").to_owned();
    place.write("again/run.json", &place.read("again/run.json").replace(&digest, &"0".repeat(64)));
    let ended = place.run(&["rerun", "again"]).with_code(98);
    assert!(ended.stdout.contains("DIFFERS"), "{}", ended.stdout);
}

#[test]
fn a_repetition_notices_an_edited_record_and_finds_its_scenario_from_elsewhere() {
    let place = place();
    place.run(&["run", "small.yaml", "--seed", "7", "--out", "deep/out"]).with_code(0);
    // Another file of that name must not be taken for the one that was run.
    place.write("elsewhere/small.yaml", &SMALL.replace("40/s", "41/s"));
    let mut command = place.command(&["rerun", "../deep/out"]);
    command.current_dir(place.path("elsewhere"));
    let ended = Ended::from(command.output().expect("the program starts")).with_code(0);
    assert!(ended.stdout.contains("byte for byte"), "{}", ended.stdout);

    let record = place.read("deep/out/run.json");
    assert!(record.contains("\"seed\": 7"), "{record}");
    place.write("deep/out/run.json", &record.replace("\"seed\": 7", "\"seed\": 8"));
    let ended = place.run(&["rerun", "deep/out"]).with_code(98);
    let sentence = "the record's seed is 8, but the scenario with the record's edits has 7";
    assert!(ended.stdout.contains(sentence) && !ended.stdout.contains("byte for byte"), "{}", ended.stdout);
    let found = json(&place.run(&["rerun", "deep/out", "--format", "json"]).with_code(98).stdout);
    assert_eq!(found["outcome"], "differs");
}

#[test]
fn a_repetition_wants_the_same_inputs() {
    let place = place();
    place.run(&["run", "small.yaml", "--out", "out"]).with_code(0);
    place.write("moved/shop.yaml", SMALL);
    std::fs::remove_file(place.path("small.yaml")).unwrap();
    assert!(place.run(&["rerun", "out"]).with_code(1).stderr.contains("--scenario"));
    place.run(&["rerun", "out", "--scenario", "moved/shop.yaml"]).with_code(0);
    place.write("moved/shop.yaml", &SMALL.replace("40/s", "41/s"));
    let ended = place.run(&["rerun", "out", "--scenario", "moved/shop.yaml"]).with_code(2);
    assert!(ended.stderr.contains("changed since the run"), "{}", ended.stderr);
    assert!(place.run(&["rerun", "absent"]).with_code(1).stderr.contains("cannot read"));
    place.write("other/run.json", "{}");
    assert!(place.run(&["rerun", "other"]).with_code(2).stderr.contains("not the record of a run"));
}

#[test]
fn a_missed_objective_is_99_and_an_inconclusive_one_only_when_strict() {
    let place = place();
    place.run(&["run", "small.yaml", "--set", "objectives=[browse p99 < 1ms]"]).with_code(99);

    // A limit at the measured mean itself can only be inconclusive.
    let measured =
        place.run(&["run", "small.yaml", "--set", "objectives=[browse mean < 1s]", "--format", "json"]);
    let mean =
        json(&measured.with_code(0).stdout)["objectives"][0]["measured"]["mean"].as_f64().expect("a mean");
    let limit = format!("objectives=[browse mean < {}us]", mean * 1e6);
    let ended = place.run(&["run", "small.yaml", "--set", &limit, "--format", "json"]).with_code(0);
    assert_eq!(json(&ended.stdout)["conclusion"]["outcome"], "inconclusive");
    place.run(&["run", "small.yaml", "--set", &limit, "--strict"]).with_code(99);
}

#[test]
fn a_bound_reached_is_1_and_the_report_is_written() {
    let place = place();
    let arguments = ["run", "small.yaml", "--set", "run.drain_limit=1ms", "--out", "out"];
    let ended = place.run(&arguments).with_code(1);
    let facts = json(&place.read("out/summary.json"))["facts"].clone();
    assert!(facts["bounds_hit"].as_array().is_some_and(|bounds| !bounds.is_empty()), "{facts}");
    assert!(ended.stdout.contains("bound"), "{}", ended.stdout);

    // Foreseen, nothing is run and nothing written.
    let arguments = ["run", "small.yaml", "--set", "run.limits.events=2000", "--out", "none"];
    assert!(place.run(&arguments).with_code(2).stderr.contains("run.limits.events"));
    assert!(!place.path("none").exists());
}

#[test]
fn errors_of_the_scenario_are_2_and_nothing_is_written() {
    let place = place();
    place.write("wrong.yaml", &SMALL.replace("slots", "slot").replace("40/s", "-40/s"));
    let ended = place.run(&["run", "wrong.yaml", "--out", "out"]).with_code(2);
    assert!(ended.stdout.is_empty() && ended.stderr.contains("did you mean `slots`?"), "{}", ended.stderr);
    assert!(ended.stderr.contains("wrong.yaml:7:11") && ended.stderr.contains("40/s`?"), "{}", ended.stderr);
    place.run(&["run", "small.yaml", "--set", "services.web.slots", "--out", "out"]).with_code(2);
    assert_eq!(place.files(), ["small.yaml", "wrong.yaml"]);
    assert!(!place.path("out").exists());
}

#[test]
fn what_cannot_be_read_or_written_is_1_before_any_work() {
    let place = place();
    assert_eq!(
        place.run(&["run", "absent.yaml"]).with_code(1).stderr,
        "error: cannot read `absent.yaml`: no such file\n"
    );
    place.write("file", "");
    // A million replications would take long: the place is tried first.
    let ended =
        place.run(&["run", "small.yaml", "--replications", "100000", "--out", "file/out"]).with_code(1);
    assert!(ended.stderr.contains("cannot write `file/out`: not a directory"), "{}", ended.stderr);
    assert_eq!(place.files(), ["file", "small.yaml"]);
}

#[test]
#[cfg(unix)]
fn a_place_that_fills_up_gets_nothing_half_written() {
    let place = place();
    place.write("out/summary.csv", "from an earlier run");
    // Writes fail once a file is longer than the limit, as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" run small.yaml --out out";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_flashcrowd")]).current_dir(place.path(""));
    let ended = Ended::from(shell.output().expect("a shell")).with_code(1);
    assert!(ended.stderr.contains("cannot write"), "{}", ended.stderr);
    assert_eq!(place.files(), ["out/summary.csv", "small.yaml"]);
    assert_eq!(place.read("out/summary.csv"), "from an earlier run");
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_is_130_and_leaves_nothing() {
    let place = place();
    let arguments = ["run", "small.yaml", "--replications", "1000000", "--out", "out/deep"];
    let mut command = place.command(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // The place is prepared just before the replications start.
    for _ in 0..200 {
        if place.path("out/deep").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(100));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let ended = Ended::from(child.wait_with_output().expect("an end")).with_code(130);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", "error: interrupted\n"));
    assert_eq!(place.files(), ["small.yaml"]);
    assert!(!place.path("out").exists());
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let place = place();
    let mut command = place.command(&["run", "small.yaml", "--format", "json"]);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut first).expect("a first byte");
    drop(stdout);
    let ended = Ended::from(child.wait_with_output().expect("an end")).with_code(0);
    assert_eq!((first, ended.stderr.as_str()), (*b"{", ""));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let place = place();
    let colored = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = place.command(arguments);
        no_color.map(|value| command.env("NO_COLOR", value));
        Ended::from(command.output().expect("the program starts")).stdout.contains('\x1b')
    };
    assert!(!colored(&["run", "small.yaml"], None));
    assert!(colored(&["run", "small.yaml", "--color", "always"], None));
    assert!(!colored(&["run", "small.yaml", "--color", "never"], None));
    assert!(!colored(&["run", "small.yaml", "--color", "auto"], Some("1")));
}

#[test]
fn the_seed_is_one_thing_by_two_names() {
    let place = place();
    let csv = |name: &str, arguments: &[&str]| {
        let all: Vec<&str> = ["run", "small.yaml", "--out", name].iter().chain(arguments).copied().collect();
        place.run(&all).with_code(0);
        place.read(&format!("{name}/summary.csv"))
    };
    let one = csv("one", &["--seed", "7"]);
    assert_eq!(one, csv("two", &["--set", "run.seed=7"]));
    assert_ne!(one, csv("three", &["--seed", "8"]));
    let fewer = csv("four", &["--replications", "3"]);
    assert!(fewer.lines().nth(1).is_some_and(|line| line.ends_with(",3")), "{fewer}");
}

#[test]
fn precision_adds_batches_until_it_is_reached() {
    let place = place();
    let run = |precision: &str| {
        let arguments =
            ["run", "small.yaml", "--precision", precision, "--replications", "60", "--format", "json"];
        json(&place.run(&arguments).stdout)["facts"].clone()
    };
    let coarse = run("50%");
    assert_eq!(
        (&coarse["replications"], &coarse["precision_reached"]),
        (&Value::from(20), &Value::from(true))
    );
    let fine = run("0.01%");
    assert_eq!((&fine["replications"], &fine["precision_reached"]), (&Value::from(60), &Value::from(false)));
}

#[test]
fn a_precision_alone_may_run_more_than_the_usual_number() {
    let place = Place::new();
    let six = ", replications: 6";
    assert!(SMALL.contains(six));
    place.write("small.yaml", &SMALL.replace(six, ""));
    let facts = |arguments: &[&str]| {
        let all: Vec<&str> =
            ["run", "small.yaml", "--format", "json"].iter().chain(arguments).copied().collect();
        json(&place.run(&all).with_code(0).stdout)["facts"].clone()
    };
    assert_eq!(facts(&[])["replications"], 20);
    let precise = facts(&["--precision", "1.5%"]);
    assert!(precise["replications"].as_u64() > Some(20), "{precise}");
    assert_eq!(precise["precision_reached"], true);
}

#[test]
fn a_steady_run_looks_for_its_warm_up() {
    let place = Place::new();
    let frame = "run: { t0: 2026-11-11T00:00:00Z, from: T0-10s, to: T0+50s, settle: 10s, replications: 6 }";
    let peaks = "    peaks: { opening: { at: T0, factor: 2, rise: 5s, hold: 10s, fall: 5s } }\n";
    let steady =
        SMALL.replace(frame, "run: { mode: steady, length: 20m, replications: 4 }").replace(peaks, "");
    place.write("small.yaml", &steady);
    let run = |arguments: &[&str]| {
        let all: Vec<&str> =
            ["run", "small.yaml", "--format", "json"].iter().chain(arguments).copied().collect();
        json(&place.run(&all).with_code(0).stdout)
    };
    // An empty system that fills within a second needs no warm-up, so the rule follows chance; one that starts
    // with 1000 requests needs the 20 s it takes to serve them.
    let found = run(&[])["facts"]["warm_up"].as_f64().expect("a warm-up");
    assert!((0.0..300.0).contains(&found), "{found}");
    let full = [
        "--set",
        "traffic.shoppers.rate=750/s",
        "--set",
        "services.web.initial={ requests: 1000, class: browse }",
    ];
    let full = run(&full)["facts"]["warm_up"].as_f64().expect("a warm-up");
    assert!((10.0..300.0).contains(&full), "{full}");
    let fixed = run(&["--set", "run.warm_up=7s"]);
    assert_eq!(fixed["facts"]["warm_up"], 7.0);
}

#[test]
fn the_starter_is_valid_and_runs() {
    let place = Place::new();
    place.run(&["new", "peak.yaml"]).with_code(0);
    let checked = place.run(&["validate", "peak.yaml", "--strict"]).with_code(0);
    assert!(
        checked.stdout.contains("peak.yaml: valid (2 services, 2 classes, 3 objectives)"),
        "{}",
        checked.stdout
    );
    assert_eq!(checked.stderr, "");
    place.run(&["run", "peak.yaml", "--replications", "3"]).with_code(0);
}

#[test]
fn validate_shows_all_mistakes_of_all_files_and_the_resolved_document() {
    let place = place();
    place.write("wrong.yaml", &SMALL.replace("slots", "slot"));
    let ended = place.run(&["validate", "small.yaml", "wrong.yaml", "absent.yaml"]).with_code(2);
    assert!(ended.stdout.contains("small.yaml: valid"), "{}", ended.stdout);
    assert!(
        ended.stderr.contains("wrong.yaml:") && ended.stderr.contains("`absent.yaml`"),
        "{}",
        ended.stderr
    );

    let found = json(&place.run(&["validate", "wrong.yaml", "--format", "json"]).with_code(2).stdout);
    assert_eq!(found[0]["outcome"], "invalid");
    assert!(found[0]["errors"].as_u64() > Some(0) && found[0]["diagnostics"].is_array(), "{found}");

    place.write("over.yaml", "base: small.yaml\nservices: { web: { slots: 9 } }\n");
    let resolved = place.run(&["validate", "over.yaml", "--set", "run.seed=5", "--resolved"]).with_code(0);
    assert!(
        resolved.stdout.contains("    slots: 9\n") && resolved.stdout.contains("  seed: 5\n"),
        "{}",
        resolved.stdout
    );
    place.write("resolved.yaml", &resolved.stdout);
    place.run(&["validate", "resolved.yaml"]).with_code(0);
}

#[test]
fn the_schema_is_json_schema() {
    let schema = json(&Place::new().run(&["schema"]).with_code(0).stdout);
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
}
