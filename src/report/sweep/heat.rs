//! A measure over two factors: a cell a pair of levels, darker for more.

use super::canvas::{Anchor, Canvas, GREY, INK, WIDTH, fitted, shown_labels, text_width};
use super::words::{title, value};
use crate::analysis::sweep::SweepSummary;
use crate::numerics::ln;

const TOP: i32 = 110;
const LEFT: i32 = 260;
const RIGHT: i32 = WIDTH - 330;
/// Most a cell is high.
const CELL: i32 = 90;

/// Stops of a scale from light to dark that also grows darker in grey (after Brewer's YlGnBu, C. Brewer 2013).
const STOPS: [[f64; 3]; 6] = [
    [255.0, 255.0, 217.0],
    [199.0, 233.0, 180.0],
    [127.0, 205.0, 187.0],
    [65.0, 182.0, 196.0],
    [34.0, 94.0, 168.0],
    [8.0, 29.0, 88.0],
];

/// The chart of a measure, if it has a map.
pub(super) fn heat_map(summary: &SweepSummary, measure: usize) -> Option<String> {
    let map = summary.maps[measure].as_ref()?;
    let measured = &summary.measures[measure];
    let (columns, rows) = (map.columns.len() as i32, map.rows.len() as i32);
    let cell_height = (720 / rows).clamp(26, CELL);
    let bottom = TOP + rows * cell_height;
    let mut canvas = Canvas::new(&title(measured), bottom + 110);
    if summary.factors.len() > 2 {
        canvas.text((24, 88), Anchor::Start, GREY, "mean over the other factors");
    }
    let all = || map.cells.iter().flatten().flatten().copied();
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    // Times over several decades would leave all but one cell pale.
    let is_log = measured.unit == "s" && low > 0.0 && high > 20.0 * low;
    let share = |v: f64| match () {
        () if high <= low => 0.0,
        () if is_log => (ln(v) - ln(low)) / (ln(high) - ln(low)),
        () => (v - low) / (high - low),
    };
    let edge = |column: i32| LEFT + (RIGHT - LEFT) * column / columns;
    let texts = (RIGHT - LEFT) / columns;
    for (r, row) in map.cells.iter().enumerate() {
        // The first level of the vertical factor lies at the bottom, as on an axis.
        let y = bottom - (r as i32 + 1) * cell_height;
        for (c, cell) in row.iter().enumerate() {
            let (x, end) = (edge(c as i32), edge(c as i32 + 1));
            let size = (end - x - 2, cell_height - 2);
            let Some(cell) = *cell else {
                canvas.rect((x, y), size, "#f3f4f6");
                continue;
            };
            canvas.rect((x, y), size, &colour(share(cell)));
            let text = value(cell, &measured.unit);
            if text_width(&text) + 8 < texts && cell_height >= 36 {
                let ink = if share(cell) > 0.55 { "#ffffff" } else { INK };
                canvas.text(((x + end) / 2, y + cell_height / 2 + 9), Anchor::Middle, ink, &text);
            }
        }
    }
    labels(&mut canvas, map, bottom, cell_height, &edge);
    let (up, across) = (&summary.named(&map.up), &summary.named(&map.across));
    canvas.upright((36, (TOP + bottom) / 2), &fitted(up, bottom - TOP + 60));
    canvas.text(((LEFT + RIGHT) / 2, bottom + 84), Anchor::Middle, INK, &fitted(across, RIGHT - LEFT));
    let ends = (value(low, &measured.unit), value(high, &measured.unit));
    colour_bar(&mut canvas, bottom, &ends, is_log);
    Some(canvas.finish())
}

fn labels(
    canvas: &mut Canvas,
    map: &crate::analysis::sweep::HeatMap,
    bottom: i32,
    cell_height: i32,
    edge: &dyn Fn(i32) -> i32,
) {
    let short: Vec<String> = map.columns.iter().map(|label| fitted(label, 300)).collect();
    let widest = short.iter().map(|label| text_width(label)).max().unwrap_or(0);
    let room = f64::from(RIGHT - LEFT) / short.len() as f64;
    for at in shown_labels(widest, short.len(), room) {
        let x = (edge(at as i32) + edge(at as i32 + 1)) / 2;
        canvas.text((x, bottom + 38), Anchor::Middle, GREY, &short[at]);
    }
    for (at, label) in map.rows.iter().enumerate() {
        let y = bottom - at as i32 * cell_height - cell_height / 2 + 9;
        canvas.text((LEFT - 14, y), Anchor::End, GREY, &fitted(label, LEFT - 80));
    }
}

fn colour_bar(canvas: &mut Canvas, bottom: i32, ends: &(String, String), is_log: bool) {
    let (x, steps) = (RIGHT + 60, 40);
    let height = bottom - TOP;
    for step in 0..steps {
        let y = bottom - height * (step + 1) / steps;
        let size = (40, height / steps + 1);
        canvas.rect((x, y), size, &colour(f64::from(step) / f64::from(steps - 1)));
    }
    canvas.text((x + 54, TOP + 20), Anchor::Start, INK, &ends.1);
    canvas.text((x + 54, bottom), Anchor::Start, INK, &ends.0);
    if is_log {
        canvas.text((x + 54, (TOP + bottom) / 2), Anchor::Start, GREY, "logarithmic");
    }
}

/// The colour at a share of the scale.
fn colour(share: f64) -> String {
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (place as usize).min(STOPS.len() - 2);
    let part = place - below as f64;
    let mix = |channel: usize| {
        let (low, high) = (STOPS[below][channel], STOPS[below + 1][channel]);
        (low + part * (high - low)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_runs_from_light_to_dark() {
        assert_eq!((colour(0.0), colour(1.0)), ("#ffffd9".to_owned(), "#081d58".to_owned()));
        let grey = |share: f64| {
            let text = colour(share);
            let channel = |at: usize| f64::from(u8::from_str_radix(&text[at..at + 2], 16).unwrap());
            0.299 * channel(1) + 0.587 * channel(3) + 0.114 * channel(5)
        };
        assert!((0..100).all(|i| grey(f64::from(i) / 100.0) > grey(f64::from(i + 1) / 100.0)));
    }
}
