//! Parallel calls of which the k-th answer counts: by order statistics, and by a program that makes the calls.

use super::build::{Setup, add_class, add_service, add_site, empty};
use super::case::{Case, Truth, count, only_known};
use super::judge::{Finding, by_formula};
use super::laws;
use super::names::{Layout, share_of};
use super::steady::judge_steady;
use flashcrowd::model::{ArrivalProcess, RateProfile, Service, SourceKind, Step, StepId};
use flashcrowd::policy::Balancer;
use flashcrowd::theory::KthOfN;

/// Judges a case of kind `parallel`.
pub fn judge_parallel(case: &Case) -> Result<(Vec<Finding>, u64), String> {
    only_known(&case.model, &["kind", "n", "k", "leaf"])?;
    let (n, k) = (count(&case.model, "n")?, count(&case.model, "k")?);
    let leaf = laws::law(&case.model["leaf"])?;
    let order = KthOfN::new(k.into(), n.into()).ok_or("k above n")?;
    let mut findings: Vec<Finding> =
        case.metrics.iter().map(|t| by_order(t, &order, (n, k), &leaf)).collect();
    for finding in &mut findings {
        finding.metric += " (formula)";
    }
    // The precision asked of long-run values is asked of these too.
    let simulated = Case { regime: "steady_state".into(), ..case.clone() };
    let (mut judged, events) = judge_steady(&simulated, build(n, k, &leaf)?)?;
    for finding in &mut judged {
        finding.metric += " (simulation)";
    }
    findings.extend(judged);
    Ok((findings, events))
}

fn by_order(truth: &Truth, order: &KthOfN, counts: (u32, u32), leaf: &laws::Times) -> Finding {
    let tail = |t: f64| leaf.law.survival(t);
    let (mean, variance) = moments(order, counts, leaf);
    let ours = match truth.name.as_str() {
        "mean_response" => Some(mean),
        "var_response" => Some(variance),
        name => {
            let p = name.strip_prefix("response_p").and_then(share_of);
            p.and_then(|p| match leaf.constant {
                Some(value) => Some(value),
                None if leaf.exponential => Some(order.quantile_of_exponential(leaf.mean, p)),
                None => order.quantile(p, leaf.mean, tail),
            })
        }
    };
    ours.map_or_else(|| Finding::unsupported(truth, "no formula"), |ours| by_formula(truth, ours, 1e-10))
}

/// Mean and variance of the k-th answer.
///
/// The quadrature wants a tail that is smooth from zero on: a law that starts later is moved there, and where
/// a law also ends, its order statistics are those of the uniform law, a beta law on its span.
fn moments(order: &KthOfN, counts: (u32, u32), leaf: &laws::Times) -> (f64, f64) {
    let (low, high) = leaf.law.support();
    if leaf.exponential {
        return order.moments_of_exponential(leaf.mean);
    }
    if high.is_finite() {
        // Constant and uniform are the only laws of the vocabulary that end.
        let (n, k) = (f64::from(counts.0), f64::from(counts.1));
        let span = high - low;
        let variance = k * (n - k + 1.0) / ((n + 1.0) * (n + 1.0) * (n + 2.0));
        return (low + span * k / (n + 1.0), span * span * variance);
    }
    let (mean, variance) = order.moments(leaf.mean - low, |t| leaf.law.survival(low + t));
    (low + mean, variance)
}

/// A client that makes `n` calls to a service without limits.
fn build(n: u32, k: u32, leaf: &laws::Times) -> Result<Setup, String> {
    let branches = u16::try_from(n).map_err(|_| "more branches than a program holds")?;
    let mut model = empty()?;
    let edge = add_service(
        &mut model,
        "leaves",
        Service { slots: u32::MAX, ..Service::default() },
        Balancer::RoundRobin,
    );
    let law = model.add_law(leaf.law.clone());
    let sites: Vec<_> = (0..n).map(|_| add_site(&mut model, edge, [Step::Wait { law }])).collect();
    // The fork with its jumps and the end, then two steps a branch.
    let first = model.steps.len() + usize::from(branches) + 2;
    let jumps = (0..usize::from(branches)).map(|i| Step::Jump { to: StepId((first + 2 * i) as u16) });
    let fork = Step::Parallel { branches, need: k as u16 };
    let program = model.add_program(std::iter::once(fork).chain(jumps));
    for site in sites {
        model.add_program([Step::Call { site }]);
    }
    let rate = 10.0 / leaf.mean;
    let process = ArrivalProcess::Poisson(RateProfile::constant(rate));
    add_class(&mut model, "request", SourceKind::Open(process), program, 0)?;
    let relaxation = leaf.mean * (1.0 + leaf.scv.min(100.0));
    let layout = Layout { servers: vec![f64::INFINITY], ..Layout::default() };
    Ok(Setup { model, rate, calls: 1.0 + f64::from(n), relaxation, layout, controls: Vec::new() })
}
