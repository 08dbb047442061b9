//! A scenario as text: read, laid over its base, and edited, but not yet understood.

use super::diagnostics::{Diagnostic, Diagnostics};
use super::edit::{self, merge};
use super::inputs::{Inputs, beside, read_text};
use super::manifests::{self, Object, Reader};
use super::node::{Node, Value};
use super::path::{Path, Segment};
use super::source::{FileId, Origin, Sources, Span};
use super::yaml;

/// Files in a chain of `base:`.
const MAX_BASES: usize = 16;

/// A tree of nodes with the Kubernetes objects apart, and the texts they were read from.
#[derive(Clone, Debug)]
pub struct Document {
    /// The scenario's own keys; `base`, `set` and `manifests` have been carried out and taken out.
    pub root: Node,
    /// The Kubernetes objects of `manifests`, merged by kind and name.
    pub objects: Vec<Object>,
    /// Every text read, for messages.
    pub sources: Sources,
    /// Whether a text could not be read or parsed, so that there is nothing to decode.
    pub is_broken: bool,
    /// Steps of addresses that made a new map beside one with a near name: where, and what to say if that map turns
    /// out to be wrong.
    pub(super) slips: Vec<(Span, String)>,
}

/// One file of the chain of bases.
struct Layer {
    name: String,
    root: Node,
}

impl Document {
    /// Reads the scenario `name` with its bases and manifests. The document is always given back, so that its
    /// sources can show the diagnostics; if [`Document::is_broken`], it holds nothing else.
    #[must_use]
    pub fn load(name: &str, inputs: &dyn Inputs) -> (Self, Diagnostics) {
        let nowhere = Span { file: FileId(0), line: 1, column: 1, length: 0 };
        let root = Node::empty_mapping(nowhere, Origin::File);
        let mut document = Self {
            root,
            objects: Vec::new(),
            sources: Sources::default(),
            is_broken: false,
            slips: Vec::new(),
        };
        let mut diagnostics = Diagnostics::default();
        match document.layers(name, inputs) {
            Ok(layers) => document.lay(layers, inputs, &mut diagnostics),
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                document.is_broken = true;
            }
        }
        (document, diagnostics)
    }

    /// The files of the chain, the scenario itself first.
    fn layers(&mut self, name: &str, inputs: &dyn Inputs) -> Result<Vec<Layer>, Box<Diagnostic>> {
        let mut layers: Vec<Layer> = Vec::new();
        let mut next = Some((name.to_owned(), None));
        while let Some((name, named_at)) = next.take() {
            let failed = |message: String| Box::new(failure(named_at, message));
            if layers.iter().any(|layer| layer.name == name) {
                return Err(failed(format!("`{name}` is its own base")));
            }
            if layers.len() >= MAX_BASES {
                return Err(failed(format!("more than {MAX_BASES} files in a chain of bases")));
            }
            let text = read_text(&name, inputs);
            let text = text.map_err(|reason| failed(format!("cannot read `{name}`: {reason}")))?;
            let file = self.sources.add_file(&name, text.clone());
            let origin = if layers.is_empty() { Origin::File } else { Origin::Base };
            let mut root = single(yaml::parse(&text, file, origin)?, file, &name)?;
            if let Some(base) = take(&mut root, "base").filter(|base| !base.is_null()) {
                let Some(target) = base.as_text().filter(|text| !text.is_empty()) else {
                    let diagnostic = Diagnostic::error(base.span, "`base` must name a file");
                    return Err(Box::new(diagnostic.expected("one path such as opening-small.yaml")));
                };
                next = Some((beside(&name, target), Some(base.span)));
            }
            layers.push(Layer { name, root });
        }
        Ok(layers)
    }

    /// Lays the files over each other, the deepest base first; each file's `set` edits what lies below it too.
    fn lay(&mut self, layers: Vec<Layer>, inputs: &dyn Inputs, diagnostics: &mut Diagnostics) {
        for Layer { name, mut root } in layers.into_iter().rev() {
            let (sets, list) = (take(&mut root, "set"), take(&mut root, "manifests"));
            let origin = root.origin;
            merge(&mut self.root, root);
            if let Some(list) = list.filter(|list| !list.is_null()) {
                let sources = &mut self.sources;
                Reader { inputs, sources, diagnostics, name: &name, origin }.read(&list, &mut self.objects);
            }
            self.set_section(sets, diagnostics);
        }
    }

    fn set_section(&mut self, sets: Option<Node>, diagnostics: &mut Diagnostics) {
        match sets.map(|node| (node.span, node.value)) {
            None | Some((_, Value::Null)) => {}
            Some((_, Value::Mapping(map))) => {
                for entry in map.into_entries() {
                    let mut node = entry.node;
                    node.mark(Origin::Set);
                    self.set_node(&entry.key, entry.key_span, node, diagnostics);
                }
            }
            Some((span, _)) => {
                let diagnostic = Diagnostic::error(span, "`set` must be a map of paths and values");
                diagnostics.push(diagnostic.expected("{ services.web.slots: 64 }"));
            }
        }
    }

    /// Carries out one `--set path=value`; the value is read as YAML, and `null` deletes.
    pub fn set(&mut self, assignment: &str, diagnostics: &mut Diagnostics) {
        self.assign("--set", assignment, Origin::Set, diagnostics);
    }

    /// Carries out `path=value` given by `option` (shown in messages), with the origin `origin`.
    pub fn assign(&mut self, option: &str, assignment: &str, origin: Origin, diagnostics: &mut Diagnostics) {
        let file = self.sources.add_argument(option, assignment.to_owned());
        let whole = Span { file, line: 1, column: 1, length: length(assignment) };
        let Some((path, value)) = split_assignment(assignment) else {
            let diagnostic = Diagnostic::error(whole, format!("{option} needs a path, `=` and a value"));
            return diagnostics.push(diagnostic.expected("such as services.web.slots=64"));
        };
        let path_span = Span { length: length(path), ..whole };
        let offset = path_span.length + 1;
        match yaml::parse(value, file, origin) {
            Ok(mut documents) if documents.len() <= 1 => {
                let empty = || Node { value: Value::Null, span: whole.part(offset as usize, 0), origin };
                let mut node = documents.pop().unwrap_or_else(empty);
                shift(&mut node, offset);
                self.set_node(path.trim(), path_span, node, diagnostics);
            }
            Ok(_) => diagnostics.push(Diagnostic::error(whole, "a value is one YAML document")),
            Err(mut diagnostic) => {
                diagnostic.span = diagnostic.span.map(|span| moved(span, offset));
                diagnostics.push(*diagnostic);
            }
        }
    }

    /// Sets the value at `path`, written at `at`.
    pub(super) fn set_node(&mut self, path: &str, at: Span, value: Node, diagnostics: &mut Diagnostics) {
        // A quoted key of YAML is longer than its text: then the whole key is underlined.
        let exact = at.length == length(path);
        let place = |segment: &Segment| if exact { at.part(segment.start, segment.length) } else { at };
        let parsed = match Path::parse(path) {
            Ok(parsed) => parsed,
            Err(error) => {
                let span = if exact { at.part(error.offset, 1) } else { at };
                let diagnostic = Diagnostic::error(span, format!("not a path: {}", error.message));
                return diagnostics
                    .push(diagnostic.expected("such as services.web.slots or hpa/web.spec.minReplicas"));
            }
        };
        let root = match &parsed.object {
            None => &mut self.root,
            Some(name) => match manifests::find(&self.objects, name) {
                Ok(found) => &mut self.objects[found].node,
                Err((message, near)) => {
                    let diagnostic = Diagnostic::error(at, message);
                    let help = near.map(|near| format!("did you mean `{near}`?"));
                    return diagnostics.push(Diagnostic { help, ..diagnostic });
                }
            },
        };
        if let Some(near) = edit::deletes_nothing(root, &parsed.segments).filter(|_| value.is_null()) {
            let diagnostic = Diagnostic::warning(at, format!("`{path}` is not there, so nothing is deleted"));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            diagnostics.push(Diagnostic { help, ..diagnostic });
        }
        if let Some((step, near)) = edit::likely_slip(root, &parsed.segments) {
            self.slips.push((place(&parsed.segments[step]), format!("did you mean `{near}`?")));
        }
        if let Err(error) = edit::set(root, &parsed.segments, value, &place) {
            let segment = &parsed.segments[error.segment];
            let mut diagnostic = Diagnostic::error(place(segment), format!("`{path}`: {}", error.message));
            if !error.known.is_empty() {
                diagnostic = diagnostic.expected(format!("one of {}", error.known.join(", ")));
            }
            diagnostics.push(diagnostic);
        }
    }

    /// The node an address names, if it is there.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Node> {
        let root = match &path.object {
            None => &self.root,
            Some(name) => &self.objects[manifests::find(&self.objects, name).ok()?].node,
        };
        edit::find(root, &path.segments)
    }
}

fn failure(span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic::new(super::diagnostics::Severity::Error, span, message)
}

/// The one map a scenario file holds.
fn single(documents: Vec<Node>, file: FileId, name: &str) -> Result<Node, Box<Diagnostic>> {
    let mut documents = documents.into_iter();
    let start = Span { file, line: 1, column: 1, length: 0 };
    let example = "keys such as `traffic:` and `services:`; `flashcrowd new` writes a starter";
    match (documents.next(), documents.next()) {
        (Some(root), None) if root.as_mapping().is_some() => Ok(root),
        (Some(second), None) if !second.is_null() => {
            let message = format!("a scenario is a map, this is {}", second.kind_name());
            Err(Box::new(Diagnostic::error(second.span, message).expected(example)))
        }
        (Some(_), Some(second)) => {
            let message = "a scenario file holds one YAML document, here begins a second one";
            Err(Box::new(Diagnostic::error(second.span, message)))
        }
        _ => Err(Box::new(Diagnostic::error(start, format!("`{name}` is empty")).expected(example))),
    }
}

fn take(root: &mut Node, key: &str) -> Option<Node> {
    let Value::Mapping(map) = &mut root.value else { return None };
    map.get(key)?;
    map.remove(key).map(|entry| entry.node)
}

/// Splits at the first `=` outside quotes.
pub(super) fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '=' if !quoted => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

pub(super) fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Moves the places on the first line to the right by `offset`: the value stands behind its path.
fn shift(node: &mut Node, offset: u32) {
    node.span = moved(node.span, offset);
    match &mut node.value {
        Value::Null | Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| shift(item, offset)),
        Value::Mapping(map) => {
            for entry in map.iter_mut() {
                entry.key_span = moved(entry.key_span, offset);
                shift(&mut entry.node, offset);
            }
        }
    }
}

fn moved(span: Span, offset: u32) -> Span {
    if span.line == 1 { Span { column: span.column.saturating_add(offset), ..span } } else { span }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
