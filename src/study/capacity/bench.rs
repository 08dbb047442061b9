//! Points of a search: made from the scenario and a setting, run until their ruling is known, remembered.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::analysis::capacity::{
    Criterion, Phase, PointObjective, PointRow, Ruling, Standing, is_bounded, obstacle, rule,
};
use crate::analysis::{Estimate, Pool};
use crate::experiment::{WorkUnit, Workers, workspace};
use crate::metrics::catalogue::{REPLICA_HOURS, REPLICAS_READY_AT_T0, UTILISATION};
use crate::model::{Model, ScopeKind};
use crate::scenario::{CapacityPlan, Inputs, Scenario};
use crate::stats::t_interval;
use crate::study::prepare::{Prepared, prepare};
use crate::study::provenance::Edit;
use crate::study::trials::fix_warm_up;
use crate::study::{Step, StudyError};

/// Replications of the first look of a search; each further look has twice as many in all.
const FIRST_LOOK: u32 = 8;

/// Replications of the first look of a confirmation.
const FIRST_FRESH: u32 = 20;

/// Most replications of a point away from the answer: it is looked at to see it fail against the order, and where
/// it does not fail soon it does not fail badly.
const PROBE: u32 = 32;

/// Numbers of the replications that confirm start here, so that they are not those that selected.
const FRESH: u64 = 1 << 32;

/// Whether a point is tried to select or to confirm, and its indices on the stretches.
type Key = (bool, Vec<u32>);

/// A point that was tried.
pub(super) struct Point {
    phase: Phase,
    pub model: Model,
    pub pool: Pool,
    /// Probability of a wrong ruling that this point may use up.
    error: f64,
    /// Looks so far.
    looks: u32,
    standing: Standing,
}

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
            expected,
            points: BTreeMap::new(),
            order: Vec::new(),
            selecting: 0,
            confirming: 0,
        }
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
            if point.looks > 0 {
                let standing = self.rule(point, set_aside).standing;
                let aside = matches!(phase, Phase::Probe | Phase::Next);
                let most = if aside { PROBE } else { self.plan.replications };
                let done = point.pool.runs() >= most.min(self.plan.replications);
                if standing != Standing::Undecided || done {
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
            point.standing = all;
        }
        standing
    }

    /// The ruling at a point's present look. A look may use `error / (k (k + 1))`: over all looks that adds up to
    /// no more than the error, however many there are.
    fn rule(&self, point: &Point, set_aside: &[usize]) -> Ruling {
        let look = f64::from(point.looks.max(1));
        rule(&point.model, &point.pool, self.criterion(), set_aside, point.error / (look * (look + 1.0)))
    }

    fn new_point(&mut self, key: &Key, phase: Phase) -> Result<Point, StudyError> {
        let (model, _) = fix_warm_up(self.workers, &self.model(&key.1)?, self.interrupt)?;
        let model = model.without_call_series();
        let error = if key.0 { self.confirming_error() } else { self.selecting_error() };
        let pool = Pool::new(&model);
        Ok(Point { phase, model, pool, error, looks: 0, standing: Standing::Undecided })
    }

    /// Half of the plan's error belongs to the search: half of that to as many points as are expected, a quarter to
    /// as many again, and so on.
    fn selecting_error(&mut self) -> f64 {
        let round = self.selecting / self.expected;
        self.selecting += 1;
        let share = (0..=round.min(60)).fold(1.0, |share: f64, _| share / 2.0);
        self.plan.error / 2.0 * share / f64::from(self.expected)
    }

    /// The other half belongs to the confirmation: `1 / (k (k + 1))` of it to the k-th point.
    fn confirming_error(&mut self) -> f64 {
        self.confirming += 1;
        let k = f64::from(self.confirming);
        self.plan.error / 2.0 / (k * (k + 1.0))
    }

    /// Runs a point's replications up to its next look.
    fn extend(&mut self, key: &Key) -> Result<(), StudyError> {
        let number = self.order.iter().position(|other| other == key).unwrap_or(0) as u32 + 1;
        let Some(point) = self.points.get_mut(key) else { return Ok(()) };
        let first = if key.0 { FIRST_FRESH } else { FIRST_LOOK };
        let target = if point.looks == 0 { first } else { point.pool.runs().saturating_mul(2) };
        let (done, target) = (point.pool.runs(), target.min(self.plan.replications));
        let start = if key.0 { FRESH } else { 0 };
        let unit = WorkUnit {
            design_point: number,
            first: start + u64::from(done),
            count: target.saturating_sub(done),
        };
        let Point { model, pool, .. } = point;
        let progress = &mut self.progress;
        let mut folded = done;
        progress(Step::Point { number, done, of: target });
        let fold = |record| {
            pool.fold(record);
            folded += 1;
            progress(Step::Point { number, done: folded, of: target });
        };
        let interrupt = self.interrupt;
        self.workers
            .run(unit, || workspace(model, interrupt), interrupt, fold)
            .map_err(|_| StudyError::Interrupted)?;
        point.looks += 1;
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
            first_replication: if key.0 { FRESH } else { 0 },
            replications: point.pool.runs(),
            runs_met: ruling.runs_met,
            replica_hours: point.replica_hours(),
            objectives: ruling.each.iter().zip(&ruling.objectives).map(objective).collect(),
        }
    }
}

impl Point {
    /// Replica-hours over all services, run by run.
    pub fn hours(&self) -> Vec<f64> {
        let names = self.model.services.iter().filter(|service| !service.external);
        let mut sums: Vec<f64> = Vec::new();
        for service in names {
            let hours = self.pool.per_run(&ScopeKind::Service.called(&service.name), REPLICA_HOURS.name);
            sums.resize(sums.len().max(hours.len()), 0.0);
            sums.iter_mut().zip(&hours).for_each(|(sum, hours)| *sum += hours);
        }
        sums
    }

    /// Replica-hours over all services, a run.
    pub fn replica_hours(&self) -> Option<Estimate> {
        let hours = self.hours();
        let interval = t_interval(&hours, 0.95)?;
        let replications = hours.len() as u32;
        Some(Estimate {
            mean: interval.centre,
            ci95_low: interval.low.max(0.0),
            ci95_high: interval.high,
            replications,
        })
    }

    /// The service whose slots are busiest, and how busy.
    pub fn busiest(&self) -> Option<(String, f64)> {
        let of = |service: &crate::model::Service| {
            let runs = self.pool.per_run(&ScopeKind::Service.called(&service.name), UTILISATION.name);
            let mean = runs.iter().sum::<f64>() / runs.len().max(1) as f64;
            (service.name.clone(), mean)
        };
        self.model.services.iter().map(of).max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, busy)| *busy > 0.0)
    }

    /// Pods of a service ready at T0, mean over runs, rounded up beyond a hundredth of a pod.
    pub fn ready_at_t0(&self, service: usize) -> Option<u32> {
        let name = ScopeKind::Service.called(&self.model.services[service].name);
        let ready = self.pool.per_run(&name, REPLICAS_READY_AT_T0.name);
        let mean = ready.iter().sum::<f64>() / ready.len() as f64;
        mean.is_finite().then(|| (mean - 0.01).ceil().max(0.0) as u32)
    }
}
