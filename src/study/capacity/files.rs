//! What a capacity study writes.

use serde::Deserialize;

use super::asked::command;
use crate::analysis::Summary;
use crate::analysis::capacity::{CapacityAnswer, SearchedNeed};
use crate::report;
use crate::scenario::{CapacityPlan, Inputs};
use crate::study::prepare::Prepared;
use crate::study::provenance::{Edit, FileDigest, VERSION, origin};
use crate::study::{OutputFile, StudyError};

/// Largest stored answer that is read.
const MOST_BYTES: usize = 64 << 20;

/// `capacity.json`: the answers, and the scenario, edits and inputs they are about.
pub(super) fn json(answer: &CapacityAnswer, prepared: &Prepared) -> String {
    // A tree of text and numbers: writing it cannot fail.
    let mut value = serde_json::to_value(answer).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.insert("program".into(), VERSION.into());
        map.insert("scenario".into(), prepared.name.clone().into());
        map.insert("overrides".into(), serde_json::to_value(&prepared.edits).unwrap_or_default());
        map.insert("inputs".into(), serde_json::to_value(&prepared.inputs).unwrap_or_default());
    }
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

/// The files of the answers, `capacity.json` first.
pub(super) fn files(
    answer: &CapacityAnswer,
    json: &str,
    prepared: &Prepared,
    plans: &[CapacityPlan],
) -> Vec<OutputFile> {
    let origin = origin(command(prepared, plans), &prepared.inputs);
    vec![
        OutputFile::text("capacity.json", json.to_owned()),
        OutputFile::text("capacity.csv", report::capacity_csv(answer)),
        OutputFile::text("capacity.html", report::capacity_html(answer, &origin)),
    ]
}

/// Puts searched pods in the place of estimated ones.
pub(in crate::study) fn replace_needs(summary: &mut Summary, needs: &[SearchedNeed]) {
    for need in &mut summary.needs {
        let Some(found) = needs.iter().find(|found| found.service == need.service) else { continue };
        let sure = if found.confirmed { "confirmed on fresh replications" } else { "not confirmed" };
        let estimated = need.needed.map_or("not known".to_owned(), |pods| pods.to_string());
        let how = need.basis.trim_start_matches("estimate, ");
        need.basis = format!("searched: {}, {sure}; estimated before: {estimated}, {how}", found.search);
        need.needed = Some(found.pods);
    }
}

/// What of a stored answer matters to a run.
#[derive(Deserialize)]
struct Stored {
    scenario: String,
    overrides: Vec<Edit>,
    inputs: Vec<FileDigest>,
    needs: Vec<SearchedNeed>,
}

/// The searched needs in the stored answer `file`, if it is about this very scenario.
///
/// # Errors
/// If the file cannot be read or is none of ours, or is about other inputs or edits: then it says which.
pub fn searched_in(
    file: &str,
    prepared: &Prepared,
    inputs: &dyn Inputs,
) -> Result<Vec<SearchedNeed>, StudyError> {
    let bytes = inputs.read(file, MOST_BYTES);
    let bytes = bytes.map_err(|error| StudyError::Failed(format!("cannot read `{file}`: {error}")))?;
    let stored: Stored = serde_json::from_slice(&bytes)
        .map_err(|error| StudyError::Refused(format!("`{file}` is no capacity.json: {error}")))?;
    let differs = |what: &str| {
        Err(StudyError::Refused(format!(
            "`{file}` is about another scenario than `{}`: {what}; run `flashcrowd capacity` again",
            prepared.name
        )))
    };
    for input in &prepared.inputs {
        match stored.inputs.iter().find(|other| other.file == input.file) {
            None => return differs(&format!("it did not read `{}`", input.file)),
            Some(other) if other.sha256 != input.sha256 => {
                return differs(&format!("`{}` has changed since", input.file));
            }
            Some(_) => {}
        }
    }
    let of_model = |edits: &[Edit]| -> Vec<String> {
        let counts = |edit: &&Edit| !edit.assignment.starts_with("run.");
        edits.iter().filter(counts).map(|edit| edit.assignment.clone()).collect()
    };
    if of_model(&stored.overrides) != of_model(&prepared.edits) {
        return differs(&format!("`{}` was edited otherwise", stored.scenario));
    }
    Ok(stored.needs)
}
