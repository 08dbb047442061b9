//! The plain target-utilisation autoscaler: `want = ceil(ready x utilisation / target)`, up at once, down to the
//! largest of the last recommendations.

use super::sight::{Reason, Ruling, Sample, Sight};
use crate::units::SimDuration;

/// Parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetUtilisation {
    /// Wanted busy share of slots, in (0, 1].
    pub target: f64,
    /// Time between decisions; the utilisation is the mean over it.
    pub period: SimDuration,
    /// Fewest pods.
    pub min: u32,
    /// Most pods.
    pub max: u32,
    /// Recommendations whose largest bounds a step down (and which must have been made before the first).
    pub hold: u32,
}

/// The last recommendations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetUtilisationState {
    recent: std::collections::VecDeque<u32>,
}

/// What an autoscaler decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleDecision {
    /// Start this many pods.
    Start(u32),
    /// Stop this many pods.
    Stop(u32),
    /// Leave things as they are.
    Keep,
}

impl TargetUtilisation {
    /// One sync, on the busy share of slots.
    pub(super) fn sync(&self, state: &mut TargetUtilisationState, sight: &Sight<'_>) -> Ruling {
        let Some(&Sample::BusyShare(utilisation)) = sight.metrics.first() else {
            return Ruling { replicas: None, reason: Reason::NoSample };
        };
        let have = sight.ready + sight.starting;
        match self.decide(state, utilisation, sight.ready, sight.starting) {
            ScaleDecision::Start(n) => Ruling { replicas: Some(have + n), reason: Reason::AboveTarget },
            ScaleDecision::Stop(n) => Ruling { replicas: Some(have - n), reason: Reason::BelowTarget },
            ScaleDecision::Keep if utilisation < self.target => {
                Ruling { replicas: None, reason: Reason::Stabilised }
            }
            ScaleDecision::Keep => Ruling { replicas: None, reason: Reason::OnTarget },
        }
    }

    /// Decides from the mean `utilisation` (0..=1) of the ready pods' slots and the numbers of pods.
    pub fn decide(
        &self,
        state: &mut TargetUtilisationState,
        utilisation: f64,
        ready: u32,
        starting: u32,
    ) -> ScaleDecision {
        let want = (f64::from(ready) * utilisation / self.target).ceil() as u32;
        let want = want.clamp(self.min, self.max);
        if state.recent.len() as u32 == self.hold {
            state.recent.pop_front();
        }
        state.recent.push_back(want);
        let have = ready + starting;
        if want > have {
            return ScaleDecision::Start(want - have);
        }
        let highest = state.recent.iter().copied().max().unwrap_or(want).clamp(self.min, self.max);
        if state.recent.len() as u32 == self.hold && starting == 0 && highest < have {
            return ScaleDecision::Stop(have - highest);
        }
        ScaleDecision::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(hold: u32) -> TargetUtilisation {
        TargetUtilisation { target: 0.6, period: SimDuration::from_secs(15), min: 2, max: 64, hold }
    }

    #[test]
    fn goes_up_at_once_and_down_after_the_hold() {
        let (rule, mut state) = (rule(3), TargetUtilisationState::default());
        assert_eq!(rule.decide(&mut state, 0.9, 10, 0), ScaleDecision::Start(5));
        assert_eq!(rule.decide(&mut state, 0.3, 15, 0), ScaleDecision::Keep);
        assert_eq!(rule.decide(&mut state, 0.3, 15, 0), ScaleDecision::Keep);
        // The three last recommendations are 8, 8 and 8: the first, 15, has left the window.
        assert_eq!(rule.decide(&mut state, 0.3, 15, 0), ScaleDecision::Stop(7));
    }

    #[test]
    fn nothing_is_stopped_before_the_hold_has_passed_once() {
        let (rule, mut state) = (rule(2), TargetUtilisationState::default());
        assert_eq!(rule.decide(&mut state, 0.3, 15, 0), ScaleDecision::Keep);
        assert_eq!(rule.decide(&mut state, 0.3, 15, 0), ScaleDecision::Stop(7));
    }

    #[test]
    fn a_part_of_a_pod_is_a_pod_within_the_limits() {
        let decide = |utilisation, ready| {
            rule(1).decide(&mut TargetUtilisationState::default(), utilisation, ready, 0)
        };
        // 10.3 pods, 66.7 of 64 and none of two.
        assert_eq!(decide(0.62, 10), ScaleDecision::Start(1));
        assert_eq!((decide(1.0, 40), decide(0.0, 1)), (ScaleDecision::Start(24), ScaleDecision::Start(1)));
    }

    #[test]
    fn pods_that_start_count_as_had_and_put_off_a_step_down() {
        let (rule, mut state) = (rule(1), TargetUtilisationState::default());
        assert_eq!(rule.decide(&mut state, 0.9, 10, 5), ScaleDecision::Keep);
        assert_eq!(rule.decide(&mut state, 0.3, 10, 5), ScaleDecision::Keep);
        assert_eq!(rule.decide(&mut state, 0.3, 15, 0), ScaleDecision::Stop(7));
    }
}
