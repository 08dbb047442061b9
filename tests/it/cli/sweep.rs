//! Sweeps from outside: what they print and write, and that a kill costs nothing but time.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::program::Place;
use super::runs::SMALL;

const STUDY: &str = "\
base: small.yaml
sweep:
  vary: { services.web.replicas: [1, 2, 3] }
  zip: [ { traffic.shoppers.rate: [40/s, 80/s], traffic.shoppers.peaks.opening.factor: [2, 3] } ]
";

fn place() -> Place {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.write("study.yaml", STUDY);
    place
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// Every file of a folder except the one that may differ, hidden ones too.
fn results(place: &Place, folder: &str) -> Vec<(String, String)> {
    let prefix = format!("{folder}/");
    let names =
        place.files().into_iter().filter(|name| name.starts_with(&prefix) && !name.ends_with("host.json"));
    names.map(|name| (name[prefix.len()..].to_owned(), place.read(&name))).collect()
}

#[track_caller]
fn same(expected: &[(String, String)], found: &[(String, String)]) {
    let names = |files: &[(String, String)]| files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (one, two) in expected.iter().zip(found) {
        assert!(one == two, "{} differs", one.0);
    }
}

#[test]
fn axes_are_lists_and_conditions_name_factors() {
    let place = place();
    let vary = ["sweep", "small.yaml", "--replications", "2", "--vary", "services.web.replicas=[1, 2]"];
    let ended = place.run(&[&vary[..], &["--where", "replicas > 1"]].concat()).with_code(0);
    assert!(
        ended.stdout.contains("1 of 1 point") || ended.stdout.contains("of 1 points"),
        "{}",
        ended.stdout
    );
    let ended = place.run(&[&vary[..], &["--where", "replcas > 1"]].concat()).with_code(2);
    assert!(ended.stderr.contains("names `replcas`, which is no factor"), "{}", ended.stderr);
    assert!(ended.stderr.contains("did you mean `replicas`?"), "{}", ended.stderr);
}

#[test]
fn factors_that_move_together_have_one_share() {
    let place = place();
    let ended = place.run(&["sweep", "study.yaml", "--format", "json"]).with_code(0);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    for effects in found["effects"].as_array().expect("effects") {
        let factors: Vec<&Value> =
            effects.as_array().expect("one a factor").iter().map(|e| &e["factors"]).collect();
        assert_eq!(factors, [&serde_json::json!([0]), &serde_json::json!([1, 2])]);
        let shares = effects.as_array().unwrap().iter().filter_map(|effect| effect["share"].as_f64());
        assert!(shares.sum::<f64>() <= 1.0 + 1e-9, "{effects}");
    }
    let text = place.run(&["sweep", "study.yaml"]).with_code(0).stdout;
    assert!(text.contains("rate + "), "{text}");
}

#[test]
fn every_point_is_a_run_of_its_own() {
    let place = place();
    let ended = place.run(&["sweep", "study.yaml", "--out", "out", "--per-replication"]).with_code(0);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ended.stdout);
    assert!(ended.stdout.contains("of 6 points meet every objective"), "{}", ended.stdout);
    assert!(!place.path("out/sweep.journal").exists());

    // One point against `run` with the same settings: the same numbers to the last digit.
    let set = ["--set", "services.web.replicas=3", "--set", "traffic.shoppers.rate=80/s", "--set"];
    let mut arguments = vec!["run", "small.yaml", "--out", "one"];
    arguments.extend(set);
    arguments.push("traffic.shoppers.peaks.opening.factor=3");
    place.run(&arguments);
    let mut table = rows(&place.read("out/results.csv")).into_iter();
    let head = table.next().expect("headings");
    let factors = ["services.web.replicas", "traffic.shoppers.rate", "traffic.shoppers.peaks.opening.factor"];
    assert_eq!(head[..3], factors);
    assert_eq!(head[3..], ["scope", "metric", "unit", "mean", "ci95_low", "ci95_high", "replications"]);
    let swept: Vec<Vec<String>> =
        table.filter(|row| row[..3] == ["3", "80/s", "3"]).map(|row| row[3..].to_vec()).collect();
    let alone = rows(&place.read("one/summary.csv"));
    assert!(alone.len() > 50);
    for row in &alone[1..] {
        assert!(swept.contains(row), "{row:?}");
    }
    let metric = |name: &str| swept.iter().find(|row| row[1] == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(metric("objective: browse p99 < 2s")[0], "class/browse");
    assert_eq!(metric("verdict: browse success >= 99%")[3], "1");
    assert_eq!(metric("runs_missing_objectives")[3], "0");
    assert!(metric("replica_hours")[3].parse::<f64>().expect("a number") > 0.0);

    let runs = rows(&place.read("out/replications.csv"));
    let values: Vec<f64> = runs
        .iter()
        .filter(|row| row[..3] == ["3", "80/s", "3"] && row[4] == "class/browse" && row[5] == "arrived")
        .map(|row| row[7].parse().expect("a number"))
        .collect();
    let mean: f64 = alone
        .iter()
        .find(|row| row[0] == "class/browse" && row[1] == "arrived")
        .map(|row| row[3].parse().expect("a number"))
        .expect("arrivals");
    assert_eq!(values.len(), 6);
    assert!((values.iter().sum::<f64>() / 6.0 - mean).abs() < 1e-9 * mean);

    let json: Value = serde_json::from_str(&place.read("out/sweep.json")).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["points"].as_array().map(Vec::len), Some(6));
    let refused = place.run(&["rerun", "out"]).with_code(2);
    assert!(refused.stderr.contains("sweep"), "{}", refused.stderr);
}

#[test]
fn a_point_that_fails_is_data() {
    let place = place();
    let arguments =
        ["sweep", "small.yaml", "--vary", "services.web.slots=0,4", "--vary", "run.drain_limit=1ms,1h"];
    let ended = place.run(&[&arguments[..], &["--out", "out"]].concat()).with_code(0);
    assert!(
        ended.stdout.contains("could not be run") && ended.stdout.contains("slots 0"),
        "{}",
        ended.stdout
    );
    let points = rows(&place.read("out/points.csv"));
    let column = |name: &str| points[0].iter().position(|head| head == name).expect("a column");
    let outcomes: Vec<&str> = points[1..].iter().map(|row| row[column("outcome")].as_str()).collect();
    assert_eq!(outcomes, ["failed", "failed", "bounded", "ran"]);
    assert!(points[1][column("reason")].contains("slots"), "{:?}", points[1]);
    assert!(points[3][column("reason")].contains("drain limit"), "{:?}", points[3]);
    let table = rows(&place.read("out/results.csv"));
    let failed: Vec<&Vec<String>> = table.iter().filter(|row| row[3] == "runs_failed").collect();
    assert_eq!(
        failed.iter().map(|row| row[5].as_str()).collect::<Vec<_>>(),
        ["1", "1", "0.16666666666666666"]
    );

    // Not a single point that can be run is another matter.
    let ended = place.run(&["sweep", "small.yaml", "--vary", "services.web.slots=0"]).with_code(2);
    assert!(ended.stderr.contains("slots"), "{}", ended.stderr);
}

#[test]
fn mistakes_of_axes_are_all_told_before_anything_runs() {
    let place = place();
    place.write("wrong.yaml", "base: small.yaml\nsweep:\n  vary:\n    services.web.slot: [1]\n    traffic.shoppers.rate: [40, 50]\n");
    let arguments = ["sweep", "wrong.yaml", "--vary", "services.web.replica=1", "--out", "out"];
    let stderr = place.run(&arguments).with_code(2).stderr;
    for part in ["wrong.yaml:4:18", "did you mean `slots`?", "did you mean `replicas`?"] {
        assert!(stderr.contains(part), "{part} is not in\n{stderr}");
    }
    let stderr =
        place.run(&["sweep", "small.yaml", "--vary", "traffic.shoppers.rate=40,50"]).with_code(2).stderr;
    assert!(stderr.contains("40/s"), "{stderr}");
    assert!(!place.path("out").exists());
    let stderr = place.run(&["sweep", "small.yaml"]).with_code(2).stderr;
    assert!(stderr.contains("varies nothing"), "{stderr}");
}

#[test]
fn results_depend_neither_on_threads_nor_on_precision_batches() {
    let place = place();
    for threads in ["1", "2", "8"] {
        let precision = ["--precision", "5%", "--replications", "40"];
        let arguments = ["sweep", "study.yaml", "--threads", threads, "--out", threads];
        place.run(&[&arguments[..], &precision[..]].concat()).with_code(0);
    }
    let one = results(&place, "1");
    assert!(one.len() >= 4);
    for other in ["2", "8"] {
        for (ours, theirs) in one.iter().zip(results(&place, other)) {
            assert!(*ours == theirs, "{} differs with {other} threads", ours.0);
        }
    }
}

#[test]
fn a_sweep_killed_at_any_moment_goes_on_and_ends_with_the_same_bytes() {
    let place = place();
    // A little more work, so that there are moments to kill it at.
    let study =
        ["sweep", "study.yaml", "--replications", "8", "--set", "run.record.window=none", "--threads", "2"];
    let command = |out: &str| {
        [&study[..], &["--out", out]].concat().iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()
    };
    let started = Instant::now();
    let words = command("whole");
    place.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).with_code(0);
    let usual = started.elapsed();
    let expected = results(&place, "whole");
    let words = command("killed");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Deterministic moments, spread unevenly over the usual time.
    let (mut moment, mut kept) = (0.37_f64, 0_u64);
    for _ in 0..50 {
        moment = (moment * 1.618_034 + 0.137).fract();
        let mut child =
            place.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        let pause = usual.mul_f64(0.1 + 0.85 * moment);
        std::thread::sleep(pause);
        // A child that has ended already cannot be killed; that is one of the moments, too.
        let _ = child.kill();
        let status = child.wait().expect("an end");
        if status.success() {
            same(&expected, &results(&place, "killed"));
            std::fs::remove_dir_all(place.path("killed")).expect("removed");
        } else if let Ok(journal) = std::fs::metadata(place.path("killed/sweep.journal")) {
            kept = kept.max(journal.len());
        }
    }
    assert!(kept > 1000, "no kill left trials behind");
    place.run(&words).with_code(0);
    same(&expected, &results(&place, "killed"));
}

#[test]
fn a_journal_of_other_work_or_a_corrupt_one_is_left_alone() {
    let place = place();
    let words = ["sweep", "study.yaml", "--out", "out"];
    let mut child =
        place.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let journal = place.path("out/sweep.journal");
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::fs::metadata(&journal).map_or(0, |found| found.len()) < 4000 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    child.wait().expect("an end");
    let Ok(bytes) = std::fs::read(&journal) else { return };

    let stderr = place.run(&[&words[..], &["--seed", "9"]].concat()).with_code(2).stderr;
    assert!(stderr.contains("another sweep") && stderr.contains("seed"), "{stderr}");
    assert_eq!(std::fs::read(&journal).expect("kept"), bytes);

    let mut corrupt = bytes.clone();
    // In the first entry, which is not the last one.
    corrupt[100] ^= 1;
    std::fs::write(&journal, &corrupt).expect("written");
    let stderr = place.run(&words).with_code(1).stderr;
    assert!(stderr.contains("corrupt"), "{stderr}");
    assert_eq!(std::fs::read(&journal).expect("kept"), corrupt);

    std::fs::write(&journal, &bytes[..bytes.len() - 3]).expect("written");
    place.run(&words).with_code(0);
    assert!(!journal.exists() && place.path("out/results.csv").exists());
}
