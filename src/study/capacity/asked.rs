//! The command that asks the same questions again.

use crate::scenario::{CapacityGoal, CapacityPlan};
use crate::study::prepare::Prepared;
use crate::study::provenance::{command_of, quoted};

/// `flashcrowd capacity` with the scenario's edits and everything that makes the plans what they are.
pub(super) fn command(prepared: &Prepared, plans: &[CapacityPlan]) -> String {
    let stored = prepared.scenario.as_ref().map(|scenario| &scenario.capacity[..]).unwrap_or_default();
    let mut line = command_of("capacity", &prepared.name, &prepared.edits);
    let mut say = |words: &str| {
        line.push(' ');
        line.push_str(words);
    };
    let origin = |plan: &CapacityPlan| {
        let same = |other: &&CapacityPlan| {
            (&other.name, other.goal, &other.stretches) == (&plan.name, plan.goal, &plan.stretches)
        };
        stored.iter().find(same)
    };
    let all_stored = plans.len() == stored.len() && plans.iter().all(|plan| origin(plan).is_some());
    for plan in plans {
        match (plan.goal, origin(plan)) {
            (_, Some(_)) if all_stored => {}
            (_, Some(_)) => say(&quoted(&plan.name)),
            (CapacityGoal::Elasticity, None) => say("--elasticity"),
            (goal, None) => {
                for stretch in &plan.stretches {
                    let (low, high, step) =
                        (stretch.text(0), stretch.text(stretch.last()), stretch.step_text());
                    let range = format!("{}={low} .. {high} step {step}", stretch.path);
                    say(&format!("--{} {}", option(goal), quoted(&range)));
                }
            }
        }
    }
    // An option holds for all questions, and so differs from what stands behind it in all or in none.
    let plain = |plan: &CapacityPlan| match origin(plan) {
        Some(stored) => stored.clone(),
        None => CapacityPlan::new(&plan.name, plan.goal, plan.stretches.clone()),
    };
    let searches = || plans.iter().filter(|plan| plan.goal != CapacityGoal::Elasticity);
    let percent = |share: f64| format!("{}%", (share * 1e8).round() / 1e6);
    if let Some(plan) = searches().find(|plan| plan.probability != plain(plan).probability) {
        say(&format!("--probability {}", plan.probability.map_or("none".to_owned(), percent)));
    }
    if let Some(plan) = searches().find(|plan| plan.error != plain(plan).error) {
        say(&format!("--error {}", percent(plan.error)));
    }
    if let Some(plan) = searches().find(|plan| plan.replications != expected(plan, &plain(plan))) {
        say(&format!("--most {}", plan.replications));
    }
    line
}

/// Replications that a plan has if nobody states them: with another probability those of its own.
fn expected(plan: &CapacityPlan, plain: &CapacityPlan) -> u32 {
    if plan.probability == plain.probability { plain.replications } else { plan.most() }
}

fn option(goal: CapacityGoal) -> &'static str {
    match goal {
        CapacityGoal::Largest => "largest",
        CapacityGoal::Latest => "latest",
        CapacityGoal::Cheapest | CapacityGoal::Elasticity => "cheapest",
    }
}
