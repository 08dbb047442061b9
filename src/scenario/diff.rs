//! What differs between two documents, path by path: what a reviewer sees beside the numbers.

use serde::Serialize;

use super::document::Document;
use super::manifests::Object;
use super::node::{Mapping, Node, Value};

/// One value that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its address: `services.web.slots`, `hpa/web.spec.minReplicas`, `objectives[2]`.
    pub path: String,
    /// The value before; `None` where there was none.
    pub before: Option<String>,
    /// The value after; `None` where there is none any more.
    pub after: Option<String>,
}

impl Difference {
    /// `+` for added, `~` for changed, `-` for removed.
    #[must_use]
    pub fn sign(&self) -> char {
        match (&self.before, &self.after) {
            (None, _) => '+',
            (Some(_), Some(_)) => '~',
            (Some(_), None) => '-',
        }
    }
}

/// Every difference from `before` to `after`, with bases and edits carried out, in the order of the file. Comments,
/// the order of keys and the way a value is quoted are no differences.
#[must_use]
pub fn differences(before: &Document, after: &Document) -> Vec<Difference> {
    let mut found = Vec::new();
    nodes("", &before.root, &after.root, &mut found);
    objects(&before.objects, &after.objects, &mut found);
    found
}

fn objects(before: &[Object], after: &[Object], found: &mut Vec<Difference>) {
    let is_same = |a: &Object, b: &Object| a.kind == b.kind && a.name == b.name && a.namespace == b.namespace;
    for old in before {
        match after.iter().find(|new| is_same(old, new)) {
            Some(new) => nodes(&old.address(), &old.node, &new.node, found),
            None => found.push(removed(&old.address(), &old.node)),
        }
    }
    let is_new = |new: &&Object| !before.iter().any(|old| is_same(old, new));
    found.extend(after.iter().filter(is_new).map(|new| added(&new.address(), &new.node)));
}

fn nodes(path: &str, before: &Node, after: &Node, found: &mut Vec<Difference>) {
    match (&before.value, &after.value) {
        (Value::Mapping(old), Value::Mapping(new)) => mappings(path, old, new, found),
        (Value::Sequence(old), Value::Sequence(new)) => sequences(path, old, new, found),
        _ => {
            let (before, after) = (brief(before), brief(after));
            if before != after {
                found.push(Difference { path: path.to_owned(), before: Some(before), after: Some(after) });
            }
        }
    }
}

fn mappings(path: &str, before: &Mapping, after: &Mapping, found: &mut Vec<Difference>) {
    for old in before.iter() {
        let path = below(path, &old.key);
        match after.get(&old.key) {
            Some(new) => nodes(&path, &old.node, &new.node, found),
            None => found.push(removed(&path, &old.node)),
        }
    }
    let is_new = |entry: &&super::node::Entry| before.get(&entry.key).is_none();
    found.extend(after.iter().filter(is_new).map(|entry| added(&below(path, &entry.key), &entry.node)));
}

/// Items that have names are matched by them, others by their place; single values (objectives, for example) as a
/// set, so that one line put in does not change all behind it.
fn sequences(path: &str, before: &[Node], after: &[Node], found: &mut Vec<Difference>) {
    let named = |list: &[Node]| {
        list.iter().map(item_name).collect::<Option<Vec<_>>>().filter(|names| all_different(names))
    };
    if let (Some(old), Some(new)) = (named(before), named(after)) {
        let at = |name: &str| format!("{path}[{name}]");
        for (name, node) in old.iter().zip(before) {
            match new.iter().position(|other| other == name) {
                Some(place) => nodes(&at(name), node, &after[place], found),
                None => found.push(removed(&at(name), node)),
            }
        }
        let is_new = |(name, _): &(&String, &Node)| !old.contains(name);
        return found.extend(new.iter().zip(after).filter(is_new).map(|(name, node)| added(&at(name), node)));
    }
    let is_plain = |list: &[Node]| list.iter().all(|node| node.as_scalar().is_some());
    if is_plain(before) && is_plain(after) {
        return scalars(path, before, after, found);
    }
    for (at, pair) in (0..).zip(before.iter().zip(after)) {
        nodes(&format!("{path}[{at}]"), pair.0, pair.1, found);
    }
    let beyond = before.len().min(after.len());
    for (at, node) in before.iter().enumerate().skip(beyond) {
        found.push(removed(&format!("{path}[{at}]"), node));
    }
    for (at, node) in after.iter().enumerate().skip(beyond) {
        found.push(added(&format!("{path}[{at}]"), node));
    }
}

fn scalars(path: &str, before: &[Node], after: &[Node], found: &mut Vec<Difference>) {
    let texts = |list: &[Node]| list.iter().map(brief).collect::<Vec<_>>();
    let (old, new) = (texts(before), texts(after));
    for (at, node) in before.iter().enumerate().filter(|(at, _)| !new.contains(&old[*at])) {
        found.push(removed(&format!("{path}[{at}]"), node));
    }
    for (at, node) in after.iter().enumerate().filter(|(at, _)| !old.contains(&new[*at])) {
        found.push(added(&format!("{path}[{at}]"), node));
    }
}

/// How an item of a list is called: by its `name`, else by its `type`.
fn item_name(node: &Node) -> Option<String> {
    let name = node.get("name").or_else(|| node.get("type"))?;
    name.as_text().map(str::to_owned)
}

fn all_different(names: &[String]) -> bool {
    names.iter().enumerate().all(|(at, name)| !names[..at].contains(name))
}

fn below(path: &str, key: &str) -> String {
    let key = if key.contains('.') { format!("\"{key}\"") } else { key.to_owned() };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn added(path: &str, node: &Node) -> Difference {
    Difference { path: path.to_owned(), before: None, after: Some(brief(node)) }
}

fn removed(path: &str, node: &Node) -> Difference {
    Difference { path: path.to_owned(), before: Some(brief(node)), after: None }
}

/// A value on one line, as YAML's flow style has it.
fn brief(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(brief).collect::<Vec<_>>().join(", ")),
        Value::Mapping(map) => {
            let entries = map.iter().map(|entry| format!("{}: {}", entry.key, brief(&entry.node)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::MemoryInputs;

    fn load(text: &str) -> Document {
        Document::load("a.yaml", &MemoryInputs::default().with("a.yaml", text)).0
    }

    #[track_caller]
    fn check(before: &str, after: &str, expected: &[&str]) {
        let shown = |d: &Difference| {
            let value = |value: &Option<String>| value.clone().unwrap_or_default();
            format!("{} {}: {} > {}", d.sign(), d.path, value(&d.before), value(&d.after))
        };
        let found: Vec<String> = differences(&load(before), &load(after)).iter().map(shown).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_found_by_their_paths() {
        check(
            "run: { seed: 1, settle: 10s }\nservices: { web: { slots: 4 } }\n",
            "# a comment\nservices: { web: { slots: \"4\", replicas: 3 }, db.x: { slots: 1 } }\nrun: { seed: 2 }\n",
            &[
                "~ run.seed: 1 > 2",
                "- run.settle: 10s > ",
                "+ services.web.replicas:  > 3",
                "+ services.\"db.x\":  > { slots: 1 }",
            ],
        );
        check("a: { b: 1 }\n", "a: 3\n", &["~ a: { b: 1 } > 3"]);
        check("a: { b: 1 }\n", "a: { b: 1 }\n", &[]);
    }

    #[test]
    fn lists_are_matched_by_name_by_value_or_by_place() {
        check(
            "l: [ { name: a, x: 1 }, { name: b, x: 2 } ]\n",
            "l: [ { name: c }, { name: b, x: 3 } ]\n",
            &["- l[a]: { name: a, x: 1 } > ", "~ l[b].x: 2 > 3", "+ l[c]:  > { name: c }"],
        );
        check("l: [ p, q ]\n", "l: [ new, p, q2 ]\n", &["- l[1]: q > ", "+ l[0]:  > new", "+ l[2]:  > q2"]);
        check(
            "l: [ { work: 2ms }, { call: x } ]\n",
            "l: [ { work: 3ms } ]\n",
            &["~ l[0].work: 2ms > 3ms", "- l[1]: { call: x } > "],
        );
    }

    #[test]
    fn objects_of_kubernetes_have_their_addresses() {
        let hpa = |least: u32| {
            format!(
                "manifests: [ {{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{ name: web }}, \
                 spec: {{ minReplicas: {least} }} }} ]\n"
            )
        };
        check(&hpa(3), &hpa(5), &["~ hpa/web.spec.minReplicas: 3 > 5"]);
    }
}
