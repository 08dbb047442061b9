//! What is doubtful or taken for granted about retries.

use super::build::Build;
use crate::model::{Caller, LawId, QueuePlacement, Step};
use crate::scenario::diagnostics::Diagnostic;

/// Says what a retry meets, and warns of retries that can hardly ever act.
pub(super) fn retries(build: &Build<'_>) {
    let model = &build.model;
    let mut said: Vec<String> = Vec::new();
    for call in &build.calls {
        let site = &model.sites[call.site.index()];
        let policy = &site.policy;
        let edge = &model.edges[site.edge.index()];
        let target = &model.services[edge.target.index()];
        if edge.retry_elsewhere && (policy.retries == 0 || target.placement == QueuePlacement::Central) {
            let why = match policy.retries {
                0 => "is never tried again: add `retries`",
                _ => "waits in one queue of all pods, which no balancer chooses from",
            };
            let message = format!("`retry_elsewhere` does nothing here: a call to {} {why}", target.name);
            build.context.push(Diagnostic::warning(call.span, message));
        }
        if policy.retries == 0 {
            continue;
        }
        let is_random = |law: LawId| model.laws[law.index()].law.as_constant().is_none();
        let drawn = model.program(site.operation).filter_map(|(at, step)| match *step {
            Step::Work { law } if is_random(law) => Some(("work", model.is_redrawn(at))),
            Step::Wait { law } if is_random(law) => Some(("wait", model.is_redrawn(at))),
            _ => None,
        });
        let mut drawn: Vec<(&str, bool)> = drawn.collect();
        drawn.sort_unstable();
        drawn.dedup();
        let name = build.operations[build.targets[call.site.index()]].name.clone();
        let path = format!("services.{}.operations.{name}.draws", target.name);
        if !drawn.is_empty() && !said.contains(&path) {
            let each = |&(what, anew): &(&str, bool)| {
                format!("{what} {}", if anew { "of the try" } else { "of the request" })
            };
            let text = drawn.iter().map(each).collect::<Vec<_>>().join(", ");
            build.context.assume(
                path.clone(),
                text,
                "Whether a retry meets the same times or draws them anew",
            );
            said.push(path);
        }
        let calls = model
            .program(site.operation)
            .any(|(_, step)| matches!(step, Step::Call { .. } | Step::Parallel { .. }));
        let times_out = policy.try_timeout.is_some() && policy.retry_on.timeout;
        if calls && !policy.retry_on.failed && !times_out {
            let caller = match model.edges[site.edge.index()].caller {
                Caller::Service(service) => model.services[service.index()].name.clone(),
                Caller::Clients | Caller::Class(_) => "clients".to_owned(),
            };
            let message = format!(
                "the {} retries of {caller} at {} hardly ever act: where {} fails because a callee failed, that is a 500, \
                 which `retry_on` does not have",
                policy.retries, target.name, target.name
            );
            let help = "only calls that it turns away are tried again; add a `try_timeout`, or retry_on: [timeout, 503, 500]";
            build.context.push(Diagnostic::warning(call.span, message).help(help));
        }
    }
}
