//! Changes to a tree of nodes: laying one over another, and setting what an address names.

use super::diagnostics::nearest;
use super::node::{Entry, Mapping, Node, Value};
use super::path::Segment;
use super::source::Span;

/// Lays `over` on `base`: maps are merged key by key, anything else is replaced, `null` deletes.
pub fn merge(base: &mut Node, over: Node) {
    match (&mut base.value, over) {
        (Value::Mapping(below), Node { value: Value::Mapping(above), span, origin }) => {
            merge_mapping(below, above);
            (base.span, base.origin) = (span, origin);
        }
        (_, over) => *base = over,
    }
}

fn merge_mapping(below: &mut Mapping, above: Mapping) {
    let mut deleted = Vec::new();
    for entry in above.into_entries() {
        if entry.node.is_null() {
            deleted.push(entry.key);
        } else if let Some(old) = below.get_mut(&entry.key) {
            old.key_span = entry.key_span;
            merge(&mut old.node, entry.node);
        } else {
            below.put(entry);
        }
    }
    if !deleted.is_empty() {
        below.retain(|entry| !deleted.contains(&entry.key));
    }
}

/// Why an address could not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    /// Which step of the address failed.
    pub segment: usize,
    /// What is wrong.
    pub message: String,
    /// Names that would have been found there.
    pub known: Vec<String>,
}

/// What a step names inside a list: the item, or an object inside the item (`resource`, `pods` …).
struct Item {
    at: usize,
    inside: Option<&'static str>,
}

/// Finds a list's item by its `name`, its metric's or resource's name, its `type`, or its place counted from 0.
fn item(items: &[Node], name: &str) -> Result<Item, String> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    let is = |found: Option<String>| found.is_some_and(|found| found == name);
    let unique = |found: Vec<Item>| match found.len() {
        0 => None,
        1 => found.into_iter().next().map(Ok),
        n => Some(Err(format!("{n} items of this list are called `{name}`"))),
    };
    let all = || items.iter().enumerate();
    let named = all().filter(|(_, node)| is(text(node, "name"))).map(|(at, _)| Item { at, inside: None });
    if let Some(found) = unique(named.collect()) {
        return found;
    }
    let mut nested = Vec::new();
    for (at, node) in all() {
        for inside in ["resource", "containerResource", "pods", "object", "external"] {
            let Some(object) = node.get(inside) else { continue };
            if is(text(object, "name")) || object.get("metric").is_some_and(|metric| is(text(metric, "name")))
            {
                nested.push(Item { at, inside: Some(inside) });
            }
        }
    }
    if let Some(found) = unique(nested) {
        return found;
    }
    let typed = all().filter(|(_, node)| is(text(node, "type"))).map(|(at, _)| Item { at, inside: None });
    if let Some(found) = unique(typed.collect()) {
        return found;
    }
    match name.parse::<usize>() {
        Ok(at) if at < items.len() => Ok(Item { at, inside: None }),
        Ok(at) => Err(format!("this list has {} items, so there is no [{at}]", items.len())),
        Err(_) => Err(format!("no item of this list is called `{name}`")),
    }
}

/// The names by which a list's items can be addressed.
pub(super) fn item_names(items: &[Node]) -> Vec<String> {
    let name_of = |node: &Node| {
        let resource = || node.get("resource").and_then(|object| object.get("name")).and_then(Node::as_text);
        let own = node.get("name").and_then(Node::as_text);
        own.or_else(resource).or_else(|| node.get("type").and_then(Node::as_text)).map(str::to_owned)
    };
    let mut names: Vec<String> = items.iter().filter_map(name_of).collect();
    match items.len() {
        0 => {}
        1 => names.push("[0], or [1] to add one".to_owned()),
        n => names.push(format!("[0] to [{}], or [{n}] to add one", n - 1)),
    }
    names
}

/// The first step that makes a new map beside one with a name so near that a slip is likely: the step, and that name.
/// The last step is a key that may well be new.
#[must_use]
pub fn likely_slip<'a>(root: &'a Node, segments: &[Segment]) -> Option<(usize, &'a str)> {
    let (_, way) = segments.split_last()?;
    for (step, segment) in way.iter().enumerate() {
        let Value::Mapping(map) = &find(root, &segments[..step])?.value else { continue };
        if map.get(&segment.text).is_none() {
            return nearest(&segment.text, map.iter().map(|entry| entry.key.as_str()))
                .map(|near| (step, near));
        }
    }
    None
}

/// Whether deleting what an address names deletes nothing, and the nearest name beside it.
pub fn deletes_nothing<'a>(root: &'a Node, segments: &[Segment]) -> Option<Option<&'a str>> {
    let (last, way) = segments.split_last()?;
    let Value::Mapping(map) = &find(root, way)?.value else { return None };
    map.get(&last.text).is_none().then(|| nearest(&last.text, map.iter().map(|entry| entry.key.as_str())))
}

/// The node an address names, if it is there.
#[must_use]
pub fn find<'a>(root: &'a Node, segments: &[Segment]) -> Option<&'a Node> {
    let mut node = root;
    for (step, segment) in segments.iter().enumerate() {
        node = match &node.value {
            Value::Mapping(map) => &map.get(&segment.text)?.node,
            Value::Sequence(items) => {
                let item = item(items, &segment.text).ok()?;
                let whole = &items[item.at];
                inner(whole, &item, segments.get(step + 1))
            }
            Value::Null | Value::Scalar(_) => return None,
        };
    }
    Some(node)
}

/// The item itself if the next step is one of its keys, else the object inside it that has the name.
fn inner<'a>(whole: &'a Node, item: &Item, next: Option<&Segment>) -> &'a Node {
    let own = next.is_some_and(|next| whole.get(&next.text).is_some());
    item.inside.filter(|_| !own).and_then(|inside| whole.get(inside)).unwrap_or(whole)
}

/// Sets what an address names; maps on the way that are missing are made. `place` gives a step's position in the
/// text it was written in. A `null` deletes.
///
/// # Errors
/// If a step goes into a single value, or names no item of a list.
pub fn set(
    root: &mut Node,
    segments: &[Segment],
    value: Node,
    place: &dyn Fn(&Segment) -> Span,
) -> Result<(), EditError> {
    let Some((last, way)) = segments.split_last() else {
        merge(root, value);
        return Ok(());
    };
    let mut node = root;
    for (step, segment) in way.iter().enumerate() {
        node = enter(node, step, segment, segments.get(step + 1), &value, place)?;
    }
    if node.is_null() {
        *node = Node::empty_mapping(value.span, value.origin);
    }
    match &mut node.value {
        Value::Mapping(map) if value.is_null() => {
            map.remove(&last.text);
        }
        Value::Mapping(map) => map.put(Entry { key: last.text.clone(), key_span: place(last), node: value }),
        // The place after the last item adds one.
        Value::Sequence(items) if last.text == items.len().to_string() && !value.is_null() => {
            items.push(value)
        }
        Value::Sequence(items) => {
            let found = item(items, &last.text);
            let item = found.map_err(|message| missing(way.len(), message, items))?;
            if value.is_null() {
                items.remove(item.at);
            } else {
                items[item.at] = value;
            }
        }
        Value::Null | Value::Scalar(_) => return Err(no_inside(way.len(), last)),
    }
    Ok(())
}

/// One step of the way to what is set.
fn enter<'a>(
    node: &'a mut Node,
    step: usize,
    segment: &Segment,
    next: Option<&Segment>,
    value: &Node,
    place: &dyn Fn(&Segment) -> Span,
) -> Result<&'a mut Node, EditError> {
    if node.is_null() {
        *node = Node::empty_mapping(value.span, value.origin);
    }
    match &mut node.value {
        Value::Mapping(map) => {
            if map.get(&segment.text).is_none() {
                let node = Node::empty_mapping(place(segment), value.origin);
                map.put(Entry { key: segment.text.clone(), key_span: place(segment), node });
            }
            let entry = map.get_mut(&segment.text).map(|entry| &mut entry.node);
            entry.ok_or_else(|| no_inside(step, segment))
        }
        Value::Sequence(items) => {
            let found = item(items, &segment.text);
            let item = found.map_err(|message| missing(step, message, items))?;
            let whole = &mut items[item.at];
            let own = next.is_some_and(|next| whole.get(&next.text).is_some());
            match item.inside.filter(|_| !own) {
                Some(inside) => match &mut whole.value {
                    Value::Mapping(map) => map
                        .get_mut(inside)
                        .map(|entry| &mut entry.node)
                        .ok_or_else(|| no_inside(step, segment)),
                    _ => Err(no_inside(step, segment)),
                },
                None => Ok(whole),
            }
        }
        Value::Null | Value::Scalar(_) => Err(no_inside(step, segment)),
    }
}

fn missing(segment: usize, message: String, items: &[Node]) -> EditError {
    EditError { segment, message, known: item_names(items) }
}

fn no_inside(segment: usize, at: &Segment) -> EditError {
    let message = format!("there is a single value here, it has no `{}` inside", at.text);
    EditError { segment, message, known: Vec::new() }
}
