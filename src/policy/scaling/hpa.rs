//! The Kubernetes HorizontalPodAutoscaler on cpu utilisation, without `spec.behavior`.
//!
//! Source: kubernetes/kubernetes v1.28 `pkg/controller/podautoscaler/{horizontal,replica_calculator}.go`: integer
//! arithmetic in milli-units, utilisation truncated to whole percent, missing and unready pods filled in,
//! down-scale stabilisation over a window, growth capped at max(2 x current, 4) a sync.

use super::sight::{PodSample, Reason, Ruling, Sight};
use crate::units::{SimDuration, SimTime};

/// Parameters: the object's spec and the controller-manager's flags.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hpa {
    /// `minReplicas`.
    pub min: u32,
    /// `maxReplicas`.
    pub max: u32,
    /// `averageUtilization`, percent of the request.
    pub target_percent: u32,
    /// Time between syncs.
    pub sync: SimDuration,
    /// Ratios within 1 ± this change nothing.
    pub tolerance: f64,
    /// Window whose largest recommendation bounds a step down.
    pub downscale_window: SimDuration,
    /// For this long after its start, a pod's samples from before it became ready are not believed.
    pub cpu_initialization: SimDuration,
    /// A pod that is unready and became so within this long of its start was never ready.
    pub readiness_delay: SimDuration,
}

impl Default for Hpa {
    /// The controller-manager's defaults, 80 % and 1..10 pods.
    fn default() -> Self {
        Self {
            min: 1,
            max: 10,
            target_percent: 80,
            sync: SimDuration::from_secs(15),
            tolerance: 0.1,
            downscale_window: SimDuration::from_secs(300),
            cpu_initialization: SimDuration::from_secs(300),
            readiness_delay: SimDuration::from_secs(30),
        }
    }
}

/// Recommendations remembered for stabilisation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HpaState {
    recommendations: Vec<(SimTime, u32)>,
    /// Utilisation of the last sync in percent, for charts.
    pub utilisation_percent: Option<u64>,
}

/// One sync: the number of pods the HPA writes to the scale, given the `current` spec replicas.
pub fn hpa_sync(hpa: &Hpa, state: &mut HpaState, now: SimTime, current: u32, pods: &[PodSample]) -> u32 {
    sync(hpa, state, now, current, pods).0
}

impl Hpa {
    /// One sync, on the pods' samples.
    pub(super) fn sync_with(&self, state: &mut HpaState, sight: &Sight<'_>) -> Ruling {
        let (wanted, reason) = sync(self, state, sight.now, sight.current, sight.pods);
        Ruling { replicas: (wanted != sight.current).then_some(wanted), reason }
    }
}

fn sync(hpa: &Hpa, state: &mut HpaState, now: SimTime, current: u32, pods: &[PodSample]) -> (u32, Reason) {
    if state.recommendations.is_empty() {
        state.recommendations.push((now, current));
    }
    if current == 0 {
        return (0, Reason::Disabled);
    }
    if current > hpa.max || current < hpa.min {
        return (if current > hpa.max { hpa.max } else { hpa.min }, Reason::Limited);
    }
    let Some(proposal) = propose(hpa, state, now, current, pods) else { return (current, Reason::NoSample) };
    let stable = stabilise(hpa, state, now, proposal);
    let cap = hpa.max.min((2 * current).max(4));
    let wanted = stable.clamp(hpa.min, cap.max(hpa.min));
    let reason = match proposal.cmp(&current) {
        _ if wanted != stable => Reason::Limited,
        _ if stable != proposal => Reason::Stabilised,
        std::cmp::Ordering::Less => Reason::BelowTarget,
        std::cmp::Ordering::Equal => Reason::OnTarget,
        std::cmp::Ordering::Greater => Reason::AboveTarget,
    };
    (wanted, reason)
}

/// The replica calculator: `None` when no pod has a usable sample.
fn propose(hpa: &Hpa, state: &mut HpaState, now: SimTime, current: u32, pods: &[PodSample]) -> Option<u32> {
    let (mut ready, mut unready, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for pod in pods {
        match group(hpa, now, pod) {
            Group::Ready => ready.push(pod),
            Group::Unready => unready.push(pod),
            Group::Missing => missing.push(pod),
        }
    }
    if ready.is_empty() {
        return None;
    }
    let usage: u64 = ready.iter().filter_map(|p| p.sample).map(|s| s.0).sum();
    let request: u64 = ready.iter().map(|p| p.request_milli).sum();
    let (percent, ratio) = utilisation(usage, request, hpa.target_percent)?;
    state.utilisation_percent = Some(percent);
    if missing.is_empty() && (unready.is_empty() || ratio <= 1.0) {
        let within = (1.0 - ratio).abs() <= hpa.tolerance;
        return Some(if within { current } else { (ratio * ready.len() as f64).ceil() as u32 });
    }
    let (mut usage, mut request, mut count) = (usage, request, ready.len());
    for pod in &missing {
        if ratio < 1.0 {
            usage += pod.request_milli * u64::from(hpa.target_percent.max(100)) / 100;
        }
        if ratio != 1.0 {
            request += pod.request_milli;
            count += 1;
        }
    }
    if ratio > 1.0 {
        request += unready.iter().map(|p| p.request_milli).sum::<u64>();
        count += unready.len();
    }
    let (_, refilled) = utilisation(usage, request, hpa.target_percent)?;
    let flipped = (ratio < 1.0 && refilled > 1.0) || (ratio > 1.0 && refilled < 1.0);
    if (1.0 - refilled).abs() <= hpa.tolerance || flipped {
        return Some(current);
    }
    let wanted = (refilled * count as f64).ceil() as u32;
    let against = (refilled < 1.0 && wanted > current) || (refilled > 1.0 && wanted < current);
    Some(if against { current } else { wanted })
}

/// Whole percent (truncated) and its ratio to the target.
fn utilisation(usage: u64, request: u64, target_percent: u32) -> Option<(u64, f64)> {
    let percent = (100 * usage).checked_div(request)?;
    Some((percent, percent as f64 / f64::from(target_percent)))
}

enum Group {
    Ready,
    Unready,
    Missing,
}

fn group(hpa: &Hpa, now: SimTime, pod: &PodSample) -> Group {
    if pod.pending {
        return Group::Unready;
    }
    let Some((_, at, window)) = pod.sample else { return Group::Missing };
    let unready = if pod.started + hpa.cpu_initialization > now {
        !pod.ready || at < pod.transition + window
    } else {
        !pod.ready && pod.started + hpa.readiness_delay > pod.transition
    };
    if unready { Group::Unready } else { Group::Ready }
}

/// The largest of this proposal and all recommendations not older than the window; remembers the proposal itself.
fn stabilise(hpa: &Hpa, state: &mut HpaState, now: SimTime, proposal: u32) -> u32 {
    let cutoff = now - hpa.downscale_window;
    let mut highest = proposal;
    let mut outdated = None;
    for (slot, &(at, replicas)) in state.recommendations.iter().enumerate() {
        if at < cutoff {
            outdated = Some(slot);
        } else {
            highest = highest.max(replicas);
        }
    }
    match outdated {
        Some(slot) => state.recommendations[slot] = (now, proposal),
        None => state.recommendations.push((now, proposal)),
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(s: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(s)
    }

    fn pod(usage: u64) -> PodSample {
        PodSample {
            pending: false,
            ready: true,
            transition: SimTime::ZERO,
            started: SimTime::ZERO,
            sample: Some((usage, second(1000), SimDuration::from_secs(15))),
            request_milli: 1000,
        }
    }

    /// What one sync wants when all it remembers has left the window.
    fn wanted(hpa: &Hpa, current: u32, pods: &[PodSample]) -> u32 {
        let mut state = HpaState { recommendations: vec![(SimTime::ZERO, 1)], ..HpaState::default() };
        hpa_sync(hpa, &mut state, second(1000), current, pods)
    }

    fn at_half() -> Hpa {
        Hpa { target_percent: 50, max: 100, ..Hpa::default() }
    }

    #[track_caller]
    fn check(usages: &[u64], current: u32, want: u32) {
        check_with(usages, 0, 0, current, want);
    }

    /// The same beside pods without a sample and pods that start.
    #[track_caller]
    fn check_with(usages: &[u64], silent: usize, pending: usize, current: u32, want: u32) {
        let mut pods: Vec<_> = usages.iter().map(|&u| pod(u)).collect();
        pods.extend(vec![PodSample { sample: None, ..pod(0) }; silent]);
        pods.extend(vec![PodSample { sample: None, ready: false, pending: true, ..pod(0) }; pending]);
        assert_eq!(wanted(&at_half(), current, &pods), want);
    }

    #[test]
    fn follows_the_ratio_outside_the_tolerance() {
        check(&[800, 800, 800], 3, 5);
        check(&[500, 500, 500], 3, 3);
        check(&[549, 549, 549], 3, 3);
        // 55 % over 50 % is a ratio of 1.1, whose distance to 1 is just above 0.1 in floating point.
        check(&[550, 550, 550], 3, 4);
        check(&[100, 100, 100], 3, 1);
    }

    #[test]
    fn a_ratio_at_the_very_edge_of_the_tolerance_changes_nothing() {
        let hpa = Hpa { tolerance: 0.5, ..at_half() };
        assert_eq!(wanted(&hpa, 2, &[pod(750), pod(750)]), 2);
        let silent = PodSample { sample: None, ..pod(0) };
        assert_eq!(wanted(&hpa, 3, &[pod(1125), pod(1125), silent]), 3);
    }

    #[test]
    fn growth_is_capped_at_twice_the_current_number() {
        check(&[5000, 5000, 5000], 3, 6);
        check(&[5000], 1, 4);
    }

    #[test]
    fn limits_hold_whatever_is_used() {
        let hpa = Hpa { min: 2, max: 4, ..at_half() };
        // Who was scaled to zero stays there; who is outside is brought to the nearer limit, not to what is proposed.
        for (current, usage, want) in [(0, 2000, 0), (1, 2000, 2), (9, 0, 4), (3, 2000, 4), (4, 0, 2)] {
            assert_eq!(wanted(&hpa, current, &[pod(usage); 3]), want, "{current}");
        }
    }

    #[test]
    fn a_step_down_waits_for_the_window() {
        let hpa = Hpa { target_percent: 50, ..Hpa::default() };
        let mut state = HpaState::default();
        let pods = [pod(100), pod(100), pod(100)];
        assert_eq!(hpa_sync(&hpa, &mut state, second(1000), 3, &pods), 3);
        // The entry made at the first sync still counts at exactly the window's edge, not after it.
        assert_eq!(hpa_sync(&hpa, &mut state, second(1300), 3, &pods), 3);
        assert_eq!(hpa_sync(&hpa, &mut state, second(1301), 3, &pods), 1);
    }

    #[test]
    fn what_the_window_holds_back_is_not_remembered_as_proposed() {
        let (mut state, idle) = (HpaState::default(), [pod(100); 3]);
        let mut sync = |at, pods: &[PodSample]| hpa_sync(&at_half(), &mut state, second(at), 3, pods);
        assert_eq!((sync(1000, &idle), sync(1250, &[pod(500); 3])), (3, 3));
        // This proposal of one takes the place of an outdated one and must not prolong the three it is held to.
        assert_eq!((sync(1310, &idle), sync(1551, &idle)), (3, 1));
        assert_eq!(state.utilisation_percent, Some(10));
    }

    #[test]
    fn missing_pods_count_as_idle_when_scaling_up() {
        // Two pods at 80 % and one unknown: 53 % over 50 % is within the tolerance.
        check_with(&[800, 800], 1, 0, 3, 3);
        // 2700 of 4000: a ratio of 1.34 on four pods.
        check_with(&[900, 900, 900], 1, 0, 4, 6);
    }

    #[test]
    fn missing_pods_count_as_full_when_scaling_down() {
        // 1200 of 3000, though the target is half: a ratio of 0.8 on the three pods that count.
        check_with(&[100, 100], 1, 2, 5, 3);
        // Above 100 % it is the target that they are taken to use: 4400 of 3000 are 0.73 of it.
        let silent = PodSample { sample: None, ..pod(0) };
        let hpa = Hpa { target_percent: 200, ..at_half() };
        assert_eq!(wanted(&hpa, 3, &[pod(1200), pod(1200), silent]), 3);
    }

    #[test]
    fn on_target_nobody_is_filled_in() {
        check_with(&[500, 500], 2, 0, 4, 4);
        check_with(&[500, 500], 1, 1, 4, 4);
    }

    #[test]
    fn pods_that_start_count_as_idle_only_when_scaling_up() {
        // 90 % of three pods would be six; seven that use 38 % turn the direction, so nothing happens.
        check_with(&[900, 900, 900], 0, 4, 7, 7);
        // Down they do not count at all: 0.8 of three, not of five.
        check_with(&[400, 400, 400], 0, 2, 5, 3);
        // Nor beside a missing pod, which is taken to be full and turns the direction.
        check_with(&[400, 400], 1, 2, 5, 5);
        // Where more are ready than wanted, it is what the ready ones use that is proposed, even if it is more.
        check_with(&[400, 400, 400, 400], 0, 1, 2, 4);
    }

    #[test]
    fn what_is_filled_in_never_turns_the_direction() {
        check_with(&[400, 400], 1, 0, 3, 3);
        // Four pods are seen where other numbers are wanted: 3.2 would be more than two, 6 less than nine.
        check_with(&[200, 200, 200], 1, 0, 2, 2);
        check_with(&[900, 900, 900], 1, 0, 9, 9);
    }

    #[test]
    fn young_pods_are_believed_once_a_whole_window_lies_after_they_became_ready() {
        let believed = |started, transition, ready| {
            let pod = PodSample { started: second(started), transition: second(transition), ready, ..pod(0) };
            matches!(group(&Hpa::default(), second(1000), &pod), Group::Ready)
        };
        // The sample of the instant 1000 is over 15 s; initialisation takes 300 s from the start.
        assert!(believed(701, 985, true) && !believed(701, 986, true) && !believed(701, 900, false));
        assert!(believed(700, 986, true));
        // Later on, who is unready is doubted only if it never was ready: it became so within 30 s of its start.
        assert!(believed(500, 530, false) && !believed(500, 529, false) && believed(500, 529, true));
    }
}
