//! Several parameters: the setting with the fewest replica-hours that holds.

use super::bench::Bench;
use super::breaking::breaking;
use crate::analysis::capacity::{
    Ground, Phase, SearchAnswer, SearchEnd, Standing, climb, descend, foresee, planned_hours,
};
use crate::study::StudyError;

/// How often an answer may be moved by fresh replications.
const MOVES: u32 = 6;

impl Ground for Bench<'_> {
    type Error = StudyError;

    fn test(&mut self, at: &[u32]) -> Result<Standing, StudyError> {
        Bench::test(self, at, Phase::Search, &[])
    }

    fn cost(&self, at: &[u32]) -> f64 {
        self.point(at, false).and_then(super::bench::Point::replica_hours).map_or(f64::INFINITY, |e| e.mean)
    }

    fn outlay(&mut self, at: &[u32]) -> Result<f64, StudyError> {
        Ok(planned_hours(&self.model(at)?))
    }
}

/// Searches the cheapest setting of the plan's stretches.
pub(super) fn search(bench: &mut Bench<'_>, mut answer: SearchAnswer) -> Result<SearchAnswer, StudyError> {
    let tops: Vec<u32> = bench.plan.stretches.iter().map(crate::scenario::Stretch::last).collect();
    let start = forecast(bench, &tops)?;
    answer.forecast = Some(bench.texts(&start));
    let at = match descend(&tops, &start, bench)? {
        Some(found) => {
            let at = confirmed(bench, found, &tops, &mut answer)?;
            answer.end = if at == tops { SearchEnd::AllHold } else { SearchEnd::Found };
            if at.iter().all(|&index| index == 0) {
                answer
                    .notes
                    .push("the smallest values of all ranges hold: cheaper ones lie below".to_owned());
            }
            at
        }
        None => {
            answer.end = SearchEnd::NoneHolds;
            answer.first = breaking(bench, &tops, &[]).into_iter().collect();
            tops.clone()
        }
    };
    probe(bench, &at, &tops, &mut answer)?;
    let all: f64 = tops.iter().map(|&top| f64::from(top) + 1.0).product();
    let tried = bench.tried().count();
    answer.notes.push(format!(
        "{tried} of {all:.0} settings were tried: none of them that holds is cheaper, one that was not tried may be"
    ));
    answer.setting = bench.texts(&at);
    answer.values = bench.values(&at);
    let point = bench.point(&at, true).or_else(|| bench.point(&at, false));
    answer.replica_hours = point.and_then(super::bench::Point::replica_hours);
    Ok(answer)
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
fn confirmed(
    bench: &mut Bench<'_>,
    found: Vec<u32>,
    tops: &[u32],
    answer: &mut SearchAnswer,
) -> Result<Vec<u32>, StudyError> {
    let mut at = found;
    for stride in 0..MOVES {
        answer.confirmed = bench.confirm(&at)? == Standing::Holds;
        if answer.confirmed || at == tops {
            break;
        }
        let name = bench.texts(&at).join(", ");
        answer
            .notes
            .push(format!("the search found that {name} holds, but fresh replications do not show it"));
        at.iter_mut().zip(tops).for_each(|(index, &top)| *index = (*index + (1 << stride)).min(top));
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
                Standing::Holds => cheaper = Some(less),
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
