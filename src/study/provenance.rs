//! `run.json`: all that makes a run repeatable, and the digests of what it gave.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::output_file::OutputFile;
use crate::analysis::capacity::SearchedNeed;
use crate::report::Origin;

/// Version of the layout of `run.json`.
pub const RUN_FILE_VERSION: u32 = 1;

/// Version of the model's rules: raised whenever the same scenario and seed would give other numbers.
pub const MODEL_SEMANTICS: u32 = 3;

/// The commit the program was built from, or `unknown`.
pub const COMMIT: &str = env!("FLASHCROWD_COMMIT");

/// Version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A change of the scenario asked for from outside, before it is understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The option that asked for it, for messages.
    pub option: String,
    /// `path=value`.
    pub assignment: String,
}

/// A file and the SHA-256 of its content, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDigest {
    /// Its name, with `/` between folders.
    pub file: String,
    /// The digest.
    pub sha256: String,
}

/// What a run counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// Replications.
    pub replications: u32,
    /// Measured requests over all of them.
    pub requests: u64,
    /// Simulation events over all of them.
    pub events: u64,
}

/// What results were made from: with the same program, scenario, edits, inputs and seed they are the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Version of the program.
    pub version: String,
    /// Commit it was built from.
    pub commit: String,
    /// Version of the model's rules.
    pub model_semantics: u32,
    /// The scenario or study file as it was named.
    pub scenario: String,
    /// Edits in the order in which they were carried out.
    pub overrides: Vec<Edit>,
    /// Every file read: the scenario, its bases, manifests, traces.
    pub inputs: Vec<FileDigest>,
    /// Root seed.
    pub seed: u64,
}

impl Basis {
    /// What this program makes results from now.
    pub(super) fn of_this_program(
        scenario: &str,
        edits: &[Edit],
        inputs: Vec<FileDigest>,
        seed: u64,
    ) -> Self {
        Self {
            version: VERSION.to_owned(),
            commit: COMMIT.to_owned(),
            model_semantics: MODEL_SEMANTICS,
            scenario: scenario.to_owned(),
            overrides: edits.to_vec(),
            inputs,
            seed,
        }
    }
}

/// A record as `run.json` has it.
pub(super) fn record_json(record: &impl Serialize) -> String {
    // Text and whole numbers only: writing them as JSON cannot fail.
    serde_json::to_string_pretty(record).unwrap_or_default() + "\n"
}

/// The content of `run.json`. Neither time nor machine nor threads take part, so equal runs have equal ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this layout.
    pub run_file_version: u32,
    /// What it was made from.
    #[serde(flatten)]
    pub basis: Basis,
    /// What was counted.
    pub counts: RunCounts,
    /// Pods needed at T0 that a search had told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searched: Vec<SearchedNeed>,
    /// Every file written, except this one and `host.json`.
    pub results: Vec<FileDigest>,
}

impl Provenance {
    /// As it is written.
    #[must_use]
    pub fn to_json(&self) -> String {
        record_json(self)
    }

    /// The command that gives the same numbers again. Threads and places take no part.
    #[must_use]
    pub fn command(&self) -> String {
        command(&self.basis.scenario, &self.basis.overrides)
    }
}

/// `flashcrowd run` with these edits, quoted for a shell.
#[must_use]
pub fn command(scenario: &str, edits: &[Edit]) -> String {
    command_of("run", scenario, edits)
}

/// `flashcrowd VERB` with these edits, quoted for a shell.
#[must_use]
pub fn command_of(verb: &str, scenario: &str, edits: &[Edit]) -> String {
    let mut line = format!("flashcrowd {verb} {}", quoted(scenario));
    for edit in edits {
        // Options that name their path take the value alone; every other edit can be written as `--set`.
        let short = ["--seed", "--replications", "--precision"].contains(&edit.option.as_str());
        let value =
            edit.assignment.split_once('=').filter(|_| short).map_or(&*edit.assignment, |(_, value)| value);
        line.push_str(&format!(" {} {}", if short { &edit.option } else { "--set" }, quoted(value)));
    }
    line
}

/// What a page says about where it comes from.
pub(super) fn origin(command: String, inputs: &[FileDigest]) -> Origin {
    let digest = |input: &FileDigest| (format!("SHA-256 of {}", input.file), input.sha256.clone());
    let semantics = ("model semantics".to_owned(), MODEL_SEMANTICS.to_string());
    Origin {
        command,
        version: VERSION.to_owned(),
        commit: (COMMIT != "unknown").then(|| COMMIT.to_owned()),
        facts: inputs.iter().map(digest).chain([semantics]).collect(),
    }
}

/// The digests of files, in their order.
#[must_use]
pub fn digests(files: &[OutputFile]) -> Vec<FileDigest> {
    files.iter().map(|file| FileDigest { file: file.name.clone(), sha256: digest(&file.content) }).collect()
}

/// The SHA-256 of `content` in hexadecimal.
#[must_use]
pub fn digest(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

/// Bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A word as a POSIX shell reads it back.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(option: &str, assignment: &str) -> Edit {
        Edit { option: option.into(), assignment: assignment.into() }
    }

    #[test]
    fn the_command_can_be_pasted_into_a_shell() {
        let edits =
            [edit("--set", "services.web.work=lognormal(mean 4ms p99 20ms)"), edit("--seed", "run.seed=7")];
        let line = command("my shop/it's.yaml", &edits);
        let expected = r"flashcrowd run 'my shop/it'\''s.yaml' --set 'services.web.work=lognormal(mean 4ms p99 20ms)' --seed 7";
        assert_eq!(line, expected);
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        // FIPS 180-4, the example "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(b"abc"), expected);
    }

    #[test]
    fn what_is_written_reads_back() {
        let provenance = Provenance {
            run_file_version: RUN_FILE_VERSION,
            basis: Basis::of_this_program(
                "a.yaml",
                &[edit("--seed", "run.seed=7")],
                vec![FileDigest { file: "a.yaml".into(), sha256: digest(b"a") }],
                u64::MAX,
            ),
            counts: RunCounts { replications: 20, requests: 1, events: 2 },
            searched: Vec::new(),
            results: digests(&[OutputFile::text("summary.csv", "x")]),
        };
        let read: Provenance = serde_json::from_str(&provenance.to_json()).unwrap();
        assert_eq!(read, provenance);
    }
}
