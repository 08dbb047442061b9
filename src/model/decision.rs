//! What a comparison of two designs looks at: every objective, and the few metrics that decisions rest on.

use super::{ClassId, Model, Scope, ServiceId};

/// Which way a metric gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Small values are good: response times, losses, cost.
    Small,
    /// Large values are good: success, goodput.
    Large,
    /// Neither: a change is only a change.
    Neutral,
}

/// Where a decision metric's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The measure of the objective with this index.
    Objective(usize),
    /// A figure of a scope.
    Metric(Scope, Figure),
    /// Replica-hours of all services with pods together.
    ReplicaHours,
}

/// What comparisons look at beside objectives. The catalogue of metrics knows its name, unit, and which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// 99 % quantile of the response time.
    P99,
    /// Mean response time.
    Mean,
    /// Share that was answered well.
    Success,
    /// Requests that were not.
    Lost,
    /// Their worth.
    LostValue,
    /// Busy share of slots.
    Utilisation,
}

/// A metric that a comparison looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionMetric {
    /// What it is called in tables and in `check.tolerate`: an objective's head such as `checkout p99`.
    pub key: String,
    /// Where its value comes from.
    pub subject: Subject,
    /// Whether a check judges it although nobody names a tolerance for it.
    pub is_judged: bool,
}

/// Every decision metric of `model`, each key once: the objectives in their author's order, then mean, p99 and
/// success of each class, losses, replica-hours, and busy slots of each service.
#[must_use]
pub fn decision_metrics(model: &Model) -> Vec<DecisionMetric> {
    let mut found: Vec<DecisionMetric> = Vec::new();
    let mut put = |key: String, subject, is_judged| {
        if found.iter().all(|metric| metric.key != key) {
            found.push(DecisionMetric { key, subject, is_judged });
        }
    };
    for (at, objective) in model.objectives.iter().enumerate() {
        put(objective.head(model), Subject::Objective(at), true);
    }
    for (at, class) in model.classes.iter().enumerate() {
        let scope = Scope::Class(ClassId(at as u16));
        put(format!("{} p99", class.name), Subject::Metric(scope, Figure::P99), true);
        put(format!("{} mean", class.name), Subject::Metric(scope, Figure::Mean), true);
        put(format!("{} success", class.name), Subject::Metric(scope, Figure::Success), true);
    }
    put("lost".to_owned(), Subject::Metric(Scope::System, Figure::Lost), false);
    if model.classes.iter().any(|class| class.value.is_some()) {
        put("lost_value".to_owned(), Subject::Metric(Scope::System, Figure::LostValue), false);
    }
    if model.services.iter().any(|service| !service.external) {
        put("cost".to_owned(), Subject::ReplicaHours, false);
    }
    for (at, _) in model.services.iter().enumerate().filter(|(_, service)| service.slots < u32::MAX) {
        let scope = Scope::Service(ServiceId(at as u16));
        put(
            format!("{} utilisation", scope.written(model)),
            Subject::Metric(scope, Figure::Utilisation),
            false,
        );
    }
    found
}
