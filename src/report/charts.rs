//! Which charts a summary gives.

use super::chart::{Chart, Limit, Quantity};
use super::line::{Line, Stroke};
use super::number::human;
use super::observed;
use crate::analysis::{ObjectiveResult, ObservedRow, SeriesRow, Summary};

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
    all.extend(scopes(summary, "class/", "sojourn_p99").iter().map(|scope| response_time(summary, scope)));
    all.extend(scopes(summary, "service/", "replicas_ready").iter().map(|scope| replicas(summary, scope)));
    all.push(services(summary, "utilisation", "Utilisation", "busy share of slots", Quantity::Share));
    all.push(services(summary, "queue", "Requests waiting", "requests", Quantity::Count));
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
    chart.lines.extend(line(summary, "system", "arrivals", "offered", 6, Stroke::Dashed, false));
    chart.lines.extend(line(summary, "system", "goodput", "answered well (goodput)", 0, Stroke::Solid, true));
    for (nth, (metric, label)) in [("arrivals", "offered"), ("goodput", "goodput")].into_iter().enumerate() {
        chart.lines.extend(observed::line(summary, "system", metric, label, nth));
    }
    chart
}

fn failures(summary: &Summary) -> Chart {
    let mut chart = empty(summary, "failures", "Failures by cause", "requests per second", Quantity::Rate);
    let rows = summary.series.iter().filter(|r| r.scope == "system" && r.metric.starts_with("errors_"));
    let some = rows.filter(|r| r.points.iter().any(|p| p.mean.is_some_and(|m| m > 0.0)));
    for (i, row) in some.take(MOST_LINES).enumerate() {
        let cause = row.metric.trim_start_matches("errors_").replace('_', " ");
        chart.lines.push(from_row(row, &cause, i, Stroke::Solid, true));
    }
    chart
}

fn response_time(summary: &Summary, scope: &str) -> Chart {
    let (class, title) = match scope.strip_prefix("class/") {
        Some(class) => (class, format!("Response time of {class}, by arrival time")),
        None => (scope, "Response time, by arrival time".to_owned()),
    };
    let name = format!("response-time-{}", stem(class));
    let mut chart = empty(summary, &name, &title, "response time", Quantity::Time);
    let percentiles = [("sojourn_p50", "p50", 2), ("sojourn_p95", "p95", 0), ("sojourn_p99", "p99", 1)];
    for (metric, label, colour) in percentiles {
        chart.lines.extend(line(
            summary,
            scope,
            metric,
            label,
            colour,
            Stroke::Solid,
            metric == "sojourn_p99",
        ));
    }
    for (nth, (metric, label, _)) in percentiles.iter().enumerate() {
        chart.lines.extend(observed::line(summary, scope, metric, label, nth));
    }
    chart.note = thin(summary, scope, &percentiles.map(|(metric, label, _)| (metric, label)));
    let ours = || summary.objectives.iter().filter(|o| o.scope == scope);
    let quantiles = ours().filter(|o| o.metric.starts_with("sojourn_"));
    let shares = ours().filter(|o| o.metric.starts_with("within_"));
    for limit in quantiles.chain(shares).filter_map(time_limit) {
        // Rules that share a limit share a line; the quantile's says more.
        if !chart.limits.iter().any(|l| l.value == limit.value) {
            chart.limits.push(limit);
        }
    }
    chart
}

/// Says which percentiles have gaps: a line that stops would read as if nothing had come any more.
fn thin(summary: &Summary, scope: &str, percentiles: &[(&str, &str)]) -> Option<String> {
    let row = |metric: &str| summary.series.iter().find(|r| r.scope == scope && r.metric == metric);
    let arrivals = row("arrivals");
    let came =
        |at: usize| arrivals.is_none_or(|r| r.points.get(at).and_then(|p| p.mean).is_some_and(|m| m > 0.0));
    let gaps = |metric: &str| {
        row(metric).is_some_and(|r| r.points.iter().enumerate().any(|(at, p)| p.mean.is_none() && came(at)))
    };
    let some: Vec<_> = percentiles.iter().filter(|p| gaps(p.0)).map(|p| p.1).collect();
    (!some.is_empty()).then(|| format!("no {} where a window has too few answers", some.join(", ")))
}

/// The limit of an objective on response times, quantile or `within`.
fn time_limit(objective: &ObjectiveResult) -> Option<Limit> {
    if let Some(within) = objective.metric.strip_prefix("within_") {
        let value = within.trim_end_matches('s').parse().ok()?;
        return Some(Limit { value, label: format!("objective within {}", human(value, "s")) });
    }
    let quantile = objective.metric.strip_prefix("sojourn_")?;
    let value = human(objective.limit, "s");
    Some(Limit {
        value: objective.limit,
        label: format!("objective {quantile} {} {value}", objective.comparison),
    })
}

fn replicas(summary: &Summary, scope: &str) -> Chart {
    let service = scope.trim_start_matches("service/");
    let name = format!("replicas-{}", stem(service));
    let mut chart = empty(summary, &name, &format!("Pods of {service}"), "pods", Quantity::Count);
    chart.lines.extend(line(summary, scope, "replicas_desired", "desired", 1, Stroke::DashedSteps, false));
    chart.lines.extend(line(summary, scope, "replicas_ready", "ready", 0, Stroke::Steps, true));
    for (nth, (metric, label)) in
        [("replicas_ready", "ready"), ("replicas_desired", "desired")].into_iter().enumerate()
    {
        chart.lines.extend(observed::line(summary, scope, metric, label, nth));
    }
    let need = summary.needs.iter().find(|n| n.service == service);
    let needed = need.and_then(|need| Some((need.needed?, need.origin())));
    let label = |(n, origin)| Limit { value: f64::from(n), label: format!("needed at T0: {n} ({origin})") };
    chart.limits.extend(needed.map(label));
    chart
}

fn services(
    summary: &Summary,
    metric: &str,
    title: &str,
    y_label: &'static str,
    quantity: Quantity,
) -> Chart {
    let mut chart = empty(summary, &stem(metric), title, y_label, quantity);
    let shown = scopes(summary, "service/", metric);
    for (i, scope) in shown.iter().take(MOST_LINES).enumerate() {
        let label = scope.trim_start_matches("service/");
        let only = shown.len() == 1;
        chart.lines.extend(line(summary, scope, metric, label, i, Stroke::Solid, only));
        chart.lines.extend(observed::line(summary, scope, metric, label, i));
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
fn scopes(summary: &Summary, prefix: &str, metric: &str) -> Vec<String> {
    let rows = summary.series.iter().filter(|r| r.metric == metric && r.scope.starts_with(prefix));
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
