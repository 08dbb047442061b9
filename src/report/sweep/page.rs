//! `report.html` of a sweep: one page without a network, what was learnt on top.

use super::charts::{of_measure, sweep_charts};
use super::tradeoff::{letter, risk_name};
use super::words::{cheapest, facts, heading, named_levels, outcome_word, outcomes, ranking, title, value};
use crate::analysis::Outcome;
use crate::analysis::sweep::{SweepPoint, SweepSummary};
use crate::report::html::{escape, list, page, section, table};
use crate::report::page::{Origin, assumption_lists, reproduce};
use crate::report::view::interval;

/// Points that are listed openly; more are folded away.
const OPEN_ROWS: usize = 30;

/// Most points of the page's table; all stand in `points.csv`.
const MOST_ROWS: usize = 500;

/// The report of a sweep as one self-contained page.
#[must_use]
pub fn sweep_html(summary: &SweepSummary, origin: &Origin) -> String {
    let charts = sweep_charts(summary);
    let figure = |svg: &str| format!("<figure class=\"scroll\">{}</figure>\n", svg.trim_end());
    let mut body = head(summary);
    for measure in 0..summary.measures.len() {
        let figures: String = of_measure(&charts, measure).iter().map(|chart| figure(&chart.svg)).collect();
        if figures.is_empty() {
            continue;
        }
        let name = title(&summary.measures[measure]);
        let said = list(&ranking(summary, measure));
        // The first measure is the answer; the others are for those who ask on.
        if measure == 0 {
            body.push_str(&section(&format!("What matters: {name}"), &(said + &figures)));
            body.push_str(&section("Cost against risk", &tradeoff(summary, &charts)));
        } else {
            let folded =
                format!("<details><summary>{}</summary>\n{said}{figures}</details>\n", escape(&name));
            body.push_str(&section(&format!("What matters: {name}"), &folded));
        }
    }
    body.push_str(&section("Points", &points(summary)));
    body.push_str(&section("Points that failed or hit a bound", &failures(summary)));
    body.push_str(&section("Warnings", &list(&summary.warnings)));
    body.push_str(&section("How sure we are", &list(&facts(summary))));
    body.push_str(&section("Assumptions", &assumption_lists(&summary.assumptions)));
    body.push_str(&section("To reproduce", &reproduce(origin)));
    page(&summary.name, &body)
}

fn head(summary: &SweepSummary) -> String {
    let mut html = format!("<header>\n<h1>{}</h1>\n", escape(&summary.name));
    if !summary.question.is_empty() {
        html.push_str(&format!("<p class=\"question\">{}</p>\n", escape(&summary.question)));
    }
    html.push_str(&format!(
        "<p class=\"verdict none\"><strong>SWEEP</strong> {}</p>\n",
        escape(&outcomes(summary))
    ));
    let factors: Vec<String> = summary.factors.iter().map(|factor| factor.path.clone()).collect();
    html.push_str(&format!("<p class=\"span\">Varied: {}.</p>\n", escape(&factors.join(", "))));
    let cards: String = cards(summary)
        .iter()
        .map(|(label, value, more)| {
            let (label, value, more) = (escape(label), escape(value), escape(more));
            format!("<div class=\"card\"><span>{label}</span><b>{value}</b><small>{more}</small></div>\n")
        })
        .collect();
    html.push_str(&format!("<div class=\"cards\">\n{cards}</div>\n</header>\n"));
    html
}

/// The first numbers: what holds at the least cost, and what matters most.
fn cards(summary: &SweepSummary) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let judged = summary.results().any(|result| result.conclusion.outcome.is_some());
    if judged {
        let pass = summary.count(Some(Outcome::Pass));
        let value = format!("{pass} of {}", summary.points.len());
        all.push(("Points that hold".to_owned(), value, "every objective met, interval and all".to_owned()));
        let (number, more) = match cheapest(summary) {
            Some((at, cost)) => (value_of(cost.mean), named_levels(summary, &summary.points[at])),
            None => ("none".to_owned(), "no point meets every objective".to_owned()),
        };
        all.push(("Cheapest that holds".to_owned(), number, more));
    }
    if let Some(effects) = summary.effects.first() {
        // A factor that explains nothing does not matter most.
        let known = effects.iter().filter(|effect| effect.share.is_some_and(|share| share >= 0.005));
        if let Some(most) = known.max_by(|a, b| a.share.unwrap_or(0.0).total_cmp(&b.share.unwrap_or(0.0))) {
            let share = format!("{:.0} %", most.share.unwrap_or(0.0) * 100.0);
            let more = format!("explains {share} of the differences in {}", title(&summary.measures[0]));
            all.push(("Matters most".to_owned(), summary.named(&most.factors), more));
        }
    }
    all
}

fn value_of(hours: f64) -> String {
    value(hours, "h")
}

fn tradeoff(summary: &SweepSummary, charts: &[crate::report::DrawnChart]) -> String {
    let Some(tradeoff) = &summary.tradeoff else { return String::new() };
    let Some(chart) = charts.iter().find(|chart| chart.name == "cost-against-risk") else {
        return String::new();
    };
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(summary.factors.iter().map(|factor| factor.name.clone()));
    rows[0].extend(["pod hours".to_owned(), risk_name(summary).to_owned()]);
    for (number, &at) in tradeoff.front.iter().enumerate() {
        let (point, cost, risk) = tradeoff.points[at];
        let mut row = vec![letter(number)];
        row.extend(summary.points[point].levels.iter().map(|level| level.label.clone()));
        row.extend([value(cost, "h"), value(risk, &tradeoff.unit)]);
        rows.push(row);
    }
    format!("<figure class=\"scroll\">{}</figure>\n{}", chart.svg.trim_end(), table(&rows))
}

fn points(summary: &SweepSummary) -> String {
    let judged = summary.results().any(|result| result.conclusion.outcome.is_some());
    let mut head: String = summary.factors.iter().map(|factor| heading_cell(&factor.name)).collect();
    head.push_str(&heading_cell(if judged { "verdict" } else { "outcome" }));
    head.extend(summary.measures.iter().map(|measure| heading_cell(&heading(measure))));
    let mut rows = String::new();
    for (at, point) in summary.points.iter().enumerate().take(MOST_ROWS) {
        let levels: String =
            point.levels.iter().map(|level| format!("<td>{}</td>", escape(&level.label))).collect();
        let cells: String = (0..summary.measures.len())
            .map(|measure| format!("<td>{}</td>", escape(&cell(summary, point, at, measure))))
            .collect();
        rows.push_str(&format!("<tr>{levels}<td>{}</td>{cells}</tr>\n", badge(point)));
    }
    let table = format!(
        "<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n"
    );
    let count = summary.points.len();
    let all = if count > MOST_ROWS {
        format!("<p>The first {MOST_ROWS} of {count} points; all stand in points.csv.</p>\n{table}")
    } else {
        table
    };
    if count <= OPEN_ROWS {
        all
    } else {
        format!("<details><summary>{count} points</summary>\n{all}</details>\n")
    }
}

fn heading_cell(text: &str) -> String {
    format!("<th scope=\"col\">{}</th>", escape(text))
}

/// A measure at a point, with its interval where it has one.
fn cell(summary: &SweepSummary, point: &SweepPoint, at: usize, measure: usize) -> String {
    let measured = &summary.measures[measure];
    let Some(number) = measured.values[at] else { return "-".to_owned() };
    let Some(result) = point.result() else { return "-".to_owned() };
    let of_rule = result.objectives.iter().find(|objective| objective.rule == measured.metric);
    let estimate = match of_rule {
        Some(objective) => objective.measured.as_ref(),
        None => result.metric(&measured.scope, &measured.metric),
    };
    estimate.map_or_else(|| value(number, &measured.unit), |estimate| interval(estimate, &measured.unit))
}

fn badge(point: &SweepPoint) -> String {
    let (class, word) = match point.result() {
        None => ("fail", "failed"),
        Some(result) if !result.bounds_hit.is_empty() => ("fail", "bound hit"),
        Some(result) => match result.conclusion.outcome {
            Some(Outcome::Pass) => ("pass", "✓ pass"),
            Some(Outcome::Fail) => ("fail", "✗ fail"),
            Some(Outcome::Inconclusive) => ("open", "? inconclusive"),
            None => ("none", outcome_word(Some(Outcome::Inconclusive))),
        },
    };
    if class == "none" {
        return "ran".to_owned();
    }
    format!("<span class=\"badge {class}\">{word}</span>")
}

fn failures(summary: &SweepSummary) -> String {
    let failed = summary.points.iter().filter_map(|point| {
        let reason = point.reason()?;
        Some(format!("{}: {reason}", named_levels(summary, point)))
    });
    let all: Vec<String> = failed.collect();
    let shown: Vec<String> = all.iter().take(OPEN_ROWS).cloned().collect();
    let more = all.len() - shown.len();
    let rest = if more > 0 { format!("<p>and {more} more, in points.csv</p>\n") } else { String::new() };
    list(&shown) + &rest
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;
    use crate::report::TextOptions;
    use crate::report::example::{ATTACK, needs_no_network};
    use crate::report::sweep::{points_csv, results_csv, sweep_text};

    #[test]
    fn the_page_needs_no_network_and_says_what_was_learnt_first() {
        let origin = Origin { command: "flashcrowd sweep a.yaml".to_owned(), ..Origin::default() };
        let page = sweep_html(&summary(), &origin);
        needs_no_network(&page);
        let first = page.find("2 of 6 points meet every objective, 3 miss one, 1 could not be run").unwrap();
        assert!(first < page.find("<h2>").unwrap() && page.contains("flashcrowd sweep a.yaml"));
        assert!(page.contains("replicas 20, factor 8") && page.contains("8 h"));
        assert!(page.contains("40 pods are more than the cluster holds"));
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut nasty = summary();
        let factors = nasty.factors.iter_mut().flat_map(|factor| [&mut factor.name, &mut factor.path]);
        let texts = [&mut nasty.name, &mut nasty.question].into_iter().chain(&mut nasty.warnings);
        texts.chain(factors).for_each(|text| *text = ATTACK.to_owned());
        nasty
            .points
            .iter_mut()
            .flat_map(|point| &mut point.levels)
            .for_each(|level| level.label = ATTACK.to_owned());
        assert!(!sweep_html(&nasty, &Origin::default()).contains("<script"));
    }

    #[test]
    fn the_text_is_a_table_of_points() {
        let text = sweep_text(&summary(), &TextOptions::default());
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        insta::assert_snapshot!(text, @r#"
        A sale
        What holds?

        2 of 6 points meet every objective, 3 miss one, 1 could not be run

        replicas  factor  verdict  runs missing  buy p99  pod hours
        10        8       fail     100 %         2.50 s   4 h
        10        12      fail     100 %         20 s     4.50 h
        20        8       pass     0 %           300 ms   8 h
        20        12      fail     45.0 %        600 ms   8.50 h
        40        8       pass     0 %           200 ms   16 h
        40        12      FAILED   -             -        -

        What moves "runs that miss an objective":
          replicas: 0 % to 100 %, 90.0 % of the differences
          factor: 33.3 % to 72.5 %, 18.0 % of the differences

        Cheapest point that meets every objective: replicas 20, factor 8 (8 h)

        Points that failed or hit a bound:
          replicas 40, factor 12: web: 40 pods are more than the cluster holds

        100 replications over 6 points, seed 1; 5,000 requests measured, 25,000 events simulated
        warning: a warning
        "#);
    }

    #[test]
    fn tables_have_a_column_a_factor() {
        let results = results_csv(&summary());
        let mut lines = results.lines();
        assert_eq!(
            lines.next().unwrap(),
            "services.web.replicas,traffic.shoppers.peaks.opening.factor,\
             scope,metric,unit,mean,ci95_low,ci95_high,replications"
        );
        assert_eq!(lines.next().unwrap(), "10,8,class/buy,objective: buy p99 < 500ms,s,2.5,2.25,2.75,20");
        assert_eq!(lines.next().unwrap(), "10,8,class/buy,verdict: buy p99 < 500ms,1,0,,,20");
        assert_eq!(lines.last().unwrap(), "40,12,system,runs_failed,1,1,,,0");
        let points = points_csv(&summary());
        assert!(points.contains("\n3,20,8,ran,pass,20,0,8,\n"), "{points}");
        assert!(
            points.ends_with("6,40,12,failed,,0,,,web: 40 pods are more than the cluster holds\n"),
            "{points}"
        );
    }
}
