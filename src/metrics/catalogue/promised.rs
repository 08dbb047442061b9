//! Which metrics objectives and comparisons speak of.

use super::list::*;
use super::metric::Metric;
use crate::model::{
    CpuKind, DecisionMetric, Direction, Figure, Measure, Model, ShareKind, Subject, WaitKind,
};

/// What an objective promises, as results have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    /// The metric's name.
    pub name: String,
    /// Unit of value and limit.
    pub unit: &'static str,
    /// The limit.
    pub limit: f64,
    /// `<`, `<=`, `>` or `>=`: how a value must stand to the limit.
    pub comparison: &'static str,
}

/// The metric that a measure is about.
#[must_use]
pub fn promised(measure: &Measure) -> Promised {
    let (metric, how, limit) = match *measure {
        Measure::Quantile(p, how, limit) => {
            let (name, unit) = (SOJOURN.quantile_name(p), SOJOURN.mean.unit);
            return Promised { name, unit, limit, comparison: how.symbol() };
        }
        Measure::Wait(WaitKind::Quantile(p), how, limit) => {
            let (name, unit) = (WAIT.quantile_name(p), WAIT.mean.unit);
            return Promised { name, unit, limit, comparison: how.symbol() };
        }
        Measure::Wait(WaitKind::Within(time), how, limit) => {
            let (name, unit) = (WAIT_WITHIN.within(time), WAIT_WITHIN.unit);
            return Promised { name, unit, limit, comparison: how.symbol() };
        }
        Measure::Within(time, how, limit) => {
            return Promised {
                name: WITHIN.within(time),
                unit: WITHIN.unit,
                limit,
                comparison: how.symbol(),
            };
        }
        Measure::Recovers(time, _) => {
            let (name, unit, limit) = (RECOVERY.name.to_owned(), RECOVERY.unit, time.as_secs_f64());
            return Promised { name, unit, limit, comparison: "<=" };
        }
        Measure::Retries(how, limit) => {
            // So many times: a limit on a factor is said with `x`.
            let name = ATTEMPTS_PER_CALL.name.to_owned();
            return Promised { name, unit: "x", limit, comparison: how.symbol() };
        }
        Measure::Mean(how, limit) => (&MEAN_SOJOURN, how, limit),
        Measure::Share(ShareKind::Success, how, limit) => (&SUCCESS_RATIO, how, limit),
        Measure::Share(ShareKind::Shed, how, limit) => (&SHED_RATIO, how, limit),
        Measure::Share(ShareKind::Errors, how, limit) => (&ERROR_RATIO, how, limit),
        Measure::Goodput(how, limit) => (&GOODPUT, how, limit),
        Measure::Replicas(how, limit) => (&REPLICAS_MAX, how, limit),
        Measure::Utilisation(how, limit) => (&UTILISATION, how, limit),
        Measure::Cpu(CpuKind::OfRequest, how, limit) => (&CPU_UTILISATION, how, limit),
        Measure::Cpu(CpuKind::OfLimit, how, limit) => (&CPU_LIMIT_UTILISATION, how, limit),
        Measure::Cpu(CpuKind::Throttled, how, limit) => (&THROTTLED, how, limit),
        Measure::Wait(WaitKind::Share, how, limit) => (&PROB_WAIT, how, limit),
        Measure::Wait(WaitKind::Mean, how, limit) => (&MEAN_WAIT, how, limit),
    };
    Promised { name: metric.name.to_owned(), unit: metric.unit, limit, comparison: how.symbol() }
}

/// The metric of a figure that comparisons look at.
#[must_use]
pub const fn of_figure(figure: Figure) -> &'static Metric {
    match figure {
        Figure::P99 => &SOJOURN_P99,
        Figure::Mean => &MEAN_SOJOURN,
        Figure::Success => &SUCCESS_RATIO,
        Figure::Lost => &LOST,
        Figure::LostValue => &LOST_VALUE,
        Figure::Utilisation => &UTILISATION,
    }
}

/// Which way a decision metric gets better: that of an objective as it is asked for.
#[must_use]
pub fn better(model: &Model, metric: &DecisionMetric) -> Direction {
    match metric.subject {
        Subject::Objective(at) => {
            let objective = model.objectives.get(at);
            let small = objective.is_none_or(|objective| objective.measure.wants_small());
            if small { Direction::Small } else { Direction::Large }
        }
        Subject::Metric(_, figure) => of_figure(figure).better,
        Subject::ReplicaHours => REPLICA_HOURS.better,
    }
}
