//! Of which work a journal is, so that another's is never gone on with.

use serde::{Deserialize, Serialize};

use crate::study::prepare::Prepared;
use crate::study::provenance::{COMMIT, Edit, FileDigest, MODEL_SEMANTICS, VERSION, digest};

/// What a journal belongs to: everything that results depend on. Threads and places take no part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
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

/// What varies in the work that a journal belongs to.
pub struct Varied {
    /// Paths.
    pub factors: Vec<String>,
    /// How many points there are.
    pub points: usize,
    /// Everything else that says which: the texts of all values, the plans of searches.
    pub values: String,
}

impl Header {
    /// The header of work on a prepared scenario.
    pub fn of(prepared: &Prepared, inputs: Vec<FileDigest>, varied: Varied) -> Self {
        let plan = prepared.scenario.as_ref().map(|scenario| &scenario.model.plan);
        Self {
            version: VERSION.to_owned(),
            commit: COMMIT.to_owned(),
            model_semantics: MODEL_SEMANTICS,
            scenario: prepared.name.clone(),
            seed: plan.map_or(0, |plan| plan.seed),
            replications: plan.map_or(0, |plan| plan.replications),
            precision: plan.and_then(|plan| plan.precision).map(|precision| precision.to_string()),
            edits: prepared.edits.clone(),
            factors: varied.factors,
            points: varied.points,
            values: digest(varied.values.as_bytes()),
            inputs,
        }
    }

    /// As it is written.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What differs in the header `other` of a journal, in words.
    pub fn difference(&self, other: &[u8]) -> String {
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
