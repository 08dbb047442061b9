//! Points of a search: made from the scenario and a setting, run until their ruling is known, remembered.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use super::looks::Looks;
use super::point::Point;
use super::tape::Tape;
use super::telling::{Tried, between, cheapest, told};
use crate::analysis::Pool;
use crate::analysis::capacity::{
    Criterion, Phase, PointObjective, PointRow, Rigor, RuledBy, Ruling, Standing, is_bounded, obstacle, rule,
};
use crate::experiment::{WorkUnit, Workers, workspace};
use crate::model::Model;
use crate::scenario::{CapacityGoal, CapacityPlan, Inputs, Scenario};
use crate::study::prepare::{Prepared, prepare};
use crate::study::provenance::Edit;
use crate::study::trials::fix_warm_up;
use crate::study::{Step, StudyError};

/// Numbers of the replications that confirm start here, so that they are not those that selected.
const FRESH: u64 = 1 << 32;

/// Whether a point is tried to select or to confirm, and its indices on the stretches.
type Key = (bool, Vec<u32>);

/// Where points are tried.
pub(super) struct Bench<'a> {
    base: &'a Prepared,
    inputs: &'a dyn Inputs,
    pub plan: &'a CapacityPlan,
    /// Whether more of a stretch is cheaper and bolder: its indices then count from its largest value down.
    turned: Vec<bool>,
    workers: &'a Workers,
    interrupt: &'a AtomicBool,
    progress: &'a mut dyn FnMut(Step),
    /// Where trials are kept.
    tape: Option<&'a mut Tape>,
    /// Points that the search is expected to take; the error is divided by it.
    expected: u32,
    points: BTreeMap<Key, Point>,
    /// In the order of trying.
    order: Vec<Key>,
    selecting: u32,
    confirming: u32,
}

impl<'a> Bench<'a> {
    pub fn new(
        base: &'a Prepared,
        inputs: &'a dyn Inputs,
        plan: &'a CapacityPlan,
        workers: &'a Workers,
        interrupt: &'a AtomicBool,
        progress: &'a mut dyn FnMut(Step),
    ) -> Self {
        let bits = |last: u32| 2 * (u32::BITS - last.leading_zeros());
        let expected = 8 + plan.stretches.iter().map(|stretch| bits(stretch.last())).sum::<u32>();
        Self {
            base,
            inputs,
            plan,
            turned: vec![false; plan.stretches.len()],
            workers,
            interrupt,
            progress,
            tape: None,
            expected,
            points: BTreeMap::new(),
            order: Vec::new(),
            selecting: 0,
            confirming: 0,
        }
    }

    /// The same with every trial kept.
    pub fn keeping(self, tape: &'a mut Tape) -> Self {
        Self { tape: Some(tape), ..self }
    }

    /// Says that the search begins.
    pub fn announce(&mut self) {
        let each = self.plan.stretches.iter().map(|stretch| u64::from(stretch.last()) + 1);
        let (name, settings) = (self.plan.name.clone(), each.fold(1, u64::saturating_mul));
        let looks = |is_fresh, error| Looks::new(self.criterion(), is_fresh, error).usual();
        let walked = u64::from(self.expected).min(settings) * looks(false, self.plan.error);
        // The answer and, for each stretch, its bolder neighbour are shown.
        let shown = (1 + self.plan.stretches.len() as u64) * looks(true, self.plan.error / 2.0);
        let parameters = self.plan.stretches.iter().map(|stretch| stretch.path.clone()).collect();
        let (replications, threads) = (walked + shown, self.workers.count());
        (self.progress)(Step::Search { name, parameters, settings, replications, threads });
    }

    /// Turns stretches round; what was tried stays what it is.
    pub fn turn(&mut self, turned: Vec<bool>) {
        let tops: Vec<u32> = self.plan.stretches.iter().map(crate::scenario::Stretch::last).collect();
        let again = |key: &Key| -> Key {
            let each = key.1.iter().zip(&tops).zip(&turned);
            (key.0, each.map(|((&at, &top), &turned)| if turned { top - at } else { at }).collect())
        };
        self.points = std::mem::take(&mut self.points).into_iter().map(|(key, p)| (again(&key), p)).collect();
        self.order.iter_mut().for_each(|key| *key = again(key));
        self.turned = turned;
    }

    /// The place of an index on its stretch.
    fn place(&self, stretch: usize, at: u32) -> u32 {
        if self.turned[stretch] { self.plan.stretches[stretch].last() - at } else { at }
    }

    /// The stretches with a setting's places on them.
    fn places(&self, at: &[u32]) -> Vec<(&crate::scenario::Stretch, u32)> {
        let both = self.plan.stretches.iter().zip(at).enumerate();
        both.map(|(n, (stretch, &at))| (stretch, self.place(n, at))).collect()
    }

    /// The setting whose values are these.
    pub fn setting_of(&self, values: &[f64]) -> Vec<u32> {
        let index = |(n, (stretch, value)): (usize, (&crate::scenario::Stretch, &f64))| {
            let found = (0..=stretch.last()).find(|&at| stretch.value(at) >= *value);
            self.place(n, found.unwrap_or(stretch.last()))
        };
        self.plan.stretches.iter().zip(values).enumerate().map(index).collect()
    }

    /// The scenario's model with a setting.
    pub fn model(&self, at: &[u32]) -> Result<Model, StudyError> {
        self.scenario(at).map(|scenario| scenario.model)
    }

    /// The scenario with a setting.
    pub fn scenario(&self, at: &[u32]) -> Result<Scenario, StudyError> {
        let set = |(stretch, at): (&crate::scenario::Stretch, u32)| Edit {
            option: format!("capacity ({})", self.plan.name),
            assignment: format!("{}={}", stretch.path, stretch.text(at)),
        };
        let edits = self.base.edits.iter().cloned().chain(self.places(at).into_iter().map(set));
        let edits: Vec<Edit> = edits.collect();
        let prepared = prepare(&self.base.name, &edits, self.inputs)?;
        prepared.scenario.ok_or_else(|| {
            let found = prepared.diagnostics.render(&prepared.document.sources, false);
            StudyError::Refused(format!(
                "the scenario cannot be run with {}:\n{found}",
                self.setting(at).join(", ")
            ))
        })
    }

    /// A setting as `path=value`.
    fn setting(&self, at: &[u32]) -> Vec<String> {
        let each = self.places(at).into_iter();
        each.map(|(stretch, at)| format!("{}={}", stretch.path, stretch.text(at))).collect()
    }

    /// The values of a setting, as written.
    pub fn texts(&self, at: &[u32]) -> Vec<String> {
        self.places(at).into_iter().map(|(stretch, at)| stretch.text(at)).collect()
    }

    /// The values of a setting as numbers.
    pub fn values(&self, at: &[u32]) -> Vec<f64> {
        self.places(at).into_iter().map(|(stretch, at)| stretch.value(at)).collect()
    }

    pub fn criterion(&self) -> Criterion {
        self.plan.probability.map_or(Criterion::AsWritten, Criterion::ShareOfRuns)
    }

    /// How a setting stands without the objectives `set_aside`, on the replications that select. More are run until
    /// it is known or the plan's number is reached.
    pub fn test(&mut self, at: &[u32], phase: Phase, set_aside: &[usize]) -> Result<Standing, StudyError> {
        self.run((false, at.to_vec()), phase, set_aside)
    }

    /// The same on fresh replications.
    pub fn confirm(&mut self, at: &[u32]) -> Result<Standing, StudyError> {
        self.run((true, at.to_vec()), Phase::Confirm, &[])
    }

    fn run(&mut self, key: Key, phase: Phase, set_aside: &[usize]) -> Result<Standing, StudyError> {
        if !self.points.contains_key(&key) {
            let point = self.new_point(&key, phase)?;
            self.points.insert(key.clone(), point);
            self.order.push(key.clone());
        }
        loop {
            let point = &self.points[&key];
            if !point.looks.is_new() {
                let standing = self.rule(point, set_aside).standing;
                if standing != Standing::Undecided || point.looks.are_over(phase, self.plan.replications) {
                    return Ok(self.settle(&key, set_aside, standing));
                }
            }
            self.extend(&key)?;
        }
    }

    /// Remembers the ruling on all objectives.
    fn settle(&mut self, key: &Key, set_aside: &[usize], standing: Standing) -> Standing {
        let all = if set_aside.is_empty() { standing } else { self.rule(&self.points[key], &[]).standing };
        if let Some(point) = self.points.get_mut(key)
            && point.standing == Standing::Undecided
        {
            let is_told = std::mem::replace(&mut point.is_told, true);
            point.standing = all;
            if !is_told || all != Standing::Undecided {
                self.tell(key);
            }
        }
        standing
    }

    /// What is known of the answer.
    fn bracket(&self) -> String {
        let tops = self.plan.stretches.iter().map(crate::scenario::Stretch::last);
        let top: u32 = tops.fold(0, u32::saturating_add);
        let tried = |(at, standing): (&[u32], Standing)| {
            let more: u32 = at.iter().sum();
            // What is searched for the cheapest has its safe side where most is.
            let boldness = if self.plan.goal == CapacityGoal::Cheapest { top - more } else { more };
            let hours = self.point(at, false).and_then(Point::replica_hours);
            let replica_hours = hours.map_or(f64::INFINITY, |hours| hours.mean);
            Tried { boldness, standing, replica_hours, name: self.texts(at).join(", ") }
        };
        let tried: Vec<Tried> = self.tried().map(tried).collect();
        if self.plan.stretches.len() > 1 { cheapest(&tried) } else { between(&tried) }
    }

    /// Says that a point is decided, and what is known now.
    fn tell(&mut self, key: &Key) {
        let point = &self.points[key];
        let ruling = told(point.standing, point.pool.runs(), key.0);
        let (setting, bracket) = (self.texts(&key.1).join(", "), self.bracket());
        (self.progress)(Step::Decided { setting, ruling, bracket });
    }

    /// The ruling at a point's present look.
    fn rule(&self, point: &Point, set_aside: &[usize]) -> Ruling {
        rule(&point.model, &point.pool, self.criterion(), set_aside, point.looks.rigor())
    }

    fn new_point(&mut self, key: &Key, phase: Phase) -> Result<Point, StudyError> {
        let (model, _) = fix_warm_up(self.workers, &self.model(&key.1)?, self.interrupt)?;
        let model = model.without_call_series();
        let error = if key.0 { self.confirming_error() } else { self.selecting_error() };
        let pool = Pool::new(&model);
        let looks = Looks::new(self.criterion(), key.0, error);
        Ok(Point { phase, model, pool, looks, standing: Standing::Undecided, is_told: false })
    }

    /// Half of the plan's error belongs to the search: half of that to as many points as are expected, a quarter to
    /// as many again, and so on.
    fn selecting_error(&mut self) -> f64 {
        let round = self.selecting / self.expected;
        self.selecting += 1;
        let share = (0..=round.min(60)).fold(1.0, |share: f64, _| share / 2.0);
        self.plan.error / 2.0 * share / f64::from(self.expected)
    }

    /// The other half belongs to the confirmation: `1 / (k (k + 1))` of it to the k-th point. All of it does where the
    /// search rules by margin, and so uses none.
    fn confirming_error(&mut self) -> f64 {
        self.confirming += 1;
        let k = f64::from(self.confirming);
        let ours = if self.plan.probability.is_some() { self.plan.error } else { self.plan.error / 2.0 };
        ours / (k * (k + 1.0))
    }

    /// Runs a point's replications up to its next look.
    fn extend(&mut self, key: &Key) -> Result<(), StudyError> {
        let number = self.order.iter().position(|other| other == key).unwrap_or(0) as u32 + 1;
        let Some(point) = self.points.get_mut(key) else { return Ok(()) };
        let (mut done, target) = (point.pool.runs(), point.looks.next(self.plan.replications));
        let start = if key.0 { FRESH } else { 0 };
        let Point { model, pool, .. } = &mut *point;
        let (progress, interrupt) = (&mut self.progress, self.interrupt);
        while let Some(tape) = self.tape.as_mut().filter(|_| done < target)
            && let Some(record) = tape.take(number, start + u64::from(done))?
        {
            pool.fold(record);
            done += 1;
        }
        let unit = WorkUnit {
            design_point: number,
            first: start + u64::from(done),
            count: target.saturating_sub(done),
        };
        progress(Step::Point { number, done, of: target });
        let (tape, mut failed) = (&mut self.tape, None);
        let fold = |record| {
            if let Some(tape) = tape
                && let Err(error) = tape.keep(number, start + u64::from(done), &record)
            {
                failed.get_or_insert(error);
            }
            pool.fold(record);
            done += 1;
            progress(Step::Point { number, done, of: target });
        };
        let ended = self.workers.run(unit, || workspace(model, interrupt), interrupt, fold);
        if let Some(error) = failed {
            return Err(error);
        }
        ended.map_err(|_| StudyError::Interrupted)?;
        point.looks.take(point.pool.runs());
        if let Some(why) = obstacle(&point.model, &point.pool) {
            return Err(StudyError::Refused(format!("an objective cannot be judged: {why}")));
        }
        Ok(())
    }

    /// A point that was tried, fresh or not.
    pub fn point(&self, at: &[u32], is_fresh: bool) -> Option<&Point> {
        self.points.get(&(is_fresh, at.to_vec()))
    }

    /// The ruling on a tried point, of fresh replications if there are any.
    pub fn ruling(&self, at: &[u32], set_aside: &[usize]) -> Option<(&Point, Ruling)> {
        let point = self.point(at, true).or_else(|| self.point(at, false))?;
        Some((point, self.rule(point, set_aside)))
    }

    /// Settings tried with the replications that select, with their standing.
    pub fn tried(&self) -> impl Iterator<Item = (&[u32], Standing)> {
        let selected = self.order.iter().filter(|key| !key.0);
        selected.map(|key| (key.1.as_slice(), self.points[key].standing))
    }

    /// Settings at which a replication ran into a bound, as sentences.
    pub fn bounds(&self) -> Vec<String> {
        let hit = self.order.iter().filter(|key| is_bounded(&self.points[*key].pool));
        let say = |key: &Key| {
            format!("a run with {} reached a bound, which counts as failing", self.texts(&key.1).join(", "))
        };
        hit.map(say).collect()
    }

    /// Every point for the record.
    pub fn rows(&self) -> Vec<PointRow> {
        self.order.iter().map(|key| self.row(key)).collect()
    }

    fn row(&self, key: &Key) -> PointRow {
        let point = &self.points[key];
        let ruling = self.rule(point, &[]);
        let objective = |(standing, result): (&Standing, &crate::analysis::ObjectiveResult)| PointObjective {
            standing: *standing,
            measured: result.measured,
            limit: result.limit,
            unit: result.unit,
        };
        PointRow {
            phase: point.phase,
            setting: self.texts(&key.1),
            values: self.values(&key.1),
            standing: point.standing,
            ruled_by: if point.looks.rigor() == Rigor::Margin { RuledBy::Margin } else { RuledBy::Error },
            first_replication: if key.0 { FRESH } else { 0 },
            replications: point.pool.runs(),
            runs_met: ruling.runs_met,
            replica_hours: point.replica_hours(),
            objectives: ruling.each.iter().zip(&ruling.objectives).map(objective).collect(),
        }
    }
}
