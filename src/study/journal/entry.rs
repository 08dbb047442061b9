//! Trials as a journal holds them.

use serde::Deserialize;

use crate::metrics::RunRecord;
use crate::study::StudyError;

/// One finished trial: all that is needed to fold it again.
#[derive(Deserialize)]
pub struct Entry {
    /// Its design point.
    pub point: u32,
    /// Its number.
    pub replication: u64,
    /// What it gave.
    pub record: RunRecord,
}

impl Entry {
    /// A trial as it is written, behind what `buffer` holds.
    pub fn append(buffer: Vec<u8>, point: u32, replication: u64, record: &RunRecord) -> Vec<u8> {
        // Plain data always has a form, and a vector takes everything.
        postcard::to_extend(&(point, replication, record), buffer).unwrap_or_default()
    }

    /// Reads what [`Entry::append`] wrote.
    pub fn read(bytes: &[u8]) -> Result<Self, StudyError> {
        postcard::from_bytes(bytes).map_err(|error| {
            StudyError::Failed(format!("the journal holds a trial that cannot be read: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::workspace;
    use crate::scenario::{Document, MemoryInputs, resolve};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_trial_comes_back_bit_for_bit() {
        let text = include_str!("../../../scenarios/hpa-too-late.yaml");
        let inputs = MemoryInputs::default().with("a.yaml", text);
        let (mut document, mut diagnostics) = Document::load("a.yaml", &inputs);
        for edit in ["run.settle=30s", "traffic.shoppers.rate=2/s"] {
            document.set(edit, &mut diagnostics);
        }
        let (scenario, found) = resolve(&document, &inputs);
        let model = scenario.unwrap_or_else(|| panic!("{}", found.render(&document.sources, false))).model;
        let record = workspace(&model, &AtomicBool::new(false))(3);
        assert!(record.windows.is_some() && record.services[0].scaling.len() < 1000);
        let bytes = Entry::append(Vec::new(), 7, 3, &record);
        let entry = Entry::read(&bytes).unwrap();
        assert_eq!((entry.point, entry.replication), (7, 3));
        assert!(entry.record == record);
        assert_eq!(Entry::append(Vec::new(), 7, 3, &entry.record), bytes);
        assert!(Entry::read(&bytes[..bytes.len() / 2]).is_err());
    }
}
