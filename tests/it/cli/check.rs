//! `check`: verdicts and exit codes, opponents, baselines, and the files for CI.

use std::process::Command;

use serde_json::Value;

use super::program::{Ended, Place};
use super::runs::SMALL;

const SLOWER: (&str, &str) = ("exponential(10ms)", "exponential(12ms)");

/// `head.yaml` is slower than `base.yaml` by a fifth.
fn place() -> Place {
    let place = Place::new();
    place.write("base.yaml", SMALL);
    place.write("head.yaml", &SMALL.replace(SLOWER.0, SLOWER.1));
    place
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error} in\n{}", ended.stdout))
}

fn finding(report: &Value, metric: &str) -> String {
    let rows = report["scenarios"][0]["metrics"].as_array().expect("metrics");
    let row =
        rows.iter().find(|row| row["metric"] == metric).unwrap_or_else(|| panic!("{metric} in {rows:?}"));
    row["finding"].as_str().expect("a word").to_owned()
}

fn git(place: &Place, arguments: &[&str]) {
    let who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
    let done =
        Command::new("git").current_dir(place.path("")).args(who).args(arguments).output().expect("git");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_regression_is_98_and_a_missed_objective_99() {
    let place = place();
    let ended = place.run(&["check", "head.yaml", "--against", "base.yaml"]).with_code(98);
    assert!(ended.stdout.starts_with("FAIL: worse than tolerated: browse p99"), "{}", ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ended.stdout);
    assert!(
        ended
            .stdout
            .contains("~ services.web.operations.browse[0].work: exponential(10ms) → exponential(12ms)")
    );
    place.write("head.yaml", &SMALL.replace(SLOWER.0, SLOWER.1).replace("p99 < 2s", "p99 < 10ms"));
    let ended = place.run(&["check", "head.yaml", "--against", "base.yaml"]).with_code(99);
    assert!(
        ended.stdout.starts_with(
            "FAIL: worse than tolerated: browse p99, browse mean; objective missed: browse p99 < 10ms"
        ),
        "{}",
        ended.stdout
    );
    assert!(!ended.stdout.contains("missed before"), "{}", ended.stdout);
    let both = ["--set", "objectives[0]=browse p99 < 9ms", "--replications", "5"];
    let ended =
        place.run(&[&["check", "head.yaml", "--against", "base.yaml"][..], &both].concat()).with_code(99);
    assert!(ended.stdout.contains("missed before this change, too: `browse p99 < 9ms`"), "{}", ended.stdout);
    let report =
        json(&place.run(&["check", "head.yaml", "--against", "base.yaml", "--format", "json"]).with_code(99));
    assert_eq!(finding(&report, "browse mean"), "regressed");
}

#[test]
fn the_same_scenario_passes_at_the_first_look() {
    let place = place();
    let report =
        json(&place.run(&["check", "base.yaml", "--against", "base.yaml", "--format", "json"]).with_code(0));
    assert_eq!((&report["outcome"], &report["scenarios"][0]["looks"]), (&"passed".into(), &1.into()));
    assert_eq!(finding(&report, "browse p99"), "held");
    assert_eq!(finding(&report, "cost"), "shown");
    let exact = ["check", "base.yaml", "--against", "base.yaml", "--tolerate", "browse p99=exact"];
    place.run(&exact).with_code(0);
}

#[test]
fn tolerances_decide_and_come_from_file_or_option() {
    let place = place();
    let tolerate = ["browse p99=+60%", "browse mean=ignore"];
    let arguments = |extra: &[&'static str]| {
        let mut all = vec!["check", "head.yaml", "--against", "base.yaml"];
        all.extend(tolerate.iter().flat_map(|text| ["--tolerate", *text]));
        all.extend(extra);
        all
    };
    place.run(&arguments(&[])).with_code(0);
    let section = "check: { against: base.yaml, tolerate: { browse p99: +60%, browse mean: ignore } }\n";
    let head = SMALL.replace(SLOWER.0, SLOWER.1);
    place.write("study.yaml", &format!("{head}{section}"));
    place.run(&["check", "study.yaml"]).with_code(0);
    place.run(&["check", "study.yaml", "--tolerate", "browse mean=+1%"]).with_code(98);
    place.run(&["run", "study.yaml", "--replications", "2"]).with_code(0);
    let ended = place.run(&["check", "study.yaml", "--tolerate", "brows p99=+1%"]).with_code(2);
    assert!(ended.stderr.contains("did you mean `browse p99`?"), "{}", ended.stderr);
    let ended = place.run(&["check", "study.yaml", "--tolerate", "browse success=10ms"]).with_code(2);
    assert!(ended.stderr.contains("0.1pp"), "{}", ended.stderr);
    for below in ["browse p99=-50%", "browse success=-1pp"] {
        let ended = place.run(&["check", "study.yaml", "--tolerate", below]).with_code(2);
        assert!(ended.stderr.contains("has no minus; expected"), "{}", ended.stderr);
    }
    place.write("below.yaml", &format!("{head}check: {{ tolerate: {{ browse p99: -50% }} }}\n"));
    let ended = place.run(&["check", "below.yaml"]).with_code(2);
    assert!(ended.stderr.contains("below.yaml:19") && ended.stderr.contains("no minus"), "{}", ended.stderr);
    place.write(
        "study.yaml",
        &format!("{head}check: {{ tolerate: {{ brows p99: +6%, browse mean: much }} }}\n"),
    );
    let ended = place.run(&["check", "study.yaml"]).with_code(2);
    assert!(
        ended.stderr.contains("study.yaml:19") && ended.stderr.contains("did you mean `browse p99`?"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("is `much`"), "{}", ended.stderr);
}

#[test]
fn undecided_is_a_warning_unless_asked_otherwise() {
    let place = place();
    let arguments = |word: &'static str| {
        let all =
            ["check", "head.yaml", "--against", "base.yaml", "--replications", "3", "--inconclusive", word];
        let mut all = all.to_vec();
        // Very near the truth, and three pairs at one part in a hundred: nothing can be decided.
        all.extend(["--tolerate", "browse p99=+20%", "--tolerate", "browse mean=ignore"]);
        all
    };
    let report = json(&place.run(&[&arguments("warn")[..], &["--format", "json"]].concat()).with_code(0));
    assert_eq!(report["outcome"], "inconclusive");
    let warned = place.run(&arguments("warn")).with_code(0);
    assert!(warned.stdout.starts_with("INCONCLUSIVE: not decided"), "{}", warned.stdout);
    place.run(&arguments("fail")).with_code(98);
    let passed = place.run(&arguments("pass")).with_code(0);
    assert!(passed.stdout.contains("not decided"), "{}", passed.stdout);
}

#[test]
fn opponents_are_folders_and_revisions() {
    let place = place();
    place.write("old/head.yaml", SMALL);
    place.run(&["check", "head.yaml", "--against", "old"]).with_code(98);
    let new = place.run(&["check", "base.yaml", "--against", "old"]).with_code(0);
    assert!(new.stdout.contains("`base.yaml` is new"), "{}", new.stdout);
    git(&place, &["init", "-q"]);
    place.write("head.yaml", "base: base.yaml\nname: Committed\n");
    git(&place, &["add", "head.yaml", "base.yaml"]);
    git(&place, &["commit", "-q", "-m", "first"]);
    // The base file of the revision is read from the revision, too.
    place.write("base.yaml", &SMALL.replace(SLOWER.0, SLOWER.1));
    let ended = place.run(&["check", "head.yaml", "--against", "git:HEAD"]).with_code(98);
    assert!(ended.stdout.contains("against git:HEAD ("), "{}", ended.stdout);
    let ended = place.run(&["check", "head.yaml", "--against", "git:absent"]).with_code(2);
    assert!(ended.stderr.contains("`git:absent`: the repository has no such revision"), "{}", ended.stderr);
}

#[test]
fn scenarios_are_checked_together_and_a_tolerance_may_be_of_one_of_them() {
    let place = place();
    place.write("new/a.yaml", SMALL);
    place.write("new/b.yaml", &SMALL.replace("browse", "buy").replace(SLOWER.0, SLOWER.1));
    place.write("old/a.yaml", SMALL);
    place.write("old/b.yaml", &SMALL.replace("browse", "buy"));
    let all = ["check", "new", "--against", "old", "--tolerate", "buy p99=+60%"];
    let ended = place.run(&all).with_code(98);
    assert!(
        ended.stdout.starts_with("FAIL: worse than tolerated: buy mean (new/b.yaml); 5 metrics within"),
        "{}",
        ended.stdout
    );
    place.run(&[&all[..], &["--tolerate", "buy mean=+60%"]].concat()).with_code(0);
}

#[test]
fn scenarios_that_are_gone_are_said() {
    let place = place();
    place.write("new/a.yaml", SMALL);
    place.write("old/a.yaml", SMALL);
    place.write("old/b.yaml", SMALL);
    let all = ["check", "new", "--against", "old", "--replications", "3", "--inconclusive", "pass"];
    let ended = place.run(&[&all[..], &["--markdown", "pr.md"]].concat()).with_code(0);
    assert!(ended.stdout.replace('\n', " ").contains("gone, so not checked: old/b.yaml"), "{}", ended.stdout);
    assert!(place.read("pr.md").contains("gone, so not checked: old/b.yaml"));
    let report = json(&place.run(&[&all[..], &["--format", "json"]].concat()).with_code(0));
    assert_eq!(report["gone"], serde_json::json!(["old/b.yaml"]));
    git(&place, &["init", "-q"]);
    git(&place, &["add", "old"]);
    git(&place, &["commit", "-q", "-m", "first"]);
    std::fs::remove_file(place.path("old/b.yaml")).unwrap();
    let report = json(
        &place
            .run(&["check", "old", "--against", "git:HEAD", "--replications", "3", "--format", "json"])
            .with_code(0),
    );
    assert_eq!(report["gone"], serde_json::json!(["git:HEAD:old/b.yaml"]));
}

#[test]
fn strict_takes_an_open_objective_for_a_missed_one() {
    let place = place();
    // Three runs cannot tell a limit that lies where the mean does.
    let mean = json(&place.run(&["run", "base.yaml", "--format", "json"]).with_code(0));
    let of_class = mean["metrics"]
        .as_array()
        .expect("metrics")
        .iter()
        .find(|row| row["scope"] == "class/browse" && row["metric"] == "mean_sojourn");
    let seconds = of_class.expect("a mean")["estimate"]["mean"].as_f64().expect("a number");
    let limit = format!("objectives[0]=browse mean < {:.4}ms", seconds * 1e3);
    let check = ["check", "base.yaml", "--replications", "3", "--set", &limit];
    place.run(&check).with_code(0);
    place.run(&[&check[..], &["--strict"]].concat()).with_code(99);
}

#[test]
fn a_baseline_is_stored_and_compared_pair_by_pair() {
    let place = place();
    let stored = ["check", "base.yaml", "--baseline", "b.json", "--update-baseline", "--replications", "20"];
    place.run(&stored).with_code(0);
    let exact = ["--tolerate", "browse p99=exact", "--tolerate", "browse mean=exact"];
    place.run(&[&["check", "base.yaml", "--baseline", "b.json"][..], &exact].concat()).with_code(0);
    place.write("base.yaml", &SMALL.replace(SLOWER.0, SLOWER.1));
    let ended = place.run(&["check", "base.yaml", "--baseline", "b.json"]).with_code(98);
    assert!(ended.stdout.contains("since `b.json` was stored: `base.yaml` has changed"), "{}", ended.stdout);
    let ended =
        place.run(&["check", "base.yaml", "--baseline", "b.json", "--replications", "9"]).with_code(2);
    assert!(ended.stderr.contains("cannot be paired"), "{}", ended.stderr);
    place.run(&["check", "base.yaml", "--baseline", "b.json", "--seed", "9"]).with_code(2);
    let ended = place.run(&["check", "head.yaml", "--baseline", "b.json"]).with_code(0);
    assert!(ended.stdout.starts_with("INCONCLUSIVE: not in the baseline: head.yaml"), "{}", ended.stdout);
    place.run(&["check", "head.yaml", "--baseline", "b.json", "--inconclusive", "fail"]).with_code(98);
    // Accepting the change stores it and is no failure; afterwards it is what everything is compared with.
    place.run(&stored).with_code(0);
    place.run(&["check", "base.yaml", "--baseline", "b.json"]).with_code(0);
}

#[test]
fn baselines_that_cannot_be_used_are_left_alone() {
    let place = place();
    let check = ["check", "base.yaml", "--baseline", "b.json"];
    let ended = place.run(&check).with_code(1);
    assert!(ended.stderr.contains("there is no baseline `b.json`"), "{}", ended.stderr);
    place.run(&[&check[..], &["--update-baseline", "--replications", "2"]].concat()).with_code(0);
    let good = place.read("b.json");
    for (text, said) in [
        (good[..good.len() / 2].to_owned(), "cut off"),
        (good.replace("\"baseline_version\": 1", "\"baseline_version\": 7"), "version 7"),
        (good.replace("\"seed\": 1", "\"seed\": 2"), "digest"),
        ("hello".to_owned(), "damaged"),
    ] {
        place.write("b.json", &text);
        let ended = place.run(&check).with_code(1);
        assert!(ended.stderr.contains(said) && ended.stdout.is_empty(), "{}", ended.stderr);
        assert_eq!(place.read("b.json"), text);
    }
    place.run(&[&check[..], &["--update-baseline", "--replications", "2"]].concat()).with_code(0);
    assert_eq!(place.read("b.json"), good);
}

#[test]
fn files_for_ci_are_written_and_scenario_errors_annotated() {
    let place = place();
    let arguments =
        ["check", "head.yaml", "--against", "base.yaml", "--junit", "j.xml", "--markdown", "pr.md"];
    place.run(&arguments).with_code(98);
    let (xml, comment) = (place.read("j.xml"), place.read("pr.md"));
    assert!(xml.contains("<failure") && xml.contains("browse p99 is no worse"), "{xml}");
    assert!(comment.starts_with("<!-- flashcrowd check -->\n**❌ FAIL**"), "{comment}");
    place.write("head.yaml", &SMALL.replace("slots: 4", "slot: 4"));
    let ended = place.run(&["check", "head.yaml", "--annotations", "github"]).with_code(2);
    assert!(
        ended.stderr.contains("::error file=head.yaml,line=13,col=5,endColumn=8::unknown key"),
        "{}",
        ended.stderr
    );
    let mut command = place.command(&["check", "head.yaml"]);
    let ended = Ended::from(command.env("GITHUB_ACTIONS", "true").output().expect("the program starts"));
    assert!(ended.stderr.contains("::error file=head.yaml"), "{}", ended.stderr);
    let plain = place.run(&["check", "head.yaml"]).with_code(2);
    assert!(!plain.stderr.contains("::error"), "{}", plain.stderr);
}

#[test]
fn missed_objectives_and_regressions_are_annotated_where_they_are_written() {
    let place = place();
    // A promise of the base file, a regression of a class, and a promise that stands in no file.
    place.write("study.yaml", "base: head.yaml\nname: A study\n");
    place.write(
        "head.yaml",
        &SMALL
            .replace(SLOWER.0, SLOWER.1)
            .replace("p99 < 2s", "mean < 1ms")
            .replace("success >= 99%", "p50 < 9s"),
    );
    let arguments = ["check", "./study.yaml", "--against", "base.yaml", "--annotations", "github"];
    let given = ["--set", "objectives[1]=browse p50 < 2ms"];
    let stderr = place.run(&[&arguments[..], &given].concat()).with_code(99).stderr;
    for start in [
        "::error file=head.yaml,line=17,col=5,endColumn=21,title=flashcrowd%3A objective missed::browse mean < 1ms: ",
        "::error file=study.yaml,title=flashcrowd%3A objective missed::browse p50 < 2ms: ",
        "::error file=head.yaml,line=17,col=5,endColumn=21,title=flashcrowd%3A regression::browse mean is worse by ",
        "::error file=head.yaml,line=9,col=16,endColumn=21,title=flashcrowd%3A regression::browse p99 is worse by ",
    ] {
        assert!(stderr.lines().any(|line| line.starts_with(start)), "{start} begins no line of\n{stderr}");
    }
}

#[test]
fn a_budget_of_time_only_decides_how_many() {
    let place = place();
    let arguments = ["check", "head.yaml", "--against", "base.yaml", "--budget", "300ms", "--format", "json"];
    let report = json(&place.run(&[&arguments[..], &["--tolerate", "browse p99=+20%"]].concat()));
    let runs = report["scenarios"][0]["replications"].as_u64().unwrap();
    assert!(runs >= 5, "{runs}");
    let ended = place.run(&["check", "head.yaml", "--budget", "60"]).with_code(2);
    assert!(ended.stderr.contains("--budget"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_before_anything_is_run() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.write("locked/b.json", "kept");
    let lock =
        |mode| std::fs::set_permissions(place.path("locked"), std::fs::Permissions::from_mode(mode)).unwrap();
    lock(0o555);
    let is_root = std::fs::write(place.path("locked/probe"), "x").is_ok();
    let _ = std::fs::remove_file(place.path("locked/probe"));
    let ended = place.run(&["check", "base.yaml", "--baseline", "locked/b.json", "--update-baseline"]);
    lock(0o755);
    if is_root {
        // Root writes into read-only folders, so nothing refuses it and all must be there; what binds root as well,
        // a path below a file and a place without room, is held here and in `full`.
        ended.with_code(0);
        assert!(place.read("locked/b.json").contains("\"baseline_version\""));
    } else {
        let ended = ended.with_code(1);
        assert!(ended.stderr.contains("cannot write `locked/b.json`"), "{}", ended.stderr);
        assert_eq!(place.read("locked/b.json"), "kept");
    }
    place.write("file", "kept");
    let ended = place.run(&["check", "base.yaml", "--baseline", "file/b.json", "--update-baseline"]);
    let ended = ended.with_code(1);
    assert!(ended.stderr.contains("cannot write `file/b.json`: not a directory"), "{}", ended.stderr);
    assert_eq!((place.read("file").as_str(), ended.stdout.as_str()), ("kept", ""));
    let ended = place.run(&["check", "base.yaml", "--junit", "absent/j.xml"]).with_code(1);
    assert!(
        ended.stderr.contains("cannot write `absent/j.xml`") && ended.stdout.is_empty(),
        "{}",
        ended.stderr
    );
    if std::path::Path::new("/dev/full").exists() {
        let mut command = place.command(&["check", "base.yaml", "--replications", "2"]);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = Ended::from(command.stdout(full).output().expect("the program starts")).with_code(1);
        assert!(ended.stderr.contains("no space left"), "{}", ended.stderr);
    }
}
