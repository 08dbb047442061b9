//! What the plain simulator wrote down, and the record that follows from it: everything is counted afterwards.

use super::books::{self, CallLog, Served};
use flashcrowd::metrics::{
    ClassRecord, ClassWindow, EdgeRecord, FailureCause, LevelIntegral, Recorder, RunRecord, ScalingEvent,
    ServiceRecord, ServiceWindow, Stopped, WindowRecord,
};
use flashcrowd::model::{Measure, Model, Scope, Step};
use flashcrowd::units::SimTime;

/// A client's request.
pub struct Root {
    pub class: usize,
    pub arrived: u64,
    pub measured: bool,
    pub end: Option<(u64, Option<FailureCause>)>,
}

/// What a service holds from an instant on.
pub struct Look {
    pub at: u64,
    pub busy: u32,
    pub waiting: u32,
    pub ready: u32,
    pub pods: u32,
    pub desired: u32,
}

#[derive(Default)]
pub struct ServiceLog {
    pub looks: Vec<Look>,
    /// Instant, measured, turned away.
    pub arrivals: Vec<(u64, bool, bool)>,
    /// Instant and number waiting whenever one began to wait.
    pub peaks: Vec<(u64, u32)>,
    pub waits: Vec<u64>,
    pub starts: Vec<u64>,
    pub left: Vec<u64>,
    pub sojourns: Vec<u64>,
    pub served: Vec<Served>,
    /// Instants and causes of measured calls that were turned away.
    pub refused: Vec<(u64, FailureCause)>,
    pub wasted: u64,
    pub slowdowns: (f64, u64),
    pub scaling: Vec<(u64, u32, u32)>,
    pub ready_range: (u32, u32),
}

impl ServiceLog {
    pub fn slowdown(&mut self, ratio: f64) {
        self.slowdowns.0 += ratio;
        self.slowdowns.1 += 1;
    }
}

pub struct Log {
    pub roots: Vec<Root>,
    pub services: Vec<ServiceLog>,
    pub edges: Vec<EdgeRecord>,
    pub calls: Vec<CallLog>,
    pub class_waits: Vec<Vec<u64>>,
    /// Tries made inside calls that had been tried again.
    pub repeated: u64,
    /// Timers that fired, or pieces of work that ended, at one instant.
    pub ties: u64,
    /// When one did last.
    last: u64,
    pub ended: u64,
    pub stopped: Stopped,
}

/// Whether a class's client does nothing but one call without timers, retries or loss. Only such classes have
/// waits of their own.
pub fn is_plain_call(model: &Model, class: usize) -> bool {
    let at = model.classes[class].program.index();
    let (Step::Call { site }, Step::End) = (model.steps[at], model.steps[at + 1]) else { return false };
    let policy = &model.sites[site.index()].policy;
    policy.timeout.is_none() && policy.try_timeout.is_none() && policy.retries == 0 && policy.loss == 0.0
}

pub fn recorder(bits: u8, nanos: &[u64]) -> Recorder {
    let mut recorder = Recorder::new(bits);
    nanos.iter().for_each(|&n| recorder.record(n));
    recorder
}

impl Log {
    /// A timer fires or work ends. Two at one instant go on in the order of the engine's frames and pods, which nobody
    /// else knows: tries that ask for the same work make such ties.
    pub fn fired(&mut self, now: u64) {
        self.ties += u64::from(self.last == now);
        self.last = now;
    }

    pub fn new(model: &Model) -> Self {
        Self {
            roots: Vec::new(),
            services: model.services.iter().map(|_| ServiceLog::default()).collect(),
            edges: vec![EdgeRecord::default(); model.edges.len()],
            calls: Vec::new(),
            class_waits: vec![Vec::new(); model.classes.len()],
            repeated: 0,
            ties: 0,
            last: u64::MAX,
            ended: 0,
            stopped: Stopped::Finished,
        }
    }

    /// The arrival written down last is turned away.
    pub fn turned_away(&mut self, service: usize, cause: FailureCause) {
        let log = &mut self.services[service];
        if let Some(last) = log.arrivals.last_mut() {
            last.2 = true;
            log.refused.extend(last.1.then_some((last.0, cause)));
        }
    }

    /// The record of the run over `[from, to)`.
    pub fn record(&self, model: &Model, from: u64, to: u64) -> RunRecord {
        let bits = model.recording.resolution_bits;
        let limits: Vec<Vec<u64>> = (0..model.classes.len()).map(|c| limits(model, c)).collect();
        let width = model.recording.window.map_or(to - from, |w| w.as_nanos());
        let spans: Vec<(u64, u64)> =
            (from..to).step_by(width as usize).map(|start| (start, (start + width).min(to))).collect();
        let windows = model.recording.window.map(|_| WindowRecord {
            width,
            classes: (0..limits.len())
                .map(|c| spans.iter().map(|&s| self.class_window(c, &limits[c], s)).collect())
                .collect(),
            services: (0..self.services.len())
                .map(|s| spans.iter().map(|&span| self.service_window(model, s, from, span)).collect())
                .collect(),
        });
        let services = (0..self.services.len()).map(|s| {
            let peak = spans.iter().map(|&span| self.service_window(model, s, from, span).peak_queue).max();
            ServiceRecord { peak_queue: peak.unwrap_or(0), ..self.service(model, s, (from, to), bits) }
        });
        RunRecord {
            classes: (0..limits.len()).map(|c| self.class(c, &limits[c], (from, to), bits)).collect(),
            services: services.collect(),
            edges: self.edges.clone(),
            limits,
            calls: Some(books::record(self, model, if windows.is_some() { &spans } else { &[] }, bits)),
            windows,
            span: to - from,
            ended: SimTime::from_nanos(self.ended),
            stopped: self.stopped,
            ..RunRecord::default()
        }
    }

    fn class(&self, class: usize, limits: &[u64], (from, to): (u64, u64), bits: u8) -> ClassRecord {
        let mut record = ClassRecord::new(bits, limits.len());
        for root in self.roots.iter().filter(|r| r.class == class) {
            if let Some((end, None)) = root.end {
                record.completed_in_span += u64::from((from..to).contains(&end));
            }
            if !root.measured {
                continue;
            }
            record.arrived += 1;
            match root.end {
                None => record.censored += 1,
                Some((end, None)) => {
                    record.succeeded += 1;
                    record.sojourn.record(end - root.arrived);
                    let within = record.within.iter_mut().zip(limits);
                    within.for_each(|(n, l)| *n += u64::from(end - root.arrived <= *l));
                }
                Some((end, Some(cause))) => {
                    record.failed[cause as usize] += 1;
                    record.failed_after.record(end - root.arrived);
                }
            }
        }
        record.wait = recorder(bits, &self.class_waits[class]);
        record
    }

    fn class_window(&self, class: usize, limits: &[u64], (start, end): (u64, u64)) -> ClassWindow {
        let mut window = ClassWindow::new(limits.len());
        for root in self.roots.iter().filter(|r| r.class == class) {
            if let Some((at, None)) = root.end {
                window.completed_in += u64::from((start..end).contains(&at));
            }
            if !(root.measured && (start..end).contains(&root.arrived)) {
                continue;
            }
            window.arrived += 1;
            match root.end {
                None => {}
                Some((at, None)) => {
                    window.answer(at - root.arrived);
                    let within = window.within.iter_mut().zip(limits);
                    within.for_each(|(n, l)| *n += u64::from(at - root.arrived <= *l));
                }
                Some((_, Some(cause))) => window.failed[cause as usize] += 1,
            }
        }
        window
    }

    /// What a service held over parts of a span: the look and its nanoseconds.
    fn parts(&self, service: usize, (from, to): (u64, u64)) -> Vec<(&Look, u64)> {
        let looks = &self.services[service].looks;
        let ends = looks.iter().skip(1).map(|l| l.at).chain([u64::MAX]);
        let inside = |(look, end): (&'_ Look, u64)| end.min(to).saturating_sub(look.at.max(from));
        looks.iter().zip(ends).map(|(look, end)| (look, inside((look, end)))).collect()
    }

    fn integral(&self, service: usize, span: (u64, u64), of: impl Fn(&Look) -> u64) -> u128 {
        self.parts(service, span).iter().map(|(l, nanos)| u128::from(of(l)) * u128::from(*nanos)).sum()
    }

    /// What a service holds at an instant, after all that happens then.
    pub fn look_at(&self, service: usize, at: u64) -> &Look {
        let looks = &self.services[service].looks;
        &looks[looks.partition_point(|l| l.at <= at).max(1) - 1]
    }

    fn service_window(&self, model: &Model, service: usize, from: u64, span: (u64, u64)) -> ServiceWindow {
        let log = &self.services[service];
        let after = |at: u64| at > span.0 && at <= span.1;
        // What arrives at the first instant of all and is measured belongs to the first window.
        let here = |a: &&(u64, bool, bool)| after(a.0) || a.1 && a.0 == from && from == span.0;
        let peak = log.peaks.iter().filter(|p| after(p.0)).map(|p| p.1).max().unwrap_or(0);
        let (begin, end) = (self.look_at(service, span.0), self.look_at(service, span.1));
        ServiceWindow {
            busy: self.integral(service, span, |l| u64::from(l.busy)),
            queued: self.integral(service, span, |l| u64::from(l.waiting)),
            ready: self.integral(service, span, |l| u64::from(l.ready)),
            slots: self.slots(model, service, span),
            ready_at_end: end.ready,
            desired_at_start: begin.desired,
            peak_queue: peak.max(begin.waiting),
            arrived: log.arrivals.iter().filter(here).count() as u64,
            rejected: log.arrivals.iter().filter(here).filter(|a| a.2).count() as u64,
            periods: (0, 0),
            worked: 0,
        }
    }

    fn slots(&self, model: &Model, service: usize, span: (u64, u64)) -> u128 {
        let slots = model.services[service].slots;
        if slots == u32::MAX {
            0
        } else {
            self.integral(service, span, |l| u64::from(l.ready)) * u128::from(slots)
        }
    }

    fn service(&self, model: &Model, service: usize, span: (u64, u64), bits: u8) -> ServiceRecord {
        let log = &self.services[service];
        let mut in_system = LevelIntegral::default();
        for (look, nanos) in self.parts(service, span) {
            in_system.add(look.busy + look.waiting, nanos);
        }
        let event = |&(at, desired, ready): &(u64, u32, u32)| ScalingEvent {
            at: SimTime::from_nanos(at),
            desired,
            ready,
        };
        ServiceRecord {
            arrived: log.arrivals.iter().filter(|a| a.1).count() as u64,
            rejected: log.arrivals.iter().filter(|a| a.1 && a.2).count() as u64,
            left_queue: log.left.len() as u64,
            waited: log.waits.iter().filter(|w| **w > 0).count() as u64,
            completed: log.sojourns.len() as u64,
            wasted: log.wasted,
            wait: recorder(bits, &log.waits),
            wait_left: recorder(bits.min(7), &log.left),
            sojourn: recorder(bits, &log.sojourns),
            slowdown: log.slowdowns,
            in_system,
            busy: self.integral(service, span, |l| u64::from(l.busy)),
            queued: self.integral(service, span, |l| u64::from(l.waiting)),
            ready: self.integral(service, span, |l| u64::from(l.ready)),
            slots: self.slots(model, service, span),
            pods: self.integral(service, span, |l| u64::from(l.pods)),
            ready_range: log.ready_range,
            ready_at_t0: self.look_at(service, model.plan.t0.as_nanos()).ready,
            scaling: log.scaling.iter().map(event).collect(),
            ..ServiceRecord::new(bits)
        }
    }
}

fn limits(model: &Model, class: usize) -> Vec<u64> {
    let counts = |scope: &Scope| match scope {
        Scope::System => true,
        Scope::Class(c) => c.index() == class,
        _ => false,
    };
    let of = model.objectives.iter().filter(|o| counts(&o.scope));
    let mut limits: Vec<u64> = of
        .filter_map(|o| match o.measure {
            Measure::Within(limit, ..) => Some(limit.as_nanos()),
            _ => None,
        })
        .collect();
    limits.sort_unstable();
    limits.dedup();
    limits
}
