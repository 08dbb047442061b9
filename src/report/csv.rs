//! `summary.csv` and `timeseries.csv`: tidy tables in SI units.

use super::number::shortest;
use crate::analysis::Summary;

/// `scope,metric,unit,mean,ci95_low,ci95_high,replications`, a row a metric.
#[must_use]
pub fn summary_csv(summary: &Summary) -> String {
    let mut text = String::from("scope,metric,unit,mean,ci95_low,ci95_high,replications\n");
    for row in &summary.metrics {
        let estimate = &row.estimate;
        push_line(
            &mut text,
            &[
                &row.scope,
                &row.metric,
                &row.unit,
                &shortest(estimate.mean),
                &shortest(estimate.ci95_low),
                &shortest(estimate.ci95_high),
                &estimate.replications.to_string(),
            ],
        );
    }
    text
}

/// `t_s,scope,metric,unit,mean,p05,p95`, a row a window and metric; blank where too few requests support a
/// value.
#[must_use]
pub fn timeseries_csv(summary: &Summary) -> String {
    let mut text = String::from("t_s,scope,metric,unit,mean,p05,p95\n");
    let blank = |value: Option<f64>| value.map(shortest).unwrap_or_default();
    for row in &summary.series {
        for point in &row.points {
            let (mean, low, high) = (blank(point.mean), blank(point.p05), blank(point.p95));
            push_line(
                &mut text,
                &[&shortest(point.t), &row.scope, &row.metric, row.unit, &mean, &low, &high],
            );
        }
    }
    text
}

pub(super) fn push_line(text: &mut String, cells: &[&str]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push('\n');
}

/// Quotes a cell as RFC 4180 has it, where it must be.
fn push_cell(text: &mut String, cell: &str) {
    if !cell.contains([',', '"', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;
    use crate::analysis::SeriesPoint;

    #[test]
    fn summary_rows_are_tidy() {
        let mut small = summary();
        small.metrics.truncate(2);
        small.metrics[1].scope = "class/a,\"b\"".to_owned();
        assert_eq!(
            summary_csv(&small),
            "scope,metric,unit,mean,ci95_low,ci95_high,replications\n\
             system,arrived,requests,1240000,1236000,1244000,20\n\
             \"class/a,\"\"b\"\"\",arrived,requests,1116000,1112400,1119600,20\n"
        );
    }

    #[test]
    fn series_are_blank_where_nothing_supports_a_value() {
        let mut small = summary();
        small.series.retain(|row| row.metric == "sojourn_p99" && row.scope == "class/checkout");
        let point = |t, mean| SeriesPoint { t, mean, p05: mean, p95: Some(0.25) };
        small.series[0].points = vec![point(-600.0, Some(0.125)), point(-590.0, None)];
        let expected = "t_s,scope,metric,unit,mean,p05,p95\n\
                        -600,class/checkout,sojourn_p99,s,0.125,0.125,0.25\n\
                        -590,class/checkout,sojourn_p99,s,,,0.25\n";
        assert_eq!(timeseries_csv(&small), expected);
    }
}
