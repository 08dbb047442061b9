//! Where to look first: whether rates and means alone say that a scenario holds.

use crate::analysis::needs::{reaction, startup};
use crate::analysis::reactive::opening;
use crate::analysis::required::{demands, load, requirement, waiting_budget, windows};
use crate::analysis::when::counted_from;
use crate::model::{FleetPatch, Model, Patch, ScalerPatch, Service, ServiceId};

/// Whether the pods that can be there cover the required capacity of every window (fluid flow and Erlang C).
///
/// Pods that can be there are those of the start and of scheduled changes, each after its start-up; what an
/// autoscaler does counts from the first instant at which it can have answered T0. A forecast for bracketing a
/// search, nothing more: queues that outlive a window, retries and balancers take no part.
#[must_use]
pub fn foresee(model: &Model) -> bool {
    let demands = demands(model);
    let spans = windows(model, counted_from(model).as_secs_f64(), model.plan.to().as_secs_f64());
    model.services.iter().enumerate().all(|(s, service)| {
        let budget = waiting_budget(model, &demands, s);
        let needed = |&(start, end): &(f64, f64)| {
            requirement(model, s, service, &load(model, &demands, s, start, end), budget).pods.unwrap_or(0)
        };
        let before = spans.first().map_or(0, needed);
        let supply = Supply::new(model, s, service, before);
        spans.iter().all(|span| needed(span) <= supply.at(span.0))
    })
}

/// Pod-hours of the counted span by the floors alone: pods of the start and of scheduled changes. What a setting
/// costs at least, without simulating it.
#[must_use]
pub fn planned_hours(model: &Model) -> f64 {
    let (from, to) = (model.plan.from().as_secs_f64(), model.plan.to().as_secs_f64());
    let ours = model.services.iter().enumerate().filter(|(_, service)| !service.external);
    let hours = ours.map(|(s, service)| {
        let steps = Supply::new(model, s, service, 0).steps;
        let ends = steps.iter().skip(1).map(|(from, _)| *from).chain([to]);
        let spans = steps.iter().zip(ends);
        spans
            .map(|((start, pods), end)| f64::from(*pods) * (end.min(to) - start.max(from)).max(0.0))
            .sum::<f64>()
    });
    hours.sum::<f64>() / 3600.0
}

/// Services whose pods at the start or by schedule differ between two models of one scenario.
#[must_use]
pub fn moved(a: &Model, b: &Model) -> Vec<usize> {
    let floor = |service: &Service| service.scaler.as_ref().map_or(0, |scaler| scaler.bounds().0);
    let changes = |model: &Model, s: usize| -> Vec<Patch> {
        let own = |patch: &Patch| match *patch {
            Patch::Fleet(id, FleetPatch::Replicas(_)) | Patch::Scaler(id, ScalerPatch::Min(_)) => {
                id.index() == s
            }
            _ => false,
        };
        model.changes.iter().map(|change| change.patch).filter(own).collect()
    };
    let both = a.services.iter().zip(&b.services).enumerate();
    let differs = |(s, (x, y)): &(usize, (&Service, &Service))| {
        x.replicas != y.replicas || floor(x) != floor(y) || changes(a, *s) != changes(b, *s)
    };
    both.filter(differs).filter(|(_, (x, _))| !x.external).map(|(s, _)| s).collect()
}

/// Pods that can be ready over time.
struct Supply {
    /// (from this instant in seconds, pods), rising in time.
    steps: Vec<(f64, u32)>,
    /// From when on an autoscaler can have answered, and how far it may go.
    reactive: Option<(f64, u32)>,
}

impl Supply {
    fn new(model: &Model, s: usize, service: &Service, before: u32) -> Self {
        let startup = startup(model, service);
        let sync = service.scaler.as_ref().map_or(0.0, |scaler| scaler.period().as_secs_f64());
        let most = service.scaler.as_ref().map(|scaler| scaler.bounds().1);
        // What ran before the peak was enough for it, if a scaler cares for that.
        let start =
            if let Some(most) = most { service.replicas.max(before).min(most) } else { service.replicas };
        let mut steps = vec![(0.0, start)];
        for change in &model.changes {
            let (id, pods, wait) = match change.patch {
                Patch::Fleet(id, FleetPatch::Replicas(pods)) => (id, pods, 0.0),
                Patch::Scaler(id, ScalerPatch::Min(pods)) => (id, pods, sync),
                _ => continue,
            };
            if id == ServiceId(s as u16) {
                steps.push((change.at.as_secs_f64() + wait + startup, pods));
            }
        }
        let answers = reaction(model, service).map(|delay| opening(model).as_secs_f64() + delay + startup);
        Self { steps, reactive: answers.zip(most) }
    }

    fn at(&self, seconds: f64) -> u32 {
        let floor = self.steps.iter().rev().find(|(from, _)| *from <= seconds).map_or(0, |(_, pods)| *pods);
        match self.reactive {
            Some((from, most)) if seconds >= from => floor.max(most),
            _ => floor,
        }
    }
}
