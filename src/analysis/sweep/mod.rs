//! From the pools of many design points to what a sweep says: estimates by point, effects of factors, and which points
//! are worth their cost.

mod effects;
mod pareto;
mod point;
mod summary;
mod turns;

pub use effects::{Effect, FactorEffect, Measure, effects};
pub use pareto::{front, tradeoff};
pub use point::{COST, PointOutcome, PointResult, RISK, RunRow, SweepPoint, point_result};
pub use summary::{FactorSummary, HeatMap, SWEEP_VERSION, SweepSummary, Tradeoff, summarize_sweep};
