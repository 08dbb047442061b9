//! What holds for every model: conservation, Little's law, work conservation, common random numbers, and records
//! that depend on nothing but model and replication. All of it in whole numbers, on random small models.

mod objectives;
mod setup;

use crate::oracle::models::{Kind, random_model};
use flashcrowd::experiment::{WorkUnit, Workers, workspace};
use flashcrowd::metrics::{RunRecord, Stopped};
use flashcrowd::model::{
    After, ArrivalProcess, Balancer, Discipline, FleetPatch, GridProbe, InitialState, Mode, Model, Patch,
    QueuePlacement, ServiceId, SourceKind, Step, WarmUp,
};
use flashcrowd::system::{Simulator, simulate};
use flashcrowd::units::{SimDuration, SimTime};
use std::sync::atomic::AtomicBool;

const MODELS: u64 = 150;

fn run(model: &Model, replication: u64) -> RunRecord {
    simulate(model, replication, &AtomicBool::new(false))
}

/// A random model whose requests all come early, so that its run starts and ends empty.
fn ends_empty(number: u64) -> Model {
    let mut model = random_model(number, Kind::Exact);
    for (s, source) in model.sources.iter_mut().enumerate() {
        let times: Vec<u64> = (1..200).map(|i| i * (12_345_677 + 1_111_111 * s as u64)).collect();
        source.kind = SourceKind::Open(ArrivalProcess::Times(times.into()));
    }
    model.services.iter_mut().for_each(|s| s.initial = InitialState::Empty);
    model.plan.settle = SimDuration::ZERO;
    model.plan.length = SimDuration::from_secs(400);
    model.plan.mode = Mode::Terminating;
    model.plan.after = After::Stop { drain_limit: SimDuration::from_secs(3600) };
    model.recording.window = None;
    // Requests that wait for a pod that never comes would not end.
    model.changes.retain(|c| matches!(c.patch, Patch::Fleet(_, FleetPatch::Replicas(n)) if n > 0));
    model
}

/// Whether a service calls nobody and runs nothing side by side: its calls end only by being served or leaving.
fn is_leaf(model: &Model, service: usize) -> bool {
    model.sites.iter().all(|site| {
        if model.edges[site.edge.index()].target.index() != service {
            return true;
        }
        let program = model.steps[site.operation.index()..].iter();
        program
            .take_while(|s| !matches!(s, Step::End))
            .all(|s| !matches!(s, Step::Call { .. } | Step::Parallel { .. }))
    })
}

#[test]
fn requests_and_calls_are_conserved() {
    for number in 0..MODELS {
        let model = random_model(number, Kind::Exact);
        let record = run(&model, 1);
        for (class, c) in record.classes.iter().enumerate() {
            assert_eq!(c.arrived, c.succeeded + c.failures() + c.censored, "model {number}, class {class}");
            assert_eq!((c.sojourn.count(), c.failed_after.count()), (c.succeeded, c.failures()));
        }
        for (service, s) in record.services.iter().enumerate() {
            let into = |(e, _): &(usize, _)| model.edges[*e].target.index() == service;
            let sent: u64 =
                record.edges.iter().enumerate().filter(into).map(|(_, e)| e.attempts - e.lost).sum();
            assert_eq!(s.arrived, sent, "model {number}, service {service}: tries that were not lost arrive");
            assert!(s.completed + s.rejected + s.left_queue <= s.arrived);
        }
        let model = ends_empty(number);
        let record = run(&model, 1);
        assert_eq!(record.stopped, Stopped::Finished);
        assert!(record.classes.iter().all(|c| c.censored == 0), "model {number}");
        for (service, s) in record.services.iter().enumerate().filter(|(s, _)| is_leaf(&model, *s)) {
            let ended = s.rejected + s.left_queue + s.completed;
            assert_eq!(s.arrived, ended, "model {number}, service {service}: what arrived has left");
        }
    }
}

#[test]
fn littles_law_holds_in_whole_nanoseconds() {
    let mut requests = 0;
    for number in 0..MODELS {
        let model = ends_empty(number);
        let record = run(&model, 0);
        for (service, s) in record.services.iter().enumerate().filter(|(s, _)| is_leaf(&model, *s)) {
            let what = format!("model {number}, service {service}");
            let spent = s.sojourn.sum_nanos() + s.wait_left.sum_nanos();
            assert_eq!(s.in_system.area(), spent, "{what}: number in system");
            let interrupts =
                model.services[service].discipline == (Discipline::Priority { preemptive: true });
            if !interrupts {
                let waited = s.wait.sum_nanos() + s.wait_left.sum_nanos();
                assert_eq!(s.queued, waited, "{what}: number waiting");
                assert_eq!(s.busy, s.sojourn.sum_nanos() - s.wait.sum_nanos(), "{what}: busy slots");
            }
            requests += s.completed;
        }
    }
    assert!(requests > 10_000, "{requests}");
}

#[test]
fn nobody_waits_beside_a_free_slot() {
    let mut waited = 0;
    for number in 0..MODELS {
        let mut model = random_model(number, Kind::Exact);
        model.changes.clear();
        let end = model.plan.to().as_nanos();
        for service in 0..model.services.len() {
            let s = &mut model.services[service];
            if s.placement == QueuePlacement::Pod {
                s.replicas = 1;
            }
            let slots = s.slots * s.replicas;
            let times = (0..1000).map(|i| SimTime::from_nanos(i * (end / 1000) + 1)).collect();
            let service_id = ServiceId(service as u16);
            model.recording.grid = Some(GridProbe { service: service_id, times, virtual_wait: false });
            for row in run(&model, 0).grid {
                let busy = row.in_system - row.waiting;
                assert!(busy <= slots && (row.waiting == 0 || busy == slots), "model {number}: {row:?}");
                waited += u64::from(row.waiting > 0);
            }
        }
    }
    assert!(waited > 10_000, "{waited}");
}

#[test]
fn policies_see_the_same_shoppers_with_the_same_demands() {
    for number in 0..MODELS {
        let mut model = ends_empty(number);
        model.recording.window = Some(SimDuration::from_secs_f64(0.0531));
        for source in &mut model.sources {
            let rate = flashcrowd::model::RateProfile::from_points(&[(0.0, 40.0, 0.0), (4.0, 0.0, 0.0)]);
            source.kind = SourceKind::Open(ArrivalProcess::Poisson(rate));
        }
        model.plan.length = SimDuration::from_secs(200);
        // Without limits, loss and impatience every piece of work is done once.
        model.classes.iter_mut().for_each(|c| c.patience = None);
        model.sites.iter_mut().for_each(|s| s.policy = Default::default());
        for service in &mut model.services {
            service.queue_limit = u32::MAX;
            service.speed = flashcrowd::model::PodSpeed::Same(1.0);
            service.discipline = Discipline::Fifo;
        }
        model.changes.clear();
        let mut other = model.clone();
        other.services.iter_mut().for_each(|s| s.replicas = 9 - s.replicas);
        for edge in &mut other.edges {
            let random = edge.balancer == Balancer::Random;
            edge.balancer = if random { Balancer::RoundRobin } else { Balancer::Random };
        }
        let (a, b) = (run(&model, 3), run(&other, 3));
        let arrivals = |r: &RunRecord| -> Vec<Vec<u64>> {
            let windows = r.windows.as_ref().expect("windows");
            windows.classes.iter().map(|c| c.iter().map(|w| w.arrived).collect()).collect()
        };
        assert_eq!(arrivals(&a), arrivals(&b), "model {number}: arrivals and classes");
        for service in (0..model.services.len()).filter(|&s| is_leaf(&model, s)) {
            let work = |r: &RunRecord| {
                let s = &r.services[service];
                (s.arrived, s.sojourn.sum_nanos() - s.wait.sum_nanos())
            };
            assert_eq!(work(&a), work(&b), "model {number}, service {service}: calls and work");
        }
    }
}

#[test]
fn a_used_simulator_equals_a_new_one() {
    for number in 0..MODELS {
        let kind = if number % 2 == 0 { Kind::Exact } else { Kind::Shared };
        let model = random_model(number, kind);
        let mut used = Simulator::new(&model);
        for replication in [5, 0, 5] {
            let record = used.run(replication, &AtomicBool::new(false));
            assert!(record == run(&model, replication), "model {number}, replication {replication}");
        }
    }
}

#[test]
fn records_do_not_depend_on_threads() {
    for number in 0..12 {
        let model = random_model(number, Kind::Shared);
        let interrupt = AtomicBool::new(false);
        let records = |threads: usize| {
            let mut bytes = Vec::new();
            let unit = WorkUnit { design_point: 0, first: 0, count: 12 };
            let workers = Workers::new(threads).expect("threads");
            let keep = |record: RunRecord| bytes.extend(format!("{record:?}").into_bytes());
            workers.run(unit, || workspace(&model, &interrupt), &interrupt, keep).expect("no interruption");
            bytes
        };
        let one = records(1);
        assert!(one == records(2) && one == records(5), "model {number}");
    }
}

#[test]
fn a_deleted_warm_up_is_a_longer_lead_in() {
    for number in 0..MODELS {
        let mut steady = random_model(number, Kind::Exact);
        let cut = SimDuration::from_secs_f64(0.7);
        steady.plan.mode = Mode::Steady(WarmUp::Fixed(cut));
        let mut peak = steady.clone();
        peak.plan.mode = Mode::Terminating;
        peak.plan.settle = steady.plan.settle + cut;
        peak.plan.length = SimDuration::from_nanos(steady.plan.length.as_nanos() - cut.as_nanos());
        assert!(run(&steady, 0) == run(&peak, 0), "model {number}");
    }
}

#[test]
fn later_arrivals_change_nothing_where_the_first_are_served_first() {
    for number in 0..MODELS {
        let mut model = random_model(number, Kind::Exact);
        model.plan.after = After::Continue { drain_limit: SimDuration::from_secs(600) };
        let mut stop = model.clone();
        stop.plan.after = After::Stop { drain_limit: SimDuration::from_secs(600) };
        let (on, off) = (run(&model, 0), run(&stop, 0));
        let arrived = |r: &RunRecord| r.classes.iter().map(|c| c.arrived).collect::<Vec<_>>();
        assert_eq!(arrived(&on), arrived(&off), "model {number}: measured requests");
        let series = |r: &RunRecord| r.windows.as_ref().map(|w| w.services.clone());
        assert_eq!(series(&on), series(&off), "model {number}: the counted span is the same");
        let one = |s: &flashcrowd::model::Service| s.discipline == Discipline::Fifo;
        let calls = model.steps.iter().filter(|s| matches!(s, Step::Call { .. })).count();
        if model.services.len() == 1 && one(&model.services[0]) && calls == 1 {
            let answers = |r: &RunRecord| r.classes.iter().map(|c| c.sojourn.clone()).collect::<Vec<_>>();
            assert!(answers(&on) == answers(&off), "model {number}: answers");
        }
    }
}
