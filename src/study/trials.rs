//! The replications of one scenario, from the model to the pool.

use std::sync::atomic::AtomicBool;

use super::StudyError;
use super::step::Step;
use crate::analysis::Pool;
use crate::experiment::{
    Fold, Interrupted, PilotWarmUp, StopRule, Trials, Workers, find_warm_up, pilot_model, run_until,
    workspace,
};
use crate::metrics::RunRecord;
use crate::model::{Mode, Model, WarmUp};

/// What replications gave.
pub(super) struct Trial {
    /// The model that was measured, its warm-up fixed.
    pub model: Model,
    /// Everything folded.
    pub pool: Pool,
    /// How many replications, and why no more.
    pub trials: Trials,
    /// The warm-up found, if one was looked for.
    pub warm_up: Option<PilotWarmUp>,
    /// Threads that ran.
    pub threads: usize,
}

impl Fold for Pool {
    fn fold(&mut self, record: RunRecord) {
        Pool::fold(self, record);
    }
}

/// Runs replications of `model` until its number or precision is reached.
pub(super) fn simulate(
    model: &Model,
    threads: usize,
    interrupt: &AtomicBool,
    progress: &mut dyn FnMut(Step),
) -> Result<Trial, StudyError> {
    let workers = Workers::new(threads).map_err(|error| StudyError::Refused(error.to_string()))?;
    if matches!(model.plan.mode, Mode::Steady(WarmUp::Mser5)) {
        progress(Step::WarmUp);
    }
    let (model, warm_up) = fix_warm_up(&workers, model, interrupt)?;
    let mut pool = Pool::new(&model);
    let precision = model.plan.precision;
    let is_enough = |pool: &Pool| precision.is_some_and(|precision| pool.is_precise(&model, precision));
    let rule = match precision {
        None => StopRule::Fixed(model.plan.replications),
        Some(_) => StopRule::Until { cap: model.plan.replications, is_enough: &is_enough },
    };
    let report = |done, of| progress(Step::Replications { done, of });
    let workspaces = || workspace(&model, interrupt);
    let trials =
        run_until(&workers, 0, workspaces, &rule, &mut pool, interrupt, report).map_err(interrupted)?;
    Ok(Trial { pool, trials, warm_up, threads: workers.count(), model })
}

/// The model with its warm-up fixed: found by a pilot where the scenario leaves it open, else as it is.
pub(super) fn fix_warm_up(
    workers: &Workers,
    model: &Model,
    interrupt: &AtomicBool,
) -> Result<(Model, Option<PilotWarmUp>), StudyError> {
    let mut model = model.clone();
    if !matches!(model.plan.mode, Mode::Steady(WarmUp::Mser5)) {
        return Ok((model, None));
    }
    let pilot = pilot_model(&model);
    let found = find_warm_up(workers, || workspace(&pilot, interrupt), interrupt).map_err(interrupted)?;
    model.plan.mode = Mode::Steady(WarmUp::Fixed(found.span));
    Ok((model, Some(found)))
}

fn interrupted(_: Interrupted) -> StudyError {
    StudyError::Interrupted
}
