//! Stations under a cpu quota: long-run values, and timelines to the nanosecond.

use super::build::{Setup, add_class, add_service, add_site, arrivals_control, empty, set_span};
use super::case::{Case, Kind, Truth, Unsupported, count, number, numbers, only_known};
use super::judge::{Finding, exactly};
use super::laws;
use super::names::Layout;
use flashcrowd::metrics::RunRecord;
use flashcrowd::model::{
    After, ArrivalProcess, CpuQuota, CpuSharing, InitialState, Model, Phase, Service, SourceKind, Step,
};
use flashcrowd::policy::Balancer;
use flashcrowd::random::Law;
use flashcrowd::system::simulate;
use flashcrowd::units::{SimDuration, SimTime};
use serde_json::Value;
use std::sync::atomic::AtomicBool;

const STATION: [&str; 12] = [
    "kind",
    "arrivals",
    "servers",
    "service",
    "discipline",
    "limit",
    "period_ms",
    "burst_ms",
    "phase_ms",
    "threads",
    "cores",
    "system_capacity",
];

/// Whether a case is about a quota.
pub fn has_quota(case: &Case) -> bool {
    case.model["discipline"] == "cpu_quota"
}

/// The pod of a case. A request in a thread holds it to its end, which is what a slot is.
fn pod(value: &Value) -> Result<Service, Unsupported> {
    only_known(value, &STATION)?;
    if !value["servers"].is_null() || value["burst_ms"].as_f64().unwrap_or(0.0) != 0.0 {
        return Err("servers or a burst beside a quota".into());
    }
    let whole = |key: &str| if value[key].is_null() { Ok(None) } else { count(value, key).map(Some) };
    let (threads, capacity) = (whole("threads")?, whole("system_capacity")?);
    let slots = threads.or(capacity).unwrap_or(u32::MAX);
    let room = capacity.map_or(Some(u32::MAX), |capacity| capacity.checked_sub(slots));
    let cores = if value["cores"].is_null() { f64::INFINITY } else { number(value, "cores")? };
    let millis = |key: &str| number(value, key).map(|ms| ms / 1000.0);
    let quota = CpuQuota {
        period: SimDuration::from_secs_f64(millis("period_ms")?),
        phase: Phase::At(SimTime::from_secs_f64(millis("phase_ms")?)),
        cores,
        ..CpuQuota::default()
    };
    Ok(Service {
        slots,
        queue_limit: room.ok_or("a system_capacity below threads")?,
        cpu_limit: number(value, "limit")?,
        sharing: CpuSharing::Quota(quota),
        initial: InitialState::Empty,
        ..Service::default()
    })
}

/// A case of long-run values as a model.
pub fn station(case: &Case) -> Result<Setup, Unsupported> {
    let value = &case.model;
    let mut model = empty()?;
    let service = laws::law(&value["service"])?;
    let arrivals = laws::arrivals(&value["arrivals"], &mut model, 0.0)?;
    let pod = pod(value)?;
    let limit = pod.cpu_limit;
    let slots = pod.slots;
    let edge = add_service(&mut model, "station", pod, Balancer::RoundRobin);
    let law = model.add_law(service.law.clone());
    let site = add_site(&mut model, edge, [Step::Work { law }]);
    let program = model.add_program([Step::Call { site }]);
    add_class(&mut model, "request", SourceKind::Open(arrivals.process), program, 0)?;
    let cores = limit.min(f64::from(slots));
    let (load, scv) = (arrivals.rate * service.mean / cores, service.scv.min(100.0));
    let gap = 1.0 - load.sqrt();
    let relaxation = (arrivals.dispersion + scv).max(2.0) / 2.0 * service.mean / cores / (gap * gap)
        + 4.0 * number(value, "period_ms")? / 1000.0 / (1.0 - load)
        + arrivals.memory;
    let layout = Layout { servers: vec![cores], unit: service.mean, limit: Some(limit), ..Layout::default() };
    let controls = vec![arrivals_control(arrivals.rate)];
    Ok(Setup { model, rate: arrivals.rate, calls: 1.0, relaxation, layout, controls })
}

/// Judges a timeline: every request is a class of its own.
pub fn judge_timeline(case: &Case) -> Result<(Vec<Finding>, u64), String> {
    let value = &case.model;
    let mut model = empty()?;
    let edge = add_service(&mut model, "station", pod(value)?, Balancer::RoundRobin);
    let times = numbers(&value["arrivals"]["times"]).ok_or("arrivals that are no trace")?;
    let works = works(&value["service"], times.len())?;
    for (i, (&at, &work)) in times.iter().zip(&works).enumerate() {
        let law = model.add_law(Law::constant(work).map_err(|e| e.to_string())?);
        let site = add_site(&mut model, edge, [Step::Work { law }]);
        let program = model.add_program([Step::Call { site }]);
        let instant = ArrivalProcess::Times([nanos(at)].into());
        add_class(&mut model, &format!("r{i}"), SourceKind::Open(instant), program, 0)?;
    }
    let record = run(model, case, &times, &works)?;
    let ends: Vec<f64> = times
        .iter()
        .zip(&record.classes)
        .map(|(&at, class)| (nanos(at) + class.sojourn.sum_nanos() as u64) as f64 * 1e-9)
        .collect();
    let findings = case.metrics.iter().map(|truth| {
        value_of(&record, &times, &ends, &truth.name)
            .map_or_else(|| Finding::unsupported(truth, "metric"), |ours| exactly(truth, ours))
    });
    let mut findings: Vec<Finding> = findings.collect();
    for name in case.series.keys() {
        let column = case.column(name).unwrap_or_default();
        for (i, &known) in column.iter().enumerate() {
            let Some(class) = record.classes.get(i) else { continue };
            let seconds = |nanos: u128| nanos as f64 * 1e-9;
            let ours = match name.as_str() {
                "i" => i as f64 + 1.0,
                "arrival" => times[i],
                "work" => works[i],
                "sojourn" => seconds(class.sojourn.sum_nanos()),
                "thread_start" => seconds(u128::from(nanos(times[i])) + class.wait.sum_nanos()),
                "departure" => ends[i],
                _ => f64::NAN,
            };
            let truth = Truth {
                name: format!("{name} of request {}", i + 1),
                value: Some(known),
                unit: "s".into(),
                kind: Kind::Exact,
                error: 0.0,
            };
            findings.push(exactly(&truth, ours));
        }
    }
    Ok((findings, record.events))
}

fn works(service: &Value, count: usize) -> Result<Vec<f64>, String> {
    match service["dist"].as_str() {
        Some("trace") => numbers(&service["values"]).filter(|v| v.len() == count).ok_or("values".into()),
        Some("deterministic") => Ok(vec![number(service, "value")?; count]),
        other => Err(format!("law {} of a timeline", other.unwrap_or("without a name"))),
    }
}

fn run(mut model: Model, case: &Case, times: &[f64], works: &[f64]) -> Result<RunRecord, String> {
    let (limit, period) = (number(&case.model, "limit")?, number(&case.model, "period_ms")? / 1000.0);
    let last = times.iter().copied().fold(0.0, f64::max);
    // By then all work is done and the timer has stopped.
    let until = last + works.iter().sum::<f64>() / limit.min(1.0) + 5.0 * period;
    set_span(&mut model, case.seed("main"), 0.0, until);
    model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    Ok(simulate(&model, 0, &AtomicBool::new(false)))
}

fn value_of(record: &RunRecord, times: &[f64], ends: &[f64], name: &str) -> Option<f64> {
    let sojourns = || record.classes.iter().map(|c| c.sojourn.sum_nanos() as f64 * 1e-9);
    let last = ends.iter().copied().fold(0.0, f64::max);
    let first = times.iter().copied().fold(f64::INFINITY, f64::min);
    let service = &record.services[0];
    let stopped = service.quota.stopped as f64 * 1e-9;
    Some(match name {
        "mean_sojourn" => {
            let total: u128 = record.classes.iter().map(|c| c.sojourn.sum_nanos()).sum();
            total as f64 / ends.len() as f64 * 1e-9
        }
        "max_sojourn" => sojourns().fold(0.0, f64::max),
        "last_departure" => last,
        "cpu_used" => (service.worked + 0.5).floor() * 1e-9,
        "throttled_time" => stopped,
        "periods" => service.quota.periods as f64,
        "throttled_periods" => service.quota.throttled as f64,
        "throttled_time_fraction" => stopped / (last - first),
        _ => return None,
    })
}

fn nanos(seconds: f64) -> u64 {
    SimTime::from_secs_f64(seconds).as_nanos()
}
