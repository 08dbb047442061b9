//! Of which sweep a journal is, so that another one's is never gone on with.

use serde::{Deserialize, Serialize};

use super::design::PreparedSweep;
use crate::study::provenance::{COMMIT, Edit, FileDigest, MODEL_SEMANTICS, VERSION, digest};

/// What a journal belongs to: everything that results depend on. Threads and places take no part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    version: String,
    commit: String,
    model_semantics: u32,
    scenario: String,
    seed: u64,
    replications: u32,
    precision: Option<String>,
    edits: Vec<Edit>,
    factors: Vec<String>,
    points: usize,
    /// Of the texts of all points' values.
    values: String,
    inputs: Vec<FileDigest>,
}

impl Header {
    /// The header of a sweep.
    pub(super) fn of(sweep: &PreparedSweep<'_>) -> Self {
        let scenario = sweep.prepared.scenario.as_ref();
        let plan = scenario.map(|scenario| &scenario.model.plan);
        let texts: Vec<Vec<&str>> = sweep
            .points
            .iter()
            .map(|point| point.iter().map(|level| level.text.as_str()).collect())
            .collect();
        let factors = sweep.plan().map(|plan| &plan.factors[..]).unwrap_or_default();
        Self {
            version: VERSION.to_owned(),
            commit: COMMIT.to_owned(),
            model_semantics: MODEL_SEMANTICS,
            scenario: sweep.prepared.name.clone(),
            seed: plan.map_or(0, |plan| plan.seed),
            replications: plan.map_or(0, |plan| plan.replications),
            precision: plan.and_then(|plan| plan.precision).map(|precision| precision.to_string()),
            edits: sweep.prepared.edits.clone(),
            factors: factors.iter().map(|factor| factor.path.clone()).collect(),
            points: sweep.points.len(),
            values: digest(serde_json::to_string(&texts).unwrap_or_default().as_bytes()),
            inputs: sweep.inputs.digests(),
        }
    }

    /// As it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What differs in the header `other` of a journal, in words.
    pub(super) fn difference(&self, other: &[u8]) -> String {
        let Ok(other) = serde_json::from_slice::<Self>(other) else {
            return "another version of flashcrowd wrote it".to_owned();
        };
        let told = |what: &str, theirs: &dyn std::fmt::Display, ours: &dyn std::fmt::Display| {
            format!("its {what} is {theirs}, this one's {ours}")
        };
        let changed = self.inputs.iter().find(|input| !other.inputs.contains(input));
        let gone = other.inputs.iter().find(|input| !self.inputs.contains(input));
        if other.version != self.version || other.commit != self.commit {
            let of = |header: &Self| format!("{} ({})", header.version, header.commit);
            told("version", &of(&other), &of(self))
        } else if other.model_semantics != self.model_semantics {
            told("model semantics", &other.model_semantics, &self.model_semantics)
        } else if other.scenario != self.scenario {
            told("scenario", &other.scenario, &self.scenario)
        } else if other.factors != self.factors {
            told("list of factors", &other.factors.join(", "), &self.factors.join(", "))
        } else if other.points != self.points {
            told("number of points", &other.points, &self.points)
        } else if other.seed != self.seed {
            told("seed", &other.seed, &self.seed)
        } else if other.replications != self.replications {
            told("number of replications", &other.replications, &self.replications)
        } else if let Some(input) = changed.or(gone) {
            format!("`{}` has changed since", input.file)
        } else {
            "values, precision or --set options differ".to_owned()
        }
    }
}
