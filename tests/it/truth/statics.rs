//! Statistics on printed data: no run is needed.

use super::case::{Case, Truth, number, numbers, only_known};
use super::first_waits::share;
use super::judge::{Estimate, Finding, by_formula, judge};
use flashcrowd::numerics::{norm_quantile, t_quantile};
use flashcrowd::random::{Key, unit};
use flashcrowd::stats::{
    Ar1, StalledStation, batch_means, batch_means_interval, batched_quantile_interval, lag1_autocorrelation,
    mean, mser5, order_statistic_ranks, overlapping_batch_means, quantile, rank, sectioned_quantile_interval,
    standard_deviation, t_interval, von_neumann_ratio,
};
use flashcrowd::units::SimDuration;
use rayon::prelude::*;

/// Runs and their length that judge the coverage of intervals on an autoregressive process.
const AR1_RUNS: u64 = 1000;
const AR1_LENGTH: u64 = 20_000;

/// Judges a case of the statistics kinds; `None` for a kind that is none of them.
pub fn judge_static(case: &Case) -> Option<Result<Vec<Finding>, String>> {
    let by = |fields: &[&str], value: &dyn Fn(&str) -> Option<f64>| {
        only_known(&case.model, fields)?;
        let judged = case.metrics.iter().map(|truth| match value(&truth.name) {
            // A rank that does not exist is written as null.
            None if truth.value.is_none() && truth.name.ends_with("_rank") => agreed(truth),
            None => Finding::unsupported(truth, "metric"),
            Some(_) if truth.value.is_none() => {
                Finding { outcome: super::judge::Outcome::Differs, ..agreed(truth) }
            }
            Some(ours) => by_formula(truth, ours, 1e-10),
        });
        Ok(judged.collect::<Vec<_>>())
    };
    let data = numbers(&case.model["data"]).unwrap_or_default();
    Some(match case.model["kind"].as_str()? {
        "t_interval" => by(&["kind", "data"], &|name| interval_metric(&data, name)),
        "mser5" => by(&["kind", "data", "rule"], &|name| mser_metric(&data, name)),
        "batch_means" => by(&["kind", "data", "rule"], &|name| batch_metric(&data, name)),
        "order_statistic_ci" => by(&["kind", "confidence", "cases", "rule"], &|name| rank_metric(case, name)),
        "coordinated_omission" => judge_omission(case, &by),
        "ar1" => judge_ar1(case),
        _ => return super::decisions::judge_decision(case, &by),
    })
}

fn agreed(truth: &Truth) -> Finding {
    Finding { outcome: super::judge::Outcome::Agrees, ..Finding::shown(truth, None) }
}

/// The confidence at the end of a name, in per cent.
pub fn confidence_of(name: &str, prefix: &str) -> Option<f64> {
    name.strip_prefix(prefix).and_then(super::names::share_of)
}

fn interval_metric(data: &[f64], name: &str) -> Option<f64> {
    if let Some(confidence) = confidence_of(name, "half_width_") {
        return Some(t_interval(data, confidence)?.half_width);
    }
    if let Some(confidence) = confidence_of(name, "relative_half_width_") {
        return Some(t_interval(data, confidence)?.relative_half_width());
    }
    if let Some(p) = confidence_of(name, "t_quantile_") {
        return Some(t_quantile(p, data.len() as f64 - 1.0));
    }
    match name {
        "mean" => mean(data),
        "sd" => standard_deviation(data),
        _ => None,
    }
}

fn mser_metric(data: &[f64], name: &str) -> Option<f64> {
    let found = mser5(data, 0)?;
    match name {
        "mser5_batches_deleted" => Some(found.batches_deleted as f64),
        "observations_deleted" => Some(found.observations_deleted as f64),
        "mser5_statistic" => Some(found.statistic),
        "mser5_statistic_at_0" => Some(found.statistic_at_zero),
        "mean_all" => mean(data),
        "truncated_mean" => mean(&data[found.observations_deleted..]),
        _ => None,
    }
}

fn batch_metric(data: &[f64], name: &str) -> Option<f64> {
    let after = |prefix: &str| name.strip_prefix(prefix)?.parse::<usize>().ok();
    if let Some(batches) = after("batch_means_half_width_95_b") {
        return Some(batch_means_interval(data, batches, 0.95)?.half_width);
    }
    if let Some(size) = after("obm_variance_parameter_m") {
        return Some(overlapping_batch_means(data, size, 0.95)?.variance_parameter);
    }
    if let Some(size) = after("obm_df_m") {
        return Some(overlapping_batch_means(data, size, 0.95)?.df);
    }
    if let Some(size) = after("obm_half_width_95_m") {
        return Some(overlapping_batch_means(data, size, 0.95)?.interval.half_width);
    }
    if let Some(batches) =
        name.strip_prefix("von_neumann_ratio_of_").and_then(|n| n.strip_suffix("_batch_means"))
    {
        return von_neumann_ratio(&batch_means(data, batches.parse().ok()?)?);
    }
    // The number of batches of the two quantile intervals is not in their names: the file uses ten.
    let p = |prefix: &str, suffix: &str| {
        name.strip_prefix(prefix)?.strip_suffix(suffix).and_then(super::names::share_of)
    };
    if let Some(p) = p("batched_quantile", "_mean") {
        return Some(batched_quantile_interval(data, 10, p, 0.95)?.centre);
    }
    if let Some(p) = p("batched_quantile", "_half_width_95") {
        return Some(batched_quantile_interval(data, 10, p, 0.95)?.half_width);
    }
    if let Some(p) = p("sectioning_quantile", "_half_width_95") {
        return Some(sectioned_quantile_interval(data, 10, p, 0.95)?.half_width);
    }
    if let Some(p) = p("quantile", "") {
        return quantile(&mut data.to_vec(), p);
    }
    match name {
        "mean" => mean(data),
        "lag1_autocorrelation" => lag1_autocorrelation(data),
        _ => None,
    }
}

fn rank_metric(case: &Case, name: &str) -> Option<f64> {
    let confidence = number(&case.model, "confidence").ok()?;
    let (n, rest) = name.strip_prefix('n')?.split_once("_p")?;
    let (p, what) = rest.split_once('_')?;
    let ranks = order_statistic_ranks(n.parse().ok()?, p.parse().ok()?, confidence)?;
    match what {
        "lower_rank" => ranks.lower.map(|r| r as f64),
        "upper_rank" => ranks.upper.map(|r| r as f64),
        "coverage" => Some(ranks.coverage),
        _ => None,
    }
}

/// How a table of metrics is judged.
pub type By<'a> = dyn Fn(&[&str], &dyn Fn(&str) -> Option<f64>) -> Result<Vec<Finding>, String> + 'a;

fn judge_omission(case: &Case, by: &By<'_>) -> Result<Vec<Finding>, String> {
    let nanos =
        |key: &str| Ok::<u64, String>(SimDuration::from_secs_f64(number(&case.model, key)?).as_nanos());
    let station = StalledStation {
        period: nanos("period")?,
        service: nanos("service")?,
        duration: nanos("duration")?,
        stall_start: nanos("stall_start")?,
        stall_length: nanos("stall_length")?,
    };
    let (mut open, mut closed) = (station.open_loop(), station.closed_loop());
    open.sort_unstable();
    closed.sort_unstable();
    let fields = ["kind", "period", "service", "duration", "stall_start", "stall_length", "rule"];
    by(&fields, &|name| match name {
        "open_loop_requests" => Some(open.len() as f64),
        "closed_loop_requests" => Some(closed.len() as f64),
        _ => {
            let (times, what) = match name.split_once('_')? {
                ("open", what) => (&open, what),
                ("closed", what) => (&closed, what),
                _ => return None,
            };
            let seconds = |nanos: u64| SimDuration::from_nanos(nanos).as_secs_f64();
            match what {
                "mean" => {
                    Some(times.iter().map(|&t| u128::from(t)).sum::<u128>() as f64 / times.len() as f64 / 1e9)
                }
                "max" => times.last().map(|&t| seconds(t)),
                _ => {
                    let p = what.strip_prefix('p').and_then(super::names::share_of)?;
                    Some(seconds(times[rank(times.len() as u64, p)? as usize - 1]))
                }
            }
        }
    })
}

fn judge_ar1(case: &Case) -> Result<Vec<Finding>, String> {
    only_known(&case.model, &["kind", "phi", "mean", "innovation_sd"])?;
    let get = |key: &str| number(&case.model, key);
    let process =
        Ar1::new(get("phi")?, get("mean")?, get("innovation_sd")?).ok_or("not a stationary process")?;
    let value = |name: &str| match name {
        "mean" => Some(process.mean()),
        "variance" => Some(process.variance()),
        "asymptotic_variance_of_mean_times_n" => Some(process.asymptotic_variance()),
        "lag1_autocorrelation" => Some(process.lag1_autocorrelation()),
        "effective_sample_fraction" => Some(process.effective_sample_fraction()),
        _ => name.strip_prefix("quantile").and_then(super::names::share_of).map(|p| process.quantile(p)),
    };
    let formula = |truth: &Truth| {
        value(&truth.name)
            .map_or_else(|| Finding::unsupported(truth, "metric"), |v| by_formula(truth, v, 1e-10))
    };
    let mut findings: Vec<Finding> = case.metrics.iter().map(formula).collect();
    findings.extend(simulate_ar1(case, &process));
    Ok(findings)
}

/// Runs of the process: their mean, their variance and how often batch means cover the mean.
fn simulate_ar1(case: &Case, process: &Ar1) -> Vec<Finding> {
    let run = |r: u64| {
        let key = Key::root(case.seed("ar1"), r, 0);
        let normal = |i: u64| norm_quantile(unit(key.draw(i)));
        let mut x = process.stationary(normal(0));
        let path: Vec<f64> = (1..=AR1_LENGTH)
            .map(|i| {
                x = process.next(x, normal(i));
                x
            })
            .collect();
        let centre = mean(&path).unwrap_or(f64::NAN);
        let square =
            path.iter().map(|v| (v - process.mean()) * (v - process.mean())).sum::<f64>() / path.len() as f64;
        let covered = batch_means_interval(&path, 20, 0.95).is_some_and(|i| i.contains(process.mean()));
        (centre, square, covered)
    };
    let runs: Vec<(f64, f64, bool)> = (0..AR1_RUNS).into_par_iter().map(run).collect();
    let estimate = |of: &dyn Fn(&(f64, f64, bool)) -> f64| {
        let values: Vec<f64> = runs.iter().map(of).collect();
        let error = standard_deviation(&values).unwrap_or(f64::NAN) / (values.len() as f64).sqrt();
        Estimate {
            value: mean(&values).unwrap_or(f64::NAN),
            error,
            df: values.len() as f64 - 1.0,
            ..Estimate::default()
        }
    };
    let mut findings = Vec::new();
    for (name, estimate) in [("mean", estimate(&|r| r.0)), ("variance", estimate(&|r| r.1))] {
        if let Some(truth) = case.metrics.iter().find(|t| t.name == name) {
            let finding = judge(truth, &estimate, None);
            findings.push(Finding { metric: format!("{name} (simulation)"), ..finding });
        }
    }
    // Batches of a thousand values are nearly independent here, so the nominal coverage should be met to 2 %.
    let covered = runs.iter().filter(|r| r.2).count() as f64;
    let nominal = Truth {
        name: "coverage of 20 batch means (simulation)".into(),
        value: Some(0.95),
        unit: "1".into(),
        kind: super::case::Kind::Estimate,
        error: 0.01,
    };
    findings.push(judge(&nominal, &Estimate { events: None, ..share(covered, AR1_RUNS as f64) }, None));
    findings
}
