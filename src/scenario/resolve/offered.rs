//! What services are asked for before anything is simulated: mean work and slots at the largest rates of a span.

use super::build::Build;
use crate::model::visits::Visits;
use crate::model::{ArrivalProcess, Model, Source, SourceKind};

/// What one service is asked at the largest rates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Need {
    /// Cores of work, at speed 1.
    pub cores: f64,
    /// Slots held, waits and calls included.
    pub held: f64,
}

/// What every service is asked when all sources are at their largest rates between two instants, in seconds of the
/// simulation.
pub(super) fn needs_between(build: &Build<'_>, visits: &Visits<'_>, from: f64, to: f64) -> Vec<Need> {
    let model = &build.model;
    let mut needs = vec![Need::default(); model.services.len()];
    for source in &model.sources {
        for &class in &source.classes {
            let rate = largest_rate(model, source, from, to) * build.shares[class.index()];
            for (need, demand) in needs.iter_mut().zip(visits.class(class).services) {
                need.cores += rate * demand.work;
                need.held += rate * demand.held;
            }
        }
    }
    needs
}

/// The largest rate of a source in a span; closed sources are left out, they hold themselves back.
fn largest_rate(model: &Model, source: &Source, from: f64, to: f64) -> f64 {
    match &source.kind {
        SourceKind::Open(ArrivalProcess::Poisson(rates) | ArrivalProcess::Even(rates)) => {
            rates.largest(from, to)
        }
        SourceKind::Open(ArrivalProcess::Renewal { gap }) => 1.0 / model.laws[gap.index()].law.mean(),
        SourceKind::Open(ArrivalProcess::Mmpp { rates, .. }) => rates.iter().copied().fold(0.0, f64::max),
        SourceKind::Open(ArrivalProcess::Times(times)) => times.len() as f64 / (to - from).max(1e-9),
        SourceKind::Open(ArrivalProcess::Segments(_)) | SourceKind::Closed { .. } => 0.0,
    }
}
