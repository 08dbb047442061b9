//! Every chart of a sweep with its file's name.

use super::effects::main_effects;
use super::heat::heat_map;
use super::tornado::tornado;
use super::tradeoff::tradeoff_chart;
use super::words::title;
use crate::analysis::sweep::SweepSummary;
use crate::report::DrawnChart;

/// Measures that are drawn.
const DRAWN: usize = 4;

/// Cost against risk, and for each of the first measures its sensitivity, main effects and map.
#[must_use]
pub fn sweep_charts(summary: &SweepSummary) -> Vec<DrawnChart> {
    let mut charts: Vec<DrawnChart> = Vec::new();
    let mut push = |name: String, title: String, svg: Option<String>| {
        charts.extend(svg.map(|svg| DrawnChart { name, title, svg }));
    };
    push("cost-against-risk".to_owned(), "Cost against risk".to_owned(), tradeoff_chart(summary));
    for measure in 0..summary.measures.len().min(DRAWN) {
        let slug = slug(&summary.measures[measure].metric);
        let drawn = [
            ("sensitivity", tornado(summary, measure)),
            ("effects", main_effects(summary, measure)),
            ("map", heat_map(summary, measure)),
        ];
        for (kind, svg) in drawn {
            let title = format!("{} ({kind})", title(&summary.measures[measure]));
            push(format!("{}-{slug}-{kind}", measure + 1), title, svg);
        }
    }
    charts
}

/// The charts of one measure, by their place among all.
pub(super) fn of_measure(charts: &[DrawnChart], measure: usize) -> Vec<&DrawnChart> {
    let prefix = format!("{}-", measure + 1);
    charts.iter().filter(|chart| chart.name.starts_with(&prefix)).collect()
}

/// A name as a file can have it: letters, digits and hyphens.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(40).collect();
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;

    #[test]
    fn every_chart_is_drawn_the_same_every_time_and_escapes_its_texts() {
        let mut nasty = summary();
        nasty.factors[0].name = "<script>alert(1)</script>".to_owned();
        nasty.measures[1].metric = "x\"<script>".to_owned();
        let charts = sweep_charts(&nasty);
        let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
        let expected = [
            "cost-against-risk",
            "1-runs-missing-objectives-sensitivity",
            "1-runs-missing-objectives-effects",
            "1-runs-missing-objectives-map",
        ];
        assert_eq!(names[..4], expected);
        assert_eq!(charts, sweep_charts(&nasty));
        for chart in &charts {
            assert!(chart.svg.starts_with("<svg xmlns=") && chart.svg.trim_end().ends_with("</svg>"));
            assert!(
                !chart.svg.contains("<script") && !chart.svg.contains("NaN") && !chart.svg.contains("inf")
            );
        }
    }

    #[test]
    fn nothing_to_show_is_no_chart() {
        let mut bare = summary();
        bare.points.clear();
        bare.measures.clear();
        bare.effects.clear();
        bare.maps.clear();
        bare.tradeoff = None;
        assert!(sweep_charts(&bare).is_empty());
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(slug("buy within 1s >= 99% during rush"), "buy-within-1s-99-during-rush");
        assert_eq!(slug("…"), "");
    }
}
