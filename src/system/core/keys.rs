//! What keys of draws are made of, so that no two draws are the same by accident.

/// Purposes of draws that are not steps of a program; steps use their own index.
pub mod purpose {
    /// Which class a root is.
    pub const CLASS: u64 = 1 << 40;
    /// How long a client waits.
    pub const PATIENCE: u64 = 2 << 40;
    /// Whether a try is lost; the attempt and the site are added.
    pub const LOSS: u64 = 3 << 40;
    /// Which pod a try goes to; the attempt and the site are added.
    pub const BALANCE: u64 = 4 << 40;
    /// How long a back-off lasts; the attempt and the site are added.
    pub const BACKOFF: u64 = 5 << 40;
    /// How long a pod takes to start, how fast it is.
    pub const POD: u64 = 6 << 40;
    /// A user's thinking time.
    pub const THINK: u64 = 7 << 40;
    /// The number of requests at the start.
    pub const INITIAL: u64 = 8 << 40;
    /// The client's address.
    pub const ADDRESS: u64 = 9 << 40;
    /// Where a clock stands in its period.
    pub const PHASE: u64 = 10 << 40;
}

/// Parts of keys that are not call sites.
pub mod part {
    /// A further visit after a jump backwards.
    pub const VISIT: u64 = 1 << 32;
    /// A branch of a parallel step.
    pub const BRANCH: u64 = 2 << 32;
    /// Pods.
    pub const PODS: u64 = 3 << 32;
    /// Requests present at the start.
    pub const INITIAL: u64 = 4 << 32;
    /// Chance inside calls that have been tried again.
    pub const TRIES: u64 = 5 << 32;
    /// What holds for an edge throughout a replication.
    pub const EDGES: u64 = 7 << 32;
    /// Clocks, by what ticks.
    pub const CLOCKS: u64 = 6 << 32;
}
