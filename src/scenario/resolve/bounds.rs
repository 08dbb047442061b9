//! Bounds of autoscalers that the timeline moves: whatever is set, the lower one never passes the upper one.

use super::build::Build;
use crate::model::{Patch, Scaler, ScalerPatch, ServiceId};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::source::Span;

/// A change of the timeline, and where it is written.
pub(super) struct Written<'a> {
    /// In seconds after T0.
    pub at: f64,
    pub patch: Patch,
    pub path: &'a str,
    pub span: Span,
}

/// One bound: its number, and what set it.
#[derive(Clone, Copy)]
struct Bound<'a> {
    number: u32,
    by: Option<&'a Written<'a>>,
}

impl Bound<'_> {
    fn name(&self, otherwise: &str) -> String {
        self.by.map_or_else(|| otherwise.to_owned(), |written| format!("`{}`", written.path))
    }
}

/// Says where bounds cross. Entries of one instant apply together, and only then are bounds looked at; the API server
/// would refuse such a patch, and an autoscaler that got it would flap between the two.
pub(super) fn check(changes: &[Written<'_>], build: &Build<'_>) {
    let mut order: Vec<&Written<'_>> = changes.iter().collect();
    order.sort_by(|a, b| a.at.total_cmp(&b.at));
    for (index, service) in build.model.services.iter().enumerate() {
        let Some(bounds) = service.scaler.as_ref().map(Scaler::bounds) else { continue };
        let id = ServiceId(index as u16);
        let mut low = Bound { number: bounds.0, by: None };
        let mut high = Bound { number: bounds.1, by: None };
        for together in order.chunk_by(|a, b| a.at == b.at) {
            let mut last = None;
            for written in together {
                match written.patch {
                    Patch::Scaler(of, ScalerPatch::Min(number)) if of == id => {
                        low = Bound { number, by: Some(written) };
                    }
                    Patch::Scaler(of, ScalerPatch::Max(number)) if of == id => {
                        high = Bound { number, by: Some(written) };
                    }
                    _ => continue,
                }
                last = Some(written);
            }
            let Some(last) = last.filter(|_| low.number > high.number) else { continue };
            let message = format!(
                "from here on the autoscaler of `{}` has at least {} pods ({}) and at most {} ({})",
                service.name,
                low.number,
                low.name("its lower bound"),
                high.number,
                high.name("its upper bound"),
            );
            let help = "set both at the same instant, or the upper bound first".to_owned();
            build.context.push(Diagnostic::error(last.span, message).help(help));
            break;
        }
    }
}
