//! The scenario language: document, diagnostics, resolve.
//!
//! Text becomes a [`Document`]; bases, `--set` and factors only edit it; decoding walks it, collects
//! [`Diagnostics`] and goes on, so that all mistakes are shown at once.

mod assumption;
pub mod axis;
mod cursor;
mod diagnostics;
mod diff;
mod document;
mod edit;
mod inputs;
mod known;
pub mod law;
mod manifests;
mod node;
mod path;
pub mod quantity;
mod render;
mod resolve;
mod schema;
mod source;
mod stretch;
mod table;
mod tolerance;
mod uncertain;
mod values;
mod vary;
mod yaml;

pub use assumption::{Assumption, Weight};
pub use cursor::{Context, Field, MapCursor};
pub use diagnostics::{Diagnostic, Diagnostics, Note, Severity, nearest};
pub use diff::{Difference, differences};
pub use document::Document;
pub use inputs::{InputError, Inputs, MemoryInputs, RecordedInputs, beside, matches};
pub use manifests::Object;
pub use node::{Entry, Mapping, Node, Scalar, Value};
pub use path::{ObjectName, Path, PathError, Segment};
pub use resolve::{
    Against, CapacityGoal, CapacityPlan, CheckPlan, Factor, Inconclusive, MAX_POINTS, Observed,
    ObservedSeries, Scenario, SweepPlan, capacity_mistake, misnamed, resolve, schema, stretch,
};
pub use schema::{schema_of, to_json};
pub use source::{FileId, Origin, Place, Source, Sources, Span};
pub use stretch::Stretch;
pub use table::{Key, Kind, Table, optional, required, with_default};
pub use tolerance::{Allowance, Tolerance, Tolerances};
pub use uncertain::{UncertainInput, held_inputs};
