//! Pure numerics on slices: moments, quantiles, intervals, warm-up.
