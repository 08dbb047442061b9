//! The intervals of a comparison as one drawing: who lies left of zero, who right, and who on it.

use super::compare::{is_told_in_percent, word};
use super::html::escape;
use crate::analysis::{Change, ContrastRow, Range};

const WIDTH: f64 = 900.0;
const ROW: f64 = 26.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 30.0;

/// Widest change drawn in full; wider intervals end at the border.
const MOST: f64 = 1.0;

/// Relative changes with their intervals, a row a metric; empty if none can be told in percent.
pub(super) fn intervals(rows: &[ContrastRow]) -> String {
    let drawn: Vec<(&ContrastRow, Range)> =
        rows.iter().filter_map(|row| Some((row, relative(row)?))).collect();
    let largest = drawn.iter().map(|(_, range)| range.low.abs().max(range.high.abs())).fold(0.0, f64::max);
    if drawn.is_empty() || largest == 0.0 {
        return String::new();
    }
    let axis = Axis { most: (largest * 1.1).min(MOST) };
    let height = TOP + ROW * drawn.len() as f64 + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"13\"><title>Relative change with its interval</title>\n"
    );
    for share in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        let (x, change) = (axis.x(share * axis.most), share * axis.most * 100.0);
        let tint = if share == 0.0 { "#555" } else { "#ddd" };
        svg.push_str(&format!(
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{:.1}\" stroke=\"{tint}\"/>\
             <text x=\"{x:.1}\" y=\"18\" text-anchor=\"middle\" fill=\"#555\">{}</text>\n",
            height - 10.0,
            if share == 0.0 { "no change".to_owned() } else { format!("{change:+.2} %") }
        ));
    }
    for (at, (row, range)) in drawn.iter().enumerate() {
        svg.push_str(&axis.row(row, *range, TOP + ROW * (at as f64 + 0.5)));
    }
    format!("<figure class=\"scroll\">{svg}</svg></figure>\n")
}

/// The change as a share of the base.
fn relative(row: &ContrastRow) -> Option<Range> {
    let ratio = row.ratio.filter(|ratio| row.change != Change::Identical && is_told_in_percent(*ratio))?;
    Some(Range { value: ratio.value - 1.0, low: ratio.low - 1.0, high: ratio.high - 1.0 })
}

/// From a relative change to a place, both ways to `most`.
struct Axis {
    most: f64,
}

impl Axis {
    fn x(&self, change: f64) -> f64 {
        let share = (change / self.most).clamp(-1.0, 1.0);
        LEFT + (WIDTH - LEFT - RIGHT) * (share + 1.0) / 2.0
    }

    fn row(&self, row: &ContrastRow, range: Range, y: f64) -> String {
        let tint = match row.change {
            Change::Better => "#1a7f37",
            Change::Worse => "#b3261e",
            _ => "#666",
        };
        let (low, middle, high) = (self.x(range.low), self.x(range.value), self.x(range.high));
        format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{tint}\" stroke-width=\"2\"/>\
             <circle cx=\"{middle:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{tint}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{tint}\">{}</text>\n",
            LEFT - 12.0,
            y + 4.0,
            escape(&row.metric),
            WIDTH - RIGHT + 12.0,
            y + 4.0,
            word(row.change)
        )
    }
}
