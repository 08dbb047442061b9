//! `rerun`: a stored run repeated, and its results compared byte for byte.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::StudyError;
use super::output::Output;
use super::prepare::{draw_inputs, prepare};
use super::provenance::{COMMIT, FileDigest, MODEL_SEMANTICS, Provenance, RUN_FILE_VERSION, VERSION, digest};
use super::run::{Execution, Identity, RunResult, execute, refuse_errors};
use crate::scenario::Inputs;

/// Longest `run.json` that is read.
const LONGEST_RUN_FILE: u64 = 64 << 20;

/// Longest scenario that is looked at to find out whether it is the one that was run.
const LONGEST_SCENARIO: usize = 16 << 20;

/// What the records of other verbs say.
#[derive(Deserialize)]
struct Other {
    verb: String,
    command: String,
}

/// How a file of the stored run compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The same bytes.
    Agrees,
    /// Other bytes.
    Differs,
    /// The stored run has it, the repeated one has not.
    Missing,
    /// The repeated run has it, the stored one has not.
    Additional,
}

/// One file compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Its name.
    pub file: String,
    /// How it compares.
    pub agreement: Agreement,
    /// The file on disk is no longer what the run wrote.
    pub altered_since: bool,
}

impl Comparison {
    /// Whether the run on disk has what the repeated one gave.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.agreement == Agreement::Agrees && !self.altered_since
    }
}

/// What a repetition gave.
pub struct Rerun {
    /// The stored run.
    pub stored: Provenance,
    /// The repeated one.
    pub result: RunResult,
    /// Every file of either.
    pub files: Vec<Comparison>,
    /// What the record says of the run and the repetition contradicts, as sentences.
    pub contradictions: Vec<String>,
    /// That another model gave the stored run, so that files differ for that reason alone; nothing if it is the same.
    pub semantics: Option<String>,
    /// What explains a difference otherwise, as sentences.
    pub remarks: Vec<String>,
}

impl Rerun {
    /// Whether all results came out the same, and are still what the run wrote.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.contradictions.is_empty() && self.files.iter().all(Comparison::agrees)
    }
}

/// The stored run in `place`, a directory or its `run.json`, and that directory.
///
/// # Errors
/// If it cannot be read, or is not the record of a run.
pub fn read_run(place: &Path) -> Result<(Provenance, PathBuf), StudyError> {
    let file = if place.is_dir() { place.join("run.json") } else { place.to_owned() };
    let failed = |reason| StudyError::read(&file, reason);
    let size = std::fs::metadata(&file).map_err(failed)?.len();
    let refused =
        |why: String| StudyError::Refused(format!("`{}` is not the record of a run: {why}", file.display()));
    if size > LONGEST_RUN_FILE {
        return Err(refused(format!("it is longer than {LONGEST_RUN_FILE} bytes")));
    }
    let text = std::fs::read(&file).map_err(failed)?;
    // Only runs are repeated; the records of other verbs name the command to give again.
    let other: Option<Other> = serde_json::from_slice(&text).ok();
    if let Some(Other { verb, command }) = other {
        return Err(refused(format!("it is that of a {verb}; `{command}` repeats it")));
    }
    let stored: Provenance = serde_json::from_slice(&text).map_err(|error| refused(error.to_string()))?;
    if stored.run_file_version != RUN_FILE_VERSION {
        return Err(refused(format!(
            "its layout is version {}, not {RUN_FILE_VERSION}",
            stored.run_file_version
        )));
    }
    Ok((stored, file.parent().unwrap_or(Path::new("")).to_owned()))
}

/// Repeats the run stored in `place`. `moved` names the scenario file if it is no longer where it was.
///
/// # Errors
/// If the record, the scenario or an input cannot be read or is no longer what it was; as `run` does, too.
pub fn rerun(
    place: &Path,
    moved: Option<&str>,
    inputs: &dyn Inputs,
    execution: Execution<'_>,
    mut output: Option<&mut dyn Output>,
) -> Result<Rerun, StudyError> {
    let (stored, directory) = read_run(place)?;
    let found = moved.map_or_else(|| found(&stored, &directory, inputs), str::to_owned);
    let mut prepared = prepare(&found, &stored.basis.overrides, inputs).map_err(|error| match moved {
        None => StudyError::Failed(format!("{error}; --scenario names it if it has moved")),
        Some(_) => error,
    })?;
    same_inputs(&stored.basis.inputs, &prepared.inputs)?;
    refuse_errors(&prepared)?;
    draw_inputs(&mut prepared, inputs);
    if let Some(output) = output.as_deref_mut() {
        output.prepare()?;
    }
    // The same content under another name is the same run, so results carry the stored names.
    let identity =
        Identity { name: &stored.basis.scenario, inputs: &stored.basis.inputs, searched: &stored.searched };
    let interrupt = execution.interrupt;
    let result = execute(&prepared, identity, execution)?;
    if interrupt.load(Ordering::Relaxed) {
        return Err(StudyError::Interrupted);
    }
    if let Some(output) = output {
        output.publish(&result.files)?;
    }
    let files = compare(&stored.results, &result.provenance.results, &directory);
    let contradictions = contradictions(&stored, &result.provenance);
    let remarks = remarks(&stored);
    let semantics = other_semantics(stored.basis.model_semantics);
    Ok(Rerun { stored, result, files, contradictions, semantics, remarks })
}

/// Where the scenario of a stored run is: as it was named, or, from another working directory, below one of the
/// folders above the results. A file with the content of then goes before one that only has the name.
fn found(stored: &Provenance, directory: &Path, inputs: &dyn Inputs) -> String {
    let name = &stored.basis.scenario;
    let mut places = vec![name.clone()];
    if Path::new(name).is_relative()
        && let Ok(directory) = directory.canonicalize()
    {
        let below = directory.ancestors().map(|folder| folder.join(name).to_string_lossy().into_owned());
        places.extend(below);
    }
    let then = stored.basis.inputs.iter().find(|input| input.file == *name).map(|input| &input.sha256);
    let content = |place: &String| inputs.read(place, LONGEST_SCENARIO).ok();
    let same = |place: &&String| content(place).is_some_and(|text| Some(&digest(&text)) == then);
    let there = |place: &&String| content(place).is_some();
    places.iter().find(same).or_else(|| places.iter().find(there)).unwrap_or(name).clone()
}

/// What the record says of the run itself and the repetition does not bear out: a record that was edited.
fn contradictions(stored: &Provenance, now: &Provenance) -> Vec<String> {
    let facts = [
        ("seed", stored.basis.seed, now.basis.seed),
        ("number of replications", stored.counts.replications.into(), now.counts.replications.into()),
        ("number of requests", stored.counts.requests, now.counts.requests),
        ("number of events", stored.counts.events, now.counts.events),
    ];
    let differing = facts.into_iter().filter(|(_, before, now)| before != now);
    differing
        .map(|(what, before, now)| {
            format!("the record's {what} is {before}, but the scenario with the record's edits has {now}")
        })
        .collect()
}

/// Checks that every stored input is there with the same content; names may differ when the scenario moved.
fn same_inputs(stored: &[FileDigest], now: &[FileDigest]) -> Result<(), StudyError> {
    let has = |list: &[FileDigest], sha256: &str| list.iter().any(|input| input.sha256 == sha256);
    let changed = stored.iter().filter(|input| !has(now, &input.sha256));
    let added = now.iter().filter(|input| !has(stored, &input.sha256));
    let mut names: Vec<&str> = changed.chain(added).map(|input| input.file.as_str()).collect();
    names.dedup();
    match names.first() {
        None => Ok(()),
        Some(first) => {
            let others =
                if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
            let text = format!("`{first}`{others} changed since the run, so it cannot be repeated");
            Err(StudyError::Refused(text))
        }
    }
}

fn compare(stored: &[FileDigest], now: &[FileDigest], directory: &Path) -> Vec<Comparison> {
    let find = |list: &[FileDigest], name: &str| list.iter().find(|file| file.file == name).cloned();
    let mut files = Vec::new();
    for before in stored {
        let agreement = match find(now, &before.file) {
            Some(after) if after.sha256 == before.sha256 => Agreement::Agrees,
            Some(_) => Agreement::Differs,
            None => Agreement::Missing,
        };
        let on_disk = std::fs::read(directory.join(&before.file)).ok();
        let altered_since = on_disk.is_some_and(|content| digest(&content) != before.sha256);
        files.push(Comparison { file: before.file.clone(), agreement, altered_since });
    }
    for after in now.iter().filter(|after| find(stored, &after.file).is_none()) {
        let agreement = Agreement::Additional;
        files.push(Comparison { file: after.file.clone(), agreement, altered_since: false });
    }
    files
}

/// Where the model's answers have changed since, what they were and are.
fn other_semantics(stored: u32) -> Option<String> {
    (stored != MODEL_SEMANTICS).then(|| {
        format!(
            "the stored run is of model semantics {stored}, this program of {MODEL_SEMANTICS}: answers differ where the \
             model does, and the changelog says where"
        )
    })
}

fn remarks(stored: &Provenance) -> Vec<String> {
    let facts = [
        ("version", stored.basis.version.clone(), VERSION.to_owned()),
        ("commit", stored.basis.commit.clone(), COMMIT.to_owned()),
    ];
    let differing = facts.into_iter().filter(|(_, before, now)| before != now);
    differing
        .map(|(what, before, now)| format!("the stored run has {what} {before}, this program {now}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Vec<FileDigest> {
        list.iter()
            .map(|(file, content)| FileDigest { file: (*file).into(), sha256: digest(content.as_bytes()) })
            .collect()
    }

    #[test]
    fn every_file_of_either_run_is_compared() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("same"), "edited by hand").unwrap();
        std::fs::write(place.path().join("other"), "1").unwrap();
        let stored = files(&[("same", "0"), ("other", "1"), ("gone", "2")]);
        let now = files(&[("same", "0"), ("other", "x"), ("new", "3")]);
        let found = compare(&stored, &now, place.path());
        let seen: Vec<_> =
            found.iter().map(|file| (file.file.as_str(), file.agreement, file.altered_since)).collect();
        let expected = [
            ("same", Agreement::Agrees, true),
            ("other", Agreement::Differs, false),
            ("gone", Agreement::Missing, false),
            ("new", Agreement::Additional, false),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn moved_inputs_are_the_same_and_changed_ones_are_named() {
        let stored = files(&[("a.yaml", "a"), ("t.csv", "t")]);
        assert!(same_inputs(&stored, &files(&[("x/a.yaml", "a"), ("x/t.csv", "t")])).is_ok());
        let error = same_inputs(&stored, &files(&[("a.yaml", "a"), ("t.csv", "other")])).unwrap_err();
        assert_eq!(error.to_string(), "`t.csv` changed since the run, so it cannot be repeated");
    }
}
