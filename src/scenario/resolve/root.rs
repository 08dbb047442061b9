//! The keys of a whole scenario, and what they say of an address.

use super::upstreams::UPSTREAM;
use super::{check, cluster, judge, observed, patches, run, searched, services, traffic};
use crate::scenario::path::Path;
use crate::scenario::table::{Kind, Table, optional, required};

/// Every section of a scenario.
pub(super) static ROOT: Table = Table {
    name: "scenario",
    doc: "A scenario of flashcrowd",
    keys: &[
        optional("schema", Kind::OneOf(&["1"]), "Version of the scenario language"),
        optional("base", Kind::File, "A scenario to start from; this file is laid over it"),
        optional("set", Kind::Paths, "Paths and values, as with --set"),
        optional("name", Kind::Text, "What the scenario is called"),
        optional("question", Kind::Text, "The question it answers"),
        optional("run", Kind::Map(&run::RUN), "What is run for how long, and how often"),
        required(
            "traffic",
            Kind::Named(&Kind::Map(&traffic::SOURCE)),
            "where requests come from, such as shoppers: { rate: 800/s, … }",
        ),
        optional("clients", Kind::Map(&CLIENTS), "How clients call services"),
        required(
            "services",
            Kind::Named(&Kind::Map(&services::SERVICE)),
            "what is deployed does, such as web: { slots: 64, … }",
        ),
        optional("manifests", Kind::List(&Kind::Paths), "Kubernetes objects, or files of them"),
        optional(
            "cluster",
            Kind::Map(&cluster::CLUSTER),
            "What the cluster's controllers see and how they are set",
        ),
        optional("timeline", Kind::Named(&Kind::Map(&patches::CHANGE)), "Changes at fixed times"),
        optional(
            "objectives",
            Kind::List(&Kind::Objective),
            "What is promised, such as checkout within 800ms >= 99.5%",
        ),
        optional("check", Kind::Map(&check::CHECK), "How `flashcrowd check` judges a change"),
        optional("judge", Kind::Map(&judge::JUDGE), "How a run with uncertain inputs is judged"),
        optional("observed", Kind::Map(&observed::OBSERVED), "Measured series beside the simulated ones"),
        optional(
            "capacity",
            Kind::Named(&Kind::Map(&searched::PLAN)),
            "Questions for `flashcrowd capacity`, such as headroom: { largest: PATH, between: 5 .. 40 }",
        ),
        optional("sweep", Kind::Map(&searched::SWEEP), "What `flashcrowd sweep` varies"),
    ],
};

static CLIENTS: Table = Table {
    name: "clients",
    doc: "How clients call services",
    keys: &[optional(
        "upstreams",
        Kind::Named(&Kind::Map(&UPSTREAM)),
        "One entry a service; `default` for the rest",
    )],
};

/// Whether only whole numbers make sense at `path`.
pub(super) fn counts(path: &Path) -> bool {
    let last = path.segments.last().map_or("", |segment| segment.text.as_str());
    // Objects of Kubernetes count pods and percents in whole numbers, and so do changes of them on the timeline.
    let in_object = path.object.is_some() || path.segments.iter().any(|segment| segment.text.contains('/'));
    (in_object && !matches!(last, "cpu" | "memory"))
        || kind_at(path).is_some_and(|kind| kind.includes(|kind| matches!(kind, Kind::Count | Kind::Integer)))
}

/// What the tables declare at an address; nothing where the address leaves them.
fn kind_at(path: &Path) -> Option<&'static Kind> {
    let mut segments = path.segments.iter();
    let mut kind = &ROOT.key(&segments.next()?.text)?.1.kind;
    for segment in segments {
        kind = step_into(kind, &segment.text)?;
    }
    Some(kind)
}

fn step_into(kind: &'static Kind, name: &str) -> Option<&'static Kind> {
    match kind {
        Kind::Map(table) => table.key(name).map(|(_, key)| &key.kind),
        Kind::Named(inner) => Some(inner),
        Kind::Either(choices) => choices.iter().find_map(|choice| step_into(choice, name)),
        _ => None,
    }
}
