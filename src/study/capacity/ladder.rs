//! One parameter: the boldest value that holds, what breaks beyond it, and what next.

use super::bench::Bench;
use super::breaking::{breaking, missed};
use crate::analysis::capacity::{
    Breaking, Footing, Phase, SearchAnswer, SearchEnd, Standing, climb, foresee, probes,
};
use crate::scenario::CapacityGoal;
use crate::study::StudyError;

/// How often an answer may be moved by fresh replications.
const MOVES: u32 = 6;

/// A ladder on one stretch: rung 0 is the safest value.
struct Ladder<'b, 'a> {
    bench: &'b mut Bench<'a>,
    top: u32,
    /// The safest value is the largest.
    is_falling: bool,
    notes: Vec<String>,
    monotone: bool,
}

/// Searches the boldest value of the plan's only stretch.
pub(super) fn search(bench: &mut Bench<'_>, mut answer: SearchAnswer) -> Result<SearchAnswer, StudyError> {
    let top = bench.plan.stretches[0].last();
    let is_falling = bench.plan.goal == CapacityGoal::Cheapest;
    let mut ladder = Ladder { bench, top, is_falling, notes: Vec::new(), monotone: true };
    let forecast = ladder.forecast()?;
    let footing = ladder.footing(forecast)?;
    answer.forecast = forecast.map(|rung| ladder.texts(rung));
    let boldest = match footing.holds {
        None => {
            answer.end = SearchEnd::NoneHolds;
            let here = ladder.index(0);
            let standing = ladder.bench.ruling(&[here], &[]).map(|(_, ruling)| ruling.standing);
            if standing == Some(Standing::Undecided) {
                let (name, most) = (ladder.name(0), ladder.bench.plan.replications);
                ladder.notes.push(format!("{most} replications do not tell whether {name} holds"));
            }
            answer.first = ladder.breaking(0, &[])?.into_iter().collect();
            0
        }
        Some(found) => {
            let found = ladder.confirmed(found, &mut answer)?;
            answer.end = if found == top { SearchEnd::AllHold } else { SearchEnd::Found };
            if found < top {
                ladder.beyond(found, &mut answer)?;
            }
            found
        }
    };
    let at = [ladder.index(boldest)];
    answer.setting = ladder.bench.texts(&at);
    answer.values = ladder.bench.values(&at);
    answer.monotone = ladder.monotone;
    answer.notes.append(&mut ladder.notes);
    let point = ladder.bench.point(&at, true).or_else(|| ladder.bench.point(&at, false));
    answer.replica_hours = point.and_then(super::point::Point::replica_hours);
    Ok(answer)
}

impl Ladder<'_, '_> {
    fn index(&self, rung: u32) -> u32 {
        if self.is_falling { self.top - rung } else { rung }
    }

    fn texts(&self, rung: u32) -> Vec<String> {
        self.bench.texts(&[self.index(rung)])
    }

    fn name(&self, rung: u32) -> String {
        self.texts(rung).join(", ")
    }

    fn test(&mut self, rung: u32, phase: Phase, set_aside: &[usize]) -> Result<Standing, StudyError> {
        self.bench.test(&[self.index(rung)], phase, set_aside)
    }

    /// The last rung that rates and means alone let hold.
    fn forecast(&self) -> Result<Option<u32>, StudyError> {
        let test = |rung| -> Result<Standing, StudyError> {
            let holds = foresee(&self.bench.model(&[self.index(rung)])?);
            Ok(if holds { Standing::Holds } else { Standing::Fails })
        };
        Ok(climb(self.top, None, test)?.holds)
    }

    /// Neighbouring rungs of which one holds and one does not, below every rung that was seen to fail.
    fn footing(&mut self, forecast: Option<u32>) -> Result<Footing, StudyError> {
        let mut footing = climb(self.top, forecast, |rung| self.test(rung, Phase::Search, &[]))?;
        for _ in 0..MOVES {
            let mut lower = None;
            for rung in probes(self.top, footing) {
                let standing = self.test(rung, Phase::Probe, &[])?;
                let (below, name) = (footing.holds.is_some_and(|low| rung < low), self.name(rung));
                if below && standing == Standing::Fails {
                    self.monotone = false;
                    self.notes.push(format!("{name} fails although bolder values hold"));
                    lower = Some(rung);
                    break;
                }
                if !below && standing == Standing::Holds {
                    self.monotone = false;
                    self.notes.push(format!("{name} holds although safer values fail"));
                }
            }
            match lower {
                Some(0) => return Ok(Footing { holds: None, fails: Some(0) }),
                Some(rung) => {
                    let below = climb(rung - 1, None, |rung| self.test(rung, Phase::Search, &[]))?;
                    footing = Footing { fails: below.fails.or(Some(rung)), ..below };
                }
                None => break,
            }
        }
        Ok(footing)
    }

    /// Confirms a rung and its bolder neighbour on fresh replications; where they say otherwise the answer moves.
    fn confirmed(&mut self, found: u32, answer: &mut SearchAnswer) -> Result<u32, StudyError> {
        let mut at = found;
        let mut stride = 1;
        for _ in 0..MOVES {
            let standing = self.bench.confirm(&[self.index(at)])?;
            answer.confirmed = standing == Standing::Holds;
            if answer.confirmed || at == 0 {
                break;
            }
            let said = if standing == Standing::Fails { "fail there" } else { "do not show it" };
            let name = self.name(at);
            self.notes.push(format!("the search found that {name} holds, but fresh replications {said}"));
            at = at.saturating_sub(stride);
            stride *= 2;
        }
        if !answer.confirmed {
            self.notes.push("no answer could be confirmed on fresh replications".to_owned());
            return Ok(at);
        }
        for _ in 0..MOVES {
            if at == self.top {
                break;
            }
            match self.bench.confirm(&[self.index(at + 1)])? {
                Standing::Fails => answer.sharp = true,
                Standing::Undecided => self.grey(at + 1)?,
                Standing::Holds => {
                    at += 1;
                    continue;
                }
            }
            break;
        }
        Ok(at)
    }

    /// Strides on from a rung that the replications do not tell, until one is shown to fail.
    fn grey(&mut self, from: u32) -> Result<(), StudyError> {
        let (mut rung, mut stride) = (from, 1);
        let mut last = from;
        while rung < self.top {
            rung = rung.saturating_add(stride).min(self.top);
            stride = stride.saturating_mul(2);
            if self.test(rung, Phase::Search, &[])? == Standing::Fails {
                break;
            }
            last = rung;
        }
        let most = self.bench.plan.replications;
        let span = if last == from {
            self.name(from)
        } else {
            format!("{} .. {}", self.name(from), self.name(last))
        };
        self.notes.push(format!("{most} replications of a point do not tell whether it holds at {span}"));
        Ok(())
    }

    /// What breaks first beyond a rung, and what next.
    fn beyond(&mut self, found: u32, answer: &mut SearchAnswer) -> Result<(), StudyError> {
        let bold: Vec<u32> = self.failing_beyond(found);
        let Some(&fails) = bold.iter().min() else { return Ok(()) };
        let Some(first) = self.breaking(fails, &[])? else { return Ok(()) };
        let set_aside = missed(self.bench, &[self.index(fails)], &[]);
        answer.first = vec![first];
        let model = &self.bench.model(&[self.index(fails)])?;
        if set_aside.len() >= model.objectives.len() {
            return Ok(());
        }
        let length = self.top - fails;
        // Only what is shown to fail breaks: here doubt does not count as failing.
        let footing = climb(length, Some(0), |step| -> Result<Standing, StudyError> {
            let standing = self.test(fails + step, Phase::Next, &set_aside)?;
            Ok(if standing == Standing::Fails { standing } else { Standing::Holds })
        })?;
        answer.next = Some(match footing.fails {
            Some(step) => self.breaking(fails + step, &set_aside)?.unwrap_or_default(),
            None => Breaking::default(),
        });
        Ok(())
    }

    /// Rungs beyond `found` that were seen to fail, fresh or not.
    fn failing_beyond(&self, found: u32) -> Vec<u32> {
        let rung = |index: u32| if self.is_falling { self.top - index } else { index };
        let tried = self.bench.tried().filter(|(_, standing)| *standing == Standing::Fails);
        let mut rungs: Vec<u32> = tried.map(|(at, _)| rung(at[0])).filter(|&rung| rung > found).collect();
        let next = found + 1;
        let fresh = self.bench.ruling(&[self.index(next)], &[]);
        if fresh.is_some_and(|(_, ruling)| ruling.standing == Standing::Fails) {
            rungs.push(next);
        }
        rungs
    }

    fn breaking(&mut self, rung: u32, set_aside: &[usize]) -> Result<Option<Breaking>, StudyError> {
        Ok(breaking(self.bench, &[self.index(rung)], set_aside))
    }
}
