//! Cases about the first requests of a run: coverage of intervals, initial bias, and runs without randomness.

use super::build::{Setup, set_span};
use super::case::{Case, Kind, Truth, number};
use super::judge::{Estimate, Events, Finding, Outcome, by_formula, exactly, judge};
use super::laws;
use super::names::share_of;
use super::runs::Runs;
use super::steady::judge_steady;
use flashcrowd::model::{After, ArrivalProcess, Model, ServiceId, SourceKind};
use flashcrowd::stats::{batch_means_interval, rank};
use flashcrowd::system::simulate;
use flashcrowd::theory::{Mg1, MmC, mm1_initial_bias};
use flashcrowd::units::{SimDuration, SimTime};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Runs that judge a coverage; a share of 0.7 is then known to 0.007.
const COVERAGE_SECTIONS: u64 = 50;
const COVERAGE_EACH: u64 = 80;
/// Runs that judge the bias of the first requests.
const BIAS_SECTIONS: u64 = 100;
const BIAS_EACH: u64 = 20;

/// Sets a model up to note the waits of its first `count` requests.
fn watch(model: &mut Model, case: &Case, rate: f64, count: u32) {
    let needed = f64::from(count);
    // A Poisson count stays within ten deviations.
    let length = (needed + 10.0 * needed.sqrt() + 20.0) / rate;
    set_span(model, case.seed("main"), 0.0, length);
    model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    model.recording.first_waits = Some((ServiceId(0), count));
    // Nothing else is read from these many short runs.
    model.recording.resolution_bits = 2;
}

/// Judges how often intervals cover the long-run mean wait: metrics `coverage_n{requests}_b{batches}`.
pub fn judge_coverage(case: &Case, mut setup: Setup) -> Result<(Vec<Finding>, u64), String> {
    if case.model["statistic"].as_str() != Some("mean wait of the first n requests") {
        return Err(format!("statistic {}", case.model["statistic"]));
    }
    let confidence = number(&case.model, "nominal_coverage")?;
    let mean = mean_wait(case)?;
    let sizes: Vec<Option<(usize, usize)>> = case.metrics.iter().map(|t| sizes_of(&t.name)).collect();
    let most = sizes.iter().flatten().map(|s| s.0).max().ok_or("no coverage")?;
    watch(&mut setup.model, case, setup.rate, most as u32);
    let covered = Mutex::new(vec![0u64; sizes.len()]);
    let mut runs = Runs::default();
    runs.extend(&setup.model, COVERAGE_SECTIONS, COVERAGE_EACH, &[], &|_, record| {
        let waits: Vec<f64> = record.first_waits.iter().map(|&ns| ns as f64 * 1e-9).collect();
        let covers = |&(n, b): &(usize, usize)| {
            waits
                .get(..n)
                .and_then(|w| batch_means_interval(w, b, confidence))
                .is_some_and(|i| i.contains(mean))
        };
        let hits: Vec<bool> = sizes.iter().map(|s| s.as_ref().is_some_and(covers)).collect();
        let mut covered = covered.lock().unwrap_or_else(|e| e.into_inner());
        covered.iter_mut().zip(hits).for_each(|(count, hit)| *count += u64::from(hit));
    });
    if let Some(why) = runs.broken {
        return Ok((vec![Finding::broken(&why)], runs.events));
    }
    let covered = covered.into_inner().unwrap_or_else(|e| e.into_inner());
    let n = runs.replications as f64;
    let judged = case.metrics.iter().zip(&sizes).zip(covered).map(|((truth, size), count)| {
        if size.is_none() {
            return Finding::unsupported(truth, "metric");
        }
        judge(truth, &share(count as f64, n), None)
    });
    Ok((judged.collect(), runs.events))
}

/// Estimate of a share from independent trials.
pub fn share(count: f64, trials: f64) -> Estimate {
    let p = count / trials;
    let events = Events { seen: count, chances: trials, cluster: None, cluster_of_others: None };
    let error = (p * (1.0 - p) / trials).sqrt();
    Estimate { value: p, error, df: trials - 1.0, resolution: 0.0, events: Some(events) }
}

fn sizes_of(name: &str) -> Option<(usize, usize)> {
    let (n, b) = name.strip_prefix("coverage_n")?.split_once("_b")?;
    Some((n.parse().ok()?, b.parse().ok()?))
}

/// The long-run mean wait of an M/M/c or M/G/1 station.
fn mean_wait(case: &Case) -> Result<f64, String> {
    let value = &case.model;
    if value["arrivals"]["process"] != "poisson"
        || value["discipline"] != "fifo"
        || !value["system_capacity"].is_null()
    {
        return Err("long-run mean wait of such a station".into());
    }
    let (rate, servers) = (number(&value["arrivals"], "rate")?, number(value, "servers")?);
    let service = laws::law(&value["service"])?;
    let second = service.mean * service.mean * (1.0 + service.scv);
    if service.exponential {
        MmC::new(rate, 1.0 / service.mean, servers as u64)
            .map(|q| q.mean_waiting_time())
            .map_err(|e| e.to_string())
    } else if servers == 1.0 {
        let queue = Mg1::new(rate, service.mean, second, f64::INFINITY).map_err(|e| e.to_string())?;
        Ok(queue.mean_waiting_time())
    } else {
        Err("long-run mean wait of M/G/c".into())
    }
}

/// Judges the expected waits of the first requests, each and on average.
pub fn judge_initial_bias(case: &Case, mut setup: Setup) -> Result<(Vec<Finding>, u64), String> {
    let indices: Vec<usize> = case.column("i").ok_or("column i")?.iter().map(|&i| i as usize).collect();
    if indices.contains(&0) {
        return Err("request 0 of a series that counts from 1".into());
    }
    let most = indices.iter().copied().max().ok_or("empty series")?;
    watch(&mut setup.model, case, setup.rate, most as u32);
    let width = indices.len();
    // Per section: sum and sum of squares of the waits, then of the averages.
    let sums = Mutex::new(vec![vec![[0.0f64; 4]; width]; BIAS_SECTIONS as usize]);
    let mut runs = Runs::default();
    runs.extend(&setup.model, BIAS_SECTIONS, BIAS_EACH, &[], &|section, record| {
        let waits: Vec<f64> = record.first_waits.iter().map(|&ns| ns as f64 * 1e-9).collect();
        let mut sum = 0.0;
        let upto: Vec<f64> = waits
            .iter()
            .map(|w| {
                sum += w;
                sum
            })
            .collect();
        let mut sums = sums.lock().unwrap_or_else(|e| e.into_inner());
        for (cell, &i) in sums[section].iter_mut().zip(&indices) {
            let wait = waits.get(i - 1).copied().unwrap_or(f64::NAN);
            let average = upto.get(i - 1).map_or(f64::NAN, |s| s / i as f64);
            for (slot, value) in cell.iter_mut().zip([wait, wait * wait, average, average * average]) {
                *slot += value;
            }
        }
    });
    if let Some(why) = runs.broken {
        return Ok((vec![Finding::broken(&why)], runs.events));
    }
    let n = runs.replications as f64;
    let sums = sums.into_inner().unwrap_or_else(|e| e.into_inner());
    let mut findings = Vec::new();
    for (name, slot) in [("expected_wait_of_ith", 0), ("expected_average_of_first_i", 2)] {
        for (at, &value) in case.column(name).unwrap_or_default().iter().enumerate() {
            let total = |k: usize| sums.iter().map(|s| s[at][k]).sum::<f64>();
            let mean = total(slot) / n;
            let variance = (total(slot + 1) / n - mean * mean).max(0.0) * n / (n - 1.0);
            let truth = stated(&format!("{name} {}", indices[at]), value);
            let estimate =
                Estimate { value: mean, error: (variance / n).sqrt(), df: n - 1.0, ..Estimate::default() };
            findings.push(judge(&truth, &estimate, None));
        }
    }
    findings.extend(bias_by_formula(case, &indices));
    let known = ["i", "expected_wait_of_ith", "expected_average_of_first_i"];
    for name in case.series.keys().filter(|k| !known.contains(&k.as_str())) {
        findings.push(Finding::unsupported(&stated(&format!("series {name}"), 0.0), "column"));
    }
    let (long, events) = long_run(case)?;
    findings.extend(long);
    Ok((findings, runs.events + events))
}

fn stated(name: &str, value: f64) -> Truth {
    Truth {
        name: name.to_owned(),
        value: Some(value),
        unit: "s".into(),
        kind: Kind::Estimate,
        error: 1e-11 * value.abs(),
    }
}

/// The same from the exact recursion, where there is one.
fn bias_by_formula(case: &Case, indices: &[usize]) -> Vec<Finding> {
    let service = laws::law(&case.model["service"]);
    let rate = number(&case.model["arrivals"], "rate");
    let (Ok(service), Ok(rate), Some(most)) = (service, rate, indices.iter().max()) else {
        return Vec::new();
    };
    if !service.exponential || case.model["servers"] != 1 || case.model["arrivals"]["process"] != "poisson" {
        return Vec::new();
    }
    let Ok(bias) = mm1_initial_bias(rate, 1.0 / service.mean, *most) else { return Vec::new() };
    let columns =
        [("expected_wait_of_ith", &bias.expected), ("expected_average_of_first_i", &bias.expected_average)];
    let mut findings = Vec::new();
    for (name, ours) in columns {
        for (&i, &value) in indices.iter().zip(&case.column(name).unwrap_or_default()) {
            findings.push(by_formula(&stated(&format!("{name} {i} (formula)"), value), ours[i - 1], 1e-9));
        }
    }
    findings
}

/// The stated long-run values, from long runs.
fn long_run(case: &Case) -> Result<(Vec<Finding>, u64), String> {
    let mut steady = Case { regime: "steady_state".into(), ..case.clone() };
    for truth in &mut steady.metrics {
        truth.name = truth.name.trim_start_matches("steady_state_").to_owned();
    }
    let setup = super::build::build(&steady)?;
    let (mut findings, events) = judge_steady(&steady, setup)?;
    for finding in &mut findings {
        finding.metric = format!("steady_state_{}", finding.metric);
    }
    Ok((findings, events))
}

/// Judges a station without any randomness: to the last digit, whatever the seed.
pub fn judge_deterministic(case: &Case, mut setup: Setup) -> Result<(Vec<Finding>, u64), String> {
    let service =
        laws::law(&case.model["service"])?.constant.ok_or("random services in a deterministic case")?;
    let SourceKind::Open(process) = &setup.model.sources[0].kind else {
        return Err("a closed source".into());
    };
    let (count, end) = match process {
        ArrivalProcess::Segments(segments) => {
            let count = segments.iter().map(|s| s.to.saturating_sub(s.from).div_ceil(s.gap)).sum::<u64>();
            (count, segments.iter().map(|s| s.to).max().unwrap_or(0))
        }
        ArrivalProcess::Times(times) => (times.len() as u64, times.last().map_or(0, |t| t + 1)),
        _ => return Err("random arrivals in a deterministic case".into()),
    };
    set_span(&mut setup.model, case.seed("main"), 0.0, 0.0);
    setup.model.plan.length = SimDuration::from_nanos(end);
    setup.model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    setup.model.recording.first_waits =
        Some((ServiceId(0), u32::try_from(count).map_err(|e| e.to_string())?));
    let record = simulate(&setup.model, 0, &AtomicBool::new(false));
    setup.model.plan.seed ^= 0x5eed;
    let other = simulate(&setup.model, 1, &AtomicBool::new(false));
    let mut waits = record.first_waits.clone();
    waits.sort_unstable();
    let service = SimTime::from_secs_f64(service).as_nanos();
    let mut findings: Vec<Finding> = case
        .metrics
        .iter()
        .map(|truth| match exact_value(&truth.name, &waits, service, &record) {
            Some(ours) if truth.kind == Kind::Exact => exactly(truth, ours),
            Some(ours) => by_formula(truth, ours, 1e-11),
            None => Finding::unsupported(truth, "metric"),
        })
        .collect();
    let seeds = Truth { name: "the same for every seed".into(), kind: Kind::Exact, ..stated("", 1.0) };
    findings.push(exactly(&seeds, f64::from(u8::from(record == other))));
    if record.services[0].wait.sum_nanos() != waits.iter().map(|&w| u128::from(w)).sum::<u128>() {
        let sum = Truth { name: "recorded waits add up".into(), kind: Kind::Exact, ..stated("", 1.0) };
        findings.push(Finding { outcome: Outcome::Differs, ..Finding::shown(&sum, None) });
    }
    Ok((findings, record.events))
}

fn exact_value(
    name: &str,
    waits: &[u64],
    service: u64,
    record: &flashcrowd::metrics::RunRecord,
) -> Option<f64> {
    let n = waits.len() as u128;
    let sum: u128 = waits.iter().map(|&w| u128::from(w)).sum();
    let seconds = |nanos: u64| SimTime::from_nanos(nanos).as_secs_f64();
    let mean = |nanos: u128| nanos as f64 / n as f64 / 1e9;
    Some(match name {
        "requests" => record.classes[0].arrived as f64,
        "delayed_requests" => record.services[0].waited as f64,
        "mean_wait" => mean(sum),
        "mean_sojourn" => mean(sum + n * u128::from(service)),
        "max_wait" => seconds(*waits.last()?),
        "max_sojourn" => seconds(*waits.last()? + service),
        "last_departure_time" => record.ended.as_secs_f64(),
        "rejected_requests" | "drops" => record.services[0].rejected as f64,
        _ => {
            let (of, digits) = name.rsplit_once("_p")?;
            let at = rank(waits.len() as u64, share_of(digits)?)? as usize - 1;
            match of {
                "wait" => seconds(waits[at]),
                "sojourn" => seconds(waits[at] + service),
                _ => return None,
            }
        }
    })
}
