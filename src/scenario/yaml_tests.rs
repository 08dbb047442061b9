use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Vec<Node>, String> {
    parse(text, FileId(0), Origin::File).map_err(|diagnostic| diagnostic.message)
}

fn one(text: &str) -> Node {
    read(text).expect("valid").into_iter().next().expect("one document")
}

#[test]
fn scalars_stay_text_with_their_place() {
    let node = one("a: 1\nb:\n  c: \"0x\" # note\n  d:\n");
    let c = node.get("b").and_then(|b| b.get("c")).expect("c");
    assert_eq!(c.as_scalar(), Some(&Scalar { text: "0x".into(), quoted: true }));
    assert_eq!((c.span.line, c.span.column, c.span.length), (3, 6, 4));
    assert!(node.get("b").and_then(|b| b.get("d")).is_some_and(Node::is_null));
    assert_eq!(node.get("a").and_then(Node::as_text), Some("1"));
}

#[test]
fn aliases_are_expanded_and_bounded() {
    let node = one("a: &x { k: 1 }\nb: *x\n");
    assert_eq!(node.get("b").and_then(|b| b.get("k")).and_then(Node::as_text), Some("1"));
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let below = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", ")));
    }
    assert!(read(&bomb).unwrap_err().contains("more than 200000 values"));
    assert!(read("a: &a [ *a ]").unwrap_err().contains("inside what it names"));
}

#[test]
fn bounds_end_hostile_files() {
    assert!(read(&"[".repeat(100_000)).unwrap_err().contains("deep"));
    assert!(read(&"- ".repeat(100_000)).unwrap_err().contains("deep"));
    assert!(read(&"a: ".repeat(100_000)).is_err());
    assert!(read(&"x".repeat(MAX_BYTES + 1)).unwrap_err().contains("bytes"));
    assert!(read(&"- a\n".repeat(MAX_NODES + 1)).unwrap_err().contains("values"));
}

#[test]
fn duplicate_keys_and_foreign_tags_are_errors() {
    assert_eq!(read("a: 1\nb: 2\na: 3\n").unwrap_err(), "the key `a` stands twice in one map");
    assert!(read("a: !secret x").unwrap_err().contains("`!secret`"));
    assert!(read("a: !!binary x").is_err());
    assert_eq!(one("a: !!str 1").get("a").and_then(Node::as_scalar).map(|s| s.quoted), Some(true));
    assert!(read("{{ x }}: 1").is_err());
}

#[test]
fn json_is_yaml_and_documents_are_kept_apart() {
    assert_eq!(
        one(r#"{"a": [1, {"b": null}]}"#).get("a").and_then(Node::as_sequence).map(<[_]>::len),
        Some(2)
    );
    assert_eq!(read("a: 1\n---\nb: 2\n").expect("valid").len(), 2);
    assert_eq!(read("").expect("valid").len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(text in "[-a:{}\\[\\],&*!|>'\"#%?@ \t\n~.0]{0,60}") {
        let _ = read(&text);
    }
}
