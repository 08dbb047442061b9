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
    /// A metric of a scope, by its name in results.
    Metric(Scope, &'static str),
    /// Replica-hours of all services with pods together.
    ReplicaHours,
}

/// A metric that a comparison looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionMetric {
    /// What it is called in tables and in `check.tolerate`: an objective's head such as `checkout p99`.
    pub key: String,
    /// Where its value comes from.
    pub subject: Subject,
    /// Which way is better.
    pub direction: Direction,
    /// Whether a check judges it although nobody names a tolerance for it.
    pub is_judged: bool,
}

/// Every decision metric of `model`, each key once: the objectives in their author's order, then mean, p99 and
/// success of each class, losses, replica-hours, and busy slots of each service.
#[must_use]
pub fn decision_metrics(model: &Model) -> Vec<DecisionMetric> {
    let mut found: Vec<DecisionMetric> = Vec::new();
    let mut put = |key: String, subject, direction, is_judged| {
        if found.iter().all(|metric| metric.key != key) {
            found.push(DecisionMetric { key, subject, direction, is_judged });
        }
    };
    for (at, objective) in model.objectives.iter().enumerate() {
        let direction = if objective.measure.wants_small() { Direction::Small } else { Direction::Large };
        put(objective.head(model), Subject::Objective(at), direction, true);
    }
    for (at, class) in model.classes.iter().enumerate() {
        let scope = Scope::Class(ClassId(at as u16));
        let of = |metric| Subject::Metric(scope, metric);
        put(format!("{} p99", class.name), of("sojourn_p99"), Direction::Small, true);
        put(format!("{} mean", class.name), of("mean_sojourn"), Direction::Small, true);
        put(format!("{} success", class.name), of("success_ratio"), Direction::Large, true);
    }
    put("lost".to_owned(), Subject::Metric(Scope::System, "lost"), Direction::Small, false);
    if model.classes.iter().any(|class| class.value.is_some()) {
        put("lost_value".to_owned(), Subject::Metric(Scope::System, "lost_value"), Direction::Small, false);
    }
    if model.services.iter().any(|service| !service.external) {
        put("cost".to_owned(), Subject::ReplicaHours, Direction::Small, false);
    }
    for (at, service) in model.services.iter().enumerate().filter(|(_, s)| s.slots < u32::MAX) {
        let subject = Subject::Metric(Scope::Service(ServiceId(at as u16)), "utilisation");
        put(format!("service/{} utilisation", service.name), subject, Direction::Neutral, false);
    }
    found
}
