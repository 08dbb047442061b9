//! Which of the things that few models need a model has. What it does not have costs one look at a flag.

use crate::model::{
    After, Discipline, Model,
    plain_call::{nests_retries, redraws},
};

/// What a model has.
#[derive(Clone, Copy, Debug)]
pub struct Features {
    /// Clients whose patience ends.
    pub patience: bool,
    /// Work that interrupts other work.
    pub preemption: bool,
    /// Ranks of requests.
    pub ranks: bool,
    /// Chance that is met inside calls that can be tried again.
    pub tries_above: bool,
    /// Work or waits that every try draws anew.
    pub redraws: bool,
    /// A balancer that is told of the end of every try.
    pub told_of_answers: bool,
    /// Books of calls.
    pub calls: bool,
    /// No arrivals after the counted span.
    pub stops_arrivals: bool,
}

impl Features {
    /// Those of a model.
    pub fn of(model: &Model) -> Self {
        let discipline = |is: fn(&Discipline) -> bool| model.services.iter().any(|s| is(&s.discipline));
        let redraws = redraws(model);
        Self {
            patience: model.classes.iter().any(|c| c.patience.is_some()),
            preemption: discipline(|d| matches!(d, Discipline::Priority { preemptive: true })),
            ranks: discipline(|d| matches!(d, Discipline::Priority { .. })),
            tries_above: redraws || nests_retries(model),
            redraws,
            told_of_answers: model.edges.iter().any(|e| e.balancer.needs().answers),
            calls: model.recording.calls,
            stops_arrivals: matches!(model.plan.after, After::Stop { .. }),
        }
    }

    /// Whether anybody wants to know of answers to calls.
    #[inline(always)]
    pub fn notes_answers(&self) -> bool {
        self.told_of_answers || self.calls
    }
}
