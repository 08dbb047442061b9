//! Small models whose answers are known.

use super::Simulator;
use crate::metrics::RunRecord;
use crate::model::*;
use crate::random::{Choice, Law};
use crate::units::SimDuration;
use std::sync::atomic::AtomicBool;

/// One Poisson class, one service, one piece of work.
pub fn station(rate: f64, service: Service, work: Law, seconds: f64) -> Model {
    let mut model = Model::default();
    let law = model.add_law(work);
    let zero = model.add_law(Law::constant(0.0).unwrap());
    let operation = model.add_program([Step::Work { law }]);
    model.edges.push(Edge::plain(Caller::Clients, ServiceId(0)));
    model.sites.push(CallSite { edge: EdgeId(0), operation, policy: CallPolicy::default() });
    let program = model.add_program([Step::Call { site: SiteId(0) }]);
    model.services.push(Service { name: "s".into(), startup: zero, ..service });
    let process = ArrivalProcess::Poisson(RateProfile::constant(rate));
    let mix = Choice::weighted(&[1.0]).unwrap();
    model.sources.push(Source {
        name: "c".into(),
        kind: SourceKind::Open(process),
        classes: vec![ClassId(0)],
        mix,
    });
    let class =
        Class { name: "c".into(), source: SourceId(0), program, patience: None, priority: 0, value: None };
    model.classes.push(class);
    model.plan.length = SimDuration::from_secs_f64(seconds);
    model
}

pub fn run(model: &Model) -> RunRecord {
    Simulator::new(model).run(0, &AtomicBool::new(false))
}

#[test]
fn a_single_queue_meets_its_closed_form() {
    let model = station(0.8, Service::default(), Law::exponential(1.0).unwrap(), 2e6);
    let record = run(&model);
    let class = &record.classes[0];
    // The standard error of the mean over 1.6 million requests is 0.02 (Whitt 1989).
    assert!((class.sojourn.mean().unwrap() - 5.0).abs() < 0.08, "{:?}", class.sojourn.mean());
    assert!((record.services[0].in_system.mean() - 4.0).abs() < 0.08);
    assert_eq!(class.arrived, class.succeeded);
    assert_eq!(record.frame_bytes, 40);
}

#[test]
fn shared_cpu_meets_its_closed_form() {
    let service = Service { slots: u32::MAX, cpu_limit: 1.0, ..Service::default() };
    let model = station(0.7, service, Law::constant(1.0).unwrap(), 1e6);
    let record = run(&model);
    assert!((record.classes[0].sojourn.mean().unwrap() - 1.0 / 0.3).abs() < 0.05);
    let (sum, count) = record.services[0].slowdown;
    assert!((sum / count as f64 - 1.0 / 0.3).abs() < 0.05);
}

/// A client calls a, which calls b with three retries after failures; b's own call of c is lost every other time.
#[test]
fn a_retried_call_meets_fresh_chance_inside() {
    let mut model = station(100.0, Service::default(), Law::constant(0.0).unwrap(), 1000.0);
    for (caller, name) in ["b", "c"].into_iter().enumerate() {
        let caller = caller as u16;
        model.edges.push(Edge::plain(Caller::Service(ServiceId(caller)), ServiceId(caller + 1)));
        model.services.push(Service { name: name.into(), slots: u32::MAX, ..model.services[0].clone() });
    }
    let at_c = model.sites[0].operation;
    let lossy =
        CallPolicy { loss: 0.5, try_timeout: Some(SimDuration::from_nanos(10)), ..CallPolicy::default() };
    model.sites.push(CallSite { edge: EdgeId(2), operation: at_c, policy: lossy });
    let at_b = model.add_program([Step::Call { site: SiteId(1) }]);
    let retry_on = RetryOn { timeout: false, rejected: false, failed: true };
    let stubborn = CallPolicy { retries: 3, retry_on, ..CallPolicy::default() };
    model.sites.push(CallSite { edge: EdgeId(1), operation: at_b, policy: stubborn });
    model.sites[0].operation = model.add_program([Step::Call { site: SiteId(2) }]);
    model.services[0].slots = u32::MAX;
    let record = run(&model);
    let (n, p) = (record.classes[0].arrived as f64, 1.0 - 0.0625);
    let z = (record.classes[0].succeeded as f64 - n * p) / (n * p * (1.0 - p)).sqrt();
    assert!(n > 99_000.0 && z.abs() < 4.0, "{z} standard errors from 15/16");
    // The tries of each call are geometric, cut at four.
    let tries = record.edges[1].attempts as f64 / record.edges[1].calls as f64;
    assert!((tries - 1.875).abs() < 4.0 * (1.11 / n).sqrt(), "{tries} tries a call");
}

#[test]
fn the_same_replication_gives_the_same_record_from_a_used_simulator() {
    let model = station(3.0, Service { slots: 4, ..Service::default() }, Law::exponential(1.0).unwrap(), 1e4);
    let mut used = Simulator::new(&model);
    let flag = AtomicBool::new(false);
    let _ = used.run(7, &flag);
    assert_eq!(used.run(3, &flag), Simulator::new(&model).run(3, &flag));
    assert_ne!(used.run(3, &flag), used.run(4, &flag));
}
