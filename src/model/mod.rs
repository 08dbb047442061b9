//! What is simulated: immutable, validated, id-indexed.
//!
//! A [`Model`] is the only proof that a scenario was valid: whoever holds one has no error case left.
//! Every cross-reference is an index into one of its vectors, and every time is relative to the start of
//! a replication (`from - settle` is zero).

mod class;
mod cpu;
mod decision;
mod head;
mod ids;
mod objective;
mod patch;
mod phase;
pub mod plain_call;
mod plan;
mod program;
mod record;
mod scope;
mod service;
mod traffic;
pub mod visits;
mod within;
mod written;

pub use crate::policy::{Balancer, Scaler};
pub use class::{Class, Patience, PatienceUntil};
pub use cpu::{CpuQuota, CpuSharing};
pub use decision::{DecisionMetric, Direction, Figure, Subject, decision_metrics};
pub use ids::{ClassId, EdgeId, LawId, ServiceId, SiteId, SourceId, StepId};
pub use objective::{Comparison, CpuKind, Measure, Objective, ShareKind, WaitKind};
pub use patch::{Change, FleetPatch, Patch, ScalerPatch, SourcePatch};
pub use phase::Phase;
pub use plan::{After, InputPlan, Limits, Mode, NamedWindow, RunPlan, WarmUp};
pub use program::{Backoff, CallPolicy, CallSite, Caller, Edge, Jitter, RetryOn, Step};
pub use record::{GridProbe, Recording};
pub use scope::{Scope, ScopeKind};
pub use service::{AbandonedWork, CpuMetrics, Discipline, InitialState, PodSpeed, QueuePlacement, Service};
pub use traffic::{ArrivalProcess, Piece, RateProfile, Segment, Source, SourceKind};

use crate::random::{Law, Sampler};

/// A law with its compiled sampler.
#[derive(Clone, Debug)]
pub struct CompiledLaw {
    /// The exact law, for theory and reports.
    pub law: Law,
    /// Its table, for the simulation.
    pub sampler: Sampler,
}

impl CompiledLaw {
    /// Compiles `law`.
    #[must_use]
    pub fn new(law: Law) -> Self {
        let sampler = Sampler::new(&law);
        Self { law, sampler }
    }
}

/// Everything a replication needs, apart from its number.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The scenario's name.
    pub name: String,
    /// The question it answers, as its author wrote it.
    pub question: String,
    /// What is run for how long.
    pub plan: RunPlan,
    /// Where requests come from.
    pub sources: Vec<Source>,
    /// Kinds of client-visible requests.
    pub classes: Vec<Class>,
    /// Deployed units.
    pub services: Vec<Service>,
    /// Who calls whom: balancer state and statistics live here.
    pub edges: Vec<Edge>,
    /// Places in programs from which a call is made.
    pub sites: Vec<CallSite>,
    /// All programs, flat; a program is the index of its first step and ends at [`Step::End`].
    pub steps: Vec<Step>,
    /// Steps that every try draws anew, by their index; what is not listed belongs to the request. Tries are those of all
    /// calls above.
    pub redrawn: Vec<bool>,
    /// All random laws of steps, start-up times, patience and so on.
    pub laws: Vec<CompiledLaw>,
    /// Scheduled changes, sorted by time.
    pub changes: Vec<Change>,
    /// Named spans for objectives and charts: every peak, and the author's own.
    pub windows: Vec<NamedWindow>,
    /// What is promised.
    pub objectives: Vec<Objective>,
    /// What is recorded, and how finely.
    pub recording: Recording,
    /// How stale what a controller sees is.
    pub cpu_metrics: CpuMetrics,
}

impl Model {
    /// Adds a law and returns its index.
    pub fn add_law(&mut self, law: Law) -> LawId {
        self.laws.push(CompiledLaw::new(law));
        LawId((self.laws.len() - 1) as u16)
    }

    /// Adds steps as one program, closes it with [`Step::End`], and returns its first step.
    pub fn add_program(&mut self, steps: impl IntoIterator<Item = Step>) -> StepId {
        let first = StepId(self.steps.len() as u16);
        self.steps.extend(steps);
        self.steps.push(Step::End);
        first
    }

    /// The model for one of many runs, of which only figures are wanted: calls are recorded by window only if an
    /// objective looks at calls. Their windows are the bulk of a record, and serve the charts of a single run.
    #[must_use]
    pub fn without_call_series(mut self) -> Self {
        let looks_at_calls = |o: &Objective| {
            matches!(o.scope, Scope::Service(_) | Scope::Edge(_)) || matches!(o.measure, Measure::Retries(..))
        };
        self.recording.call_windows &= self.objectives.iter().any(looks_at_calls);
        self
    }

    /// Steps of a program in their order, with their indices, without its end and without branches of parallel steps, which
    /// are programs of their own.
    pub fn program(&self, first: StepId) -> impl Iterator<Item = (usize, &Step)> {
        let from = self.steps.iter().enumerate().skip(first.index());
        from.take_while(|(_, step)| !matches!(step, Step::End))
    }

    /// Whether every try draws a step anew.
    #[must_use]
    pub fn is_redrawn(&self, step: usize) -> bool {
        self.redrawn.get(step).copied().unwrap_or(false)
    }

    /// The service called `name`.
    #[must_use]
    pub fn service_named(&self, name: &str) -> Option<ServiceId> {
        self.services.iter().position(|s| s.name == name).map(|i| ServiceId(i as u16))
    }

    /// The class called `name`.
    #[must_use]
    pub fn class_named(&self, name: &str) -> Option<ClassId> {
        self.classes.iter().position(|c| c.name == name).map(|i| ClassId(i as u16))
    }
}
