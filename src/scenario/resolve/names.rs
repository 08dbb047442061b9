//! References to services, operations and classes.

use crate::model::{ClassId, Model, ServiceId};
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::source::Span;

/// The service a field names; `None` after a diagnostic.
pub(super) fn service(field: &Field<'_>, model: &Model) -> Option<ServiceId> {
    let name = field.text()?;
    let found = model.service_named(&name);
    if found.is_none() {
        let known = model.services.iter().map(|service| service.name.as_str());
        unknown(field, "service", &name, known);
    }
    found
}

/// The class a field names; `None` after a diagnostic.
pub(super) fn class(field: &Field<'_>, model: &Model) -> Option<ClassId> {
    let name = field.text()?;
    let found = model.class_named(&name);
    if found.is_none() {
        let known = model.classes.iter().map(|class| class.name.as_str());
        unknown(field, "class", &name, known);
    }
    found
}

/// Reports a name that is not there.
pub(super) fn unknown<'n>(
    field: &Field<'_>,
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) {
    unknown_beside(field, kind, name, known, &[]);
}

/// The same, with the places where the known names are written: the nearest may be the one that is misspelt.
pub(super) fn unknown_beside<'n>(
    field: &Field<'_>,
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
    places: &[Span],
) {
    let message = format!("{}: there is no {kind} called `{name}`", field.path);
    let diagnostic = Diagnostic::error(field.node.span, message).nearest(name, known.clone());
    let near = nearest(name, known.clone());
    let place = near.and_then(|near| places.get(known.clone().position(|name| name == near)?));
    let diagnostic = match (near, place) {
        (Some(near), Some(&place)) => diagnostic.note_at(place, format!("`{near}` is written here")),
        _ => diagnostic,
    };
    let all: Vec<&str> = known.take(12).collect();
    let listed = if diagnostic.help.is_none() && !all.is_empty() {
        diagnostic.expected(format!("one of {}", all.join(", ")))
    } else {
        diagnostic
    };
    field.context.push(listed);
}
