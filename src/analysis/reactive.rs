//! When the first pod that was ordered after the opening became ready, as it was simulated.

use super::when::relative;
use crate::metrics::ScalingEvent;
use crate::model::Model;
use crate::units::SimTime;

/// The instant from which an order answers the crowd: the start of the first peak that is not over at T0 and begins
/// at T0 or later, else T0.
pub(super) fn opening(model: &Model) -> SimTime {
    let t0 = model.plan.t0;
    let peaks = model.windows.iter().filter(|window| window.top.is_some() && window.end > t0);
    peaks.map(|window| window.start.max(t0)).min().unwrap_or(t0)
}

/// Seconds after T0 at which the first pod ordered after the opening was ready; `None` if there was none.
///
/// Pods under way at the opening are taken to be ready before those ordered later, so where the two overlap the
/// instant is never too early.
pub(super) fn first_reactive(model: &Model, scaling: &[ScalingEvent], replicas: u32) -> Option<f64> {
    let opening = opening(model);
    let before = scaling.iter().take_while(|event| event.at <= opening).last();
    let (mut desired, mut ready) = before.map_or((replicas, replicas), |event| (event.desired, event.ready));
    let mut under_way = desired.saturating_sub(ready);
    let mut ordered = false;
    for event in scaling.iter().skip_while(|event| event.at <= opening) {
        ordered |= event.desired > desired;
        let came = event.ready.saturating_sub(ready);
        if ordered && came > under_way {
            return Some(relative(event.at.as_nanos(), model.plan.t0));
        }
        // Whoever scales down cancels the newest pods that are not ready yet.
        under_way = under_way.saturating_sub(came).min(event.desired.saturating_sub(event.ready));
        (desired, ready) = (event.desired, event.ready);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NamedWindow;
    use crate::units::SimDuration;

    fn second(s: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(s)
    }

    fn found(events: &[(u64, u32, u32)]) -> Option<f64> {
        let mut model = Model::default();
        model.plan.t0 = second(100);
        let event = |&(at, desired, ready): &(u64, u32, u32)| ScalingEvent { at: second(at), desired, ready };
        first_reactive(&model, &events.iter().map(event).collect::<Vec<_>>(), 4)
    }

    #[test]
    fn the_first_pod_ordered_after_the_opening_is_told_from_those_under_way() {
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[(130, 6, 4), (175, 6, 5), (180, 6, 6)]), Some(75.0));
        // Ordered before T0 and ready after it: no answer to the crowd.
        assert_eq!(found(&[(90, 6, 4), (120, 6, 5), (125, 6, 6)]), None);
        assert_eq!(found(&[(90, 6, 4), (130, 9, 4), (131, 9, 5), (135, 9, 6), (140, 9, 7)]), Some(40.0));
        // Both pods under way are cancelled, then three are ordered.
        assert_eq!(found(&[(90, 6, 4), (110, 4, 4), (130, 7, 4), (160, 7, 5)]), Some(60.0));
        // Pods that start in no time.
        assert_eq!(found(&[(90, 6, 6), (130, 9, 9)]), Some(30.0));
        // A drained pod is none that came.
        assert_eq!(found(&[(130, 3, 3), (150, 2, 2)]), None);
    }

    #[test]
    fn a_peak_after_t0_is_what_orders_answer() {
        let mut model = Model::default();
        model.plan.t0 = second(100);
        assert_eq!(opening(&model), second(100));
        let peak = |start: u64, end: u64| NamedWindow {
            name: "peak".to_owned(),
            start: second(start),
            top: Some(second(start + 1)),
            end: second(end),
        };
        model.windows = vec![peak(10, 50), peak(160, 300), peak(400, 500)];
        assert_eq!(opening(&model), second(160));
        model.windows.push(peak(90, 120));
        assert_eq!(opening(&model), second(100));
    }
}
