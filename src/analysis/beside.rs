//! Theory beside simulation, where a model has a closed-form neighbour: one constant Poisson stream into one
//! service whose operation is one piece of work.

use super::rows::{Named, TheoryRow};
use crate::metrics::catalogue::{self, Metric, SOJOURN, SOJOURN_P50, SOJOURN_P95, SOJOURN_P99};
use crate::model::{
    ArrivalProcess, CallSite, Discipline, Model, PodSpeed, QueuePlacement, Scope, Service, ServiceId,
    SourceKind, Step,
};
use crate::policy::Balancer;
use crate::policy::balancing::Spread;
use crate::random::{Form, Law};
use crate::theory::{Mg1, Mg1Ps, MmC, MmCK};

/// A single station with what feeds it.
struct Station<'a> {
    index: usize,
    service: &'a Service,
    work: Law,
    speed: f64,
    rate: f64,
    balancer: &'a Balancer,
}

/// Rows of theory for a model; none if it has no closed form here.
pub(super) fn theory_rows(model: &Model, simulated: &[Named]) -> Vec<TheoryRow> {
    let Some(station) = station(model) else { return Vec::new() };
    let Some((name, values)) = values(&station) else { return Vec::new() };
    let scope = Scope::Service(ServiceId(station.index as u16)).written(model);
    let row = |(metric, theory): (&Metric, f64)| {
        let found = simulated.iter().find(|n| n.scope == scope && n.metric == metric.name)?;
        theory.is_finite().then(|| TheoryRow {
            scope: scope.clone(),
            metric: metric.name.to_owned(),
            // Numbers of requests stand here without a unit.
            unit: if metric.unit == SOJOURN.mean.unit { metric.unit } else { "1" },
            theory,
            simulated: found.estimate,
            model: name.clone(),
        })
    };
    values.into_iter().filter_map(row).collect()
}

fn station(model: &Model) -> Option<Station<'_>> {
    let ([source], [class], [edge]) = (&model.sources[..], &model.classes[..], &model.edges[..]) else {
        return None;
    };
    let SourceKind::Open(ArrivalProcess::Poisson(profile)) = &source.kind else { return None };
    let [piece] = profile.pieces() else { return None };
    let (Step::Call { site }, Step::End) = program(model, class.program.index())? else { return None };
    let CallSite { operation, policy, .. } = model.sites.get(site.index())?;
    let (Step::Work { law }, Step::End) = program(model, operation.index())? else { return None };
    let index = edge.target.index();
    let service = model.services.get(index)?;
    let plain = class.patience.is_none()
        && policy.timeout.is_none()
        && policy.try_timeout.is_none()
        && policy.loss == 0.0
        && service.scaler.is_none()
        && model.changes.is_empty();
    // Retries of rejected calls would feed a loss system again.
    let retried = policy.retries > 0 && service.queue_limit < u32::MAX;
    let PodSpeed::Same(speed) = service.speed else { return None };
    let work = model.laws.get(law.index())?.law.clone();
    let balancer = &edge.balancer;
    (plain && !retried && piece.slope == 0.0 && piece.rate > 0.0 && speed > 0.0).then_some(Station {
        index,
        service,
        work,
        speed,
        rate: piece.rate,
        balancer,
    })
}

fn program(model: &Model, first: usize) -> Option<(Step, Step)> {
    Some((*model.steps.get(first)?, *model.steps.get(first + 1)?))
}

type Values = Vec<(&'static Metric, f64)>;

/// The theory's name and values.
fn values(station: &Station<'_>) -> Option<(String, Values)> {
    let Station { service, rate, speed, .. } = *station;
    let mean = station.work.mean() / speed;
    let pods = u64::from(service.replicas);
    let exponential = matches!(station.work.form(), Form::Exponential { .. });
    if service.slots == u32::MAX && service.cpu_limit == 1.0 && pods == 1 {
        let queue = Mg1Ps::new(rate, mean).ok()?;
        let values = vec![
            (&catalogue::MEAN_SOJOURN, queue.mean_sojourn_time()),
            (&catalogue::MEAN_SLOWDOWN, queue.mean_slowdown()),
            (&catalogue::MEAN_IN_SYSTEM, queue.mean_in_system()),
            (&catalogue::VAR_IN_SYSTEM, queue.var_in_system()),
        ];
        return Some(("M/G/1 processor sharing, long run".to_owned(), values));
    }
    let unshared = service.cpu_limit >= f64::from(service.slots);
    if !unshared || service.slots == u32::MAX || service.discipline != Discipline::Fifo {
        return None;
    }
    let slots = u64::from(service.slots);
    // One queue for all pods, however it comes about; or a fair coin that splits one stream into many.
    let one_queue = pods == 1 || service.placement == QueuePlacement::Central;
    let split = station.balancer.spread() == Spread::Split && service.queue_limit == u32::MAX;
    let (rate_each, queues, slots) = match (one_queue, split) {
        (true, _) => (rate, 1.0, slots * pods),
        (false, true) => (rate / pods as f64, pods as f64, slots),
        _ => return None,
    };
    let several = if queues > 1.0 { format!("{queues} x ") } else { String::new() };
    if exponential && service.queue_limit < u32::MAX {
        let capacity = slots + u64::from(service.queue_limit);
        let queue = MmCK::new(rate_each, 1.0 / mean, slots, capacity).ok()?;
        let values = vec![
            (&catalogue::BLOCKING_PROBABILITY, queue.blocking_probability()),
            (&catalogue::MEAN_IN_SYSTEM, queue.law().mean() * queues),
        ];
        return Some((format!("{several}M/M/{slots}/{capacity}, long run"), values));
    }
    if exponential {
        let queue = MmC::new(rate_each, 1.0 / mean, slots).ok()?;
        return Some((format!("{several}M/M/{slots}, long run"), of_mmc(&queue, queues)));
    }
    if slots == 1 && service.queue_limit == u32::MAX {
        let second = station.work.second_moment() / (speed * speed);
        // The third moment is not known here; what depends on it is left out.
        let queue = Mg1::new(rate_each, mean, second, f64::INFINITY).ok()?;
        let values = vec![
            (&catalogue::UTILISATION, queue.utilisation()),
            (&catalogue::PROB_WAIT, queue.utilisation()),
            (&catalogue::MEAN_WAIT, queue.mean_waiting_time()),
            (&catalogue::MEAN_SOJOURN, queue.mean_sojourn_time()),
            (&catalogue::MEAN_IN_SYSTEM, queue.mean_in_system() * queues),
            (&catalogue::MEAN_QUEUE_LENGTH, queue.mean_queue_length() * queues),
        ];
        return Some((format!("{several}M/G/1, long run"), values));
    }
    None
}

fn of_mmc(queue: &MmC, queues: f64) -> Values {
    let mut values = vec![
        (&catalogue::UTILISATION, queue.utilisation()),
        (&catalogue::PROB_WAIT, queue.prob_wait()),
        (&catalogue::MEAN_WAIT, queue.mean_waiting_time()),
        (&catalogue::MEAN_SOJOURN, queue.mean_sojourn_time()),
        (&catalogue::MEAN_IN_SYSTEM, queue.mean_in_system() * queues),
        (&catalogue::MEAN_QUEUE_LENGTH, queue.mean_queue_length() * queues),
        (&catalogue::VAR_IN_SYSTEM, queue.var_in_system() * queues),
    ];
    let quantiles = [(&SOJOURN_P50, 0.5), (&SOJOURN_P95, 0.95), (&SOJOURN_P99, 0.99)];
    values.extend(
        quantiles.into_iter().filter_map(|(metric, p)| Some((metric, queue.sojourn_time_quantile(p)?))),
    );
    values
}
