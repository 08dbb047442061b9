//! What is promised.

use super::Scope;
use crate::units::{SimDuration, SimTime};

/// One promise: a measure against a limit, over a span, in every window, in a share of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As its author wrote it.
    pub text: String,
    /// Whose measure.
    pub scope: Scope,
    /// What is measured and its limit.
    pub measure: Measure,
    /// The span that counts; `None` is the whole counted span.
    pub during: Option<(SimTime, SimTime)>,
    /// If set, the limit must hold in every window of this width; a window with under 100 arrivals joins the next.
    pub every: Option<SimDuration>,
    /// If set, the limit must hold in at least this share of runs (0..=1), judged by its Wilson interval.
    pub in_runs: Option<f64>,
}

impl Objective {
    /// Whether it is judged by what `run.record.calls` records: response times of edges, and what became of the calls
    /// of services and edges by window.
    #[must_use]
    pub fn needs_calls(&self) -> bool {
        let windowed = self.during.is_some() || self.every.is_some();
        let is_shed = matches!(self.measure, Measure::Share(ShareKind::Shed, ..));
        let is_time = matches!(self.measure, Measure::Quantile(..) | Measure::Mean(..) | Measure::Within(..));
        let is_count = matches!(self.measure, Measure::Share(..) | Measure::Goodput(..));
        let is_retries = matches!(self.measure, Measure::Retries(..));
        windowed && is_retries
            || match self.scope {
                Scope::System | Scope::Class(_) => false,
                Scope::Service(_) => windowed && (is_time || is_count && !is_shed),
                Scope::Edge(_) => is_time || is_shed || windowed && is_count,
            }
    }
}

/// Direction of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// Whether `value` meets `limit`.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::More => value > limit,
            Self::AtLeast => value >= limit,
        }
    }

    /// Whether small values are good.
    #[must_use]
    pub fn wants_small(self) -> bool {
        matches!(self, Self::Less | Self::AtMost)
    }

    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// What is measured and its limit. Times in seconds, shares 0..=1, rates per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// Quantile of the response time of answered requests.
    Quantile(f64, Comparison, f64),
    /// Mean response time of answered requests.
    Mean(Comparison, f64),
    /// Share of arrived requests answered well within this time.
    Within(SimDuration, Comparison, f64),
    /// Share of arrived requests with this fate.
    Share(ShareKind, Comparison, f64),
    /// Answered well per second.
    Goodput(Comparison, f64),
    /// Pods ready (its largest value).
    Replicas(Comparison, f64),
    /// Busy share of slots.
    Utilisation(Comparison, f64),
    /// What pods do with their cpu.
    Cpu(CpuKind, Comparison, f64),
    /// Tries per call.
    Retries(Comparison, f64),
    /// Time in queues before service begins.
    Wait(WaitKind, Comparison, f64),
    /// From the mark to the first instant from which all other objectives' windows hold for 60 s.
    Recovers(SimDuration, SimTime),
}

impl Measure {
    /// Whether a value meets the limit.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        match *self {
            Self::Quantile(_, how, limit) | Self::Within(_, how, limit) | Self::Share(_, how, limit) => {
                how.holds(value, limit)
            }
            Self::Wait(_, how, limit) | Self::Cpu(_, how, limit) => how.holds(value, limit),
            Self::Mean(how, limit)
            | Self::Goodput(how, limit)
            | Self::Replicas(how, limit)
            | Self::Utilisation(how, limit)
            | Self::Retries(how, limit) => how.holds(value, limit),
            Self::Recovers(limit, _) => value <= limit.as_secs_f64(),
        }
    }

    /// Whether small values are good.
    #[must_use]
    pub fn wants_small(&self) -> bool {
        match *self {
            Self::Quantile(_, how, _) | Self::Within(_, how, _) | Self::Share(_, how, _) => how.wants_small(),
            Self::Wait(_, how, _) | Self::Cpu(_, how, _) => how.wants_small(),
            Self::Mean(how, _)
            | Self::Goodput(how, _)
            | Self::Replicas(how, _)
            | Self::Utilisation(how, _)
            | Self::Retries(how, _) => how.wants_small(),
            Self::Recovers(..) => true,
        }
    }

    /// The level of a measure that is a quantile.
    #[must_use]
    pub fn quantile(&self) -> Option<f64> {
        match *self {
            Self::Quantile(p, ..) | Self::Wait(WaitKind::Quantile(p), ..) => Some(p),
            _ => None,
        }
    }

    /// Whether it is a share of one.
    #[must_use]
    pub fn is_share(&self) -> bool {
        matches!(
            self,
            Self::Within(..)
                | Self::Share(..)
                | Self::Cpu(CpuKind::Throttled, ..)
                | Self::Wait(WaitKind::Share | WaitKind::Within(_), ..)
        )
    }
}

/// What of cpu is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuKind {
    /// Cpu used over cpu requested; of something external, over its cores.
    OfRequest,
    /// Cpu used over the cpu limit.
    OfLimit,
    /// Share of the periods of cpu quotas in which requests were stopped.
    Throttled,
}

impl CpuKind {
    /// How objectives say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OfRequest => "cpu",
            Self::OfLimit => "cpu_limit",
            Self::Throttled => "throttled",
        }
    }
}

/// What of waiting is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WaitKind {
    /// Share of the calls that found no free slot, those that left or were turned away among them.
    Share,
    /// Mean wait of the accepted calls: one that left counts its time in the queue, one that found a slot zero.
    Mean,
    /// A quantile of the same.
    Quantile(f64),
    /// Share of the calls that got a slot within this time, of all that arrived.
    Within(SimDuration),
}

/// Fate of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareKind {
    /// Answered well.
    Success,
    /// Turned away: queue full or no pod.
    Shed,
    /// Ended in any failure, shed included.
    Errors,
}
