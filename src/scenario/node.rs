//! The tree a document is: scalars as they were written, lists and ordered maps, each with its place.

use std::collections::BTreeMap;

use super::source::{Origin, Span};

/// A value with the place it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
    /// Which kind of text it came from.
    pub origin: Origin,
}

/// What a node holds. Scalars stay text: only the decoder knows what they mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `null` or `~`.
    Null,
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A map with keys in the order of the file.
    Mapping(Mapping),
}

/// A scalar's text without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text after YAML's unquoting.
    pub text: String,
    /// Whether it was quoted or tagged `!!str`, so that it is text even if it looks like a number.
    pub quoted: bool,
}

/// One key of a map and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// What it holds.
    pub node: Node,
}

/// A map in file order, with an index so that large ones stay quick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    entries: Vec<Entry>,
    index: BTreeMap<String, usize>,
}

impl Node {
    /// An empty map at `span`.
    #[must_use]
    pub fn empty_mapping(span: Span, origin: Origin) -> Self {
        Self { value: Value::Mapping(Mapping::default()), span, origin }
    }

    /// The map this node is, if it is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        if let Value::Mapping(map) = &self.value { Some(map) } else { None }
    }

    /// The list this node is, if it is one.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        if let Value::Sequence(items) = &self.value { Some(items) } else { None }
    }

    /// The scalar this node is, if it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(scalar) = &self.value { Some(scalar) } else { None }
    }

    /// The scalar's text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| scalar.text.as_str())
    }

    /// Whether nothing stands here.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value under `key`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?.get(key).map(|entry| &entry.node)
    }

    /// The value under `key`, to be changed, if this is a map that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Value::Mapping(map) = &mut self.value else { return None };
        map.get_mut(key).map(|entry| &mut entry.node)
    }

    /// What this node is, in the words of an error message.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a map",
        }
    }

    /// Nodes in this tree, itself included.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + match &self.value {
            Value::Null | Value::Scalar(_) => 0,
            Value::Sequence(items) => items.iter().map(Node::count).sum(),
            Value::Mapping(map) => map.iter().map(|entry| entry.node.count()).sum(),
        }
    }

    /// Gives every node of this tree the origin `origin`.
    pub fn mark(&mut self, origin: Origin) {
        self.origin = origin;
        match &mut self.value {
            Value::Null | Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter_mut().for_each(|item| item.mark(origin)),
            Value::Mapping(map) => map.iter_mut().for_each(|entry| entry.node.mark(origin)),
        }
    }
}

impl Mapping {
    /// The entry under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).map(|&at| &self.entries[at])
    }

    /// The entry under `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.index.get(key).map(|&at| &mut self.entries[at])
    }

    /// Entries in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Entries in the order of the file, to be changed; keys must stay as they are.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    /// The entries themselves, in the order of the file.
    #[must_use]
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts `entry` in, in the place of an entry with the same key if there is one.
    pub fn put(&mut self, entry: Entry) {
        if let Some(&at) = self.index.get(&entry.key) {
            self.entries[at] = entry;
        } else {
            self.index.insert(entry.key.clone(), self.entries.len());
            self.entries.push(entry);
        }
    }

    /// Takes the entry under `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.index.get(key).copied()?;
        let entry = self.entries.remove(at);
        self.reindex();
        Some(entry)
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
        self.reindex();
    }

    fn reindex(&mut self) {
        self.index = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
    }
}
