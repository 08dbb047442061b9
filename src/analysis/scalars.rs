//! The scalar metrics of one record, under the names that `summary.csv` has.
//!
//! The same function reads the record of one replication and the record in which all replications are merged:
//! the first gives what an interval is made of, the second the pooled value.

use super::reactive::first_reactive;
use crate::metrics::catalogue::{self, Merge, Metric, Times};
use crate::metrics::{ClassRecord, EdgeCalls, EdgeRecord, FailureCause, Recorder, RunRecord, ServiceRecord};
use crate::model::{ClassId, EdgeId, Model, Scope, Service, ServiceId};
use crate::units::SimDuration;
use std::borrow::Cow;

/// What results call the instant of the first pod that answers the crowd.
pub(super) const FIRST_REACTIVE: &str = catalogue::FIRST_REACTIVE_POD.name;

const NANO: f64 = 1e-9;

/// A metric of one record: numerator and denominator. A denominator of zero is no value; for sectioned
/// metrics it counts observations.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) scope: String,
    pub(super) metric: &'static Metric,
    /// Its name in results.
    pub(super) name: Cow<'static, str>,
    pub(super) unit: Cow<'static, str>,
    pub(super) above: f64,
    pub(super) below: f64,
    /// For a quantile the number of the recorder it is read from, in the order in which they are seen.
    pub(super) times: usize,
}

/// Collects the metrics of all scopes, and shows every recorder that quantiles are read from.
struct Book<'s> {
    rows: Vec<Scalar>,
    seen: usize,
    see: &'s mut dyn FnMut(&Recorder),
}

/// Collects the metrics of one scope.
struct Sheet<'a, 's> {
    scope: String,
    book: &'a mut Book<'s>,
}

/// All metrics of a record, in a fixed order. `model` must be the one that was simulated. `see` is shown the
/// recorders that quantiles are read from.
pub(super) fn scalars(model: &Model, record: &RunRecord, see: &mut dyn FnMut(&Recorder)) -> Vec<Scalar> {
    let mut book = Book { rows: Vec::new(), seen: 0, see };
    let seconds = record.span as f64 * NANO;
    let bits = model.recording.resolution_bits;
    let all = record.all_classes(bits);
    let mut sheet = Sheet { scope: Scope::System.written(model), book: &mut book };
    sheet.class(&all, seconds);
    sheet.money(model, record, |_| true);
    sheet.attempts(&record.edges);
    sheet.count(&catalogue::EVENTS, record.events);
    for (c, class) in model.classes.iter().enumerate() {
        let mut sheet = Sheet { scope: Scope::Class(ClassId(c as u16)).written(model), book: &mut book };
        let Some(tally) = record.classes.get(c) else { continue };
        sheet.class(tally, seconds);
        sheet.within(
            &catalogue::WITHIN,
            record.limits.get(c).map_or(&[], Vec::as_slice),
            &tally.within,
            tally.arrived,
        );
        if class.value.is_some() {
            sheet.money(model, record, |i| i == c);
        }
        if let Some(Some(times)) = record.calls.as_ref().and_then(|calls| calls.classes.get(c)) {
            sheet.times(&catalogue::SERVICE_TIME, times);
        }
    }
    for (s, service) in model.services.iter().enumerate() {
        let Some(tally) = record.services.get(s) else { continue };
        let mut sheet = Sheet { scope: Scope::Service(ServiceId(s as u16)).written(model), book: &mut book };
        sheet.service(model, service, tally, seconds);
        let limits = model.wait_limits(ServiceId(s as u16));
        sheet.within(&catalogue::WAIT_WITHIN, &limits, &tally.wait_within, tally.arrived);
        if let Some(calls) = record.calls.as_ref().and_then(|calls| calls.services.get(s)) {
            sheet.times(&catalogue::SERVICE_TIME, &calls.service);
            sheet.within(&catalogue::WITHIN, &calls.limits, &calls.within, tally.arrived);
        }
    }
    for (e, tally) in record.edges.iter().enumerate().take(model.edges.len()) {
        let mut sheet = Sheet { scope: Scope::Edge(EdgeId(e as u16)).written(model), book: &mut book };
        sheet.edge(tally);
        if let Some(calls) = record.calls.as_ref().and_then(|calls| calls.edges.get(e)) {
            sheet.answers(tally, calls);
            sheet.within(&catalogue::WITHIN, &calls.limits, &calls.within, tally.calls);
        }
    }
    book.rows
}

impl Sheet<'_, '_> {
    fn put(&mut self, metric: &'static Metric, above: f64, below: f64) {
        let (scope, name, unit) = (self.scope.clone(), metric.name.into(), metric.unit.into());
        let times = self.book.seen;
        self.book.rows.push(Scalar { scope, metric, name, unit, above, below, times });
    }

    /// A value a run.
    fn value(&mut self, metric: &'static Metric, value: f64) {
        self.put(metric, value, 1.0);
    }

    fn count(&mut self, metric: &'static Metric, count: u64) {
        self.value(metric, count as f64);
    }

    /// Mean, variance and percentiles of a recorder.
    fn times(&mut self, times: &Times, recorder: &Recorder) {
        let count = recorder.count() as f64;
        // Whole nanoseconds above and below: equal times then have exactly their mean.
        self.put(times.mean, recorder.sum_nanos() as f64, count * 1e9);
        self.put(times.variance, recorder.variance().unwrap_or(0.0), count);
        for metric in times.quantiles {
            if let Merge::Quantile(p) = metric.merge {
                self.put(metric, recorder.quantile(p).unwrap_or(0.0), count);
            }
        }
        (self.book.see)(recorder);
        self.book.seen += 1;
    }

    fn class(&mut self, tally: &ClassRecord, seconds: f64) {
        let arrived = tally.arrived as f64;
        self.value(&catalogue::ARRIVED, arrived);
        self.count(&catalogue::SUCCEEDED, tally.succeeded);
        self.count(&catalogue::FAILED, tally.failures());
        for cause in FailureCause::ALL {
            self.count(catalogue::failed_by(cause), tally.failed[cause as usize]);
        }
        self.count(&catalogue::CENSORED, tally.censored);
        self.value(&catalogue::LOST, arrived - tally.succeeded as f64);
        self.put(&catalogue::SUCCESS_RATIO, tally.succeeded as f64, arrived);
        // The unfinished were not answered either, so they count as errors.
        self.put(&catalogue::ERROR_RATIO, arrived - tally.succeeded as f64, arrived);
        self.put(&catalogue::SHED_RATIO, tally.shed() as f64, arrived);
        // A request is blocked when it is turned away at once: every place was taken.
        self.put(
            &catalogue::BLOCKING_PROBABILITY,
            tally.failed[FailureCause::Rejected as usize] as f64,
            arrived,
        );
        let abandoned = tally.failed[FailureCause::Abandoned as usize] as f64;
        self.put(&catalogue::ABANDONMENT_PROBABILITY, abandoned, arrived);
        self.put(&catalogue::ARRIVAL_RATE, arrived, seconds);
        self.put(&catalogue::GOODPUT, tally.succeeded as f64, seconds);
        self.put(&catalogue::THROUGHPUT, tally.completed_in_span as f64, seconds);
        self.times(&catalogue::SOJOURN, &tally.sojourn);
        let has_any = f64::from(u8::from(tally.sojourn.count() > 0));
        let p99 = tally.sojourn.quantile(0.99).unwrap_or(0.0);
        self.put(&catalogue::RUN_SOJOURN_P99, p99, has_any);
        self.times(&catalogue::WAIT, &tally.wait);
        let failed_after = &tally.failed_after;
        let after = failed_after.sum_nanos() as f64 * NANO;
        self.put(&catalogue::MEAN_TIME_TO_FAILURE, after, failed_after.count() as f64);
    }

    /// Worth of the requests that were not answered well, one row a currency.
    fn money(&mut self, model: &Model, record: &RunRecord, counts: impl Fn(usize) -> bool) {
        let mut sums: Vec<(&str, f64)> = Vec::new();
        for (c, (class, tally)) in model.classes.iter().zip(&record.classes).enumerate() {
            let Some((value, currency)) = &class.value else { continue };
            if !counts(c) {
                continue;
            }
            let lost = value * (tally.arrived - tally.succeeded) as f64;
            match sums.iter_mut().find(|(name, _)| *name == currency) {
                Some((_, sum)) => *sum += lost,
                None => sums.push((currency, lost)),
            }
        }
        for (currency, sum) in sums {
            self.value(&catalogue::LOST_VALUE, sum);
            if let Some(row) = self.book.rows.last_mut() {
                row.unit = currency.to_owned().into();
            }
        }
    }

    /// Shares of what came that were answered well within each limit.
    fn within(&mut self, metric: &'static Metric, limits: &[u64], counts: &[u64], arrived: u64) {
        for (limit, count) in limits.iter().zip(counts) {
            self.put(metric, *count as f64, arrived as f64);
            if let Some(row) = self.book.rows.last_mut() {
                row.name = metric.within(SimDuration::from_nanos(*limit)).into();
            }
        }
    }

    fn attempts(&mut self, edges: &[EdgeRecord]) {
        let attempts: u64 = edges.iter().map(|e| e.attempts).sum();
        let calls: u64 = edges.iter().map(|e| e.calls).sum();
        self.put(&catalogue::ATTEMPTS_PER_CALL, attempts as f64, calls as f64);
    }

    fn service(&mut self, model: &Model, service: &Service, tally: &ServiceRecord, seconds: f64) {
        let arrived = tally.arrived as f64;
        self.value(&catalogue::ARRIVED, arrived);
        self.count(&catalogue::REJECTED, tally.rejected);
        self.put(&catalogue::ARRIVAL_RATE, arrived, seconds);
        self.put(&catalogue::THROUGHPUT, tally.completed as f64, seconds);
        self.put(&catalogue::BLOCKING_PROBABILITY, tally.rejected as f64, arrived);
        self.put(&catalogue::ABANDONMENT_PROBABILITY, tally.left_queue as f64, arrived);
        self.put(&catalogue::WASTED_RATIO, tally.wasted as f64, tally.completed as f64);
        self.put(&catalogue::PROB_WAIT, tally.found_no_slot() as f64, arrived);
        self.times(&catalogue::WAIT, &tally.waits());
        self.times(&catalogue::SOJOURN, &tally.sojourn);
        self.put(&catalogue::MEAN_SLOWDOWN, tally.slowdown.0, tally.slowdown.1 as f64);
        if service.slots < u32::MAX {
            self.put(&catalogue::UTILISATION, tally.busy as f64 * NANO, tally.slots as f64 * NANO);
        }
        self.cpu(service, tally);
        let span = tally.in_system.span() as f64 * NANO;
        self.put(&catalogue::MEAN_IN_SYSTEM, tally.in_system.area() as f64 * NANO, span);
        let variance = tally.in_system.variance();
        self.put(&catalogue::VAR_IN_SYSTEM, variance, span);
        self.put(&catalogue::MEAN_QUEUE_LENGTH, tally.queued as f64 * NANO, seconds);
        self.value(&catalogue::PEAK_QUEUE, f64::from(tally.peak_queue));
        if !service.external {
            self.put(&catalogue::REPLICAS_MEAN, tally.ready as f64 * NANO, seconds);
            let (least, most) = tally.ready_range;
            self.value(&catalogue::REPLICAS_MIN, f64::from(least.min(most)));
            self.value(&catalogue::REPLICAS_MAX, f64::from(most));
            self.value(&catalogue::REPLICAS_READY_AT_T0, f64::from(tally.ready_at_t0));
            self.value(&catalogue::REPLICA_HOURS, tally.pods as f64 * NANO / 3600.0);
            let reactive = first_reactive(model, &tally.scaling, service.replicas);
            let ordered = f64::from(u8::from(reactive.is_some()));
            self.put(&catalogue::FIRST_REACTIVE_POD, reactive.unwrap_or(0.0), ordered);
        }
    }

    fn cpu(&mut self, service: &Service, tally: &ServiceRecord) {
        for (metric, cores) in [
            (&catalogue::CPU_UTILISATION, service.reserved_cpu()),
            (&catalogue::CPU_LIMIT_UTILISATION, service.granted_cpu()),
        ] {
            if let Some(cores) = cores.filter(|_| tally.worked > 0.0) {
                self.put(metric, tally.worked * NANO, cores * tally.ready as f64 * NANO);
            }
        }
        if tally.quota.periods > 0 {
            self.put(&catalogue::THROTTLED, tally.quota.throttled as f64, tally.quota.periods as f64);
            self.count(&catalogue::THROTTLED_PERIODS, tally.quota.throttled);
            self.value(&catalogue::THROTTLED_TIME, tally.quota.stopped as f64 * NANO);
        }
    }

    fn edge(&mut self, tally: &EdgeRecord) {
        let calls = tally.calls as f64;
        self.value(&catalogue::CALLS, calls);
        self.count(&catalogue::ATTEMPTS, tally.attempts);
        self.put(&catalogue::ATTEMPTS_PER_CALL, tally.attempts as f64, calls);
        self.put(&catalogue::LOST_RATIO, tally.lost as f64, tally.attempts as f64);
        self.put(&catalogue::TIMED_OUT_RATIO, tally.timed_out as f64, tally.attempts as f64);
        self.put(&catalogue::FAILED_RATIO, tally.failed as f64, calls);
    }

    /// Outcomes of an edge's calls, and the response times of those answered well.
    fn answers(&mut self, tally: &EdgeRecord, calls: &EdgeCalls) {
        self.count(&catalogue::SUCCEEDED, calls.answered);
        self.count(&catalogue::FAILED, calls.failures());
        for cause in FailureCause::ALL {
            // Whoever gives up leaves its call; no call fails of that.
            if cause != FailureCause::Abandoned {
                self.count(catalogue::failed_by(cause), calls.failed[cause as usize]);
            }
        }
        self.count(&catalogue::ABANDONED, calls.abandoned);
        let over = calls.answered + calls.failures() + calls.abandoned;
        self.count(&catalogue::CENSORED, tally.calls.saturating_sub(over));
        self.put(&catalogue::SUCCESS_RATIO, calls.answered as f64, tally.calls as f64);
        self.times(&catalogue::SOJOURN, &calls.response);
    }
}
