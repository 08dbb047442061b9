//! From a pool to the summary that every report reads.

use super::beside::theory_rows;
use super::estimate::mean_time;
use super::health::Recovery;
use super::judge::judge;
use super::needs::needs;
use super::pool::Pool;
use super::rows::Named;
use super::summary::{
    Assumption, BrokenSpan, ChartWindow, RecoveryEstimate, RunFacts, SUMMARY_VERSION, Summary,
};
use super::when::relative;
use crate::model::{Mode, Model, WarmUp};

/// What a summary says besides what the runs gave.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// What the model takes for granted.
    pub assumptions: Vec<Assumption>,
    /// Warnings of plausibility.
    pub warnings: Vec<String>,
    /// Whether the asked precision was reached; `None` if none was asked.
    pub precision_reached: Option<bool>,
}

/// Estimates, verdict and facts of the replications in `pool`, which must be of `model`.
#[must_use]
pub fn summarize(model: &Model, pool: &Pool, extra: Extra) -> Summary {
    let (objectives, conclusion) = judge(model, pool);
    let mut estimates = pool.estimates();
    estimates.extend(pool.health.rows());
    let theory = theory_rows(model, &estimates);
    let needs = needs(model, pool, &estimates);
    Summary {
        version: SUMMARY_VERSION,
        name: model.name.clone(),
        question: model.question.clone(),
        conclusion,
        objectives,
        needs,
        recovery: recovery(pool),
        metrics: estimates.into_iter().map(Named::into_row).collect(),
        series: pool.series.rows(model),
        observed: Vec::new(),
        probes: pool.probes.rows(model),
        theory,
        assumptions: extra.assumptions,
        warnings: extra.warnings,
        windows: windows(model),
        uncertainty: None,
        facts: facts(model, pool, extra.precision_reached),
    }
}

/// Recovery from the first mark that an objective names, else from the last peak.
fn recovery(pool: &Pool) -> Option<RecoveryEstimate> {
    let recovery = pool.health.recoveries.first().filter(|r| !r.runs.is_empty())?;
    let times: Vec<f64> = recovery.runs.iter().flatten().copied().collect();
    Some(RecoveryEstimate {
        after: recovery.label.clone(),
        seconds: mean_time(&times),
        recovered: times.len() as f64 / recovery.runs.len() as f64,
        broken: broken(pool, recovery),
    })
}

/// When promises were broken, if they were in any run.
fn broken(pool: &Pool, recovery: &Recovery) -> Option<BrokenSpan> {
    let spans = &pool.health.broken;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| spans.iter().map(of).sum::<f64>() / spans.len() as f64;
    if spans.is_empty() {
        return None;
    }
    Some(BrokenSpan {
        runs: spans.len() as f64 / recovery.runs.len() as f64,
        seconds: mean_time(&pool.health.unhealthy)?,
        before_mark: mean_time(&recovery.broken_before)?,
        first: mean(&|span| span.0),
        last: mean(&|span| span.1),
    })
}

fn windows(model: &Model) -> Vec<ChartWindow> {
    let seconds = |at: crate::units::SimTime| relative(at.as_nanos(), model.plan.t0);
    let window = |w: &crate::model::NamedWindow| ChartWindow {
        name: w.name.clone(),
        start: seconds(w.start),
        end: seconds(w.end),
    };
    model.windows.iter().map(window).collect()
}

fn facts(model: &Model, pool: &Pool, precision_reached: Option<bool>) -> RunFacts {
    let plan = &model.plan;
    let total = pool.total.as_ref();
    let classes = total.map(|t| t.classes.as_slice()).unwrap_or_default();
    let warm_up = match plan.mode {
        Mode::Steady(WarmUp::Fixed(span)) => Some(span.as_secs_f64()),
        _ => None,
    };
    RunFacts {
        replications: pool.runs(),
        seed: plan.seed,
        t0: plan.t0_label.clone(),
        from: relative(plan.from().as_nanos(), plan.t0),
        to: relative(plan.to().as_nanos(), plan.t0),
        settle: plan.settle.as_secs_f64(),
        warm_up,
        requests: classes.iter().map(|c| c.arrived).sum(),
        censored: classes.iter().map(|c| c.censored).sum(),
        events: total.map_or(0, |t| t.events),
        precision_reached,
        bounds_hit: pool.bounds_hit(),
        resolution: 1.0 / f64::from(1u32 << model.recording.resolution_bits.min(14)),
    }
}
