//! Axes of a sweep given on the command line: they join the document's section `sweep`, so that one decoder reads both.

use super::axis::Level;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::document::{Document, length, split_assignment};
use super::node::{Entry, Node, Scalar, Value};
use super::resolve::Factor;
use super::source::{Origin, Span};
use super::yaml;

impl Document {
    /// Adds `path=values` axes, each its own factor or, with `zip`, one group that moves together.
    pub fn vary(&mut self, assignments: &[String], zip: bool, diagnostics: &mut Diagnostics) {
        let mut entries = Vec::new();
        for assignment in assignments {
            let file = self.sources.add_argument("--vary", assignment.clone());
            let whole = Span { file, line: 1, column: 1, length: length(assignment) };
            match split_assignment(assignment) {
                None => {
                    let diagnostic = Diagnostic::error(whole, "--vary needs a path, `=` and values");
                    diagnostics.push(diagnostic.expected("such as services.web.slots=16,32,64"));
                }
                Some((path, values)) => {
                    let key_span = Span { length: length(path), ..whole };
                    let offset = key_span.length as usize + 1;
                    let node = scalar(values, whole.part(offset, length(values) as usize));
                    entries.push(Entry { key: path.trim().to_owned(), key_span, node });
                }
            }
        }
        let Some(first) = entries.first().map(|entry| entry.key_span) else { return };
        let mut group = Node::empty_mapping(first, Origin::Sweep);
        for entry in entries {
            let twice = self.varied(&entry.key).or_else(|| entry_of(&group, &entry.key));
            if let Some(other) = twice {
                let message = format!("`{}` varies twice", entry.key);
                diagnostics.push(Diagnostic::error(entry.key_span, message).note_at(other, "the other one"));
            } else if zip {
                put(&mut group, entry);
            } else if let Some(vary) =
                self.sweep_key("vary", first, || Node::empty_mapping(first, Origin::Sweep))
            {
                put(vary, entry);
            }
        }
        if zip {
            let list = || Node { value: Value::Sequence(Vec::new()), span: first, origin: Origin::Sweep };
            if let Some(Value::Sequence(items)) =
                self.sweep_key("zip", first, list).map(|node| &mut node.value)
            {
                items.push(group);
            }
        }
    }

    /// Adds conditions on the points.
    pub fn restrict(&mut self, conditions: &[String]) {
        for text in conditions {
            let node = self.argument("--where", text);
            let (span, origin) = (node.span, node.origin);
            let list = || Node { value: Value::Sequence(Vec::new()), span, origin };
            let Some(section) = self.sweep_key("where", span, list) else { continue };
            if section.as_sequence().is_none() {
                let single = std::mem::replace(&mut section.value, Value::Null);
                section.value =
                    Value::Sequence(vec![Node { value: single, span: section.span, origin: section.origin }]);
            }
            if let Value::Sequence(items) = &mut section.value {
                items.push(node);
            }
        }
    }

    /// Asks for a Latin hypercube of `points`.
    pub fn sample(&mut self, points: &str) {
        let node = self.argument("--latin", points);
        let text = format!("latin {}", points.trim());
        let value = Value::Scalar(Scalar { text, quoted: true });
        let span = node.span;
        if let Some(sample) = self.sweep_key("sample", span, || node.clone()) {
            *sample = Node { value, ..node };
        }
    }

    /// Gives a factor one of its values. What is wrong with it is placed where the sweep's values are written.
    pub fn set_factor(&mut self, factor: &Factor, level: &Level, diagnostics: &mut Diagnostics) {
        match yaml::parse(&level.text, factor.span.file, Origin::Sweep) {
            Ok(mut documents) => {
                let null = Node { value: Value::Null, span: factor.span, origin: Origin::Sweep };
                let mut node = documents.pop().unwrap_or(null);
                place_all(&mut node, factor.span);
                self.set_node(&factor.path, factor.path_span, node, diagnostics);
            }
            Err(diagnostic) => diagnostics.push(Diagnostic { span: Some(factor.span), ..*diagnostic }),
        }
    }

    /// Takes the section `key` out of the root.
    pub fn take_section(&mut self, key: &str) -> Option<Node> {
        let Value::Mapping(map) = &mut self.root.value else { return None };
        map.get(key)?;
        map.remove(key).map(|entry| entry.node)
    }

    fn argument(&mut self, option: &str, text: &str) -> Node {
        let file = self.sources.add_argument(option, text.to_owned());
        let mut node = scalar(text, Span { file, line: 1, column: 1, length: length(text) });
        if let Value::Scalar(scalar) = &mut node.value {
            scalar.text = text.to_owned();
        }
        node
    }

    /// Where the section `sweep` already varies `path`.
    fn varied(&self, path: &str) -> Option<Span> {
        entry_of(self.root.get("sweep")?.get("vary")?, path)
    }

    /// A key of the section `sweep`, both made if absent.
    fn sweep_key(&mut self, key: &str, at: Span, absent: impl FnOnce() -> Node) -> Option<&mut Node> {
        let section = child(&mut self.root, "sweep", at, || Node::empty_mapping(at, Origin::Sweep))?;
        child(section, key, at, absent)
    }
}

/// Says of every node of a value that it stands at `span`.
fn place_all(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::Null | Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| place_all(item, span)),
        Value::Mapping(map) => {
            for entry in map.iter_mut() {
                entry.key_span = span;
                place_all(&mut entry.node, span);
            }
        }
    }
}

fn scalar(text: &str, span: Span) -> Node {
    let value = Value::Scalar(Scalar { text: text.trim().to_owned(), quoted: false });
    Node { value, span, origin: Origin::Sweep }
}

fn entry_of(map: &Node, path: &str) -> Option<Span> {
    map.as_mapping()?.get(path).map(|entry| entry.key_span)
}

fn put(map: &mut Node, entry: Entry) {
    if let Value::Mapping(map) = &mut map.value {
        map.put(entry);
    }
}

/// The value under `key`, made if absent or null; what is no map becomes one.
fn child<'a>(node: &'a mut Node, key: &str, at: Span, absent: impl FnOnce() -> Node) -> Option<&'a mut Node> {
    if node.as_mapping().is_none() {
        *node = Node::empty_mapping(at, Origin::Sweep);
    }
    let is_absent = node.get(key).is_none_or(Node::is_null);
    if is_absent {
        put(node, Entry { key: key.to_owned(), key_span: at, node: absent() });
    }
    node.get_mut(key)
}
