//! Cost against risk: every point, and the front that no other point beats.

use super::canvas::{Anchor, Canvas, GREY, INK, ORANGE, WIDTH};
use super::scale::Scale;
use super::words::{named_levels, value};
use crate::analysis::sweep::{RISK, SweepSummary};

const TOP: i32 = 130;
const BOTTOM: i32 = 760;
const LEFT: i32 = 180;
const RIGHT: i32 = WIDTH - 60;

/// The letter of the front's point number `at`.
pub(super) fn letter(at: usize) -> String {
    let alphabet: Vec<char> = ('A'..='Z').collect();
    match at / alphabet.len() {
        0 => alphabet[at].to_string(),
        round => format!("{}{round}", alphabet[at % alphabet.len()]),
    }
}

/// What the vertical axis is, in words.
pub(super) fn risk_name(summary: &SweepSummary) -> &str {
    match summary.tradeoff.as_ref().map(|tradeoff| tradeoff.risk.as_str()) {
        Some(RISK) | None => "runs that miss an objective",
        Some(_) => "p99 of the slowest class",
    }
}

/// The chart, if cost and risk differ between points.
pub(super) fn tradeoff_chart(summary: &SweepSummary) -> Option<String> {
    let tradeoff = summary.tradeoff.as_ref()?;
    let mut canvas =
        Canvas::new(&format!("Cost against risk: pod hours and {}", risk_name(summary)), BOTTOM + 120);
    canvas.dot((36, 84), 9, ORANGE, "");
    canvas.text((56, 93), Anchor::Start, INK, "no other point is at once cheaper and safer");
    canvas.dot((690, 84), 9, "#9cc7e0", "");
    canvas.text((710, 93), Anchor::Start, INK, "other points");
    let x = Scale::new(tradeoff.points.iter().map(|point| point.1), "h", LEFT, RIGHT);
    let y = Scale::new(tradeoff.points.iter().map(|point| point.2), &tradeoff.unit, BOTTOM, TOP);
    y.draw_rising(&mut canvas, LEFT, RIGHT, true);
    x.draw_running(&mut canvas, TOP, BOTTOM);
    let place = |at: usize| (x.at(tradeoff.points[at].1), y.at(tradeoff.points[at].2));
    let tip = |at: usize| {
        let (point, cost, risk) = tradeoff.points[at];
        let levels = named_levels(summary, &summary.points[point]);
        format!("{levels}: {}, {}", value(cost, "h"), value(risk, &tradeoff.unit))
    };
    for at in 0..tradeoff.points.len() {
        if !tradeoff.front.contains(&at) {
            canvas.dot(place(at), 9, "#9cc7e0", &tip(at));
        }
    }
    let mut stairs: Vec<(i32, i32)> = Vec::new();
    for &at in &tradeoff.front {
        let (x, y) = place(at);
        if let Some(&(_, before)) = stairs.last() {
            stairs.push((x, before));
        }
        stairs.push((x, y));
    }
    canvas.path(&stairs, ORANGE, 3);
    let mut last: Option<(i32, i32)> = None;
    for (number, &at) in tradeoff.front.iter().enumerate() {
        let (x, y) = place(at);
        canvas.dot((x, y), 11, ORANGE, &tip(at));
        // Letters that would lie on each other are left to the table.
        if last.is_none_or(|(px, py)| (x - px).abs() > 24 || (y - py).abs() > 30) {
            canvas.text((x + 14, y - 14), Anchor::Start, INK, &letter(number));
            last = Some((x, y));
        }
    }
    canvas.text(((LEFT + RIGHT) / 2, BOTTOM + 90), Anchor::Middle, INK, "pod hours a run");
    canvas.upright((36, (TOP + BOTTOM) / 2), risk_name(summary));
    canvas.line((LEFT, BOTTOM), (RIGHT, BOTTOM), GREY, 2, false);
    Some(canvas.finish())
}
