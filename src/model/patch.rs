//! What may change while a run goes on. A room copies what a patch may change out of the model when a replication starts.

use super::{ServiceId, SourceId};
use crate::units::SimTime;

/// A change at a fixed time.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its name in the timeline.
    pub name: String,
    /// When.
    pub at: SimTime,
    /// What.
    pub patch: Patch,
}

/// A new value of one thing, by who owns it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Patch {
    /// Of a service's pods and queues.
    Fleet(ServiceId, FleetPatch),
    /// Of a service's autoscaler.
    Scaler(ServiceId, ScalerPatch),
    /// Of a stream of requests.
    Source(SourceId, SourcePatch),
}

/// What may change of a service's pods and queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FleetPatch {
    /// The number of pods: more are started (ready after the start-up time), fewer drain.
    Replicas(u32),
    /// The waiting room of a pod (of the service if the queue is central). Who waits already stays.
    QueueLimit(u32),
}

/// What may change of an autoscaler; it is seen from its next sync on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScalerPatch {
    /// Fewest pods.
    Min(u32),
    /// Most pods.
    Max(u32),
    /// Wanted utilisation, above 0.
    Target(f64),
}

/// What may change of a stream of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourcePatch {
    /// The closed population. New users begin by thinking; whoever is too many leaves with the next answer or at the
    /// end of a thought.
    Users(u32),
}
