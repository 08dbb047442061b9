//! Measured series set beside simulated ones.

use crate::analysis::{Summary, beside_measured};
use crate::scenario::Observed;

/// Adds a row for every measured series that is simulated too; says of the others that they are not.
pub(super) fn set_beside(summary: &mut Summary, observed: Option<&Observed>) {
    let Some(observed) = observed else { return };
    let end = summary.facts.to;
    for series in &observed.series {
        let same =
            |row: &&crate::analysis::SeriesRow| row.scope == series.scope && row.metric == series.metric;
        match summary.series.iter().find(same) {
            Some(row) => {
                let beside = beside_measured(row, &series.samples, series.step, end);
                if beside.windows == 0 {
                    summary.warnings.push(format!(
                        "measured {} of {} shares no time with the run: look at `observed.align`",
                        series.metric, series.scope
                    ));
                }
                summary.observed.push(beside);
            }
            None => summary.warnings.push(format!(
                "{} of {} was measured, but no such series is simulated",
                series.metric, series.scope
            )),
        }
    }
}
