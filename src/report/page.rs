//! `report.html`: one page without a network, the verdict on top.

use super::charts::charts;
use super::html::{escape, list, page, section, table};
use super::number::{about, clock, instant, plain, thousands};
use super::observed;
use super::view;
use crate::analysis::{Assumption, ObjectiveResult, Outcome, RecoveryEstimate, Summary};
use crate::metrics::catalogue::{LOST, SOJOURN_P50, SOJOURN_P99};
use crate::model::ScopeKind;

/// Where a result comes from: what makes it repeatable.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The command that gives the same numbers again.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// Commit it was built from, if known.
    pub commit: Option<String>,
    /// Further facts as (name, value), such as hashes of the inputs.
    pub facts: Vec<(String, String)>,
}

/// The report as one self-contained page.
#[must_use]
pub fn html(summary: &Summary, origin: &Origin) -> String {
    let mut body = head(summary);
    body.push_str(&section("Objectives", &objectives(&summary.objectives)));
    body.push_str(&section("Pods at T0", &needs(summary)));
    body.push_str(&section("Over time", &drawings(summary)));
    body.push_str(&section("Measured beside simulated", &measured(summary)));
    for kind in view::tables() {
        body.push_str(&section(kind.title(), &table(&view::cells(summary, kind))));
    }
    body.push_str(&section("Theory beside simulation", &theory(summary)));
    let doubt = summary.uncertainty.as_ref().map(super::doubt::html).unwrap_or_default();
    body.push_str(&section("What is not known", &doubt));
    body.push_str(&section("Warnings", &list(&summary.warnings)));
    body.push_str(&section("How sure we are", &list(&view::confidence(&summary.facts))));
    body.push_str(&section("Assumptions", &assumption_lists(&summary.assumptions)));
    body.push_str(&section("All numbers", &all_numbers(summary)));
    body.push_str(&section("To reproduce", &reproduce(origin)));
    page(&summary.name, &body)
}

fn head(summary: &Summary) -> String {
    let (word, sentence) = view::verdict(summary);
    let class = class_of(summary.conclusion.outcome);
    let mut html = format!("<header>\n<h1>{}</h1>\n", escape(&summary.name));
    if !summary.question.is_empty() {
        html.push_str(&format!("<p class=\"question\">{}</p>\n", escape(&summary.question)));
    }
    html.push_str(&format!(
        "<p class=\"verdict {class}\"><strong>{word}</strong> {}</p>\n",
        escape(&sentence)
    ));
    html.push_str(&format!("<p class=\"span\">{}</p>\n", escape(&span(summary))));
    let cards: String = cards(summary)
        .iter()
        .map(|(label, value, more)| {
            format!(
                "<div class=\"card\"><span>{}</span><b>{}</b><small>{}</small></div>\n",
                escape(label),
                escape(value),
                escape(more)
            )
        })
        .collect();
    html.push_str(&format!("<div class=\"cards\">\n{cards}</div>\n</header>\n"));
    html
}

/// The counted span, and what T0 is.
fn span(summary: &Summary) -> String {
    let facts = &summary.facts;
    let t0 = facts.t0.as_ref().map(|t0| format!(", T0 = {t0}")).unwrap_or_default();
    let settle = if facts.settle > 0.0 {
        format!(" after {} of settling", clock(facts.settle))
    } else {
        String::new()
    };
    format!("Counted from {} to {}{settle}{t0}.", instant(facts.from), instant(facts.to))
}

/// The first numbers: pods, losses, recovery, slowest class.
fn cards(summary: &Summary) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    let short = summary.needs.iter().filter_map(|n| n.needed.map(|needed| (n, f64::from(needed))));
    if let Some((need, needed)) = short.max_by(|a, b| (a.1 - a.0.had).total_cmp(&(b.1 - b.0.had))) {
        let few = need.had < needed;
        let (had, needed) = (plain(need.had), plain(needed));
        let value = if few { format!("{had} of {needed}") } else { format!("{had} ({needed} needed)") };
        let what = if few { "too few at T0" } else { "enough at T0" };
        all.push((
            "Pods had and needed".to_owned(),
            value,
            format!("{}: {what} ({})", need.service, need.origin()),
        ));
    }
    if let Some(lost) = view::metric(summary, view::SYSTEM, &LOST) {
        let more = view::money(summary)
            .next()
            .map_or("a run".to_owned(), |w| format!("a run, worth {} {}", plain(w.estimate.mean), w.unit));
        all.push(("Requests lost".to_owned(), plain(lost.estimate.mean), more));
    }
    all.extend(summary.recovery.as_ref().map(recovered));
    if let Some(class) = view::first_class(summary)
        && let Some(p99) = view::metric(summary, &ScopeKind::Class.called(class), &SOJOURN_P99)
    {
        let p50 = view::shown(summary, &ScopeKind::Class.called(class), &SOJOURN_P50);
        let value = super::number::duration(p99.estimate.mean);
        all.push((format!("p99 of {class}"), value, format!("of those answered; p50 {p50}")));
    }
    all
}

/// The first number about recovery. Zero seconds are told apart: nothing broke, or all was over before the mark.
fn recovered(recovery: &RecoveryEstimate) -> (String, String, String) {
    let card = |label: &str, value: String, more: String| (label.to_owned(), value, more);
    let mark = &recovery.after;
    let runs = super::number::share(recovery.recovered);
    let Some(broken) = &recovery.broken else {
        return card("Recovery", "healthy throughout".to_owned(), "no window broke a promise".to_owned());
    };
    let spell = format!("{} .. {}", about(broken.first), about(broken.last));
    match &recovery.seconds {
        Some(_) if view::is_at_once(recovery) => {
            let value = super::number::duration(broken.seconds.mean);
            card("Promises broken for", value, format!("{spell}; healthy at {mark} in {runs} of runs"))
        }
        Some(seconds) => {
            let value = super::number::duration(seconds.mean);
            card("Recovered after", value, format!("from {mark}; {runs} of runs; broken {spell}"))
        }
        None => card("Recovered after", "not in the span".to_owned(), format!("from {mark}; broken {spell}")),
    }
}

fn class_of(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Pass) => "pass",
        Some(Outcome::Fail) => "fail",
        Some(Outcome::Inconclusive) => "open",
        None => "none",
    }
}

fn objectives(all: &[ObjectiveResult]) -> String {
    if all.is_empty() {
        return "<p>The scenario asserts nothing.</p>\n".to_owned();
    }
    let mut html = String::from(
        "<div class=\"scroll\"><table class=\"objectives\"><thead><tr><th scope=\"col\">verdict</th>\
         <th scope=\"col\">rule</th><th scope=\"col\">measured</th></tr></thead><tbody>\n",
    );
    for objective in all {
        let (mark, word) = view::mark(objective.outcome);
        let class = class_of(Some(objective.outcome));
        let remarks = view::remarks(objective);
        let remarks = if remarks.is_empty() {
            String::new()
        } else {
            format!("<br><small>{}</small>", escape(&remarks.join("; ")))
        };
        html.push_str(&format!(
            "<tr><td><span class=\"badge {class}\">{mark} {word}</span></td><th scope=\"row\">{}</th><td>{}{remarks}</td></tr>\n",
            escape(&objective.rule),
            escape(&view::measured(objective)),
        ));
    }
    html.push_str("</tbody></table></div>\n");
    html
}

fn needs(summary: &Summary) -> String {
    let heading =
        ["service", "had", "needed", "most in the span", "first reactive pod ready", "how needed was found"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for need in &summary.needs {
        rows.push(vec![
            need.service.clone(),
            plain(need.had),
            need.needed.map_or("not known".to_owned(), |n| thousands(f64::from(n))),
            plain(need.most),
            view::first_reactive(need, summary.facts.replications),
            need.basis.clone(),
        ]);
    }
    let table = table(&rows);
    if table.is_empty() { table } else { format!("<div class=\"needs\">{table}</div>\n") }
}

fn drawings(summary: &Summary) -> String {
    let figures = charts(summary);
    figures.iter().map(|c| format!("<figure class=\"scroll\">{}</figure>\n", c.svg.trim_end())).collect()
}

fn measured(summary: &Summary) -> String {
    let table = table(&observed::cells(summary));
    if table.is_empty() { table } else { format!("{table}<p>{}.</p>\n", escape(observed::MEANING)) }
}

fn theory(summary: &Summary) -> String {
    let heading = ["scope", "metric", "model", "theory", "simulated"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for row in &summary.theory {
        let (theory, simulated) = view::theory_value(row);
        rows.push(vec![row.scope.clone(), row.metric.clone(), row.model.clone(), theory, simulated]);
    }
    table(&rows)
}

/// What nobody gave, apart from what was given; what nearly everybody means so is folded away.
pub(super) fn assumption_lists(assumptions: &[Assumption]) -> String {
    let of = |default: bool, routine: bool| -> Vec<String> {
        let fits = assumptions.iter().filter(|a| a.default == default && a.routine == routine);
        fits.map(|a| a.text.clone()).collect()
    };
    let mut html = String::new();
    for (title, default) in [("Defaults: nobody gave these", true), ("Given in the scenario", false)] {
        let (shown, folded) = (of(default, false), of(default, true));
        if shown.is_empty() && folded.is_empty() {
            continue;
        }
        html.push_str(&format!("<h3>{title}</h3>\n{}", list(&shown)));
        if !folded.is_empty() {
            let summary = format!("{} that nearly everybody means so", folded.len());
            html.push_str(&format!("<details><summary>{summary}</summary>\n{}</details>\n", list(&folded)));
        }
    }
    html
}

/// Every metric, folded away: the same rows as `summary.csv`.
fn all_numbers(summary: &Summary) -> String {
    let mut rows = vec![["scope", "metric", "mean", "95 % interval", "unit"].map(str::to_owned).to_vec()];
    for row in &summary.metrics {
        let e = &row.estimate;
        rows.push(vec![
            row.scope.clone(),
            row.metric.clone(),
            plain(e.mean),
            if e.replications < 2 {
                "one run".to_owned()
            } else {
                format!("{} .. {}", plain(e.ci95_low), plain(e.ci95_high))
            },
            row.unit.to_string(),
        ]);
    }
    let table = table(&rows);
    if table.is_empty() {
        return table;
    }
    format!(
        "<details><summary>{} metrics, as in summary.csv</summary>\n{table}</details>\n",
        summary.metrics.len()
    )
}

/// What makes a result repeatable.
pub(super) fn reproduce(origin: &Origin) -> String {
    let mut html = String::new();
    if !origin.command.is_empty() {
        html.push_str(&format!("<pre><code>{}</code></pre>\n", escape(&origin.command)));
    }
    let mut facts = Vec::new();
    if !origin.version.is_empty() {
        facts.push(format!("flashcrowd {}", origin.version));
    }
    facts.extend(origin.commit.as_ref().map(|commit| format!("commit {commit}")));
    facts.extend(origin.facts.iter().map(|(name, value)| format!("{name}: {value}")));
    html.push_str(&list(&facts));
    html
}

#[cfg(test)]
mod tests {
    use super::super::example::{ATTACK, needs_no_network, summary};
    use super::*;

    fn origin() -> Origin {
        Origin {
            command: "flashcrowd run a.yaml --set 'x=<1>'".to_owned(),
            version: "0.1.0".to_owned(),
            ..Origin::default()
        }
    }

    #[test]
    fn the_page_needs_no_network_and_starts_with_the_verdict() {
        let page = html(&summary(), &origin());
        needs_no_network(&page);
        let verdict = page.find("<strong>FAIL</strong> 1 of 4 objectives met, 2 missed").unwrap();
        assert!(verdict < page.find("<h2>").unwrap());
        assert!(page.contains("flashcrowd run a.yaml --set &#39;x=&lt;1&gt;&#39;"));
    }

    #[test]
    fn the_first_response_time_is_that_of_the_promised_class() {
        let mut two = summary();
        let first = |summary: &Summary| cards(summary).pop().unwrap();
        assert_eq!(first(&two).0, "p99 of checkout");
        two.objectives.retain(|o| o.scope != "class/checkout");
        assert_eq!(first(&two).0, "p99 of browse");
        two.objectives.clear();
        assert_eq!(first(&two).0, "p99 of checkout", "the slowest, where nothing is promised");
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut nasty = summary();
        nasty.name = ATTACK.to_owned();
        nasty.question = ATTACK.to_owned();
        nasty.warnings = vec![ATTACK.to_owned()];
        nasty.objectives[0].rule = ATTACK.to_owned();
        nasty.windows[0].name = ATTACK.to_owned();
        nasty.metrics.iter_mut().for_each(|m| m.scope = format!("class/{ATTACK}"));
        nasty.series.iter_mut().for_each(|s| s.scope = format!("class/{ATTACK}"));
        assert!(!html(&nasty, &origin()).contains("<script"));
    }

    #[test]
    fn an_empty_summary_still_gives_a_page() {
        let mut bare = summary();
        bare.objectives.clear();
        bare.needs.clear();
        bare.metrics.clear();
        bare.series.clear();
        bare.theory.clear();
        bare.recovery = None;
        bare.conclusion = crate::analysis::Conclusion {
            outcome: None,
            passed: 0,
            failed: 0,
            inconclusive: 0,
            inputs: None,
        };
        let page = html(&bare, &Origin::default());
        assert!(page.contains("NOTHING ASSERTED") && !page.contains("NaN"));
    }
}
