//! Known answers of the analysis.
