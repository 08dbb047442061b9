//! Long-run means and quantiles from one run, or the statement that the run is too short for them.

use super::batch::{batch_means, batch_means_of_size, lag1_autocorrelation, von_neumann_ratio};
use super::interval::{Interval, finite};
use super::moments::{mean, sample_variance};
use super::quantiles::quantile_of_sorted;
use super::tail::PooledQuantile;
use super::warmup::mser5;
use crate::numerics::{norm_quantile, pow, t_quantile};

/// Batches an interval rests on. More bring little and leave less room for correlation to die out (B. W.
/// Schmeiser, "Batch size effects in the analysis of simulation output", Operations Research 30, 1982).
const BATCHES: usize = 16;
/// A batch of the interval is at least this many times as long as one whose neighbours correlate by a half.
const MEMORIES: usize = 32;
/// Observations beyond a quantile without which nothing is said about it.
const TAIL: f64 = 10.0;
/// Batches left out of the search for the warm-up, against late outliers.
const TAIL_GUARD: usize = 5;

/// A long-run estimate from one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SteadyEstimate {
    /// The estimate with its interval, which need not be symmetric.
    pub interval: Interval,
    /// Observations deleted at the start.
    pub deleted: usize,
    /// Observations a batch has.
    pub batch_size: usize,
}

/// Why a run says nothing about the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooShort {
    /// The warm-up cannot be told from the rest.
    WarmUp,
    /// Sixteen batches would not be nearly independent.
    Correlated,
    /// Too few observations lie beyond the quantile.
    Tail,
}

/// Interval of the long-run mean from one run, started anywhere.
///
/// The warm-up goes by MSER-5. What is left is cut into 16 batches, if each is at least 32 times as long as a batch
/// whose means correlate by a half with their neighbours: for an exponentially forgetting process that is some
/// thirty relaxation times. Von Neumann's ratio of 32 batches must not be significant at 5 % either. Then the t
/// interval of the batch means is corrected for what correlation is left, `(1 + r) / (1 - r)`, and for skewness, as
/// in A. Tafazzoli, J. R. Wilson, "Skart: a skewness- and autocorrelation-adjusted batch-means procedure for
/// simulation analysis", IIE Transactions 43 (2011), with the transform of R. W. Johnson's and P. Hall's kind.
///
/// Why not Skart itself: it sizes batches by a randomness test alone, which passes by luck exactly when a short run
/// happens to look calm, so that the intervals of runs that pass are too short; a length in units of the memory of
/// the process depends far less on luck. Where a run is too short the error says why; extend it or use
/// replications.
///
/// # Errors
/// [`TooShort`].
pub fn steady_mean(data: &[f64], confidence: f64) -> Result<SteadyEstimate, TooShort> {
    let (kept, deleted) = settled(data)?;
    let batch_size = independent_batches(kept)?;
    let means = batch_means(kept, BATCHES).ok_or(TooShort::Correlated)?;
    let k = means.len() as f64;
    let (Some(centre), Some(variance)) = (mean(kept), sample_variance(&means)) else {
        return Err(TooShort::Correlated);
    };
    let left = lag1_autocorrelation(&means).unwrap_or(0.0).max(0.0);
    let error = (variance * (1.0 + left) / (1.0 - left) / k).sqrt();
    let t = t_quantile(0.5 + confidence / 2.0, k - 1.0);
    let shift = skewness(&means).unwrap_or(0.0) / (6.0 * k.sqrt());
    let (low, high) = (centre - unskewed(t, shift) * error, centre - unskewed(-t, shift) * error);
    let interval = finite(Interval::between(centre, low, high)).ok_or(TooShort::Correlated)?;
    Ok(SteadyEstimate { interval, deleted, batch_size })
}

/// Interval of the long-run `p` quantile from one run, started anywhere.
///
/// Batches as in [`steady_mean`], where the memory is that of the indicator of lying beyond the quantile, and the
/// interval that of [`PooledQuantile`] with batches in the place of runs.
///
/// # Errors
/// [`TooShort`].
pub fn steady_quantile(data: &[f64], p: f64, confidence: f64) -> Result<SteadyEstimate, TooShort> {
    let (kept, deleted) = settled(data)?;
    let mut sorted = kept.to_vec();
    sorted.sort_by(f64::total_cmp);
    let quantile = |p: f64| quantile_of_sorted(&sorted, p);
    let beyond = kept.len() as f64 * (1.0 - p);
    if beyond.is_nan() || beyond < TAIL {
        return Err(TooShort::Tail);
    }
    let value = quantile(p).ok_or(TooShort::Tail)?;
    let beyond: Vec<f64> = kept.iter().map(|&x| f64::from(u8::from(x > value))).collect();
    let batch_size = independent_batches(&beyond)?;
    let shares = batch_means(&beyond, BATCHES).ok_or(TooShort::Correlated)?;
    let beyond: Vec<f64> = shares.iter().map(|share| share * batch_size as f64).collect();
    let counts = vec![batch_size as f64; BATCHES];
    let runs = PooledQuantile { p, beyond: &beyond, counts: &counts, quantile: &quantile };
    let interval = runs.interval(confidence).ok_or(TooShort::Tail)?;
    Ok(SteadyEstimate { interval, deleted, batch_size })
}

/// The observations after the warm-up, and how many it had.
fn settled(data: &[f64]) -> Result<(&[f64], usize), TooShort> {
    let found = mser5(data, TAIL_GUARD).filter(|found| !found.too_short).ok_or(TooShort::WarmUp)?;
    Ok((&data[found.observations_deleted..], found.observations_deleted))
}

/// The size of batches that are long beside the memory of the process.
fn independent_batches(data: &[f64]) -> Result<usize, TooShort> {
    let longest = data.len() / (BATCHES * MEMORIES);
    let mut size = 1;
    loop {
        if size > longest {
            return Err(TooShort::Correlated);
        }
        // A series without any variation has no memory to wait for.
        let correlation = batch_means_of_size(data, size).and_then(|means| lag1_autocorrelation(&means));
        if correlation.is_none_or(|correlation| correlation <= 0.5) {
            break;
        }
        size = (size * 7).div_ceil(5);
    }
    let halves = batch_means(data, 2 * BATCHES).ok_or(TooShort::Correlated)?;
    if von_neumann_ratio(&halves).is_some_and(|ratio| ratio < critical_ratio(halves.len() as f64)) {
        return Err(TooShort::Correlated);
    }
    Ok(data.len() / BATCHES)
}

/// Below this von Neumann's ratio of `n` independent values lies with 5 %: nearly normal with mean 2 and variance
/// `4 (n-2) / (n^2-1)` (B. I. Hart, Ann. Math. Statist. 13, 1942, for the ratio as defined here).
fn critical_ratio(n: f64) -> f64 {
    2.0 + norm_quantile(0.05) * (4.0 * (n - 2.0) / (n * n - 1.0)).sqrt()
}

/// Skewness, corrected for bias; `None` without spread.
fn skewness(data: &[f64]) -> Option<f64> {
    let (n, centre) = (data.len() as f64, mean(data)?);
    let moment = |power: i32| data.iter().map(|x| crate::numerics::powi(x - centre, power)).sum::<f64>() / n;
    let square = moment(2);
    let root = (n * (n - 1.0)).sqrt() / (n - 2.0);
    (n > 2.0 && square > 0.0).then(|| moment(3) / (square * square.sqrt()) * root)
}

/// `(cbrt(1 + 6 b (t - b)) - 1) / (2 b)`: the value that takes the place of `t` when the mean of skewed values is
/// studentised; `t` itself at `b = 0`.
fn unskewed(t: f64, b: f64) -> f64 {
    if b.abs() < 1e-6 {
        return t;
    }
    let inside = 1.0 + 6.0 * b * (t - b);
    (pow(inside.abs(), 1.0 / 3.0).copysign(inside) - 1.0) / (2.0 * b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Ar1;
    use crate::stats::test_data::normals;

    fn path(phi: f64, n: usize, seed: u64) -> Vec<f64> {
        let process = Ar1::new(phi, 5.0, 1.0).unwrap();
        let mut draws = normals(seed);
        let mut x = process.stationary(draws.next().unwrap());
        draws
            .take(n)
            .map(|z| {
                x = process.next(x, z);
                x
            })
            .collect()
    }

    #[test]
    fn a_long_run_has_an_interval_of_the_right_width() {
        // Asymptotic variance 100 over 60,000 observations: standard error 0.0408, t(15) = 2.13.
        let found = steady_mean(&path(0.9, 60_000, 1), 0.95).unwrap();
        assert!((0.05..0.15).contains(&found.interval.half_width), "{found:?}");
        assert!((found.interval.centre - 5.0).abs() < 0.17, "{found:?}");
        assert_eq!(found.batch_size, (60_000 - found.deleted) / 16);
        let p90 = steady_quantile(&path(0.9, 60_000, 1), 0.9, 0.95).unwrap();
        assert!((p90.interval.centre - 7.940_08).abs() < 0.3 && p90.interval.half_width < 0.3, "{p90:?}");
    }

    #[test]
    fn short_runs_are_refused() {
        assert_eq!(steady_mean(&path(0.9, 2000, 2), 0.95), Err(TooShort::Correlated));
        let trend: Vec<f64> = (0..20_000).map(f64::from).collect();
        assert_eq!(steady_mean(&trend, 0.95), Err(TooShort::WarmUp));
        assert_eq!(steady_quantile(&path(0.0, 600, 3), 0.999, 0.95), Err(TooShort::Tail));
        assert_eq!(steady_mean(&[], 0.95), Err(TooShort::WarmUp));
    }

    #[test]
    fn skewness_moves_the_ends() {
        assert!((unskewed(2.0, 1e-9) - 2.0).abs() < 1e-12);
        // b = 0.1, t = 2: (cbrt(1 + 0.6 * 1.9) - 1) / 0.2 = (2.14^(1/3) - 1) / 0.2.
        assert!((unskewed(2.0, 0.1) - (1.288_658_6 - 1.0) / 0.2).abs() < 1e-5);
        assert!((skewness(&[1.0, 2.0, 6.0]).unwrap() - 1.457_862_967).abs() < 1e-8);
    }
}
