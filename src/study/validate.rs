//! `validate`: the mistakes of a scenario, without running it.

use serde_json::{Value, json};

use super::prepare::Prepared;

/// What validation says, for programs: `outcome` is `valid` or `invalid`, and every diagnostic is listed.
#[must_use]
pub fn validation_json(prepared: &Prepared) -> Value {
    let outcome = if prepared.scenario.is_some() { "valid" } else { "invalid" };
    json!({
        "scenario": prepared.name,
        "outcome": outcome,
        "errors": prepared.diagnostics.errors(),
        "warnings": prepared.diagnostics.warnings(),
        "diagnostics": prepared.diagnostics.to_json(&prepared.document.sources),
    })
}

/// What a valid scenario holds, in one line; nothing if it has errors.
#[must_use]
pub fn contents(prepared: &Prepared) -> Option<String> {
    let model = &prepared.scenario.as_ref()?.model;
    let counted =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let parts = [
        counted(model.services.len(), "service", "services"),
        counted(model.classes.len(), "class", "classes"),
        counted(model.objectives.len(), "objective", "objectives"),
    ];
    Some(parts.join(", "))
}
