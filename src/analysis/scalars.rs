//! The scalar metrics of one record, under the names that `summary.csv` has.
//!
//! The same function reads the record of one replication and the record in which all replications are merged:
//! the first gives what an interval is made of, the second the pooled value.

use super::reactive::first_reactive;
use super::scope;
use crate::metrics::{ClassRecord, EdgeCalls, EdgeRecord, FailureCause, Recorder, RunRecord, ServiceRecord};
use crate::model::{Model, Service};
use std::borrow::Cow;

/// Percentiles that are always reported.
pub(super) const QUANTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

/// Seconds after T0 at which the first pod ordered after the opening was ready, over the runs that had one.
pub(super) const FIRST_REACTIVE: &str = "first_reactive_pod";

const NANO: f64 = 1e-9;

/// How a metric is put together over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Mean over runs.
    Mean,
    /// Sum of numerators over sum of denominators.
    Ratio,
    /// Value of the merged record, with the spread of the runs' own values around it.
    Sectioned,
    /// The same, of a quantile at this level: it needs enough observations.
    Quantile(f64),
}

/// A metric of one record: numerator and denominator. A denominator of zero is no value; for sectioned
/// metrics it counts observations.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) scope: String,
    pub(super) metric: Cow<'static, str>,
    pub(super) unit: Cow<'static, str>,
    pub(super) kind: Kind,
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
    let mut sheet = Sheet { scope: scope::SYSTEM.to_owned(), book: &mut book };
    sheet.class(&all, seconds);
    sheet.money(model, record, |_| true);
    sheet.attempts(&record.edges);
    sheet.mean("events", "events", record.events as f64);
    for (c, class) in model.classes.iter().enumerate() {
        let mut sheet = Sheet { scope: scope::class(model, c), book: &mut book };
        let Some(tally) = record.classes.get(c) else { continue };
        sheet.class(tally, seconds);
        sheet.within(record.limits.get(c).map_or(&[], Vec::as_slice), &tally.within, tally.arrived);
        if class.value.is_some() {
            sheet.money(model, record, |i| i == c);
        }
        if let Some(Some(times)) = record.calls.as_ref().and_then(|calls| calls.classes.get(c)) {
            sheet.times("service_time", times);
        }
    }
    for (s, service) in model.services.iter().enumerate() {
        let Some(tally) = record.services.get(s) else { continue };
        let mut sheet = Sheet { scope: scope::service(model, s), book: &mut book };
        sheet.service(model, service, tally, seconds);
        if let Some(calls) = record.calls.as_ref().and_then(|calls| calls.services.get(s)) {
            sheet.times("service_time", &calls.service);
            sheet.within(&calls.limits, &calls.within, tally.arrived);
        }
    }
    for (e, tally) in record.edges.iter().enumerate().take(model.edges.len()) {
        let mut sheet = Sheet { scope: scope::edge(model, e), book: &mut book };
        sheet.edge(tally);
        if let Some(calls) = record.calls.as_ref().and_then(|calls| calls.edges.get(e)) {
            sheet.answers(tally, calls);
            sheet.within(&calls.limits, &calls.within, tally.calls);
        }
    }
    book.rows
}

impl Sheet<'_, '_> {
    fn push(
        &mut self,
        metric: impl Into<Cow<'static, str>>,
        unit: &'static str,
        kind: Kind,
        above: f64,
        below: f64,
    ) {
        let (scope, metric) = (self.scope.clone(), metric.into());
        let times = self.book.seen;
        self.book.rows.push(Scalar { scope, metric, unit: unit.into(), kind, above, below, times });
    }

    fn mean(&mut self, metric: &'static str, unit: &'static str, value: f64) {
        self.push(metric, unit, Kind::Mean, value, 1.0);
    }

    fn ratio(&mut self, metric: &'static str, unit: &'static str, above: f64, below: f64) {
        self.push(metric, unit, Kind::Ratio, above, below);
    }

    /// Mean, variance and percentiles of a recorder.
    fn times(&mut self, name: &str, recorder: &Recorder) {
        let count = recorder.count() as f64;
        // Whole nanoseconds above and below: equal times then have exactly their mean.
        self.push(format!("mean_{name}"), "s", Kind::Ratio, recorder.sum_nanos() as f64, count * 1e9);
        let variance = recorder.variance().unwrap_or(0.0);
        self.push(format!("var_{name}"), "s^2", Kind::Sectioned, variance, count);
        for (label, p) in QUANTILES {
            let value = recorder.quantile(p).unwrap_or(0.0);
            self.push(format!("{name}_{label}"), "s", Kind::Quantile(p), value, count);
        }
        (self.book.see)(recorder);
        self.book.seen += 1;
    }

    fn class(&mut self, tally: &ClassRecord, seconds: f64) {
        let arrived = tally.arrived as f64;
        self.mean("arrived", "requests", arrived);
        self.mean("succeeded", "requests", tally.succeeded as f64);
        self.mean("failed", "requests", tally.failures() as f64);
        for cause in FailureCause::ALL {
            let count = tally.failed[cause as usize] as f64;
            self.push(format!("failed_{}", cause.name()), "requests", Kind::Mean, count, 1.0);
        }
        self.mean("censored", "requests", tally.censored as f64);
        self.mean("lost", "requests", arrived - tally.succeeded as f64);
        self.ratio("success_ratio", "1", tally.succeeded as f64, arrived);
        // The unfinished were not answered either, so they count as errors.
        self.ratio("error_ratio", "1", arrived - tally.succeeded as f64, arrived);
        self.ratio("shed_ratio", "1", tally.shed() as f64, arrived);
        // A request is blocked when it is turned away at once: every place was taken.
        self.ratio(
            "blocking_probability",
            "1",
            tally.failed[FailureCause::Rejected as usize] as f64,
            arrived,
        );
        let abandoned = tally.failed[FailureCause::Abandoned as usize] as f64;
        self.ratio("abandonment_probability", "1", abandoned, arrived);
        self.ratio("arrival_rate", "1/s", arrived, seconds);
        self.ratio("goodput", "1/s", tally.succeeded as f64, seconds);
        self.ratio("throughput", "1/s", tally.completed_in_span as f64, seconds);
        self.times("sojourn", &tally.sojourn);
        let has_any = f64::from(u8::from(tally.sojourn.count() > 0));
        let p99 = tally.sojourn.quantile(0.99).unwrap_or(0.0);
        self.push("run_sojourn_p99", "s", Kind::Mean, p99, has_any);
        self.times("wait", &tally.wait);
        let failed_after = &tally.failed_after;
        let after = failed_after.sum_nanos() as f64 * NANO;
        self.ratio("mean_time_to_failure", "s", after, failed_after.count() as f64);
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
            self.push("lost_value", "1", Kind::Mean, sum, 1.0);
            if let Some(row) = self.book.rows.last_mut() {
                row.unit = currency.to_owned().into();
            }
        }
    }

    /// Shares of what came that were answered well within each limit.
    fn within(&mut self, limits: &[u64], counts: &[u64], arrived: u64) {
        for (limit, count) in limits.iter().zip(counts) {
            let name = scope::within_name(*limit as f64 * NANO);
            self.push(name, "1", Kind::Ratio, *count as f64, arrived as f64);
        }
    }

    fn attempts(&mut self, edges: &[EdgeRecord]) {
        let attempts: u64 = edges.iter().map(|e| e.attempts).sum();
        let calls: u64 = edges.iter().map(|e| e.calls).sum();
        self.ratio("attempts_per_call", "1", attempts as f64, calls as f64);
    }

    fn service(&mut self, model: &Model, service: &Service, tally: &ServiceRecord, seconds: f64) {
        let arrived = tally.arrived as f64;
        self.mean("arrived", "requests", arrived);
        self.mean("rejected", "requests", tally.rejected as f64);
        self.ratio("arrival_rate", "1/s", arrived, seconds);
        self.ratio("throughput", "1/s", tally.completed as f64, seconds);
        self.ratio("blocking_probability", "1", tally.rejected as f64, arrived);
        self.ratio("abandonment_probability", "1", tally.left_queue as f64, arrived);
        self.ratio("wasted_ratio", "1", tally.wasted as f64, tally.completed as f64);
        self.ratio("prob_wait", "1", tally.waited as f64, arrived - tally.rejected as f64);
        self.times("wait", &tally.wait);
        self.times("sojourn", &tally.sojourn);
        self.ratio("mean_slowdown", "1", tally.slowdown.0, tally.slowdown.1 as f64);
        if service.slots < u32::MAX {
            self.ratio("utilisation", "1", tally.busy as f64 * NANO, tally.slots as f64 * NANO);
        }
        if let Some(request) = service.cpu_request
            && tally.worked > 0.0
        {
            let requested = request * tally.ready as f64 * NANO;
            self.ratio("cpu_utilisation", "1", tally.worked * NANO, requested);
        }
        let span = tally.in_system.span() as f64 * NANO;
        self.ratio("mean_in_system", "requests", tally.in_system.area() as f64 * NANO, span);
        let variance = tally.in_system.variance();
        self.push("var_in_system", "1", Kind::Sectioned, variance, span);
        self.ratio("mean_queue_length", "requests", tally.queued as f64 * NANO, seconds);
        self.mean("peak_queue", "requests", f64::from(tally.peak_queue));
        if !service.external {
            self.ratio("replicas_mean", "pods", tally.ready as f64 * NANO, seconds);
            let (least, most) = tally.ready_range;
            self.mean("replicas_min", "pods", f64::from(least.min(most)));
            self.mean("replicas_max", "pods", f64::from(most));
            self.mean("replicas_ready_at_t0", "pods", f64::from(tally.ready_at_t0));
            self.mean("replica_hours", "h", tally.pods as f64 * NANO / 3600.0);
            let reactive = first_reactive(model, &tally.scaling, service.replicas);
            let ordered = f64::from(u8::from(reactive.is_some()));
            self.push(FIRST_REACTIVE, "s", Kind::Mean, reactive.unwrap_or(0.0), ordered);
        }
    }

    fn edge(&mut self, tally: &EdgeRecord) {
        let calls = tally.calls as f64;
        self.mean("calls", "requests", calls);
        self.mean("attempts", "requests", tally.attempts as f64);
        self.ratio("attempts_per_call", "1", tally.attempts as f64, calls);
        self.ratio("lost_ratio", "1", tally.lost as f64, tally.attempts as f64);
        self.ratio("timed_out_ratio", "1", tally.timed_out as f64, tally.attempts as f64);
        self.ratio("failed_ratio", "1", tally.failed as f64, calls);
    }

    /// Outcomes of an edge's calls, and the response times of those answered well.
    fn answers(&mut self, tally: &EdgeRecord, calls: &EdgeCalls) {
        self.mean("succeeded", "requests", calls.answered as f64);
        self.mean("failed", "requests", calls.failures() as f64);
        for cause in FailureCause::ALL {
            // Whoever gives up leaves its call; no call fails of that.
            if cause != FailureCause::Abandoned {
                let count = calls.failed[cause as usize] as f64;
                self.push(format!("failed_{}", cause.name()), "requests", Kind::Mean, count, 1.0);
            }
        }
        self.mean("abandoned", "requests", calls.abandoned as f64);
        let over = calls.answered + calls.failures() + calls.abandoned;
        self.mean("censored", "requests", tally.calls.saturating_sub(over) as f64);
        self.ratio("success_ratio", "1", calls.answered as f64, tally.calls as f64);
        self.times("sojourn", &calls.response);
    }
}
