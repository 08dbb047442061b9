//! Requests that are there at the start.

use super::entry::Entry;
use super::state::Requests;
use crate::model::{ClassId, InitialState, Step};
use crate::random::unit;
use crate::system::core::{Core, NIL, part, purpose};
use crate::system::ground::Ground;
use crate::theory::stationary;

impl<'m> Requests<'m> {
    /// Puts the requests that are there at the start into their services.
    pub(super) fn place_initial_requests(&mut self, g: &mut Ground<'m>) {
        let model = g.core.model;
        for service in 0..model.services.len() {
            let (count, class) = self.initial_requests(&g.core, service);
            let source = model.classes[class.index()].source.index();
            let Some(entry) = self.streams.get(source).and_then(|stream| stream.entry_of(class)) else {
                continue;
            };
            let base = g.core.root.child(part::INITIAL | service as u64);
            for i in 0..count {
                // Nobody's patience runs for them: when they came is not known.
                self.admit(g, Entry { patience: None, ..entry }, base.child(u64::from(i)), NIL, false);
            }
        }
    }

    /// How many requests a service holds at the start, and of which class.
    fn initial_requests(&self, c: &Core<'_>, service: usize) -> (u32, ClassId) {
        let s = &c.model.services[service];
        match s.initial {
            InitialState::Empty => (0, ClassId(0)),
            InitialState::Requests { count, class } => (count, class),
            InitialState::Stationary { rate, class } => {
                let operation =
                    self.first_calls[class.index()].map(|site| c.model.sites[site.index()].operation);
                let mean = operation.and_then(|step| match c.steps[step.index()] {
                    Step::Work { law } => Some(c.model.laws[law.index()].law.mean()),
                    _ => None,
                });
                let slots = s.slots.saturating_mul(s.replicas);
                let room = (s.queue_limit != u32::MAX).then(|| u64::from(slots) + u64::from(s.queue_limit));
                let draw = unit(c.root.draw(purpose::INITIAL | service as u64));
                let count = mean
                    .and_then(|mean| stationary::mmc_sample(rate, 1.0 / mean, u64::from(slots), room, draw));
                (count.unwrap_or(0) as u32, class)
            }
        }
    }
}
