//! Autoscalers: how many pods are wanted, from what a controller sees. One kind a file; this is the only list of them.
//!
//! A [`Scaler`] is what a scenario says; its [`Memory`] is what it remembers between syncs; a [`Sight`] is what it sees
//! at one; a [`Ruling`] is what it says, and why.

mod hpa;
mod target_utilisation;

pub use hpa::{Hpa, HpaState, PodSample, hpa_sync};
pub use target_utilisation::{ScaleDecision, TargetUtilisation, TargetUtilisationState};

use crate::units::{SimDuration, SimTime};

/// What sets the number of pods.
#[derive(Clone, Debug, PartialEq)]
pub enum Scaler {
    /// The plain target-utilisation rule.
    Target(TargetUtilisation),
    /// The Kubernetes HPA on cpu utilisation.
    Hpa(Hpa),
}

/// What an autoscaler remembers between syncs.
#[derive(Clone, Debug, PartialEq)]
pub enum Memory {
    /// Of the plain rule.
    Target(TargetUtilisationState),
    /// Of the HPA.
    Hpa(HpaState),
}

/// What an autoscaler must be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sees {
    /// The mean busy share of the ready pods' slots since the last sync.
    pub busy_share: bool,
    /// The pods with their latest visible samples of cpu.
    pub pods: bool,
}

/// A measured value that an autoscaler is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// Mean busy share of the ready pods' slots since the last sync.
    BusyShare(f64),
}

/// What an autoscaler sees at a sync. What was not asked for ([`Scaler::sees`]) is empty.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The instant of the sync.
    pub now: SimTime,
    /// Pods wanted at present, by whoever spoke last.
    pub current: u32,
    /// Ready pods.
    pub ready: u32,
    /// Pods that are being started.
    pub starting: u32,
    /// The pods one by one.
    pub pods: &'a [PodSample],
    /// Measured values.
    pub metrics: &'a [Sample],
}

/// What an autoscaler says at a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Pods wanted from now on; `None` leaves things as they are.
    pub replicas: Option<u32>,
    /// Why.
    pub reason: Reason,
}

/// Why an autoscaler ruled as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What is measured is near enough to the target.
    OnTarget,
    /// More is used than the target.
    AboveTarget,
    /// Less is used than the target.
    BelowTarget,
    /// Fewer would do, but a recent recommendation was higher.
    Stabilised,
    /// The rule's own bound on a step, or `min` or `max`, allows no more.
    Limited,
    /// No pod has a sample that may be used.
    NoSample,
    /// Scaled to zero by somebody else: autoscaling is off.
    Disabled,
}

impl Scaler {
    /// Time between syncs.
    #[must_use]
    pub fn period(&self) -> SimDuration {
        match self {
            Self::Target(rule) => rule.period,
            Self::Hpa(hpa) => hpa.sync,
        }
    }

    /// What it must be shown at a sync.
    #[must_use]
    pub fn sees(&self) -> Sees {
        match self {
            Self::Target(_) => Sees { busy_share: true, pods: false },
            Self::Hpa(_) => Sees { busy_share: false, pods: true },
        }
    }

    /// The bounds within which it rules: fewest and most pods.
    #[must_use]
    pub fn bounds(&self) -> (u32, u32) {
        match self {
            Self::Target(rule) => (rule.min, rule.max),
            Self::Hpa(hpa) => (hpa.min, hpa.max),
        }
    }

    /// The bounds, to be changed.
    pub fn bounds_mut(&mut self) -> (&mut u32, &mut u32) {
        match self {
            Self::Target(rule) => (&mut rule.min, &mut rule.max),
            Self::Hpa(hpa) => (&mut hpa.min, &mut hpa.max),
        }
    }

    /// Nothing remembered yet.
    #[must_use]
    pub fn memory(&self) -> Memory {
        match self {
            Self::Target(_) => Memory::Target(TargetUtilisationState::default()),
            Self::Hpa(_) => Memory::Hpa(HpaState::default()),
        }
    }

    /// One sync.
    pub fn sync(&self, memory: &mut Memory, sight: &Sight<'_>) -> Ruling {
        match (self, memory) {
            (Self::Target(rule), Memory::Target(state)) => rule.sync(state, sight),
            (Self::Hpa(hpa), Memory::Hpa(state)) => hpa.sync_with(state, sight),
            // Somebody else's memory is none.
            (scaler, memory) => {
                *memory = scaler.memory();
                scaler.sync(memory, sight)
            }
        }
    }
}
