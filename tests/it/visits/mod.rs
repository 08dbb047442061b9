//! The walk over programs beside the engine: expected visits, work and time are what the engine counts, within the
//! errors of its means.

mod programs;

use flashcrowd::model::visits::Visits;
use flashcrowd::model::{ClassId, Model, PodSpeed};
use flashcrowd::system::Simulator;
use programs::{REQUESTS, random_programs};
use std::sync::atomic::AtomicBool;

const MODELS: u64 = 60;
const REPLICATIONS: u64 = 60;

/// Standard errors that a mean may lie off. Some 700 means are looked at.
const FAR: f64 = 4.5;

/// What is counted in one replication, with a name for each number.
type Counts = Vec<(String, f64)>;

/// The same by the walk over programs.
fn expected(model: &Model, times: bool) -> Counts {
    let visits = Visits::of(model);
    let classes: Vec<ClassId> = (0..model.classes.len()).map(|class| ClassId(class as u16)).collect();
    let demands: Vec<_> = classes.iter().map(|&class| visits.class(class)).collect();
    let calls: Vec<Vec<f64>> = classes.iter().map(|&class| visits.calls(class)).collect();
    let requests = REQUESTS as f64;
    let mut counts = Counts::new();
    for site in 0..model.sites.len() {
        counts.push((format!("calls of site {site}"), requests * calls.iter().map(|c| c[site]).sum::<f64>()));
    }
    for service in 0..model.services.len() {
        let sum = |of: fn(&flashcrowd::model::visits::Demand) -> f64| {
            requests * demands.iter().map(|d| of(&d.services[service])).sum::<f64>()
        };
        counts.push((format!("calls of service {service}"), sum(|d| d.visits)));
        counts.push((format!("work of service {service}"), sum(|d| d.work)));
        if times {
            counts.push((format!("time in service {service}"), sum(|d| d.held)));
        }
    }
    for (class, demand) in demands.iter().enumerate().filter(|_| times) {
        counts.push((format!("time of class {class}"), requests * demand.unloaded));
    }
    counts
}

fn counted(model: &Model, simulator: &mut Simulator<'_>, replication: u64, times: bool) -> Counts {
    let record = simulator.run(replication, &AtomicBool::new(false));
    let mut counts = Counts::new();
    for (site, call) in model.sites.iter().enumerate() {
        counts.push((format!("calls of site {site}"), record.edges[call.edge.index()].calls as f64));
    }
    for (service, s) in record.services.iter().enumerate() {
        counts.push((format!("calls of service {service}"), s.arrived as f64));
        // The cpu is used for as long as the work takes at the pods' speed.
        let PodSpeed::Same(speed) = model.services[service].speed else { panic!("one speed") };
        counts.push((format!("work of service {service}"), speed * s.worked / 1e9));
        if times {
            counts.push((format!("time in service {service}"), s.sojourn.sum_nanos() as f64 / 1e9));
        }
    }
    for (class, c) in record.classes.iter().enumerate().filter(|_| times) {
        assert_eq!(c.succeeded, REQUESTS);
        counts.push((format!("time of class {class}"), c.sojourn.sum_nanos() as f64 / 1e9));
    }
    counts
}

/// Compares the means of many replications with what is expected; gives the number of means and the largest distance.
fn compare(number: u64, times: bool) -> (usize, f64) {
    let model = random_programs(number, !times);
    let mut simulator = Simulator::new(&model);
    let runs: Vec<Counts> = (0..REPLICATIONS).map(|r| counted(&model, &mut simulator, r, times)).collect();
    let expected = expected(&model, times);
    let mut farthest = 0.0_f64;
    for (at, (name, expected)) in expected.iter().enumerate() {
        let values: Vec<f64> = runs.iter().map(|run| run[at].1).collect();
        assert_eq!(*name, runs[0][at].0);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
        // Times are whole nanoseconds, and laws are drawn from tables: 1e-7 of a mean.
        let error = (variance / n).sqrt() + 1e-6 * expected.abs() + 1e-9;
        let off = (mean - expected).abs() / error;
        assert!(off <= FAR, "model {number}: {name} is {mean}, expected {expected} ({off:.1} errors)");
        farthest = farthest.max(off);
    }
    (expected.len(), farthest)
}

#[test]
fn the_engine_counts_what_the_walk_expects() {
    let found: Vec<(usize, f64)> = (0..MODELS).map(|number| compare(number, false)).collect();
    let means: usize = found.iter().map(|f| f.0).sum();
    assert!(means > 500, "{means} means");
    // A walk that is right misses some means by two errors and more: the comparison is not too wide.
    assert!(found.iter().any(|f| f.1 > 2.0));
}

#[test]
fn requests_take_the_time_that_the_walk_says() {
    let found: Vec<(usize, f64)> = (0..MODELS).map(|number| compare(number, true)).collect();
    let means: usize = found.iter().map(|f| f.0).sum();
    assert!(means > 500, "{means} means");
    assert!(found.iter().any(|f| f.1 > 2.0));
}
