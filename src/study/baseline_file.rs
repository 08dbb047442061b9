//! The baseline file: read, and replaced whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::StudyError;
use super::output::{ensure_writable, write_together};
use super::provenance::{COMMIT, MODEL_SEMANTICS, VERSION};
use crate::baseline::{Baseline, StoredScenario};

/// Reads a baseline; `None` if there is none yet.
///
/// # Errors
/// If the file cannot be read, is cut off, damaged, of another version of the format, or measured by another model: what
/// changed would be the model's.
pub fn read_baseline(file: &Path) -> Result<Option<Baseline>, StudyError> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(reason) if reason.kind() == ErrorKind::NotFound => return Ok(None),
        Err(reason) => return Err(StudyError::read(file, reason)),
    };
    let baseline = Baseline::parse(&text).map_err(|error| {
        StudyError::Failed(format!(
            "cannot use the baseline `{}`: {error}; --update-baseline makes a new one",
            file.display()
        ))
    })?;
    if baseline.model_semantics != MODEL_SEMANTICS {
        return Err(StudyError::Refused(format!(
            "the baseline `{}` was measured by version {} of the model, and this is version {MODEL_SEMANTICS}: the answers \
             differ by more than the change that is checked; --update-baseline stores it anew",
            file.display(),
            baseline.model_semantics
        )));
    }
    Ok(Some(baseline))
}

/// The text of a baseline with what was measured in the place of earlier measurements of the same scenarios; those of
/// others stay.
#[must_use]
pub fn updated_baseline(earlier: Option<&Baseline>, measured: Vec<StoredScenario>) -> String {
    let is_kept = |stored: &&StoredScenario| measured.iter().all(|new| new.scenario != stored.scenario);
    let kept: Vec<StoredScenario> =
        earlier.iter().flat_map(|baseline| &baseline.scenarios).filter(is_kept).cloned().collect();
    of_this_program(kept.into_iter().chain(measured).collect()).to_json()
}

/// Makes sure that a file can be written, before time is spent on its content.
///
/// # Errors
/// If it cannot.
pub fn prepare_file(file: &Path) -> Result<(), StudyError> {
    ensure_writable(file)
}

/// Writes texts in several places: each whole or not at all, and none if one cannot be written.
///
/// # Errors
/// If one cannot be written; then what was there before is still there.
pub fn write_files(files: &[(&Path, String)]) -> Result<(), StudyError> {
    let bytes: Vec<(&Path, &[u8])> = files.iter().map(|(file, text)| (*file, text.as_bytes())).collect();
    write_together(&bytes)
}

/// A baseline that this program wrote.
pub(super) fn of_this_program(scenarios: Vec<StoredScenario>) -> Baseline {
    Baseline::new(VERSION, COMMIT, MODEL_SEMANTICS, scenarios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_model_measured_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("baseline.json");
        for (semantics, is_used) in [(MODEL_SEMANTICS, true), (MODEL_SEMANTICS - 1, false)] {
            let text = Baseline::new(VERSION, COMMIT, semantics, Vec::new()).to_json();
            fs::write(&file, text).expect("a file");
            match read_baseline(&file) {
                Ok(found) => assert!(is_used && found.is_some()),
                Err(StudyError::Refused(why)) => {
                    assert!(!is_used && why.contains("--update-baseline"), "{why}")
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}
