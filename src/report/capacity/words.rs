//! Answers in sentences that a planner can act on.

use crate::analysis::Estimate;
use crate::analysis::capacity::{
    Breaking, Missed, Phase, PointRow, RuledBy, SearchAnswer, SearchEnd, Standing,
};
use crate::report::number::{human, plain};

/// A share in few digits.
pub(super) fn share(value: f64) -> String {
    crate::report::number::share(value).replace(".0 %", " %")
}

/// A value of a parameter in words: factors are said as times.
fn value(path: &str, text: &str) -> String {
    if path.ends_with(".factor") { format!("{text} times") } else { text.to_owned() }
}

/// A setting in words: the value of the only parameter, or `path=value` each.
pub(super) fn setting(answer: &SearchAnswer, setting: &[String]) -> String {
    match (answer.parameters.as_slice(), setting) {
        ([only], [text]) => value(&only.path, text),
        (all, texts) => {
            let both = all.iter().zip(texts);
            both.map(|(parameter, text)| format!("{}={text}", parameter.path)).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The answer first: what holds, then what breaks, then what next.
pub(super) fn sentence(answer: &SearchAnswer) -> String {
    let here = setting(answer, &answer.setting);
    let range = || {
        let of = |p: &crate::analysis::capacity::SearchedParameter| format!("{} .. {}", p.low, p.high);
        answer.parameters.iter().map(of).collect::<Vec<_>>().join(", ")
    };
    let mut text = match (answer.end, answer.goal) {
        (SearchEnd::NoneHolds, _) if !answer.monotone => {
            format!("holds in places, but not from the safest value on, in {}", range())
        }
        (SearchEnd::NoneHolds, _) => format!("holds nowhere in {}", range()),
        (SearchEnd::AllHold, "cheapest") => format!("holds only with the largest values: {here}"),
        (SearchEnd::AllHold, _) => format!("holds to {here} and beyond: the limit lies outside the range"),
        (SearchEnd::Found, "largest") => format!("holds to {here}"),
        (SearchEnd::Found, "latest") => format!("holds up to {here}"),
        (SearchEnd::Found, _) => format!("the cheapest that holds is {here}"),
    };
    let priced = answer.goal == "cheapest" && answer.end != SearchEnd::NoneHolds;
    if let Some(hours) = answer.replica_hours.filter(|_| priced) {
        text.push_str(&format!(" ({} replica-hours a run)", plain(hours.mean)));
    }
    for (i, first) in answer.first.iter().filter(|first| !first.missed.is_empty()).enumerate() {
        let at = setting(answer, &first.setting);
        let joint = match (answer.end, i) {
            (SearchEnd::NoneHolds, _) => format!("; at {at} it misses already"),
            (_, 0) => format!("; then, at {at}, it misses"),
            _ => format!("; at {at} it misses"),
        };
        text.push_str(&format!("{joint} {}{}", breaks(first), runs_that_meet(answer, &first.setting)));
    }
    match &answer.next {
        Some(next) if next.setting.is_empty() => {
            text.push_str("; nothing else breaks in the range");
        }
        Some(next) => {
            text.push_str(&format!("; next, at {}, {}", setting(answer, &next.setting), breaks(next)));
        }
        None => {}
    }
    text
}

/// What share of runs meets every objective at a setting, where that is what is asked: a mean inside its limit would
/// else read as if nothing were missed.
fn runs_that_meet(answer: &SearchAnswer, setting: &[String]) -> String {
    let tried = answer.points.iter().filter(|point| point.setting == setting && point.phase != Phase::Next);
    let met = tried.max_by_key(|point| point.phase).and_then(|point| point.runs_met);
    let told = |met: Estimate| match met.mean {
        0.0 => ": no run meets every objective".to_owned(),
        mean => format!(": only {} of runs meet every objective", share(mean)),
    };
    met.filter(|_| answer.probability.is_some()).map(told).unwrap_or_default()
}

/// What a setting misses, with the measured values: `checkout p99 < 800ms (910 ms)`.
pub(super) fn breaks(breaking: &Breaking) -> String {
    let mut all: Vec<String> = breaking.missed.iter().map(miss).collect();
    if all.len() > 3 {
        let rest = all.len() - 2;
        all.truncate(2);
        all.push(format!("{rest} more"));
    }
    let busy = breaking.busiest.as_ref().filter(|(_, busy)| *busy >= 0.8);
    let busy =
        busy.map(|(service, busy)| format!(" with {service} {} busy", share(*busy))).unwrap_or_default();
    format!("{}{busy}", all.join(" and "))
}

fn miss(missed: &Missed) -> String {
    match &missed.measured {
        Some(measured) => format!("`{}` ({})", missed.rule, human(measured.mean, missed.unit)),
        None => format!("`{}` (nobody answered)", missed.rule),
    }
}

/// How sure the answer is and what was done for it.
pub(super) fn assurance(answer: &SearchAnswer) -> Vec<String> {
    let mut all = Vec::new();
    let judged = match answer.probability {
        Some(wanted) => format!("every objective in {} of runs", share(wanted)),
        None => "every objective as written".to_owned(),
    };
    let fresh = match (answer.end, answer.confirmed, answer.sharp) {
        (SearchEnd::NoneHolds, ..) => "nothing to confirm".to_owned(),
        (_, true, true) => {
            "fresh replications confirm that it holds and that one step bolder fails".to_owned()
        }
        (_, true, false) => "fresh replications confirm that it holds".to_owned(),
        (_, false, _) => "NOT confirmed on fresh replications".to_owned(),
    };
    all.push(format!("{fresh}; wrong with a probability of at most {}; {judged}", share(answer.error)));
    let runs: u64 = answer.points.iter().map(|point| u64::from(point.replications)).sum();
    let steps: Vec<&str> = answer.parameters.iter().map(|p| p.step.as_str()).collect();
    let forecast = match &answer.forecast {
        Some(forecast) => format!("; rates and means alone forecast {}", setting(answer, forecast)),
        None => "; rates and means alone forecast that nothing holds".to_owned(),
    };
    let settings = answer.points.iter().filter(|point| point.phase != Phase::Confirm).count();
    let paths: Vec<&str> = answer.parameters.iter().map(|p| p.path.as_str()).collect();
    all.push(format!(
        "searched {} in steps of {}: {settings} settings, {runs} replications{forecast}",
        paths.join(" and "),
        steps.join(" and ")
    ));
    if answer.points.iter().any(|point| point.ruled_by == RuledBy::Margin) {
        all.push(
            "only confirmed settings carry that error; the others are ruled by how far their runs lie from the limits, \
             and doubt counts as failing"
                .to_owned(),
        );
    }
    let is_open = |point: &PointRow| {
        let all_met = point.runs_met.is_some_and(|met| met.mean == 1.0);
        point.standing == Standing::Undecided && point.phase == Phase::Probe && all_met
    };
    if let Some(wanted) = answer.probability.filter(|_| answer.points.iter().any(is_open)) {
        all.push(format!(
            "undecided with all runs met: away from the answer a point is not run until {} of runs can be shown",
            share(wanted)
        ));
    }
    if !answer.monotone {
        all.push(
            "NOT monotone: bolder does not always mean worse here, so the answer is the one below every value seen \
             to fail"
                .to_owned(),
        );
    }
    all.extend(answer.notes.iter().cloned());
    all
}

/// The word of a ruling.
pub(super) fn ruling(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Holds => ("✓", "holds"),
        Standing::Fails => ("✗", "fails"),
        Standing::Undecided => ("?", "undecided"),
    }
}

/// Cells of the points tried, headings first: setting, ruling, replications, then what each objective measured.
pub(super) fn cells(answer: &SearchAnswer, objectives: &[String]) -> Vec<Vec<String>> {
    let mut head = vec!["tried".to_owned(), "ruling".to_owned(), "why".to_owned(), "runs".to_owned()];
    if answer.probability.is_some() {
        head.push("runs that met all".to_owned());
    }
    if answer.goal == "cheapest" {
        head.push("replica-hours".to_owned());
    }
    head.extend(objectives.iter().cloned());
    let mut points: Vec<_> = answer.points.iter().collect();
    points.sort_by(|a, b| {
        let by_value = a.values.iter().zip(&b.values).map(|(x, y)| x.total_cmp(y));
        by_value.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.phase.cmp(&b.phase))
    });
    let row = |point: &&PointRow| {
        let (mark, word) = ruling(point.standing);
        let mut cells = vec![
            point.setting.join(", "),
            format!("{mark} {word}"),
            point.phase.name().to_owned(),
            point.replications.to_string(),
        ];
        if answer.probability.is_some() {
            cells.push(point.runs_met.map_or("-".to_owned(), |met| share(met.mean)));
        }
        if answer.goal == "cheapest" {
            cells.push(point.replica_hours.map_or("-".to_owned(), |hours| plain(hours.mean)));
        }
        let measured = point.objectives.iter();
        cells.extend(measured.map(|o| o.measured.map_or("-".to_owned(), |m| human(m.mean, o.unit))));
        cells
    };
    std::iter::once(head).chain(points.iter().map(row)).collect()
}
