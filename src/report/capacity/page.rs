//! `capacity.html`: the answers, charts of the points tried, the points themselves.

use super::scatter::{Dot, Scatter, plain_tick};
use super::text::{LEGEND, elasticity_cells};
use super::words::{assurance, cells, ruling, sentence};
use crate::analysis::ChartWindow;
use crate::analysis::Estimate;
use crate::analysis::capacity::{CapacityAnswer, Elasticity, SearchAnswer, SearchEnd};
use crate::report::Origin;
use crate::report::chart::{Chart, Quantity};
use crate::report::html::{escape, list, page, section, table};
use crate::report::line::{Line, Stroke};
use crate::report::number::{human, instant};
use crate::report::page::reproduce;

/// Charts of one search at most.
const MOST_CHARTS: usize = 3;

/// The answers as one self-contained page.
#[must_use]
pub fn capacity_html(answer: &CapacityAnswer, origin: &Origin) -> String {
    let mut body = format!("<header>\n<h1>{}</h1>\n", escape(&answer.name));
    if !answer.question.is_empty() {
        body.push_str(&format!("<p class=\"question\">{}</p>\n", escape(&answer.question)));
    }
    for search in &answer.searches {
        let class = match search.end {
            SearchEnd::NoneHolds => "fail",
            _ if search.confirmed => "pass",
            _ => "open",
        };
        body.push_str(&format!(
            "<p class=\"verdict {class}\"><strong>{}</strong> {}</p>\n",
            escape(&search.name),
            escape(&sentence(search))
        ));
    }
    body.push_str("</header>\n");
    for search in &answer.searches {
        body.push_str(&section(&format!("Search: {}", search.name), &one(answer, search)));
    }
    body.push_str(&section("Supply against required capacity", &elasticity(answer)));
    body.push_str(&section("Pods needed at T0", &needs(answer)));
    body.push_str(&section("Besides", &list(&answer.notes)));
    body.push_str(&section("Objectives", &list(&answer.objectives)));
    body.push_str(&section("To reproduce", &reproduce(origin)));
    page(&answer.name, &body)
}

fn one(answer: &CapacityAnswer, search: &SearchAnswer) -> String {
    let mut html = list(&assurance(search));
    for chart in charts(answer, search) {
        html.push_str(&format!("<figure class=\"scroll\">{chart}</figure>\n"));
    }
    let mut rows = cells(search, &answer.objectives);
    // A mark and its word stay in one line.
    rows.iter_mut().skip(1).for_each(|row| row[1] = row[1].replace(' ', "\u{a0}"));
    html.push_str(&table(&rows));
    html
}

/// For one parameter a chart an objective, those that break first; for two their plane.
fn charts(answer: &CapacityAnswer, search: &SearchAnswer) -> Vec<String> {
    match search.parameters.len() {
        1 => {
            let broken = search.first.iter().chain(&search.next).flat_map(|breaking| &breaking.missed);
            let mut order: Vec<usize> = broken
                .filter_map(|missed| answer.objectives.iter().position(|o| *o == missed.rule))
                .collect();
            order.extend(0..answer.objectives.len());
            let mut seen = Vec::new();
            order.retain(|o| {
                !seen.contains(o) && {
                    seen.push(*o);
                    true
                }
            });
            let drawn = order.into_iter().take(MOST_CHARTS);
            drawn.map(|o| objective_chart(answer, search, o)).filter(|svg| !svg.is_empty()).collect()
        }
        2 => vec![plane(search)],
        _ => Vec::new(),
    }
}

fn objective_chart(answer: &CapacityAnswer, search: &SearchAnswer, o: usize) -> String {
    let parameter = &search.parameters[0];
    let dots: Vec<Dot> = search
        .points
        .iter()
        .filter_map(|point| {
            let objective = point.objectives.get(o)?;
            let y = objective.measured?;
            let label = format!(
                "{}: {}, {} replications, {}",
                point.setting.join(", "),
                human(y.mean, objective.unit),
                point.replications,
                ruling(objective.standing).1
            );
            Some(Dot { x: point.values[0], y, standing: objective.standing, phase: point.phase, label })
        })
        .collect();
    let limit =
        search.points.iter().find_map(|point| point.objectives.get(o)).map(|objective| objective.limit);
    let unit = search.points.iter().find_map(|point| point.objectives.get(o)).map_or("1", |o| o.unit);
    let is_time = parameter.low.starts_with(|c: char| c.is_ascii_alphabetic());
    Scatter {
        title: answer.objectives.get(o).cloned().unwrap_or_default(),
        x_label: parameter.path.clone(),
        y_unit: unit,
        range: range(search, 0),
        x_text: if is_time { Box::new(instant) } else { Box::new(plain_tick) },
        limit: limit.map(|limit| (limit, "the objective's limit".to_owned())),
        dots,
    }
    .svg()
}

/// The smallest and the largest value tried, with a little air.
fn range(search: &SearchAnswer, parameter: usize) -> (f64, f64) {
    let values = || search.points.iter().filter_map(move |point| point.values.get(parameter).copied());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let air = (high - low) * 0.02;
    (low - air, high + air)
}

fn plane(search: &SearchAnswer) -> String {
    let dot = |point: &crate::analysis::capacity::PointRow| {
        let y = point.values[1];
        let label = format!("{}: {}", point.setting.join(", "), ruling(point.standing).1);
        let y = Estimate { mean: y, ci95_low: y, ci95_high: y, replications: point.replications };
        Dot { x: point.values[0], y, standing: point.standing, phase: point.phase, label }
    };
    Scatter {
        title: format!("Settings tried: {} over {}", search.parameters[1].path, search.parameters[0].path),
        x_label: search.parameters[0].path.clone(),
        y_unit: "",
        range: range(search, 0),
        x_text: Box::new(plain_tick),
        limit: None,
        dots: search.points.iter().map(dot).collect(),
    }
    .svg()
}

fn elasticity(answer: &CapacityAnswer) -> String {
    let mut html = format!("{}<p>{LEGEND}</p>\n", table(&elasticity_cells(&answer.elasticity)));
    for one in &answer.elasticity {
        let svg = supply_chart(one, answer.span, &answer.windows).svg();
        html.push_str(&format!("<figure class=\"scroll\">{}</figure>\n", svg.trim_end()));
    }
    html
}

fn supply_chart(one: &Elasticity, span: (f64, f64), windows: &[ChartWindow]) -> Chart {
    let required = one.required.iter().map(|&(t, pods)| (t, pods.map(f64::from), None, None)).collect();
    let ready = one.ready.iter().map(|p| (p.t, p.mean, p.p05, p.p95)).collect();
    let line = |label: &str, colour, stroke, samples, band| Line {
        label: label.to_owned(),
        colour,
        stroke,
        samples,
        band,
    };
    Chart {
        name: format!("supply-{}", one.service),
        title: format!("Pods of {}: required and ready", one.service),
        y_label: "pods",
        quantity: Quantity::Count,
        span,
        lines: vec![
            line("required (estimate)", 1, Stroke::DashedSteps, required, false),
            line("ready", 0, Stroke::Steps, ready, true),
        ],
        limits: Vec::new(),
        windows: windows.to_vec(),
        note: None,
    }
}

fn needs(answer: &CapacityAnswer) -> String {
    let mut rows = vec![["service", "needed", "search", "confirmed"].map(str::to_owned).to_vec()];
    rows.extend(answer.needs.iter().map(|need| {
        let confirmed = if need.confirmed { "yes" } else { "no" };
        vec![need.service.clone(), need.pods.to_string(), need.search.clone(), confirmed.to_owned()]
    }));
    table(&rows)
}
