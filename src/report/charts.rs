//! Which charts a summary gives.

use super::chart::{Chart, Limit, Quantity};
use super::line::{Line, Stroke};
use super::number::human;
use super::observed;
use super::view::SYSTEM;
use crate::analysis::{ObjectiveResult, ObservedRow, SeriesRow, Summary};
use crate::metrics::FailureCause;
use crate::metrics::catalogue::{
    self, ARRIVALS, CPU_UTILISATION, GOODPUT, Metric, QUEUE, REPLICAS_DESIRED, REPLICAS_READY, SOJOURN,
    SOJOURN_P50, SOJOURN_P95, SOJOURN_P99, THROTTLED, UTILISATION, WITHIN,
};
use crate::model::ScopeKind;

/// Scopes that share one chart at most; more lines cannot be told apart.
const MOST_LINES: usize = 7;

/// A chart: its file stem and its SVG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnChart {
    /// File stem: letters, digits and dashes.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// The document.
    pub svg: String,
}

/// All charts of a summary in the order of the report; charts without data are left out.
#[must_use]
pub fn charts(summary: &Summary) -> Vec<DrawnChart> {
    let mut all = vec![traffic(summary), failures(summary)];
    all.extend(
        scopes(summary, ScopeKind::Class, &SOJOURN_P99).iter().map(|scope| response_time(summary, scope)),
    );
    all.extend(
        scopes(summary, ScopeKind::Service, &REPLICAS_READY).iter().map(|scope| replicas(summary, scope)),
    );
    all.push(services(summary, &UTILISATION, "Utilisation", "busy share of slots", Quantity::Share));
    all.push(services(summary, &CPU_UTILISATION, "Cpu", "used / requested", Quantity::Share));
    all.push(services(summary, &THROTTLED, "Throttled periods", "share of quota periods", Quantity::Share));
    all.push(services(summary, &QUEUE, "Requests waiting", "requests", Quantity::Count));
    let others = summary.observed.iter().filter(|row| !observed::has_chart(row));
    all.extend(others.map(|row| measured(summary, row)));
    let mut drawn: Vec<DrawnChart> = Vec::new();
    for mut chart in all.into_iter().filter(|chart| !chart.is_empty()) {
        // Names that differ only in what a file name cannot hold get a number.
        let stem = chart.name.clone();
        let mut number = 2;
        while drawn.iter().any(|other| other.name == chart.name) {
            chart.name = format!("{stem}-{number}");
            number += 1;
        }
        drawn.push(DrawnChart { svg: chart.svg(), name: chart.name, title: chart.title });
    }
    drawn
}

fn traffic(summary: &Summary) -> Chart {
    let mut chart = empty(
        summary,
        "traffic",
        "Offered and answered well, by arrival time",
        "requests per second",
        Quantity::Rate,
    );
    chart.lines.extend(line(summary, SYSTEM, ARRIVALS.name, "offered", 6, Stroke::Dashed, false));
    chart.lines.extend(line(
        summary,
        SYSTEM,
        GOODPUT.name,
        "answered well (goodput)",
        0,
        Stroke::Solid,
        true,
    ));
    for (nth, (metric, label)) in [(ARRIVALS, "offered"), (GOODPUT, GOODPUT.name)].into_iter().enumerate() {
        chart.lines.extend(observed::line(summary, SYSTEM, metric.name, label, nth));
    }
    chart
}

fn failures(summary: &Summary) -> Chart {
    let mut chart = empty(summary, "failures", "Failures by cause", "requests per second", Quantity::Rate);
    let row = |cause: FailureCause| {
        let metric = catalogue::errors_by(cause);
        let row = summary.series.iter().find(|row| row.scope == SYSTEM && row.metric == metric.name)?;
        Some((row, cause.name().replace('_', " ")))
    };
    let some = FailureCause::ALL.into_iter().filter_map(row);
    let some = some.filter(|(row, _)| row.points.iter().any(|p| p.mean.is_some_and(|m| m > 0.0)));
    for (i, (row, cause)) in some.take(MOST_LINES).enumerate() {
        chart.lines.push(from_row(row, &cause, i, Stroke::Solid, true));
    }
    chart
}

fn response_time(summary: &Summary, scope: &str) -> Chart {
    let (class, title) = match ScopeKind::Class.name_in(scope) {
        Some(class) => (class, format!("Response time of {class}, by arrival time")),
        None => (scope, "Response time, by arrival time".to_owned()),
    };
    let name = format!("response-time-{}", stem(class));
    let mut chart = empty(summary, &name, &title, "response time", Quantity::Time);
    let percentiles = [(SOJOURN_P50, 2), (SOJOURN_P95, 0), (SOJOURN_P99, 1)];
    for (metric, colour) in &percentiles {
        let band = *metric == SOJOURN_P99;
        chart.lines.extend(line(summary, scope, metric.name, metric.heading, *colour, Stroke::Solid, band));
    }
    for (nth, (metric, _)) in percentiles.iter().enumerate() {
        chart.lines.extend(observed::line(summary, scope, metric.name, metric.heading, nth));
    }
    chart.note = thin(summary, scope, &percentiles.map(|(metric, _)| metric));
    let ours = || summary.objectives.iter().filter(|o| o.scope == scope);
    let quantiles = ours().filter(|o| SOJOURN.percentile_in(&o.metric).is_some());
    let shares = ours().filter(|o| WITHIN.is_called(&o.metric));
    for limit in quantiles.chain(shares).filter_map(time_limit) {
        // Rules that share a limit share a line; the quantile's says more.
        if !chart.limits.iter().any(|l| l.value == limit.value) {
            chart.limits.push(limit);
        }
    }
    chart
}

/// Says which percentiles have gaps: a line that stops would read as if nothing had come any more.
fn thin(summary: &Summary, scope: &str, percentiles: &[Metric]) -> Option<String> {
    let row = |metric: &Metric| summary.series.iter().find(|r| r.scope == scope && r.metric == metric.name);
    let arrivals = row(&ARRIVALS);
    let came =
        |at: usize| arrivals.is_none_or(|r| r.points.get(at).and_then(|p| p.mean).is_some_and(|m| m > 0.0));
    let gaps = |metric: &&Metric| {
        row(metric).is_some_and(|r| r.points.iter().enumerate().any(|(at, p)| p.mean.is_none() && came(at)))
    };
    let some: Vec<_> = percentiles.iter().filter(gaps).map(|metric| metric.heading).collect();
    (!some.is_empty()).then(|| format!("no {} where a window has too few answers", some.join(", ")))
}

/// The limit of an objective on response times, quantile or `within`.
fn time_limit(objective: &ObjectiveResult) -> Option<Limit> {
    if let Some(within) = objective.metric.strip_prefix(WITHIN.name) {
        let value = within.trim_end_matches('s').parse().ok()?;
        return Some(Limit { value, label: format!("objective within {}", human(value, "s")) });
    }
    let quantile = SOJOURN.percentile_in(&objective.metric)?;
    let value = human(objective.limit, "s");
    Some(Limit {
        value: objective.limit,
        label: format!("objective {quantile} {} {value}", objective.comparison),
    })
}

fn replicas(summary: &Summary, scope: &str) -> Chart {
    let service = ScopeKind::Service.name_in(scope).unwrap_or(scope);
    let name = format!("replicas-{}", stem(service));
    let mut chart = empty(summary, &name, &format!("Pods of {service}"), "pods", Quantity::Count);
    chart.lines.extend(line(summary, scope, REPLICAS_DESIRED.name, "desired", 1, Stroke::DashedSteps, false));
    chart.lines.extend(line(summary, scope, REPLICAS_READY.name, "ready", 0, Stroke::Steps, true));
    for (nth, (metric, label)) in
        [(REPLICAS_READY, "ready"), (REPLICAS_DESIRED, "desired")].into_iter().enumerate()
    {
        chart.lines.extend(observed::line(summary, scope, metric.name, label, nth));
    }
    let need = summary.needs.iter().find(|n| n.service == service);
    let needed = need.and_then(|need| Some((need.needed?, need.origin())));
    let label = |(n, origin)| Limit { value: f64::from(n), label: format!("needed at T0: {n} ({origin})") };
    chart.limits.extend(needed.map(label));
    chart
}

fn services(
    summary: &Summary,
    metric: &Metric,
    title: &str,
    y_label: &'static str,
    quantity: Quantity,
) -> Chart {
    let mut chart = empty(summary, &stem(metric.name), title, y_label, quantity);
    let shown = scopes(summary, ScopeKind::Service, metric);
    for (i, scope) in shown.iter().take(MOST_LINES).enumerate() {
        let label = ScopeKind::Service.name_in(scope).unwrap_or(scope);
        let only = shown.len() == 1;
        chart.lines.extend(line(summary, scope, metric.name, label, i, Stroke::Solid, only));
        chart.lines.extend(observed::line(summary, scope, metric.name, label, i));
    }
    if shown.len() > MOST_LINES {
        chart.title.push_str(&format!(" (first {MOST_LINES} of {} services)", shown.len()));
    }
    chart
}

/// A measured series that no other chart shows.
fn measured(summary: &Summary, row: &ObservedRow) -> Chart {
    let (scope, metric) = (row.scope.as_str(), row.metric.as_str());
    let (y_label, quantity) = match row.unit {
        "1/s" => ("requests per second", Quantity::Rate),
        "s" => ("response time", Quantity::Time),
        "1" => ("share", Quantity::Share),
        _ => ("count", Quantity::Count),
    };
    let words = metric.replace('_', " ");
    let title = format!("{words} of {scope}, simulated and measured");
    let mut chart = empty(
        summary,
        &format!("measured-{}", stem(&format!("{scope}-{metric}"))),
        &title,
        y_label,
        quantity,
    );
    chart.lines.extend(line(summary, scope, metric, "simulated", 0, Stroke::Solid, true));
    chart.lines.extend(observed::line(summary, scope, metric, &words, 0));
    chart
}

fn empty(summary: &Summary, name: &str, title: &str, y_label: &'static str, quantity: Quantity) -> Chart {
    let span = (summary.facts.from, summary.facts.to);
    Chart {
        name: name.to_owned(),
        title: title.to_owned(),
        y_label,
        quantity,
        span,
        lines: Vec::new(),
        limits: Vec::new(),
        windows: summary.windows.clone(),
        note: None,
    }
}

/// Scopes of a kind that have this series, in the summary's order.
fn scopes(summary: &Summary, kind: ScopeKind, metric: &Metric) -> Vec<String> {
    let rows = summary.series.iter().filter(|r| r.metric == metric.name && kind.holds(&r.scope));
    rows.map(|r| r.scope.clone()).collect()
}

fn line(
    summary: &Summary,
    scope: &str,
    metric: &str,
    label: &str,
    colour: usize,
    stroke: Stroke,
    band: bool,
) -> Option<Line> {
    let row = summary.series.iter().find(|r| r.scope == scope && r.metric == metric)?;
    Some(from_row(row, label, colour, stroke, band))
}

fn from_row(row: &SeriesRow, label: &str, colour: usize, stroke: Stroke, band: bool) -> Line {
    let samples = row.points.iter().map(|p| (p.t, p.mean, p.p05, p.p95)).collect();
    Line { label: label.to_owned(), colour, stroke, samples, band }
}

/// A name made fit for a file: letters, digits and dashes.
fn stem(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;

    #[test]
    fn every_series_finds_its_chart() {
        let names: Vec<_> = charts(&summary()).into_iter().map(|c| c.name).collect();
        let expected = [
            "traffic",
            "failures",
            "response-time-browse",
            "response-time-checkout",
            "replicas-web",
            "replicas-api",
            "utilisation",
            "queue",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn objectives_and_needs_are_drawn_as_limits() {
        let all = charts(&summary());
        let of = |name: &str| all.iter().find(|c| c.name == name).unwrap().svg.clone();
        assert!(of("response-time-checkout").contains("objective p99 &lt; 800 ms"));
        assert!(of("replicas-web").contains("needed at T0: 118 (estimate)"));
    }

    #[test]
    fn a_line_with_gaps_says_why() {
        let mut thin = summary();
        let note = "no p99 where a window has too few answers";
        let of = |summary: &Summary| {
            let all = charts(summary);
            all.iter().find(|c| c.name == "response-time-checkout").unwrap().svg.contains(note)
        };
        for row in thin.series.iter_mut().filter(|r| r.metric.starts_with("sojourn")) {
            row.points.iter_mut().for_each(|p| p.mean = Some(0.1));
        }
        assert!(!of(&thin));
        let p99 = |r: &&mut SeriesRow| r.scope == "class/checkout" && r.metric == "sojourn_p99";
        thin.series.iter_mut().filter(p99).for_each(|r| r.points[3].mean = None);
        assert!(of(&thin));
    }

    #[test]
    fn equal_file_names_are_told_apart() {
        let mut alike = summary();
        for row in &mut alike.series {
            row.scope = row.scope.replace("checkout", "a/b").replace("browse", "a-b");
        }
        let names: Vec<_> =
            charts(&alike).into_iter().map(|c| c.name).filter(|n| n.starts_with("resp")).collect();
        assert_eq!(names, ["response-time-a-b", "response-time-a-b-2"]);
    }

    #[test]
    fn without_series_there_are_no_charts() {
        let mut bare = summary();
        bare.series.clear();
        assert!(charts(&bare).is_empty());
    }
}
