//! The section `observed`: what was measured, to stand beside what is simulated.

use super::build::Build;
use super::numerals::{is_blank, number};
use super::prometheus;
use super::reading::{DECIMAL, How, UNIT, WHERE, ZONE};
use super::said::Said;
use super::sheet::{Sheet, Wanted};
use super::stamps::{Axis, Stamp};
use super::trace::{apart, file_name};
use super::trace_rows::MAX_BYTES;
use crate::model::Model;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::table::{Kind, Table, optional, required};

pub(super) static OBSERVED: Table = Table {
    name: "observed",
    doc: "Measured series beside the simulated ones: CSV with t, scope, metric, value, or an answer of Prometheus",
    keys: &[
        required(
            "file",
            Kind::File,
            "a CSV file or the JSON of a PromQL range query, such as metrics-2025.csv",
        ),
        optional(
            "align",
            Kind::Instant,
            "The instant of the file that becomes T0; run.t0 itself if absent. Times below 10^8 count from T0",
        ),
        optional("time", Kind::Text, "Column of the times (dates, or numbers); t if absent"),
        optional("value", Kind::Text, "Column of the values; value if absent"),
        optional("scope", Kind::Text, "Scope of all rows, such as class/checkout, where no column says it"),
        optional("metric", Kind::Text, "Metric of all rows, such as arrivals, where no column says it"),
        optional(
            "step",
            Kind::Duration,
            "Values are counts of steps this long and become rates, each holding for its step",
        ),
        UNIT,
        ZONE,
        WHERE,
        DECIMAL,
    ],
};

/// Metrics that are simulated as series, as `timeseries.csv` names them.
const METRICS: [&str; 9] = [
    "arrivals",
    "goodput",
    "sojourn_p50",
    "sojourn_p95",
    "sojourn_p99",
    "replicas_desired",
    "replicas_ready",
    "utilisation",
    "queue",
];

/// Everything measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The file as it was named.
    pub file: String,
    /// One a scope and metric, in the order of the file.
    pub series: Vec<ObservedSeries>,
}

/// One measured metric over time, in the unit that `timeseries.csv` has.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedSeries {
    /// `system`, `class/NAME` or `service/NAME`.
    pub scope: String,
    /// Its name in `timeseries.csv`.
    pub metric: String,
    /// (seconds after T0, value), rising in time.
    pub samples: Vec<(f64, f64)>,
    /// How long each value holds from its time on; nothing for values of an instant.
    pub step: Option<f64>,
}

/// Reads the section; `None` after a diagnostic.
pub(super) fn observed(section: &MapCursor<'_>, build: &Build<'_>) -> Option<Observed> {
    let texts = ["time", "value", "scope", "metric"].map(|key| section.field(key).and_then(|f| f.text()));
    let step = section.duration("step").filter(|&step| step > 0.0);
    let align = section.instant("align").or(build.clock.t0);
    let how = How::of(section);
    let file = section.field("file")?;
    let (name, how) = (file_name(&file)?, how?);
    let bytes = match file.context.inputs.read(&name, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            file.error(format!("cannot read `{name}`: {error}"));
            return None;
        }
    };
    let read = if prometheus::is_json(&bytes) {
        answer(&bytes, &name, &texts, &how)
    } else {
        table(&bytes, &name, &texts, &how)
    };
    let settled = read.and_then(|(rows, notices)| {
        let stamps: Vec<(Stamp, u64)> = rows.iter().map(|row| (row.stamp, row.line)).collect();
        let (times, axis) = how.stamps.settle(&stamps, &name)?;
        Ok((rows, notices, times, axis))
    });
    let (rows, notices, times, axis) = match settled {
        Ok(read) => read,
        Err((message, help)) => {
            let diagnostic = Diagnostic::error(file.node.span, message);
            file.context.push(Diagnostic { help, ..diagnostic });
            return None;
        }
    };
    notices.iter().for_each(|notice| file.warn(notice));
    if axis.unzoned {
        section.assume("zone", "UTC");
    }
    let mut found = Observed { file: name, series: Vec::new() };
    for (row, time) in rows.into_iter().zip(times) {
        let at = after_t0(time, axis, align, &file)?;
        let value = step.map_or(row.value, |step| row.value / step);
        let same = |s: &&mut ObservedSeries| s.scope == row.scope && s.metric == row.metric;
        match found.series.iter_mut().find(same) {
            Some(series) => series.samples.push((at, value)),
            None => found.series.push(ObservedSeries {
                scope: row.scope,
                metric: row.metric,
                samples: vec![(at, value)],
                step,
            }),
        }
    }
    for series in &mut found.series {
        series.samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        known(series, &build.model, &file);
    }
    if found.series.is_empty() {
        file.error(format!("`{}` has no rows", found.file));
        return None;
    }
    overlaps(&found, build, &file)?;
    Some(found)
}

/// Measurements of another time would stand beside nothing.
fn overlaps(found: &Observed, build: &Build<'_>, file: &Field<'_>) -> Option<()> {
    let clock = &build.clock;
    let all =
        || found.series.iter().flat_map(|series| series.samples.iter().map(move |s| (s.0, series.step)));
    if all().any(|(at, step)| at <= clock.to && at + step.unwrap_or(0.0) >= clock.start()) {
        return Some(());
    }
    let ends =
        all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (at, _)| (low.min(at), high.max(at)));
    apart((clock.since_start(ends.0), clock.since_start(ends.1)), clock, &found.file, file);
    None
}

/// A measured value.
struct Row {
    stamp: Stamp,
    line: u64,
    scope: String,
    metric: String,
    value: f64,
}

type Read = Result<(Vec<Row>, Vec<String>), Said>;

/// Rows of a table of text.
fn table(bytes: &[u8], name: &str, texts: &[Option<String>; 4], how: &How) -> Read {
    let [time, value, scope, metric] = texts;
    let named = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
    let (time, value) = (named(time, "t"), named(value, "value"));
    let mut wanted_columns = vec![value.as_str()];
    wanted_columns.extend(scope.is_none().then_some("scope"));
    wanted_columns.extend(metric.is_none().then_some("metric"));
    let sheet =
        Sheet::open(bytes, name, Wanted { time: Some(&time), columns: &wanted_columns, rows: &how.rows })?;
    let (time, value) = (sheet.column(Some(&time), 0)?, sheet.column(Some(&value), 0)?);
    let of = |fixed: &Option<String>, usual: &str| match fixed {
        Some(fixed) => Ok((None, fixed.clone())),
        None => sheet.column(Some(usual), 0).map(|at| (Some(at), String::new())),
    };
    let (scope, metric) = (of(scope, "scope")?, of(metric, "metric")?);
    let decimal = sheet.decimal(&[time, value], how.decimal)?;
    let mut rows = Vec::new();
    sheet.rows(|line, record| {
        let cell = |at: usize| record.get(at).unwrap_or("");
        let bad =
            |what: &str, at: usize| (format!("`{name}` line {line}: the {what} is `{}`", cell(at)), None);
        // Monitoring exports leave gaps and write NaN: nothing was measured there.
        if is_blank(cell(value)) {
            return Ok(());
        }
        let stamp = Stamp::parse(cell(time), decimal).ok_or_else(|| bad("time", time))?;
        let number = number(cell(value), decimal).ok_or_else(|| bad("value", value))?;
        let text = |(at, fixed): &(Option<usize>, String)| match at {
            Some(at) => cell(*at).to_owned(),
            None => fixed.clone(),
        };
        rows.push(Row { stamp, line, scope: text(&scope), metric: text(&metric), value: number });
        Ok(())
    })?;
    Ok((rows, sheet.notices))
}

/// Rows of the answer to a PromQL range query. The metric's name is the label `metric` or `__name__`, its scope the
/// label `scope`, or `class/…` and `service/…` from the labels `class` and `service`.
fn answer(bytes: &[u8], name: &str, texts: &[Option<String>; 4], how: &How) -> Read {
    let mut rows = Vec::new();
    let all = prometheus::series(bytes, name)?;
    let (mut any, known) = (false, all.len());
    for series in all {
        if !how.rows.iter().all(|(label, value)| series.label(label) == Some(value)) {
            continue;
        }
        any = true;
        let scope = match (&texts[2], series.label("scope"), series.label("class"), series.label("service")) {
            (Some(fixed), ..) => fixed.clone(),
            (_, Some(scope), ..) => scope.to_owned(),
            (.., Some(class), _) => format!("class/{class}"),
            (.., Some(service)) => format!("service/{service}"),
            _ => "system".to_owned(),
        };
        let metric = texts[3].as_deref().or_else(|| series.label("metric").or(series.label("__name__")));
        let metric = metric.ok_or_else(|| {
            let help = "label it `metric`, or say `metric:` beside `file:`".to_owned();
            (format!("`{name}` has a series without a name"), Some(help))
        })?;
        for (line, (stamp, value)) in (1..).zip(&series.samples) {
            let (scope, metric) = (scope.clone(), metric.to_owned());
            rows.extend(value.map(|value| Row { stamp: *stamp, line, scope, metric, value }));
        }
    }
    if !any && known > 0 {
        return Err((format!("`{name}` has no series as `where` says"), None));
    }
    Ok((rows, Vec::new()))
}

/// Seconds after T0 of a row.
fn after_t0(time: i64, axis: Axis, align: Option<i128>, file: &Field<'_>) -> Option<f64> {
    if !axis.calendar {
        return Some(time as f64 / 1e9);
    }
    let Some(align) = align else {
        let diagnostic = Diagnostic::error(
            file.key_span,
            "the measurements have dates, but neither `align` nor run.t0 says which becomes T0",
        );
        file.context.push(diagnostic.expected("such as align: 2025-11-11T00:00:00+08:00"));
        return None;
    };
    // In whole nanoseconds, so that a file at full seconds lands on full seconds.
    Some((i128::from(time) - align) as f64 / 1e9)
}

/// Says when nothing simulated has this scope and metric.
fn known(series: &ObservedSeries, model: &Model, file: &Field<'_>) {
    let classes = model.classes.iter().map(|class| format!("class/{}", class.name));
    let services = model.services.iter().map(|service| format!("service/{}", service.name));
    let scopes: Vec<String> = std::iter::once("system".to_owned()).chain(classes).chain(services).collect();
    let hint = |given: &str, known: &[&str]| match nearest(given, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.iter().take(12).copied().collect::<Vec<_>>().join(", ")),
    };
    let refuse = |message: String, help: String| {
        file.context.push(Diagnostic::error(file.node.span, message).help(help));
    };
    if !scopes.contains(&series.scope) {
        let known: Vec<&str> = scopes.iter().map(String::as_str).collect();
        refuse(format!("measured scope `{}` is not simulated", series.scope), hint(&series.scope, &known));
    }
    if !METRICS.contains(&series.metric.as_str()) && !series.metric.starts_with("errors_") {
        refuse(
            format!("measured metric `{}` is not simulated", series.metric),
            hint(&series.metric, &METRICS),
        );
    }
}
