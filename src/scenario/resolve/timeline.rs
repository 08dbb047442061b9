//! The section `timeline`: changes at fixed times.

use super::bounds::{self, Written};
use super::build::Build;
use super::patches::{Effect, effect, settable};
use super::rates::{NewRate, set_rates};
use super::root::ROOT;
use super::workloads::Workloads;
use crate::model::Change;
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::document::Document;

/// Reads the section; changes come out sorted by time, equal times in the order of the file.
pub(super) fn timeline(
    section: &Field<'_>,
    document: &Document,
    workloads: &Workloads<'_>,
    build: &mut Build<'_>,
) {
    let (mut written, mut rates) = (Vec::new(), Vec::new());
    for (name, field) in section.entries() {
        let map = field.map();
        let at = map.field("at").and_then(|field| build.clock.seconds(&field.time()?, &field));
        let set = map.field("set").map(|field| field.entries()).unwrap_or_default();
        let Some(at) = at else { continue };
        if at < build.clock.start() || at > build.clock.to {
            field.warn(format!("{} lies outside the simulated time", field.path));
        }
        for (path, value) in set {
            let span = value.key_span;
            let address = match document.check_address(&ROOT, path, span) {
                Ok(address) => address,
                Err(diagnostic) => {
                    build.context.push(*diagnostic);
                    continue;
                }
            };
            match effect(&address, &value, workloads, build) {
                Ok(Some(Effect::Patch(patch))) => {
                    build.model.changes.push(Change {
                        name: name.to_owned(),
                        at: build.clock.sim(at),
                        patch,
                    });
                    written.push(Written { at, patch, path, span });
                }
                Ok(Some(Effect::Rate(source, rate))) => {
                    rates.push(NewRate { source, at, rate, path, span });
                }
                Ok(None) => {}
                Err(message) => build.context.push(Diagnostic::error(span, message).expected(settable())),
            }
        }
    }
    build.model.changes.sort_by_key(|change| change.at);
    bounds::check(&written, build);
    set_rates(rates, build);
}
