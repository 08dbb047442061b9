//! Pure numerics on slices: moments, quantiles, intervals, warm-up, comparisons, sequential tests, selection.
//!
//! Every sum runs in the order of the slice, so that equal data give equal bits. A function that has too
//! little data, or a level outside its range, answers `None` instead of a number that means nothing.

mod ar1;
mod batch;
mod compare;
mod control_variate;
mod coordinated_omission;
mod interval;
mod moments;
mod normal_score;
mod proportion;
mod quantiles;
mod ratio;
mod sample;
mod selection;
mod sequential;
mod steady;
mod stopping;
mod tail;
mod warmup;

#[cfg(test)]
mod test_data;

pub use ar1::Ar1;
pub use batch::{
    OverlappingBatchMeans, batch_means, batch_means_interval, batched_quantile_interval,
    lag1_autocorrelation, overlapping_batch_means, sectioned_quantile_interval, von_neumann_ratio,
};
pub use compare::{PairedComparison, WelchComparison, paired, welch};
pub use control_variate::{Controlled, control_variate};
pub use coordinated_omission::StalledStation;
pub use interval::{Interval, bonferroni, prediction_interval, ratio_interval, t_interval};
pub use moments::{Moments, correlation, mean, sample_covariance, sample_variance, standard_deviation};
pub use normal_score::normal_score;
pub use proportion::{
    clopper_pearson, probability_bound_without_events, runs_that_show_share, trials_without_a_miss, wilson,
};
pub use quantiles::{
    OrderStatisticRanks, order_statistic_ranks, quantile, quantile_of_sorted, rank, sectioning_interval,
    weighted_quantile,
};
pub use ratio::fieller;
pub use sample::{Contrast, Sample, contrast};
pub use selection::{
    Best, DesignsDrawn, Elimination, FromBest, kn_eta, multiple_comparison_with_best, ocba_fractions,
    rinott_h, rinott_sample_size,
};
pub use sequential::{Looks, MeanTest, ShareLooks, ShareRatioTest, Side, Spending};
pub use steady::{SteadyEstimate, TooShort, steady_mean, steady_quantile};
pub use stopping::{is_precise, relative_target};
pub use tail::{PooledQuantile, are_sections_close};
pub use warmup::{MSER_BATCH, Truncation, mser, mser5};
