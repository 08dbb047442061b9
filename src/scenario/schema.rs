//! The JSON Schema (draft-07) of the scenario language, written from the tables the decoder reads.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::table::{Kind, Table};

/// The schema of the map `root`, with every map below it as a definition.
///
/// A key may be `null` everywhere, because a file over a base deletes that way; for the same reason nothing is
/// required but the head of a step.
#[must_use]
pub fn schema_of(root: &'static Table, title: &str) -> Value {
    let mut definitions = BTreeMap::new();
    let mut schema = map_schema(root, &mut definitions);
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".into(), json!(title));
    let definitions: Map<String, Value> =
        definitions.into_iter().map(|(name, value)| (name.into(), value)).collect();
    schema.insert("definitions".into(), Value::Object(definitions));
    Value::Object(schema)
}

type Definitions = BTreeMap<&'static str, Value>;

fn map_schema(table: &'static Table, definitions: &mut Definitions) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in table.keys {
        let mut schema = kind_schema(&key.kind, definitions);
        let default = key.default.map(|default| format!(" Default: {default}.")).unwrap_or_default();
        let required = if key.required { " Required." } else { "" };
        let description = format!("{}.{default}{required}", key.doc);
        // Draft-07 ignores everything beside `$ref`, so a reference is wrapped.
        if schema.contains_key("$ref") {
            schema = object(json!({ "anyOf": [Value::Object(schema), { "type": "null" }] }));
        }
        schema.insert("description".into(), json!(description));
        properties.insert(key.name.into(), Value::Object(schema));
    }
    let mut schema = object(json!({
        "description": table.doc,
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": false,
    }));
    if let Some((_, keys)) = APART.iter().find(|(name, _)| *name == table.name) {
        schema.insert("allOf".into(), apart(keys));
    }
    schema
}

fn reference(table: &'static Table, definitions: &mut Definitions) -> Map<String, Value> {
    if !definitions.contains_key(table.name) {
        // The name is taken first, so that a map that holds itself ends.
        definitions.insert(table.name, Value::Null);
        let schema = map_schema(table, definitions);
        definitions.insert(table.name, Value::Object(schema));
    }
    object(json!({ "$ref": format!("#/definitions/{}", table.name) }))
}

const LABEL: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";
const NUMBER: &str = r"[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?";

/// Units of time.
const TIME: &str = "ns|us|µs|μs|ms|s|m|h|d";

/// The pattern of a quantity that is written once, or as `low .. mid .. high` with one of `units` behind each number
/// (a zero needs none).
fn with_doubt(certain: &str, units: &str) -> String {
    let one = format!(r"\s*([0-9]*\.?[0-9]+\s*({units})|0)\s*");
    format!(r"^(\s*{certain}\s*|{one}\.\.{one}\.\.{one})$")
}

/// Maps of which at most one of these keys may stand; the decoder asks for exactly one.
const APART: &[(&str, &[&str])] = &[
    ("class", &["entry", "steps"]),
    ("initial", &["requests", "stationary"]),
    ("peak", &["factor", "add"]),
    ("source", &["rate", "profile", "trace", "gaps", "mmpp", "users"]),
    ("step", &["work", "wait", "call", "parallel", "branch", "repeat"]),
];

/// That no two of `keys` stand in one map; a `null` deletes a key of the file below and does not count.
fn apart(keys: &[&str]) -> Value {
    let there = |key: &str| (key.to_owned(), json!({ "not": { "type": "null" } }));
    let pairs = keys.iter().enumerate().flat_map(|(at, first)| {
        keys[at + 1..].iter().map(move |second| {
            let both: Map<String, Value> = [there(first), there(second)].into_iter().collect();
            json!({ "not": { "required": [first, second], "properties": both } })
        })
    });
    Value::Array(pairs.collect())
}

fn pattern(pattern: &str) -> Map<String, Value> {
    object(json!({ "type": ["string", "number", "null"], "pattern": pattern }))
}

fn kind_schema(kind: &'static Kind, definitions: &mut Definitions) -> Map<String, Value> {
    let unit = |units: &str| pattern(&with_doubt(&format!(r"{NUMBER}\s*({units})"), units));
    match kind {
        Kind::Text | Kind::Reference | Kind::File | Kind::Objective => {
            object(json!({ "type": ["string", "number", "null"] }))
        }
        Kind::Bool => object(json!({ "type": ["boolean", "null"] })),
        Kind::OneOf(words) => {
            let mut values: Vec<Value> = words.iter().map(|word| scalar(word, false)).collect();
            values.push(Value::Null);
            object(json!({ "enum": values }))
        }
        Kind::Count | Kind::Integer | Kind::Number => {
            let mut schema = unit("");
            schema.insert("minimum".into(), json!(0));
            schema
        }
        Kind::Factor => unit("|x|times"),
        Kind::Duration => pattern(&with_doubt(&format!(r"(0|({NUMBER}\s*({TIME})\s*)+)"), TIME)),
        Kind::Rate => unit(r"/\s*(ms|s|min|h|d)"),
        Kind::Ratio => {
            let mut schema = unit("%?");
            schema.insert("minimum".into(), json!(0));
            schema.insert("maximum".into(), json!(1));
            schema
        }
        Kind::Money => unit(r"[A-Z]{3}\s*(/h)?"),
        Kind::Bytes => unit("([kKMGTP]|[KMGTP]i)?B?|m"),
        Kind::Cpu => unit("[mun]?"),
        Kind::Instant | Kind::Time | Kind::Span | Kind::Law | Kind::ShortLaw => {
            object(json!({ "type": ["string", "number", "null"] }))
        }
        Kind::Map(table) => reference(table, definitions),
        Kind::Named(inner) => {
            let inner = kind_schema(inner, definitions);
            object(json!({
                "type": ["object", "null"],
                "propertyNames": { "pattern": LABEL },
                "additionalProperties": { "anyOf": [Value::Object(inner), { "type": "null" }] },
            }))
        }
        Kind::Paths => object(json!({ "type": ["object", "null"] })),
        Kind::List(inner) => {
            let inner = kind_schema(inner, definitions);
            object(json!({ "type": ["array", "null"], "items": inner }))
        }
        Kind::Either(choices) => {
            let all: Vec<Value> =
                choices.iter().map(|kind| Value::Object(kind_schema(kind, definitions))).collect();
            object(json!({ "anyOf": all }))
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

/// A scalar as a reader of YAML 1.2's core schema sees it: a number, a truth value, or a text.
#[must_use]
pub fn scalar(text: &str, quoted: bool) -> Value {
    if !quoted {
        match text {
            "true" | "True" | "TRUE" => return Value::Bool(true),
            "false" | "False" | "FALSE" => return Value::Bool(false),
            _ => {}
        }
        if let Ok(integer) = text.parse::<i64>() {
            return json!(integer);
        }
        let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
        if let Some(number) = text.parse::<f64>().ok().filter(|number| numeric && number.is_finite()) {
            return json!(number);
        }
    }
    json!(text)
}

/// A tree of nodes as JSON.
#[must_use]
pub fn to_json(node: &super::Node) -> Value {
    match &node.value {
        super::Value::Null => Value::Null,
        super::Value::Scalar(found) => scalar(&found.text, found.quoted),
        super::Value::Sequence(items) => Value::Array(items.iter().map(to_json).collect()),
        super::Value::Mapping(map) => {
            Value::Object(map.iter().map(|entry| (entry.key.clone(), to_json(&entry.node))).collect())
        }
    }
}
