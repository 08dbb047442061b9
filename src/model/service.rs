//! Deployed units.

use super::{ClassId, CpuSharing, LawId, Phase};
use crate::policy::Scaler;
use crate::units::SimDuration;

/// A deployed unit: equal pods behind a queue each, or behind one queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Requests one pod works on at a time; `u32::MAX` has no limit.
    pub slots: u32,
    /// Cores a pod may use, infinity when cpu never limits; `sharing` says how.
    pub cpu_limit: f64,
    /// How requests in `work` steps share the cores.
    pub sharing: CpuSharing,
    /// Requested cores of a pod, if any: the denominator of the HPA's utilisation.
    pub cpu_request: Option<f64>,
    /// Speed of pods relative to the stated work.
    pub speed: PodSpeed,
    /// Waiting room of a pod (of the service if the queue is central); `u32::MAX` has no limit.
    pub queue_limit: u32,
    /// Order of service.
    pub discipline: Discipline,
    /// Where requests wait.
    pub placement: QueuePlacement,
    /// What happens to queued work whose client gave up.
    pub abandoned: AbandonedWork,
    /// Pods ready at the start.
    pub replicas: u32,
    /// Law of the time from the decision to start a pod until it is ready.
    pub startup: LawId,
    /// What sets the number of pods, if anything does.
    pub scaler: Option<Scaler>,
    /// When it syncs.
    pub scaler_phase: Phase,
    /// Requests present at the start.
    pub initial: InitialState,
    /// Whether it has no pods of ours (a database, a payment provider) and cannot scale.
    pub external: bool,
}

impl Service {
    /// Cores against which the cpu that a pod uses is held: what it requests, or what there is of something external.
    #[must_use]
    pub fn reserved_cpu(&self) -> Option<f64> {
        let external = Some(self.cpu_limit).filter(|cores| self.external && cores.is_finite());
        self.cpu_request.filter(|&cores| cores > 0.0).or(external)
    }

    /// Cores that a pod of ours may use, if that is limited.
    #[must_use]
    pub fn granted_cpu(&self) -> Option<f64> {
        Some(self.cpu_limit).filter(|cores| !self.external && cores.is_finite())
    }
}

impl Default for Service {
    fn default() -> Self {
        Self {
            name: String::new(),
            slots: 1,
            cpu_limit: f64::INFINITY,
            sharing: CpuSharing::Fluid,
            cpu_request: None,
            speed: PodSpeed::Same(1.0),
            queue_limit: u32::MAX,
            discipline: Discipline::Fifo,
            placement: QueuePlacement::Pod,
            abandoned: AbandonedWork::Leave,
            replicas: 1,
            startup: LawId(0),
            scaler: None,
            scaler_phase: Phase::default(),
            initial: InitialState::Empty,
            external: false,
        }
    }
}

/// Speed of pods: work takes its stated cpu time divided by the speed.
#[derive(Clone, Debug, PartialEq)]
pub enum PodSpeed {
    /// All alike.
    Same(f64),
    /// Pod i has the i-th speed; further pods start over.
    Each(Vec<f64>),
    /// Drawn for every pod when it starts.
    Drawn(LawId),
}

/// Order of service in a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// First come, first served.
    Fifo,
    /// Last come, first served, without interruption.
    Lifo,
    /// By the class's priority, first come first served inside a class.
    Priority {
        /// Whether a more urgent request interrupts a less urgent one, which later resumes.
        preemptive: bool,
    },
}

/// Where requests wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueuePlacement {
    /// In the pod the balancer chose.
    Pod,
    /// In one queue of the service, taken by the first free slot.
    Central,
}

/// What happens to queued work whose client gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbandonedWork {
    /// It leaves the queue at once.
    Leave,
    /// It is dropped when it reaches the head, and counts against the limit until then.
    DropAtHead,
    /// Nobody notices: it is served, and the work is waste.
    Stay,
}

/// Requests present at the start; they count in no per-request statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InitialState {
    /// None.
    Empty,
    /// This many of the class, in the first pod (or the central queue).
    Requests {
        /// How many.
        count: u32,
        /// Whose operation they run.
        class: ClassId,
    },
    /// As many as the stationary law of M/M/c(/K) at the initial arrival rate, drawn anew every replication.
    Stationary {
        /// Arrival rate per second.
        rate: f64,
        /// Whose operation they run.
        class: ClassId,
    },
}

/// How the cpu metric reaches controllers (metrics-server).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuMetrics {
    /// Time between scrapes; a sample is the mean usage since the last one.
    pub scrape: SimDuration,
    /// Age of a sample before a controller sees it.
    pub age: SimDuration,
    /// When it is scraped.
    pub phase: Phase,
}

impl Default for CpuMetrics {
    fn default() -> Self {
        Self { scrape: SimDuration::from_secs(15), age: SimDuration::from_secs(10), phase: Phase::default() }
    }
}
