//! The section `capacity`: what is searched for, over which values, with which error.

use super::root::counts;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::path::Path;
use crate::scenario::quantity::Wrong;
use crate::scenario::stretch::Stretch;
use crate::stats::trials_without_a_miss;

/// Probability of a wrong answer where none is stated.
const ERROR: f64 = 0.05;

/// Most replications of one point, judged as written and by the share of runs.
const MOST: (u32, u32) = (160, 400);

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapacityGoal {
    /// The largest value that meets the objectives.
    Largest,
    /// The latest moment that still holds.
    Latest,
    /// The setting with the fewest replica-hours.
    Cheapest,
    /// Supply beside required capacity; nothing is searched.
    Elasticity,
}

/// One question about capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct CapacityPlan {
    /// Its name in the section, or of the option that asked.
    pub name: String,
    /// What is searched.
    pub goal: CapacityGoal,
    /// Over which values; one for `Largest` and `Latest`, at least one for `Cheapest`.
    pub stretches: Vec<Stretch>,
    /// Share of runs that must meet every objective; nothing judges the objectives as written.
    pub probability: Option<f64>,
    /// Probability of a wrong answer, over all points tried.
    pub error: f64,
    /// Most replications of one point.
    pub replications: u32,
}

impl CapacityPlan {
    /// A plan with the defaults of its goal.
    #[must_use]
    pub fn new(name: &str, goal: CapacityGoal, stretches: Vec<Stretch>) -> Self {
        let probability = (goal == CapacityGoal::Cheapest).then_some(0.95);
        let plan =
            Self { name: name.to_owned(), goal, stretches, probability, error: ERROR, replications: 0 };
        Self { replications: plan.most(), ..plan }
    }

    /// Most replications of a point where the author says none.
    #[must_use]
    pub fn most(&self) -> u32 {
        match self.probability {
            // Four times what a first look takes to show the share; some 86 at 95 % and an error of 5 %.
            Some(wanted) if wanted > 0.0 && wanted < 1.0 => {
                MOST.1.max(trials_without_a_miss(wanted, self.error / 4.0).min(250_000) * 4)
            }
            Some(_) => MOST.1,
            None => MOST.0,
        }
    }
}

/// Reads `range` for what stands at `path`; whether only whole numbers make sense is known from the tables of keys.
///
/// # Errors
/// If the path or the range is wrong.
pub fn stretch(path: &str, range: &str) -> Result<Stretch, Wrong> {
    let parsed = Path::parse(path).map_err(|error| {
        Wrong::new(
            format!("names the path `{path}`: {}", error.message),
            "a path such as services.web.replicas",
        )
    })?;
    Stretch::parse(path, range, counts(&parsed))
}

/// Reads the section; plans come in the order of the file.
pub(super) fn capacity(section: &Field<'_>) -> Vec<CapacityPlan> {
    section.entries().into_iter().filter_map(|(name, field)| plan(name, &field)).collect()
}

fn plan(name: &str, field: &Field<'_>) -> Option<CapacityPlan> {
    let map = field.map();
    let heads = ["largest", "latest", "cheapest", "elasticity"];
    let [largest, latest, cheapest, elasticity] = heads.map(|key| map.field(key));
    let (between, error) = (map.field("between"), map.ratio("error"));
    let (probability, replications) = (probability(&map), map.count("replications"));
    let (goal, stretches) = match map.exactly_one(&heads)? {
        "cheapest" => (CapacityGoal::Cheapest, ranges(&cheapest?)?),
        "elasticity" => {
            elasticity?.boolean()?;
            (CapacityGoal::Elasticity, Vec::new())
        }
        "largest" => (CapacityGoal::Largest, vec![range(&map, &largest?, between.as_ref())?]),
        _ => (CapacityGoal::Latest, vec![range(&map, &latest?, between.as_ref())?]),
    };
    if let Some(field) = between.filter(|_| matches!(goal, CapacityGoal::Cheapest | CapacityGoal::Elasticity))
    {
        field.key_error(
            "`between` belongs to `largest` and `latest`; `cheapest` has a range behind each path",
        );
    }
    let mut plan = CapacityPlan::new(name, goal, stretches);
    plan.error = error.unwrap_or(plan.error);
    if let Some(probability) = probability {
        plan.probability = probability;
        plan.replications = plan.most();
    }
    if let Some(count) = replications {
        plan.replications = u32::try_from(count).unwrap_or(u32::MAX);
    }
    let refuse = |message: &str| {
        field.context.push(Diagnostic::error(field.key_span, format!("{}: {message}", field.path)));
    };
    if let Some(wrong) = mistake(&plan) {
        refuse(wrong);
    }
    Some(plan)
}

/// `none`, or the share; nothing if the key is absent.
fn probability(map: &MapCursor<'_>) -> Option<Option<f64>> {
    let field = map.field("probability")?;
    if field.node.as_text() == Some("none") { Some(None) } else { field.ratio().map(Some) }
}

/// What makes a plan impossible to carry out, if anything.
#[must_use]
pub fn mistake(plan: &CapacityPlan) -> Option<&'static str> {
    if plan.error <= 0.0 || plan.error >= 0.5 {
        return Some(
            "an error of 0 cannot be reached and one of 50% is a coin: state one between, such as 5%",
        );
    }
    if plan.probability.is_some_and(|share| share <= 0.0 || share >= 1.0) {
        return Some("no number of runs shows a probability of 0 or 1: state one between, such as 95%");
    }
    (plan.replications < 2).then_some("one replication shows nothing: state at least 2")
}

/// The range of `largest` or `latest`.
fn range(map: &MapCursor<'_>, path: &Field<'_>, between: Option<&Field<'_>>) -> Option<Stretch> {
    let Some(between) = between else {
        let diagnostic = Diagnostic::error(map.span, format!("{} has no `between`", map.path));
        map.push(diagnostic.expected("a range such as between: 5 .. 40"));
        return None;
    };
    let path = path.text()?;
    between.parsed(|range| stretch(&path, range))
}

fn ranges(section: &Field<'_>) -> Option<Vec<Stretch>> {
    let entries = section.entries();
    if entries.is_empty() {
        section.error(format!("{} names nothing to search", section.path));
        return None;
    }
    let read = entries.iter().map(|(path, field)| field.parsed(|range| stretch(path, range)));
    // Every mistake is said, so all are read before any is missed.
    read.collect::<Vec<_>>().into_iter().collect()
}
