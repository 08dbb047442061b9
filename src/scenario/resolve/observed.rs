//! The section `observed`: what was measured, to stand beside what is simulated.

use super::build::Build;
use super::trace::file_name;
use super::trace_rows::{MAX_BYTES, column, time_of, unreadable};
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
        optional("time", Kind::Text, "Column of the times (RFC 3339, or seconds); t if absent"),
        optional("value", Kind::Text, "Column of the values; value if absent"),
        optional("scope", Kind::Text, "Scope of all rows, such as class/checkout, where no column says it"),
        optional("metric", Kind::Text, "Metric of all rows, such as arrivals, where no column says it"),
        optional(
            "step",
            Kind::Duration,
            "Values are counts of steps this long and become rates, each holding for its step",
        ),
    ],
};

/// Numbers from here on are seconds since 1970, below it seconds after T0.
const CALENDAR: f64 = 1e8;

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
    let file = section.field("file")?;
    let name = file_name(&file)?;
    let bytes = match file.context.inputs.read(&name, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            file.error(format!("cannot read `{name}`: {error}"));
            return None;
        }
    };
    let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let read = if is_json { prometheus(&bytes, &name, &texts) } else { table(&bytes, &name, &texts) };
    let rows = match read {
        Ok(rows) => rows,
        Err((message, help)) => {
            let diagnostic = Diagnostic::error(file.node.span, message);
            file.context.push(Diagnostic { help, ..diagnostic });
            return None;
        }
    };
    let mut found = Observed { file: name, series: Vec::new() };
    for row in rows {
        let at = after_t0(&row, align, &file)?;
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
    Some(found)
}

/// A measured value.
struct Row {
    time: f64,
    is_date: bool,
    scope: String,
    metric: String,
    value: f64,
}

type Said = (String, Option<String>);

/// Rows of a CSV file.
fn table(bytes: &[u8], name: &str, texts: &[Option<String>; 4]) -> Result<Vec<Row>, Said> {
    let [time, value, scope, metric] = texts;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|error| unreadable(name, &error))?.clone();
    let named = |wanted: &Option<String>, usual: &str| {
        column(&header, name, Some(wanted.as_deref().unwrap_or(usual)), 0)
    };
    let (time, value) = (named(time, "t")?, named(value, "value")?);
    let of = |fixed: &Option<String>, usual: &str| match fixed {
        Some(fixed) => Ok((None, fixed.clone())),
        None => column(&header, name, Some(usual), 0).map(|at| (Some(at), String::new())),
    };
    let (scope, metric) = (of(scope, "scope")?, of(metric, "metric")?);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or("");
        let bad =
            |what: &str, at: usize| (format!("`{name}` line {line}: the {what} is `{}`", cell(at)), None);
        // Monitoring exports leave gaps and write NaN: nothing was measured there.
        if matches!(cell(value), "" | "NaN" | "nan" | "null") {
            continue;
        }
        let (time, is_date) = time_of(cell(time)).ok_or_else(|| bad("time", time))?;
        let number = cell(value).parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| bad("value", value))?;
        let text = |(at, fixed): &(Option<usize>, String)| match at {
            Some(at) => cell(*at).to_owned(),
            None => fixed.clone(),
        };
        rows.push(Row { time, is_date, scope: text(&scope), metric: text(&metric), value: number });
    }
    Ok(rows)
}

/// Rows of the answer to a PromQL range query. The metric's name is the label `metric` or `__name__`, its scope the
/// label `scope`, or `class/…` and `service/…` from the labels `class` and `service`.
fn prometheus(bytes: &[u8], name: &str, texts: &[Option<String>; 4]) -> Result<Vec<Row>, Said> {
    let expected = || {
        Some(
            "expected {\"data\": {\"result\": [{\"metric\": …, \"values\": [[time, \"value\"], …]}]}}"
                .to_owned(),
        )
    };
    let answer: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| (format!("`{name}`: {error}"), expected()))?;
    let result = answer.pointer("/data/result").and_then(serde_json::Value::as_array);
    let result = result.ok_or_else(|| (format!("`{name}` is no answer of Prometheus"), expected()))?;
    let mut rows = Vec::new();
    for series in result {
        let label = |key: &str| series.pointer(&format!("/metric/{key}")).and_then(|v| v.as_str());
        let scope = match (&texts[2], label("scope"), label("class"), label("service")) {
            (Some(fixed), ..) => fixed.clone(),
            (_, Some(scope), ..) => scope.to_owned(),
            (.., Some(class), _) => format!("class/{class}"),
            (.., Some(service)) => format!("service/{service}"),
            _ => "system".to_owned(),
        };
        let metric = texts[3].as_deref().or_else(|| label("metric")).or_else(|| label("__name__"));
        let metric = metric.ok_or_else(|| {
            let help = "label it `metric`, or say `metric:` beside `file:`".to_owned();
            (format!("`{name}` has a series without a name"), Some(help))
        })?;
        for pair in series.get("values").and_then(|v| v.as_array()).into_iter().flatten() {
            let time = pair.get(0).and_then(serde_json::Value::as_f64);
            let value = pair.get(1).and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok()));
            let (Some(time), Some(value)) = (time, value) else {
                return Err((format!("`{name}`: the pair {pair} is no time and value"), expected()));
            };
            if value.is_finite() {
                let (scope, metric) = (scope.clone(), metric.to_owned());
                rows.push(Row { time, is_date: time >= CALENDAR, scope, metric, value });
            }
        }
    }
    Ok(rows)
}

/// Seconds after T0 of a row.
fn after_t0(row: &Row, align: Option<i128>, file: &Field<'_>) -> Option<f64> {
    if !row.is_date && row.time < CALENDAR {
        return Some(row.time);
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
    Some(((row.time * 1e9) as i128 - align) as f64 / 1e9)
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
