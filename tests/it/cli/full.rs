//! Places that take no more, and kills while results are written: nothing is half there, and what was there before
//! stays.

#![cfg(unix)]

use std::fs::{File, OpenOptions};
use std::process::Command;

use super::program::{Ended, Place};
use super::runs::SMALL;

/// The program where no file can grow beyond `blocks` of 512 bytes: every write behind that fails as on a full disk,
/// for root, too. What a signal would end is told as an error instead.
fn limited(place: &Place, blocks: u32, arguments: &[&str]) -> Ended {
    let line = format!("ulimit -f {blocks} && trap '' XFSZ && exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &line, env!("CARGO_BIN_EXE_flashcrowd")]).args(arguments);
    Ended::from(shell.current_dir(place.path("")).output().expect("a shell"))
}

/// Every file with its content, hidden ones too.
fn everything(place: &Place) -> Vec<(String, Vec<u8>)> {
    let content = |name: String| (name.clone(), std::fs::read(place.path(&name)).expect("a file"));
    place.files().into_iter().map(content).collect()
}

fn place() -> Place {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let search = "capacity: { pods: { cheapest: { services.web.replicas: 1 .. 2 } } }\n";
    place.write("search.yaml", &format!("{SMALL}{search}"));
    place
}

const VARY: [&str; 3] = ["sweep", "small.yaml", "--vary=services.web.replicas=1,2"];

/// What cannot be written where, and that nothing else happened.
#[track_caller]
fn refused(ended: Ended, what: &str) {
    let ended = ended.with_code(1);
    assert!(ended.stderr.contains(&format!("error: cannot write `{what}")), "{}", ended.stderr);
    assert!(ended.stderr.contains("too large") && ended.stdout.is_empty(), "{}", ended.stderr);
}

#[test]
fn a_full_place_is_noticed_before_anything_runs() {
    let place = place();
    place.write("b.json", "kept");
    let before = everything(&place);
    refused(limited(&place, 0, &["run", "small.yaml", "--out", "new/out"]), "new/out/probe");
    refused(limited(&place, 0, &[&VARY[..], &["--out", "new"]].concat()), "new/probe");
    refused(limited(&place, 0, &["capacity", "search.yaml", "--out", "new"]), "new/probe");
    let baseline = ["check", "small.yaml", "--baseline", "b.json", "--update-baseline"];
    refused(limited(&place, 0, &baseline), "b.json");
    refused(limited(&place, 0, &["new", "fresh.yaml"]), "fresh.yaml");
    assert!(everything(&place) == before, "{:?}", place.files());
    assert!(!place.path("new").exists());
}

#[test]
fn a_place_that_fills_up_while_results_are_written_keeps_the_earlier_ones() {
    let place = place();
    let run = ["run", "small.yaml", "--out", "out"];
    let search = ["capacity", "search.yaml", "--out", "found"];
    place.run(&run).with_code(0);
    place.run(&search).with_code(0);
    let before = everything(&place);
    // Small files still fit, the page does not.
    refused(limited(&place, 20, &[&run[..], &["--seed", "2"]].concat()), "out/report.html");
    refused(limited(&place, 20, &["run", "small.yaml", "--out", "new/out"]), "new/out/report.html");
    assert!(everything(&place) == before, "{:?}", place.files());
    assert!(!place.path("new").exists());
    // A search keeps its finished trials, as a sweep does; the earlier answer stays beside them.
    let again = [&search[..], &["--seed", "2"]].concat();
    let ended = limited(&place, 40, &again);
    assert!(ended.stderr.contains("the same command goes on from here"), "{}", ended.stderr);
    refused(ended, "found/capacity.journal");
    let kept = |file: &(String, Vec<u8>)| file.0 != "found/capacity.journal";
    assert!(everything(&place).into_iter().filter(kept).eq(before), "{:?}", place.files());
    place.run(&again).with_code(0);
    assert!(!place.path("found/capacity.journal").exists());
}

#[test]
fn a_sweep_goes_on_when_there_is_room_again() {
    let place = place();
    let sweep = |out: &'static str, seed: &'static str| [&VARY[..], &["--seed", seed, "--out", out]].concat();
    place.run(&sweep("whole", "2")).with_code(0);
    place.run(&sweep("out", "1")).with_code(0);
    let earlier = place.read("out/results.csv");
    // The journal of twelve trials, 15 kB each, does not fit.
    let ended = limited(&place, 200, &sweep("out", "2"));
    assert!(ended.stderr.contains("the same command goes on from here"), "{}", ended.stderr);
    refused(ended, "out/sweep.journal");
    assert_eq!(place.read("out/results.csv"), earlier);
    let ended = place.run(&sweep("out", "2")).with_code(0);
    assert!(ended.stderr.contains("trials were taken from the journal"), "{}", ended.stderr);
    for name in ["results.csv", "points.csv", "sweep.json", "report.html", "run.json"] {
        assert!(place.read(&format!("out/{name}")) == place.read(&format!("whole/{name}")), "{name}");
    }

    // The journal fits, the results do not: it stays for the next try.
    let light = [
        "--set=run.record.window=none",
        "--set=run.record.resolution=coarse",
        "--replications=2",
        "--out=light",
    ];
    let light = [&VARY[..], &light, &["--per-replication"]].concat();
    refused(limited(&place, 40, &light), "light/replications.csv");
    assert_eq!(place.files().iter().filter(|name| name.starts_with("light/")).count(), 1);
    let ended = place.run(&light).with_code(0);
    assert!(ended.stderr.contains("4 trials were taken from the journal"), "{}", ended.stderr);
    assert!(!place.path("light/sweep.journal").exists());
}

#[test]
fn a_baseline_moves_only_together_with_the_reports() {
    let place = place();
    let check = ["check", "small.yaml", "--baseline", "b.json", "--update-baseline", "--replications"];
    place.run(&[&check[..], &["4", "--junit", "j.xml", "--markdown", "pr.md"]].concat()).with_code(0);
    let before = everything(&place);
    refused(limited(&place, 4, &[&check[..], &["200", "--junit", "j.xml"]].concat()), "b.json");
    // The baseline would fit, the page beside it cannot be written.
    std::fs::create_dir(place.path("folder")).expect("a folder");
    let ended = place.run(&[&check[..], &["5", "--junit", "folder"]].concat()).with_code(1);
    assert!(ended.stderr.contains("cannot write `folder`: it is a directory"), "{}", ended.stderr);
    assert!(everything(&place) == before, "{:?}", place.files());
}

#[test]
fn what_a_kill_left_is_cleared_and_nothing_else() {
    let place = place();
    let left = |name: &str| place.path(&format!("out/{name}"));
    let leave = |names: &[&str]| names.iter().for_each(|name| place.write(&format!("out/{name}"), "half"));
    let ours = [
        ".results.csv.flashcrowd-partial-1",
        ".probe.flashcrowd-partial-4194304",
        "charts/.queue.svg.flashcrowd-partial-77",
    ];
    let others = [
        ".results.csv.partial-1",
        ".notes.flashcrowd-partial-1.txt",
        "results.flashcrowd-partial-1",
        "mine/.queue.svg.flashcrowd-partial-77",
    ];
    leave(&others);
    for verb in [
        &["run", "small.yaml"][..],
        &VARY,
        &["capacity", "search.yaml"],
        &["compare", "small.yaml", "search.yaml"],
    ] {
        leave(&ours);
        // One that somebody is writing right now.
        let held = ".held.json.flashcrowd-partial-1";
        leave(&[held]);
        let writer: File = OpenOptions::new().write(true).open(left(held)).expect("a file");
        writer.lock().expect("a lock");
        place.run(&[verb, &["--out", "out"]].concat()).with_code(0);
        let has_charts = verb[0] != "compare";
        assert!(
            ours.iter().take(if has_charts { 3 } else { 2 }).all(|name| !left(name).exists()),
            "{verb:?}"
        );
        assert!(others.iter().chain([&held]).all(|name| left(name).exists()), "{verb:?}");
    }
    place.write(".j.xml.flashcrowd-partial-9", "half");
    place.run(&["check", "small.yaml", "--replications", "2", "--junit", "j.xml"]).with_code(0);
    assert!(!place.path(".j.xml.flashcrowd-partial-9").exists() && place.path("j.xml").exists());
}
