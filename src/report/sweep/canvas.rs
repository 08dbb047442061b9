//! A drawing of lines, boxes and words as SVG text: the same bytes everywhere, and no fonts read.
//!
//! Charts over factors are made of a few shapes at computed places, so they are written directly. Coordinates are
//! twice the screen's, as in the charts over time, so that whole numbers are fine enough.

use crate::report::html::escape;

/// Width of every drawing.
pub(super) const WIDTH: i32 = 1800;
/// Size of small text.
pub(super) const TEXT: i32 = 26;
/// Ink, grey and pale lines, as in the charts over time.
pub(super) const INK: &str = "#323741";
pub(super) const GREY: &str = "#8a93a1";
pub(super) const PALE: &str = "#e2e6ec";
/// The first colours of the palette that the colour-blind tell apart (Okabe and Ito 2008).
pub(super) const BLUE: &str = "#0072b2";
pub(super) const ORANGE: &str = "#d55e00";

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing under way.
pub(super) struct Canvas {
    title: String,
    height: i32,
    body: String,
}

impl Canvas {
    /// An empty drawing with its heading.
    pub(super) fn new(title: &str, height: i32) -> Self {
        let mut canvas = Self { title: title.to_owned(), height, body: String::new() };
        canvas.rect((0, 0), (WIDTH, height), "#ffffff");
        let size = "font-size=\"34\" font-weight=\"bold\"";
        canvas
            .body
            .push_str(&format!("<text x=\"24\" y=\"44\" {size} fill=\"{INK}\">{}</text>\n", escape(title)));
        canvas
    }

    pub(super) fn rect(&mut self, at: (i32, i32), size: (i32, i32), colour: &str) {
        let ((x, y), (width, height)) = (at, size);
        self.body.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>\n"
        ));
    }

    pub(super) fn line(&mut self, from: (i32, i32), to: (i32, i32), colour: &str, width: i32, dashed: bool) {
        let dashes = if dashed { " stroke-dasharray=\"14 10\"" } else { "" };
        self.body.push_str(&format!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}/>\n",
            from.0, from.1, to.0, to.1
        ));
    }

    pub(super) fn path(&mut self, points: &[(i32, i32)], colour: &str, width: i32) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        self.body.push_str(&format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\n",
            points.join(" ")
        ));
    }

    /// A dot with a tip that browsers show when the pointer rests on it.
    pub(super) fn dot(&mut self, at: (i32, i32), radius: i32, colour: &str, tip: &str) {
        self.body.push_str(&format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"{colour}\"><title>{}</title></circle>\n",
            at.0,
            at.1,
            escape(tip)
        ));
    }

    pub(super) fn text(&mut self, at: (i32, i32), anchor: Anchor, colour: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.body.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{TEXT}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{}</text>\n",
            at.0,
            at.1,
            escape(text)
        ));
    }

    /// Text that reads upwards, centred at a point.
    pub(super) fn upright(&mut self, at: (i32, i32), text: &str) {
        let (x, y) = at;
        self.body.push_str(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{TEXT}\" text-anchor=\"middle\" fill=\"{INK}\" \
             transform=\"rotate(-90 {x} {y})\">{}</text>\n",
            escape(text)
        ));
    }

    /// The drawing as an SVG document.
    pub(super) fn finish(self) -> String {
        let (title, height) = (escape(&self.title), self.height);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}\" font-family=\"sans-serif\">\n{}</svg>\n",
            self.body
        )
    }
}

/// Width of small text, estimated from its length: the drawing knows no fonts.
pub(super) fn text_width(text: &str) -> i32 {
    (text.chars().count() as f64 * f64::from(TEXT) * 0.55).round() as i32
}

/// Text that fits a width, its middle left out if it is too long.
pub(super) fn fitted(text: &str, width: i32) -> String {
    let most = (f64::from(width) / (f64::from(TEXT) * 0.55)) as usize;
    let count = text.chars().count();
    if count <= most.max(3) {
        return text.to_owned();
    }
    let keep = most.max(3) - 1;
    let (front, back) = (keep.div_ceil(2), keep / 2);
    text.chars().take(front).chain(['…']).chain(text.chars().skip(count - back)).collect()
}

/// Which of `count` labels are shown when each has `room`: all, or evenly spaced ones with the last.
pub(super) fn shown_labels(widest: i32, count: usize, room: f64) -> Vec<usize> {
    let step = (f64::from(widest + 20) / room.max(1.0)).ceil().max(1.0) as usize;
    (0..count).step_by(step).collect()
}
