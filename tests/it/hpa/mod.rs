//! The Kubernetes HPA from scrape to pod, sync by sync, against a second implementation that knows the load of every
//! pod at every instant: nothing here is random, and load that is spread evenly over ready pods can be integrated by
//! hand.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use flashcrowd::random::{Key, unit};
use flashcrowd::study::Study;
use flashcrowd::system::simulate;

/// Seconds from sync to sync and from scrape to scrape, and the age of a sample before anybody sees it.
const TICK: f64 = 15.0;
const AGE: f64 = 10.0;
/// Of a container before it has usage at its first scrape.
const YOUNGEST: f64 = 10.0;

/// A situation: pods at first, percent wanted, seconds that a pod starts, cpu initialisation, and cores asked for from
/// instants on.
struct Case {
    pods: usize,
    target: f64,
    start: f64,
    initialisation: f64,
    load: Vec<(f64, f64)>,
    end: f64,
}

#[derive(Clone)]
struct Pod {
    made: f64,
    ready: f64,
    /// Scrapes: instant, core-seconds used by then.
    scrapes: Vec<(f64, f64)>,
}

impl Case {
    fn load_at(&self, t: f64) -> f64 {
        self.load.iter().rev().find(|step| step.0 <= t).map_or(0.0, |step| step.1)
    }

    /// Core-seconds that a pod has used by `t`: what is asked for is shared by all that are ready.
    fn used(&self, pods: &[Pod], pod: &Pod, t: f64) -> f64 {
        let mut cuts: Vec<f64> = self.load.iter().map(|step| step.0).collect();
        cuts.extend(pods.iter().map(|pod| pod.ready));
        cuts.extend([pod.ready, t]);
        cuts.retain(|&cut| cut >= pod.ready && cut <= t);
        cuts.sort_by(f64::total_cmp);
        let span = |pair: &[f64]| {
            let ready = pods.iter().filter(|pod| pod.ready <= pair[0]).count() as f64;
            (pair[1] - pair[0]) * self.load_at(pair[0]) / ready
        };
        cuts.windows(2).map(span).sum()
    }

    /// Wanted pods after every sync that changed them; `None` where rounding would decide.
    fn replicas(&self) -> Option<Vec<(f64, usize)>> {
        let first = Pod { made: 0.0, ready: 0.0, scrapes: Vec::new() };
        let mut pods = vec![first; self.pods];
        let (mut history, mut changes) = (vec![(TICK, self.pods)], Vec::new());
        let mut t = TICK;
        while t <= self.end {
            // At one instant scrapes come before syncs.
            let used: Vec<f64> = pods.iter().map(|pod| self.used(&pods, pod, t)).collect();
            for (pod, used) in pods.iter_mut().zip(used) {
                pod.scrapes.push((t, used));
            }
            let wanted = self.sync(t, &pods, &mut history)?;
            if wanted < pods.len() {
                // Pods that stop would change what the others carry: such runs are not compared any further.
                changes.push((t, wanted));
                return Some(changes);
            }
            if wanted > pods.len() {
                changes.push((t, wanted));
                let made = Pod { made: t, ready: t + self.start, scrapes: Vec::new() };
                pods.resize(wanted, made);
            }
            t += TICK;
        }
        Some(changes)
    }

    /// Usage of a pod over its last visible window, and when that window began.
    fn seen(&self, pod: &Pod, now: f64) -> Option<(f64, f64)> {
        let last = pod.scrapes.iter().rposition(|scrape| scrape.0 + AGE <= now)?;
        let (end, after) = pod.scrapes[last];
        let (begin, before) = match last.checked_sub(1) {
            Some(at) => pod.scrapes[at],
            // Older than ten seconds and younger than a period: its start is the zero point.
            None if end - pod.made >= YOUNGEST => (pod.made, 0.0),
            None => return None,
        };
        Some(((after - before) / (end - begin), begin))
    }

    fn sync(&self, now: f64, pods: &[Pod], history: &mut Vec<(f64, usize)>) -> Option<usize> {
        let current = pods.len();
        let (mut believed, mut unready, mut missing) = (Vec::new(), 0.0, 0.0);
        for pod in pods {
            let is_ready = pod.ready <= now;
            match self.seen(pod, now) {
                None => missing += 1.0,
                Some((usage, begin)) => {
                    let young = pod.made + self.initialisation > now;
                    // A pod that has never been ready counts as unready for ever.
                    let doubted = if young { !is_ready || begin < pod.ready } else { !is_ready };
                    // Requests are not infinitely small: where half a millicore decides, nothing is known.
                    let milli = usage * 1000.0;
                    if (milli.fract() - 0.5).abs() < 0.05 {
                        return None;
                    }
                    if doubted { unready += 1.0 } else { believed.push(milli.round()) }
                }
            }
        }
        if believed.is_empty() {
            return Some(current);
        }
        // Whole millicores, then whole percent.
        let percent = |usage: f64, pods: f64| (100.0 * usage / pods / 1000.0 + 1e-9).floor() / self.target;
        let count = believed.len() as f64;
        let usage: f64 = believed.iter().sum();
        let ratio = percent(usage, count);
        let proposal = if missing == 0.0 && (unready == 0.0 || ratio <= 1.0) {
            if (1.0 - ratio).abs() <= 0.1 { current } else { (ratio * count).ceil() as usize }
        } else {
            let (mut usage, mut pods) = (usage, count);
            if ratio < 1.0 {
                usage += missing * self.target.max(100.0) * 10.0;
                pods += missing;
            }
            if ratio > 1.0 {
                pods += missing + unready;
            }
            let refilled = percent(usage, pods);
            let wanted = (refilled * pods).ceil() as usize;
            let turned = (ratio < 1.0) != (refilled < 1.0);
            let against = if refilled > 1.0 { wanted < current } else { wanted > current };
            if turned || (1.0 - refilled).abs() <= 0.1 || against { current } else { wanted }
        };
        let highest = history.iter().filter(|h| h.0 >= now - 300.0).map(|h| h.1).fold(proposal, usize::max);
        history.push((now, proposal));
        Some(highest.clamp(1, (2 * current).clamp(4, 60)))
    }

    fn scenario(&self) -> String {
        // A tenth of a millisecond a request, so that no pod's window is a request's work off.
        let rate = |cores: f64| format!("{}/s", cores * 10_000.0);
        let (first, later) = self.load.split_first().expect("a load");
        let mut timeline = String::new();
        for (at, cores) in later {
            let set = format!("traffic.people.rate: {}", rate(*cores));
            let _ = writeln!(timeline, "  at{at}: {{ at: T0+{at}s, set: {{ {set} }} }}");
        }
        format!(
            "schema: 1\nname: A desk\n\
             run: {{ t0: 2026-11-11T20:00:00+08:00, from: T0, to: T0+{}s, settle: 0s, after: stop, phases: zero }}\n\
             cluster: {{ hpa: {{ cpu_initialization_period: {}s }} }}\n\
             traffic: {{ people: {{ rate: {}, spacing: even, classes: {{ ask: {{ entry: desk.ask }} }} }} }}\n\
             clients: {{ upstreams: {{ desk: {{ balancer: round-robin }} }} }}\n\
             services: {{ desk: {{ slots: 50, startup: {{ start: {}s }}, operations: {{ ask: [ {{ work: 100us }} ] }} }} }}\n\
             manifests:\n\
             - {{ apiVersion: apps/v1, kind: Deployment, metadata: {{ name: desk }}, spec: {{ replicas: {}, template: {{ spec: \
             {{ containers: [ {{ name: desk, resources: {{ requests: {{ cpu: 1 }} }} }} ] }} }} }} }}\n\
             - {{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{ name: desk }}, spec: {{ \
             scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: desk }}, minReplicas: 1, maxReplicas: 60, metrics: \
             [ {{ type: Resource, resource: {{ name: cpu, target: {{ type: Utilization, averageUtilization: {} }} }} }} ] }} }}\n\
             timeline: {{}}\n",
            self.end, self.initialisation, rate(first.1), self.start, self.pods, self.target
        )
        .replace("timeline: {}\n", &if timeline.is_empty() { String::new() } else { format!("timeline:\n{timeline}") })
    }
}

fn simulated(case: &Case) -> Vec<(f64, usize)> {
    let text = case.scenario();
    let prepared = Study::from_text(&text).prepare().expect("a text");
    let scenario = prepared.scenario.unwrap_or_else(|| panic!("{text}"));
    let record = simulate(&scenario.model, 0, &AtomicBool::new(false));
    let mut wanted = case.pods;
    let mut changes = Vec::new();
    for event in &record.services[0].scaling {
        if event.desired as usize != wanted {
            wanted = event.desired as usize;
            changes.push((event.at.as_secs_f64(), wanted));
        }
    }
    changes
}

#[test]
fn pods_that_start_are_not_ordered_twice() {
    // At T0+75s three pods are seen to use 94 % each, ten seconds later the controller sees it: five are wanted. While the
    // two start, over seven syncs, they count as using nothing, and no more are ordered.
    let case = Case {
        pods: 3,
        target: 70.0,
        start: 100.0,
        initialisation: 300.0,
        load: vec![(0.0, 2.0), (60.0, 2.83)],
        end: 600.0,
    };
    let known = case.replicas().expect("nothing near a whole percent");
    assert_eq!(simulated(&case), known);
    assert_eq!(known[0], (90.0, 5));
    assert!(known.iter().all(|change| change.1 <= 5), "{known:?}");
}

#[test]
fn orders_agree_with_a_second_implementation() {
    let root = Key::root(11, 0, 0);
    let (mut draws, mut compared, mut ordered) = (0, 0, 0);
    let mut between = |low: f64, high: f64| {
        draws += 1;
        low + (high - low) * unit(root.draw(draws))
    };
    for _ in 0..60 {
        let pods = between(1.0, 6.0).floor();
        let target = between(30.0, 60.0).floor();
        let mut load = vec![(0.0, (pods * target * between(0.7, 1.0)).round() / 100.0)];
        for _ in 0..2 {
            let last = *load.last().expect("one");
            // Never more than all ready pods can carry.
            let cores = ((last.1 * between(1.0, 1.5)).min(0.9 * pods) * 1000.0).round() / 1000.0;
            load.push((last.0 + 7.0 + between(60.0, 200.0).floor(), cores));
        }
        let (start, initialisation) = (between(3.0, 120.0).floor() + 0.5, between(20.0, 400.0).floor());
        let case = Case { pods: pods as usize, target, start, initialisation, load, end: 600.0 };
        let Some(known) = case.replicas() else { continue };
        let mut found = simulated(&case);
        if known.last().is_some_and(|last| last.1 < known.iter().rev().nth(1).map_or(case.pods, |c| c.1)) {
            found.truncate(known.len());
        }
        assert_eq!(found, known, "{}", case.scenario());
        compared += 1;
        ordered += known.len();
    }
    assert!(compared >= 20 && ordered >= 15, "{compared} cases, {ordered} orders");
}
