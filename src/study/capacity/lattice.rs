//! Several parameters: the setting with the fewest replica-hours that holds.

use super::bench::Bench;
use super::breaking::breaking;
use crate::analysis::capacity::{
    Ground, Phase, SearchAnswer, SearchEnd, Standing, climb, descend, enumerate, foresee, planned_hours,
    walk_edge,
};
use crate::stats::t_interval;
use crate::study::StudyError;

/// How often an answer may be moved by fresh replications.
const MOVES: u32 = 6;

impl Ground for Bench<'_> {
    type Error = StudyError;

    fn test(&mut self, at: &[u32]) -> Result<Standing, StudyError> {
        Bench::test(self, at, Phase::Search, &[])
    }

    fn cost(&self, at: &[u32]) -> f64 {
        self.point(at, false).and_then(super::point::Point::replica_hours).map_or(f64::INFINITY, |e| e.mean)
    }

    fn outlay(&mut self, at: &[u32]) -> Result<f64, StudyError> {
        Ok(planned_hours(&self.model(at)?))
    }
}

/// So few settings are all tried.
const FEW: u64 = 40;

/// Of two stretches of so many settings together the whole edge is walked.
const SHORT: u32 = 400;

/// Whether more of a stretch is more pods by the plan: of the start, of floors, of the schedule.
pub(super) fn is_planned(bench: &Bench<'_>, stretch: usize) -> Result<bool, StudyError> {
    let mut at = vec![0; bench.plan.stretches.len()];
    let least = planned_hours(&bench.model(&at)?);
    at[stretch] = bench.plan.stretches[stretch].last();
    Ok(planned_hours(&bench.model(&at)?) > least)
}

/// Learns by measurement of which stretches more is cheaper, such as a target of utilisation, and turns them round.
fn orient(bench: &mut Bench<'_>, tops: &[u32]) -> Result<(), StudyError> {
    let mut turned = vec![false; tops.len()];
    for stretch in 0..tops.len() {
        if is_planned(bench, stretch)? {
            continue;
        }
        // With the largest of all others it may make no difference; then it does with the smallest.
        for others in [tops.to_vec(), vec![0; tops.len()]] {
            let (mut low, mut high) = (others.clone(), others);
            (low[stretch], high[stretch]) = (0, tops[stretch]);
            bench.test(&low, Phase::Probe, &[])?;
            bench.test(&high, Phase::Probe, &[])?;
            if let Some(less_is_dearer) = is_dearer(bench, &low, &high) {
                turned[stretch] = less_is_dearer;
                break;
            }
        }
    }
    bench.turn(turned);
    Ok(())
}

/// Whether a setting costs more than another, on the replications that both have; nothing if they do not tell.
fn is_dearer(bench: &Bench<'_>, one: &[u32], other: &[u32]) -> Option<bool> {
    let (one, other) = (bench.point(one, false)?.hours(), bench.point(other, false)?.hours());
    let pairs: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one - other).collect();
    let difference = t_interval(&pairs, 0.99)?;
    let tells = difference.low > 0.0 || difference.high < 0.0;
    tells.then_some(difference.centre > 0.0)
}

/// How much of the settings was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Every one.
    All,
    /// The whole edge of those that hold.
    Edge,
    /// A walk that ends where no exchange is cheaper.
    Walk,
}

/// Tries as much of the lower edge of the settings that hold as is affordable.
fn explore(bench: &mut Bench<'_>, tops: &[u32], start: &[u32]) -> Result<Reach, StudyError> {
    let all: u64 = tops.iter().map(|&top| u64::from(top) + 1).product();
    if all <= FEW {
        enumerate(tops, bench)?;
        return Ok(Reach::All);
    }
    if let [first, second] = *tops
        && first + second <= SHORT
    {
        walk_edge(first, second, bench)?;
        return Ok(Reach::Edge);
    }
    descend(tops, start, bench)?;
    Ok(Reach::Walk)
}

/// Settings that hold, the cheapest first; equals by their order.
fn held(bench: &Bench<'_>) -> Vec<Vec<u32>> {
    let held = bench.tried().filter(|(_, standing)| *standing == Standing::Holds);
    let mut held: Vec<(f64, Vec<u32>)> = held.map(|(at, _)| (bench.cost(at), at.to_vec())).collect();
    held.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    held.into_iter().map(|(_, at)| at).collect()
}

/// Searches the cheapest setting of the plan's stretches.
pub(super) fn search(bench: &mut Bench<'_>, mut answer: SearchAnswer) -> Result<SearchAnswer, StudyError> {
    let tops: Vec<u32> = bench.plan.stretches.iter().map(crate::scenario::Stretch::last).collect();
    orient(bench, &tops)?;
    let start = forecast(bench, &tops)?;
    answer.forecast = Some(bench.texts(&start));
    let reach = explore(bench, &tops, &start)?;
    let is_held = bench.tried().any(|(_, standing)| standing == Standing::Holds);
    let at = match is_held {
        true => {
            let at = confirmed(bench, &tops, &mut answer)?;
            answer.end = if at == tops { SearchEnd::AllHold } else { SearchEnd::Found };
            if at.iter().all(|&index| index == 0) {
                answer
                    .notes
                    .push("the cheapest values of all ranges hold: cheaper ones lie beyond".to_owned());
            }
            at
        }
        false => {
            answer.end = SearchEnd::NoneHolds;
            answer.first = breaking(bench, &tops, &[]).into_iter().collect();
            tops.clone()
        }
    };
    probe(bench, &at, &tops, &mut answer)?;
    answer.notes.push(extent(bench, &tops, reach));
    answer.setting = bench.texts(&at);
    answer.values = bench.values(&at);
    let point = bench.point(&at, true).or_else(|| bench.point(&at, false));
    answer.replica_hours = point.and_then(super::point::Point::replica_hours);
    Ok(answer)
}

/// How far the answer reaches, as a sentence.
fn extent(bench: &Bench<'_>, tops: &[u32], reach: Reach) -> String {
    let all: f64 = tops.iter().map(|&top| f64::from(top) + 1.0).product();
    let tried = bench.tried().count();
    if tried as f64 == all {
        return format!("all {tried} settings were tried: none that holds is cheaper");
    }
    match reach {
        Reach::All | Reach::Edge => format!(
            "{tried} of {all:.0} settings were tried, and so the whole edge of those that hold: none that holds is \
             cheaper if more never hurts and never costs less"
        ),
        Reach::Walk => format!(
            "{tried} of {all:.0} settings were tried: none of them that holds is cheaper, one that was not tried may be"
        ),
    }
}

/// For each parameter the least that rates and means alone let hold, with the others at their largest.
fn forecast(bench: &Bench<'_>, tops: &[u32]) -> Result<Vec<u32>, StudyError> {
    let mut start = tops.to_vec();
    for (parameter, &top) in tops.iter().enumerate() {
        let test = |taken: u32| -> Result<Standing, StudyError> {
            let mut at = tops.to_vec();
            at[parameter] = top - taken;
            Ok(if foresee(&bench.model(&at)?) { Standing::Holds } else { Standing::Fails })
        };
        start[parameter] = top - climb(top, None, test)?.holds.unwrap_or(top / 2);
    }
    Ok(start)
}

/// Confirms a setting on fresh replications, and that nothing can be taken away from it.
fn confirmed(bench: &mut Bench<'_>, tops: &[u32], answer: &mut SearchAnswer) -> Result<Vec<u32>, StudyError> {
    let mut at = tops.to_vec();
    // The answer is taken from everything that was tried and held, not from where a walk ended.
    for candidate in held(bench).into_iter().chain([tops.to_vec()]).take(MOVES as usize) {
        at = candidate;
        answer.confirmed = bench.confirm(&at)? == Standing::Holds;
        if answer.confirmed {
            break;
        }
        let name = bench.texts(&at).join(", ");
        answer
            .notes
            .push(format!("the search found that {name} holds, but fresh replications do not show it"));
    }
    if !answer.confirmed {
        answer.notes.push("no answer could be confirmed on fresh replications".to_owned());
        return Ok(at);
    }
    for _ in 0..MOVES {
        let mut cheaper = None;
        answer.first.clear();
        answer.sharp = true;
        for parameter in (0..at.len()).filter(|&parameter| at[parameter] > 0) {
            let mut less = at.clone();
            less[parameter] -= 1;
            match bench.confirm(&less)? {
                Standing::Fails => answer.first.extend(breaking(bench, &less, &[])),
                Standing::Holds if hours(bench, &less) < hours(bench, &at) => cheaper = Some(less),
                Standing::Holds => {}
                Standing::Undecided => {
                    answer.sharp = false;
                    let (name, most) = (bench.texts(&less).join(", "), bench.plan.replications);
                    answer.notes.push(format!("{most} replications do not tell whether {name} holds"));
                }
            }
            if cheaper.is_some() {
                break;
            }
        }
        match cheaper {
            Some(less) => at = less,
            None => break,
        }
    }
    Ok(at)
}

/// Replica-hours of a setting on fresh replications.
fn hours(bench: &Bench<'_>, at: &[u32]) -> f64 {
    bench.point(at, true).and_then(super::point::Point::replica_hours).map_or(f64::INFINITY, |e| e.mean)
}

/// Looks whether more than the answer still holds.
fn probe(
    bench: &mut Bench<'_>,
    at: &[u32],
    tops: &[u32],
    answer: &mut SearchAnswer,
) -> Result<(), StudyError> {
    if answer.end == SearchEnd::NoneHolds {
        return Ok(());
    }
    let halfway: Vec<u32> = at.iter().zip(tops).map(|(&index, &top)| index + (top - index) / 2).collect();
    for point in [halfway, tops.to_vec()] {
        if bench.test(&point, Phase::Probe, &[])? == Standing::Fails {
            answer.monotone = false;
            let name = bench.texts(&point).join(", ");
            answer.notes.push(format!("{name} fails although it is more than the answer"));
        }
    }
    Ok(())
}
