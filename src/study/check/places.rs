//! Where in a scenario's files stands what a check judges, so that a verdict can be shown at its line.

use crate::model::{Model, Scope, Subject, decision_metrics};
use crate::scenario::{Document, Place, Span};

/// Where each objective of `model`, which `document` gave, is written; nothing for one that an option gave.
pub(super) fn objective_places(document: &Document, model: &Model) -> Vec<Option<Place>> {
    let items = document.root.get("objectives").and_then(|node| node.as_sequence()).unwrap_or_default();
    let place = |at: usize| document.sources.written(items.get(at)?.span);
    (0..model.objectives.len()).map(place).collect()
}

/// Where the decision metric `key` of `model` comes from: its objective, else the class or service it is measured of.
pub(super) fn metric_place(document: &Document, model: &Model, key: &str) -> Option<Place> {
    let metric = decision_metrics(model).into_iter().find(|metric| metric.key == key)?;
    let span = match metric.subject {
        Subject::Objective(at) => document.root.get("objectives")?.as_sequence()?.get(at)?.span,
        Subject::Metric(Scope::Class(id), _) => class_span(document, &model.classes[id.0 as usize].name)?,
        Subject::Metric(Scope::Service(id), _) => {
            let services = document.root.get("services")?.as_mapping()?;
            services.get(&model.services[id.0 as usize].name)?.key_span
        }
        Subject::Metric(Scope::System | Scope::Edge(_), _) | Subject::ReplicaHours => return None,
    };
    document.sources.written(span)
}

/// Where a class is named: in whichever source of traffic has it.
fn class_span(document: &Document, name: &str) -> Option<Span> {
    let traffic = document.root.get("traffic")?.as_mapping()?;
    let of_source =
        |source: &crate::scenario::Entry| Some(source.node.get("classes")?.as_mapping()?.get(name)?.key_span);
    traffic.iter().find_map(of_source)
}
