//! What the plain simulator wrote down about calls, and the record of calls that follows from it.

use super::log::{Log, is_plain_call, recorder};
use flashcrowd::metrics::{CallRecord, CallWindow, EdgeCalls, FailureCause, ServiceCalls};
use flashcrowd::model::{EdgeId, Measure, Model, Scope, ServiceId};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallEnd {
    Answered,
    Failed(FailureCause),
    /// Its caller went away.
    Abandoned,
}

/// A call.
pub struct CallLog {
    pub edge: usize,
    pub measured: bool,
    pub began: u64,
    /// Number of its tries.
    pub tries: u64,
    pub end: Option<(u64, CallEnd)>,
}

/// A call that a service served to the end.
pub struct Served {
    pub arrived: u64,
    pub started: u64,
    pub ended: u64,
    /// The class whose one plain call it is, if its client still waits.
    pub class: Option<usize>,
}

fn limits(model: &Model, scope: Scope) -> Vec<u64> {
    let mut limits: Vec<u64> = Vec::new();
    for objective in model.objectives.iter().filter(|o| o.scope == scope) {
        if let Measure::Within(limit, ..) = objective.measure
            && !limits.contains(&limit.as_nanos())
        {
            limits.push(limit.as_nanos());
        }
    }
    limits.sort();
    limits
}

fn within(limits: &[u64], times: &[u64]) -> Vec<u64> {
    limits.iter().map(|limit| times.iter().filter(|t| *t <= limit).count() as u64).collect()
}

fn window(
    limits: &[u64],
    calls: u64,
    times: &[u64],
    failed: impl Iterator<Item = FailureCause>,
) -> CallWindow {
    let mut window = CallWindow { calls, ..CallWindow::new(limits.len()) };
    times.iter().for_each(|&t| window.answer(t));
    failed.for_each(|cause| window.failed[cause as usize] += 1);
    window.within = within(limits, times);
    window
}

/// The record of calls, `spans` being the windows.
pub fn record(log: &Log, model: &Model, spans: &[(u64, u64)], bits: u8) -> CallRecord {
    CallRecord {
        edges: (0..log.edges.len()).map(|e| edge(log, model, e, spans, bits)).collect(),
        services: (0..log.services.len()).map(|s| service(log, model, s, spans, bits)).collect(),
        classes: (0..model.classes.len())
            .map(|class| {
                let served = log.services.iter().flat_map(|s| &s.served).filter(|s| s.class == Some(class));
                let times: Vec<u64> = served.map(|s| s.ended - s.started).collect();
                is_plain_call(model, class).then(|| recorder(bits, &times))
            })
            .collect(),
    }
}

fn edge(log: &Log, model: &Model, edge: usize, spans: &[(u64, u64)], bits: u8) -> EdgeCalls {
    let limits = limits(model, Scope::Edge(EdgeId(edge as u16)));
    let calls: Vec<&CallLog> = log.calls.iter().filter(|c| c.edge == edge && c.measured).collect();
    let answers = |calls: &[&CallLog]| -> Vec<u64> {
        let good =
            calls.iter().filter_map(|c| c.end.filter(|e| e.1 == CallEnd::Answered).map(|e| e.0 - c.began));
        good.collect()
    };
    let failures = |calls: &[&CallLog]| -> Vec<FailureCause> {
        let cause = |c: &&CallLog| match c.end {
            Some((_, CallEnd::Failed(cause))) => Some(cause),
            _ => None,
        };
        calls.iter().filter_map(cause).collect()
    };
    let begun = |&(start, end): &(u64, u64)| -> Vec<&CallLog> {
        calls.iter().copied().filter(|c| (start..end).contains(&c.began)).collect()
    };
    let mut record = EdgeCalls::new(bits, limits.clone(), 0);
    let times = answers(&calls);
    record.answered = times.len() as u64;
    record.within = within(&limits, &times);
    record.response = recorder(bits, &times);
    failures(&calls).iter().for_each(|&cause| record.failed[cause as usize] += 1);
    record.abandoned = calls.iter().filter(|c| matches!(c.end, Some((_, CallEnd::Abandoned)))).count() as u64;
    for span in spans {
        let inside = begun(span);
        let failed = failures(&inside).into_iter();
        record.windows.push(window(&limits, inside.len() as u64, &answers(&inside), failed));
        record.attempts.push(inside.iter().map(|c| c.tries).sum());
    }
    record
}

fn service(log: &Log, model: &Model, service: usize, spans: &[(u64, u64)], bits: u8) -> ServiceCalls {
    let limits = limits(model, Scope::Service(ServiceId(service as u16)));
    let log = &log.services[service];
    let sojourns = |&(start, end): &(u64, u64)| -> Vec<u64> {
        let here = log.served.iter().filter(|s| (start..end).contains(&s.arrived));
        here.map(|s| s.ended - s.arrived).collect()
    };
    let mut record = ServiceCalls::new(bits, limits.clone(), 0);
    record.within = within(&limits, &sojourns(&(0, u64::MAX)));
    record.service = recorder(bits, &log.served.iter().map(|s| s.ended - s.started).collect::<Vec<_>>());
    for span in spans {
        let here = |at: u64| (span.0..span.1).contains(&at);
        let arrived = log.arrivals.iter().filter(|a| a.1 && here(a.0)).count() as u64;
        let refused = log.refused.iter().filter(|r| here(r.0)).map(|r| r.1);
        record.windows.push(window(&limits, arrived, &sojourns(span), refused));
    }
    record
}
