//! Calls go on: answers, failures of tries, pauses, further tries.

use super::events::Timer;
use super::state::Requests;
use crate::metrics::FailureCause;
use crate::model::{Backoff, Jitter, SiteId, Step};
use crate::numerics;
use crate::random::unit;
use crate::system::core::{Core, Ended, Frame, MIDDLE_MASK, NIL, flag, of_try, purpose};
use crate::system::ground::Ground;

/// How a try ended, apart from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryFailure {
    TimedOut,
    Rejected,
    CalleeFailed,
}

/// The site a blocked frame calls from.
#[inline(always)]
pub fn site_of(steps: &[Step], frame: &Frame) -> SiteId {
    match steps[frame.pc as usize] {
        Step::Call { site } => site,
        _ => SiteId(0),
    }
}

impl<'m> Requests<'m> {
    /// An answer has come in time from a callee of which this is left.
    #[inline(always)]
    pub(super) fn call_answered(&mut self, g: &mut Ground<'m>, id: u32, callee: &Ended) {
        if g.core.features.notes_answers() {
            note_answer(g, id, callee);
        }
        let frame = &mut g.core.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.attempt = 0;
        frame.next = NIL;
        frame.pc += 1;
        g.core.runnable.push(id);
    }

    /// The callee's program has failed.
    pub(super) fn callee_failed(&mut self, g: &mut Ground<'m>, id: u32, callee: &Ended, cause: FailureCause) {
        let frame = &g.core.frames[id];
        g.try_over(site_of(g.core.steps, frame), frame.pod, callee.pod, callee.arrived, false);
        g.core.frames[id].next = NIL;
        self.try_failed(g, id, TryFailure::CalleeFailed, cause);
    }

    /// A try has failed: the call fails with it, or is tried again, at once or after a pause.
    pub(super) fn try_failed(&mut self, g: &mut Ground<'m>, id: u32, how: TryFailure, cause: FailureCause) {
        let site = site_of(g.core.steps, &g.core.frames[id]);
        let policy = g.routing.policy(site);
        let again = match how {
            TryFailure::TimedOut => policy.retry_on.timeout,
            TryFailure::Rejected => policy.retry_on.rejected,
            TryFailure::CalleeFailed => policy.retry_on.failed,
        };
        let frame = &mut g.core.frames[id];
        if !again || frame.attempt >= policy.retries {
            return self.fail_call(g, id, cause);
        }
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.attempt += 1;
        let epoch = frame.epoch;
        let pause = backoff_pause(&g.core, id, site, &policy.backoff);
        if pause == 0 {
            return self.try_again(g, id, site);
        }
        g.core.schedule(g.core.now.saturating_add(pause), Timer::BackoffEnded, epoch, id);
    }

    /// A pause before a further try is over.
    pub fn backoff_ended(&mut self, g: &mut Ground<'m>, id: u32, epoch: u32) {
        if g.core.frames[id].epoch & MIDDLE_MASK == epoch {
            let site = site_of(g.core.steps, &g.core.frames[id]);
            self.try_again(g, id, site);
            self.run_frames(g);
        }
    }

    /// A call has failed for good, and with it the program that made it.
    pub(super) fn fail_call(&mut self, g: &mut Ground<'m>, id: u32, cause: FailureCause) {
        let c = &mut g.core;
        let frame = &mut c.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.attempt = 0;
        if frame.is(flag::MEASURED) {
            let edge = g.routing.site(site_of(c.steps, frame)).edge;
            c.ledger.count_failed(edge, true);
            c.ledger.note_failed_call(id, edge, cause);
        }
        self.fail_frame(g, id, cause);
    }
}

/// Tells whoever wants to know of an answer.
#[inline(always)]
fn note_answer(g: &mut Ground<'_>, id: u32, callee: &Ended) {
    let frame = &g.core.frames[id];
    let (site, pod, measured) = (site_of(g.core.steps, frame), frame.pod, frame.is(flag::MEASURED));
    g.try_over(site, pod, callee.pod, callee.arrived, true);
    if measured && g.core.features.calls {
        let edge = g.routing.site(site).edge;
        g.core.ledger.note_answer(id, edge, g.core.now);
    }
}

/// Pause before the try numbered `attempt`: base x 2^(attempt - 1), at most the largest, with jitter
/// (M. Brooker, "Exponential Backoff and Jitter", 2015).
fn backoff_pause(c: &Core<'_>, id: u32, site: SiteId, backoff: &Backoff) -> u64 {
    let base = backoff.base.as_nanos();
    if base == 0 {
        return 0;
    }
    let frame = &c.frames[id];
    let largest = if backoff.max.is_zero() { base.saturating_mul(10) } else { backoff.max.as_nanos() };
    let doublings = u32::from(frame.attempt.saturating_sub(1)).min(32);
    let pause = base.saturating_mul(1 << doublings).min(largest) as f64;
    let draw = of_try(frame.key, c.frames.tries_above.get(id), purpose::BACKOFF, frame.attempt, site);
    match backoff.jitter {
        Jitter::None => pause as u64,
        Jitter::Full => (pause * unit(draw)) as u64,
        Jitter::Exponential => (-pause * numerics::ln(unit(draw))) as u64,
    }
}
