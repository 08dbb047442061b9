//! What was measured beside what was simulated: how far apart, to which side, and how much later.

use super::rows::{SeriesPoint, SeriesRow};
use crate::stats::correlation;
use serde::Serialize;

/// Windows that a lag is looked for in need as many pairs at least.
const FEWEST: usize = 8;

/// Correlation from which two series are alike enough that a lag means something.
const ALIKE: f64 = 0.5;

/// A measured series in the windows of the simulated one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObservedRow {
    /// Whose series.
    pub scope: String,
    /// Its name.
    pub metric: String,
    /// Its unit.
    pub unit: &'static str,
    /// Windows with both values.
    pub windows: u32,
    /// Mean of simulated minus measured.
    pub bias: f64,
    /// The same relative to the mean measured; absent where that is zero.
    pub relative_bias: Option<f64>,
    /// Sum of absolute differences over the sum of measured values; absent where that is zero.
    pub relative_error: Option<f64>,
    /// Root of the mean squared difference.
    pub rmse: f64,
    /// Seconds by which the simulated series comes later, where its correlation with the measured one is largest;
    /// below zero where it comes earlier. Absent where the two are not alike at any lag.
    pub lag: Option<f64>,
    /// The largest correlation over all lags.
    pub correlation: Option<f64>,
    /// The windows: start in seconds relative to T0, measured, simulated.
    pub points: Vec<ObservedPoint>,
}

/// One window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ObservedPoint {
    /// Start in seconds relative to T0.
    pub t: f64,
    /// Measured; absent where nothing was.
    pub measured: Option<f64>,
    /// Simulated, mean over runs.
    pub simulated: Option<f64>,
}

/// Sets measured `samples` (seconds after T0, value) beside a simulated series. With a `step` every value holds for
/// that long from its time on, and a window gets the average over its length where it is covered whole; without
/// one a window gets the mean of the samples inside.
#[must_use]
pub fn beside_measured(row: &SeriesRow, samples: &[(f64, f64)], step: Option<f64>, end: f64) -> ObservedRow {
    let width = match row.points.as_slice() {
        [first, second, ..] => second.t - first.t,
        [only] => end - only.t,
        [] => 0.0,
    };
    let window = |point: &SeriesPoint| {
        let until = (point.t + width).min(end);
        let measured = match step {
            Some(step) => covered(samples, step, point.t, until),
            None => inside(samples, point.t, until),
        };
        ObservedPoint { t: point.t, measured, simulated: point.mean }
    };
    let points: Vec<ObservedPoint> = row.points.iter().map(window).collect();
    let pairs: Vec<(f64, f64)> = points.iter().filter_map(|p| Some((p.simulated?, p.measured?))).collect();
    let n = pairs.len().max(1) as f64;
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let (bias, size) = (sum(&|p| p.0 - p.1) / n, sum(&|p| p.1.abs()));
    let relative = |value: f64| (size > 0.0).then(|| value / size);
    let lagged = lag(&points);
    ObservedRow {
        scope: row.scope.clone(),
        metric: row.metric.clone(),
        unit: row.unit,
        windows: pairs.len() as u32,
        bias,
        relative_bias: relative(bias * n),
        relative_error: relative(sum(&|p| (p.0 - p.1).abs())),
        rmse: (sum(&|p| (p.0 - p.1) * (p.0 - p.1)) / n).sqrt(),
        lag: lagged.filter(|(_, alike)| *alike >= ALIKE).map(|(shift, _)| shift as f64 * width),
        correlation: lagged.map(|(_, correlation)| correlation),
        points,
    }
}

/// Average over `[from, to)` of values that hold for `step` each; nothing where a part is not covered.
fn covered(samples: &[(f64, f64)], step: f64, from: f64, to: f64) -> Option<f64> {
    let first = samples.partition_point(|(t, _)| t + step <= from);
    let (mut sum, mut length) = (0.0, 0.0);
    for &(t, value) in samples[first..].iter().take_while(|(t, _)| *t < to) {
        let span = (t + step).min(to) - t.max(from);
        sum += value * span;
        length += span;
    }
    let whole = (to - from) * (1.0 - 1e-6);
    // One value for the whole window stays what it is, bit by bit.
    let single = samples.get(first).filter(|(t, _)| *t <= from && t + step >= to);
    single.map(|(_, value)| *value).or_else(|| (length >= whole && length > 0.0).then(|| sum / length))
}

/// Mean of the samples in `[from, to)`.
fn inside(samples: &[(f64, f64)], from: f64, to: f64) -> Option<f64> {
    let (first, last) =
        (samples.partition_point(|(t, _)| *t < from), samples.partition_point(|(t, _)| *t < to));
    let here = &samples[first..last.max(first)];
    (!here.is_empty()).then(|| here.iter().map(|(_, value)| value).sum::<f64>() / here.len() as f64)
}

/// The shift in windows, up to a quarter of them, at which the correlation is largest; the smaller shift of equals.
fn lag(points: &[ObservedPoint]) -> Option<(i64, f64)> {
    let most = (points.len() / 4) as i64;
    let mut best: Option<(i64, f64)> = None;
    let shifts = std::iter::once(0).chain((1..=most).flat_map(|shift| [shift, -shift]));
    for shift in shifts {
        let pair = |at: usize| {
            let later = usize::try_from(at as i64 + shift).ok()?;
            Some((points.get(later)?.simulated?, points[at].measured?))
        };
        let (simulated, measured): (Vec<f64>, Vec<f64>) = (0..points.len()).filter_map(pair).unzip();
        if simulated.len() < FEWEST {
            continue;
        }
        if let Some(found) = correlation(&simulated, &measured).filter(|found| found.is_finite())
            && best.is_none_or(|(_, high)| found > high + 1e-9)
        {
            best = Some((shift, found));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulated(values: &[f64]) -> SeriesRow {
        let point =
            |(w, &v): (usize, &f64)| SeriesPoint { t: w as f64 * 10.0, mean: Some(v), p05: None, p95: None };
        let points = values.iter().enumerate().map(point).collect();
        SeriesRow { scope: "system".into(), metric: "arrivals".into(), unit: "1/s", points }
    }

    fn hill(center: f64) -> Vec<f64> {
        (0..40)
            .map(|w| 10.0 + 90.0 / (1.0 + (f64::from(w) - center) * (f64::from(w) - center) / 9.0))
            .collect()
    }

    #[test]
    fn equal_series_have_no_error_and_no_lag() {
        let values = hill(20.0);
        let samples: Vec<(f64, f64)> =
            values.iter().enumerate().map(|(w, &v)| (w as f64 * 10.0, v)).collect();
        for step in [None, Some(10.0)] {
            let row = beside_measured(&simulated(&values), &samples, step, 400.0);
            assert_eq!((row.windows, row.bias, row.rmse, row.lag), (40, 0.0, 0.0, Some(0.0)));
            assert_eq!((row.relative_bias, row.relative_error), (Some(0.0), Some(0.0)));
        }
    }

    #[test]
    fn a_late_simulation_has_a_lag_above_zero() {
        let samples: Vec<(f64, f64)> =
            hill(18.0).iter().enumerate().map(|(w, &v)| (w as f64 * 10.0, v)).collect();
        let row = beside_measured(&simulated(&hill(21.0)), &samples, Some(10.0), 400.0);
        assert_eq!(row.lag, Some(30.0));
        let early = beside_measured(&simulated(&hill(15.0)), &samples, Some(10.0), 400.0);
        assert_eq!(early.lag, Some(-30.0));
    }

    #[test]
    fn bias_and_errors_by_hand() {
        let samples = [(0.0, 10.0), (10.0, 20.0), (20.0, 30.0)];
        let row = beside_measured(&simulated(&[11.0, 19.0, 36.0, 5.0]), &samples, Some(10.0), 40.0);
        assert_eq!((row.windows, row.bias), (3, 2.0));
        assert_eq!((row.relative_bias, row.relative_error), (Some(0.1), Some(8.0 / 60.0)));
        assert!((row.rmse - (38.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(row.points[3].measured, None);
        assert_eq!(row.lag, None);
    }

    #[test]
    fn steps_and_windows_need_not_agree() {
        let samples = [(-5.0, 10.0), (10.0, 20.0)];
        assert_eq!(covered(&samples, 15.0, 0.0, 10.0), Some(10.0));
        assert_eq!(covered(&samples, 15.0, 0.0, 20.0), Some(15.0));
        assert_eq!(covered(&samples, 15.0, 10.0, 30.0), None);
        assert_eq!(inside(&[(1.0, 2.0), (2.0, 4.0), (12.0, 9.0)], 0.0, 10.0), Some(3.0));
        assert_eq!(inside(&[], 0.0, 10.0), None);
    }
}
