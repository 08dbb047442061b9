//! What can be seen to be wrong or doubtful before anything is simulated: circles of calls, more requests than a run
//! may have, load above capacity, timeouts below the work, autoscalers without a measure.

use super::build::Build;
use super::offered::{Need, needs_between};
use super::retries::retries;
use super::run::MOST_REPLICATIONS;
use super::traps::traps;
use crate::model::visits::{Visits, mean_speed};
use crate::model::{ArrivalProcess, Caller, FleetPatch, Mode, Patch, Scaler, SourceKind, Step};
use crate::scenario::diagnostics::{Diagnostic, Severity};

/// Errors: the model could not be simulated.
pub(super) fn check(build: &Build<'_>) {
    circles(build);
    too_many(build);
    never_ends(build);
}

/// Warnings: the model probably means something else. Only for a model without errors.
pub(super) fn doubt(build: &Build<'_>) {
    build.doubts.iter().cloned().for_each(|doubt| build.context.push(doubt));
    let visits = Visits::of(&build.model);
    let plan = &build.model.plan;
    let (from, to) = (plan.from().as_secs_f64(), plan.to().as_secs_f64());
    overload(build, &needs_between(build, &visits, from, to));
    short_timeouts(build, &visits);
    retries(build);
    blind_autoscalers(build);
    traps(build, &visits);
    if !matches!(build.model.plan.mode, Mode::Terminating) && changes_in_time(build) {
        warn(build, "a steady run has arrivals that change over time: its long-run values mean little");
    }
}

fn warn(build: &Build<'_>, message: &str) {
    build.context.push(Diagnostic::new(Severity::Warning, None, message.to_owned()));
}

/// Only the graph of calls between services must have no circle: a circle of waiting pods can lock up.
fn circles(build: &Build<'_>) {
    let mut callees: Vec<Vec<(usize, usize)>> = vec![Vec::new(); build.model.services.len()];
    for (at, call) in build.calls.iter().enumerate() {
        if let Caller::Service(caller) = call.caller {
            let target = build.model.edges[build.model.sites[call.site.index()].edge.index()].target;
            callees[caller.index()].push((target.index(), at));
        }
    }
    let mut done = vec![false; callees.len()];
    for start in 0..callees.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some(&(service, next)) = path.last() {
            if done[service] {
                path.pop();
                continue;
            }
            let Some(&(callee, call)) = callees[service].get(next) else {
                done[service] = true;
                path.pop();
                continue;
            };
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            match path.iter().position(|&(on_path, _)| on_path == callee) {
                Some(from) => {
                    let name = |at: usize| build.model.services[at].name.as_str();
                    let mut names: Vec<&str> = path[from..].iter().map(|&(at, _)| name(at)).collect();
                    names.push(name(callee));
                    let message = format!("calls go in a circle: {}", names.join(" -> "));
                    let help = "services that wait for each other can lock up; cut the circle";
                    build.context.push(Diagnostic::error(build.calls[call].span, message).help(help));
                }
                None => path.push((callee, 0)),
            }
        }
    }
}

/// A bound of the run that is foreseen is an error and not a surprise after hours.
fn too_many(build: &Build<'_>) {
    let plan = &build.model.plan;
    let until = (plan.settle + plan.length).as_secs_f64();
    let mut total = 0.0;
    for source in &build.model.sources {
        let SourceKind::Open(process) = &source.kind else { continue };
        total += match process {
            ArrivalProcess::Poisson(rates) | ArrivalProcess::Even(rates) => rates.cumulative(until),
            ArrivalProcess::Renewal { gap } => until / build.model.laws[gap.index()].law.mean(),
            ArrivalProcess::Mmpp { rates, .. } => rates.iter().copied().fold(0.0, f64::max) * until,
            ArrivalProcess::Times(times) => times.len() as f64,
            ArrivalProcess::Segments(_) => 0.0,
        };
    }
    // A request makes at least two events: it arrives and it ends.
    if 2.0 * total > plan.limits.events as f64 {
        let message = format!(
            "one run has about {total:.1e} requests, more than half of the {:.1e} events a run may have",
            plan.limits.events as f64
        );
        let diagnostic = Diagnostic::new(Severity::Error, None, message);
        build
            .context
            .push(diagnostic.help("lower the rate or shorten from..to; `run.limits.events` moves the bound"));
    } else {
        all_runs(build, total);
    }
}

/// Requests of all replications that are too many; at a million a second they take two weeks.
const MOST_REQUESTS: f64 = 1e12;

/// Requests of all replications that are worth a warning; at a million a second they take three hours.
const MANY_REQUESTS: f64 = 1e10;

/// The same bound over all replications, where their number is fixed.
fn all_runs(build: &Build<'_>, total: f64) {
    let plan = &build.model.plan;
    // A number of replications that is no number of replications has its own error.
    if plan.precision.is_some() || plan.replications > MOST_REPLICATIONS {
        return;
    }
    let all = total * f64::from(plan.replications);
    if all <= MANY_REQUESTS {
        return;
    }
    let asked = format!("{} runs have about {all:.1e} requests in all", plan.replications);
    let (severity, message) = if all > MOST_REQUESTS {
        (Severity::Error, format!("{asked}, more than the {MOST_REQUESTS:.0e} that are simulated"))
    } else {
        (Severity::Warning, format!("{asked}, which takes hours"))
    };
    let help = "fewer `run.replications`, a lower rate, or a shorter from..to";
    build.context.push(Diagnostic::new(severity, None, message).help(help));
}

/// Users who neither think nor are served make infinitely many requests at one instant.
fn never_ends(build: &Build<'_>) {
    let model = &build.model;
    let takes_time = |law: crate::model::LawId| model.laws[law.index()].law.mean() > 0.0;
    // Any step that takes time anywhere below the class's program is enough.
    let busy = model
        .steps
        .iter()
        .any(|step| matches!(step, Step::Work { law } | Step::Wait { law } if takes_time(*law)));
    for source in &model.sources {
        if let SourceKind::Closed { think, .. } = source.kind
            && !takes_time(think)
            && !busy
        {
            let message =
                format!("users of `{}` neither think nor are served: the run could never end", source.name);
            build.context.push(Diagnostic::new(Severity::Error, None, message));
        }
    }
}

fn changes_in_time(build: &Build<'_>) -> bool {
    let changes = |process: &ArrivalProcess| match process {
        ArrivalProcess::Poisson(rates) | ArrivalProcess::Even(rates) => rates.pieces().len() > 1,
        _ => false,
    };
    build
        .model
        .sources
        .iter()
        .any(|source| matches!(&source.kind, SourceKind::Open(process) if changes(process)))
}

/// The load of each service at the largest rate, against the most pods it can have.
fn overload(build: &Build<'_>, needs: &[Need]) {
    for (at, service) in build.model.services.iter().enumerate() {
        let most =
            service.scaler.as_ref().map_or_else(|| most_replicas(build, at), |scaler| scaler.bounds().1);
        let need = &needs[at];
        let cores = need.cores;
        let speed = mean_speed(&build.model, service);
        let capacity = f64::from(most) * service.cpu_limit.min(f64::from(service.slots)) * speed;
        let slots = f64::from(most) * f64::from(service.slots);
        let span = build.service_spans[at];
        if cores > capacity {
            let message = format!(
                "`{}` is offered {cores:.1} cores of work at the top and has {capacity:.1} with {most} pods",
                service.name
            );
            build.context.push(
                Diagnostic::warning(span, message)
                    .help("it cannot keep up: requests queue or are turned away"),
            );
        } else if need.held > slots {
            let message = format!(
                "`{}` needs {:.1} slots at the top even without waiting and has {slots:.0} with {most} pods",
                service.name, need.held
            );
            build.context.push(
                Diagnostic::warning(span, message)
                    .help("it cannot keep up: requests queue or are turned away"),
            );
        }
    }
}

fn most_replicas(build: &Build<'_>, at: usize) -> u32 {
    let changes = build.model.changes.iter().filter_map(|change| match change.patch {
        Patch::Fleet(id, FleetPatch::Replicas(count)) if id.index() == at => Some(count),
        _ => None,
    });
    changes.fold(build.model.services[at].replicas, u32::max)
}

/// A timeout below the mean time the callee needs when nothing waits fails most calls.
fn short_timeouts(build: &Build<'_>, visits: &Visits<'_>) {
    for call in &build.calls {
        let site = &build.model.sites[call.site.index()];
        let needs = visits.callee_time(call.site);
        if let (Some(whole), Some(one)) = (site.policy.timeout, site.policy.try_timeout)
            && one > whole
        {
            let (whole, one) = (whole.as_secs_f64(), one.as_secs_f64());
            let message = format!("the try_timeout of {one} s is longer than the timeout of {whole} s");
            let help = "the timeout of the whole call comes first, so no try ever reaches its own";
            build.context.push(Diagnostic::warning(call.span, message).help(help));
        }
        for (name, timeout) in [("timeout", site.policy.timeout), ("try_timeout", site.policy.try_timeout)] {
            if let Some(timeout) = timeout.map(|span| span.as_secs_f64()).filter(|&span| span < needs) {
                let target = build.model.edges[site.edge.index()].target;
                let message = format!(
                    "the {name} of {timeout} s is shorter than the {needs:.3} s that `{}` needs on average without waiting",
                    build.model.services[target.index()].name
                );
                build.context.push(Diagnostic::warning(call.span, message));
            }
        }
    }
}

fn blind_autoscalers(build: &Build<'_>) {
    for (service, &span) in build.model.services.iter().zip(&build.service_spans) {
        if matches!(service.scaler, Some(Scaler::Hpa(_)))
            && service.cpu_request.is_none_or(|request| request <= 0.0)
        {
            let message =
                format!("the autoscaler of `{}` watches cpu, but its pods request none", service.name);
            let help = "without resources.requests.cpu Kubernetes computes no utilisation and never scales";
            build.context.push(Diagnostic::warning(span, message).help(help));
        }
    }
}
