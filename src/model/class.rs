//! Kinds of client-visible requests.

use super::{LawId, SourceId, StepId};

/// A kind of request: the program its client runs, and how long the client waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Where its requests come from.
    pub source: SourceId,
    /// The client's program: usually one call. The client has unlimited slots and no cpu.
    pub program: StepId,
    /// How long the client waits.
    pub patience: Option<Patience>,
    /// Rank in priority queues, 0 (first) to 7.
    pub priority: u8,
    /// Worth of a success, in `currency`.
    pub value: Option<(f64, String)>,
}

/// How long a client waits before it gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Law of the longest wait.
    pub law: LawId,
    /// What ends the wait.
    pub until: PatienceUntil,
}

/// What a client's patience waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PatienceUntil {
    /// The answer: a client may give up while it is being served.
    #[default]
    Answer,
    /// The start of service at the entry: once in service, the client stays.
    Service,
}
