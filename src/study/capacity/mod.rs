//! `capacity`: how much a scenario can hold, the cheapest setting that holds, the latest moment, and how well the
//! supply follows what is required.

mod asked;
mod bench;
mod breaking;
mod files;
mod front;
mod ladder;
mod lattice;
mod looks;
mod point;
mod tape;
mod telling;

pub(super) use files::replace_needs;
pub use files::searched_in;

use std::path::Path;

use super::prepare::Prepared;
use super::run::{Identity, execute, refuse_errors};
use super::trials::simulate;
use super::{Execution, Output, OutputFile, Step, StudyError};
use crate::analysis::ChartWindow;
use crate::analysis::capacity::{
    CAPACITY_VERSION, CapacityAnswer, Elasticity, SearchAnswer, SearchEnd, SearchedNeed, SearchedParameter,
    elasticity, moved,
};
use crate::experiment::Workers;
use crate::model::Model;
use crate::scenario::{CapacityGoal, CapacityPlan, Inputs, held_inputs, misnamed};
use bench::Bench;
use tape::Tape;

/// What a capacity study gave.
pub struct CapacityResult {
    /// The answers.
    pub answer: CapacityAnswer,
    /// The same as `capacity.json` has them, with what makes them repeatable.
    pub json: String,
    /// Every file, if there was somewhere to write them.
    pub files: Vec<OutputFile>,
    /// Trials that a journal had already.
    pub resumed: u64,
}

/// Answers `plans` about a prepared scenario. Every finished trial goes into `journal`, if there is one: after a kill the
/// same question goes on from there and gives the same bytes.
///
/// # Errors
/// If the scenario has errors or asserts nothing, a path names nothing or an end of a range gives no valid scenario
/// (said before anything is run), or if the study was interrupted.
pub fn capacity(
    prepared: &Prepared,
    plans: &[CapacityPlan],
    inputs: &dyn Inputs,
    journal: Option<&Path>,
    execution: Execution<'_>,
    output: Option<&mut dyn Output>,
) -> Result<CapacityResult, StudyError> {
    let scenario = refuse_errors(prepared)?;
    let model = &scenario.model;
    foresee_mistakes(prepared, plans, model)?;
    let mut output = output;
    if let Some(output) = output.as_deref_mut() {
        output.prepare()?;
    }
    let Execution { threads, interrupt, progress } = execution;
    let workers = Workers::new(threads).map_err(|error| StudyError::Refused(error.to_string()))?;
    let questions = || plans.iter().filter(|plan| plan.goal != CapacityGoal::Elasticity);
    // The ends of every range are looked at before the first of them is run.
    for plan in questions() {
        let bench = Bench::new(prepared, inputs, plan, &workers, interrupt, &mut *progress);
        let tops = tops(plan);
        bench.model(&vec![0; tops.len()])?;
        bench.model(&tops)?;
    }
    let mut tape = Tape::open(journal, prepared, plans)?;
    let (mut searches, mut needs) = (Vec::new(), Vec::new());
    for plan in questions() {
        tape.next_search();
        let mut bench =
            Bench::new(prepared, inputs, plan, &workers, interrupt, &mut *progress).keeping(&mut tape);
        bench.announce();
        let answer = search(&mut bench, plan)?;
        needs.extend(searched_needs(&bench, plan, &answer)?);
        searches.push(answer);
    }
    let mut elastic: Vec<Elasticity> = Vec::new();
    if plans.iter().any(|plan| plan.goal == CapacityGoal::Elasticity) {
        let trial = simulate(model, threads, interrupt, &mut *progress)?;
        elastic = elasticity(&trial.model, &trial.pool);
    }
    progress(Step::Reporting);
    let mut answer = assembled(model, searches, elastic, needs);
    if answer.searches.is_empty() {
        answer.notes.extend(held_inputs(&scenario.uncertain));
    }
    let json = files::json(&answer, prepared);
    let mut files = Vec::new();
    let resumed = tape.resumed;
    if let Some(output) = output {
        files = files::files(&answer, &json, prepared, plans);
        let whole = Execution { threads, interrupt, progress: &mut *progress };
        files.extend(base_report(prepared, &answer, whole)?);
        if interrupt.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(StudyError::Interrupted);
        }
        output.publish(&files)?;
        tape.finish()?;
    }
    Ok(CapacityResult { answer, json, files, resumed })
}

/// Indices of the largest values of a plan.
fn tops(plan: &CapacityPlan) -> Vec<u32> {
    plan.stretches.iter().map(crate::scenario::Stretch::last).collect()
}

fn assembled(
    model: &Model,
    searches: Vec<SearchAnswer>,
    elasticity: Vec<Elasticity>,
    needs: Vec<SearchedNeed>,
) -> CapacityAnswer {
    CapacityAnswer {
        version: CAPACITY_VERSION,
        name: model.name.clone(),
        question: model.question.clone(),
        objectives: model.objectives.iter().map(|objective| objective.text.clone()).collect(),
        searches,
        elasticity,
        needs,
        notes: Vec::new(),
        windows: windows(model),
        span: (seconds(model, model.plan.from()), seconds(model, model.plan.to())),
        seed: model.plan.seed,
    }
}

/// The report of the scenario as it stands, with searched pods in the place of estimated ones.
fn base_report(
    prepared: &Prepared,
    answer: &CapacityAnswer,
    execution: Execution<'_>,
) -> Result<Vec<OutputFile>, StudyError> {
    let identity = Identity { name: &prepared.name, inputs: &prepared.inputs, searched: &answer.needs };
    let result = execute(prepared, identity, execution)?;
    Ok(result.files)
}

fn seconds(model: &Model, at: crate::units::SimTime) -> f64 {
    (i128::from(at.as_nanos()) - i128::from(model.plan.t0.as_nanos())) as f64 / 1e9
}

fn windows(model: &Model) -> Vec<ChartWindow> {
    let window = |w: &crate::model::NamedWindow| ChartWindow {
        name: w.name.clone(),
        start: seconds(model, w.start),
        end: seconds(model, w.end),
    };
    model.windows.iter().map(window).collect()
}

/// What makes the questions senseless, before anything is run.
fn foresee_mistakes(prepared: &Prepared, plans: &[CapacityPlan], model: &Model) -> Result<(), StudyError> {
    let refuse = |text: String| Err(StudyError::Refused(text));
    if plans.is_empty() {
        return refuse(format!(
            "`{}` asks nothing about capacity: give --largest, --cheapest, --latest or --elasticity, or write a \
             section `capacity:`",
            prepared.name
        ));
    }
    let searches = plans.iter().any(|plan| plan.goal != CapacityGoal::Elasticity);
    if searches && model.objectives.is_empty() {
        return refuse(format!(
            "`{}` has no objectives: capacity is the most that meets them, so there is nothing to search for",
            prepared.name
        ));
    }
    for stretch in plans.iter().flat_map(|plan| &plan.stretches) {
        if let Some(why) = misnamed(&prepared.document, &stretch.path) {
            return refuse(why);
        }
    }
    Ok(())
}

fn search(bench: &mut Bench<'_>, plan: &CapacityPlan) -> Result<SearchAnswer, StudyError> {
    let goal = match plan.goal {
        CapacityGoal::Largest => "largest",
        CapacityGoal::Latest => "latest",
        CapacityGoal::Cheapest | CapacityGoal::Elasticity => "cheapest",
    };
    let parameter = |stretch: &crate::scenario::Stretch| SearchedParameter {
        path: stretch.path.clone(),
        low: stretch.text(0),
        high: stretch.text(stretch.last()),
        step: stretch.step_text(),
    };
    let blank = SearchAnswer {
        name: plan.name.clone(),
        goal,
        parameters: plan.stretches.iter().map(parameter).collect(),
        probability: plan.probability,
        error: plan.error,
        end: SearchEnd::Found,
        setting: Vec::new(),
        values: Vec::new(),
        confirmed: false,
        sharp: false,
        first: Vec::new(),
        next: None,
        monotone: true,
        forecast: None,
        replica_hours: None,
        notes: Vec::new(),
        points: Vec::new(),
    };
    let safest = bench.scenario(&vec![0; plan.stretches.len()])?;
    // A ladder has its safe end where more is planned; what is cheaper is otherwise measured.
    let is_ladder =
        plan.stretches.len() == 1 && (plan.goal != CapacityGoal::Cheapest || lattice::is_planned(bench, 0)?);
    let mut answer = if is_ladder { ladder::search(bench, blank)? } else { lattice::search(bench, blank)? };
    answer.notes.extend(bench.bounds());
    // Inputs that the search sets are certain at every point.
    answer.notes.extend(held_inputs(&safest.uncertain));
    answer.points = bench.rows();
    Ok(answer)
}

/// Pods at T0 of the services whose pods a search for the cheapest setting moved.
fn searched_needs(
    bench: &Bench<'_>,
    plan: &CapacityPlan,
    answer: &SearchAnswer,
) -> Result<Vec<SearchedNeed>, StudyError> {
    if plan.goal != CapacityGoal::Cheapest || answer.end == SearchEnd::NoneHolds {
        return Ok(Vec::new());
    }
    let tops = tops(plan);
    let at = bench.setting_of(&answer.values);
    let Some(point) = bench.point(&at, true).or_else(|| bench.point(&at, false)) else {
        return Ok(Vec::new());
    };
    let services = moved(&bench.model(&vec![0; tops.len()])?, &bench.model(&tops)?);
    let need = |s: usize| {
        Some(SearchedNeed {
            service: point.model.services[s].name.clone(),
            pods: point.ready_at_t0(s)?,
            search: plan.name.clone(),
            confirmed: answer.confirmed,
        })
    };
    Ok(services.into_iter().filter_map(need).collect())
}
