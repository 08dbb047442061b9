//! `compare`: scenarios run with the same random numbers, replication by replication, and set beside each other.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::StudyError;
use super::output::Output;
use super::output_file::OutputFile;
use super::prepare::Prepared;
use super::provenance::{FileDigest, command_of, origin};
use super::run::{Execution, refuse_errors};
use super::step::Step;
use super::trials::fix_warm_up;
use crate::analysis::{Entrant, Pool, Side, SideBySide};
use crate::experiment::{Workers, next_batch, run_side_by_side};
use crate::model::Model;
use crate::report;
use crate::scenario::{differences, held_inputs};

/// A scenario and what it is called beside others.
#[derive(Clone, Copy)]
pub struct Contestant<'a> {
    /// What it is called.
    pub label: &'a str,
    /// The scenario.
    pub prepared: &'a Prepared,
}

/// What a comparison gave.
pub struct CompareResult {
    /// The numbers and verdicts.
    pub comparison: SideBySide,
    /// Every file of it.
    pub files: Vec<OutputFile>,
    /// Replications that hit a bound, in words, with their side; empty when none did.
    pub bounds_hit: Vec<String>,
}

/// Runs the scenarios side by side and compares each with the first; from three on, each with the best of the
/// others, and if `indifference` (a share of the best value) is stated, selects one.
///
/// # Errors
/// If there are fewer than two, if one has errors, if seeds or numbers of replications differ (then runs cannot be
/// paired), if nothing can be written, or if the work was interrupted.
pub fn compare(
    contestants: &[Contestant<'_>],
    indifference: Option<f64>,
    execution: Execution<'_>,
    mut output: Option<&mut dyn Output>,
) -> Result<CompareResult, StudyError> {
    let scenarios =
        contestants.iter().map(|one| refuse_errors(one.prepared)).collect::<Result<Vec<_>, _>>()?;
    let models: Vec<&Model> = scenarios.iter().map(|scenario| &scenario.model).collect();
    refuse_unpaired(contestants, &models)?;
    if let Some(output) = &mut output {
        output.prepare()?;
    }
    let interrupt = execution.interrupt;
    let (models, pools) = run_together(&models, execution)?;
    let first = contestants[0].prepared;
    let entrants = contestants.iter().zip(models.iter().zip(&pools)).map(|(one, (model, pool))| Entrant {
        label: one.label.to_owned(),
        side: Side { model, pool },
        differences: differences(&first.document, &one.prepared.document),
    });
    let mut comparison = SideBySide::new(entrants.collect(), indifference);
    comparison.warnings.extend(held(contestants));
    let files = files(&comparison, contestants);
    if interrupt.load(Ordering::Relaxed) {
        return Err(StudyError::Interrupted);
    }
    if let Some(output) = output {
        output.publish(&files)?;
    }
    let bound = |(one, pool): (&Contestant<'_>, &Pool)| {
        pool.bounds_hit().into_iter().map(|bound| format!("{}: {bound}", one.label)).collect::<Vec<_>>()
    };
    let bounds_hit = contestants.iter().zip(&pools).flat_map(bound).collect();
    Ok(CompareResult { comparison, files, bounds_hit })
}

/// Replication `i` of one side is compared with replication `i` of the other, so both must exist and meet the same
/// random numbers.
fn refuse_unpaired(contestants: &[Contestant<'_>], models: &[&Model]) -> Result<(), StudyError> {
    if models.len() < 2 {
        let text = "a comparison needs two sides: two scenarios, one and `--with PATH=VALUE`, or one with two \
                    `--set PATH=VALUE`";
        return Err(StudyError::Refused(text.to_owned()));
    }
    for (one, model) in contestants.iter().zip(models).skip(1) {
        let (first, other) = (&models[0].plan, &model.plan);
        let names = (contestants[0].label, one.label);
        if first.replications != other.replications {
            return Err(StudyError::Refused(format!(
                "`{}` has {} replications and `{}` has {}: runs without a partner cannot be paired; give both \
                 `--replications NUMBER`",
                names.0, first.replications, names.1, other.replications
            )));
        }
        if first.seed != other.seed {
            return Err(StudyError::Refused(format!(
                "`{}` has seed {} and `{}` has seed {}: their runs would not meet the same random numbers; give both \
                 `--seed NUMBER`",
                names.0, first.seed, names.1, other.seed
            )));
        }
    }
    Ok(())
}

/// Runs the same replications of every model; with a precision, in batches until all are precise.
fn run_together(
    models: &[&Model],
    execution: Execution<'_>,
) -> Result<(Vec<Arc<Model>>, Vec<Pool>), StudyError> {
    let Execution { threads, interrupt, progress } = execution;
    let workers = Workers::new(threads).map_err(|error| StudyError::Refused(error.to_string()))?;
    let mut fixed = Vec::with_capacity(models.len());
    for model in models {
        let (model, _) = fix_warm_up(&workers, model, interrupt)?;
        fixed.push(Arc::new(model.without_call_series()));
    }
    let mut pools: Vec<Pool> = fixed.iter().map(|model| Pool::new(model)).collect();
    let plan = &models[0].plan;
    let sides = fixed.len() as u32;
    let mut done = 0;
    loop {
        let count =
            if plan.precision.is_some() { next_batch(done, plan.replications) } else { plan.replications };
        let end = done + count;
        let mut folded = done * sides;
        run_side_by_side(&workers, &fixed, u64::from(done)..u64::from(end), interrupt, |side, record| {
            pools[side].fold(record);
            folded += 1;
            progress(Step::Replications { done: folded, of: end * sides });
        })
        .map_err(|_| StudyError::Interrupted)?;
        done = end;
        let precise =
            |precision| fixed.iter().zip(&pools).all(|(model, pool)| pool.is_precise(model, precision));
        if done >= plan.replications || plan.precision.is_none_or(precise) {
            progress(Step::Reporting);
            return Ok((fixed, pools));
        }
    }
}

fn files(comparison: &SideBySide, contestants: &[Contestant<'_>]) -> Vec<OutputFile> {
    let origin = origin(command_line(contestants), &digests(contestants));
    vec![
        OutputFile::text("comparison.html", report::compare_html(comparison, &origin)),
        OutputFile::text("comparison.csv", report::compare_csv(comparison)),
        OutputFile::text("comparison.json", report::compare_json(comparison)),
    ]
}

/// Uncertain inputs that are held, said once where they are the same on all sides.
fn held(contestants: &[Contestant<'_>]) -> Vec<String> {
    let of = |one: &Contestant<'_>| held_inputs(&one.prepared.scenario.as_ref()?.uncertain);
    let all: Vec<Option<String>> = contestants.iter().map(of).collect();
    if all.windows(2).all(|pair| pair[0] == pair[1]) {
        return all.into_iter().take(1).flatten().collect();
    }
    let labelled = contestants.iter().zip(all);
    labelled.filter_map(|(one, text)| Some(format!("{}: {}", one.label, text?))).collect()
}

/// A line a side that resolves to what was run there: edits of one side may not be those of the other.
fn command_line(contestants: &[Contestant<'_>]) -> String {
    let line = |one: &Contestant<'_>| command_of("run", &one.prepared.name, &one.prepared.edits);
    contestants.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The digest of every file read, once.
fn digests(contestants: &[Contestant<'_>]) -> Vec<FileDigest> {
    let inputs = contestants.iter().flat_map(|one| &one.prepared.inputs);
    inputs.fold(Vec::new(), |mut seen, input| {
        if !seen.contains(input) {
            seen.push(input.clone());
        }
        seen
    })
}
