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

/// Whether whoever has a slot of a service works: its programs neither pause nor call.
#[must_use]
pub fn works_whenever_busy(service: usize, model: &Model) -> bool {
    let target = |site: &super::CallSite| model.edges[site.edge.index()].target.index() == service;
    model.sites.iter().filter(|site| target(site)).all(|site| {
        let works = |step: &Step| matches!(step, Step::Work { .. } | Step::Branch { .. } | Step::Jump { .. });
        model.program(site.operation).all(|(_, step)| works(step))
    })
}

/// Whether chance is met inside calls that can be tried again.
#[must_use]
pub fn nests_retries(model: &Model) -> bool {
    let calls = |service| model.edges.iter().any(|e| e.caller == Caller::Service(service));
    model.sites.iter().any(|s| s.policy.retries > 0 && calls(model.edges[s.edge.index()].target))
}

/// Whether something is drawn anew in calls that can be tried again.
#[must_use]
pub fn redraws(model: &Model) -> bool {
    model.redrawn.iter().any(|&redrawn| redrawn) && model.sites.iter().any(|site| site.policy.retries > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        CallPolicy, CallSite, Edge, EdgeId, LawId, Patience, PatienceUntil, Service, ServiceId,
    };
    use crate::random::Law;
    use crate::units::SimDuration;

    /// Clients call `web` and do nothing else.
    fn hello() -> Model {
        let mut model = Model::default();
        let law = model.add_law(Law::constant(0.01).unwrap());
        model.services.push(Service { name: "web".into(), ..Service::default() });
        let operation = model.add_program([Step::Work { law }]);
        let site = add_call(&mut model, Caller::Clients, ServiceId(0), operation);
        add_class(&mut model, [Step::Call { site }]);
        model
    }

    fn add_call(model: &mut Model, caller: Caller, target: ServiceId, operation: StepId) -> SiteId {
        model.edges.push(Edge::plain(caller, target));
        let edge = EdgeId(model.edges.len() as u16 - 1);
        model.sites.push(CallSite { edge, operation, policy: CallPolicy::default() });
        SiteId(model.sites.len() as u16 - 1)
    }

    fn add_class(model: &mut Model, steps: impl IntoIterator<Item = Step>) {
        let program = model.add_program(steps);
        model.classes.push(Class {
            name: format!("c{}", model.classes.len()),
            source: crate::model::SourceId(0),
            program,
            patience: None,
            priority: 0,
            value: None,
        });
    }

    #[test]
    fn one_call_without_a_policy_is_direct() {
        let mut model = hello();
        assert_eq!(direct_call(model.classes[0].program, &model), Some(SiteId(0)));
        for policy in [
            CallPolicy { timeout: Some(SimDuration::from_secs(1)), ..CallPolicy::default() },
            CallPolicy { try_timeout: Some(SimDuration::from_secs(1)), ..CallPolicy::default() },
            CallPolicy { retries: 1, ..CallPolicy::default() },
            CallPolicy { loss: 0.1, ..CallPolicy::default() },
        ] {
            model.sites[0].policy = policy;
            assert_eq!(direct_call(model.classes[0].program, &model), None, "{:?}", model.sites[0].policy);
        }
    }

    #[test]
    fn two_steps_are_not_direct() {
        let mut model = hello();
        let site = SiteId(0);
        add_class(&mut model, [Step::Call { site }, Step::Wait { law: LawId(0) }]);
        add_class(&mut model, [Step::Wait { law: LawId(0) }]);
        assert_eq!(direct_call(model.classes[1].program, &model), None);
        assert_eq!(direct_call(model.classes[2].program, &model), None);
    }

    #[test]
    fn a_class_mirrors_the_service_that_it_alone_calls() {
        let mut model = hello();
        assert_eq!(mirroring_class(0, &model), Some(0));
        model.classes[0].patience = Some(Patience { law: LawId(0), until: PatienceUntil::Service });
        assert_eq!(mirroring_class(0, &model), None, "who gives up waits less than the service says");
    }

    #[test]
    fn a_service_with_two_callers_has_no_mirror() {
        // By the same site …
        let mut model = hello();
        add_class(&mut model, [Step::Call { site: SiteId(0) }]);
        assert_eq!(mirroring_class(0, &model), None);
        // … and by another one.
        let mut model = hello();
        let operation = model.sites[0].operation;
        let site = add_call(&mut model, Caller::Clients, ServiceId(0), operation);
        add_class(&mut model, [Step::Call { site }]);
        assert_eq!(mirroring_class(0, &model), None);
    }

    #[test]
    fn who_pauses_in_a_slot_does_not_work() {
        let mut model = hello();
        assert!(works_whenever_busy(0, &model));
        let operation = model.add_program([Step::Work { law: LawId(0) }, Step::Wait { law: LawId(0) }]);
        add_call(&mut model, Caller::Clients, ServiceId(0), operation);
        assert!(!works_whenever_busy(0, &model));
    }

    #[test]
    fn tries_nest_where_a_service_that_calls_is_called_again() {
        let mut model = hello();
        model.sites[0].policy.retries = 2;
        assert!(!nests_retries(&model), "the callee calls nobody");
        model.services.push(Service { name: "db".into(), ..Service::default() });
        let operation = model.sites[0].operation;
        add_call(&mut model, Caller::Service(ServiceId(0)), ServiceId(1), operation);
        assert!(nests_retries(&model));
        model.sites[0].policy.retries = 0;
        model.sites[1].policy.retries = 2;
        assert!(!nests_retries(&model), "only the last call is tried again");
    }
}
