use super::*;
use crate::scenario::inputs::MemoryInputs;
use crate::scenario::schema::{schema_of, to_json};
use crate::scenario::table::{optional, required, with_default};
use crate::scenario::{Document, Sources};

static POD: Table = Table {
    name: "pod",
    doc: "A pod",
    keys: &[
        required("slots", Kind::Count, "a count such as 64"),
        with_default("wait", Kind::Duration, "10m", "How long"),
        optional("work", Kind::ShortLaw, "A law"),
        optional("order", Kind::OneOf(&["fifo", "lifo"]), "Order"),
        optional("inner", Kind::Map(&POD), "A pod in the pod"),
        optional("share", Kind::Ratio, "A share"),
    ],
};
static ROOT: Table = Table {
    name: "root",
    doc: "All",
    keys: &[
        optional("pods", Kind::Named(&Kind::Map(&POD)), "Pods"),
        optional("list", Kind::List(&Kind::Rate), "Rates"),
    ],
};

fn read_pod(map: &MapCursor<'_>) -> (Option<u64>, Option<f64>) {
    let _ = (map.law("work"), map.word("order"), map.ratio("share"));
    if let Some(inner) = map.field("inner") {
        read_pod(&inner.map());
    }
    (map.count("slots"), map.duration("wait"))
}

type Pods = Vec<(Option<u64>, Option<f64>)>;

fn decode(text: &str) -> (Pods, String, Vec<Assumption>) {
    let inputs = MemoryInputs::default().with("s.yaml", text);
    let (document, _) = Document::load("s.yaml", &inputs);
    let context = Context::new(&document.sources, &inputs);
    let root = MapCursor::open(&context, &document.root, String::new(), &ROOT);
    let mut pods = Vec::new();
    if let Some(field) = root.field("pods") {
        pods = field.entries().into_iter().map(|(_, field)| read_pod(&field.map())).collect();
    }
    if let Some(list) = root.field("list") {
        list.items().iter().for_each(|item| assert_ne!(item.rate(), Some(f64::NAN)));
    }
    drop(root);
    let (diagnostics, assumptions) = context.finish();
    (pods, diagnostics.render(&document.sources, false), assumptions)
}

#[test]
fn values_and_defaults_are_read() {
    let (pods, text, assumptions) = decode("pods: { web: { slots: 3 }, api: { slots: 4, wait: 2s } }");
    assert_eq!(text, "");
    assert_eq!(pods, [(Some(3), Some(600.0)), (Some(4), Some(2.0))]);
    let taken: Vec<_> = assumptions.iter().map(|taken| (taken.path.as_str(), taken.value.as_str())).collect();
    assert_eq!(taken, [("pods.web.wait", "10m")]);
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = "pods:
  web: { slot: 64, work: lognormal(mean 2ms, p99 9ms), order: filo }
  Api: { slots: 1.5, wait: 5, work: 4m, inner: [1] }
  db: { wait: -5s, share: 99.5, work: \"expo(2ms)\" }
list: [ 3, 4/s, { a: 1 }, NaN ]
lits: 1
";
    let (_, text, _) = decode(text);
    insta::assert_snapshot!(text);
}

#[test]
fn the_schema_follows_the_tables() {
    let schema = schema_of(&ROOT, "test");
    let validator = jsonschema::draft7::new(&schema).expect("a schema");
    let valid = |text: &str| {
        let inputs = MemoryInputs::default().with("s.yaml", text);
        let (document, _) = Document::load("s.yaml", &inputs);
        validator.is_valid(&to_json(&document.root))
    };
    for text in [
        "pods: { web: { slots: 3, wait: 1m30s, order: lifo, inner: { slots: 4 } } }",
        "pods: { web: null, api: { share: 99.5%, wait: null } }",
        "list: [ 3/s, 5/min ]",
    ] {
        assert!(valid(text), "{text}");
    }
    for text in [
        "pods: { web: { slot: 3 } }",
        "pods: { Web: { slots: 3 } }",
        "pods: { web: { slots: -3 } }",
        "pods: { web: { wait: 5kg } }",
        "pods: { web: { order: filo } }",
        "pods: { web: { share: 99.5 } }",
        "pods: { web: { inner: { inner: { slot: 1 } } } }",
        "list: 3/s",
    ] {
        assert!(!valid(text), "{text}");
    }
}

#[test]
fn names_are_dns_labels() {
    assert!(is_label("add-to-cart") && is_label("a") && is_label("9x"));
    assert!(
        !is_label("") && !is_label("-a") && !is_label("A") && !is_label("a_b") && !is_label(&"a".repeat(64))
    );
    let _ = Sources::default();
}
