//! The counted span, and an instant beside it.

use crate::model::{Mode, RunPlan, WarmUp};

/// Measured requests arrive in `[from, to)`, in nanoseconds; in steady mode `from` is after the warm-up.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    /// The counted span of a plan.
    pub fn of(plan: &RunPlan) -> Self {
        let mut from = plan.from();
        if let Mode::Steady(WarmUp::Fixed(cut)) = plan.mode {
            from += cut;
        }
        Self { from: from.as_nanos(), to: plan.to().as_nanos() }
    }

    /// Whether an instant lies in it.
    #[inline(always)]
    pub fn contains(self, at: u64) -> bool {
        at >= self.from && at < self.to
    }
}

/// The present instant, and the counted span.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: u64,
    pub span: Span,
}

impl Clock {
    /// Whether the present instant is counted.
    #[inline(always)]
    pub fn is_counted(self) -> bool {
        self.span.contains(self.now)
    }
}
