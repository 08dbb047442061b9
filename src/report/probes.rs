//! What probes saw, as `probes.csv`.

use super::csv::push_line;
use super::number::shortest;
use crate::analysis::Summary;

/// `scope,metric,unit,index,t_s,mean,ci95_low,ci95_high,replications`: a row a request in the order of service, or a
/// row an instant of the grid; the other of `index` and `t_s` is blank.
#[must_use]
pub fn probes_csv(summary: &Summary) -> String {
    let mut text = String::from("scope,metric,unit,index,t_s,mean,ci95_low,ci95_high,replications\n");
    for row in &summary.probes {
        let cells = [
            row.scope.as_str(),
            row.metric,
            row.unit,
            &row.index.map(|index| index.to_string()).unwrap_or_default(),
            &row.t.map(shortest).unwrap_or_default(),
            &shortest(row.estimate.mean),
            &shortest(row.estimate.ci95_low),
            &shortest(row.estimate.ci95_high),
            &row.estimate.replications.to_string(),
        ];
        push_line(&mut text, &cells);
    }
    text
}
