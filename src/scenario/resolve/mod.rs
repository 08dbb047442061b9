//! From a document to a model: every section decoded, every name found, everything doubtful said.
//!
//! Decoding and validation are one pass: a [`Scenario`] is the proof that the document was valid.

mod addresses;
mod autoscalers;
mod bounds;
mod build;
mod capacity;
mod check;
mod classes;
mod clock;
mod cluster;
mod cpu;
mod empirical;
mod hpa_metrics;
mod judge;
mod laws;
mod names;
mod numerals;
mod objective_measures;
mod objective_words;
mod objectives;
mod objects;
mod observed;
mod offered;
mod patches;
mod plausibility;
mod pod_template;
mod pods;
mod profile;
mod prometheus;
mod rates;
mod reading;
mod retries;
mod root;
mod run;
mod said;
mod searched;
mod services;
mod sheet;
mod stamps;
mod steps;
mod sweep;
mod timeline;
mod trace;
mod trace_rows;
mod trace_steps;
mod traffic;
mod traps;
mod upstreams;
mod workloads;

use super::assumption::Assumption;
use super::cursor::{Context, MapCursor};
use super::diagnostics::Diagnostics;
use super::document::Document;
use super::inputs::Inputs;
use super::schema::schema_of;
pub use addresses::misnamed;
use build::Build;
pub use capacity::{CapacityGoal, CapacityPlan, mistake as capacity_mistake, stretch};
pub use check::{Against, CheckPlan, Inconclusive};
pub use observed::{Observed, ObservedSeries};
use root::ROOT;
pub use sweep::{Factor, MAX_POINTS, SweepPlan};
use upstreams::Upstreams;
use workloads::Workloads;

use super::uncertain::UncertainInput;
use crate::model::Model;

/// A valid scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What is simulated.
    pub model: Model,
    /// What was taken for granted because the scenario says nothing, sorted by address.
    pub assumptions: Vec<Assumption>,
    /// How `flashcrowd check` judges it.
    pub check: CheckPlan,
    /// Questions about capacity, in the order of the file.
    pub capacity: Vec<CapacityPlan>,
    /// What was measured, to stand beside what is simulated.
    pub observed: Option<Observed>,
    /// Quantities that nobody knows; the model has their middles.
    pub uncertain: Vec<UncertainInput>,
    /// What a sweep varies, if the file says so.
    pub sweep: Option<SweepPlan>,
}

/// The JSON Schema (draft-07) of the scenario language.
#[must_use]
pub fn schema() -> serde_json::Value {
    schema_of(&ROOT, "flashcrowd scenario, version 1")
}

/// Decodes a document; uncertain quantities take their middles. The scenario is there if and only if there is no error.
#[must_use]
pub fn resolve(document: &Document, inputs: &dyn Inputs) -> (Option<Scenario>, Diagnostics) {
    if document.is_broken {
        return (None, Diagnostics::default());
    }
    let mut found = Diagnostics::default();
    let uncertain = document.uncertain(&mut found);
    let mids: Vec<String> = uncertain.iter().map(UncertainInput::mid).collect();
    let settled = (!uncertain.is_empty()).then(|| document.settled(&uncertain, &mids));
    let document = settled.as_ref().unwrap_or(document);
    let context = Context::new(&document.sources, inputs);
    let Decoded { model, check, capacity, observed, sweep } = decode(document, &context);
    let valid = !context.has_errors();
    let (mut diagnostics, mut assumptions) = context.finish();
    if uncertain.is_empty() || model.plan.inputs.points == 0 {
        // Where everything is certain there is nothing to be judged so.
        assumptions.retain(|assumption| assumption.path != judge::SHARE_PATH);
    }
    let valid = valid && !found.has_errors();
    // Such a text is no single value either, but that is not what is wrong with it.
    diagnostics.replace_at(found);
    document.slips.iter().for_each(|(span, help)| diagnostics.help_at(*span, help));
    (
        valid.then_some(Scenario { model, assumptions, check, capacity, observed, uncertain, sweep }),
        diagnostics,
    )
}

/// What the sections give.
struct Decoded {
    model: Model,
    check: CheckPlan,
    capacity: Vec<CapacityPlan>,
    observed: Option<Observed>,
    sweep: Option<SweepPlan>,
}

fn decode<'a>(document: &'a Document, context: &'a Context<'a>) -> Decoded {
    let mut build = Build::new(context);
    let root = MapCursor::open(context, &document.root, String::new(), &ROOT);
    // These have been carried out by the document; `schema` has one value.
    let _ = ["base", "set", "manifests"].map(|key| root.field(key).is_some());
    let _ = root.field("schema").and_then(|field| field.word());
    build.model.name = root.field("name").and_then(|field| field.text()).unwrap_or_default();
    build.model.question = root.field("question").and_then(|field| field.text()).unwrap_or_default();
    let run_field = root.field("run");
    let empty = super::node::Node::empty_mapping(document.root.span, document.root.origin);
    let section = run_field.as_ref().map(|field| field.map());
    let mut later = section.as_ref().map(|section| run::run(section, &mut build.model, &mut build.clock));
    if later.is_none() {
        run_without_section(&empty, context, &mut build);
    }
    drop(section);
    let hpa = cluster::cluster(root.field("cluster").map(|field| field.map()), &mut build);
    let sections = ["traffic", "services", "clients", "timeline", "objectives"].map(|key| root.field(key));
    let [traffic, services, clients, timeline, objectives] = sections;
    let classes = traffic.as_ref().map(|field| traffic::traffic(field, &mut build)).unwrap_or_default();
    let mut workloads = Workloads::read(&document.objects, hpa, context);
    let units = services.as_ref().map(|field| services::services(field, &mut workloads, &mut build));
    let names: Vec<&str> = services
        .iter()
        .flat_map(|field| field.node.as_mapping())
        .flat_map(|map| map.iter())
        .map(|entry| entry.key.as_str())
        .collect();
    workloads.report_unused(&names);
    units.into_iter().flatten().for_each(|unit| unit.compile(&mut build));
    let callers = clients.map(|field| field.map()).and_then(|map| map.field("upstreams"));
    let callers = callers.map(|field| Upstreams::read(&field, &build)).unwrap_or_default();
    classes.into_iter().for_each(|class| class.compile(&callers, &mut build));
    build.link();
    if build.model.services.iter().any(|service| matches!(service.scaler, Some(crate::model::Scaler::Hpa(_))))
    {
        cluster::assume(&root, context);
    }
    if let Some(later) = later.take() {
        run::finish(later, &mut build.model, &mut build.clock);
    }
    if let Some(field) = timeline {
        timeline::timeline(&field, document, &workloads, &mut build);
    }
    if let Some(field) = &objectives {
        objectives::objectives(field, &mut build);
    }
    plausibility::check(&build);
    objectives::doubt(objectives.as_ref(), &build);
    if !context.has_errors() {
        plausibility::doubt(&build);
    }
    build.model.plan.inputs.share = judge::judge(root.field("judge").as_ref(), context);
    let check = root.field("check").map(|field| check::check(&field, &build)).unwrap_or_default();
    let capacity = root.field("capacity").map(|field| capacity::capacity(&field)).unwrap_or_default();
    let observed = root.field("observed").and_then(|field| observed::observed(&field.map(), &build));
    let sweep = root.field("sweep").and_then(|field| sweep::sweep(&field, document));
    Decoded { model: build.model, check, capacity, observed, sweep }
}

/// A scenario without `run` has all of its defaults.
fn run_without_section<'a>(empty: &super::node::Node, context: &Context<'_>, build: &mut Build<'a>) {
    let section = MapCursor::open(context, empty, "run".to_owned(), &run::RUN);
    run::finish(
        run::run(&section, &mut build.model, &mut build.clock),
        &mut Model::default(),
        &mut Default::default(),
    );
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
mod shipped_tests;

#[cfg(test)]
mod language_tests;

#[cfg(test)]
mod mistakes_tests;

#[cfg(test)]
mod traps_tests;

#[cfg(test)]
mod trace_tests;

#[cfg(test)]
mod workloads_tests;
