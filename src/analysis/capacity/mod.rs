//! How much a system can hold: what a point must meet, where to look next, and what the answer is. Nothing here
//! simulates; the study brings the pools.

mod answer;
mod climb;
mod descend;
mod elasticity;
mod foresee;
mod margin;
mod ruling;

pub use answer::{
    Breaking, CAPACITY_VERSION, CapacityAnswer, Missed, Phase, PointObjective, PointRow, RuledBy,
    SearchAnswer, SearchEnd, SearchedNeed, SearchedParameter,
};
pub use climb::{Footing, Standing, climb, probes};
pub use descend::{Ground, descend, enumerate, walk_edge};
pub use elasticity::{Elasticity, elasticity};
pub use foresee::{foresee, moved, planned_hours};
pub use ruling::{Criterion, Rigor, Ruling, is_bounded, obstacle, rule, runs_that_suffice};
