//! How much of the start of a long run to delete.

use super::batch::batch_means_of_size;

/// Observations a batch of MSER-5 averages.
pub const MSER_BATCH: usize = 5;

/// Where to truncate a series, by the marginal standard error rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation {
    /// Batches to delete from the start.
    pub batches_deleted: usize,
    /// Observations to delete from the start.
    pub observations_deleted: usize,
    /// The statistic at its minimum: `sum (Z_j - Zbar)^2 / (k-d)^2` over the batches kept.
    pub statistic: f64,
    /// The statistic without any deletion.
    pub statistic_at_zero: f64,
    /// Batches the rule looked at.
    pub batches: usize,
    /// The minimum lies at the border of the search, in its last tenth: the run is too short to tell the
    /// warm-up from the rest. Extend the run; do not truncate.
    pub too_short: bool,
}

/// MSER-5: [`mser`] over batches of five observations.
#[must_use]
pub fn mser5(data: &[f64], tail_guard: usize) -> Option<Truncation> {
    mser(data, MSER_BATCH, tail_guard)
}

/// The marginal standard error rule over means of `batch` consecutive observations: of the first half of the
/// `k` batches, delete the `d` that minimise `sum_{j>d} (Z_j - Zbar_d)^2 / (k-d)^2`, the first on a tie.
///
/// K. P. White, M. J. Cobb, S. C. Spratt, "A comparison of five steady-state truncation heuristics for
/// simulation", WSC 2000. `tail_guard` batches at the end of the data are left out of the search, because one
/// late outlier otherwise moves the minimum far; 0 is the plain rule, 5 a common choice (K. Hoad,
/// S. Robinson, R. Davies, "Automating warm-up length estimation", JORS 61, 2010). Use it on the average over
/// replications of a slowly mixing state, such as the number in system, sampled at equal steps.
///
/// `None` when fewer than two batches remain or a value is not finite.
#[must_use]
pub fn mser(data: &[f64], batch: usize, tail_guard: usize) -> Option<Truncation> {
    let mut means = batch_means_of_size(data, batch)?;
    means.truncate(means.len().saturating_sub(tail_guard));
    let batches = means.len();
    if batches < 2 || means.iter().any(|mean| !mean.is_finite()) {
        return None;
    }
    let statistics = statistics_of_suffixes(&means);
    let last = batches / 2;
    let mut best = 0;
    for d in 1..=last {
        if statistics[d] < statistics[best] {
            best = d;
        }
    }
    Some(Truncation {
        batches_deleted: best,
        observations_deleted: best * batch,
        statistic: statistics[best],
        statistic_at_zero: statistics[0],
        batches,
        too_short: best * 10 > last * 9,
    })
}

/// The rule's statistic for every number of batches deleted, in one pass from the end.
fn statistics_of_suffixes(means: &[f64]) -> Vec<f64> {
    let mut statistics = vec![0.0; means.len()];
    let (mut mean, mut squares) = (0.0, 0.0);
    for (kept, d) in (1..).zip((0..means.len()).rev()) {
        let kept = f64::from(kept);
        let delta = means[d] - mean;
        mean += delta / kept;
        squares += delta * (means[d] - mean);
        statistics[d] = squares / (kept * kept);
    }
    statistics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::mean;
    use crate::stats::test_data::MSER_SERIES;

    #[test]
    fn truncates_a_series_that_starts_high() {
        let found = mser5(&MSER_SERIES, 0).unwrap();
        assert_eq!((found.batches_deleted, found.observations_deleted), (11, 55));
        assert!((found.statistic / 0.195236099325 - 1.0).abs() < 1e-11);
        assert!((found.statistic_at_zero / 1.93637340619 - 1.0).abs() < 1e-11);
        assert!(!found.too_short);
        assert!((mean(&MSER_SERIES[55..]).unwrap() / 10.2982408163 - 1.0).abs() < 1e-11);
    }

    #[test]
    fn a_trend_is_too_short_a_run() {
        let trend: Vec<f64> = (0..200).map(f64::from).collect();
        let found = mser5(&trend, 0).unwrap();
        assert_eq!(found.batches_deleted, 20);
        assert!(found.too_short);
    }

    #[test]
    fn the_guard_ignores_a_late_outlier() {
        let mut series: Vec<f64> = (0..200).map(|i| if i < 20 { 30.0 } else { f64::from(i % 7) }).collect();
        series[198] = 1e4;
        // The outlier hides the start: nothing would be deleted.
        assert_eq!(mser5(&series, 0).unwrap().observations_deleted, 0);
        let guarded = mser5(&series, 5).unwrap();
        assert_eq!((guarded.observations_deleted, guarded.too_short), (20, false));
    }

    #[test]
    fn too_few_batches_give_nothing() {
        assert_eq!(mser5(&[1.0; 9], 0), None);
        assert_eq!(mser5(&[1.0; 30], 5), None);
        assert_eq!(mser(&[1.0; 30], 0, 0), None);
    }
}
