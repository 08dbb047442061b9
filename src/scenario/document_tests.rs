use proptest::prelude::*;

use super::*;
use crate::scenario::inputs::MemoryInputs;

fn load(files: &[(&str, &str)], sets: &[&str]) -> (Document, Diagnostics) {
    let inputs = files.iter().fold(MemoryInputs::default(), |inputs, (name, text)| inputs.with(name, *text));
    let (mut document, mut diagnostics) = Document::load(files[0].0, &inputs);
    sets.iter().for_each(|set| document.set(set, &mut diagnostics));
    (document, diagnostics)
}

fn text(document: &Document, path: &str) -> Option<String> {
    let node = document.get(&Path::parse(path).expect("a path"))?;
    node.as_text().map(str::to_owned)
}

const HPA: &str = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  minReplicas: 2
  metrics:
    - { type: Resource, resource: { name: cpu, target: { averageUtilization: 60 } } }
    - { type: Pods, pods: { metric: { name: rps }, target: { averageValue: 10 } } }
";

#[test]
fn a_base_is_merged_by_name() {
    let files = [
        ("d/top.yaml", "base: sub/mid.yaml\na: { x: null, y: [9] }\nset: { a.w: 7 }\n"),
        ("d/sub/mid.yaml", "base: ../low.yaml\na: { z: 3 }\n"),
        ("d/low.yaml", "a: { x: 1, y: [1, 2], z: 2 }\nb: low\n"),
    ];
    let (document, diagnostics) = load(&files, &["b=high", "a.new.key=[1, 2]"]);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(&document.sources, false));
    assert_eq!(text(&document, "a.x"), None);
    assert_eq!(text(&document, "a.z").as_deref(), Some("3"));
    assert_eq!(text(&document, "a.w").as_deref(), Some("7"));
    assert_eq!(text(&document, "b").as_deref(), Some("high"));
    let list = document.get(&Path::parse("a.y").expect("a path")).and_then(Node::as_sequence);
    assert_eq!(list.map(<[Node]>::len), Some(1));
    assert_eq!(document.root.get("b").map(|node| (node.origin, node.span.column)), Some((Origin::Set, 3)));
    assert_eq!(document.root.get("base"), None);
}

#[test]
fn a_circle_of_bases_is_an_error() {
    let (document, diagnostics) = load(&[("a.yaml", "base: b.yaml"), ("b.yaml", "base: ./a.yaml")], &[]);
    insta::assert_snapshot!(diagnostics.render(&document.sources, false), @r"
    error: `a.yaml` is its own base
      --> b.yaml:1:7
    1 | base: ./a.yaml
      |       ^^^^^^^^

    1 error, 0 warnings
    ");
}

#[test]
fn objects_are_read_merged_and_set_by_kind_and_name() {
    let files = [
        (
            "s.yaml",
            "manifests:\n - file: k8s/\n - apiVersion: autoscaling/v2\n   kind: HorizontalPodAutoscaler\n   metadata: { name: web }\n   spec: { maxReplicas: 9 }\n",
        ),
        ("k8s/hpa.yaml", HPA),
        (
            "k8s/list.json",
            r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}]}"#,
        ),
        ("k8s/notes.txt", "not a manifest"),
    ];
    let sets = [
        "hpa/web.spec.minReplicas=40",
        "hpa/web.spec.metrics.cpu.target.averageUtilization=70",
        "hpa/web.spec.metrics.rps.target.averageValue=20",
        "deploy/web.spec.replicas=3",
    ];
    let (document, diagnostics) = load(&files, &sets);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(&document.sources, false));
    assert_eq!(document.objects.len(), 2);
    assert_eq!(text(&document, "hpa/web.spec.minReplicas").as_deref(), Some("40"));
    assert_eq!(text(&document, "hpa/web.spec.maxReplicas").as_deref(), Some("9"));
    assert_eq!(text(&document, "hpa/web.spec.metrics.cpu.target.averageUtilization").as_deref(), Some("70"));
    assert_eq!(text(&document, "hpa/web.spec.metrics.rps.target.averageValue").as_deref(), Some("20"));
    assert_eq!(text(&document, "deploy/web.spec.replicas").as_deref(), Some("3"));
}

#[test]
fn mistakes_in_sets_are_all_shown() {
    let inline = format!("manifests:\n  - {}a: {{ b: 1 }}\n", HPA.trim().replace('\n', "\n    ") + "\n");
    let sets = [
        "hpa/wbe.spec.minReplicas=40",
        "hpa/web.spec.metrics.gpu.target=1",
        "a.b.c=1",
        "a..b=1",
        "a",
        "x=[1",
    ];
    let (document, diagnostics) = load(&[("s.yaml", &inline)], &sets);
    insta::assert_snapshot!(diagnostics.render(&document.sources, false));
}

#[test]
fn items_of_lists_are_set_by_place() {
    let files =
        [("s.yaml", "objectives: [ a p99 < 1s, b p99 < 2s ]\nsteps: [ { work: 1ms }, { call: db.read } ]\n")];
    let sets =
        ["objectives[0]=c p99 < 3s", "objectives.2=d p99 < 4s", "steps[1].retries=2", "steps[0].work=5ms"];
    let (document, diagnostics) = load(&files, &sets);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(&document.sources, false));
    let list = document.root.get("objectives").and_then(Node::as_sequence).expect("a list");
    let texts: Vec<_> = list.iter().filter_map(Node::as_text).collect();
    assert_eq!(texts, ["c p99 < 3s", "b p99 < 2s", "d p99 < 4s"]);
    assert_eq!(text(&document, "steps[1].retries").as_deref(), Some("2"));
    assert_eq!(text(&document, "steps[1].call").as_deref(), Some("db.read"));
    assert_eq!(text(&document, "steps.0.work").as_deref(), Some("5ms"));
    let (document, diagnostics) = load(&files, &["objectives[0]=null"]);
    assert!(diagnostics.is_empty());
    assert_eq!(text(&document, "objectives[0]").as_deref(), Some("b p99 < 2s"));

    let (document, diagnostics) = load(&files, &["objectives[3]=x", "objectives.web=x"]);
    insta::assert_snapshot!(diagnostics.render(&document.sources, false), @r"
    error: `objectives[3]`: this list has 2 items, so there is no [3]
     --> --set
     | objectives[3]=x
     |           ^^^
      = expected: one of [0] to [1], or [2] to add one

    error: `objectives.web`: no item of this list is called `web`
     --> --set
     | objectives.web=x
     |            ^^^
      = expected: one of [0] to [1], or [2] to add one

    2 errors, 0 warnings
    ");
}

#[test]
fn what_cannot_be_read_is_said() {
    let (document, diagnostics) = load(&[("s.yaml", "manifests: [ { file: k8s/none.yaml } ]")], &[]);
    let text = diagnostics.render(&document.sources, false);
    assert!(text.contains("cannot read `k8s/none.yaml`: no such file"), "{text}");
    assert!(!document.is_broken);
    let inputs = MemoryInputs::default().with("s.yaml", vec![b'a', b'\n', 0xff]);
    let (document, diagnostics) = Document::load("s.yaml", &inputs);
    assert!(document.is_broken);
    assert!(diagnostics.render(&document.sources, false).contains("line 2 is not UTF-8"));
    for (text, says) in
        [("", "empty"), ("# nothing", "empty"), ("- a", "a list"), ("a: 1\n---\nb: 1", "second one")]
    {
        let (document, diagnostics) = load(&[("s.yaml", text)], &[]);
        assert!(document.is_broken && diagnostics.render(&document.sources, false).contains(says), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_and_no_set_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..120),
        set in "[a-c/.\"= \\[\\]{}:x1-]{0,24}",
    ) {
        let inputs = MemoryInputs::default().with("s.yaml", bytes).with("t.yaml", "a: { b: [ { name: c } ] }");
        for name in ["s.yaml", "t.yaml"] {
            let (mut document, mut diagnostics) = Document::load(name, &inputs);
            document.set(&set, &mut diagnostics);
            let _ = diagnostics.render(&document.sources, true);
        }
    }
}
