//! The section `timeline`: changes at fixed times.

use super::bounds::{self, Written};
use super::build::Build;
use super::workloads::Workloads;
use crate::model::{Change, ChangeAction, ServiceId};
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::path::{Path, full_kind};
use crate::scenario::table::{Kind, Table, required};

pub(super) static CHANGE: Table = Table {
    name: "change",
    doc: "A change at a fixed time",
    keys: &[
        required("at", Kind::Time, "when, such as T0-20m"),
        required("set", Kind::Paths, "paths and values, such as { hpa/web.spec.minReplicas: 40 }"),
    ],
};

const SETTABLE: &str = "services.S.replicas, deploy/NAME.spec.replicas, hpa/NAME.spec.minReplicas or hpa/NAME.spec.maxReplicas, \
     services.S.autoscaler.min or services.S.autoscaler.max";

/// Reads the section; changes come out sorted by time, equal times in the order of the file.
pub(super) fn timeline(section: &Field<'_>, workloads: &Workloads<'_>, build: &mut Build<'_>) {
    let mut written = Vec::new();
    for (name, field) in section.entries() {
        let map = field.map();
        let at = map.field("at").and_then(|field| build.clock.seconds(&field.time()?, &field));
        let set = map.field("set").map(|field| field.entries()).unwrap_or_default();
        let Some(at) = at else { continue };
        if at < build.clock.start() || at > build.clock.to {
            field.warn(format!("{} lies outside the simulated time", field.path));
        }
        for (path, value) in set {
            let Some((id, action)) = target(path, &value, workloads, build) else { continue };
            let Some(number) = value.parsed(crate::scenario::quantity::count) else { continue };
            match u32::try_from(number).ok().filter(|&number| number <= 1_000_000) {
                Some(number) => {
                    let action = action(id, number);
                    let change = Change { name: name.to_owned(), at: build.clock.sim(at), action };
                    build.model.changes.push(change);
                    written.push(Written { at, action, path, span: value.key_span });
                }
                None => value.error(format!("{path}: {number} pods; at most a million are simulated")),
            }
        }
    }
    build.model.changes.sort_by_key(|change| change.at);
    bounds::check(&written, build);
}

/// Makes the change of a service to a number.
type Make = fn(ServiceId, u32) -> ChangeAction;

/// Whose number of pods, or bound of it, `path` is; `None` after a diagnostic.
fn target(
    path: &str,
    value: &Field<'_>,
    workloads: &Workloads<'_>,
    build: &Build<'_>,
) -> Option<(ServiceId, Make)> {
    let refuse = |message: String| {
        build.context.push(Diagnostic::error(value.key_span, message).expected(SETTABLE));
        None
    };
    let parsed = match Path::parse(path) {
        Ok(parsed) => parsed,
        Err(error) => return refuse(format!("not a path: {}", error.message)),
    };
    let words: Vec<&str> = parsed.segments.iter().map(|segment| segment.text.as_str()).collect();
    let service = |name: &str| build.model.service_named(name);
    let make = |id: Option<ServiceId>, action: Make| match id {
        Some(id) => Some((id, action)),
        None => refuse(format!("`{path}` names no service of this scenario")),
    };
    let scaled = |id: Option<ServiceId>| id.filter(|id| build.model.services[id.index()].scaler.is_some());
    match (&parsed.object, &words[..]) {
        (None, ["services", name, "replicas"]) => make(service(name), ChangeAction::Replicas),
        (None, ["services", name, "autoscaler", "min"]) => {
            make(scaled(service(name)), ChangeAction::MinReplicas)
        }
        (None, ["services", name, "autoscaler", "max"]) => {
            make(scaled(service(name)), ChangeAction::MaxReplicas)
        }
        (Some(object), ["spec", key]) => {
            let (kind, is_hpa) =
                (full_kind(&object.kind), full_kind(&object.kind) == "HorizontalPodAutoscaler");
            let by = workloads.scaled_by.iter().find(|(_, hpa)| is_hpa && hpa.name == object.name);
            let id = match kind {
                "HorizontalPodAutoscaler" => by.and_then(|(name, _)| service(name)),
                kind => service(workloads.service_of(kind, &object.name).unwrap_or(&object.name)),
            };
            match (kind, *key) {
                ("HorizontalPodAutoscaler", "minReplicas") => make(id, ChangeAction::MinReplicas),
                ("HorizontalPodAutoscaler", "maxReplicas") => make(id, ChangeAction::MaxReplicas),
                (_, "replicas") => make(id, ChangeAction::Replicas),
                _ => refuse(format!("`{path}` cannot be changed while a run goes on")),
            }
        }
        (None, ["services", _, key, ..]) if OF_A_POD.contains(key) => refuse(needs_rollout(path)),
        (Some(_), ["spec", "template", ..]) => refuse(needs_rollout(path)),
        _ => refuse(format!("`{path}` cannot be changed while a run goes on")),
    }
}

/// Keys of a service that every pod has from its start.
const OF_A_POD: [&str; 4] = ["slots", "resources", "startup", "speed"];

fn needs_rollout(path: &str) -> String {
    format!("`{path}` is a part of every pod: a change of it needs a rollout, which is not simulated yet")
}
