//! Deterministic peaks: the fluid solver, and evenly spaced requests scaled up.

use super::build::{add_class, add_service, add_site, empty, set_span};
use super::case::{Case, Kind, Truth, number, only_known};
use super::judge::{Finding, Outcome, by_formula};
use super::laws::steps;
use flashcrowd::metrics::RunRecord;
use flashcrowd::model::{
    After, ArrivalProcess, Change, ClassId, FleetPatch, GridProbe, InitialState, Patch, QueuePlacement,
    RateProfile, Service, ServiceId, SourceKind, Step,
};
use flashcrowd::policy::Balancer;
use flashcrowd::random::Law;
use flashcrowd::system::simulate;
use flashcrowd::theory::{Fluid, FluidPeak};
use flashcrowd::units::{SimDuration, SimTime};
use std::sync::atomic::AtomicBool;

/// Requests that stand for one unit of the fluid.
const SCALE: f64 = 100.0;
/// Instants at which the discrete run is looked at.
const LOOKS: u32 = 20_000;

/// Steps of rate or capacity: (from seconds, per second).
type Steps = Vec<(f64, f64)>;

/// Judges a case of kind `fluid`.
pub fn judge_fluid(case: &Case) -> Result<(Vec<Finding>, u64), String> {
    only_known(&case.model, &["kind", "rate_steps", "capacity_steps", "initial_backlog"])?;
    let (rates, capacities) = (steps(&case.model["rate_steps"])?, steps(&case.model["capacity_steps"])?);
    let initial =
        if case.model["initial_backlog"].is_null() { 0.0 } else { number(&case.model, "initial_backlog")? };
    let fluid = Fluid::new(&rates, &capacities, initial).map_err(|e| e.to_string())?;
    let peak = fluid.solve().map_err(|e| e.to_string())?;
    let mut findings = Vec::new();
    for truth in &case.metrics {
        let ours = value_of(&peak, &truth.name);
        let formula =
            ours.map_or_else(|| Finding::unsupported(truth, "metric"), |v| by_formula(truth, v, 1e-9));
        findings.push(Finding { metric: format!("{} (fluid)", truth.name), ..formula });
    }
    let (times, column) = (case.column("t").unwrap_or_default(), case.column("backlog").unwrap_or_default());
    for name in case.series.keys().filter(|k| !["t", "backlog"].contains(&k.as_str())) {
        findings.push(Finding::unsupported(&point(name, 0.0, 0.0), "column"));
    }
    // The file prints times with twelve digits, and a steep backlog turns that into more than 1e-9.
    let steepest = rates.iter().chain(&capacities).map(|s| s.1).fold(0.0, f64::max);
    for (&t, &value) in times.iter().zip(&column) {
        let truth = Truth { error: 1e-9 * value.abs() + steepest * t * 1e-12, ..point("backlog", t, value) };
        findings.push(by_formula(&truth, backlog_at(&peak, t), 1e-9));
    }
    let (discrete, events) = judge_discrete(case, &rates, &capacities, initial, &peak)?;
    findings.extend(discrete);
    Ok((findings, events))
}

fn point(name: &str, t: f64, value: f64) -> Truth {
    Truth {
        name: format!("series {name} at {t}"),
        value: Some(value),
        unit: "1".into(),
        kind: Kind::Estimate,
        error: 0.0,
    }
}

fn value_of(peak: &FluidPeak, name: &str) -> Option<f64> {
    Some(match name {
        "max_backlog" => peak.max_backlog,
        "time_of_max" => peak.time_of_max,
        "drain_time" => peak.drain_time,
        "max_wait" => peak.max_wait,
        "delayed_requests" => peak.delayed_requests,
        "mean_wait_delayed" => peak.mean_wait_delayed,
        "backlog_area" => peak.backlog_area,
        _ => return None,
    })
}

fn backlog_at(peak: &FluidPeak, t: f64) -> f64 {
    let after = peak.backlog.iter().position(|p| p.0 >= t);
    let Some(after) = after else { return 0.0 };
    let b = peak.backlog[after];
    if b.0 == t {
        return b.1;
    }
    if after == 0 {
        return 0.0;
    }
    let a = peak.backlog[after - 1];
    a.1 + (b.1 - a.1) * (t - a.0) / (b.0 - a.0)
}

/// Largest rate of which all capacities are whole multiples.
fn unit_of(capacities: &Steps) -> f64 {
    let mut unit = 0.0f64;
    for &(_, capacity) in capacities {
        let (mut a, mut b) = (unit.max(capacity), unit.min(capacity));
        while b > 1e-6 * a {
            (a, b) = (b, a - b * (a / b + 1e-9).floor());
            b = b.max(0.0);
        }
        unit = a;
    }
    unit
}

/// Runs evenly spaced requests of fixed work, all rates scaled up, and compares within one over the scale.
fn judge_discrete(
    case: &Case,
    rates: &Steps,
    capacities: &Steps,
    initial: f64,
    peak: &FluidPeak,
) -> Result<(Vec<Finding>, u64), String> {
    let unit = unit_of(capacities);
    let servers = |capacity: f64| (capacity / unit).round() as u32;
    if unit <= 0.0 || capacities.iter().any(|c| servers(c.1) > 100_000) {
        return Err("capacities without a common unit".into());
    }
    let mut model = empty()?;
    let last = rates.iter().chain(capacities).map(|s| s.0).fold(peak.empty_at, f64::max);
    let length = last * 1.02 + 1.0;
    let initial = match (initial * SCALE).round() as u32 {
        0 => InitialState::Empty,
        count => InitialState::Requests { count, class: ClassId(0) },
    };
    let service = Service {
        replicas: servers(capacities[0].1),
        placement: QueuePlacement::Central,
        initial,
        ..Service::default()
    };
    let edge = add_service(&mut model, "drain", service, Balancer::RoundRobin);
    let law = model.add_law(Law::constant(1.0 / (unit * SCALE)).map_err(|e| e.to_string())?);
    let site = add_site(&mut model, edge, [Step::Work { law }]);
    let program = model.add_program([Step::Call { site }]);
    let points: Vec<_> = rates.iter().map(|&(t, r)| (t, r * SCALE, r * SCALE)).collect();
    let process = ArrivalProcess::Even(RateProfile::from_points(&points));
    add_class(&mut model, "request", SourceKind::Open(process), program, 0)?;
    for &(at, capacity) in &capacities[1..] {
        let patch = Patch::Fleet(ServiceId(0), FleetPatch::Replicas(servers(capacity)));
        model.changes.push(Change { name: "capacity".into(), at: SimTime::from_secs_f64(at), patch });
    }
    set_span(&mut model, case.seed("main"), 0.0, length);
    model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    let mut looks: Vec<f64> = (0..LOOKS).map(|i| f64::from(i) / f64::from(LOOKS) * length).collect();
    looks.extend(case.column("t").unwrap_or_default().iter().filter(|t| **t <= length));
    looks.sort_by(f64::total_cmp);
    let times = looks.iter().map(|&t| SimTime::from_secs_f64(t)).collect();
    model.recording.grid = Some(GridProbe { service: ServiceId(0), times, virtual_wait: false });
    let record = simulate(&model, 0, &AtomicBool::new(false));
    let end_of_peak = rates.last().map_or(0.0, |r| r.0);
    let mut findings: Vec<Finding> = case
        .metrics
        .iter()
        .map(|t| {
            let ours = discrete_value(&record, &looks, end_of_peak, &t.name);
            let finding =
                ours.map_or_else(|| Finding::unsupported(t, "metric"), |v| within_scale(t, v, t.value));
            Finding { metric: format!("{} (x{SCALE})", t.name), ..finding }
        })
        .collect();
    let (times, column) = (case.column("t").unwrap_or_default(), case.column("backlog").unwrap_or_default());
    for (&t, &value) in times.iter().zip(&column) {
        let Some(at) = looks.iter().position(|&l| l == t) else { continue };
        let truth = point(&format!("backlog (x{SCALE})"), t, value);
        let ours = record.grid.get(at).map_or(f64::NAN, |row| f64::from(row.waiting) / SCALE);
        findings.push(within_scale(&truth, ours, Some(peak.max_backlog)));
    }
    Ok((findings, record.events))
}

/// Within one over the scale, relative to `size`.
fn within_scale(truth: &Truth, ours: f64, size: Option<f64>) -> Finding {
    let mut finding = Finding::shown(truth, Some(ours));
    let close = truth.value.zip(size).is_some_and(|(value, size)| (ours - value).abs() <= size.abs() / SCALE);
    finding.outcome = if close { Outcome::Agrees } else { Outcome::Differs };
    finding
}

fn discrete_value(record: &RunRecord, looks: &[f64], end_of_peak: f64, name: &str) -> Option<f64> {
    let service = &record.services[0];
    let waiting = |i: usize| record.grid.get(i).map_or(0, |row| row.waiting);
    Some(match name {
        "max_backlog" => f64::from(service.peak_queue) / SCALE,
        "time_of_max" => looks[(0..looks.len()).rev().max_by_key(|&i| waiting(i))?],
        "drain_time" => {
            looks[(0..looks.len()).find(|&i| looks[i] >= end_of_peak && waiting(i) == 0)?] - end_of_peak
        }
        "max_wait" => service.wait.largest().as_secs_f64(),
        "delayed_requests" => service.waited as f64 / SCALE,
        "mean_wait_delayed" => service.wait.sum_nanos() as f64 * 1e-9 / service.waited as f64,
        "backlog_area" => service.queued as f64 * 1e-9 / SCALE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_divides_every_capacity() {
        assert_eq!(unit_of(&vec![(0.0, 150.0), (1.0, 600.0)]), 150.0);
        assert_eq!(unit_of(&vec![(0.0, 120.0)]), 120.0);
        assert!((unit_of(&vec![(0.0, 2.5), (1.0, 1.5), (2.0, 4.0)]) - 0.5).abs() < 1e-9);
    }
}
