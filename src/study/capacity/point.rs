//! A point of a search: what was run there and what it cost.

use super::looks::Looks;
use crate::analysis::capacity::{Phase, Standing};
use crate::analysis::{Estimate, Pool};
use crate::metrics::catalogue::{REPLICA_HOURS, REPLICAS_READY_AT_T0, UTILISATION};
use crate::model::{Model, ScopeKind};
use crate::stats::t_interval;

/// A point that was tried.
pub(super) struct Point {
    pub phase: Phase,
    pub model: Model,
    pub pool: Pool,
    pub looks: Looks,
    pub standing: Standing,
    pub is_told: bool,
}

impl Point {
    /// Replica-hours over all services, run by run.
    pub fn hours(&self) -> Vec<f64> {
        let names = self.model.services.iter().filter(|service| !service.external);
        let mut sums: Vec<f64> = Vec::new();
        for service in names {
            let hours = self.pool.per_run(&ScopeKind::Service.called(&service.name), REPLICA_HOURS.name);
            sums.resize(sums.len().max(hours.len()), 0.0);
            sums.iter_mut().zip(&hours).for_each(|(sum, hours)| *sum += hours);
        }
        sums
    }

    /// Replica-hours over all services, a run.
    pub fn replica_hours(&self) -> Option<Estimate> {
        let hours = self.hours();
        let interval = t_interval(&hours, 0.95)?;
        let replications = hours.len() as u32;
        Some(Estimate {
            mean: interval.centre,
            ci95_low: interval.low.max(0.0),
            ci95_high: interval.high,
            replications,
        })
    }

    /// The service whose slots are busiest, and how busy.
    pub fn busiest(&self) -> Option<(String, f64)> {
        let of = |service: &crate::model::Service| {
            let runs = self.pool.per_run(&ScopeKind::Service.called(&service.name), UTILISATION.name);
            let mean = runs.iter().sum::<f64>() / runs.len().max(1) as f64;
            (service.name.clone(), mean)
        };
        self.model.services.iter().map(of).max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, busy)| *busy > 0.0)
    }

    /// Pods of a service ready at T0, mean over runs, rounded up beyond a hundredth of a pod.
    pub fn ready_at_t0(&self, service: usize) -> Option<u32> {
        let name = ScopeKind::Service.called(&self.model.services[service].name);
        let ready = self.pool.per_run(&name, REPLICAS_READY_AT_T0.name);
        let mean = ready.iter().sum::<f64>() / ready.len() as f64;
        mean.is_finite().then(|| (mean - 0.01).ceil().max(0.0) as u32)
    }
}
