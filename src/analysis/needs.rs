//! Pods needed at T0: the smallest ready count that carries the first attempts of every window until reactive
//! pods can be ready. An estimate from rates and means, not from the simulation.

use super::demand::{ClassDemand, expected_requests, mean_speed, of_class};
use super::pool::Pool;
use super::scope;
use super::series::relative;
use super::summary::ServiceNeed;
use crate::model::{ChangeAction, Comparison, Measure, Model, Scaler, Scope, Service, ServiceId};
use crate::theory::{StaffingTarget, smallest_slots};

/// Windows looked at when the model records none of its own.
const WINDOWS: f64 = 200.0;

/// Most windows looked at.
const MOST_WINDOWS: f64 = 20_000.0;

/// One row a service that has pods of its own.
pub(super) fn needs(model: &Model, pool: &Pool) -> Vec<ServiceNeed> {
    let demands: Vec<_> = model.classes.iter().map(|class| of_class(model, class)).collect();
    let with_pods = model.services.iter().enumerate().filter(|(_, service)| !service.external);
    with_pods.map(|(s, service)| need(model, pool, &demands, s, service)).collect()
}

fn need(model: &Model, pool: &Pool, demands: &[ClassDemand], s: usize, service: &Service) -> ServiceNeed {
    let name = scope::service(model, s);
    let mean = |metric: &str| {
        let values = pool.per_run(&name, metric);
        if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let reactive = reactive_at(model, s, service);
    let (needed, basis) = estimate(model, demands, s, service, reactive);
    ServiceNeed {
        service: service.name.clone(),
        had: mean("replicas_ready_at_t0"),
        needed,
        most: mean("replicas_max"),
        reactive_at: reactive,
        basis,
    }
}

/// Seconds after T0 at which a pod started in answer to T0 is ready on average: the sample is taken, ages, is
/// seen by the next tick, and the pod starts. Scheduled pods count from their schedule.
fn reactive_at(model: &Model, s: usize, service: &Service) -> Option<f64> {
    let startup = model.laws.get(service.startup.index()).map_or(0.0, |law| law.law.mean());
    let startup = if startup.is_finite() { startup } else { 0.0 };
    let metrics = &model.cpu_metrics;
    let chain = service.scaler.as_ref().map(|scaler| match scaler {
        Scaler::Hpa(hpa) => metrics.scrape.as_secs_f64() + metrics.age.as_secs_f64() + hpa.sync.as_secs_f64(),
        Scaler::Target(target) => target.period.as_secs_f64(),
    });
    let scheduled = model.changes.iter().filter(|change| {
        let raises = match change.action {
            ChangeAction::Replicas(id, count) | ChangeAction::MinReplicas(id, count) => {
                id == ServiceId(s as u16) && count > service.replicas
            }
            ChangeAction::MaxReplicas(..) => false,
        };
        raises && change.at > model.plan.t0
    });
    let scheduled = scheduled.map(|change| relative(change.at.as_nanos(), model.plan.t0)).reduce(f64::min);
    chain.into_iter().chain(scheduled).reduce(f64::min).map(|delay| delay + startup)
}

/// The busiest window of a service: requests, and seconds of cpu and of slots, a second.
#[derive(Clone, Copy, Debug, Default)]
struct Peak {
    rate: f64,
    work: f64,
    held: f64,
    at: f64,
    bound: bool,
}

fn busiest(model: &Model, demands: &[ClassDemand], s: usize, from: f64, to: f64) -> Peak {
    let width = model.recording.window.map_or((to - from) / WINDOWS, |w| w.as_secs_f64());
    let width = width.max((to - from) / MOST_WINDOWS).max(1e-9);
    let count = ((to - from) / width).ceil().max(1.0) as usize;
    let mut worst = Peak::default();
    for w in 0..count {
        let start = from + w as f64 * width;
        let end = (start + width).min(to);
        if end <= start {
            break;
        }
        let mut sum = Peak { at: start, ..Peak::default() };
        for (c, demand) in demands.iter().enumerate() {
            let (requests, bound) = expected_requests(model, c, start, end);
            let rate = requests / (end - start);
            let demand = &demand.services[s];
            sum.rate += rate * demand.visits;
            sum.work += rate * demand.work;
            sum.held += rate * demand.held;
            sum.bound |= bound && demand.visits > 0.0;
        }
        if sum.held.max(sum.work) > worst.held.max(worst.work) {
            worst = sum;
        }
    }
    worst
}

fn estimate(
    model: &Model,
    demands: &[ClassDemand],
    s: usize,
    service: &Service,
    reactive: Option<f64>,
) -> (Option<u32>, String) {
    let t0 = model.plan.t0.max(model.plan.from()).as_secs_f64();
    let end = model.plan.to().as_secs_f64();
    let until = reactive.map_or(end, |r| (model.plan.t0.as_secs_f64() + r).min(end));
    if until <= t0 {
        return (None, "T0 lies outside the counted span".to_owned());
    }
    let peak = busiest(model, demands, s, t0, until);
    if peak.rate <= 0.0 {
        return (Some(0), "nothing is expected to arrive before reactive pods can be ready".to_owned());
    }
    let held = peak.held / peak.rate;
    // Slots a pod can keep busy: its own, or as many as its cores carry if cpu is the tighter bound.
    let speed = mean_speed(model, service);
    let cpu = if peak.work > 0.0 { service.cpu_limit * speed * peak.held / peak.work } else { f64::INFINITY };
    let slots = if service.slots == u32::MAX { f64::INFINITY } else { f64::from(service.slots) };
    let per_pod = slots.min(cpu);
    if !per_pod.is_finite() || held <= 0.0 {
        return (None, "a pod has no limit of slots or cpu, so one is enough".to_owned());
    }
    let when = relative(crate::units::SimTime::from_secs_f64(peak.at).as_nanos(), model.plan.t0);
    let at = match round(when.abs()) {
        0.0 => "T0".to_owned(),
        seconds if when < 0.0 => format!("T0-{seconds}s"),
        seconds => format!("T0+{seconds}s"),
    };
    let load = format!(
        "{} first attempts/s at {at} hold {} slots busy; a pod carries {}",
        round(peak.rate),
        round(peak.held),
        round(per_pod)
    );
    let bound = if peak.bound { " (rate bounded from above)" } else { "" };
    let fluid = pods(peak.held, per_pod);
    let (needed, how) = match waiting_budget(model, demands, s) {
        Some((target, budget)) if budget > 0.0 => {
            match smallest_slots(peak.rate, 1.0 / held, target, budget) {
                Ok(staffing) => {
                    (pods(staffing.slots as f64, per_pod).max(fluid), "Erlang C within the objective")
                }
                Err(_) => (fluid, "fluid only: the load is beyond the formula"),
            }
        }
        Some(_) => (fluid, "fluid only: even without waiting the answer comes later than promised"),
        None => (fluid, "fluid only: no objective on response times"),
    };
    (needed, format!("estimate, at least, {how}: {load}{bound}"))
}

/// Whole pods; `None` when the count is beyond all reason.
fn pods(slots: f64, per_pod: f64) -> Option<u32> {
    let count = (slots / per_pod - 1e-9).ceil().max(1.0);
    (count < 1e9).then_some(count as u32)
}

/// The tightest promise on a class that visits the service: what must be small, and how much each of the services on the
/// way may wait when they share the time that work leaves.
fn waiting_budget(model: &Model, demands: &[ClassDemand], s: usize) -> Option<(StaffingTarget, f64)> {
    let quantile = |p: f64| StaffingTarget::WaitingTimeQuantile(p.min(1.0 - 1e-9));
    let mut tightest: Option<(StaffingTarget, f64)> = None;
    for objective in &model.objectives {
        let (target, limit) = match objective.measure {
            Measure::Quantile(p, op, limit) if op.wants_small() => (quantile(p), limit),
            Measure::Mean(op, limit) if op.wants_small() => (StaffingTarget::MeanWaitingTime, limit),
            Measure::Within(limit, Comparison::More | Comparison::AtLeast, share) => {
                (quantile(share), limit.as_secs_f64())
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

/// Three digits are enough for an estimate's basis.
fn round(value: f64) -> f64 {
    let mut scale = 1.0;
    while value * scale < 100.0 && scale < 1e6 {
        scale *= 10.0;
    }
    (value * scale).round() / scale
}
