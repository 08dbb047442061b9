//! Whether an address means anything in a document: what a sweep or a search varies must be there.

use super::diagnostics::{Diagnostic, nearest};
use super::document::Document;
use super::edit;
use super::manifests;
use super::node::{Node, Value};
use super::path::{Path, Segment};
use super::source::Span;
use super::table::{Kind, Table};

/// Keys of the root that say how a scenario is read or asked, not what it is.
const NOT_VALUES: [&str; 8] =
    ["schema", "base", "set", "manifests", "sweep", "capacity", "check", "observed"];

impl Document {
    /// Checks that the address `path`, written at `at`, names a value that a scenario like this one has: a key that is
    /// there, or one that could be. Unlike `--set`, which may make new entries, a factor that exists nowhere is a slip.
    ///
    /// # Errors
    /// What is wrong with it, with the nearest name.
    pub(super) fn check_address(
        &self,
        root: &'static Table,
        path: &str,
        at: Span,
    ) -> Result<Path, Box<Diagnostic>> {
        // A quoted key of YAML is longer than its text: then the whole key is underlined.
        let exact = at.length as usize == path.chars().count();
        let place = |segment: &Segment| if exact { at.part(segment.start, segment.length) } else { at };
        let parsed = Path::parse(path).map_err(|error| {
            let span = if exact { at.part(error.offset, 1) } else { at };
            let diagnostic = Diagnostic::error(span, format!("not a path: {}", error.message));
            Box::new(diagnostic.expected("such as services.web.slots or hpa/web.spec.minReplicas"))
        })?;
        let first = parsed.segments.first().filter(|_| parsed.object.is_none());
        if let Some(first) = first.filter(|first| NOT_VALUES.contains(&first.text.as_str())) {
            let message =
                format!("`{}` says how a scenario is read or asked; it cannot be varied", first.text);
            return Err(Box::new(Diagnostic::error(place(first), message)));
        }
        let found = match &parsed.object {
            Some(name) => {
                let found = manifests::find(&self.objects, name).map_err(|(message, near)| {
                    let diagnostic = Diagnostic::error(at, message);
                    let help = near.map(|near| format!("did you mean `{near}`?"));
                    Box::new(Diagnostic { help, ..diagnostic })
                })?;
                object(&self.objects[found].node, &parsed.segments)
            }
            None => own(&self.root, root, &parsed.segments),
        };
        match found {
            Ok(()) => Ok(parsed),
            Err(Unknown { segment, message, names }) => {
                let at = parsed.segments.get(segment).map_or(at, &place);
                let diagnostic = Diagnostic::error(at, message);
                let given = parsed.segments.get(segment).map_or("", |segment| segment.text.as_str());
                Err(Box::new(match nearest(given, names.iter().map(String::as_str)) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None if names.is_empty() => diagnostic,
                    None => diagnostic.expected(format!("one of {}", names.join(", "))),
                }))
            }
        }
    }
}

/// A step that leads nowhere.
struct Unknown {
    segment: usize,
    message: String,
    names: Vec<String>,
}

/// Follows an address through the declared keys.
fn own(root: &Node, table: &'static Table, segments: &[Segment]) -> Result<(), Unknown> {
    let mut tables: Vec<&'static Table> = vec![table];
    let mut named: Option<&'static Kind> = None;
    let mut node = Some(root);
    for (step, segment) in segments.iter().enumerate() {
        let name = segment.text.as_str();
        let there = segments[..step].iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(".");
        let inside = if there.is_empty() { "the scenario".to_owned() } else { format!("`{there}`") };
        let entry = node.and_then(|node| node.get(name)).filter(|node| !node.is_null());
        let kind = if let Some(inner) = named {
            if entry.is_none() {
                let names = keys(node);
                return Err(Unknown { segment: step, message: format!("{inside} has no `{name}`"), names });
            }
            inner
        } else {
            match tables.iter().find_map(|table| table.key(name)) {
                Some((_, key)) => &key.kind,
                None if entry.is_some() => return Ok(()),
                None => {
                    let names =
                        tables.iter().flat_map(|table| table.keys.iter()).map(|key| key.name.to_owned());
                    let names: Vec<String> = names.collect();
                    let message = if names.is_empty() {
                        format!("{inside} is a single value, it has no `{name}` inside")
                    } else {
                        format!("{inside} has no key `{name}`")
                    };
                    return Err(Unknown { segment: step, message, names });
                }
            }
        };
        node = entry;
        (tables, named) = inner(kind);
        if kind.includes(|kind| matches!(kind, Kind::List(_)))
            && node.is_some_and(|node| node.as_sequence().is_some())
        {
            // Items of lists have no table that could be followed by name.
            return listed(root, segments, step);
        }
        if matches!(kind, Kind::Paths) {
            return Ok(());
        }
    }
    Ok(())
}

/// The maps a value of this kind can be, and what a map of names holds.
fn inner(kind: &'static Kind) -> (Vec<&'static Table>, Option<&'static Kind>) {
    match kind {
        Kind::Map(table) => (vec![*table], None),
        Kind::Named(inner) => (Vec::new(), Some(*inner)),
        Kind::Either(choices) => {
            let inside: Vec<_> = choices.iter().map(inner).collect();
            let named = inside.iter().find_map(|(_, named)| *named);
            (inside.into_iter().flat_map(|(tables, _)| tables).collect(), named)
        }
        _ => (Vec::new(), None),
    }
}

/// What lies inside a list must be there.
fn listed(root: &Node, segments: &[Segment], list: usize) -> Result<(), Unknown> {
    if list + 1 == segments.len() || edit::find(root, segments).is_some() {
        return Ok(());
    }
    let names = edit::find(root, &segments[..=list]).and_then(Node::as_sequence).map(edit::item_names);
    let message = format!("this list has nothing called `{}` with such a key", segments[list + 1].text);
    Err(Unknown { segment: list + 1, message, names: names.unwrap_or_default() })
}

/// Follows an address through a Kubernetes object. A key of `spec` may be absent, for the decoder knows those;
/// whatever lies deeper must be there, because nobody would notice a slip.
fn object(root: &Node, segments: &[Segment]) -> Result<(), Unknown> {
    let absent = (1..=segments.len()).find(|&length| edit::find(root, &segments[..length]).is_none());
    match absent {
        None => Ok(()),
        Some(2) if segments.len() == 2 && segments[0].text == "spec" => Ok(()),
        Some(length) => {
            let parent = edit::find(root, &segments[..length - 1]);
            let names = match parent.map(|node| &node.value) {
                Some(Value::Sequence(items)) => edit::item_names(items),
                _ => keys(parent),
            };
            let name = &segments[length - 1].text;
            Err(Unknown { segment: length - 1, message: format!("the object has no `{name}` here"), names })
        }
    }
}

fn keys(node: Option<&Node>) -> Vec<String> {
    let map = node.and_then(Node::as_mapping);
    map.map(|map| map.iter().map(|entry| entry.key.clone()).collect()).unwrap_or_default()
}
