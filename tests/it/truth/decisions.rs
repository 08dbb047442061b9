//! Statistics that compare and choose, and capacity by formula: no run is needed.

use super::case::{Case, Truth, number, numbers};
use super::judge::Finding;
use super::names::share_of;
use super::statics::{By, confidence_of};
use flashcrowd::stats::{Best, control_variate, kn_eta, ocba_fractions, paired, rinott_h, t_interval, welch};
use flashcrowd::theory::{Staffing, StaffingTarget, halfin_whitt, smallest_slots};
use serde_json::Value;

/// Judges a case of one of these kinds; `None` for a kind that is none of them.
pub fn judge_decision(case: &Case, by: &By<'_>) -> Option<Result<Vec<Finding>, String>> {
    let model = &case.model;
    let list = |key: &str| numbers(&model[key]).unwrap_or_default();
    Some(match model["kind"].as_str()? {
        "ranking_selection" => by(&["kind", "cases", "rule"], &|name| constant(name)),
        "ocba" => {
            let fractions = ocba_fractions(&list("means"), &list("sds"), Best::Smallest);
            by(&["kind", "means", "sds", "rule"], &|name| {
                let place: usize = name.strip_prefix("fraction_")?.parse().ok()?;
                fractions.as_ref()?.get(place.checked_sub(1)?).copied()
            })
        }
        "compare" => {
            let (a, together, apart) = (list("a"), list("b_crn"), list("b_independent"));
            by(&["kind", "a", "b_crn", "b_independent", "rule"], &|name| {
                difference(&a, &together, &apart, name)
            })
        }
        "control_variate" => {
            let known = number(model, "control_mean");
            let (output, control) = (list("y"), list("control"));
            by(&["kind", "y", "control", "control_mean", "rule"], &|name| {
                controlled(&output, &control, *known.as_ref().ok()?, name)
            })
        }
        "staffing" => judge_staffing(case, by),
        _ => return None,
    })
}

/// `rinott_h_k2_P0.95_n10`, `kn_eta_…`, `kn_h2_…`: the parameters are in the name.
fn constant(name: &str) -> Option<f64> {
    let (rest, first) = name.rsplit_once("_n")?;
    let (rest, correct) = rest.rsplit_once("_P")?;
    let (what, systems) = rest.rsplit_once("_k")?;
    let (systems, correct, first): (u32, f64, u32) =
        (systems.parse().ok()?, correct.parse().ok()?, first.parse().ok()?);
    let eta = || kn_eta(systems as usize, correct, first as usize);
    match what {
        "rinott_h" => rinott_h(systems, correct, first),
        "kn_eta" => eta(),
        "kn_h2" => Some(2.0 * eta()? * f64::from(first - 1)),
        _ => None,
    }
}

fn difference(a: &[f64], together: &[f64], apart: &[f64], name: &str) -> Option<f64> {
    if let Some(confidence) = confidence_of(name, "crn_half_width_") {
        return Some(paired(a, together, confidence)?.difference.half_width);
    }
    if let Some(confidence) = confidence_of(name, "welch_half_width_") {
        return Some(welch(a, apart, confidence)?.difference.half_width);
    }
    match name {
        "crn_difference" => Some(paired(a, together, 0.95)?.difference.centre),
        "correlation_crn" => paired(a, together, 0.95)?.correlation,
        "welch_difference" => Some(welch(a, apart, 0.95)?.difference.centre),
        "welch_df" => Some(welch(a, apart, 0.95)?.df),
        _ => None,
    }
}

fn controlled(output: &[f64], control: &[f64], known: f64, name: &str) -> Option<f64> {
    if let Some(confidence) = confidence_of(name, "control_variate_half_width_") {
        return Some(control_variate(output, control, known, confidence)?.interval.half_width);
    }
    if let Some(confidence) = confidence_of(name, "crude_half_width_") {
        return Some(t_interval(output, confidence)?.half_width);
    }
    match name {
        "control_variate_estimate" => Some(control_variate(output, control, known, 0.95)?.interval.centre),
        "crude_estimate" => Some(t_interval(output, 0.95)?.centre),
        "beta" => Some(control_variate(output, control, known, 0.95)?.slope),
        _ => None,
    }
}

fn judge_staffing(case: &Case, by: &By<'_>) -> Result<Vec<Finding>, String> {
    let model = &case.model;
    let (rate, mean) = (number(&model["arrivals"], "rate")?, number(&model["service"], "mean")?);
    // The blocking of M/M/c/c depends on the mean service only; the other formulas need exponential times.
    let markov = model["arrivals"]["process"] == "poisson" && model["service"]["dist"] == "exponential";
    let at_most = number(&model["target"], "at_most")?;
    let metric = model["target"]["metric"].as_str().unwrap_or("none");
    let target = target(model, metric).filter(|_| markov);
    let target = target.ok_or_else(|| format!("{metric} of {} with these laws", model["system"]))?;
    let found: Staffing = smallest_slots(rate, 1.0 / mean, target, at_most).map_err(|e| e.to_string())?;
    let square_root = halfin_whitt(rate * mean, at_most);
    by(&["kind", "system", "arrivals", "service", "patience", "target"], &|name| match name {
        "servers_needed" => Some(found.slots as f64),
        "metric_at_c" => Some(found.value),
        "metric_at_c_minus_1" => found.value_with_one_less,
        "halfin_whitt_beta" if metric == "prob_wait" => Some(square_root?.0),
        "halfin_whitt_servers" if metric == "prob_wait" => Some(square_root?.1 as f64),
        _ => None,
    })
}

fn target(model: &Value, metric: &str) -> Option<StaffingTarget> {
    let system = model["system"].as_str()?;
    if system == "M/M/c+M" {
        let patience = &model["patience"];
        let mean = number(patience, "mean").ok().filter(|_| patience["dist"] == "exponential")?;
        return (metric == "abandonment_probability")
            .then_some(StaffingTarget::Abandonment { impatience_rate: 1.0 / mean });
    }
    let level = |prefix: &str| metric.strip_prefix(prefix).and_then(share_of);
    match (system, metric) {
        ("M/M/c/c", "blocking_probability") => Some(StaffingTarget::Blocking),
        ("M/M/c", "prob_wait") => Some(StaffingTarget::ProbWait),
        ("M/M/c", "mean_wait") => Some(StaffingTarget::MeanWaitingTime),
        ("M/M/c", "mean_sojourn") => Some(StaffingTarget::MeanSojournTime),
        ("M/M/c", _) => level("wait_p")
            .map(StaffingTarget::WaitingTimeQuantile)
            .or_else(|| level("sojourn_p").map(StaffingTarget::SojournTimeQuantile)),
        _ => None,
    }
}

#[test]
fn a_wrong_answer_differs() {
    use super::judge::Outcome;
    let case = |servers: f64| {
        let stated = |name: &str, value: f64, kind| Truth {
            name: name.into(),
            value: Some(value),
            unit: "1".into(),
            kind,
            error: 0.0,
        };
        Case {
            id: "staffing".into(),
            regime: "static".into(),
            model: serde_json::json!({
                "kind": "staffing", "system": "M/M/c+M",
                "arrivals": {"process": "poisson", "rate": 48.0}, "service": {"dist": "exponential", "mean": 1.0},
                "patience": {"dist": "exponential", "mean": 2.0},
                "target": {"metric": "abandonment_probability", "at_most": 0.05}
            }),
            initial: Value::Null,
            metrics: vec![stated("servers_needed", servers, super::case::Kind::Exact)],
            series: serde_json::Map::new(),
        }
    };
    // 50 agents lose 3.1 % of these calls; with fewer the share rises past 5 %.
    let outcomes: Vec<Outcome> = [46.0, 47.0, 48.0, 49.0]
        .iter()
        .map(|&servers| super::statics::judge_static(&case(servers)).unwrap().unwrap()[0].outcome.clone())
        .collect();
    assert_eq!(outcomes.iter().filter(|o| **o == Outcome::Agrees).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|o| **o == Outcome::Differs).count(), 3, "{outcomes:?}");
}
