//! Every scenario that is shipped is valid, and the schema says so too.

use std::path::Path;

use super::*;
use crate::scenario::inputs::MemoryInputs;
use crate::scenario::schema::to_json;

/// The files under `scenarios/`, by their names relative to the package.
fn shipped(directory: &str, inputs: MemoryInputs, names: &mut Vec<String>) -> MemoryInputs {
    let mut inputs = inputs;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(root.join(directory)).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = format!("{directory}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            inputs = shipped(&name, inputs, names);
        } else {
            inputs = inputs.with(&name, std::fs::read(entry.path()).expect("a file"));
            names.push(name);
        }
    }
    inputs
}

#[test]
fn shipped_scenarios_are_valid() {
    let mut names = Vec::new();
    let inputs = shipped("scenarios", MemoryInputs::default(), &mut names);
    let validator = jsonschema::draft7::new(&schema()).expect("a schema");
    names.retain(|name| name.ends_with(".yaml"));
    assert!(!names.is_empty());
    for name in names {
        let (document, diagnostics) = Document::load(&name, &inputs);
        let mut all = diagnostics;
        let (scenario, found) = resolve(&document, &inputs);
        all.extend(found);
        println!("{name}\n{}", all.render(&document.sources, false));
        assert!(scenario.is_some() && !all.has_errors(), "{name}: {}", all.render(&document.sources, false));
        let wrong: Vec<String> = validator
            .iter_errors(&to_json(&document.root))
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

/// The schema that editors read is the one the program writes: `flashcrowd schema > schema/scenario.v1.json`.
#[test]
fn the_shipped_schema_is_the_present_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/scenario.v1.json");
    let text = std::fs::read_to_string(&path).expect("schema/scenario.v1.json");
    let shipped: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(shipped == schema(), "run: flashcrowd schema > schema/scenario.v1.json");
}
