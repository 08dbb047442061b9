//! Autoscalers: how many pods are wanted, from what a controller sees. One kind a file; this is the only list of them.
//!
//! A [`Scaler`] is what a scenario says; its [`Memory`] is what it remembers between syncs; a [`Sight`] is what it sees
//! at one; a [`Ruling`] is what it says, and why.

mod hpa;
mod sight;
mod target_utilisation;

pub use hpa::{Hpa, HpaState, hpa_sync};
pub use sight::{PodSample, Reason, Ruling, Sample, Sight};
pub use target_utilisation::{ScaleDecision, TargetUtilisation, TargetUtilisationState};

use crate::units::SimDuration;

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

    /// Sets the wanted utilisation, a share above 0; an HPA has it in whole percent.
    pub fn set_target(&mut self, target: f64) {
        match self {
            Self::Target(rule) => rule.target = target,
            Self::Hpa(hpa) => hpa.target_percent = (target * 100.0).round().max(1.0) as u32,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimTime;

    fn target() -> Scaler {
        let period = SimDuration::from_secs(15);
        Scaler::Target(TargetUtilisation { target: 0.6, period, min: 1, max: 64, hold: 1 })
    }

    #[test]
    fn a_ruling_is_a_number_of_pods_and_not_a_step() {
        let ruled = |utilisation: f64| {
            let metrics = [Sample::BusyShare(utilisation)];
            let sight = Sight {
                now: SimTime::ZERO,
                current: 15,
                ready: 15,
                starting: 0,
                pods: &[],
                metrics: &metrics,
            };
            // What another kind remembers is no obstacle: it starts anew.
            let mut memory = Memory::Hpa(HpaState::default());
            let ruling = target().sync(&mut memory, &sight);
            (ruling.replicas, ruling.reason)
        };
        assert_eq!(ruled(0.8), (Some(20), Reason::AboveTarget));
        assert_eq!(ruled(0.3), (Some(8), Reason::BelowTarget));
        assert_eq!(ruled(0.6), (None, Reason::OnTarget));
    }

    #[test]
    fn an_hpa_says_why_and_nothing_where_it_leaves_things() {
        let second = |s| SimTime::ZERO + SimDuration::from_secs(s);
        let ruled = |usage, current, pods| {
            let sample = Some((usage, second(1000), SimDuration::from_secs(15)));
            let (transition, started) = (SimTime::ZERO, SimTime::ZERO);
            let pod =
                PodSample { pending: false, ready: true, transition, started, sample, request_milli: 1000 };
            let mut sight =
                Sight { now: second(600), current, ready: pods, starting: 0, pods: &[], metrics: &[] };
            let hpa = Scaler::Hpa(Hpa::default());
            let mut memory = hpa.memory();
            let blind = hpa.sync(&mut memory, &sight);
            assert_eq!(blind, Ruling { replicas: None, reason: Reason::NoSample });
            let pods = vec![pod; pods as usize];
            (sight.now, sight.pods) = (second(1000), &pods);
            let ruling = hpa.sync(&mut memory, &sight);
            (ruling.replicas, ruling.reason)
        };
        assert_eq!(ruled(800, 4, 4), (None, Reason::OnTarget));
        assert_eq!(ruled(1200, 4, 4), (Some(6), Reason::AboveTarget));
        assert_eq!(ruled(400, 4, 4), (Some(2), Reason::BelowTarget));
        assert_eq!(ruled(4000, 4, 4), (Some(8), Reason::Limited));
    }

    #[test]
    fn a_target_in_percent_is_the_nearest() {
        let mut scaler = Scaler::Hpa(Hpa::default());
        // 0.29 of 100 lies just below 29 in floating point.
        scaler.set_target(0.29);
        assert_eq!(scaler, Scaler::Hpa(Hpa { target_percent: 29, ..Hpa::default() }));
    }
}
