//! Pods needed at T0: the smallest ready count that carries the first attempts of every window until the first pod
//! that answers the crowd is ready. An estimate from rates and means, not from the simulation.

use super::pool::{Named, Pool};
use super::reactive::opening;
use super::required::{Load, demands, load, requirement, waiting_budget, windows};
use super::scalars::FIRST_REACTIVE;
use super::scope;
use super::series::relative;
use super::summary::{Estimate, ServiceNeed};
use crate::model::visits::ClassDemand;
use crate::model::{FleetPatch, Model, Patch, Scaler, ScalerPatch, Service, ServiceId};

/// One row a service that has pods of its own. `estimates` are the pool's.
pub(super) fn needs(model: &Model, pool: &Pool, estimates: &[Named]) -> Vec<ServiceNeed> {
    let demands = demands(model);
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
        had: mean(crate::metrics::catalogue::REPLICAS_READY_AT_T0.name),
        needed,
        most: mean(crate::metrics::catalogue::REPLICAS_MAX.name),
        reactive_at: reactive,
        reactive_measured: measured,
        basis,
    }
}

/// Seconds from a rise of the load until an autoscaler has decided on it, on average; nothing if none watches the
/// service. The sample is taken, ages, and is seen by the next tick.
pub(super) fn reaction(model: &Model, service: &Service) -> Option<f64> {
    let metrics = &model.cpu_metrics;
    // An opening falls at any point between two scrapes and between two ticks: half of each on average.
    service.scaler.as_ref().map(|scaler| match scaler {
        Scaler::Hpa(hpa) => {
            0.5 * (metrics.scrape.as_secs_f64() + hpa.sync.as_secs_f64()) + metrics.age.as_secs_f64()
        }
        Scaler::Target(target) => 0.5 * target.period.as_secs_f64(),
    })
}

/// Seconds a pod takes to start on average.
pub(super) fn startup(model: &Model, service: &Service) -> f64 {
    let mean = model.laws.get(service.startup.index()).map_or(0.0, |law| law.law.mean());
    if mean.is_finite() { mean } else { 0.0 }
}

/// Where no run ordered a pod: seconds after T0 at which one ordered in answer to the opening would be ready on
/// average. Scheduled pods count from their schedule.
fn reactive_at(model: &Model, s: usize, service: &Service) -> Option<f64> {
    let opening = relative(opening(model).as_nanos(), model.plan.t0);
    let scheduled = model.changes.iter().filter(|change| {
        let raises = match change.patch {
            Patch::Fleet(id, FleetPatch::Replicas(count)) | Patch::Scaler(id, ScalerPatch::Min(count)) => {
                id == ServiceId(s as u16) && count > service.replicas
            }
            _ => false,
        };
        raises && change.at > model.plan.t0
    });
    let scheduled = scheduled.map(|change| relative(change.at.as_nanos(), model.plan.t0)).reduce(f64::min);
    let chain = reaction(model, service).map(|delay| opening + delay);
    chain.into_iter().chain(scheduled).reduce(f64::min).map(|delay| delay + startup(model, service))
}

/// The busiest window of a service between two instants.
fn busiest(model: &Model, demands: &[ClassDemand], s: usize, from: f64, to: f64) -> Load {
    let mut worst = Load::default();
    for (start, end) in windows(model, from, to) {
        let load = load(model, demands, s, start, end);
        if load.held.max(load.work) > worst.held.max(worst.work) {
            worst = load;
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
    let required = requirement(model, s, service, &peak, waiting_budget(model, demands, s));
    let (Some(needed), Some(pod_rate)) = (required.pods, required.pod_rate) else {
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
    (Some(needed), format!("estimate, {}: {load}{bound}", required.how))
}

/// Three digits are enough for an estimate's basis.
fn round(value: f64) -> f64 {
    let mut scale = 1.0;
    while value * scale < 100.0 && scale < 1e6 {
        scale *= 10.0;
    }
    (value * scale).round() / scale
}
