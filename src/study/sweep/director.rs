//! What runs next in a sweep: points in their order, each until its number of replications or its precision is reached.
//!
//! A point that waits for a decision lets the next one begin, so that no thread idles; what is decided about a point
//! depends on its own records only. A pool is dropped as soon as its point is decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::Pool;
use crate::analysis::sweep::{PointOutcome, point_result};
use crate::experiment::{
    Assignment, Director, FIRST_PILOT, Next, PILOT_REPLICATIONS, Pilot, WorkUnit, next_batch, pilot_model,
};
use crate::metrics::RunRecord;
use crate::model::{Mode, Model, WarmUp};
use crate::scenario::Scenario;
use crate::study::StudyError;
use crate::study::journal::{Entry, Journal};
use crate::study::step::Step;

/// Where design points come from.
pub(in crate::study) trait Points {
    /// How many there are.
    fn count(&self) -> usize;
    /// The scenario of one.
    ///
    /// # Errors
    /// Why it is none, in one line.
    fn scenario(&self, point: usize) -> Result<Scenario, String>;
}

/// A point under way.
struct Open {
    stage: Stage,
    /// Number of the first replication that is measured.
    first: u64,
    /// Replications of the stage that have been assigned.
    given: u32,
    /// Replications of the stage that have been taken.
    taken: u32,
    /// Replications at which the stage is looked at.
    target: u32,
}

/// What a point's replications are for.
enum Stage {
    /// Finding the warm-up of a steady-state run: the model that is to be measured, and what has been seen.
    Pilot { model: Box<Model>, shown: Arc<Model>, pilot: Pilot },
    /// The point's numbers.
    Measure { model: Arc<Model>, pool: Box<Pool> },
}

/// Directs a sweep and keeps what came of its points.
pub(in crate::study) struct SweepDirector<'a> {
    points: &'a dyn Points,
    /// How far the replications of a point lie behind those of the point before; 0 gives all points the same.
    stride: u64,
    with_runs: bool,
    journal: Option<Journal>,
    /// Points not begun yet start here.
    next_point: usize,
    open: BTreeMap<u32, Open>,
    outcomes: Vec<Option<PointOutcome>>,
    /// Why the sweep ends early.
    error: Option<StudyError>,
    /// Records taken, without those of pilots.
    taken: u64,
    /// Replications that points ended with or will as far as is known.
    planned: u64,
    usual: u64,
    progress: &'a mut dyn FnMut(Step),
}

impl<'a> SweepDirector<'a> {
    /// Nothing run yet; a point is expected to take `usual` replications.
    pub(in crate::study) fn new(
        points: &'a dyn Points,
        usual: u32,
        with_runs: bool,
        progress: &'a mut dyn FnMut(Step),
    ) -> Self {
        let usual = u64::from(usual);
        let planned = usual * points.count() as u64;
        let outcomes = (0..points.count()).map(|_| None).collect();
        let (open, journal, error) = (BTreeMap::new(), None, None);
        Self {
            points,
            stride: 0,
            with_runs,
            journal,
            next_point: 0,
            open,
            outcomes,
            error,
            taken: 0,
            planned,
            usual,
            progress,
        }
    }

    /// Gives every point replications of its own, `stride` further than those of the point before, so that points are
    /// independent.
    pub(in crate::study) fn apart(self, stride: u32) -> Self {
        Self { stride: u64::from(stride), ..self }
    }

    /// From now on every record goes into the journal, too.
    pub(super) fn keep(&mut self, journal: Journal) {
        // What a kill has cut off between assigning and taking is assigned again.
        self.open.values_mut().for_each(|open| open.given = open.taken);
        self.journal = Some(journal);
    }

    /// Takes a record of an earlier run of the same sweep.
    pub(super) fn replay(&mut self, entry: Entry) -> Result<(), StudyError> {
        let wrong =
            || StudyError::Failed("the journal holds a trial that this sweep would not have run".to_owned());
        let point = entry.point;
        while self.next_point <= point as usize && self.next_point < self.outcomes.len() {
            self.begin();
        }
        let open = self.open.get_mut(&point).ok_or_else(wrong)?;
        if entry.replication != open.start() + u64::from(open.taken) {
            return Err(wrong());
        }
        self.fold(point, entry.record);
        Ok(())
    }

    /// What came of every point in their order, and the journal; or why there is nothing.
    pub(in crate::study) fn finish(self) -> Result<(Vec<PointOutcome>, Option<Journal>), StudyError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let missing = || PointOutcome::Failed("it was not run".to_owned());
        let outcomes = self.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(missing));
        Ok((outcomes.collect(), self.journal))
    }

    /// Opens the next point, or notes why it cannot be run.
    fn begin(&mut self) {
        let point = self.next_point;
        self.next_point += 1;
        match self.points.scenario(point) {
            Ok(scenario) => {
                let open = Open::new(scenario.model, self.stride * point as u64);
                self.planned = self.planned + u64::from(open.replications()) - self.usual;
                self.open.insert(point as u32, open);
            }
            Err(reason) => {
                self.planned -= self.usual;
                self.outcomes[point] = Some(PointOutcome::Failed(reason));
                self.report();
            }
        }
    }

    fn fold(&mut self, point: u32, record: RunRecord) {
        let Some(open) = self.open.get_mut(&point) else { return };
        let is_measured = matches!(open.stage, Stage::Measure { .. });
        let before = open.replications();
        let done = open.take(record);
        self.taken += u64::from(is_measured);
        self.planned = self.planned + u64::from(open.replications()) - u64::from(before);
        if let Some(precision_reached) = done
            && let Some(Open { stage: Stage::Measure { model, pool }, .. }) = self.open.remove(&point)
        {
            let result = point_result(&model, &pool, precision_reached, self.with_runs);
            self.outcomes[point as usize] = Some(PointOutcome::Ran(Box::new(result)));
        }
        self.report();
    }

    fn report(&mut self) {
        let points = self.outcomes.len() as u32;
        let finished = self.outcomes.iter().filter(|outcome| outcome.is_some()).count() as u32;
        (self.progress)(Step::Sweep { done: self.taken, of: self.planned, finished, points });
    }
}

impl Director for SweepDirector<'_> {
    fn next(&mut self) -> Next {
        loop {
            if self.error.is_some() {
                return Next::Done;
            }
            if let Some((&point, open)) = self.open.iter_mut().find(|(_, open)| open.given < open.target) {
                return Next::Run(open.assign(point));
            }
            if self.next_point < self.outcomes.len() {
                self.begin();
            } else if self.open.is_empty() {
                return Next::Done;
            } else {
                return Next::Wait;
            }
        }
    }

    fn take(&mut self, point: u32, replication: u64, record: RunRecord) {
        if self.error.is_some() {
            return;
        }
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.append(|frame| Entry::append(frame, point, replication, &record))
        {
            self.error = Some(error);
            return;
        }
        self.fold(point, record);
    }
}

impl Open {
    fn new(model: Model, first: u64) -> Self {
        if matches!(model.plan.mode, Mode::Steady(WarmUp::Mser5)) {
            let shown = Arc::new(pilot_model(&model));
            let stage = Stage::Pilot { model: Box::new(model), shown, pilot: Pilot::default() };
            return Self { stage, first, given: 0, taken: 0, target: PILOT_REPLICATIONS };
        }
        Self::measure(model, first)
    }

    fn measure(model: Model, first: u64) -> Self {
        let target = match model.plan.precision {
            None => model.plan.replications,
            Some(_) => next_batch(0, model.plan.replications),
        };
        let model = model.without_call_series();
        let pool = Box::new(Pool::new(&model));
        Self { stage: Stage::Measure { model: Arc::new(model), pool }, first, given: 0, taken: 0, target }
    }

    /// Number of the stage's first replication.
    fn start(&self) -> u64 {
        if matches!(self.stage, Stage::Pilot { .. }) { FIRST_PILOT } else { self.first }
    }

    /// Measured replications as far as is known.
    fn replications(&self) -> u32 {
        match &self.stage {
            Stage::Pilot { model, .. } if model.plan.precision.is_none() => model.plan.replications,
            Stage::Pilot { model, .. } => next_batch(0, model.plan.replications),
            Stage::Measure { .. } => self.target,
        }
    }

    fn assign(&mut self, point: u32) -> Assignment {
        let model = match &self.stage {
            Stage::Pilot { shown, .. } => shown,
            Stage::Measure { model, .. } => model,
        };
        let first = self.start() + u64::from(self.given);
        let unit = WorkUnit { design_point: point, first, count: self.target - self.given };
        let model = Arc::clone(model);
        self.given = self.target;
        Assignment { unit, model }
    }

    /// Takes the next record. Says, when the point has all it needs, whether its precision was reached.
    fn take(&mut self, record: RunRecord) -> Option<Option<bool>> {
        self.taken += 1;
        self.given = self.given.max(self.taken);
        match &mut self.stage {
            Stage::Pilot { model, pilot, .. } => {
                pilot.take(&record);
                if self.taken == self.target {
                    let found = std::mem::take(pilot).finish();
                    let mut model = (**model).clone();
                    model.plan.mode = Mode::Steady(WarmUp::Fixed(found.span));
                    *self = Self::measure(model, self.first);
                }
                None
            }
            Stage::Measure { model, pool } => {
                pool.fold(record);
                if self.taken < self.target {
                    return None;
                }
                let Some(precision) = model.plan.precision else { return Some(None) };
                if pool.is_precise(model, precision) {
                    return Some(Some(true));
                }
                let more = next_batch(self.taken, model.plan.replications);
                self.target += more;
                (more == 0).then_some(Some(false))
            }
        }
    }
}
