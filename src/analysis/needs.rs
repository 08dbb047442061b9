//! Pods needed at T0: the smallest ready count that carries the first attempts of every window until the first pod
//! that answers the crowd is ready. An estimate from rates and means, not from the simulation.

use super::demand::{ClassDemand, expected_requests, mean_speed, of_class};
use super::pool::{Named, Pool};
use super::reactive::opening;
use super::scalars::FIRST_REACTIVE;
use super::scope;
use super::series::relative;
use super::staff::{Flow, is_pooled};
use super::summary::{Estimate, ServiceNeed};
use crate::model::{ChangeAction, Comparison, Measure, Model, Scaler, Scope, Service, ServiceId};
use crate::theory::StaffingTarget;

/// Windows looked at when the model records none of its own.
const WINDOWS: f64 = 200.0;

/// Most windows looked at.
const MOST_WINDOWS: f64 = 20_000.0;

/// One row a service that has pods of its own. `estimates` are the pool's.
pub(super) fn needs(model: &Model, pool: &Pool, estimates: &[Named]) -> Vec<ServiceNeed> {
    let demands: Vec<_> = model.classes.iter().map(|class| of_class(model, class)).collect();
    let with_pods = model.services.iter().enumerate().filter(|(_, service)| !service.external);
    let row = |(s, service)| {
        let name = scope::service(model, s);
        let measured = estimates.iter().find(|row| row.scope == name && row.metric == FIRST_REACTIVE);
        need(model, pool, &demands, s, service, measured.map(|row| row.estimate))
    };
    with_pods.map(row).collect()
}

fn need(
    model: &Model,
    pool: &Pool,
    demands: &[ClassDemand],
    s: usize,
    service: &Service,
    measured: Option<Estimate>,
) -> ServiceNeed {
    let name = scope::service(model, s);
    let mean = |metric: &str| {
        let values = pool.per_run(&name, metric);
        if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let reactive = measured.map(|seen| seen.mean).or_else(|| reactive_at(model, s, service));
    let (needed, basis) = estimate(model, demands, s, service, reactive);
    ServiceNeed {
        service: service.name.clone(),
        had: mean("replicas_ready_at_t0"),
        needed,
        most: mean("replicas_max"),
        reactive_at: reactive,
        reactive_measured: measured,
        basis,
    }
}

/// Where no run ordered a pod: seconds after T0 at which one ordered in answer to the opening would be ready on
/// average. The sample is taken, ages, is seen by the next tick, and the pod starts; scheduled pods count from their
/// schedule.
fn reactive_at(model: &Model, s: usize, service: &Service) -> Option<f64> {
    let startup = model.laws.get(service.startup.index()).map_or(0.0, |law| law.law.mean());
    let startup = if startup.is_finite() { startup } else { 0.0 };
    let metrics = &model.cpu_metrics;
    let opening = relative(opening(model).as_nanos(), model.plan.t0);
    // An opening falls at any point between two scrapes and between two ticks: half of each on average.
    let chain = service.scaler.as_ref().map(|scaler| match scaler {
        Scaler::Hpa(hpa) => {
            0.5 * (metrics.scrape.as_secs_f64() + hpa.sync.as_secs_f64()) + metrics.age.as_secs_f64()
        }
        Scaler::Target(target) => 0.5 * target.period.as_secs_f64(),
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
    chain
        .map(|delay| opening + delay)
        .into_iter()
        .chain(scheduled)
        .reduce(f64::min)
        .map(|delay| delay + startup)
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
    let slots = if service.slots == u32::MAX { f64::INFINITY } else { f64::from(service.slots) };
    let flow = Flow {
        rate: peak.rate,
        work: peak.work / peak.rate,
        held: peak.held / peak.rate,
        slots,
        cores: service.cpu_limit * mean_speed(model, service),
        pooled: is_pooled(model, s, service),
    };
    let (Some(fluid), Some(pod_rate)) = (flow.fluid(), flow.pod_rate()) else {
        return (None, "a pod has no limit of slots or cpu, so one is enough".to_owned());
    };
    let when = relative(crate::units::SimTime::from_secs_f64(peak.at).as_nanos(), model.plan.t0);
    let at = match round(when.abs()) {
        0.0 => "T0".to_owned(),
        seconds if when < 0.0 => format!("T0-{seconds}s"),
        seconds => format!("T0+{seconds}s"),
    };
    let load =
        format!("{} first attempts/s at {at}; a pod does {}/s at most", round(peak.rate), round(pod_rate));
    let bound = if peak.bound { " (rate bounded from above)" } else { "" };
    let (needed, how) = match waiting_budget(model, demands, s) {
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
    (Some(needed), format!("estimate, {how}: {load}{bound}"))
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
