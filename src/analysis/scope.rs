//! Names of scopes and metrics as results have them.

use crate::model::{Caller, Measure, Model, Scope, ShareKind, WaitKind};

/// All classes together.
pub(super) const SYSTEM: &str = "system";

/// `class/NAME`.
pub(super) fn class(model: &Model, index: usize) -> String {
    format!("class/{}", model.classes[index].name)
}

/// `service/NAME`.
pub(super) fn service(model: &Model, index: usize) -> String {
    format!("service/{}", model.services[index].name)
}

/// `edge/CALLER->TARGET`; calls from outside come from `clients`, or from a class's own client.
pub(super) fn edge(model: &Model, index: usize) -> String {
    let edge = &model.edges[index];
    let caller = match edge.caller {
        Caller::Clients => "clients",
        Caller::Class(class) => &model.classes[class.index()].name,
        Caller::Service(service) => &model.services[service.index()].name,
    };
    format!("edge/{caller}->{}", model.services[edge.target.index()].name)
}

/// A scope's name.
pub(super) fn name(model: &Model, scope: Scope) -> String {
    match scope {
        Scope::System => SYSTEM.to_owned(),
        Scope::Class(id) => class(model, id.index()),
        Scope::Service(id) => service(model, id.index()),
        Scope::Edge(id) => edge(model, id.index()),
    }
}

/// `within_0.8s`.
pub(super) fn within_name(seconds: f64) -> String {
    format!("within_{seconds}s")
}

/// Name, limit, unit and direction of a measure.
pub(super) fn measure(measure: &Measure) -> (String, f64, &'static str, &'static str) {
    match *measure {
        Measure::Quantile(p, op, limit) => (percentile_name("sojourn", p), limit, "s", op.symbol()),
        Measure::Mean(op, limit) => ("mean_sojourn".to_owned(), limit, "s", op.symbol()),
        Measure::Within(time, op, limit) => (within_name(time.as_secs_f64()), limit, "1", op.symbol()),
        Measure::Share(kind, op, limit) => (share_name(kind).to_owned(), limit, "1", op.symbol()),
        Measure::Goodput(op, limit) => ("goodput".to_owned(), limit, "1/s", op.symbol()),
        Measure::Replicas(op, limit) => ("replicas_max".to_owned(), limit, "pods", op.symbol()),
        Measure::Utilisation(op, limit) => ("utilisation".to_owned(), limit, "1", op.symbol()),
        Measure::Retries(op, limit) => ("attempts_per_call".to_owned(), limit, "x", op.symbol()),
        Measure::Wait(kind, op, limit) => match kind {
            WaitKind::Share => ("prob_wait".to_owned(), limit, "1", op.symbol()),
            WaitKind::Mean => ("mean_wait".to_owned(), limit, "s", op.symbol()),
            WaitKind::Quantile(p) => (percentile_name("wait", p), limit, "s", op.symbol()),
        },
        Measure::Recovers(time, _) => ("recovery".to_owned(), time.as_secs_f64(), "s", "<="),
    }
}

fn share_name(kind: ShareKind) -> &'static str {
    match kind {
        ShareKind::Success => "success_ratio",
        ShareKind::Shed => "shed_ratio",
        ShareKind::Errors => "error_ratio",
    }
}

/// `sojourn_p99`, `sojourn_p999`: the digits of the percentage without its point.
fn percentile_name(of: &str, p: f64) -> String {
    // Percentages are written with few digits; rounding removes the noise of the division by 100.
    let percent = (p * 1e11).round() / 1e9;
    format!("{of}_p{}", percent.to_string().replace('.', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Comparison;
    use crate::units::SimDuration;

    #[test]
    fn measures_are_named_like_their_metrics() {
        let at_most = Comparison::AtMost;
        let names = [0.5, 0.99, 0.999, 0.9999].map(|p| measure(&Measure::Quantile(p, at_most, 1.0)).0);
        assert_eq!(names, ["sojourn_p50", "sojourn_p99", "sojourn_p999", "sojourn_p9999"]);
        let within = Measure::Within(SimDuration::from_secs_f64(0.8), Comparison::AtLeast, 0.995);
        assert_eq!(measure(&within), ("within_0.8s".to_owned(), 0.995, "1", ">="));
    }
}
