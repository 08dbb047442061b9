//! A document written out as YAML again, with bases and edits carried out: what `validate --resolved` prints.

use crate::scenario::{Document, Mapping, Node, Scalar, Value};

/// The document as one YAML text that reads back as the same document. Names of files stay as they were written,
/// relative to the file that wrote them.
#[must_use]
pub fn resolved_yaml(document: &Document) -> String {
    let mut text = String::new();
    if let Some(map) = document.root.as_mapping() {
        entries(&mut text, map, 0);
    }
    if !document.objects.is_empty() {
        text.push_str("manifests:\n");
        document.objects.iter().for_each(|object| item(&mut text, &object.node, 1));
    }
    text
}

fn entries(text: &mut String, map: &Mapping, depth: usize) {
    for entry in map.iter() {
        indent(text, depth);
        text.push_str(&key(&entry.key));
        text.push(':');
        behind(text, &entry.node, depth);
    }
}

/// What follows a key: on its line if it is a scalar or empty, else below it.
fn behind(text: &mut String, node: &Node, depth: usize) {
    match &node.value {
        Value::Mapping(map) if !map.is_empty() => {
            text.push('\n');
            entries(text, map, depth + 1);
        }
        Value::Sequence(items) if !items.is_empty() => {
            text.push('\n');
            items.iter().for_each(|node| item(text, node, depth + 1));
        }
        value => {
            text.push(' ');
            text.push_str(&leaf(value));
            text.push('\n');
        }
    }
}

/// One item of a list: a map begins on the line of its dash.
fn item(text: &mut String, node: &Node, depth: usize) {
    indent(text, depth);
    text.push('-');
    match &node.value {
        Value::Mapping(map) if !map.is_empty() => {
            let mut inner = String::new();
            entries(&mut inner, map, depth + 1);
            // The indentation of the first key gives way to the dash and the blank behind it.
            text.push(' ');
            text.push_str(inner.trim_start());
        }
        _ => behind(text, node, depth),
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Scalar(scalar) => scalar_text(scalar),
        Value::Sequence(_) => "[]".into(),
        Value::Mapping(_) => "{}".into(),
    }
}

/// Plain scalars stay plain, so that numbers stay numbers; a plain scalar can stand wherever a block one can.
fn scalar_text(scalar: &Scalar) -> String {
    if scalar.quoted || scalar.text.is_empty() || scalar.text.contains('\n') {
        return quoted(&scalar.text);
    }
    scalar.text.clone()
}

fn key(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_word = ["null", "true", "false"].contains(&name.to_lowercase().as_str());
    if begins_well && name.chars().all(is_plain) && !is_word { name.into() } else { quoted(name) }
}

/// JSON's escapes are YAML's, too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Diagnostics, MemoryInputs};

    fn load(text: &str) -> Document {
        let (document, diagnostics) = Document::load("a.yaml", &MemoryInputs::default().with("a.yaml", text));
        assert!(!diagnostics.has_errors(), "{}", diagnostics.render(&document.sources, false));
        document
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_document() {
        let first = load(
            "schema: 1\nname: \"it's: a #name\"\nempty: {}\nnone: ~\nlist: []\n\"3\": \"12\"\nnumber: 12\n\
             services: { web: { slots: 64, operations: { a.b: [ { work: lognormal(mean 4ms p99 20ms) }, [x, [y]], 3 ] } } }\n\
             text: |\n  two\n  lines\n\
             manifests:\n  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: web }, spec: { replicas: 3 } }\n",
        );
        let text = resolved_yaml(&first);
        let second = load(&text);
        assert_eq!(resolved_yaml(&second), text);
        assert!(text.contains("\"3\": \"12\"\nnumber: 12\n"), "{text}");
        assert!(text.contains("      a.b:\n        - work: lognormal(mean 4ms p99 20ms)\n"), "{text}");
        assert!(text.contains("text: \"two\\nlines\\n\"\n"), "{text}");
        assert!(text.contains("manifests:\n  - apiVersion: apps/v1\n    kind: Deployment\n"), "{text}");
        assert_eq!(second.objects.len(), 1);
        assert_eq!(second.root.count(), first.root.count());
    }

    #[test]
    fn edits_are_carried_out() {
        let mut document = load("run: { seed: 1 }\n");
        let mut diagnostics = Diagnostics::default();
        document.set("run.seed=7", &mut diagnostics);
        document.set("run.windows.sale=T0 .. T0+12m", &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(&document.sources, false));
        assert_eq!(resolved_yaml(&document), "run:\n  seed: 7\n  windows:\n    sale: T0 .. T0+12m\n");
    }
}
