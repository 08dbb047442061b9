//! Replications side by side, added up in sections.

use super::pool::{Observation, Pool, Quantity};
use flashcrowd::metrics::{RunRecord, Stopped};
use flashcrowd::model::Model;
use flashcrowd::system::Simulator;
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Sections of equal numbers of replications.
#[derive(Default)]
pub struct Runs {
    /// What each section says about each quantity.
    pub sections: Vec<Vec<Observation>>,
    /// All replications together.
    pub total: Option<Pool>,
    /// Replications.
    pub replications: u64,
    /// Simulated requests, warm-up and drain included, calls among them.
    pub events: u64,
    /// Why the runs are not to be used, if so.
    pub broken: Option<String>,
}

impl Runs {
    /// Adds `sections` sections of `each` replications. `see` looks at every record before it is added up and
    /// gets the number of its section among all.
    pub fn extend(
        &mut self,
        model: &Model,
        sections: u64,
        each: u64,
        quantities: &[Quantity],
        see: &(dyn Fn(usize, &RunRecord) + Sync),
    ) {
        let first = self.replications;
        let before = self.sections.len();
        let shared = Mutex::new((self.total.take(), self.broken.take(), 0u64));
        let section = |s: u64| {
            let mut sum: Option<Pool> = None;
            let (mut events, mut broken) = (0, None);
            let mut simulator = Simulator::new(model);
            for i in 0..each {
                let record = simulator.run(first + s * each + i, &AtomicBool::new(false));
                see(before + s as usize, &record);
                events += record.events;
                broken = broken.or_else(|| complaint(&record));
                let pool = Pool::new(record);
                match &mut sum {
                    Some(sum) => sum.merge(&pool),
                    None => sum = Some(pool),
                }
            }
            let observations =
                sum.as_ref().map_or(Vec::new(), |s| quantities.iter().map(|q| q.observe(s)).collect());
            let mut shared = shared.lock().unwrap_or_else(|e| e.into_inner());
            match (&mut shared.0, sum) {
                (Some(total), Some(sum)) => total.merge(&sum),
                (total @ None, sum) => *total = sum,
                _ => {}
            }
            if shared.1.is_none() {
                shared.1 = broken;
            }
            shared.2 += events;
            observations
        };
        let added: Vec<Vec<Observation>> = (0..sections).into_par_iter().map(section).collect();
        self.sections.extend(added);
        self.replications += sections * each;
        let (total, broken, events) = shared.into_inner().unwrap_or_else(|e| e.into_inner());
        (self.total, self.broken) = (total, broken);
        self.events += events;
    }

    /// What the sections say about the quantity at `at`.
    pub fn observations(&self, at: usize) -> Vec<Observation> {
        self.sections.iter().map(|s| s[at]).collect()
    }

    /// The estimate of the quantity at `at`.
    pub fn estimate(&self, at: usize, quantity: &Quantity) -> Option<super::judge::Estimate> {
        quantity.estimate(&self.observations(at), &quantity.observe(self.total.as_ref()?))
    }
}

/// What is wrong with a record, if anything.
fn complaint(record: &RunRecord) -> Option<String> {
    if record.stopped != Stopped::Finished {
        return Some(format!("a run stopped: {:?}", record.stopped));
    }
    let lost = record.classes.iter().find(|c| c.arrived != c.succeeded + c.failures() + c.censored);
    lost.map(|c| {
        let ended = c.succeeded + c.failures();
        format!("requests are not conserved: {} arrived, {ended} ended, {} censored", c.arrived, c.censored)
    })
}
