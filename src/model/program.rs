//! What a request does: flat tables of steps, call sites and edges.

use super::{ClassId, EdgeId, LawId, ServiceId, SiteId, StepId};
use crate::policy::Balancer;
use crate::units::SimDuration;

/// One step of a program. Steps follow each other unless they say otherwise; `repeat` is unrolled when resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Uses the cpu for a time of one core drawn from the law.
    Work {
        /// Law of the cpu time.
        law: LawId,
    },
    /// Holds the slot for a drawn time without cpu.
    Wait {
        /// Law of the time.
        law: LawId,
    },
    /// Calls another service and waits for the answer.
    Call {
        /// Which call.
        site: SiteId,
    },
    /// Runs `branches` programs side by side and goes on when `need` of them have succeeded. Their first
    /// steps are `Jump`s stored in the `branches` steps after this one; the program goes on after them.
    Parallel {
        /// How many branches.
        branches: u16,
        /// How many must succeed.
        need: u16,
    },
    /// With this probability goes on with the next step, else jumps.
    Branch {
        /// Probability of the next step, 0..=1.
        probability: f64,
        /// Where to go otherwise.
        otherwise: StepId,
    },
    /// Goes on at another step. A jump backwards starts a new visit: later draws are fresh.
    Jump {
        /// Where to go.
        to: StepId,
    },
    /// The program's end: a success.
    End,
}

/// A place in a program from which a call is made.
#[derive(Clone, Debug, PartialEq)]
pub struct CallSite {
    /// Whom it calls, and by which balancer.
    pub edge: EdgeId,
    /// The callee's program (its operation).
    pub operation: StepId,
    /// Timeouts, retries, loss.
    pub policy: CallPolicy,
}

/// How a call is made.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CallPolicy {
    /// Longest time of the whole call, retries and back-off included.
    pub timeout: Option<SimDuration>,
    /// Longest time of one try.
    pub try_timeout: Option<SimDuration>,
    /// Tries after the first.
    pub retries: u8,
    /// Which failures are tried again.
    pub retry_on: RetryOn,
    /// Pause before a further try.
    pub backoff: Backoff,
    /// Probability that a try never reaches the callee (only a timer answers), 0..=1.
    pub loss: f64,
}

/// Which failures are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOn {
    /// A try that timed out.
    pub timeout: bool,
    /// A try that was rejected (503: queue full, no pod ready).
    pub rejected: bool,
    /// A try whose callee failed (500: its own callee failed).
    pub failed: bool,
}

impl Default for RetryOn {
    fn default() -> Self {
        Self { timeout: true, rejected: true, failed: false }
    }
}

/// Pause before a further try: `base` doubled at every further try, at most `max`, with jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Backoff {
    /// Pause before the first retry; zero retries at once.
    pub base: SimDuration,
    /// Longest pause; zero means 10 x base.
    pub max: SimDuration,
    /// How the pause is spread.
    pub jitter: Jitter,
}

/// How a back-off pause is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Jitter {
    /// Uniform between zero and the pause ("full jitter").
    #[default]
    Full,
    /// Exactly the pause.
    None,
    /// Exponential with the pause as its mean.
    Exponential,
}

/// Who calls on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Clients, through one shared ingress.
    Clients,
    /// A class's own client (only where a class overrides the ingress).
    Class(ClassId),
    /// The pods of a service.
    Service(ServiceId),
}

/// Who calls whom: balancer state and statistics live on edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Who calls.
    pub caller: Caller,
    /// Who answers.
    pub target: ServiceId,
    /// How a pod of the target is chosen.
    pub balancer: Balancer,
    /// Whether every caller pod has its own view (`false`: one shared view, `via: central`).
    pub view_per_pod: bool,
    /// Whether a further try avoids the pods that earlier tries of its call went to.
    pub retry_elsewhere: bool,
}

impl Edge {
    /// Calls to any pod, with equal chance and one view for all callers.
    #[must_use]
    pub fn plain(caller: Caller, target: ServiceId) -> Self {
        Self { caller, target, balancer: Balancer::Random, view_per_pod: false, retry_elsewhere: false }
    }
}
