//! What a version measured, replication by replication, as a file that later versions are compared with.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::watch::Measured;
use crate::model::Direction;
use crate::stats::Sample;

/// Version of the layout of [`Baseline`].
pub const BASELINE_VERSION: u32 = 1;

/// The content of a baseline file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Version of this layout.
    pub baseline_version: u32,
    /// Version of the program.
    pub version: String,
    /// Commit it was built from.
    pub commit: String,
    /// Version of the model's rules.
    pub model_semantics: u32,
    /// What was measured, a scenario each.
    pub scenarios: Vec<StoredScenario>,
    /// SHA-256 of `scenarios` as compact JSON, so that an altered number does not go unseen.
    pub digest: String,
}

/// One scenario's measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredScenario {
    /// The scenario file as it was named.
    pub scenario: String,
    /// Root seed.
    pub seed: u64,
    /// Replications.
    pub replications: u32,
    /// Edits from the command line, apart from seed and number of replications.
    pub overrides: Vec<String>,
    /// Every file read.
    pub inputs: Vec<StoredInput>,
    /// Every decision metric that had a value.
    pub metrics: Vec<StoredMetric>,
}

/// A file and the SHA-256 of its content, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredInput {
    /// Its name.
    pub file: String,
    /// The digest.
    pub sha256: String,
}

/// One metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredMetric {
    /// Its key, such as `checkout p99`.
    pub key: String,
    /// Unit of its values.
    pub unit: String,
    /// The estimate over all replications (pooled, for quantiles).
    pub estimate: f64,
    /// What each replication gave, in order; for ratios and quantiles linearised around the estimate.
    pub values: Vec<f64>,
}

/// Why a baseline cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineError {
    /// It ends in the middle: a copy or a write was cut off.
    Truncated,
    /// It is no baseline, or was altered.
    Corrupt(String),
    /// It was written by another version of the format.
    OtherVersion(u64),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it is cut off in the middle"),
            Self::Corrupt(reason) => write!(f, "it is damaged: {reason}"),
            Self::OtherVersion(version) => {
                write!(f, "it has version {version} of the format, this program reads {BASELINE_VERSION}")
            }
        }
    }
}

impl std::error::Error for BaselineError {}

impl StoredMetric {
    /// `None` for a metric without a value.
    #[must_use]
    pub fn of(measured: &Measured) -> Option<Self> {
        let sample = measured.sample.as_ref()?;
        let values = sample.deviations.iter().map(|d| sample.centre + d).collect();
        let (key, unit) = (measured.key.clone(), measured.unit.clone());
        Some(Self { key, unit, estimate: sample.centre, values })
    }

    /// As a measurement again. The direction is the reader's matter.
    #[must_use]
    pub fn measured(&self) -> Measured {
        let centre = self.estimate;
        let deviations = self.values.iter().map(|value| value - centre).collect();
        let sample = Some(Sample { centre, deviations });
        let (key, unit) = (self.key.clone(), self.unit.clone());
        Measured { key, unit, direction: Direction::Small, is_judged: true, sample }
    }
}

impl Baseline {
    /// A baseline of these scenarios, sorted by name.
    #[must_use]
    pub fn new(
        version: &str,
        commit: &str,
        model_semantics: u32,
        mut scenarios: Vec<StoredScenario>,
    ) -> Self {
        scenarios.sort_by(|a, b| a.scenario.cmp(&b.scenario));
        let digest = digest(&scenarios);
        let (version, commit) = (version.to_owned(), commit.to_owned());
        Self { baseline_version: BASELINE_VERSION, version, commit, model_semantics, scenarios, digest }
    }

    /// The entry of a scenario.
    #[must_use]
    pub fn scenario(&self, name: &str) -> Option<&StoredScenario> {
        self.scenarios.iter().find(|stored| stored.scenario == name)
    }

    /// As it is written.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Text and finite numbers only: writing them as JSON cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads what [`Baseline::to_json`] wrote.
    ///
    /// # Errors
    /// If the text is cut off, of another version, altered, or no baseline at all.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let damaged = |error: serde_json::Error| {
            if error.is_eof() { BaselineError::Truncated } else { BaselineError::Corrupt(error.to_string()) }
        };
        let tree: serde_json::Value = serde_json::from_str(text).map_err(damaged)?;
        match tree.get("baseline_version").and_then(serde_json::Value::as_u64) {
            None => return Err(BaselineError::Corrupt("it does not say `baseline_version`".to_owned())),
            Some(version) if version != u64::from(BASELINE_VERSION) => {
                return Err(BaselineError::OtherVersion(version));
            }
            Some(_) => {}
        }
        let read: Self = serde_json::from_str(text).map_err(damaged)?;
        if digest(&read.scenarios) != read.digest {
            let reason = "its digest does not match its numbers".to_owned();
            return Err(BaselineError::Corrupt(reason));
        }
        read.uneven().map_or(Ok(read), |reason| Err(BaselineError::Corrupt(reason)))
    }

    /// A metric whose number of values is not that of the replications.
    fn uneven(&self) -> Option<String> {
        self.scenarios.iter().find_map(|stored| {
            let wrong = stored.metrics.iter().find(|m| m.values.len() != stored.replications as usize)?;
            Some(format!(
                "`{}` has {} values for {} replications",
                wrong.key,
                wrong.values.len(),
                stored.replications
            ))
        })
    }
}

fn digest(scenarios: &[StoredScenario]) -> String {
    let text = serde_json::to_string(scenarios).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is not the same as when the baseline was written, as sentences: the program, the model's rules, edits, files.
#[must_use]
pub fn changes_since(
    baseline: &Baseline,
    stored: &StoredScenario,
    now: (&Baseline, &StoredScenario),
) -> Vec<String> {
    let (program, current) = now;
    let mut all = Vec::new();
    let mut differ = |what: &str, before: &str, after: &str| {
        if before != after {
            all.push(format!("{what} was {before}, is {after}"));
        }
    };
    differ("flashcrowd's version", &baseline.version, &program.version);
    differ("flashcrowd's commit", &baseline.commit, &program.commit);
    let rules = |b: &Baseline| b.model_semantics.to_string();
    differ("the version of the model's rules", &rules(baseline), &rules(program));
    let edits =
        |s: &StoredScenario| if s.overrides.is_empty() { "none".to_owned() } else { s.overrides.join(", ") };
    differ("the list of edits", &edits(stored), &edits(current));
    for input in &stored.inputs {
        match current.inputs.iter().find(|other| other.file == input.file) {
            None => all.push(format!("`{}` is not read any more", input.file)),
            Some(other) if other.sha256 != input.sha256 => all.push(format!("`{}` has changed", input.file)),
            Some(_) => {}
        }
    }
    let is_new = |input: &&StoredInput| stored.inputs.iter().all(|other| other.file != input.file);
    all.extend(current.inputs.iter().filter(is_new).map(|input| format!("`{}` is new", input.file)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline() -> Baseline {
        let metric = StoredMetric {
            key: "view p99".into(),
            unit: "s".into(),
            estimate: 0.1 + 0.2,
            values: vec![1.0 / 3.0, 0.1, 5e-324],
        };
        let scenario = StoredScenario {
            scenario: "shop.yaml".into(),
            seed: u64::MAX,
            replications: 3,
            overrides: vec!["services.web.slots=3".into()],
            inputs: vec![StoredInput { file: "shop.yaml".into(), sha256: "ab".into() }],
            metrics: vec![metric],
        };
        Baseline::new("0.1.0", "abc", 1, vec![scenario])
    }

    #[test]
    fn what_is_written_reads_back_to_the_last_bit() {
        let written = baseline();
        assert_eq!(Baseline::parse(&written.to_json()), Ok(written));
    }

    #[test]
    fn every_cut_and_every_altered_number_is_noticed() {
        let text = baseline().to_json();
        for end in 0..text.trim_end().len() {
            let error = Baseline::parse(&text[..end]).unwrap_err();
            assert_eq!(error, BaselineError::Truncated, "cut after {end} bytes");
        }
        let altered = text.replace("0.1,", "0.2,");
        assert!(altered != text && matches!(Baseline::parse(&altered), Err(BaselineError::Corrupt(_))));
        let other = text.replace("\"baseline_version\": 1", "\"baseline_version\": 2");
        assert_eq!(Baseline::parse(&other), Err(BaselineError::OtherVersion(2)));
        assert!(matches!(Baseline::parse("[]"), Err(BaselineError::Corrupt(_))));
        assert!(matches!(Baseline::parse("nonsense"), Err(BaselineError::Corrupt(_))));
    }

    #[test]
    fn what_changed_is_said() {
        let old = baseline();
        let mut new = old.clone();
        new.version = "0.2.0".into();
        new.scenarios[0].inputs[0].sha256 = "cd".into();
        new.scenarios[0].inputs.push(StoredInput { file: "trace.csv".into(), sha256: "ef".into() });
        let said = changes_since(&old, &old.scenarios[0], (&new, &new.scenarios[0]));
        assert_eq!(
            said,
            ["flashcrowd's version was 0.1.0, is 0.2.0", "`shop.yaml` has changed", "`trace.csv` is new"]
        );
        assert!(changes_since(&old, &old.scenarios[0], (&old, &old.scenarios[0])).is_empty());
    }
}
