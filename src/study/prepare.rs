//! From the name of a scenario to what can be run: read, edit, resolve, with everything found on the way.

use super::StudyError;
use super::provenance::{Edit, FileDigest, hexadecimal};
use super::uncertain::Draws;
use crate::scenario::{Diagnostics, Document, InputError, Inputs, Origin, RecordedInputs, Scenario, resolve};

/// Bytes looked at to tell a file that cannot be read from one that is wrong.
const GLANCE: usize = 1;

/// A scenario with everything that was found in it.
pub struct Prepared {
    /// The scenario file as it was named.
    pub name: String,
    /// Edits that were carried out.
    pub edits: Vec<Edit>,
    /// The document after bases and edits; its sources show the diagnostics.
    pub document: Document,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
    /// What to run; nothing if there are errors.
    pub scenario: Option<Scenario>,
    /// Every file read.
    pub inputs: Vec<FileDigest>,
    /// Points drawn from uncertain inputs.
    pub(super) draws: Option<Draws>,
}

/// Reads the scenario `name`, carries out `edits` and resolves the result.
///
/// # Errors
/// If the scenario file itself cannot be read. Whatever else is wrong stands in the diagnostics.
pub fn prepare(name: &str, edits: &[Edit], inputs: &dyn Inputs) -> Result<Prepared, StudyError> {
    prepare_with(name, edits, inputs, |_, _| {})
}

/// Draws points from the uncertain inputs of a scenario that is to be run. Without them, or after this has not been
/// called, its inputs have their middle values.
pub fn draw_inputs(prepared: &mut Prepared, inputs: &dyn Inputs) {
    let Some(scenario) = &prepared.scenario else { return };
    prepared.draws = Draws::new(&prepared.document, scenario, inputs);
}

/// Reads, edits and resolves with a change of the document behind all edits.
pub(super) fn prepare_with(
    name: &str,
    edits: &[Edit],
    inputs: &dyn Inputs,
    change: impl FnOnce(&mut Document, &mut Diagnostics),
) -> Result<Prepared, StudyError> {
    if let Err(error @ (InputError::Missing | InputError::Unreadable(_))) = inputs.read(name, GLANCE) {
        return Err(StudyError::Failed(format!("cannot read `{name}`: {error}")));
    }
    let recorded = RecordedInputs::new(inputs);
    let (mut document, mut diagnostics) = Document::load(name, &recorded);
    let mut scenario = None;
    if !document.is_broken {
        for edit in edits {
            document.assign(&edit.option, &edit.assignment, Origin::Set, &mut diagnostics);
        }
        change(&mut document, &mut diagnostics);
        let (resolved, found) = resolve(&document, &recorded);
        diagnostics.extend(found);
        scenario = resolved.filter(|_| !diagnostics.has_errors());
    }
    let digest = |(file, bytes): (String, [u8; 32])| FileDigest { file, sha256: hexadecimal(&bytes) };
    let inputs = recorded.digests().into_iter().map(digest).collect();
    let (name, edits) = (name.to_owned(), edits.to_vec());
    Ok(Prepared { name, edits, document, diagnostics, scenario, inputs, draws: None })
}
