//! How many pods the offered load of first attempts needs, window by window: fluid flow and Erlang C. An
//! estimate from rates and means, not from the simulation.

use super::offered::expected_requests;
use super::series::{counted_from, relative};
use super::staff::{Flow, is_pooled};
use crate::model::visits::{ClassDemand, Visits, mean_speed};
use crate::model::{ClassId, Comparison, Measure, Model, Scope, Service, ServiceId, WaitKind};
use crate::theory::StaffingTarget;
use crate::units::SimTime;
use serde::Serialize;

/// Windows looked at when the model records none of its own.
const WINDOWS: f64 = 200.0;

/// Most windows looked at.
const MOST_WINDOWS: f64 = 20_000.0;

/// What a service is offered in one window: requests, and seconds of cpu and of slots, a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    pub(super) rate: f64,
    pub(super) work: f64,
    pub(super) held: f64,
    /// The window's start on the simulated clock, seconds.
    pub(super) at: f64,
    /// The rate is only bounded from above.
    pub(super) bound: bool,
}

/// The pods that carry a load, and how they were found.
#[derive(Clone, Debug)]
pub(super) struct Requirement {
    /// Whole pods; nothing when the count is beyond all reason, or a pod has no limit.
    pub(super) pods: Option<u32>,
    /// By which rule.
    pub(super) how: &'static str,
    /// Requests a second that a pod can do; nothing without a limit.
    pub(super) pod_rate: Option<f64>,
}

/// Required capacity of a service over time: the smallest ready count that covers the offered load of each
/// window within the objective.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequiredCapacity {
    /// The service.
    pub service: String,
    /// (start in seconds relative to T0, end, pods) of every window; pods are absent where a pod has no limit.
    pub windows: Vec<(f64, f64, Option<u32>)>,
}

/// What every class asks of every service.
pub(super) fn demands(model: &Model) -> Vec<ClassDemand> {
    let visits = Visits::of(model);
    (0..model.classes.len()).map(|class| visits.class(ClassId(class as u16))).collect()
}

/// The required capacity of every service with pods of its own, over the counted span.
#[must_use]
pub fn required_capacity(model: &Model) -> Vec<RequiredCapacity> {
    let demands = demands(model);
    let spans = windows(model, counted_from(model).as_secs_f64(), model.plan.to().as_secs_f64());
    let ours = model.services.iter().enumerate().filter(|(_, service)| !service.external);
    let of = |(s, service): (usize, &Service)| {
        let budget = waiting_budget(model, &demands, s);
        let window = |&(start, end): &(f64, f64)| {
            let load = load(model, &demands, s, start, end);
            let at = |seconds: f64| relative(SimTime::from_secs_f64(seconds).as_nanos(), model.plan.t0);
            (at(start), at(end), requirement(model, s, service, &load, budget).pods)
        };
        RequiredCapacity { service: service.name.clone(), windows: spans.iter().map(window).collect() }
    };
    ours.map(of).collect()
}

/// The windows between two instants of the simulated clock: as wide as those recorded.
pub(super) fn windows(model: &Model, from: f64, to: f64) -> Vec<(f64, f64)> {
    let width = model.recording.window.map_or((to - from) / WINDOWS, |w| w.as_secs_f64());
    let width = width.max((to - from) / MOST_WINDOWS).max(1e-9);
    let count = ((to - from) / width).ceil().max(1.0) as usize;
    let window = |w: usize| (from + w as f64 * width, (from + (w + 1) as f64 * width).min(to));
    (0..count).map(window).filter(|(start, end)| end > start).collect()
}

/// What a service is offered between two instants.
pub(super) fn load(model: &Model, demands: &[ClassDemand], s: usize, start: f64, end: f64) -> Load {
    let mut sum = Load { at: start, ..Load::default() };
    for (c, demand) in demands.iter().enumerate() {
        let (requests, bound) = expected_requests(model, c, start, end);
        let rate = requests / (end - start);
        let demand = &demand.services[s];
        sum.rate += rate * demand.visits;
        sum.work += rate * demand.work;
        sum.held += rate * demand.held;
        sum.bound |= bound && demand.visits > 0.0;
    }
    sum
}

/// The smallest number of pods that carries `load` within the waiting budget, if there is one.
pub(super) fn requirement(
    model: &Model,
    s: usize,
    service: &Service,
    load: &Load,
    budget: Option<(StaffingTarget, f64)>,
) -> Requirement {
    if load.rate <= 0.0 {
        return Requirement { pods: Some(0), how: "nothing is offered", pod_rate: None };
    }
    let flow = Flow {
        rate: load.rate,
        work: load.work / load.rate,
        held: load.held / load.rate,
        slots: if service.slots == u32::MAX { f64::INFINITY } else { f64::from(service.slots) },
        cores: service.cpu_limit * mean_speed(model, service),
        pooled: is_pooled(model, s, service),
    };
    let (Some(fluid), pod_rate @ Some(_)) = (flow.fluid(), flow.pod_rate()) else {
        return Requirement { pods: None, how: "a pod has no limit of slots or cpu", pod_rate: None };
    };
    let (pods, how) = match budget {
        Some((target, budget)) if budget > 0.0 => match flow.within(target, budget) {
            Some(count) if flow.pooled => {
                (count, "at least, Erlang C within the objective, as if pods shared one queue")
            }
            Some(count) => (count, "Erlang C within the objective, every pod a queue of its own"),
            None => (fluid, "at least, fluid only: the load is beyond the formula"),
        },
        Some(_) => (fluid, "at least, fluid only: even without waiting the answer comes later than promised"),
        None => (fluid, "at least, fluid only: no objective on response times"),
    };
    Requirement { pods: Some(pods), how, pod_rate }
}

/// The tightest promise on a class that visits the service: what must be small, and how much each of the services on the
/// way may wait when they share the time that work leaves.
pub(super) fn waiting_budget(
    model: &Model,
    demands: &[ClassDemand],
    s: usize,
) -> Option<(StaffingTarget, f64)> {
    let quantile = |p: f64| StaffingTarget::WaitingTimeQuantile(p.min(1.0 - 1e-9));
    let mut tightest: Option<(StaffingTarget, f64)> = None;
    for objective in &model.objectives {
        let (target, limit) = match objective.measure {
            Measure::Quantile(p, op, limit) if op.wants_small() => (quantile(p), limit),
            Measure::Mean(op, limit) if op.wants_small() => (StaffingTarget::MeanWaitingTime, limit),
            Measure::Within(limit, Comparison::More | Comparison::AtLeast, share) => {
                (quantile(share), limit.as_secs_f64())
            }
            // So many within a time: that quantile of the wait is at most the time.
            Measure::Wait(WaitKind::Within(time), op, share) if !op.wants_small() => {
                if objective.scope == Scope::Service(ServiceId(s as u16)) {
                    return Some((quantile(share), time.as_secs_f64()));
                }
                continue;
            }
            Measure::Wait(kind, op, limit) if op.wants_small() => {
                // A promise on the wait at this very service is the budget itself.
                if objective.scope == Scope::Service(ServiceId(s as u16)) {
                    let target = match kind {
                        WaitKind::Share => StaffingTarget::ProbWait,
                        WaitKind::Mean => StaffingTarget::MeanWaitingTime,
                        WaitKind::Quantile(p) => quantile(p),
                        WaitKind::Within(_) => continue,
                    };
                    return Some((target, limit));
                }
                continue;
            }
            _ => continue,
        };
        for (c, demand) in demands.iter().enumerate() {
            let meant = match objective.scope {
                Scope::System => true,
                Scope::Class(id) => id.index() == c,
                _ => false,
            };
            if !meant || demand.services[s].visits <= 0.0 {
                continue;
            }
            let stations = demand.services.iter().filter(|d| d.visits > 0.0).count().max(1);
            let budget = (limit - demand.unloaded) / stations as f64;
            if tightest.is_none_or(|(_, least)| budget < least) {
                tightest = Some((target, budget));
            }
        }
    }
    tightest
}
