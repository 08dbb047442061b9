//! What a comparison of two designs looks at: every objective, and the few metrics that decisions rest on.

use super::{ClassId, Measure, Model, Objective, Scope, ServiceId};

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
        put(objective.head(), Subject::Objective(at), direction, true);
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

impl Measure {
    /// Whether a value meets the limit.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        match *self {
            Self::Quantile(_, how, limit) | Self::Within(_, how, limit) | Self::Share(_, how, limit) => {
                how.holds(value, limit)
            }
            Self::Wait(_, how, limit) => how.holds(value, limit),
            Self::Mean(how, limit)
            | Self::Goodput(how, limit)
            | Self::Replicas(how, limit)
            | Self::Utilisation(how, limit)
            | Self::Retries(how, limit) => how.holds(value, limit),
            Self::Recovers(limit, _) => value <= limit.as_secs_f64(),
        }
    }

    /// Whether small values are good.
    #[must_use]
    pub fn wants_small(&self) -> bool {
        match *self {
            Self::Quantile(_, how, _) | Self::Within(_, how, _) | Self::Share(_, how, _) => how.wants_small(),
            Self::Wait(_, how, _) => how.wants_small(),
            Self::Mean(how, _)
            | Self::Goodput(how, _)
            | Self::Replicas(how, _)
            | Self::Utilisation(how, _)
            | Self::Retries(how, _) => how.wants_small(),
            Self::Recovers(..) => true,
        }
    }
}

impl Objective {
    /// The objective without its limit: `checkout p99 < 800ms during opening` is `checkout p99 during opening`, and
    /// `recovers within 2m after opening.end` is `recovers after opening.end`. Two versions of a scenario that
    /// promise the same thing with another limit have the same head.
    #[must_use]
    pub fn head(&self) -> String {
        let spaced = self.text.replace("->", "\u{1}").replace(['<', '>'], " < ").replace('\u{1}', "->");
        let mut words: Vec<&str> = spaced.split_whitespace().filter(|word| *word != "=").collect();
        let limit = words.iter().position(|word| *word == "<");
        let limit =
            limit.or_else(|| words.iter().position(|w| *w == "within").filter(|_| words[0] == "recovers"));
        if let Some(at) = limit {
            words.drain(at..(at + 2).min(words.len()));
        }
        if let Some(first) = words.first_mut() {
            *first = first.strip_prefix("class/").unwrap_or(first);
        }
        words.retain(|word| *word != "system");
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Comparison;

    fn objective(text: &str) -> Objective {
        Objective {
            text: text.to_owned(),
            scope: Scope::System,
            measure: Measure::Mean(Comparison::Less, 1.0),
            during: None,
            every: None,
            in_runs: None,
        }
    }

    #[test]
    fn heads_are_objectives_without_limits() {
        for (text, head) in [
            ("checkout p99 < 800ms during opening", "checkout p99 during opening"),
            ("checkout p99<=800ms", "checkout p99"),
            ("class/checkout p99 <= 800ms", "checkout p99"),
            (
                "checkout within 800ms >= 99.5% in every 10s window in 95% of runs",
                "checkout within 800ms in every 10s window in 95% of runs",
            ),
            ("edge/web->api retries < 1.2", "edge/web->api retries"),
            ("system success >= 99%", "success"),
            ("recovers within 2m after crowd.end", "recovers after crowd.end"),
        ] {
            assert_eq!(objective(text).head(), head, "{text}");
        }
    }
}
