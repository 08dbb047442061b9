//! Verdicts that turn round along a factor: a value that fails between two that hold. Whoever reads a sweep as "more is
//! better" would be wrong there.

use std::collections::BTreeMap;

use super::effects::label;
use super::point::SweepPoint;

/// Sentences at most; the rest is counted.
const TOLD: usize = 3;

/// A value that fails between two that hold.
struct Turn {
    fails: String,
    below: String,
    above: String,
}

/// What turns round, as sentences; `holds` has the verdict of each point, `None` where there is none or it is open. Factors
/// that move together, or whose levels have no size, have no order.
pub(super) fn turns(
    points: &[SweepPoint],
    groups: &[Vec<usize>],
    names: &[String],
    holds: &[Option<bool>],
) -> Vec<String> {
    let mut all = Vec::new();
    for group in groups {
        let &[factor] = &group[..] else { continue };
        let others: Vec<usize> = groups.iter().flatten().copied().filter(|&other| other != factor).collect();
        let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, point) in points.iter().enumerate() {
            lines.entry(label(point, &others)).or_default().push(at);
        }
        for (beside, line) in &lines {
            all.extend(turn(points, factor, line, holds).map(|turn| sentence(&turn, &names[factor], beside)));
        }
    }
    let more = all.len().saturating_sub(TOLD);
    all.truncate(TOLD);
    if more > 0 {
        all.push(format!("and {more} more values turn round so"));
    }
    all
}

/// The first point of a line that fails between two that hold.
fn turn(points: &[SweepPoint], factor: usize, line: &[usize], holds: &[Option<bool>]) -> Option<Turn> {
    let sized = |&at: &usize| Some((points[at].levels[factor].size?, at));
    let mut known: Vec<(f64, usize)> = line.iter().map(sized).collect::<Option<_>>()?;
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let known: Vec<(usize, bool)> = known.into_iter().filter_map(|(_, at)| Some((at, holds[at]?))).collect();
    let first = known.iter().position(|point| point.1)?;
    let last = known.iter().rposition(|point| point.1)?;
    let fails = (first..last).find(|&at| !known[at].1)?;
    let name = |at: usize| points[known[at].0].levels[factor].label.clone();
    let above = (fails..=last).find(|&at| known[at].1)?;
    Some(Turn { fails: name(fails), below: name(fails - 1), above: name(above) })
}

fn sentence(turn: &Turn, name: &str, beside: &str) -> String {
    let Turn { fails, below, above } = turn;
    let beside = if beside.is_empty() { String::new() } else { format!(" (beside {beside})") };
    format!("not monotone: {name} {fails} fails although {below} and {above} hold{beside}")
}
