//! Traps that can be computed before anything runs: pods that a scale-down window keeps, promises that no run can decide.

use super::build::Build;
use super::offered::{Need, needs_between};
use crate::model::visits::Visits;
use crate::model::{Mode, Scaler};
use crate::policy::Hpa;
use crate::scenario::diagnostics::{Diagnostic, Severity};
use crate::stats::runs_that_show_share;

/// Confidence of verdicts.
const CONFIDENCE: f64 = 0.95;

/// Warns of traps.
pub(super) fn traps(build: &Build<'_>, visits: &Visits<'_>) {
    kept_pods(build, visits);
    undecidable(build);
}

/// Pods that the Deployment has and the HPA does not want are still there at `from` if `settle` is shorter than the
/// window that holds steps down: what is measured is then the Deployment and not the autoscaler.
fn kept_pods(build: &Build<'_>, visits: &Visits<'_>) {
    let plan = &build.model.plan;
    if !matches!(plan.mode, Mode::Terminating) {
        return;
    }
    let (start, from) = (plan.from().as_secs_f64() - plan.settle.as_secs_f64(), plan.from().as_secs_f64());
    let before = needs_between(build, visits, start.max(0.0), from);
    for ((service, need), &span) in build.model.services.iter().zip(before).zip(&build.service_spans) {
        let (Some(Scaler::Hpa(hpa)), Some(request)) = (&service.scaler, service.cpu_request) else {
            continue;
        };
        let Some(wanted) = wanted(hpa, &need, request) else { continue };
        if plan.settle >= hpa.downscale_window
            || f64::from(service.replicas) <= f64::from(wanted) * (1.0 + hpa.tolerance)
        {
            continue;
        }
        let message = format!(
            "`{}` starts with {} pods where its HPA wants some {wanted} before `from`, and {} s of `settle` are shorter than \
             the {} s for which it waits before a step down",
            service.name,
            service.replicas,
            plan.settle.as_secs_f64(),
            hpa.downscale_window.as_secs_f64(),
        );
        let help = "the run begins with pods that the autoscaler would not have: a longer `settle`, or other `replicas`";
        build.context.push(Diagnostic::warning(span, message).help(help));
    }
}

/// Pods that an HPA wants for this much work, if it can see any.
fn wanted(hpa: &Hpa, need: &Need, request: f64) -> Option<u32> {
    let of_pod = request * f64::from(hpa.target_percent) / 100.0;
    let pods = (of_pod > 0.0).then(|| (need.cores / of_pod).ceil())?;
    Some((pods as u32).clamp(hpa.min, hpa.max.max(hpa.min)))
}

/// A share of runs that even runs without a miss could not show.
fn undecidable(build: &Build<'_>) {
    let plan = &build.model.plan;
    if plan.precision.is_some() {
        return;
    }
    for objective in &build.model.objectives {
        let Some(needed) = objective.in_runs.and_then(|wanted| runs_that_show_share(wanted, CONFIDENCE))
        else {
            continue;
        };
        if u64::from(plan.replications) < needed {
            let message = format!(
                "`{}` can be missed but not shown to be met by {} replications: it takes {needed}, even if all meet it",
                objective.text, plan.replications
            );
            build.context.push(
                Diagnostic::new(Severity::Warning, None, message)
                    .help("more `run.replications`, or a smaller share"),
            );
        }
    }
}
