//! The section `check`: what a change is compared with, and how much worse it may make things.

use super::build::Build;
use crate::model::decision_metrics;
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::inputs::beside;
use crate::scenario::table::{Kind, Table, optional, required};
use crate::scenario::tolerance::{Tolerance, Tolerances};

pub(super) static CHECK: Table = Table {
    name: "check",
    doc: "How `flashcrowd check` judges a change",
    keys: &[
        optional(
            "against",
            Kind::Either(&[Kind::File, Kind::Map(&AGAINST)]),
            "A scenario file, a folder of scenarios, git:REVISION, or { manifests: FOLDER } for the same scenario \
             with other manifests",
        ),
        optional(
            "tolerate",
            Kind::Paths,
            "Objectives without their limits (checkout p99) and how much worse each may become: +5%, 10ms, 0.1pp, \
             exact, ignore",
        ),
        optional(
            "inconclusive",
            Kind::OneOf(&["pass", "warn", "fail"]),
            "What a check means that the replications could not decide; warn if absent",
        ),
    ],
};

static AGAINST: Table = Table {
    name: "check-against",
    doc: "The same scenario with something exchanged",
    keys: &[required(
        "manifests",
        Kind::File,
        "the folder or file that stands in for the files of `manifests`",
    )],
};

/// What a change is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// A scenario file, a folder of scenarios, or `git:REVISION`.
    Place(String),
    /// The same scenario with the files of `manifests` exchanged for this folder or file.
    Manifests(String),
}

/// What a check means that could not be decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inconclusive {
    /// It passes, and says so.
    Pass,
    /// It passes with a warning.
    #[default]
    Warn,
    /// It fails.
    Fail,
}

/// The section `check`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckPlan {
    /// What a change is compared with; nothing if only objectives are judged.
    pub against: Option<Against>,
    /// How much worse metrics may become.
    pub tolerate: Tolerances,
    /// What undecided checks mean.
    pub inconclusive: Inconclusive,
}

/// Reads the section. The objectives must have been read.
pub(super) fn check(section: &Field<'_>, build: &Build<'_>) -> CheckPlan {
    let map = section.map();
    let inconclusive = match map.word("inconclusive") {
        Some("pass") => Inconclusive::Pass,
        Some("fail") => Inconclusive::Fail,
        _ => Inconclusive::Warn,
    };
    let against = map.field("against").and_then(|field| against(&field));
    let mut tolerate = Tolerances::default();
    let keys: Vec<String> = decision_metrics(&build.model).into_iter().map(|metric| metric.key).collect();
    for (head, field) in map.field("tolerate").iter().flat_map(Field::entries) {
        let mut single = Tolerances::default();
        single.put(head, Tolerance::Ignore);
        if single.unmatched(&keys).next().is_some() {
            let message = format!("check.tolerate names `{head}`, which this scenario does not measure");
            let diagnostic = Diagnostic::error(field.key_span, message);
            build.context.push(match nearest(head, keys.iter().map(String::as_str)) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.expected(format!("an objective without its limit: {}", keys.join(", "))),
            });
        } else if let Some(tolerance) = field.parsed(Tolerance::parse) {
            tolerate.put(head, tolerance);
        }
    }
    CheckPlan { against, tolerate, inconclusive }
}

/// Names of files are relative to the file they are written in; revisions are names of their own.
fn against(field: &Field<'_>) -> Option<Against> {
    if field.node.as_mapping().is_some() {
        let manifests = field.map().field("manifests")?;
        return Some(Against::Manifests(placed(&manifests)?));
    }
    let written = field.text()?;
    if written.starts_with("git:") {
        return Some(Against::Place(written));
    }
    placed(field).map(Against::Place)
}

fn placed(field: &Field<'_>) -> Option<String> {
    let written = field.text()?;
    let source = field.context.sources.get(field.node.span.file).filter(|source| source.is_file);
    Some(source.map_or_else(|| written.clone(), |source| beside(&source.name, &written)))
}
