//! Series over windows: the mean over runs and the band that 5 to 95 % of runs lie in.

use super::estimate::TAIL;
use super::rows::{SeriesPoint, SeriesRow};
use super::when::counted_length;
pub(super) use super::when::{counted_from, relative};
use crate::metrics::catalogue::{self, Metric, SOJOURN_P50, SOJOURN_P95, SOJOURN_P99};
use crate::metrics::{
    CallRecord, CallWindow, ClassWindow, FailureCause, Recorder, RunRecord, ServiceWindow, Sketch,
    WindowRecord,
};
use crate::model::{ClassId, CpuSharing, EdgeId, Model, Scope, ServiceId};
use crate::stats::quantile;

/// Percentiles of the response time that have a series.
const PERCENTILES: [(&Metric, f64); 3] = [(&SOJOURN_P50, 0.5), (&SOJOURN_P95, 0.95), (&SOJOURN_P99, 0.99)];

const SECOND: f64 = 1e9;

/// What one series shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Arrivals,
    Goodput,
    Errors(FailureCause),
    Percentile(usize),
    Desired,
    Ready,
    Utilisation,
    Cpu,
    Throttled,
    Queue,
}

impl What {
    fn metric(self) -> &'static Metric {
        match self {
            Self::Arrivals => &catalogue::ARRIVALS,
            Self::Goodput => &catalogue::GOODPUT,
            Self::Errors(cause) => catalogue::errors_by(cause),
            Self::Percentile(p) => PERCENTILES[p].0,
            Self::Desired => &catalogue::REPLICAS_DESIRED,
            Self::Ready => &catalogue::REPLICAS_READY,
            Self::Utilisation => &catalogue::UTILISATION,
            Self::Cpu => &catalogue::CPU_UTILISATION,
            Self::Throttled => &catalogue::THROTTLED,
            Self::Queue => &catalogue::QUEUE,
        }
    }
}

/// All series of all runs.
#[derive(Clone, Debug, Default)]
pub(super) struct SeriesPool {
    width: u64,
    lines: Vec<Series>,
    /// Response times of all runs per class and window, the system's last.
    pooled: Vec<Vec<Option<Recorder>>>,
    /// Response times of all runs per service and window, and then per edge and window, if calls are recorded.
    pooled_calls: Vec<Vec<Sketch>>,
    windows: usize,
    runs: usize,
}

#[derive(Clone, Debug)]
struct Series {
    whose: Scope,
    what: What,
    /// A value a window, NaN where there is none; a run of zeros is kept as nothing.
    runs: Vec<Vec<f64>>,
}

impl SeriesPool {
    /// Adds the windows of the next replication, if it recorded any.
    pub(super) fn fold(&mut self, model: &Model, record: &RunRecord) {
        let Some(windows) = &record.windows else { return };
        if self.lines.is_empty() {
            self.start(model, windows, record.calls.is_some());
        }
        self.runs += 1;
        let merged = self.pool_times(windows);
        self.pool_calls(record.calls.as_ref());
        let seconds: Vec<f64> = (0..self.windows).map(|w| window_seconds(model, self.width, w)).collect();
        let run = Run { model, windows, merged: &merged, calls: record.calls.as_ref() };
        for line in &mut self.lines {
            let value = |w: usize| line_value(line.whose, line.what, &run, w, seconds[w]);
            let values: Vec<f64> = (0..self.windows).map(value).collect();
            line.runs.push(if values.iter().all(|&v| v == 0.0) { Vec::new() } else { values });
        }
    }

    /// Ready pods of a service by run and window; nothing if no series of it was recorded.
    pub(super) fn ready(&self, service: usize) -> Option<Vec<Vec<f64>>> {
        let wanted = |line: &&Series| {
            line.whose == Scope::Service(ServiceId(service as u16)) && line.what == What::Ready
        };
        let line = self.lines.iter().find(wanted)?;
        let values = |run: &Vec<f64>| if run.is_empty() { vec![0.0; self.windows] } else { run.clone() };
        Some(line.runs.iter().map(values).collect())
    }

    fn start(&mut self, model: &Model, windows: &WindowRecord, calls: bool) {
        self.width = windows.width;
        self.windows = windows.classes.first().map_or(0, Vec::len);
        self.pooled = vec![vec![None; self.windows]; windows.classes.len() + 1];
        // A scope has the series that the catalogue gives its kind.
        let mut add = |whose: Scope, what: What| {
            if what.metric().series.contains(&whose.kind()) {
                self.lines.push(Series { whose, what, runs: Vec::new() });
            }
        };
        let answers = |whose, add: &mut dyn FnMut(Scope, What)| {
            add(whose, What::Arrivals);
            add(whose, What::Goodput);
            FailureCause::ALL.iter().for_each(|&cause| add(whose, What::Errors(cause)));
            (0..PERCENTILES.len()).for_each(|p| add(whose, What::Percentile(p)));
        };
        answers(Scope::System, &mut add);
        for c in 0..model.classes.len() {
            answers(Scope::Class(ClassId(c as u16)), &mut add);
        }
        for (s, service) in model.services.iter().enumerate() {
            let whose = Scope::Service(ServiceId(s as u16));
            if !service.external {
                add(whose, What::Desired);
                add(whose, What::Ready);
            }
            if service.slots < u32::MAX {
                add(whose, What::Utilisation);
            }
            if service.reserved_cpu().is_some() {
                add(whose, What::Cpu);
            }
            if service.granted_cpu().is_some() && matches!(service.sharing, CpuSharing::Quota(_)) {
                add(whose, What::Throttled);
            }
            add(whose, What::Queue);
            if calls {
                answers(whose, &mut add);
            }
        }
        for e in 0..if calls { model.edges.len() } else { 0 } {
            answers(Scope::Edge(EdgeId(e as u16)), &mut add);
        }
    }

    /// Adds the run's response times to the pooled ones, and gives those of all classes together by window.
    fn pool_times(&mut self, windows: &WindowRecord) -> Vec<Option<Recorder>> {
        let mut merged: Vec<Option<Recorder>> = vec![None; self.windows];
        for (c, class) in windows.classes.iter().enumerate() {
            for (w, window) in class.iter().enumerate().take(self.windows) {
                let Some(times) = &window.sojourn else { continue };
                add_times(&mut merged[w], times);
                add_times(&mut self.pooled[c][w], times);
            }
        }
        if let Some(system) = self.pooled.last_mut() {
            for (all, run) in system.iter_mut().zip(&merged) {
                run.iter().for_each(|times| add_times(all, times));
            }
        }
        merged
    }

    /// Adds the run's response times of services and edges to the pooled ones.
    fn pool_calls(&mut self, calls: Option<&CallRecord>) {
        let Some(calls) = calls else { return };
        let services = calls.services.iter().map(|s| &s.windows);
        let scopes = services.chain(calls.edges.iter().map(|e| &e.windows));
        self.pooled_calls.resize_with(calls.services.len() + calls.edges.len(), Vec::new);
        for (pooled, windows) in self.pooled_calls.iter_mut().zip(scopes) {
            pooled.resize_with(self.windows, Sketch::default);
            for (pooled, window) in pooled.iter_mut().zip(windows) {
                window.times.iter().for_each(|times| pooled.merge(times));
            }
        }
    }

    /// Width of a window in nanoseconds, once a series was recorded.
    pub(super) fn width(&self) -> Option<u64> {
        (self.runs > 0).then_some(self.width)
    }

    /// The rows of `timeseries.csv`.
    pub(super) fn rows(&self, model: &Model) -> Vec<SeriesRow> {
        let shown = self.lines.iter().filter(|line| {
            // A cause of failure that no class of this name ever had would only fill the file.
            let silent = matches!((line.whose, line.what), (Scope::Class(_), What::Errors(_)));
            !silent || line.runs.iter().any(|run| !run.is_empty())
        });
        shown.map(|line| self.row(model, line)).collect()
    }

    fn row(&self, model: &Model, line: &Series) -> SeriesRow {
        let (scope, metric) = (line.whose.written(model), line.what.metric());
        let points = (0..self.windows).map(|w| self.point(model, line, w)).collect();
        SeriesRow { scope, metric: metric.name.to_owned(), unit: metric.unit, points }
    }

    fn point(&self, model: &Model, line: &Series, window: usize) -> SeriesPoint {
        let start = counted_from(model).as_nanos() + self.width * window as u64;
        let t = relative(start, model.plan.t0);
        let value = |run: &Vec<f64>| if run.is_empty() { 0.0 } else { run[window] };
        let mut values: Vec<f64> = line.runs.iter().map(value).filter(|v| !v.is_nan()).collect();
        let mean = match line.what {
            What::Percentile(p) => self.pooled_percentile(model, line.whose, p, window),
            _ if values.is_empty() => None,
            _ => Some(values.iter().sum::<f64>() / values.len() as f64),
        };
        // A band of the few runs that happened to have a value would be that of other runs.
        let whole = mean.is_some() && values.len() == self.runs && self.runs > 1;
        let (p05, p95) =
            if whole { (quantile(&mut values, 0.05), quantile(&mut values, 0.95)) } else { (None, None) };
        SeriesPoint { t, mean, p05, p95 }
    }

    fn pooled_percentile(
        &self,
        model: &Model,
        whose: Scope,
        percentile: usize,
        window: usize,
    ) -> Option<f64> {
        let p = PERCENTILES[percentile].1;
        let of_calls = |at: usize| {
            let times = self.pooled_calls.get(at)?.get(window)?;
            (times.count() as f64 * (1.0 - p) >= TAIL).then(|| times.quantile(p))?
        };
        let row = match whose {
            Scope::Class(c) => self.pooled.get(c.index()),
            Scope::Service(s) => return of_calls(s.index()),
            Scope::Edge(e) => return of_calls(model.services.len() + e.index()),
            Scope::System => self.pooled.last(),
        }?;
        let times = row[window].as_ref().filter(|t| t.count() as f64 * (1.0 - p) >= TAIL)?;
        times.quantile(p)
    }
}

/// Length of a window; the last may be shorter.
fn window_seconds(model: &Model, width: u64, window: usize) -> f64 {
    let left = counted_length(model).as_nanos().saturating_sub(width * window as u64);
    left.min(width).max(1) as f64 / SECOND
}

fn add_times(into: &mut Option<Recorder>, times: &Recorder) {
    match into {
        Some(mine) => mine.merge(times),
        None => *into = Some(times.clone()),
    }
}

/// What one run recorded: `merged` holds the response times of all classes together by window.
struct Run<'a> {
    model: &'a Model,
    windows: &'a WindowRecord,
    merged: &'a [Option<Recorder>],
    calls: Option<&'a CallRecord>,
}

impl Run<'_> {
    /// The calls of a service or an edge in a window.
    fn calls(&self, whose: Scope, window: usize) -> Option<&CallWindow> {
        let windows = match whose {
            Scope::Service(s) => &self.calls?.services.get(s.index())?.windows,
            Scope::Edge(e) => &self.calls?.edges.get(e.index())?.windows,
            Scope::System | Scope::Class(_) => return None,
        };
        windows.get(window)
    }
}

/// A single run's percentile needs at least one observation beyond it.
fn has_tail(count: u64, p: f64) -> bool {
    count as f64 * (1.0 - p) >= 1.0 - 1e-9
}

fn line_value(whose: Scope, what: What, run: &Run<'_>, window: usize, seconds: f64) -> f64 {
    let of_calls = matches!(what, What::Arrivals | What::Goodput | What::Percentile(_));
    if of_calls && matches!(whose, Scope::Service(_) | Scope::Edge(_)) {
        return run.calls(whose, window).map_or(f64::NAN, |calls| calls_value(what, calls, seconds));
    }
    let Run { model, windows, merged, .. } = *run;
    let of_classes = |count: &dyn Fn(&ClassWindow) -> u64| -> f64 {
        let one = |class: &Vec<ClassWindow>| class.get(window).map_or(0, count);
        let sum: u64 = match whose {
            Scope::Class(c) => one(&windows.classes[c.index()]),
            _ => windows.classes.iter().map(one).sum(),
        };
        sum as f64 / seconds
    };
    match what {
        What::Arrivals => of_classes(&|w| w.arrived),
        What::Goodput => of_classes(&|w| w.succeeded),
        What::Errors(cause) => of_classes(&|w| w.failed[cause as usize]),
        What::Percentile(p) => {
            let times = match whose {
                Scope::Class(c) => windows.classes[c.index()].get(window).and_then(|w| w.sojourn.as_deref()),
                _ => merged[window].as_ref(),
            };
            let p = PERCENTILES[p].1;
            let times = times.filter(|t| has_tail(t.count(), p));
            times.and_then(|t| t.quantile(p)).unwrap_or(f64::NAN)
        }
        What::Desired | What::Ready | What::Utilisation | What::Cpu | What::Throttled | What::Queue => {
            let Scope::Service(s) = whose else { return f64::NAN };
            let row = windows.services.get(s.index()).and_then(|rows| rows.get(window));
            let cores = model.services[s.index()].reserved_cpu().unwrap_or(f64::NAN);
            row.map_or(f64::NAN, |row| service_value(what, row, seconds, cores))
        }
    }
}

/// What the calls of a service or an edge say.
fn calls_value(what: What, window: &CallWindow, seconds: f64) -> f64 {
    match what {
        What::Arrivals => window.calls as f64 / seconds,
        What::Goodput => window.answered as f64 / seconds,
        What::Percentile(p) => {
            let p = PERCENTILES[p].1;
            let times = window.times.as_ref().filter(|t| has_tail(t.count(), p));
            times.and_then(|t| t.quantile(p)).unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

fn service_value(what: What, row: &ServiceWindow, seconds: f64, cores: f64) -> f64 {
    let mean = |integral: u128| integral as f64 / SECOND / seconds;
    match what {
        What::Desired => f64::from(row.desired_at_start),
        What::Ready => mean(row.ready),
        What::Utilisation if row.slots == 0 => f64::NAN,
        What::Utilisation => row.busy as f64 / row.slots as f64,
        What::Cpu if row.ready == 0 => f64::NAN,
        What::Cpu => row.worked as f64 / (cores * row.ready as f64),
        What::Throttled => row.periods.1 as f64 / row.periods.0.max(1) as f64,
        _ => mean(row.queued),
    }
}
