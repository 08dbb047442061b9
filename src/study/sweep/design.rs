//! The points of a sweep: from the study file and the axes of the command line to values of every factor.

use super::director::Points;
use super::remembered::RememberedInputs;
use crate::experiment::latin_hypercube;
use crate::scenario::axis::{Level, Values};
use crate::scenario::{Diagnostic, Diagnostics, Document, Factor, Inputs, Scenario, SweepPlan, resolve};
use crate::study::error::{StudyError, reason};
use crate::study::prepare::{Prepared, prepare_with};
use crate::study::provenance::Edit;
use crate::study::run::refuse_errors;

/// Values of a factor that are tried before it is called wrong.
const PROBES: usize = 200;

/// What the command line adds to the section `sweep` of a study file.
#[derive(Clone, Debug, Default)]
pub struct Axes {
    /// `path=values` each.
    pub vary: Vec<String>,
    /// Whether these move together.
    pub zip: bool,
    /// Conditions on the points.
    pub conditions: Vec<String>,
    /// Points of a Latin hypercube, instead of every combination.
    pub latin: Option<String>,
}

/// A sweep that can be run, or the reasons why it cannot.
pub struct PreparedSweep<'a> {
    /// The base, with everything found in it and in the axes.
    pub prepared: Prepared,
    /// What the command line added.
    pub axes: Axes,
    pub(super) inputs: RememberedInputs<'a>,
    /// The base without its section `sweep`.
    pub(super) document: Document,
    /// One value a factor; empty if there are errors.
    pub(super) points: Vec<Vec<Level>>,
}

impl PreparedSweep<'_> {
    /// How many design points there are.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// What varies, if there are no errors.
    #[must_use]
    pub fn plan(&self) -> Option<&SweepPlan> {
        self.prepared.scenario.as_ref().and_then(|scenario| scenario.sweep.as_ref())
    }
}

impl Points for PreparedSweep<'_> {
    fn count(&self) -> usize {
        self.points.len()
    }

    /// The base with the point's values.
    fn scenario(&self, point: usize) -> Result<Scenario, String> {
        let factors = self.plan().map(|plan| &plan.factors[..]).unwrap_or_default();
        let settings: Vec<(&Factor, &Level)> = factors.iter().zip(&self.points[point]).collect();
        resolve_with(&self.document, &settings, &self.inputs).map_err(|found| reason(&found))
    }
}

/// Reads the study `name`, joins `axes` to its section `sweep`, and lays out the points. Mistakes of all axes stand in
/// the diagnostics at once.
///
/// # Errors
/// If the file itself cannot be read, or nothing varies.
pub fn prepare_sweep<'a>(
    name: &str,
    edits: &[Edit],
    axes: Axes,
    inputs: &'a dyn Inputs,
) -> Result<PreparedSweep<'a>, StudyError> {
    let inputs = RememberedInputs::new(inputs);
    let mut prepared = prepare_with(name, edits, &inputs, |document, diagnostics| {
        document.vary(&axes.vary, axes.zip, diagnostics);
        document.restrict(&axes.conditions);
        if let Some(points) = &axes.latin {
            document.sample(points);
        }
    })?;
    let mut document = prepared.document.clone();
    document.take_section("sweep");
    let mut points = Vec::new();
    if let Some(scenario) = &prepared.scenario {
        let Some(plan) = &scenario.sweep else {
            let text = format!(
                "`{name}` varies nothing: it has no section `sweep`, and there is no --vary path=values"
            );
            return Err(StudyError::Refused(text));
        };
        let found = match lay_out(plan, scenario.model.plan.seed) {
            Ok(laid) => {
                points = laid;
                check_values(plan, &document, &points, &inputs)
            }
            Err(diagnostic) => {
                let mut found = Diagnostics::default();
                found.push(*diagnostic);
                found
            }
        };
        prepared.diagnostics.extend(found);
    }
    if prepared.diagnostics.has_errors() {
        prepared.scenario = None;
        points.clear();
    } else if let Some(plan) = prepared.scenario.as_ref().and_then(|scenario| scenario.sweep.as_ref()) {
        read_named_files(plan, &document, &inputs);
    }
    Ok(PreparedSweep { prepared, axes, inputs, document, points })
}

/// Every combination, or the points of a Latin hypercube that the conditions allow.
fn lay_out(plan: &SweepPlan, seed: u64) -> Result<Vec<Vec<Level>>, Box<Diagnostic>> {
    let Some(count) = plan.sample else { return Ok(plan.combinations()) };
    let shares = latin_hypercube(seed, count, plan.groups.len());
    let points: Vec<_> = shares.iter().filter_map(|shares| plan.drawn(shares)).collect();
    if points.is_empty() {
        let at = plan.conditions.first().map_or(plan.span, |(_, span)| *span);
        let message = format!("none of {count} points meets the conditions: the sweep is empty");
        return Err(Box::new(Diagnostic::error(at, message)));
    }
    Ok(points)
}

/// Says which factors have no value that a scenario could have: a slip of the whole axis, such as a missing unit. A
/// value that fails beside others that do not is data.
fn check_values(
    plan: &SweepPlan,
    document: &Document,
    points: &[Vec<Level>],
    inputs: &dyn Inputs,
) -> Diagnostics {
    let mut wrong = Diagnostics::default();
    for group in &plan.groups {
        let tries = group.iter().map(|&at| tries(&plan.factors[at].values)).min().unwrap_or(0).min(PROBES);
        let alone = (0..tries).find_map(|index| {
            let levels: Vec<Level> =
                group.iter().map(|&at| tried(&plan.factors[at].values, index, tries)).collect();
            let settings: Vec<_> = group.iter().map(|&at| &plan.factors[at]).zip(&levels).collect();
            resolve_with(document, &settings, inputs).ok()
        });
        let together = |point: &Vec<Level>| {
            let settings: Vec<_> = plan.factors.iter().zip(point).collect();
            resolve_with(document, &settings, inputs).is_ok()
        };
        // Some values are only right beside others, such as a least above the base's most.
        if alone.is_some() || points.iter().take(PROBES).any(together) {
            continue;
        }
        let levels: Vec<Level> = group.iter().map(|&at| tried(&plan.factors[at].values, 0, tries)).collect();
        let settings: Vec<_> = group.iter().map(|&at| &plan.factors[at]).zip(&levels).collect();
        if let Err(found) = resolve_with(document, &settings, inputs) {
            wrong.extend(found);
        }
    }
    wrong
}

/// Resolves every value that is a word once: it may name a file, and what results depend on is read before anything
/// runs, so that a journal knows whether it has changed since.
fn read_named_files(plan: &SweepPlan, document: &Document, inputs: &dyn Inputs) {
    for factor in &plan.factors {
        let Values::Levels(levels) = &factor.values else { continue };
        for level in levels.iter().filter(|level| level.size.is_none()).take(PROBES) {
            let _ = resolve_with(document, &[(factor, level)], inputs);
        }
    }
}

/// Values of a factor to try: all, or both ends and the middle of a range.
fn tries(values: &Values) -> usize {
    values.count().unwrap_or(3)
}

fn tried(values: &Values, index: usize, of: usize) -> Level {
    match values {
        Values::Levels(levels) => levels[index].clone(),
        Values::Range(_) => values.at(index as f64 / of as f64),
    }
}

fn resolve_with(
    document: &Document,
    settings: &[(&Factor, &Level)],
    inputs: &dyn Inputs,
) -> Result<Scenario, Diagnostics> {
    let mut document = document.clone();
    let mut diagnostics = Diagnostics::default();
    for (factor, level) in settings {
        document.set_factor(factor, level, &mut diagnostics);
    }
    let (scenario, found) = resolve(&document, inputs);
    diagnostics.extend(found);
    scenario.filter(|_| !diagnostics.has_errors()).ok_or(diagnostics)
}

/// The plan of a sweep without errors.
pub(super) fn plan_of<'a>(sweep: &'a PreparedSweep<'_>) -> Result<(&'a Scenario, &'a SweepPlan), StudyError> {
    let scenario = refuse_errors(&sweep.prepared)?;
    let nothing = || StudyError::Refused(format!("`{}` varies nothing", sweep.prepared.name));
    Ok((scenario, scenario.sweep.as_ref().ok_or_else(nothing)?))
}
