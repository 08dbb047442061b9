//! Main effects: a panel a factor, a dot a level, on one common scale.

use super::canvas::{Anchor, BLUE, Canvas, GREY, INK, ORANGE, PALE, fitted, shown_labels, text_width};
use super::scale::Scale;
use super::words::{title, value};
use crate::analysis::sweep::{FactorEffect, SweepSummary};

/// Panels in a row.
const ACROSS: usize = 3;
/// Height of a row of panels.
const ROW: i32 = 470;
/// Room for the heading.
const TOP: i32 = 120;
/// Room for tick labels at the left.
const LEFT: i32 = 150;
/// Room between panels.
const GAP: i32 = 50;

/// The chart of a measure; nothing if no factor has two levels with values.
pub(super) fn main_effects(summary: &SweepSummary, measure: usize) -> Option<String> {
    let effects: Vec<&FactorEffect> =
        summary.effects[measure].iter().filter(|effect| effect.levels.len() > 1).collect();
    if effects.is_empty() {
        return None;
    }
    let measured = &summary.measures[measure];
    let across = ACROSS.min(effects.len());
    let rows = effects.len().div_ceil(across) as i32;
    let mut canvas = Canvas::new(&format!("What each factor does to: {}", title(measured)), TOP + rows * ROW);
    legend(&mut canvas, measured.limit.map(|limit| value(limit, &measured.unit)));
    let width = (super::canvas::WIDTH - LEFT - 30 - GAP * (across as i32 - 1)) / across as i32;
    // A panel alone need not be as wide as the page.
    let width = width.min(900);
    for (number, effect) in effects.iter().enumerate() {
        let (column, row) = ((number % across) as i32, (number / across) as i32);
        let left = LEFT + column * (width + GAP);
        let top = TOP + row * ROW;
        panel(&mut canvas, summary, measure, effect, (left, top + 30, width, ROW - 130), column == 0);
    }
    Some(canvas.finish())
}

fn legend(canvas: &mut Canvas, limit: Option<String>) {
    canvas.dot((36, 84), 9, BLUE, "");
    canvas.text((56, 93), Anchor::Start, INK, "mean over the points of a level");
    canvas.line((520, 68), (520, 100), BLUE, 3, false);
    canvas.text((540, 93), Anchor::Start, INK, "least to most of them");
    if let Some(limit) = limit {
        canvas.line((870, 84), (930, 84), ORANGE, 3, true);
        canvas.text((944, 93), Anchor::Start, INK, &format!("limit {limit}"));
    }
}

fn panel(
    canvas: &mut Canvas,
    summary: &SweepSummary,
    measure: usize,
    effect: &FactorEffect,
    place: (i32, i32, i32, i32),
    labels: bool,
) {
    let (left, top, width, height) = place;
    let (right, bottom) = (left + width, top + height);
    let measured = &summary.measures[measure];
    let all = summary.effects[measure].iter().flat_map(|effect| &effect.levels);
    let values = all.flat_map(|level| [level.least, level.most]).chain(measured.limit);
    let scale = Scale::new(values, &measured.unit, bottom, top);
    scale.draw_rising(canvas, left, right, labels);
    canvas.line((left, bottom), (right, bottom), GREY, 2, false);
    if let Some(limit) = measured.limit {
        canvas.line((left, scale.at(limit)), (right, scale.at(limit)), ORANGE, 3, true);
    }
    let count = effect.levels.len();
    let room = f64::from(width) / count as f64;
    let x = |at: usize| left + (room * (at as f64 + 0.5)).round() as i32;
    let dots: Vec<(i32, i32)> =
        effect.levels.iter().enumerate().map(|(at, level)| (x(at), scale.at(level.mean))).collect();
    for (at, level) in effect.levels.iter().enumerate() {
        canvas.line((x(at), scale.at(level.least)), (x(at), scale.at(level.most)), "#9cc7e0", 6, false);
    }
    canvas.path(&dots, BLUE, 3);
    for (&dot, level) in dots.iter().zip(&effect.levels) {
        let tip = format!("{}: {}", level.label, value(level.mean, &measured.unit));
        canvas.dot(dot, 9, BLUE, &tip);
    }
    let short: Vec<String> = effect.levels.iter().map(|level| fitted(&level.label, width / 3)).collect();
    let widest = short.iter().map(|label| text_width(label)).max().unwrap_or(0);
    for at in shown_labels(widest, count, room) {
        canvas.line((x(at), bottom), (x(at), bottom + 8), PALE, 2, false);
        canvas.text((x(at), bottom + 36), Anchor::Middle, GREY, &short[at]);
    }
    let name = fitted(&summary.named(&effect.factors), width);
    canvas.text((left + width / 2, bottom + 76), Anchor::Middle, INK, &name);
}
