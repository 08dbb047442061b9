//! Trials of searches that were killed, and the journal into which all others go.
//!
//! A search asks for the same trials in the same order every time, so what an earlier run left is taken from the front
//! until it ends. Whatever is no question of a trial, such as the warm-up of a steady-state run, is looked for again.

use std::collections::VecDeque;
use std::path::Path;

use crate::metrics::RunRecord;
use crate::scenario::CapacityPlan;
use crate::study::StudyError;
use crate::study::journal::{Entry, Header, Journal, Kind, Opened, Varied};
use crate::study::prepare::Prepared;

/// Most points of one search that a number has room for.
const POINTS: u32 = 1 << 20;

/// What is left of an earlier run, and where new trials go.
#[derive(Default)]
pub(super) struct Tape {
    left: VecDeque<Vec<u8>>,
    journal: Option<Journal>,
    /// Which of the searches asks.
    search: u32,
    /// Trials that were taken from the journal.
    pub resumed: u64,
}

impl Tape {
    /// Opens the journal of these searches; without a place nothing is kept.
    pub fn open(
        path: Option<&Path>,
        prepared: &Prepared,
        plans: &[CapacityPlan],
    ) -> Result<Self, StudyError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let stretches = || plans.iter().flat_map(|plan| &plan.stretches);
        let varied = Varied {
            factors: stretches().map(|stretch| stretch.path.clone()).collect(),
            points: stretches().map(|stretch| stretch.last() as usize + 1).sum(),
            values: format!("{plans:?}"),
        };
        let header = Header::of(prepared, prepared.inputs.clone(), varied);
        let mut left = VecDeque::new();
        let opened = Journal::open(Kind::Capacity, path, &header.bytes(), &mut |bytes| {
            left.push_back(bytes.to_vec());
            Ok(())
        })?;
        match opened {
            Opened::New(journal) | Opened::Resumed(journal) => {
                Ok(Self { left, journal: Some(journal), ..Self::default() })
            }
            Opened::Foreign(other) => Err(StudyError::Refused(format!(
                "`{}` holds the trials of another search ({}); write into another directory, or remove it",
                path.display(),
                header.difference(&other)
            ))),
        }
    }

    /// The next search asks.
    pub fn next_search(&mut self) {
        self.search += 1;
    }

    /// The trial, if an earlier run left it.
    pub fn take(&mut self, point: u32, replication: u64) -> Result<Option<RunRecord>, StudyError> {
        let Some(bytes) = self.left.pop_front() else { return Ok(None) };
        let entry = Entry::read(&bytes)?;
        if (entry.point, entry.replication) != (self.number(point), replication) {
            let text = "the journal holds a trial that this search would not have run";
            return Err(StudyError::Failed(text.to_owned()));
        }
        self.resumed += 1;
        Ok(Some(entry.record))
    }

    /// Keeps a trial.
    pub fn keep(&mut self, point: u32, replication: u64, record: &RunRecord) -> Result<(), StudyError> {
        let number = self.number(point);
        match &mut self.journal {
            Some(journal) => journal.append(|frame| Entry::append(frame, number, replication, record)),
            None => Ok(()),
        }
    }

    /// The searches are done and their answers written.
    pub fn finish(self) -> Result<(), StudyError> {
        self.journal.map_or(Ok(()), Journal::remove)
    }

    fn number(&self, point: u32) -> u32 {
        self.search.wrapping_mul(POINTS).wrapping_add(point)
    }
}
