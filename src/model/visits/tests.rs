//! Programs whose means are known by hand.

use super::*;
use crate::model::{CallPolicy, CallSite, Caller, Class, Edge, EdgeId, SourceId};
use crate::random::Law;
use crate::units::SimDuration;

/// Work of 2 s, waits of 3 s.
const WORK: Step = Step::Work { law: LawId(0) };
const WAIT: Step = Step::Wait { law: LawId(1) };

/// Services `0..count` without programs.
fn services(count: u16) -> Model {
    let mut model = Model::default();
    model.add_law(Law::constant(2.0).unwrap());
    model.add_law(Law::constant(3.0).unwrap());
    for s in 0..count {
        model.services.push(Service { name: format!("s{s}"), ..Service::default() });
        model.edges.push(Edge::plain(Caller::Clients, ServiceId(s)));
    }
    model
}

/// A call of a service's program; the caller on the edge plays no part here.
fn call(model: &mut Model, service: u16, operation: StepId) -> Step {
    model.sites.push(CallSite { edge: EdgeId(service), operation, policy: CallPolicy::default() });
    Step::Call { site: SiteId(model.sites.len() as u16 - 1) }
}

fn class(model: &mut Model, steps: impl IntoIterator<Item = Step>) -> ClassId {
    let program = model.add_program(steps);
    let (name, source) = (String::new(), SourceId(0));
    model.classes.push(Class { name, source, program, patience: None, priority: 0, value: None });
    ClassId(model.classes.len() as u16 - 1)
}

/// One service that runs these steps, and a class that calls it.
fn operation(steps: impl IntoIterator<Item = Step>) -> Model {
    let mut model = services(1);
    let operation = model.add_program(steps);
    let entry = call(&mut model, 0, operation);
    class(&mut model, [entry]);
    model
}

#[track_caller]
fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-14 * expected.abs(), "{value} is not {expected}");
}

#[test]
fn a_branch_is_taken_with_its_probability() {
    let model = operation([Step::Branch { probability: 0.25, otherwise: StepId(2) }, WORK, WAIT]);
    let demand = Visits::of(&model).class(ClassId(0));
    assert_eq!(demand.services, [Demand { visits: 1.0, work: 0.5, held: 3.5 }]);
    assert_eq!(demand.unloaded, 3.5);
}

#[test]
fn either_branch_or_the_other() {
    // Branch, work, jump over the wait, wait, end.
    let branch = Step::Branch { probability: 0.75, otherwise: StepId(3) };
    let model = operation([branch, WORK, Step::Jump { to: StepId(4) }, WAIT]);
    let visits = Visits::of(&model);
    assert_eq!(visits.steps(ClassId(0))[..5], [1.0, 0.75, 0.75, 0.25, 1.0]);
    assert_eq!(visits.class(ClassId(0)).unloaded, 0.75 * 2.0 + 0.25 * 3.0);
}

#[test]
fn a_jump_backwards_repeats_what_lies_between() {
    // Work again with probability 0.9: ten times on average.
    let branch = Step::Branch { probability: 0.9, otherwise: StepId(3) };
    let model = operation([WORK, branch, Step::Jump { to: StepId(0) }]);
    let demand = Visits::of(&model).class(ClassId(0));
    close(demand.services[0].work, 20.0);
    close(demand.services[0].held, 20.0);
    assert_eq!(demand.services[0].visits, 1.0);
}

#[test]
fn a_jump_may_lead_before_the_programs_beginning() {
    // Steps of nobody's, shared by a program that begins behind them.
    let mut model = services(1);
    model.add_program([WAIT]);
    let branch = Step::Branch { probability: 0.5, otherwise: StepId(4) };
    let program = model.add_program([branch, Step::Jump { to: StepId(0) }, WORK]);
    let entry = call(&mut model, 0, program);
    let class = class(&mut model, [entry]);
    let visits = Visits::of(&model);
    assert_eq!(visits.steps(class)[..6], [0.5, 0.5, 1.0, 0.5, 0.5, 0.5]);
    assert_eq!(visits.class(class).unloaded, 2.5);
}

#[test]
fn parallel_branches_add_their_work_and_end_with_the_last_needed() {
    let program = |need: u16| {
        // Three branches (2 s, 3 s, 5 s), which stand behind the program.
        let jumps = [6, 8, 10].map(|to| Step::Jump { to: StepId(to) });
        let [a, b, c] = jumps;
        let steps = [Step::Parallel { branches: 3, need }, a, b, c, WORK, Step::End];
        operation(steps.into_iter().chain([WORK, Step::End, WAIT, Step::End, WORK, WAIT]))
    };
    for (need, time) in [(3, 5.0), (2, 3.0), (1, 2.0)] {
        let demand = Visits::of(&program(need)).class(ClassId(0)).services[0];
        assert_eq!(demand, Demand { visits: 1.0, work: 6.0, held: time + 2.0 }, "{need} of 3");
    }
    let none = Visits::of(&program(0)).class(ClassId(0)).services[0];
    assert_eq!(none, Demand { visits: 1.0, work: 2.0, held: 2.0 }, "branches nobody needs do not run");
}

#[test]
fn calls_count_by_site_and_by_service() {
    // The class calls s0; s0 calls s1 twice and s2 with one half; s1 calls s2.
    let mut model = services(3);
    let deepest = model.add_program([WORK]);
    let to_deepest = call(&mut model, 2, deepest);
    let middle = model.add_program([to_deepest, WAIT]);
    let (first, second) = (call(&mut model, 1, middle), call(&mut model, 1, middle));
    let sometimes = call(&mut model, 2, deepest);
    let at = model.steps.len() as u16;
    let branch = Step::Branch { probability: 0.5, otherwise: StepId(at + 4) };
    let top = model.add_program([first, second, branch, sometimes]);
    let entry = call(&mut model, 0, top);
    let class = class(&mut model, [entry]);
    let visits = Visits::of(&model);
    assert_eq!(visits.calls(class), [2.0, 1.0, 1.0, 0.5, 1.0]);
    let [s0, s1, s2] = visits.class(class).services[..] else { panic!("three services") };
    assert_eq!(s2, Demand { visits: 2.5, work: 5.0, held: 5.0 });
    assert_eq!(s1, Demand { visits: 2.0, work: 0.0, held: 10.0 });
    assert_eq!(s0, Demand { visits: 1.0, work: 0.0, held: 11.0 });
    assert_eq!(visits.callee_time(SiteId(1)), 5.0);
    assert_eq!(visits.steps(class)[deepest.index()], 2.5);
}

#[test]
fn fast_pods_take_less_time_and_the_same_work() {
    let mut model = operation([WORK, WAIT]);
    model.services[0].speed = PodSpeed::Each(vec![3.0, 5.0]);
    let demand = Visits::of(&model).class(ClassId(0));
    assert_eq!(demand.services[0], Demand { visits: 1.0, work: 2.0, held: 3.5 });
}

#[test]
fn a_call_lasts_no_longer_than_its_timeout() {
    let mut model = operation([WORK]);
    model.sites[0].policy.timeout = Some(SimDuration::from_secs(1));
    let visits = Visits::of(&model);
    assert_eq!((visits.class(ClassId(0)).unloaded, visits.callee_time(SiteId(0))), (1.0, 2.0));
    // The callee works on.
    assert_eq!(visits.class(ClassId(0)).services[0].held, 2.0);
}

#[test]
fn many_levels_of_calls_are_walked_once_each() {
    // Every service calls the next one twice: 2^60 visits of the last, by 61 programs.
    let mut model = services(61);
    let mut operation = model.add_program([WORK]);
    for service in (1..61).rev() {
        let (first, second) = (call(&mut model, service, operation), call(&mut model, service, operation));
        operation = model.add_program([first, second]);
    }
    let entry = call(&mut model, 0, operation);
    let class = class(&mut model, [entry]);
    let demand = Visits::of(&model).class(class);
    assert_eq!(demand.services[60].visits, (1_u64 << 60) as f64);
}

#[test]
fn a_circle_of_calls_is_cut() {
    let mut model = services(2);
    let (a, b) = (StepId(0), StepId(3));
    let (to_b, to_a) = (call(&mut model, 1, b), call(&mut model, 0, a));
    model.add_program([WORK, to_b]);
    model.add_program([WAIT, to_a]);
    let entry = call(&mut model, 0, a);
    let class = class(&mut model, [entry]);
    let demand = Visits::of(&model).class(class);
    let finite = |demand: &Demand| demand.visits <= 1.0 && demand.held.is_finite();
    assert!(demand.unloaded.is_finite() && demand.services.iter().all(finite), "{demand:?}");
}

#[test]
fn a_program_that_never_ends_asks_for_everything() {
    let model = operation([WORK, Step::Jump { to: StepId(0) }]);
    let demand = Visits::of(&model).class(ClassId(0));
    assert_eq!(demand.services[0].work, f64::INFINITY);
    assert_eq!(demand.services[0].visits, 1.0);
}

#[test]
fn long_programs_are_no_burden() {
    // 60,000 steps in a loop, and a branch over every other one.
    let mut steps = Vec::new();
    for at in (0..60_000_u16).step_by(2) {
        steps.extend([Step::Branch { probability: 0.5, otherwise: StepId(at + 2) }, WORK]);
    }
    steps
        .extend([Step::Branch { probability: 0.5, otherwise: StepId(60_002) }, Step::Jump { to: StepId(0) }]);
    let model = operation(steps);
    let demand = Visits::of(&model).class(ClassId(0));
    close(demand.services[0].work, 2.0 * 15_000.0 * 2.0);
}
