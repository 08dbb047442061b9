//! Questions about a model that the engine asks before it runs: what may be recorded once, what need not be kept.

use super::{Caller, Class, Model, SiteId, Step, StepId};

/// The call that a client's program consists of, if it is one call without timers, retries or loss.
#[must_use]
pub fn direct_call(program: StepId, model: &Model) -> Option<SiteId> {
    let (Step::Call { site }, Step::End) = (&model.steps[program.index()], &model.steps[program.index() + 1])
    else {
        return None;
    };
    let policy = &model.sites[site.index()].policy;
    let plain =
        policy.timeout.is_none() && policy.try_timeout.is_none() && policy.retries == 0 && policy.loss == 0.0;
    plain.then_some(*site)
}

/// The class all of whose requests are single plain calls of a service that nobody else calls, and which never give
/// up: its waits and response times are the service's.
#[must_use]
pub fn mirroring_class(service: usize, model: &Model) -> Option<u16> {
    let calls = |site: SiteId| model.edges[model.sites[site.index()].edge.index()].target.index() == service;
    let mut callers = model.sites.iter().enumerate().filter(|(i, _)| calls(SiteId(*i as u16)));
    let (only, None) = (callers.next()?.0, callers.next()) else { return None };
    let uses = |c: &&Class| direct_call(c.program, model).is_some_and(|site| site.index() == only);
    let class = model.classes.iter().position(|c| uses(&c))?;
    let alone =
        model.steps.iter().filter(|s| matches!(s, Step::Call { site } if site.index() == only)).count() == 1;
    (alone && model.classes.iter().filter(uses).count() == 1 && model.classes[class].patience.is_none())
        .then_some(class as u16)
}

/// Whether chance is met inside calls that can be tried again.
#[must_use]
pub fn nests_retries(model: &Model) -> bool {
    let calls = |service| model.edges.iter().any(|e| e.caller == Caller::Service(service));
    model.sites.iter().any(|s| s.policy.retries > 0 && calls(model.edges[s.edge.index()].target))
}
