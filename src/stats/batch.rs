//! Steady-state intervals from one run, by batches of consecutive observations.

use super::interval::{Interval, finite, t_factor, t_interval};
use super::moments::mean;
use super::quantiles::{quantile, sectioning_interval};

/// Result of [`overlapping_batch_means`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlappingBatchMeans {
    /// Estimate of the limit of `n` times the variance of the mean.
    pub variance_parameter: f64,
    /// Degrees of freedom, `1.5 (n/m - 1)`.
    pub df: f64,
    /// Interval of the mean.
    pub interval: Interval,
}

/// Means of `batches` batches of equal size. What does not divide evenly is left out at the start, where the
/// initial transient is. `None` without batches or when there are more batches than observations.
#[must_use]
pub fn batch_means(data: &[f64], batches: usize) -> Option<Vec<f64>> {
    chunks(data, batches)?.map(mean).collect()
}

/// Means of consecutive batches of `size`, from the start; a last incomplete batch is left out.
pub(super) fn batch_means_of_size(data: &[f64], size: usize) -> Option<Vec<f64>> {
    if size == 0 {
        return None;
    }
    data.chunks_exact(size).map(mean).collect()
}

fn chunks(data: &[f64], batches: usize) -> Option<std::slice::ChunksExact<'_, f64>> {
    if batches == 0 || batches > data.len() {
        return None;
    }
    let size = data.len() / batches;
    Some(data[data.len() - size * batches..].chunks_exact(size))
}

/// Interval of the mean by non-overlapping batch means, `t(b-1) S_b / sqrt(b)`.
///
/// A. M. Law, W. D. Kelton, Operations Research 32 (1984). Far too short while batches are correlated: look at
/// [`lag1_autocorrelation`] and [`von_neumann_ratio`] of [`batch_means`] before believing it. `None` with
/// fewer than two batches or more batches than observations.
#[must_use]
pub fn batch_means_interval(data: &[f64], batches: usize, confidence: f64) -> Option<Interval> {
    t_interval(&batch_means(data, batches)?, confidence)
}

/// Interval of the mean by overlapping batches of `size` observations:
/// `V = n m / ((n-m+1)(n-m)) sum (Zbar_i - Xbar)^2`, half-width `t(df) sqrt(V/n)`, `df = 1.5 (n/m - 1)`.
///
/// M. S. Meketon, B. Schmeiser, "Overlapping batch means: something for nothing?", WSC 1984. `None` unless
/// `1 <= size < n`.
#[must_use]
pub fn overlapping_batch_means(data: &[f64], size: usize, confidence: f64) -> Option<OverlappingBatchMeans> {
    if size == 0 || size >= data.len() {
        return None;
    }
    let centre = mean(data)?;
    let (n, m) = (data.len() as f64, size as f64);
    // A window sum of deviations slides along: adding the newest and taking the oldest away.
    let mut window: f64 = data[..size].iter().map(|x| x - centre).sum();
    let mut squares = window * window;
    for i in size..data.len() {
        window += data[i] - data[i - size];
        squares += window * window;
    }
    let variance_parameter = n / (m * (n - m + 1.0) * (n - m)) * squares;
    let df = 1.5 * (n / m - 1.0);
    let half = t_factor(confidence, df)? * (variance_parameter / n).sqrt();
    let interval = finite(Interval::symmetric(centre, half))?;
    Some(OverlappingBatchMeans { variance_parameter, df, interval })
}

/// Correlation of neighbours, `sum (X_i - Xbar)(X_{i+1} - Xbar) / sum (X_i - Xbar)^2`; `None` with fewer than
/// two values or when they are all equal.
#[must_use]
pub fn lag1_autocorrelation(data: &[f64]) -> Option<f64> {
    let (centre, squares) = centred_squares(data)?;
    let products: f64 = data.windows(2).map(|pair| (pair[0] - centre) * (pair[1] - centre)).sum();
    Some(products / squares)
}

/// Von Neumann's ratio `sum (X_{i+1} - X_i)^2 / sum (X_i - Xbar)^2`: near 2 for independent values, near 0
/// for values that hang together (J. von Neumann, Ann. Math. Statist. 12, 1941). `None` as for
/// [`lag1_autocorrelation`].
#[must_use]
pub fn von_neumann_ratio(data: &[f64]) -> Option<f64> {
    let (_, squares) = centred_squares(data)?;
    let steps: f64 = data.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum();
    Some(steps / squares)
}

fn centred_squares(data: &[f64]) -> Option<(f64, f64)> {
    let centre = mean(data)?;
    let squares: f64 = data.iter().map(|x| (x - centre) * (x - centre)).sum();
    (data.len() > 1 && squares > 0.0).then_some((centre, squares))
}

/// Interval of the `p` quantile from the quantiles of `batches` batches: their mean and its t interval.
#[must_use]
pub fn batched_quantile_interval(data: &[f64], batches: usize, p: f64, confidence: f64) -> Option<Interval> {
    t_interval(&batch_quantiles(data, batches, p)?, confidence)
}

/// Interval of the `p` quantile by sectioning one run into `batches`: centred at the quantile of all data,
/// less biased than [`batched_quantile_interval`].
#[must_use]
pub fn sectioned_quantile_interval(
    data: &[f64],
    batches: usize,
    p: f64,
    confidence: f64,
) -> Option<Interval> {
    let per_batch = batch_quantiles(data, batches, p)?;
    sectioning_interval(quantile(&mut data.to_vec(), p)?, &per_batch, confidence)
}

fn batch_quantiles(data: &[f64], batches: usize, p: f64) -> Option<Vec<f64>> {
    chunks(data, batches)?.map(|batch| quantile(&mut batch.to_vec(), p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::test_data::BATCH_SERIES;

    fn close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-11, "{value} is not {expected}");
    }

    #[test]
    fn non_overlapping_batch_means() {
        let by_ten = batch_means_interval(&BATCH_SERIES, 10, 0.95).unwrap();
        close(by_ten.centre, 9.2181325);
        close(by_ten.half_width, 1.05507285803);
        close(batch_means_interval(&BATCH_SERIES, 20, 0.95).unwrap().half_width, 0.827795104761);
        assert_eq!(batch_means_interval(&BATCH_SERIES, 1, 0.95), None);
        assert_eq!(batch_means_interval(&BATCH_SERIES, 401, 0.95), None);
        assert_eq!(batch_means(&[9.0, 1.0, 2.0, 3.0, 4.0], 2), Some(vec![1.5, 3.5]));
    }

    #[test]
    fn overlapping_batches_of_twenty() {
        let found = overlapping_batch_means(&BATCH_SERIES, 20, 0.95).unwrap();
        close(found.variance_parameter, 78.8993589013);
        close(found.df, 28.5);
        close(found.interval.half_width, 0.909033500508);
        assert_eq!(overlapping_batch_means(&BATCH_SERIES, 400, 0.95), None);
    }

    #[test]
    fn signs_of_correlation() {
        close(lag1_autocorrelation(&BATCH_SERIES).unwrap(), 0.650527378765);
        close(von_neumann_ratio(&batch_means(&BATCH_SERIES, 20).unwrap()).unwrap(), 1.00552202929);
        assert_eq!(von_neumann_ratio(&[2.0, 2.0, 2.0]), None);
    }

    #[test]
    fn quantiles_by_batching_and_sectioning() {
        close(quantile(&mut BATCH_SERIES.to_vec(), 0.9).unwrap(), 15.403);
        let batched = batched_quantile_interval(&BATCH_SERIES, 10, 0.9, 0.95).unwrap();
        close(batched.centre, 15.3716);
        close(batched.half_width, 2.48314512243);
        let sectioned = sectioned_quantile_interval(&BATCH_SERIES, 10, 0.9, 0.95).unwrap();
        close(sectioned.centre, 15.403);
        close(sectioned.half_width, 2.48325800331);
    }
}
