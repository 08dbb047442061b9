//! What was taken for granted because the scenario says nothing, and how much depends on it.

/// A default that was taken because the scenario says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The key's address.
    pub path: String,
    /// The value taken, as it would be written.
    pub value: String,
    /// What the key means.
    pub meaning: &'static str,
}

/// How much depends on an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It often decides the answer: how long pods start, what controllers see and when, what a retry meets.
    Decides,
    /// It may matter.
    Usual,
    /// Nearly everybody means it so.
    Routine,
}

/// Ends of addresses whose defaults nearly everybody means so.
const ROUTINE: &[&str] = &[
    ".probability",
    ".priority",
    ".discipline",
    ".queue",
    ".abandoned",
    ".client_retries",
    ".patience_until",
    ".spec.selector",
    "run.after",
    "run.drain_limit",
    "run.mode",
    "run.seed",
];

impl Assumption {
    /// How much depends on it, by what it is about.
    #[must_use]
    pub fn weight(&self) -> Weight {
        let path = self.path.as_str();
        let decides = path.starts_with("cluster.") || path.contains(".startup") || path.ends_with(".draws");
        if decides || path == "judge.share" || path == "run.settle" {
            Weight::Decides
        } else if ROUTINE.iter().any(|end| path.ends_with(end)) {
            Weight::Routine
        } else {
            Weight::Usual
        }
    }
}
