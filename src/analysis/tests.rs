//! Known answers of the analysis, by hand and against theory: this file makes the models and records.

mod judging_tests;
mod recovery_tests;
mod summary_tests;

use super::*;
use crate::metrics::{ClassRecord, ClassWindow, RunRecord, ServiceRecord, WindowRecord};
use crate::model::{
    ArrivalProcess, CallPolicy, CallSite, Caller, Class, ClassId, Comparison, Edge, EdgeId, Measure, Model,
    NamedWindow, Objective, RateProfile, Scope, Service, ShareKind, SiteId, Source, SourceId, SourceKind,
    Step,
};
use crate::policy::Balancer;
use crate::random::{Choice, Law};
use crate::units::{SimDuration, SimTime};

fn second(s: u64) -> SimTime {
    SimTime::ZERO + SimDuration::from_secs(s)
}

/// One Poisson stream into one service with one piece of exponential work, counted for 1000 s.
fn mm1(rate: f64, work: f64, measures: &[Measure]) -> Model {
    let mut model = Model { name: "one queue".to_owned(), ..Model::default() };
    model.plan.length = SimDuration::from_secs(1000);
    model.recording.window = Some(SimDuration::from_secs(10));
    let law = model.add_law(Law::exponential(work).unwrap());
    let operation = model.add_program([Step::Work { law }]);
    let program = model.add_program([Step::Call { site: SiteId(0) }]);
    model.sites.push(CallSite { edge: EdgeId(0), operation, policy: CallPolicy::default() });
    let target = model.services.len() as u16;
    model.edges.push(Edge::plain(Caller::Clients, crate::model::ServiceId(target)));
    model.services.push(Service { name: "desk".to_owned(), ..Service::default() });
    model.classes.push(Class {
        name: "visit".to_owned(),
        source: SourceId(0),
        program,
        patience: None,
        priority: 0,
        value: Some((2.0, "EUR".to_owned())),
    });
    model.sources.push(Source {
        name: "people".to_owned(),
        kind: SourceKind::Open(ArrivalProcess::Poisson(RateProfile::constant(rate))),
        classes: vec![ClassId(0)],
        mix: Choice::weighted(&[1.0]).unwrap(),
    });
    model.objectives = measures.iter().map(|&measure| promise(measure)).collect();
    model
}

fn promise(measure: Measure) -> Objective {
    let scope = Scope::Class(ClassId(0));
    Objective { text: "rule".to_owned(), scope, measure, during: None, every: None, in_runs: None }
}

const SUCCESS: Measure = Measure::Share(ShareKind::Success, Comparison::AtLeast, 0.9);
const P90: Measure = Measure::Quantile(0.9, Comparison::Less, 0.5);

/// A run of 100 windows of 10 s; each window is (arrived, answered well, each after this many milliseconds).
fn run(windows: &[(u64, u64, u64)]) -> RunRecord {
    let mut class = ClassRecord::new(7, 0);
    let mut rows = Vec::new();
    for &(arrived, answered, millis) in windows {
        let mut row = ClassWindow { arrived, ..ClassWindow::new(0) };
        for _ in 0..answered {
            row.answer(millis * 1_000_000);
            class.sojourn.record(millis * 1_000_000);
        }
        row.failed[0] = arrived - answered;
        class.arrived += arrived;
        class.succeeded += answered;
        class.failed[0] += arrived - answered;
        rows.push(row);
    }
    let windows = WindowRecord { width: 10_000_000_000, classes: vec![rows], services: vec![Vec::new()] };
    RunRecord {
        classes: vec![class],
        services: vec![ServiceRecord::new(7)],
        edges: vec![Default::default()],
        limits: vec![Vec::new()],
        windows: Some(windows),
        span: 1_000_000_000_000,
        ..RunRecord::default()
    }
}

/// A run whose every window is alike.
fn steady(arrived: u64, answered: u64, millis: u64) -> RunRecord {
    run(&vec![(arrived, answered, millis); 100])
}

fn pool(model: &Model, records: impl IntoIterator<Item = RunRecord>) -> Pool {
    let mut pool = Pool::new(model);
    records.into_iter().for_each(|record| pool.fold(record));
    pool
}

fn verdict(model: &Model, records: impl IntoIterator<Item = RunRecord>) -> ObjectiveResult {
    judge(model, &pool(model, records)).0.swap_remove(0)
}

#[track_caller]
fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1e-9), "{value} is not {expected}");
}
