//! One line of a chart with its band.

use super::axis::Axis;
use super::context::{Context, Drawn, PALETTE};
use plotters::prelude::*;

/// Points drawn of one line at most; more cannot be seen.
const MOST_POINTS: usize = 900;
/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// Through the middle of the windows.
    Solid,
    /// As dashes.
    Dashed,
    /// As steps.
    Steps,
    /// As dashed steps.
    DashedSteps,
}

/// A value in a window: start, mean, 5 % and 95 % of runs.
pub(super) type Sample = (f64, Option<f64>, Option<f64>, Option<f64>);

/// One line with its band.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its name in the legend.
    pub(super) label: String,
    /// Index into the palette.
    pub(super) colour: usize,
    /// How it is drawn.
    pub(super) stroke: Stroke,
    /// A sample a window.
    pub(super) samples: Vec<Sample>,
    /// Whether the band from 5 to 95 % of runs is shown.
    pub(super) band: bool,
}

impl Line {
    /// Its colour.
    pub(super) fn colour(&self) -> RGBColor {
        PALETTE[self.colour % PALETTE.len()]
    }

    /// Width of a window, from the first two.
    fn width(&self) -> f64 {
        match self.samples.as_slice() {
            [first, second, ..] => second.0 - first.0,
            _ => 0.0,
        }
    }

    /// Draws its stretches; a lone point is a dot.
    pub(super) fn draw(&self, context: &mut Context<'_, '_>, axis: &Axis, end: f64) -> Drawn {
        let steps = matches!(self.stroke, Stroke::Steps | Stroke::DashedSteps);
        let dashed = matches!(self.stroke, Stroke::Dashed | Stroke::DashedSteps);
        let style = self.colour().stroke_width(4);
        for run in self.runs(|s| s.1) {
            let mut points = thin(&run);
            if steps {
                points = staircase(&points, self.width(), end);
            } else {
                points.iter_mut().for_each(|p| p.0 += self.width() / 2.0);
            }
            points.iter_mut().for_each(|p| p.1 = axis.height(p.1));
            if let [only] = points[..] {
                context.draw_series([Circle::new(only, 5, self.colour().filled())])?;
            } else if dashed {
                context.draw_series(DashedLineSeries::new(points, 14, 8, style))?;
            } else {
                context.draw_series([PathElement::new(points, style)])?;
            }
        }
        Ok(())
    }

    /// Draws the band.
    pub(super) fn draw_band(&self, context: &mut Context<'_, '_>, axis: &Axis) -> Drawn {
        let (low, high) = (self.runs(|s| s.2.and(s.3).and(s.2)), self.runs(|s| s.2.and(s.3)));
        for (low, high) in low.iter().zip(&high) {
            let outline = thin(high).into_iter().chain(thin(low).into_iter().rev());
            let half = self.width() / 2.0;
            let points: Vec<_> = outline.map(|(t, v)| (t + half, axis.height(v))).collect();
            if points.len() > 3 {
                context.draw_series([Polygon::new(points, self.colour().mix(0.18).filled())])?;
            }
        }
        Ok(())
    }

    /// Stretches of windows that have a value.
    fn runs(&self, value: impl Fn(&Sample) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
        let stretches = self.samples.split(|s| value(s).is_none()).filter(|s| !s.is_empty());
        stretches.map(|s| s.iter().filter_map(|p| value(p).map(|v| (p.0, v))).collect()).collect()
    }
}

/// Keeps the smallest and the largest value of each bucket, in their order, when there are too many points to
/// see.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let bucket = points.len().div_ceil(MOST_POINTS / 2);
    let extremes = points.chunks(bucket).flat_map(|chunk| {
        let by = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (low, high) = (chunk.iter().min_by(by), chunk.iter().max_by(by));
        let (low, high) = (low.copied().unwrap_or_default(), high.copied().unwrap_or_default());
        if low.0 <= high.0 { [low, high] } else { [high, low] }
    });
    extremes.collect()
}

fn staircase(points: &[(f64, f64)], width: f64, end: f64) -> Vec<(f64, f64)> {
    let mut stairs = Vec::with_capacity(points.len() * 2);
    for (i, &(t, v)) in points.iter().enumerate() {
        let until = points.get(i + 1).map_or((t + width).min(end), |next| next.0);
        stairs.extend([(t, v), (until, v)]);
    }
    stairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_points_keep_their_extremes() {
        let points: Vec<_> = (0..5000).map(|i| (f64::from(i), if i == 3333 { 9.0 } else { 1.0 })).collect();
        let thinned = thin(&points);
        assert!(thinned.len() <= MOST_POINTS + 2);
        assert!(thinned.contains(&(3333.0, 9.0)));
        assert!(thinned.windows(2).all(|w| w[0].0 <= w[1].0));
    }
}
