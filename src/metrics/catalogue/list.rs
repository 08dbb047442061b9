//! The list of metrics.

use super::metric::Reading::{Factor, Load, Share};
use super::metric::{Merge, Metric, Times};
use crate::metrics::{FAILURE_CAUSES, FailureCause};
use crate::model::ScopeKind::{self, Class, Edge, Service, System};

const ONE: &str = "1";
const SECONDS: &str = "s";
const HOURS: &str = "h";
const PER_SECOND: &str = "1/s";
const REQUESTS: &str = "requests";
const PODS: &str = "pods";
const PERIODS: &str = "periods";
/// Results have the name of the currency in its place.
const CURRENCY: &str = "currency";

/// Who sends requests.
const CLIENTS: &[ScopeKind] = &[System, Class];

/// Whoever answers.
const EVERY: &[ScopeKind] = &[System, Class, Service, Edge];

const fn mean(name: &'static str, unit: &'static str) -> Metric {
    Metric::new(name, unit, Merge::Mean)
}

const fn count(name: &'static str) -> Metric {
    mean(name, REQUESTS)
}

const fn ratio(name: &'static str, unit: &'static str) -> Metric {
    Metric::new(name, unit, Merge::Ratio)
}

const fn share(name: &'static str) -> Metric {
    ratio(name, ONE).read_as(Share)
}

const fn sectioned(name: &'static str, unit: &'static str) -> Metric {
    Metric::new(name, unit, Merge::Sectioned)
}

const fn quantile(name: &'static str, p: f64) -> Metric {
    Metric::new(name, SECONDS, Merge::Quantile(p))
}

/// Declares metrics: the sentence above each is its meaning.
macro_rules! metrics {
    ($($(#[doc = $meaning:literal])+ $constant:ident = $metric:expr;)+) => {
        $(
            $(#[doc = $meaning])+
            pub const $constant: Metric = $metric.meaning(concat!($($meaning),+));
        )+

        /// Every metric there is.
        pub const METRICS: &[&Metric] = &[$(&$constant),+];
    };
}

metrics! {
    /// Measured requests that arrived; of a service the calls that reached it.
    ARRIVED = count("arrived").of(&[System, Class, Service]);
    /// Of these, answered well.
    SUCCEEDED = count("succeeded").of(&[System, Class, Edge]).large();
    /// Of these, failed, by all causes together.
    FAILED = count("failed").of(&[System, Class, Edge]).small();
    /// Turned away because a queue was full.
    FAILED_REJECTED = count("failed_rejected").of(&[System, Class, Edge]).small();
    /// Turned away because no pod was ready.
    FAILED_UNAVAILABLE = count("failed_unavailable").of(&[System, Class, Edge]).small();
    /// Failed because a timeout passed on every try.
    FAILED_TIMED_OUT = count("failed_timed_out").of(&[System, Class, Edge]).small();
    /// Failed because the patience of the client ended.
    FAILED_ABANDONED = count("failed_abandoned").of(CLIENTS).small();
    /// Failed because a call was lost and nothing would ever answer.
    FAILED_LOST = count("failed_lost").of(&[System, Class, Edge]).small();
    /// Calls whose caller went away, because its patience ended.
    ABANDONED = count("abandoned").of(&[Edge]).small();
    /// Unfinished when the run ended.
    CENSORED = count("censored").of(&[System, Class, Edge]);
    /// Requests that were not answered well, the unfinished among them.
    LOST = count("lost").of(CLIENTS).small();
    /// Worth of the requests that were not answered well, a row a currency.
    LOST_VALUE = mean("lost_value", CURRENCY).of(CLIENTS).small().headed("lost value");
    /// Calls that a service turned away.
    REJECTED = count("rejected").of(&[Service]).small();
    /// Calls begun.
    CALLS = count("calls").of(&[Edge]);
    /// Tries of these calls, retries included.
    ATTEMPTS = count("attempts").of(&[Edge]);
    /// Events that were simulated.
    EVENTS = mean("events", "events").of(&[System]);
    /// Share of what arrived or was called that was answered well.
    SUCCESS_RATIO = share("success_ratio").of(&[System, Class, Edge]).large().headed("success");
    /// Share of what arrived that was not answered well, the unfinished among them.
    ERROR_RATIO = share("error_ratio").of(CLIENTS).small();
    /// Share of what arrived that was turned away: a queue was full, or no pod was ready.
    SHED_RATIO = share("shed_ratio").of(CLIENTS).small();
    /// Share of what arrived that was turned away because every place was taken.
    BLOCKING_PROBABILITY = share("blocking_probability").of(&[System, Class, Service]).small().headed("rejected");
    /// Share of what arrived whose client gave up; of a service, that left its queue unserved.
    ABANDONMENT_PROBABILITY = share("abandonment_probability").of(&[System, Class, Service]).small();
    /// Share of what was served to the end that nobody waited for any more.
    WASTED_RATIO = share("wasted_ratio").of(&[Service]).small();
    /// Share of the calls that found no free slot, those that left or were turned away among them.
    PROB_WAIT = share("prob_wait").of(&[Service]).small();
    /// Share of the calls that got a slot within the limit of an objective, such as `wait_within_20s`, of all that arrived.
    WAIT_WITHIN = share("wait_within_").of(&[Service]).large();
    /// Share of tries that were lost on the way.
    LOST_RATIO = share("lost_ratio").of(&[Edge]).small();
    /// Share of tries whose timer fired.
    TIMED_OUT_RATIO = share("timed_out_ratio").of(&[Edge]).small().headed("timed out");
    /// Share of calls that failed after all tries.
    FAILED_RATIO = share("failed_ratio").of(&[Edge]).small().headed("failed");
    /// Share of what arrived that was answered well within the limit of an objective, such as `within_0.8s`.
    WITHIN = share("within_").of(&[Class, Service, Edge]).large();
    /// Tries of a call.
    ATTEMPTS_PER_CALL = ratio("attempts_per_call", ONE).read_as(Factor).of(&[System, Edge]).small().headed("tries per call");
    /// What arrived, a second of the counted span.
    ARRIVAL_RATE = ratio("arrival_rate", PER_SECOND).of(&[System, Class, Service]).headed("offered/s");
    /// Answered well, a second; by window of the arrival.
    GOODPUT = ratio("goodput", PER_SECOND).of(CLIENTS).by_window(&[System, Class, Edge]).large().headed("goodput/s");
    /// Answers sent in the counted span, whenever the request arrived, a second; of a service what it served to the
    /// end.
    THROUGHPUT = ratio("throughput", PER_SECOND).of(&[System, Class, Service]).large();
    /// Requests that arrived in a window or calls begun in it, a second.
    ARRIVALS = mean("arrivals", PER_SECOND).by_window(&[System, Class, Edge]);
    /// Requests of a window that failed so (`failed_rejected`), a second.
    ERRORS_REJECTED = mean("errors_rejected", PER_SECOND).by_window(CLIENTS).small();
    /// Requests of a window that failed so (`failed_unavailable`), a second.
    ERRORS_UNAVAILABLE = mean("errors_unavailable", PER_SECOND).by_window(CLIENTS).small();
    /// Requests of a window that failed so (`failed_timed_out`), a second.
    ERRORS_TIMED_OUT = mean("errors_timed_out", PER_SECOND).by_window(CLIENTS).small();
    /// Requests of a window that failed so (`failed_abandoned`), a second.
    ERRORS_ABANDONED = mean("errors_abandoned", PER_SECOND).by_window(CLIENTS).small();
    /// Requests of a window that failed so (`failed_lost`), a second.
    ERRORS_LOST = mean("errors_lost", PER_SECOND).by_window(CLIENTS).small();
    /// Mean time from the first arrival to the good answer, over all tries; of a service the time in it, of an edge
    /// the time of the whole call.
    MEAN_SOJOURN = ratio("mean_sojourn", SECONDS).of(EVERY).small().headed("mean");
    /// Variance of the same.
    VAR_SOJOURN = sectioned("var_sojourn", "s^2").of(EVERY);
    /// 50 % of them are at most so long.
    SOJOURN_P50 = quantile("sojourn_p50", 0.5).of(EVERY).by_window(EVERY).small().headed("p50");
    /// 90 % of them are at most so long.
    SOJOURN_P90 = quantile("sojourn_p90", 0.9).of(EVERY).small().headed("p90");
    /// 95 % of them are at most so long.
    SOJOURN_P95 = quantile("sojourn_p95", 0.95).of(EVERY).by_window(CLIENTS).small().headed("p95");
    /// 99 % of them are at most so long.
    SOJOURN_P99 = quantile("sojourn_p99", 0.99).of(EVERY).by_window(EVERY).small().headed("p99");
    /// 99.9 % of them are at most so long.
    SOJOURN_P999 = quantile("sojourn_p999", 0.999).of(EVERY).small().headed("p999");
    /// Mean wait for the first start of service; at a service those that left count their time in the queue.
    MEAN_WAIT = ratio("mean_wait", SECONDS).of(&[System, Class, Service]).small();
    /// Variance of the same.
    VAR_WAIT = sectioned("var_wait", "s^2").of(&[System, Class, Service]);
    /// 50 % of them are at most so long.
    WAIT_P50 = quantile("wait_p50", 0.5).of(&[System, Class, Service]).small();
    /// 90 % of them are at most so long.
    WAIT_P90 = quantile("wait_p90", 0.9).of(&[System, Class, Service]).small();
    /// 95 % of them are at most so long.
    WAIT_P95 = quantile("wait_p95", 0.95).of(&[System, Class, Service]).small();
    /// 99 % of them are at most so long.
    WAIT_P99 = quantile("wait_p99", 0.99).of(&[System, Class, Service]).small();
    /// 99.9 % of them are at most so long.
    WAIT_P999 = quantile("wait_p999", 0.999).of(&[System, Class, Service]).small();
    /// Mean time from the first start of service to its end.
    MEAN_SERVICE_TIME = ratio("mean_service_time", SECONDS).of(&[Class, Service]).small();
    /// Variance of the same.
    VAR_SERVICE_TIME = sectioned("var_service_time", "s^2").of(&[Class, Service]);
    /// 50 % of them are at most so long.
    SERVICE_TIME_P50 = quantile("service_time_p50", 0.5).of(&[Class, Service]).small();
    /// 90 % of them are at most so long.
    SERVICE_TIME_P90 = quantile("service_time_p90", 0.9).of(&[Class, Service]).small();
    /// 95 % of them are at most so long.
    SERVICE_TIME_P95 = quantile("service_time_p95", 0.95).of(&[Class, Service]).small();
    /// 99 % of them are at most so long.
    SERVICE_TIME_P99 = quantile("service_time_p99", 0.99).of(&[Class, Service]).small();
    /// 99.9 % of them are at most so long.
    SERVICE_TIME_P999 = quantile("service_time_p999", 0.999).of(&[Class, Service]).small();
    /// Mean over runs of the 99 % quantile of the response time in each.
    RUN_SOJOURN_P99 = mean("run_sojourn_p99", SECONDS).of(CLIENTS).small();
    /// Mean time from arrival to failure, of those that failed.
    MEAN_TIME_TO_FAILURE = ratio("mean_time_to_failure", SECONDS).of(CLIENTS);
    /// Mean of the time in the service over the work of the same call, of calls of one piece of work.
    MEAN_SLOWDOWN = ratio("mean_slowdown", ONE).read_as(Factor).of(&[Service]).small();
    /// Busy share of the slots of ready pods.
    UTILISATION = share("utilisation").of(&[Service]).by_window(&[Service]).headed("slots busy");
    /// Cpu used over what ready pods request; of something external, over its cores.
    CPU_UTILISATION = ratio("cpu_utilisation", ONE).read_as(Load).of(&[Service]).by_window(&[Service]).headed("cpu/request");
    /// Cpu used over the cpu limit of ready pods.
    CPU_LIMIT_UTILISATION = ratio("cpu_limit_utilisation", ONE).read_as(Load).of(&[Service]).headed("cpu/limit");
    /// Share of the periods of cpu quotas in which requests were stopped, of the periods of pods at work.
    THROTTLED = share("throttled").of(&[Service]).by_window(&[Service]).small().headed("throttled");
    /// Periods of cpu quotas in which requests were stopped, of all pods.
    THROTTLED_PERIODS = mean("throttled_periods", PERIODS).of(&[Service]).small();
    /// Time in which the requests of a pod were stopped because its cpu quota was spent, of all pods.
    THROTTLED_TIME = mean("throttled_time", SECONDS).of(&[Service]).small();
    /// Time average of requests in the service, waiting or served.
    MEAN_IN_SYSTEM = ratio("mean_in_system", REQUESTS).of(&[Service]).small();
    /// Variance over time of the same.
    VAR_IN_SYSTEM = sectioned("var_in_system", ONE).read_as(Factor).of(&[Service]);
    /// Time average of requests waiting.
    MEAN_QUEUE_LENGTH = ratio("mean_queue_length", REQUESTS).of(&[Service]).small().headed("mean queue");
    /// Most requests waiting at once.
    PEAK_QUEUE = count("peak_queue").of(&[Service]).small().headed("peak queue");
    /// Time average of requests waiting in a window.
    QUEUE = mean("queue", REQUESTS).by_window(&[Service]).small();
    /// Time average of ready pods.
    REPLICAS_MEAN = ratio("replicas_mean", PODS).of(&[Service]).headed("pods mean");
    /// Fewest ready pods in the counted span.
    REPLICAS_MIN = mean("replicas_min", PODS).of(&[Service]);
    /// Most ready pods in the counted span.
    REPLICAS_MAX = mean("replicas_max", PODS).of(&[Service]).headed("pods max");
    /// Ready pods at T0.
    REPLICAS_READY_AT_T0 = mean("replicas_ready_at_t0", PODS).of(&[Service]);
    /// Pods that whatever scales the service wants, at the start of a window.
    REPLICAS_DESIRED = mean("replicas_desired", PODS).by_window(&[Service]);
    /// Time average of ready pods in a window.
    REPLICAS_READY = mean("replicas_ready", PODS).by_window(&[Service]);
    /// Hours of pods that exist, starting and draining ones included: what is paid. Of the system in sweeps.
    REPLICA_HOURS = mean("replica_hours", HOURS).of(&[System, Service]).small();
    /// Seconds after T0 at which the first pod that was ordered after the opening was ready, over the runs that had
    /// one.
    FIRST_REACTIVE_POD = mean("first_reactive_pod", SECONDS).of(&[Service]).small();
    /// Time in windows that broke a promise about answers.
    TIME_ABOVE_OBJECTIVE = mean("time_above_objective", SECONDS).of(&[System]).small();
    /// Share of runs with such a window.
    RUNS_ABOVE_OBJECTIVE = share("runs_above_objective").of(&[System]).small();
    /// Time from the mark to the first window from which all promises hold for a minute, over the runs that
    /// recovered.
    RECOVERY = mean("recovery", SECONDS).of(&[System]).small();
    /// Share of runs that recovered in the counted span.
    RECOVERED_RATIO = share("recovered_ratio").of(&[System]).large();
    /// Share of runs that missed an objective: the risk of a point of a sweep.
    RUNS_MISSING_OBJECTIVES = share("runs_missing_objectives").of(&[System]).small();
    /// Share of runs of a point of a sweep that hit a bound; one for a point that could not be run.
    RUNS_FAILED = share("runs_failed").of(&[System]).small();
    /// Share of runs that met an objective that is asked of runs; in comparisons.
    RUNS_MET = share("runs_met").of(EVERY).large();
    /// Wait of a request by its place in the order of service.
    WAIT_BY_PLACE = mean("wait", SECONDS).probed(&[Service]);
    /// Requests in the service at an instant.
    IN_SYSTEM = mean("in_system", REQUESTS).probed(&[Service]);
    /// Requests waiting at an instant.
    WAITING = mean("waiting", REQUESTS).probed(&[Service]);
    /// Wait that a request arriving at an instant would have.
    VIRTUAL_WAIT = mean("virtual_wait", SECONDS).probed(&[Service]);
}

/// Failures of clients by cause.
#[must_use]
pub const fn failed_by(cause: FailureCause) -> &'static Metric {
    const BY: [&Metric; FAILURE_CAUSES] =
        [&FAILED_REJECTED, &FAILED_UNAVAILABLE, &FAILED_TIMED_OUT, &FAILED_ABANDONED, &FAILED_LOST];
    BY[cause as usize]
}

/// The series of failures by cause.
#[must_use]
pub const fn errors_by(cause: FailureCause) -> &'static Metric {
    const BY: [&Metric; FAILURE_CAUSES] =
        [&ERRORS_REJECTED, &ERRORS_UNAVAILABLE, &ERRORS_TIMED_OUT, &ERRORS_ABANDONED, &ERRORS_LOST];
    BY[cause as usize]
}

/// Response times.
pub const SOJOURN: Times = Times {
    name: "sojourn",
    mean: &MEAN_SOJOURN,
    variance: &VAR_SOJOURN,
    quantiles: [&SOJOURN_P50, &SOJOURN_P90, &SOJOURN_P95, &SOJOURN_P99, &SOJOURN_P999],
};

/// Waits.
pub const WAIT: Times = Times {
    name: "wait",
    mean: &MEAN_WAIT,
    variance: &VAR_WAIT,
    quantiles: [&WAIT_P50, &WAIT_P90, &WAIT_P95, &WAIT_P99, &WAIT_P999],
};

/// Service times.
pub const SERVICE_TIME: Times = Times {
    name: "service_time",
    mean: &MEAN_SERVICE_TIME,
    variance: &VAR_SERVICE_TIME,
    quantiles: [
        &SERVICE_TIME_P50,
        &SERVICE_TIME_P90,
        &SERVICE_TIME_P95,
        &SERVICE_TIME_P99,
        &SERVICE_TIME_P999,
    ],
};

/// The metric that results call `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Metric> {
    METRICS.iter().copied().find(|metric| metric.is_called(name))
}

/// The first numbers of a scope, as tables of text and page show them; columns without a single value are left out.
#[must_use]
pub const fn columns(kind: ScopeKind) -> &'static [&'static Metric] {
    match kind {
        ScopeKind::System => &[],
        ScopeKind::Class => &[
            &ARRIVAL_RATE,
            &GOODPUT,
            &SUCCESS_RATIO,
            &LOST,
            &LOST_VALUE,
            &MEAN_SOJOURN,
            &SOJOURN_P50,
            &SOJOURN_P95,
            &SOJOURN_P99,
        ],
        ScopeKind::Service => &[
            &UTILISATION,
            &CPU_UTILISATION,
            &THROTTLED,
            &MEAN_QUEUE_LENGTH,
            &BLOCKING_PROBABILITY,
            &REPLICAS_MEAN,
            &REPLICAS_MAX,
            &MEAN_SOJOURN,
            &SOJOURN_P99,
            &PEAK_QUEUE,
            &CPU_LIMIT_UTILISATION,
        ],
        ScopeKind::Edge => &[
            &CALLS,
            &ATTEMPTS_PER_CALL,
            &TIMED_OUT_RATIO,
            &FAILED_RATIO,
            &MEAN_SOJOURN,
            &SOJOURN_P50,
            &SOJOURN_P99,
        ],
    }
}
