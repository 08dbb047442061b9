//! A chart of the points tried: where a value was tried, what was measured, and how it was ruled. Drawn as plain
//! SVG, with marks that differ in form and not in colour alone.

use crate::analysis::Estimate;
use crate::analysis::capacity::{Phase, Standing};
use crate::report::axis::Axis;
use crate::report::html::escape;
use crate::report::number::{human, shortest};

/// Size of the drawing and of its margins: left, top, right, bottom.
const SIZE: (f64, f64) = (900.0, 330.0);
const MARGIN: (f64, f64, f64, f64) = (84.0, 66.0, 24.0, 52.0);

/// Ticks on the horizontal axis, about.
const TICKS: f64 = 8.0;

/// One point.
pub(super) struct Dot {
    pub x: f64,
    /// What was measured, or the second parameter's value without an interval.
    pub y: Estimate,
    pub standing: Standing,
    pub phase: Phase,
    /// Shown when a pointer rests on it.
    pub label: String,
}

/// A chart of points.
pub(super) struct Scatter {
    pub title: String,
    pub x_label: String,
    pub y_unit: &'static str,
    /// The range searched, and its ends as they are written.
    pub range: (f64, f64),
    /// Texts for values of the horizontal axis, where they are not plain numbers.
    pub x_text: Box<dyn Fn(f64) -> String>,
    pub limit: Option<(f64, String)>,
    pub dots: Vec<Dot>,
}

impl Scatter {
    /// The chart as SVG; empty without points.
    pub(super) fn svg(&self) -> String {
        if self.dots.is_empty() || self.range.1 <= self.range.0 {
            return String::new();
        }
        let axis = self.axis();
        let (width, height) = SIZE;
        let title = escape(&self.title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-label=\"{title}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#323741\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
             <text x=\"12\" y=\"24\" font-size=\"17\" font-weight=\"bold\">{title}</text>\n"
        );
        self.legend(&mut svg);
        self.grid(&mut svg, &axis);
        for dot in &self.dots {
            self.dot(&mut svg, &axis, dot);
        }
        svg.push_str("</svg>");
        svg
    }

    fn axis(&self) -> Axis {
        let limit = self.limit.iter().map(|(value, _)| *value);
        let all = || self.dots.iter().map(|dot| dot.y.mean).chain(limit.clone()).filter(|v| v.is_finite());
        let (most, least) =
            (all().fold(0.0, f64::max), all().filter(|&v| v > 0.0).fold(f64::INFINITY, f64::min));
        match self.y_unit {
            "s" if most > 20.0 * least => Axis::logarithmic(least, most),
            "1" => Axis::linear(most.min(1.0), false),
            _ => Axis::linear(most, false),
        }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value - self.range.0) / (self.range.1 - self.range.0);
        round(MARGIN.0 + share * (SIZE.0 - MARGIN.0 - MARGIN.2))
    }

    fn y(axis: &Axis, value: f64) -> f64 {
        let share = (axis.height(value) - axis.low) / (axis.high - axis.low);
        round(SIZE.1 - MARGIN.3 - share.clamp(0.0, 1.0) * (SIZE.1 - MARGIN.1 - MARGIN.3))
    }

    fn legend(&self, svg: &mut String) {
        let mut x = 20.0;
        let entries =
            [(Standing::Holds, "holds"), (Standing::Fails, "fails"), (Standing::Undecided, "undecided")];
        for (standing, word) in entries {
            svg.push_str(&mark(x, 46.0, standing, false));
            svg.push_str(&format!("<text x=\"{}\" y=\"50.5\">{word}</text>\n", x + 12.0));
            x += 40.0 + 7.5 * word.len() as f64;
        }
        svg.push_str(&mark(x, 46.0, Standing::Holds, true));
        svg.push_str(&format!("<text x=\"{}\" y=\"50.5\">ringed: on fresh replications</text>\n", x + 14.0));
        if let Some((_, label)) = &self.limit {
            let x = x + 220.0;
            svg.push_str(&format!(
                "<path d=\"M{x} 46h30\" stroke=\"#323741\" stroke-dasharray=\"7 5\" stroke-width=\"1.5\"/>\
                 <text x=\"{}\" y=\"50.5\">{}</text>\n",
                x + 36.0,
                escape(label)
            ));
        }
    }

    fn grid(&self, svg: &mut String, axis: &Axis) {
        let (left, right) = (MARGIN.0, SIZE.0 - MARGIN.2);
        let bottom = SIZE.1 - MARGIN.3;
        for &tick in &axis.ticks {
            let y = Self::y(axis, tick);
            let text = escape(&human(tick, self.y_unit).replace(".0 %", " %"));
            svg.push_str(&format!(
                "<path d=\"M{left} {y}H{right}\" stroke=\"#e2e6ec\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{text}</text>\n",
                left - 8.0,
                y + 4.5
            ));
        }
        for tick in self.ticks() {
            let (x, text) = (self.x(tick), escape(&(self.x_text)(tick)));
            svg.push_str(&format!(
                "<path d=\"M{x} {}V{bottom}\" stroke=\"#e2e6ec\"/>\
                 <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{text}</text>\n",
                MARGIN.1,
                bottom + 18.0
            ));
        }
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
            (left + right) / 2.0,
            SIZE.1 - 12.0,
            escape(&self.x_label)
        ));
        if let Some((limit, _)) = self.limit {
            let y = Self::y(axis, limit);
            svg.push_str(&format!(
                "<path d=\"M{left} {y}H{right}\" stroke=\"#323741\" stroke-dasharray=\"7 5\" stroke-width=\"1.5\"/>\n"
            ));
        }
    }

    /// Round values inside the range.
    fn ticks(&self) -> Vec<f64> {
        let (low, high) = self.range;
        let step = Axis::linear((high - low) * 5.0 / TICKS, false);
        let step = step.ticks.get(1).copied().unwrap_or(high - low);
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        (first..=last).map(|i| i as f64 * step).collect()
    }

    fn dot(&self, svg: &mut String, axis: &Axis, dot: &Dot) {
        let (x, y) = (self.x(dot.x), Self::y(axis, dot.y.mean));
        svg.push_str(&format!("<g><title>{}</title>", escape(&dot.label)));
        if dot.y.ci95_high > dot.y.ci95_low {
            let (high, low) = (Self::y(axis, dot.y.ci95_high), Self::y(axis, dot.y.ci95_low));
            svg.push_str(&format!("<path d=\"M{x} {high}V{low}\" stroke=\"#8a94a3\" stroke-width=\"1.5\"/>"));
        }
        svg.push_str(&mark(x, y, dot.standing, dot.phase == Phase::Confirm));
        svg.push_str("</g>\n");
    }
}

/// The mark of a ruling: a disc, a cross or an open triangle; ringed if it confirms.
fn mark(x: f64, y: f64, standing: Standing, ringed: bool) -> String {
    let mut mark = match standing {
        Standing::Holds => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4.5\" fill=\"#0072b2\"/>"),
        Standing::Fails => format!(
            "<path d=\"M{} {}l9 9m0 -9l-9 9\" stroke=\"#d55e00\" stroke-width=\"2.4\"/>",
            x - 4.5,
            y - 4.5
        ),
        Standing::Undecided => format!(
            "<path d=\"M{} {}l5 -9l5 9z\" fill=\"none\" stroke=\"#80580a\" stroke-width=\"1.8\"/>",
            x - 5.0,
            y + 4.0
        ),
    };
    if ringed {
        mark.push_str(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"8.5\" fill=\"none\" stroke=\"#323741\"/>"));
    }
    mark
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A plain number of an axis.
pub(super) fn plain_tick(value: f64) -> String {
    shortest((value * 1e6).round() / 1e6)
}
