//! Kubernetes objects of a document: read from `manifests`, merged by kind and name.

use super::diagnostics::{Diagnostic, Diagnostics, nearest};
use super::edit::merge;
use super::inputs::{InputError, Inputs, beside, read_text};
use super::node::{Node, Value};
use super::path::{ObjectName, full_kind, short_kind};
use super::source::{Origin, Sources, Span};
use super::yaml;

/// Files that the `manifests` of one document may name.
const MAX_FILES: usize = 500;

/// A Kubernetes object of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its `kind`.
    pub kind: String,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its namespace, if it says one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The whole object.
    pub node: Node,
}

impl Object {
    /// `hpa/web`: the address of the object.
    #[must_use]
    pub fn address(&self) -> String {
        let dotted = self.name.contains('.');
        let name = if dotted { format!("\"{}\"", self.name) } else { self.name.clone() };
        format!("{}/{name}", short_kind(&self.kind))
    }

    fn is_named(&self, name: &ObjectName) -> bool {
        self.kind == full_kind(&name.kind)
            && self.name == name.name
            && (name.namespace.is_none() || name.namespace == self.namespace)
    }
}

/// What is needed while the objects of one `manifests` list are read.
pub(super) struct Reader<'a> {
    pub inputs: &'a dyn Inputs,
    pub sources: &'a mut Sources,
    pub diagnostics: &'a mut Diagnostics,
    /// The file the list stands in.
    pub name: &'a str,
    pub origin: Origin,
}

impl Reader<'_> {
    /// Reads every object a `manifests` list holds or names and lays it over `objects`.
    pub(super) fn read(&mut self, list: &Node, objects: &mut Vec<Object>) {
        let Some(items) = list.as_sequence() else {
            let message = format!("`manifests` is {}", list.kind_name());
            let example = "a list of objects and files, such as `- file: k8s/web.yaml`";
            self.diagnostics.push(Diagnostic::error(list.span, message).expected(example));
            return;
        };
        for item in items {
            match item.get("file") {
                Some(file) if item.get("kind").is_none() => self.read_files(item, file, objects),
                _ => self.take(item.clone(), objects, 0),
            }
        }
    }

    fn read_files(&mut self, item: &Node, file: &Node, objects: &mut Vec<Object>) {
        if let Some(other) = item.as_mapping().and_then(|map| map.iter().find(|entry| entry.key != "file")) {
            let message = format!("unknown key `{}` beside `file` in manifests", other.key);
            self.diagnostics.push(Diagnostic::error(other.key_span, message).nearest(&other.key, ["file"]));
        }
        let Some(written) = file.as_text().filter(|text| !text.is_empty()) else {
            let diagnostic =
                Diagnostic::error(file.span, "`file` must name a file, a directory or a pattern");
            self.diagnostics.push(diagnostic.expected("a path such as k8s/rendered/ or k8s/*.yaml"));
            return;
        };
        let name = beside(self.name, written);
        let files = match self.inputs.list(&name) {
            Ok(Some(found)) => found.into_iter().filter(|file| is_manifest(file)).collect(),
            Ok(None) => vec![name.clone()],
            Err(error) => return self.unreadable(file.span, &name, &error),
        };
        if files.is_empty() {
            let diagnostic =
                Diagnostic::error(file.span, format!("`{name}` holds no .yaml, .yml or .json file"));
            return self.diagnostics.push(diagnostic);
        }
        if files.len() > MAX_FILES {
            let message = format!("`{name}` names {} files; at most {MAX_FILES} are read", files.len());
            return self.diagnostics.push(Diagnostic::error(file.span, message));
        }
        for name in files {
            self.read_file(&name, file.span, objects);
        }
    }

    fn unreadable(&mut self, span: Span, name: &str, error: &InputError) {
        self.diagnostics.push(Diagnostic::error(span, format!("cannot read `{name}`: {error}")));
    }

    fn read_file(&mut self, name: &str, named_at: Span, objects: &mut Vec<Object>) {
        let text = match read_text(name, self.inputs) {
            Ok(text) => text,
            Err(reason) => {
                let message = format!("cannot read `{name}`: {reason}");
                return self.diagnostics.push(Diagnostic::error(named_at, message));
            }
        };
        let file = self.sources.add_file(name, text.clone());
        match yaml::parse(&text, file, self.origin) {
            Ok(documents) => documents.into_iter().for_each(|node| self.take(node, objects, 0)),
            Err(diagnostic) => self.diagnostics.push(*diagnostic),
        }
    }

    /// Takes one object, or each object of a `List`.
    fn take(&mut self, mut node: Node, objects: &mut Vec<Object>, depth: usize) {
        if node.is_null() {
            return;
        }
        let text = |key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            let diagnostic =
                Diagnostic::error(node.span, "a Kubernetes object needs `apiVersion` and `kind`");
            return self
                .diagnostics
                .push(diagnostic.expected("an object, or `file:` with the name of a file"));
        };
        if let Some(Value::Sequence(items)) =
            take_items(&mut node).filter(|_| kind.ends_with("List") && depth < 4)
        {
            return items.into_iter().for_each(|item| self.take(item, objects, depth + 1));
        }
        let metadata = node.get("metadata");
        let of =
            |key: &str| metadata.and_then(|node| node.get(key)).and_then(Node::as_text).map(str::to_owned);
        let (Some(name), namespace) = (of("name"), of("namespace")) else {
            let message = format!("this {kind} has no `metadata.name`");
            return self.diagnostics.push(Diagnostic::error(node.span, message));
        };
        // One name may be a Service of the core and one of Knative; versions of one group are one object.
        let group = |version: &str| version.split_once('/').map(|(group, _)| group.to_owned());
        let space = |namespace: &Option<String>| namespace.clone().unwrap_or_else(|| "default".to_owned());
        let same = |old: &&mut Object| {
            old.kind == kind
                && old.name == name
                && space(&old.namespace) == space(&namespace)
                && group(&old.api_version) == group(&api_version)
        };
        match objects.iter_mut().find(same) {
            Some(old) => {
                merge(&mut old.node, node);
                old.api_version = api_version;
            }
            None => objects.push(Object { kind, api_version, namespace, name, node }),
        }
    }
}

fn is_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

fn take_items(node: &mut Node) -> Option<Value> {
    match &mut node.value {
        Value::Mapping(map) if map.get("items").is_some_and(|items| items.node.as_sequence().is_some()) => {
            map.remove("items").map(|entry| entry.node.value)
        }
        _ => None,
    }
}

/// The position of the object an address names.
///
/// # Errors
/// What is wrong and the nearest address, if there is no such object or more than one.
pub(super) fn find(objects: &[Object], name: &ObjectName) -> Result<usize, (String, Option<String>)> {
    let found: Vec<usize> = (0..objects.len()).filter(|&at| objects[at].is_named(name)).collect();
    match found[..] {
        [at] => Ok(at),
        [] => {
            let addresses: Vec<String> = objects.iter().map(Object::address).collect();
            let given = format!("{}/{}", short_kind(full_kind(&name.kind)), name.name);
            let near = nearest(&given, addresses.iter().map(String::as_str)).map(str::to_owned);
            Err((format!("the manifests have no {} called `{}`", full_kind(&name.kind), name.name), near))
        }
        _ => Err((format!("`{}` is in more than one namespace; write KIND/NAMESPACE/NAME", name.name), None)),
    }
}
