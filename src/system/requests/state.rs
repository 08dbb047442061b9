//! The state of all requests that is not in their frames.

use super::stream::Stream;
use crate::model::{Model, SiteId, Step};

/// Streams of arrivals, and what classes begin with.
#[derive(Debug)]
pub struct Requests<'m> {
    pub(super) streams: Vec<Stream<'m>>,
    /// The call that a class's client makes first, if its program begins with one.
    pub(super) first_calls: Vec<Option<SiteId>>,
}

impl<'m> Requests<'m> {
    /// For replications of `model`.
    pub fn new(model: &'m Model) -> Self {
        let first_call = |class: &crate::model::Class| match model.steps.get(class.program.index()) {
            Some(Step::Call { site }) => Some(*site),
            _ => None,
        };
        Self {
            streams: model.sources.iter().map(|s| Stream::new(s, model)).collect(),
            first_calls: model.classes.iter().map(first_call).collect(),
        }
    }

    /// The only stream of a model that has one.
    pub fn only_stream(&mut self) -> Option<&mut Stream<'m>> {
        if let [only] = &mut self.streams[..] { Some(only) } else { None }
    }

    /// Calls of each edge that are going on, of measured frames that have a caller's frame.
    #[cfg(debug_assertions)]
    pub fn calls_going_on(&self, g: &crate::system::ground::Ground<'m>) -> Vec<u64> {
        use crate::system::core::flag;
        let mut going_on = vec![0; g.core.model.edges.len()];
        for frame in g.core.frames.live().filter(|f| f.is(flag::MEASURED) && !f.is(flag::QUEUED)) {
            if let Step::Call { site } = g.core.steps[frame.pc as usize] {
                going_on[g.routing.site(site).edge as usize] += 1;
            }
        }
        going_on
    }
}
