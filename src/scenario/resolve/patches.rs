//! What may be set while a run goes on: the only table from addresses to patches.

use super::build::{Build, small};
use super::workloads::Workloads;
use crate::model::{FleetPatch, Patch, ScalerPatch, ServiceId, SourceId, SourceKind, SourcePatch};
use crate::scenario::cursor::Field;
use crate::scenario::edit;
use crate::scenario::node::Node;
use crate::scenario::path::{Path, Segment, full_kind};
use crate::scenario::quantity;
use crate::scenario::table::{Kind, Table, required};

pub(super) static CHANGE: Table = Table {
    name: "change",
    doc: "A change at a fixed time",
    keys: &[
        required("at", Kind::Time, "when, such as T0-20m"),
        required("set", Kind::Paths, "paths and values, such as { hpa/web.spec.minReplicas: 40 }"),
    ],
};

/// Most pods or users that are simulated.
const MOST: u64 = 1_000_000;

/// An address that may be set, written with capitals where a scenario has names of its own.
struct Form {
    address: &'static str,
    makes: Makes,
}

/// What setting an address makes.
#[derive(Clone, Copy)]
enum Makes {
    Replicas,
    QueueLimit,
    Min,
    Max,
    /// Of an autoscaler, from a share such as 70%.
    Target,
    /// Of an HPA, from a number of percent such as 70.
    Percent,
    Users,
    Rate,
}

const FORMS: [Form; 12] = [
    Form { address: "services.S.replicas", makes: Makes::Replicas },
    Form { address: "services.S.queue_limit", makes: Makes::QueueLimit },
    Form { address: "services.S.autoscaler.min", makes: Makes::Min },
    Form { address: "services.S.autoscaler.max", makes: Makes::Max },
    Form { address: "services.S.autoscaler.target", makes: Makes::Target },
    Form { address: "traffic.T.rate", makes: Makes::Rate },
    Form { address: "traffic.T.users", makes: Makes::Users },
    Form { address: "deploy/W.spec.replicas", makes: Makes::Replicas },
    Form { address: "hpa/H.spec.minReplicas", makes: Makes::Min },
    Form { address: "hpa/H.spec.maxReplicas", makes: Makes::Max },
    Form { address: "hpa/H.spec.metrics.M.target.averageUtilization", makes: Makes::Percent },
    Form { address: "hpa/H.spec.metrics.M.resource.target.averageUtilization", makes: Makes::Percent },
];

const HPA: &str = "HorizontalPodAutoscaler";

/// Keys of a service that every pod has from its start.
const OF_A_POD: [&str; 4] = ["slots", "resources", "startup", "speed"];

/// What an entry of the timeline does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effect {
    /// Something changes in the run.
    Patch(Patch),
    /// The rate of an open source, known beforehand.
    Rate(SourceId, f64),
}

/// All addresses that may be set, for help.
pub(super) fn settable() -> String {
    FORMS.map(|form| form.address).join(", ")
}

/// Whose value is set.
#[derive(Clone, Copy)]
enum Owner {
    Service(ServiceId),
    Source(SourceId),
}

/// What setting `path` to the value of `field` does.
///
/// # Errors
/// Why it cannot be set while a run goes on; `None` if the value was wrong and this has been said.
pub(super) fn effect(
    path: &Path,
    field: &Field<'_>,
    workloads: &Workloads<'_>,
    build: &Build<'_>,
) -> Result<Option<Effect>, String> {
    let words: Vec<&str> = path.segments.iter().map(|segment| segment.text.as_str()).collect();
    let kind = path.object.as_ref().map(|object| full_kind(&object.kind));
    let of_a_pod = match (&path.object, &words[..]) {
        (None, ["services", _, key, ..]) => OF_A_POD.contains(key),
        (Some(_), ["spec", "template", ..]) => true,
        _ => false,
    };
    if of_a_pod {
        return Err(format!(
            "`{}` is a part of every pod: a change of it needs a rollout, which is not simulated yet",
            path.text
        ));
    }
    let Some(form) = FORMS.iter().find(|form| matches(form.address, kind, &words)) else {
        return Err(format!("`{}` cannot be changed while a run goes on", path.text));
    };
    let owner = match &path.object {
        Some(object) if kind == Some(HPA) => {
            let scaled = workloads.scaled_by.iter().find(|(_, hpa)| hpa.name == object.name);
            if matches!(form.makes, Makes::Percent)
                && !scaled.is_some_and(|(_, hpa)| is_cpu(&hpa.node, &path.segments[..3]))
            {
                return Err(format!("`{}` is not the target of cpu, the only metric simulated", path.text));
            }
            scaled.and_then(|(service, _)| build.model.service_named(service)).map(Owner::Service)
        }
        Some(object) => {
            let service = workloads.service_of(kind.unwrap_or_default(), &object.name);
            build.model.service_named(service.unwrap_or(&object.name)).map(Owner::Service)
        }
        None if words[0] == "traffic" => {
            let named = build.model.sources.iter().position(|source| source.name == words[1]);
            named.map(|source| Owner::Source(SourceId(source as u16)))
        }
        None => build.model.service_named(words[1]).map(Owner::Service),
    };
    let Some(owner) = owner else {
        return Err(format!("`{}` names nothing of this scenario that runs", path.text));
    };
    made(form.makes, owner, path, field, build)
}

/// Whether the metric of an HPA at this place is cpu.
fn is_cpu(hpa: &Node, metric: &[Segment]) -> bool {
    let metric = edit::find(hpa, metric);
    let name = metric.and_then(|metric| metric.get("resource").unwrap_or(metric).get("name"));
    name.and_then(Node::as_text) == Some("cpu")
}

/// Whether an address has this form.
fn matches(form: &str, kind: Option<&str>, words: &[&str]) -> bool {
    let (object, rest) = form.split_once('/').map_or((None, form), |(object, rest)| {
        (Some(object), rest.split_once('.').map_or("", |(_, words)| words))
    });
    let is_kind = match (object, kind) {
        (None, None) => true,
        (Some("hpa"), Some(kind)) => kind == HPA,
        (Some(_), Some(kind)) => kind != HPA,
        _ => false,
    };
    let is_name = |word: &str| word.len() == 1 && word.chars().all(char::is_uppercase);
    let forms: Vec<&str> = rest.split('.').collect();
    is_kind
        && forms.len() == words.len()
        && forms.iter().zip(words).all(|(form, word)| is_name(form) || form == word)
}

fn made(
    makes: Makes,
    owner: Owner,
    path: &Path,
    field: &Field<'_>,
    build: &Build<'_>,
) -> Result<Option<Effect>, String> {
    let lacks = |what: &str| Err(format!("`{}`: there is no {what} to be changed", path.text));
    let count = |what: &str| {
        let number = field.parsed(quantity::count)?;
        if number > MOST {
            field.error(format!("{}: {number} {what}; at most a million are simulated", path.text));
        }
        (number <= MOST).then_some(small(number))
    };
    let fleet = |service, patch| Effect::Patch(Patch::Fleet(service, patch));
    let scaler = |service, patch| Effect::Patch(Patch::Scaler(service, patch));
    match (makes, owner) {
        (Makes::Replicas, Owner::Service(id)) => {
            if build.model.services[id.index()].external {
                return lacks("pod of ours");
            }
            Ok(count("pods").map(|pods| fleet(id, FleetPatch::Replicas(pods))))
        }
        (Makes::QueueLimit, Owner::Service(id)) => {
            let none = field.node.as_text() == Some("none");
            let limit = if none { Some(u32::MAX) } else { field.parsed(quantity::count).map(small) };
            Ok(limit.map(|limit| fleet(id, FleetPatch::QueueLimit(limit))))
        }
        (Makes::Min | Makes::Max | Makes::Target | Makes::Percent, Owner::Service(id)) => {
            if build.model.services[id.index()].scaler.is_none() {
                return lacks("autoscaler");
            }
            let patch = match makes {
                Makes::Min => count("pods").map(ScalerPatch::Min),
                Makes::Max => count("pods").map(ScalerPatch::Max),
                Makes::Target => field.parsed(quantity::ratio).map(ScalerPatch::Target),
                _ => field.parsed(quantity::count).map(|percent| ScalerPatch::Target(percent as f64 / 100.0)),
            };
            if matches!(patch, Some(ScalerPatch::Target(target)) if target <= 0.0) {
                field.error(format!("{} is 0: no number of pods would be enough", path.text));
                return Ok(None);
            }
            Ok(patch.map(|patch| scaler(id, patch)))
        }
        (Makes::Users, Owner::Source(id)) => match build.model.sources[id.index()].kind {
            SourceKind::Closed { .. } => {
                Ok(count("users").map(|users| Effect::Patch(Patch::Source(id, SourcePatch::Users(users)))))
            }
            SourceKind::Open(_) => lacks("closed population"),
        },
        (Makes::Rate, Owner::Source(id)) => {
            Ok(field.parsed(quantity::rate).map(|rate| Effect::Rate(id, rate)))
        }
        _ => Err(format!("`{}` cannot be changed while a run goes on", path.text)),
    }
}
