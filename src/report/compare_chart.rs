//! The intervals of a comparison as one drawing: who lies left of zero, who right, and who on it.

use super::axis::round_step;
use super::compare::{change, is_told_in_percent, word};
use super::html::escape;
use super::number::plain;
use crate::analysis::{Change, ContrastRow, Range};

const WIDTH: f64 = 900.0;
const ROW: f64 = 26.0;
const LEFT: f64 = 220.0;
const RIGHT: f64 = 270.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 10.0;

/// Widest change drawn in full, in percent; what lies beyond is drawn as an arrow at the border.
const MOST: f64 = 100.0;

/// What the numbers of the axis are.
const CAPTION: &str =
    "change in % of the value before, of shares in percentage points; a line is an interval";

/// Changes with their intervals, a row a metric, the same numbers as in the table; empty if none can be drawn.
pub(super) fn intervals(rows: &[ContrastRow]) -> String {
    let drawn: Vec<(&ContrastRow, Range)> =
        rows.iter().filter_map(|row| Some((row, percent(row)?))).collect();
    let largest = drawn.iter().map(|(_, range)| range.low.abs().max(range.high.abs())).fold(0.0, f64::max);
    if drawn.is_empty() || largest == 0.0 {
        return String::new();
    }
    let step = round_step(largest.min(MOST) / 2.0, false);
    let axis = Axis { most: 2.0 * step };
    let height = TOP + ROW * drawn.len() as f64 + BOTTOM;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"13\"><title>{CAPTION}</title>\n\
         <text x=\"{:.1}\" y=\"16\" text-anchor=\"middle\" fill=\"#555\">{CAPTION}</text>\n",
        axis.x(0.0)
    );
    for tick in [-2.0, -1.0, 0.0, 1.0, 2.0] {
        let x = axis.x(tick * step);
        let (tint, sign) =
            if tick == 0.0 { ("#555", "") } else { ("#ddd", if tick < 0.0 { "-" } else { "+" }) };
        svg.push_str(&format!(
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{:.1}\" stroke=\"{tint}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{sign}{}</text>\n",
            height - BOTTOM,
            TOP - 10.0,
            plain(tick.abs() * step)
        ));
    }
    for (at, (row, range)) in drawn.iter().enumerate() {
        svg.push_str(&axis.row(row, *range, TOP + ROW * (at as f64 + 0.5)));
    }
    format!("<figure class=\"scroll\">{svg}</svg></figure>\n")
}

/// The change in percent of the base, of a share in percentage points.
fn percent(row: &ContrastRow) -> Option<Range> {
    if row.change == Change::Identical {
        return None;
    }
    let (range, origin) = if row.unit == "1" {
        (row.difference?, 0.0)
    } else {
        (row.ratio.filter(|ratio| is_told_in_percent(*ratio))?, 1.0)
    };
    let percent = |value: f64| (value - origin) * 100.0;
    Some(Range { value: percent(range.value), low: percent(range.low), high: percent(range.high) })
}

/// From a change to a place, both ways to `most`.
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
        let mark = if range.value.abs() > self.most {
            let tip = middle + 6.0 * range.value.signum();
            let (above, below) = (y - 5.0, y + 5.0);
            format!(
                "<path d=\"M{middle:.1} {above:.1} L{tip:.1} {y:.1} L{middle:.1} {below:.1} Z\" fill=\"{tint}\"/>"
            )
        } else {
            format!("<circle cx=\"{middle:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{tint}\"/>")
        };
        format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{tint}\" stroke-width=\"2\"/>\
             {mark}<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{tint}\">{}: {}</text>\n",
            LEFT - 12.0,
            y + 4.0,
            escape(&row.metric),
            WIDTH - RIGHT + 14.0,
            y + 4.0,
            word(row.change),
            escape(&change(&row.unit, row.difference, row.ratio))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(metric: &str, unit: &str, difference: f64, ratio: f64) -> ContrastRow {
        let range = |value: f64, half: f64| Some(Range { value, low: value - half, high: value + half });
        ContrastRow {
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            base: Some(1.0),
            head: Some(1.0 + difference),
            difference: range(difference, 0.01),
            ratio: range(ratio, 0.01),
            change: Change::Worse,
            detectable: None,
            correlation: None,
            variance_reduction: None,
        }
    }

    #[test]
    fn the_axis_is_round_shares_are_in_points_and_what_lies_beyond_is_an_arrow() {
        let svg = intervals(&[row("a p99", "s", 0.17, 1.17), row("a success", "1", -0.048, 0.9)]);
        for text in
            [">-20<", ">-10<", ">0<", ">+10<", ">+20<", "worse: -4.8 ± 1.0 pp", "worse: +17.0 ± 1.0 %"]
        {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
        // The axis runs from 220 to 630 for -20 to 20: a share that falls by 4.8 points lies at 375.8.
        assert!(svg.contains("<circle cx=\"375.8\""), "{svg}");
        assert!(!svg.contains("<path"));
        assert!(intervals(&[row("a p99", "s", 3.0, 4.0)]).contains("<path d=\"M630.0"));
        assert_eq!(intervals(&[ContrastRow { change: Change::Identical, ..row("a", "s", 0.0, 1.0) }]), "");
    }
}
