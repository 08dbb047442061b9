//! One chart over time as SVG: lines with bands, limits, shaded spans, a legend above the plot.
//!
//! Coordinates are drawn at twice the size of the screen's, so that whole numbers are fine enough, and the
//! result scales by its view box. All text is SVG text: no fonts are read and the bytes are the same
//! everywhere.

use super::axis::{Axis, time_ticks};
use super::context::{Context, Drawn, Ruler};
use super::line::{Line, Stroke};
use super::number::{duration, instant, plain, share, shortest};
use crate::analysis::ChartWindow;
use plotters::coord::Shift;
use plotters::prelude::*;

/// Size of the drawing.
const SIZE: (u32, u32) = (1800, 680);
/// Size of small text.
const TEXT: u32 = 26;
const INK: RGBColor = RGBColor(50, 55, 65);
const PALE: RGBColor = RGBColor(226, 230, 236);
const SPAN: RGBColor = RGBColor(245, 236, 214);
const SPAN_EDGE: RGBColor = RGBColor(222, 200, 150);

/// What the vertical axis counts, and so how its ticks read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Requests per second.
    Rate,
    /// Response time.
    Time,
    /// A share of one.
    Share,
    /// Pods or requests.
    Count,
}

/// A horizontal line such as an objective's limit.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    /// Where.
    pub(super) value: f64,
    /// Its name.
    pub(super) label: String,
}

/// All that one chart shows.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// File stem.
    pub(super) name: String,
    /// Heading.
    pub(super) title: String,
    /// Label of the vertical axis.
    pub(super) y_label: &'static str,
    /// What the axis counts.
    pub(super) quantity: Quantity,
    /// The time axis, seconds relative to T0.
    pub(super) span: (f64, f64),
    /// The lines.
    pub(super) lines: Vec<Line>,
    /// The limits.
    pub(super) limits: Vec<Limit>,
    /// Shaded spans.
    pub(super) windows: Vec<ChartWindow>,
    /// What has to be said below the drawing.
    pub(super) note: Option<String>,
}

impl Chart {
    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.span.1 <= self.span.0 || !self.lines.iter().any(|l| l.samples.iter().any(|s| s.1.is_some()))
    }

    /// The chart as an SVG document.
    pub(super) fn svg(&self) -> String {
        let mut text = String::new();
        // Drawing into a string has no way to fail; if it did, the page would show the heading alone.
        let drawn = self.draw(&mut text);
        let body = text.split_once('>').map_or("", |(_, body)| body);
        let body = if drawn.is_ok() { body } else { "</svg>\n" };
        let title = super::html::escape(&self.title);
        let (width, height) = SIZE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-label=\"{title}\">{body}"
        )
    }

    fn draw(&self, text: &mut String) -> Drawn {
        let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        self.heading(&root)?;
        let axis = self.axis();
        let (from, to) = self.span;
        let x = Ruler { low: from, high: to, ticks: time_ticks(from, to) };
        let heights = axis.ticks.iter().map(|&t| axis.height(t)).collect();
        let y = Ruler { low: axis.low, high: axis.high, ticks: heights };
        let mut builder = ChartBuilder::on(&root);
        builder.margin_top(166).margin_right(40).margin_bottom(8).margin_left(12);
        builder.x_label_area_size(78).y_label_area_size(140);
        let mut context = builder.build_cartesian_2d(x, y)?;
        self.shade(&mut context, &axis)?;
        self.mesh(&mut context, &axis)?;
        for line in self.lines.iter().filter(|l| l.band) {
            line.draw_band(&mut context, &axis)?;
        }
        for line in &self.lines {
            line.draw(&mut context, &axis, self.span.1)?;
        }
        self.draw_limits(&mut context, &axis)?;
        if let Some(note) = &self.note {
            let style = text_style(RGBColor(110, 118, 130));
            root.draw(&Text::new(note.clone(), (24, SIZE.1 as i32 - 38), style))?;
        }
        root.present()
    }

    /// A logarithmic axis if response times span more than a factor of 20, else a linear one from zero.
    fn axis(&self) -> Axis {
        let limits = self.limits.iter().map(|l| l.value);
        let means = self.lines.iter().flat_map(|l| l.samples.iter().filter_map(|s| s.1));
        let bands = self.lines.iter().filter(|l| l.band).flat_map(|l| l.samples.iter().filter_map(|s| s.3));
        let largest = limits.clone().chain(means.clone()).chain(bands).fold(0.0, f64::max);
        let smallest = limits.chain(means).filter(|&v| v > 0.0).fold(f64::INFINITY, f64::min);
        match self.quantity {
            Quantity::Time if largest > 20.0 * smallest => Axis::logarithmic(smallest, largest),
            Quantity::Share => Axis::linear(largest.max(1.0), false),
            // An axis of whole things has no use for ticks between them.
            Quantity::Count => Axis::linear(largest.max(5.0), true),
            _ => Axis::linear(largest, false),
        }
    }

    fn tick(&self, axis: &Axis, height: f64) -> String {
        let nearest = |t: &&f64| (axis.height(**t) - height).abs();
        let value =
            axis.ticks.iter().min_by(|a, b| nearest(a).total_cmp(&nearest(b))).copied().unwrap_or(height);
        match self.quantity {
            Quantity::Time if value == 0.0 => "0".to_owned(),
            Quantity::Time => duration(value),
            // Shares on the axis are round percentages; the general form would write "20.0 %".
            Quantity::Share => share(value).replace(".0 %", " %"),
            // Neighbouring ticks read best with as few digits as each needs.
            _ if value < 1000.0 => shortest((value * 1e6).round() / 1e6),
            Quantity::Rate | Quantity::Count => plain(value),
        }
    }

    fn heading(&self, root: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let title = TextStyle::from(("sans-serif", 34, FontStyle::Bold).into_font()).color(&INK);
        root.draw(&Text::new(self.title.clone(), (24, 16), title))?;
        let mut x = 24;
        let lines = self.lines.iter().map(|l| (l.label.as_str(), l.colour(), l.stroke));
        let limits = self.limits.iter().map(|l| (l.label.as_str(), INK, Stroke::Dashed));
        for (label, colour, stroke) in lines.chain(limits) {
            let dashed = matches!(stroke, Stroke::Dashed | Stroke::DashedSteps);
            let pieces: &[(i32, i32)] = if dashed { &[(0, 16), (28, 44)] } else { &[(0, 44)] };
            for &(from, to) in pieces {
                root.draw(&Rectangle::new([(x + from, 81), (x + to, 87)], colour.filled()))?;
            }
            root.draw(&Text::new(label.to_owned(), (x + 56, 70), text_style(INK)))?;
            x += 56 + text_width(label) + 44;
        }
        if self.lines.iter().any(|l| l.band) {
            let grey = RGBColor(150, 160, 175);
            root.draw(&Rectangle::new([(x, 73), (x + 44, 95)], grey.mix(0.4).filled()))?;
            root.draw(&Text::new("5 to 95 % of runs", (x + 56, 70), text_style(INK)))?;
        }
        Ok(())
    }

    /// Shades named spans. One that fills most of the axis would tint everything and say nothing, so only its ends
    /// are marked.
    fn shade(&self, context: &mut Context<'_, '_>, axis: &Axis) -> Drawn {
        let (from, to) = self.span;
        for window in &self.windows {
            let (start, end) = (window.start.max(from), window.end.min(to));
            if end <= start {
                continue;
            }
            if end - start < 0.6 * (to - from) {
                let area = [(start, axis.low), (end, axis.high)];
                context.draw_series([Rectangle::new(area, SPAN.mix(0.75).filled())])?;
            }
            for at in [window.start, window.end].into_iter().filter(|&at| from < at && at < to) {
                let mark = PathElement::new([(at, axis.low), (at, axis.high)], SPAN_EDGE.stroke_width(2));
                context.draw_series([mark])?;
            }
        }
        self.span_names(context, axis)
    }

    /// Names of spans above the plot, in two rows. Spans that begin together share a name; one that has no room is
    /// left out.
    fn span_names(&self, context: &mut Context<'_, '_>, axis: &Axis) -> Drawn {
        let (from, to) = self.span;
        let visible = |w: &&ChartWindow| w.end.min(to) > w.start.max(from);
        let mut starts: Vec<f64> = self.windows.iter().filter(visible).map(|w| w.start.max(from)).collect();
        starts.sort_by(f64::total_cmp);
        starts.dedup();
        let mut free = [f64::NEG_INFINITY; 2];
        for start in starts {
            let same = self.windows.iter().filter(visible).filter(|w| w.start.max(from) == start);
            let name = same.map(|w| w.name.as_str()).collect::<Vec<_>>().join(", ");
            let width = f64::from(text_width(&name) + 24) * (to - from) / 1600.0;
            let Some(row) = free.iter().position(|&f| start >= f).filter(|_| start + width <= to) else {
                continue;
            };
            free[row] = start + width;
            let offset = (0, if row == 0 { -32 } else { -60 });
            let name = Text::new(name, offset, text_style(RGBColor(122, 92, 20)));
            context.draw_series([EmptyElement::at((start, axis.high)) + name])?;
        }
        Ok(())
    }

    fn mesh(&self, context: &mut Context<'_, '_>, axis: &Axis) -> Drawn {
        context
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(PALE.stroke_width(2))
            .axis_style(RGBColor(150, 158, 170).stroke_width(2))
            .label_style(text_style(INK))
            .axis_desc_style(text_style(INK))
            .x_label_formatter(&|t| instant(*t))
            .y_label_formatter(&|h| self.tick(axis, *h))
            .x_desc("simulated time")
            .y_desc(self.y_label)
            .draw()
    }

    /// Limits as dashes over the whole width; their names stand in the legend, where no line can run through
    /// them.
    fn draw_limits(&self, context: &mut Context<'_, '_>, axis: &Axis) -> Drawn {
        let (from, to) = self.span;
        for limit in &self.limits {
            let height = axis.height(limit.value);
            let style = INK.stroke_width(3);
            context.draw_series(DashedLineSeries::new([(from, height), (to, height)], 14, 10, style))?;
        }
        Ok(())
    }
}

fn text_style(colour: RGBColor) -> TextStyle<'static> {
    let mut style = TextStyle::from(("sans-serif", TEXT).into_font());
    style.color = colour.to_backend_color();
    style
}

/// Width of small text, estimated from its length: the drawing knows no fonts.
fn text_width(text: &str) -> i32 {
    (text.chars().count() as f64 * f64::from(TEXT) * 0.53).round() as i32
}

#[cfg(test)]
mod tests {
    use super::super::line::Sample;
    use super::*;

    fn chart(samples: Vec<Sample>) -> Chart {
        let line =
            Line { label: "p99 <fast>".to_owned(), colour: 1, stroke: Stroke::Solid, samples, band: true };
        Chart {
            name: "x".to_owned(),
            title: "Response time of \"a\" & b".to_owned(),
            y_label: "response time",
            quantity: Quantity::Time,
            span: (-10.0, 10.0),
            lines: vec![line],
            limits: vec![Limit { value: 0.8, label: "p99 < 800 ms".to_owned() }],
            windows: vec![ChartWindow { name: "opening".to_owned(), start: 0.0, end: 5.0 }],
            note: None,
        }
    }

    #[test]
    fn a_chart_is_the_same_bytes_every_time_and_escapes_its_text() {
        let samples = (-10..10).map(|t| (f64::from(t), Some(0.2), Some(0.1), Some(0.3))).collect();
        let chart = chart(samples);
        let svg = chart.svg();
        assert_eq!(svg, chart.svg());
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1800 680\""));
        assert!(svg.trim_end().ends_with("</svg>"));
        assert!(
            svg.contains("p99 &lt;fast&gt;")
                && svg.contains("aria-label=\"Response time of &quot;a&quot; &amp; b\"")
        );
        assert!(svg.contains("T0+10s") && svg.contains("p99 &lt; 800 ms") && svg.contains("opening"));
    }

    #[test]
    fn gaps_break_the_line_and_lone_points_are_dots() {
        let samples = vec![
            (-10.0, Some(0.1), None, None),
            (-9.0, None, None, None),
            (-8.0, Some(0.1), None, None),
            (-7.0, Some(0.2), None, None),
        ];
        let svg = chart(samples).svg();
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(!svg.contains("<polygon"));
    }

    #[test]
    fn nothing_to_draw_is_known() {
        assert!(chart(vec![(0.0, None, None, None)]).is_empty());
        assert!(!chart(vec![(0.0, Some(1.0), None, None)]).is_empty());
    }
}
