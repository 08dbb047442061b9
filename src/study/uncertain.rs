//! Inputs that nobody knows: points drawn from their laws, some replications at each, and what of the spread is whose.

use super::error::{StudyError, reason};
use super::step::Step;
use super::sweep::{Points, SweepDirector};
use crate::analysis::sweep::PointOutcome;
use crate::analysis::uncertainty::{InputRow, Uncertainty, uncertainty};
use crate::experiment::{Workers, latin_hypercube};
use crate::scenario::{Document, Inputs, Scenario, UncertainInput, resolve};
use std::sync::atomic::AtomicBool;

/// Points drawn from uncertain inputs, resolved while files could still be read.
pub(super) struct Draws {
    inputs: Vec<InputRow>,
    /// Shares of the inputs' laws by point.
    design: Vec<Vec<f64>>,
    scenarios: Vec<Result<Box<Scenario>, String>>,
    replications: u32,
}

impl Draws {
    /// Draws the points of a scenario's uncertain inputs; nothing if it has none or holds them at their middles.
    ///
    /// The points are a Latin hypercube by the scenario's seed. Where only whole numbers make sense (pods), which shows
    /// from a half being refused, values are rounded.
    pub(super) fn new(document: &Document, scenario: &Scenario, inputs: &dyn Inputs) -> Option<Self> {
        let plan = &scenario.model.plan;
        if scenario.uncertain.is_empty() || plan.inputs.points == 0 {
            return None;
        }
        let mut uncertain = scenario.uncertain.clone();
        mark_whole(document, &mut uncertain, inputs);
        let design = latin_hypercube(plan.seed, plan.inputs.points, uncertain.len());
        let point = |shares: &Vec<f64>| {
            let values: Vec<String> = uncertain.iter().zip(shares).map(|(input, &u)| input.at(u)).collect();
            let mut scenario = resolved(document, &uncertain, &values, inputs).map_err(|reason| {
                let texts =
                    uncertain.iter().zip(&values).map(|(input, value)| format!("{} = {value}", input.path));
                format!("{reason} (with {})", texts.collect::<Vec<_>>().join(", "))
            })?;
            // Each point has the same number of runs, whatever its precision would be.
            scenario.model.plan.replications = plan.inputs.replications;
            scenario.model.plan.precision = None;
            Ok(Box::new(scenario))
        };
        let scenarios = design.iter().map(point).collect();
        let row = |input: &UncertainInput| InputRow { path: input.path.clone(), written: input.text.clone() };
        let inputs = uncertain.iter().map(row).collect();
        Some(Self { inputs, design, scenarios, replications: plan.inputs.replications })
    }

    /// Runs all points and takes the variance apart.
    pub(super) fn explore(
        &self,
        threads: usize,
        interrupt: &AtomicBool,
        progress: &mut dyn FnMut(Step),
    ) -> Result<Uncertainty, StudyError> {
        let workers = Workers::new(threads).map_err(|error| StudyError::Refused(error.to_string()))?;
        // Points are independent, so that chance between them is told from the inputs.
        let director = SweepDirector::new(self, self.replications, true, progress);
        let mut director = director.apart(self.replications);
        workers.direct(&mut director, &|| 0, interrupt).map_err(|_| StudyError::Interrupted)?;
        let (outcomes, _) = director.finish()?;
        let results: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                PointOutcome::Ran(result) => Ok(*result),
                PointOutcome::Failed(reason) => Err(reason),
            })
            .collect();
        Ok(uncertainty(self.inputs.clone(), &self.design, &results, self.replications))
    }
}

impl Points for Draws {
    fn count(&self) -> usize {
        self.scenarios.len()
    }

    fn scenario(&self, point: usize) -> Result<Scenario, String> {
        self.scenarios[point].as_ref().map(|scenario| (**scenario).clone()).map_err(Clone::clone)
    }
}

fn resolved(
    document: &Document,
    inputs: &[UncertainInput],
    values: &[String],
    files: &dyn Inputs,
) -> Result<Scenario, String> {
    let (scenario, found) = resolve(&document.settled(inputs, values), files);
    scenario.ok_or_else(|| reason(&found))
}

/// Finds the inputs of which a half makes no sense although they are written as whole numbers.
fn mark_whole(document: &Document, inputs: &mut [UncertainInput], files: &dyn Inputs) {
    let mids: Vec<String> = inputs.iter().map(UncertainInput::mid).collect();
    for at in 0..inputs.len() {
        let Some(half) = inputs[at].half() else { continue };
        let mut values = mids.clone();
        values[at] = half;
        inputs[at].is_whole = resolved(document, inputs, &values, files).is_err();
    }
}
