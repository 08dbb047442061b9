//! Verbs that simulate nothing, help, usage errors, streams.

use std::fs::{File, OpenOptions};
use std::process::Stdio;

use super::program::{Ended, Place};

const VERBS: [&str; 8] = ["run", "rerun", "capacity", "validate", "schema", "new", "completions", "man"];

#[test]
fn help_names_verbs_exit_codes_and_examples() {
    let place = Place::new();
    let help = place.run(&["--help"]).with_code(0);
    for word in VERBS.iter().chain(&["130", "99", "98", "Exit codes"]) {
        assert!(help.stdout.contains(word), "{word} in\n{}", help.stdout);
    }
    for verb in VERBS {
        let help = place.run(&[verb, "--help"]).with_code(0);
        assert!(
            help.stdout.contains(&format!("flashcrowd {verb} ")) && help.stdout.contains("Example"),
            "{verb}"
        );
        assert!(help.stdout.lines().all(|line| line.chars().count() <= 110), "{}", help.stdout);
    }
}

#[test]
fn options_mean_the_same_everywhere() {
    let place = Place::new();
    let line_of = |verb: &str, option: &str| {
        let help = place.run(&[verb, "-h"]).stdout;
        let words: Vec<String> = help.split_whitespace().map(str::to_owned).collect();
        let at = words.iter().position(|word| word == option)?;
        Some(words[at..].iter().take(6).cloned().collect::<Vec<_>>().join(" "))
    };
    for option in ["--set", "--seed", "--replications", "--precision", "--threads", "--out", "--format"] {
        let meanings: Vec<String> =
            ["run", "validate"].iter().filter_map(|verb| line_of(verb, option)).collect();
        assert!(!meanings.is_empty() && meanings.windows(2).all(|pair| pair[0] == pair[1]), "{meanings:?}");
    }
}

#[test]
fn wrong_usage_is_two_and_goes_to_stderr() {
    let place = Place::new();
    for arguments in
        [&["walk"][..], &[], &["run"], &["run", "a.yaml", "--threads", "many"], &["new", "--force"]]
    {
        let ended = place.run(arguments).with_code(2);
        assert!(ended.stdout.is_empty() && !ended.stderr.is_empty(), "{arguments:?}");
    }
    let typo = place.run(&["run", "a.yaml", "--replication", "3"]).with_code(2);
    assert!(typo.stderr.contains("--replications"), "{}", typo.stderr);
}

#[test]
fn version_tells_the_commit() {
    let version = Place::new().run(&["--version"]).with_code(0).stdout;
    let expected = concat!("flashcrowd ", env!("CARGO_PKG_VERSION"), " (");
    assert!(version.starts_with(expected) && version.trim_end().ends_with(')'), "{version}");
}

#[test]
fn completions_and_manuals_go_to_stdout() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).with_code(0);
        assert!(script.stdout.contains("replications") && script.stderr.is_empty(), "{shell}");
    }
    assert!(place.run(&["man"]).with_code(0).stdout.contains(".SH"));
    assert!(place.run(&["man", "run"]).with_code(0).stdout.contains("precision"));
    assert!(place.run(&["man", "walk"]).with_code(2).stderr.contains("validate"));
}

#[test]
fn new_writes_a_file_once() {
    let place = Place::new();
    place.run(&["new", "peak.yaml"]).with_code(0);
    let text = place.read("peak.yaml");
    assert_eq!(place.run(&["new"]).with_code(0).stdout, text);
    place.write("peak.yaml", "mine");
    assert!(place.run(&["new", "peak.yaml"]).with_code(2).stderr.contains("--force"));
    assert_eq!(place.read("peak.yaml"), "mine");
    place.run(&["new", "peak.yaml", "--force"]).with_code(0);
    assert_eq!(place.read("peak.yaml"), text);
    assert_eq!(place.files(), ["peak.yaml"]);
}

#[test]
fn new_below_a_file_or_without_its_folder_is_one_and_leaves_nothing() {
    let place = Place::new();
    place.write("file", "");
    assert!(place.run(&["new", "file/peak.yaml"]).with_code(1).stderr.contains("not a directory"));
    assert!(place.run(&["new", "absent/peak.yaml"]).with_code(1).stderr.contains("no such file"));
    assert_eq!(place.files(), ["file"]);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let place = Place::new();
    for arguments in [&["completions", "zsh"][..], &["--help"], &["man"], &["new"]] {
        let mut child =
            place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = Ended::from(child.wait_with_output().unwrap()).with_code(0);
        assert_eq!(ended.stderr, "", "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_stdout_is_one() {
    let place = Place::new();
    let full: File = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.command(&["new"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    let ended = Ended::from(output).with_code(1);
    assert_eq!(ended.stderr, "error: cannot write `stdout`: no space left on device\n");
}
