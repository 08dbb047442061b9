//! Measured series beside simulated ones: cells of the errors, `observed.csv`, lines for charts.

use super::csv::push_line;
use super::line::{Line, Stroke};
use super::number::{human, plain, share, shortest};
use crate::analysis::{ObservedRow, Summary};
use crate::metrics::catalogue::{self, Metric};
use crate::model::ScopeKind;

/// Indices into the palette of measured lines: none of them is a simulated line's beside it.
const COLOURS: [usize; 3] = [3, 4, 5];

/// Cells of the errors, headings first.
pub(super) fn cells(summary: &Summary) -> Vec<Vec<String>> {
    let heading =
        ["measured beside simulated", "windows", "bias", "bias/mean", "error/mean", "lag", "correlation"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let part = |value: Option<f64>| value.map_or("-".to_owned(), share);
    rows.extend(summary.observed.iter().map(|row| {
        let lag =
            row.lag.map_or("-".to_owned(), |lag| if lag == 0.0 { "0 s".to_owned() } else { human(lag, "s") });
        vec![
            format!("{} {}", row.scope, row.metric),
            row.windows.to_string(),
            human(row.bias, row.unit),
            part(row.relative_bias),
            part(row.relative_error),
            lag,
            row.correlation.map_or("-".to_owned(), plain),
        ]
    }));
    rows
}

/// What the columns of the errors mean.
pub(super) const MEANING: &str = "bias is simulated minus measured; error is the mean of absolute differences, both \
    over the mean measured; a lag above zero means that the simulation comes later";

/// `t_s,scope,metric,unit,measured,simulated,difference`, a row a window.
#[must_use]
pub fn observed_csv(summary: &Summary) -> String {
    let mut text = String::from("t_s,scope,metric,unit,measured,simulated,difference\n");
    let blank = |value: Option<f64>| value.map(shortest).unwrap_or_default();
    for row in &summary.observed {
        for point in row.points.iter().filter(|point| point.measured.is_some()) {
            let difference = point.simulated.zip(point.measured).map(|(s, m)| s - m);
            let (measured, simulated) = (blank(point.measured), blank(point.simulated));
            let cells = [
                &shortest(point.t),
                &row.scope,
                &row.metric,
                row.unit,
                &measured,
                &simulated,
                &blank(difference),
            ];
            push_line(&mut text, &cells);
        }
    }
    text
}

/// The measured line of a series, if it was measured; `nth` tells those of one chart apart.
pub(super) fn line(summary: &Summary, scope: &str, metric: &str, label: &str, nth: usize) -> Option<Line> {
    let same = |row: &&ObservedRow| row.scope == scope && row.metric == metric && row.windows > 0;
    let row = summary.observed.iter().find(same)?;
    let samples = row.points.iter().map(|p| (p.t, p.measured, None, None)).collect();
    let colour = COLOURS[nth % COLOURS.len()];
    Some(Line { label: format!("{label}, measured"), colour, stroke: Stroke::Dashed, samples, band: false })
}

/// Whether a chart that every report has shows this series.
pub(super) fn has_chart(row: &ObservedRow) -> bool {
    const OF_SYSTEM: [&Metric; 2] = [&catalogue::ARRIVALS, &catalogue::GOODPUT];
    const OF_SERVICES: [&Metric; 4] = [
        &catalogue::REPLICAS_DESIRED,
        &catalogue::REPLICAS_READY,
        &catalogue::UTILISATION,
        &catalogue::QUEUE,
    ];
    let is_one = |metrics: &[&Metric]| metrics.iter().any(|metric| metric.is_called(&row.metric));
    let of = |kind: ScopeKind| kind.holds(&row.scope);
    of(ScopeKind::System) && is_one(&OF_SYSTEM)
        || of(ScopeKind::Service) && is_one(&OF_SERVICES)
        || of(ScopeKind::Class) && catalogue::SOJOURN.percentile_in(&row.metric).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;
    use crate::analysis::beside_measured;

    #[test]
    fn errors_and_rows_are_tidy() {
        let mut measured = summary();
        let series = measured.series.iter().find(|row| row.scope == "system" && row.metric == "arrivals");
        let series = series.expect("arrivals").clone();
        let (first, second) = (series.points[0], series.points[1]);
        let samples = [(first.t, first.mean.unwrap() + 1.0), (second.t, second.mean.unwrap() + 3.0)];
        measured.observed.push(beside_measured(&series, &samples, None, measured.facts.to));
        let cells = cells(&measured);
        assert_eq!(cells[1][..3], ["system arrivals", "2", "-2/s"].map(str::to_owned));
        let csv = observed_csv(&measured);
        assert_eq!(csv.lines().count(), 3);
        assert!(csv.lines().nth(1).unwrap().ends_with(",-1"), "{csv}");
        assert!(line(&measured, "system", "arrivals", "offered", 0).is_some());
        assert!(line(&measured, "system", "goodput", "x", 0).is_none());
    }
}
