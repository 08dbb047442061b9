//! Terminating runs: pooled values, and the state over time across the runs.

use super::build::{Setup, set_span};
use super::case::{Case, Truth, number};
use super::judge::{Estimate, Events, Finding, LARGEST_SCORE, Outcome, count_score, judge, precision};
use super::runs::Runs;
use super::steady::{Metrics, Plan, runs_differ, settle};
use flashcrowd::metrics::{GridRow, RunRecord};
use flashcrowd::model::{After, GridProbe, ServiceId};
use flashcrowd::numerics::ln;
use flashcrowd::units::{SimDuration, SimTime};
use std::sync::Mutex;

/// Runs of a section.
const EACH: u64 = 20;
/// Sections at the start: a thousand runs.
const SECTIONS: u64 = 50;
/// Sections at most.
const MOST_SECTIONS: f64 = 5000.0;

/// What a column of the series is, per run and instant.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Column {
    InSystem,
    InSystemVariance,
    Waiting,
    WouldWait,
    VirtualWait,
    Full,
}

impl Column {
    fn named(name: &str, capacity: Option<f64>) -> Option<Self> {
        Some(match name {
            "mean_in_system" => Self::InSystem,
            "var_in_system" => Self::InSystemVariance,
            "mean_queue_length" => Self::Waiting,
            // With a full buffer it matters whether a share is of all arrivals or of the accepted ones.
            "prob_wait" if capacity.is_none() => Self::WouldWait,
            "mean_virtual_wait" if capacity.is_none() => Self::VirtualWait,
            "blocking_probability" if capacity.is_some() => Self::Full,
            _ => return None,
        })
    }

    fn value(self, row: &GridRow, servers: f64, capacity: f64) -> f64 {
        let in_system = f64::from(row.in_system);
        match self {
            Self::InSystem | Self::InSystemVariance => in_system,
            Self::Waiting => f64::from(row.waiting),
            Self::WouldWait => f64::from(u8::from(in_system >= servers)),
            Self::VirtualWait => row.virtual_wait.map_or(f64::NAN, |ns| ns as f64 * 1e-9),
            Self::Full => f64::from(u8::from(in_system >= capacity)),
        }
    }
}

/// Number of values, of values that are not zero, and sums of their powers.
#[derive(Clone, Copy, Debug, Default)]
struct PowerSums {
    count: f64,
    nonzero: f64,
    powers: [f64; 4],
}

impl PowerSums {
    fn push(&mut self, x: f64) {
        self.count += 1.0;
        self.nonzero += f64::from(u8::from(x != 0.0));
        let mut power = 1.0;
        for sum in &mut self.powers {
            power *= x;
            *sum += power;
        }
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.nonzero += other.nonzero;
        self.powers.iter_mut().zip(&other.powers).for_each(|(a, b)| *a += b);
    }

    fn mean(&self) -> f64 {
        self.powers[0] / self.count
    }

    /// Sample variance.
    fn variance(&self) -> f64 {
        let mean = self.mean();
        (self.powers[1] / self.count - mean * mean).max(0.0) * self.count / (self.count - 1.0)
    }

    /// The mean with its error.
    fn estimate(&self, least_variance: f64) -> Estimate {
        let error = (self.variance().max(least_variance) / self.count).sqrt();
        Estimate { value: self.mean(), error, df: self.count - 1.0, ..Estimate::default() }
    }

    /// Fourth central moment.
    fn fourth_moment(&self) -> f64 {
        let m = self.mean();
        let p = self.powers.map(|s| s / self.count);
        (p[3] - 4.0 * m * p[2] + 6.0 * m * m * p[1] - 3.0 * m * m * m * m).max(0.0)
    }

    /// Size of a jump of the sum of values, or of their squared deviations: second moment over first. Where
    /// few runs make most of a sum it is large, and the sum is a count of few such jumps.
    fn jump(&self, column: Column) -> f64 {
        let jump = match column {
            Column::InSystemVariance => self.fourth_moment() / self.variance(),
            _ => self.powers[1] / self.powers[0],
        };
        if jump.is_finite() { jump } else { 0.0 }
    }
}

/// The columns of a case's series.
struct Series {
    times: Vec<f64>,
    columns: Vec<(String, Column, Vec<f64>)>,
    unknown: Vec<String>,
    servers: Vec<f64>,
    capacity: f64,
    /// Sums per section, column and instant.
    sums: Mutex<Vec<Vec<PowerSums>>>,
}

impl Series {
    fn new(case: &Case, horizon: f64) -> Result<Self, String> {
        let times = case.column("t").unwrap_or_default();
        if times.iter().any(|t| *t > horizon) {
            return Err("a series beyond the horizon".into());
        }
        let capacity = case.model["system_capacity"].as_f64();
        let (mut columns, mut unknown) = (Vec::new(), Vec::new());
        for name in case.series.keys().filter(|k| *k != "t") {
            match (Column::named(name, capacity), case.column(name).filter(|v| v.len() == times.len())) {
                (Some(column), Some(values)) => columns.push((name.clone(), column, values)),
                _ => unknown.push(name.clone()),
            }
        }
        let schedule = match super::laws::steps(&case.model["server_schedule"]) {
            Ok(steps) => steps,
            Err(_) => vec![(0.0, number(&case.model, "servers")?)],
        };
        let at = |t: f64| schedule.iter().rev().find(|s| s.0 <= t).map_or(0.0, |s| s.1);
        let servers = times.iter().map(|&t| at(t)).collect();
        let capacity = capacity.unwrap_or(f64::INFINITY);
        Ok(Self { times, columns, unknown, servers, capacity, sums: Mutex::default() })
    }

    fn see(&self, section: usize, record: &RunRecord) {
        let width = self.times.len();
        let mut local = vec![PowerSums::default(); width * self.columns.len()];
        for (at, row) in record.grid.iter().enumerate().take(width) {
            for (c, (_, column, _)) in self.columns.iter().enumerate() {
                local[c * width + at].push(column.value(row, self.servers[at], self.capacity));
            }
        }
        let mut sums = self.sums.lock().unwrap_or_else(|e| e.into_inner());
        if sums.len() <= section {
            sums.resize(section + 1, Vec::new());
        }
        if sums[section].is_empty() {
            sums[section] = local;
        } else {
            sums[section].iter_mut().zip(&local).for_each(|(a, b)| a.add(b));
        }
    }

    fn total(&self) -> Vec<PowerSums> {
        let sums = self.sums.lock().unwrap_or_else(|e| e.into_inner());
        let mut total = vec![PowerSums::default(); self.times.len() * self.columns.len()];
        // In the order of sections, so that the sums do not depend on threads.
        for section in sums.iter().filter(|s| !s.is_empty()) {
            total.iter_mut().zip(section).for_each(|(a, b)| a.add(b));
        }
        total
    }

    /// One finding a column: its worst instant.
    fn judge(&self) -> Vec<Finding> {
        let total = self.total();
        let width = self.times.len();
        // A peak leaves a tail of ever fewer runs, in the end of runs that the sample may not hold: how large
        // what is left in them can be is seen a little earlier.
        let memory = (width / 10).max(4);
        let variances = self.columns.iter().find(|c| c.1 == Column::InSystemVariance).map(|c| &c.2);
        let mut findings = Vec::new();
        for (c, (name, column, truths)) in self.columns.iter().enumerate() {
            let sums = &total[c * width..(c + 1) * width];
            let jumps: Vec<f64> = sums.iter().map(|s| s.jump(*column)).collect();
            let judged = (0..width).map(|i| {
                let stated = format!("series {name} at {}", self.times[i]);
                let jump = jumps[i.saturating_sub(memory)..=i].iter().fold(0.0, |a: f64, &b| a.max(b));
                let variance = variances.filter(|_| *column == Column::InSystem).map_or(0.0, |v| v[i]);
                judge_point(&stated, *column, &sums[i], truths[i], jump, variance)
            });
            let worst = judged.max_by(|a, b| size(a).total_cmp(&size(b)));
            findings.extend(worst);
        }
        for name in &self.unknown {
            let truth = stated(&format!("series {name}"), 0.0);
            findings.push(Finding::unsupported(&truth, &format!("series {name}")));
        }
        findings
    }

    /// Largest mean number in system, and when, against the stated ones.
    fn judge_peak(&self, case: &Case) -> Vec<Finding> {
        let peak = case.metrics.iter().filter(|t| is_peak(&t.name));
        let Some(c) = self.columns.iter().position(|col| col.1 == Column::InSystem) else {
            return peak.map(|t| Finding::unsupported(t, "no series mean_in_system")).collect();
        };
        let total = self.total();
        let means = &total[c * self.times.len()..(c + 1) * self.times.len()];
        let highest =
            (0..means.len()).max_by(|&a, &b| means[a].mean().total_cmp(&means[b].mean())).unwrap_or(0);
        let when = case.truth("grid_time_of_peak").unwrap_or(self.times[highest]);
        let stated = self.times.iter().position(|&t| t == when);
        let judge_one = |truth: &Truth| {
            let Some(at) = stated else {
                return Finding::unsupported(truth, "grid_time_of_peak is not in the series");
            };
            let error = |sums: &PowerSums| (sums.variance() / sums.count).sqrt();
            if truth.name == "peak_mean_in_system" {
                let sums = &means[at];
                return judge(
                    truth,
                    &Estimate {
                        value: sums.mean(),
                        error: error(sums),
                        df: sums.count - 1.0,
                        ..Estimate::default()
                    },
                    None,
                );
            }
            // The mean at the stated time must not lie clearly below the highest one.
            let mut finding = Finding::shown(truth, Some(self.times[highest]));
            let difference = means[highest].mean() - means[at].mean();
            let score = if difference == 0.0 {
                0.0
            } else {
                difference / error(&means[at]).hypot(error(&means[highest]))
            };
            finding.score = Some(score);
            finding.outcome = if score <= LARGEST_SCORE { Outcome::Agrees } else { Outcome::Differs };
            finding
        };
        peak.map(judge_one).collect()
    }
}

fn is_peak(name: &str) -> bool {
    matches!(name, "peak_mean_in_system" | "grid_time_of_peak")
}

fn size(finding: &Finding) -> f64 {
    finding.score.map_or(0.0, |z| if z.is_nan() { f64::INFINITY } else { z.abs() })
}

fn stated(name: &str, value: f64) -> Truth {
    let kind = super::case::Kind::Estimate;
    Truth { name: name.to_owned(), value: Some(value), unit: "1".into(), kind, error: 1e-8 * value.abs() }
}

/// Judges one instant of a column. `jump` is the size of a jump of the column's sum, `least_variance` what the
/// variance of a value is known to be at least.
fn judge_point(
    name: &str,
    column: Column,
    sums: &PowerSums,
    value: f64,
    jump: f64,
    least_variance: f64,
) -> Finding {
    let truth = stated(name, value);
    let n = sums.count;
    let mut finding = match column {
        Column::WouldWait | Column::Full => {
            let events = Events { seen: sums.powers[0], chances: n, cluster: None, cluster_of_others: None };
            return judge(&truth, &Estimate { events: Some(events), ..sums.estimate(0.0) }, None);
        }
        Column::InSystemVariance => judge_variance(&truth, sums),
        _ => judge(&truth, &sums.estimate(least_variance), None),
    };
    if column == Column::InSystem || value <= 0.0 {
        return finding;
    }
    let ours = if column == Column::InSystemVariance { sums.variance() } else { sums.mean() };
    // What was seen in fewer than five runs does not tell its size.
    let jump = if sums.nonzero < 5.0 { jump.max(value * n / 3.0) } else { jump };
    let few = if jump > 0.0 { count_score(ours * n / jump, value * n / jump, 1.0) } else { None };
    if let Some(score) = few {
        finding.score = Some(score);
        finding.outcome = if score.abs() <= LARGEST_SCORE { Outcome::Agrees } else { Outcome::Differs };
    }
    finding
}

fn judge_variance(truth: &Truth, sums: &PowerSums) -> Finding {
    let (ours, value) = (sums.variance(), truth.value.unwrap_or(f64::NAN));
    let error = ((sums.fourth_moment() - ours * ours) / sums.count).max(0.0).sqrt();
    // The logarithm of a sample variance is the more nearly normal.
    let score = match () {
        () if ours == value => 0.0,
        () if ours > 0.0 && value > 0.0 && error > 0.0 => ln(ours / value) * ours / error,
        () => f64::INFINITY,
    };
    let mut finding = Finding::shown(truth, Some(ours));
    finding.score = Some(score);
    finding.outcome = if score.abs() <= LARGEST_SCORE { Outcome::Agrees } else { Outcome::Differs };
    finding
}

/// Judges a terminating case with a horizon.
pub fn judge_transient(case: &Case, mut setup: Setup) -> Result<(Vec<Finding>, u64), String> {
    let horizon = number(&case.model, "horizon")?;
    let series = Series::new(case, horizon)?;
    let mut plan = Plan::new(case, &setup, is_peak);
    let mut findings = std::mem::take(&mut plan.others);
    let metrics = Metrics::new(plan, |t| precision(&case.regime, &t.name), Vec::new());
    set_span(&mut setup.model, case.seed("main"), 0.0, horizon);
    setup.model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    if !series.times.is_empty() {
        let times = series.times.iter().map(|&t| SimTime::from_secs_f64(t)).collect();
        let virtual_wait = series.columns.iter().any(|c| c.1 == Column::VirtualWait);
        setup.model.recording.grid = Some(GridProbe { service: ServiceId(0), times, virtual_wait });
    }
    let mut judged = look(case, &setup, &series, &metrics, SECTIONS)?;
    if runs_differ(&judged.0) {
        // Hundreds of instants are judged at once: a difference must show again, in other and more runs.
        setup.model.plan.seed = case.seed("again");
        let again = look(case, &setup, &series, &metrics, 3 * SECTIONS)?;
        settle(&mut judged.0, again.0);
        judged.1 += again.1;
    }
    findings.extend(judged.0);
    Ok((findings, judged.1))
}

/// Runs until no metric is too noisy, and judges.
fn look(
    case: &Case,
    setup: &Setup,
    series: &Series,
    metrics: &Metrics<'_>,
    sections: u64,
) -> Result<(Vec<Finding>, u64), String> {
    series.sums.lock().unwrap_or_else(|e| e.into_inner()).clear();
    let mut runs = Runs::default();
    let mut more = sections;
    for _ in 0..4 {
        runs.extend(&setup.model, more, EACH, metrics.quantities(), &|section, record| {
            series.see(section, record)
        });
        if let Some(why) = &runs.broken {
            return Ok((vec![Finding::broken(why)], runs.events));
        }
        let excess = metrics.excess(&runs);
        let sections = runs.sections.len() as f64;
        more = (sections * (1.15 * excess - 1.0)).ceil().min(MOST_SECTIONS - sections).max(0.0) as u64;
        if excess <= 1.0 || more == 0 {
            break;
        }
    }
    let mut judged = metrics.judge(&runs, |_| false);
    judged.extend(series.judge_peak(case));
    judged.extend(series.judge());
    Ok((judged, runs.events))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(values: &[f64]) -> PowerSums {
        let mut sums = PowerSums::default();
        values.iter().for_each(|&v| sums.push(v));
        sums
    }

    #[test]
    fn a_wrong_point_is_caught() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i % 11)).collect();
        let sums = sums(&values);
        let judged = |value| judge_point("mean", Column::InSystem, &sums, value, 1.0, 0.0).outcome;
        assert_eq!(judged(5.0), Outcome::Agrees);
        assert_eq!(judged(5.5), Outcome::Differs);
        let jump = sums.jump(Column::InSystemVariance);
        let judged = |value| judge_point("var", Column::InSystemVariance, &sums, value, jump, 0.0).outcome;
        assert_eq!(judged(10.0), Outcome::Agrees);
        assert_eq!(judged(12.5), Outcome::Differs);
        assert_eq!(judged(8.0), Outcome::Differs);
    }

    #[test]
    fn what_few_runs_hold_is_judged_as_few() {
        // Six of a thousand runs still have a backlog of 40; a stated mean of 0.5 means twelve of them.
        let mut values = vec![0.0; 1000];
        values[..6].fill(40.0);
        let sums = sums(&values);
        let judged = |value, jump| judge_point("queue", Column::Waiting, &sums, value, jump, 0.0).outcome;
        assert_eq!(judged(0.5, 40.0), Outcome::Agrees);
        assert_eq!(judged(2.0, 40.0), Outcome::Differs);
    }

    #[test]
    fn a_rare_value_that_was_not_seen_is_no_difference() {
        let none = sums(&[0.0; 1000]);
        let judged = |column, value| judge_point("queue", column, &none, value, 0.0, 0.0).outcome;
        assert_eq!(judged(Column::Waiting, 0.0037), Outcome::Agrees);
        assert_eq!(judged(Column::WouldWait, 0.0037), Outcome::Agrees);
        assert_eq!(judged(Column::WouldWait, 0.05), Outcome::Differs);
        assert_eq!(judged(Column::Waiting, 0.0), Outcome::Agrees);
    }
}
