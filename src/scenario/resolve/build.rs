//! What resolving a scenario shares: the model that grows, the clock, and what waits for names to be known.

use super::clock::Clock;
use crate::model::{Caller, Edge, EdgeId, LawId, Model, Phase, ServiceId, SiteId, StepId};
use crate::policy::Balancer;
use crate::random::Law;
use crate::scenario::cursor::{Context, Field};
use crate::scenario::diagnostics::{Diagnostic, Severity};
use crate::scenario::source::Span;

/// How the pods of an edge are chosen.
pub(super) struct How {
    pub balancer: Balancer,
    /// Whether every caller pod has its own view.
    pub view_per_pod: bool,
    /// Whether further tries avoid pods that were tried.
    pub retry_elsewhere: bool,
}

/// Entries one table of the model may have; identities are 16 bits wide.
pub(super) const MAX_ENTRIES: usize = 60_000;

/// Different laws of one model; each takes some milliseconds to compile.
pub(super) const MAX_LAWS: usize = 4_000;

/// A count that saturates at 32 bits.
pub(super) fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// An operation of a service and, once compiled, its program.
pub(super) struct Operation {
    pub service: ServiceId,
    pub name: String,
    pub program: Option<StepId>,
}

/// A synchronous call, for the search of circles and for plausibility.
pub(super) struct CallSpan {
    pub caller: Caller,
    pub site: SiteId,
    pub span: Span,
}

/// The model in the making.
pub(super) struct Build<'a> {
    pub context: &'a Context<'a>,
    pub model: Model,
    pub clock: Clock,
    pub operations: Vec<Operation>,
    /// For each call site the index of the operation it calls.
    pub targets: Vec<usize>,
    pub calls: Vec<CallSpan>,
    /// For each class its share of its source.
    pub shares: Vec<f64>,
    /// For each source the rate on which its peaks stand, if it is level.
    pub levels: Vec<Option<f64>>,
    /// When every Kubernetes HPA syncs.
    pub hpa_phase: Phase,
    /// Where each service is written.
    pub service_spans: Vec<Span>,
    /// Doubts about what is fine if nothing else is wrong.
    pub doubts: Vec<Diagnostic>,
    overflowed: bool,
}

impl<'a> Build<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            model: Model::default(),
            clock: Clock::default(),
            operations: Vec::new(),
            targets: Vec::new(),
            calls: Vec::new(),
            shares: Vec::new(),
            levels: Vec::new(),
            hpa_phase: Phase::default(),
            service_spans: Vec::new(),
            doubts: Vec::new(),
            overflowed: false,
        }
    }

    /// The index of `law`, one for equal laws.
    pub(super) fn law_id(&mut self, law: Law) -> LawId {
        match self.model.laws.iter().position(|known| known.law == law) {
            Some(at) => LawId(at as u16),
            None if self.model.laws.len() >= MAX_LAWS => {
                if !self.overflowed {
                    let message = format!("more than {MAX_LAWS} different laws");
                    self.context.push(Diagnostic::new(Severity::Error, None, message));
                    self.overflowed = true;
                }
                LawId(0)
            }
            None => self.model.add_law(law),
        }
    }

    /// The index of the edge, made if it is new. Its balancer is that of the first call.
    pub(super) fn edge_id(&mut self, caller: Caller, target: ServiceId, how: How) -> EdgeId {
        let same = |edge: &Edge| edge.caller == caller && edge.target == target;
        let at = self.model.edges.iter().position(same).unwrap_or_else(|| {
            let How { balancer, view_per_pod, retry_elsewhere } = how;
            self.model.edges.push(Edge { caller, target, balancer, view_per_pod, retry_elsewhere });
            self.model.edges.len() - 1
        });
        EdgeId(at as u16)
    }

    /// The index of the operation `service.operation` that `field` names; `None` after a diagnostic.
    pub(super) fn operation(&self, field: &Field<'_>) -> Option<usize> {
        let text = field.text()?;
        let Some((service, operation)) = text.split_once('.') else {
            let diagnostic = Diagnostic::error(field.node.span, format!("{} is `{text}`", field.path));
            let name = self.operations.iter().find(|op| self.model.services[op.service.index()].name == text);
            let example = name.map_or("web.browse".to_owned(), |op| format!("{text}.{}", op.name));
            self.context.push(diagnostic.expected(format!("service.operation, such as {example}")));
            return None;
        };
        let Some(id) = self.model.service_named(service) else {
            let known = self.model.services.iter().map(|service| service.name.as_str());
            super::names::unknown_beside(field, "service", service, known, &self.service_spans);
            return None;
        };
        let of_service = || self.operations.iter().enumerate().filter(|(_, op)| op.service == id);
        let found = of_service().find(|(_, op)| op.name == operation);
        if found.is_none() {
            let known = of_service().map(|(_, op)| op.name.as_str());
            super::names::unknown(field, &format!("operation of `{service}`"), operation, known);
        }
        found.map(|(at, _)| at)
    }

    /// Whether the model's tables are full, said once.
    pub(super) fn is_full(&mut self, span: Span) -> bool {
        let sizes = [
            self.model.steps.len(),
            self.model.sites.len(),
            self.model.edges.len(),
            self.model.classes.len(),
        ];
        let full = sizes.iter().any(|&size| size >= MAX_ENTRIES);
        if full && !self.overflowed {
            let message = format!("more than {MAX_ENTRIES} steps, calls or classes, repeated ones counted");
            self.context.push(Diagnostic::error(span, message));
            self.overflowed = true;
        }
        full
    }
}
