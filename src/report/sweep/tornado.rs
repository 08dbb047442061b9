//! Sensitivity: a bar a factor, from its lowest to its highest mean, the longest on top.

use super::canvas::{Anchor, BLUE, Canvas, GREY, INK, ORANGE, WIDTH, fitted, text_width};
use super::scale::Scale;
use super::words::{title, value};
use crate::analysis::sweep::{Effect, FactorEffect, SweepSummary};
use crate::report::number::share;

const TOP: i32 = 110;
const ROW: i32 = 70;
const LEFT: i32 = 560;
const RIGHT: i32 = WIDTH - 250;

/// Widest label of a level.
const LABEL: i32 = 240;

/// The chart of a measure; nothing with fewer than two factors that have levels.
pub(super) fn tornado(summary: &SweepSummary, measure: usize) -> Option<String> {
    let mut bars: Vec<&FactorEffect> =
        summary.effects[measure].iter().filter(|effect| effect.levels.len() > 1).collect();
    if bars.len() < 2 {
        return None;
    }
    let length = |effect: &FactorEffect| effect.span().1 - effect.span().0;
    bars.sort_by(|one, two| length(two).total_cmp(&length(one)));
    let measured = &summary.measures[measure];
    let height = TOP + bars.len() as i32 * ROW;
    let mut canvas = Canvas::new(&format!("Sensitivity of: {}", title(measured)), height + 100);
    let note = "from the lowest to the highest mean of a level; at the right the share of all differences it explains alone";
    canvas.text((24, 88), Anchor::Start, GREY, note);
    let ends = bars.iter().flat_map(|effect| [effect.span().0, effect.span().1]).chain(measured.limit);
    let scale = Scale::new(ends, &measured.unit, LEFT, RIGHT);
    scale.draw_running(&mut canvas, TOP, height);
    for (number, effect) in bars.iter().enumerate() {
        let y = TOP + number as i32 * ROW;
        let (low, high) = ends_of(effect);
        let (x, end) = (scale.at(low.mean), scale.at(high.mean));
        canvas.rect((x, y + 14), ((end - x).max(4), ROW - 28), BLUE);
        let name = fitted(&summary.named(&effect.factors), LEFT - LABEL - 40);
        canvas.text((24, y + 44), Anchor::Start, INK, &name);
        let (left, right) = (fitted(&low.label, LABEL), fitted(&high.label, LABEL));
        canvas.text((x - 12, y + 44), Anchor::End, INK, &left);
        // A label that would leave the drawing stands inside the bar.
        if end + 12 + text_width(&right) > WIDTH - 130 {
            canvas.text((end - 12, y + 44), Anchor::End, "#ffffff", &right);
        } else {
            canvas.text((end + 12, y + 44), Anchor::Start, INK, &right);
        }
        if let Some(part) = effect.share {
            canvas.text((WIDTH - 24, y + 44), Anchor::End, INK, &share((part * 100.0).round() / 100.0));
        }
    }
    if let Some(limit) = measured.limit {
        let x = scale.at(limit);
        canvas.line((x, TOP), (x, height), ORANGE, 3, true);
        let label = format!("limit {}", value(limit, &measured.unit));
        canvas.text((x, height + 76), Anchor::Middle, ORANGE, &label);
    }
    Some(canvas.finish())
}

/// The levels with the lowest and the highest mean.
fn ends_of(effect: &FactorEffect) -> (&Effect, &Effect) {
    let by_mean = |one: &&Effect, two: &&Effect| one.mean.total_cmp(&two.mean);
    let low = effect.levels.iter().min_by(by_mean).unwrap_or(&effect.levels[0]);
    let high = effect.levels.iter().max_by(by_mean).unwrap_or(&effect.levels[0]);
    (low, high)
}
