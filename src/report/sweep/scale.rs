//! A vertical axis for the values of a measure: what a value is in pixels, and where its ticks are.

use super::canvas::{Anchor, Canvas, GREY, PALE};
use super::words::tick;
use crate::report::axis::Axis;

/// Values of a time that spread by more than this factor get a logarithmic axis.
const LOG_SPREAD: f64 = 20.0;

/// A scale from pixels to pixels.
pub(super) struct Scale {
    axis: Axis,
    from: i32,
    to: i32,
    unit: String,
}

impl Scale {
    /// A scale for these values of `unit`, its low end at pixel `from`, its high end at `to`.
    pub(super) fn new(values: impl Iterator<Item = f64> + Clone, unit: &str, from: i32, to: i32) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let largest = finite.clone().fold(0.0, f64::max);
        let smallest = finite.filter(|&value| value > 0.0).fold(f64::INFINITY, f64::min);
        let axis = match unit {
            "s" if largest > LOG_SPREAD * smallest => Axis::logarithmic(smallest, largest),
            "1" if largest > 0.5 => Axis::linear(largest.max(1.0), false),
            _ => Axis::linear(largest, false),
        };
        Self { axis, from, to, unit: unit.to_owned() }
    }

    /// The pixel of a value, kept inside the axis.
    pub(super) fn at(&self, value: f64) -> i32 {
        let share = (self.axis.height(value) - self.axis.low) / (self.axis.high - self.axis.low);
        self.from + (share * f64::from(self.to - self.from)).round() as i32
    }

    /// Horizontal lines at the ticks from `left` to `right`, with their labels on the left.
    pub(super) fn draw_rising(&self, canvas: &mut Canvas, left: i32, right: i32, labels: bool) {
        for &value in &self.axis.ticks {
            let y = self.at(value);
            canvas.line((left, y), (right, y), PALE, 2, false);
            if labels {
                canvas.text((left - 14, y + 9), Anchor::End, GREY, &tick(value, &self.unit));
            }
        }
    }

    /// Vertical lines at the ticks from `top` to `bottom`, with their labels below.
    pub(super) fn draw_running(&self, canvas: &mut Canvas, top: i32, bottom: i32) {
        for &value in &self.axis.ticks {
            let x = self.at(value);
            canvas.line((x, top), (x, bottom), PALE, 2, false);
            canvas.text((x, bottom + 36), Anchor::Middle, GREY, &tick(value, &self.unit));
        }
    }
}
