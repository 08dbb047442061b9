//! Calls between services: tries, timeouts, back-off, answers.

use super::chance;
use super::event::{self, Kind};
use super::frame::{Frame, NIL, flag};
use super::programs::Ended;
use super::service::Sent;
use super::world::{HotSite, World, purpose};
use crate::metrics::FailureCause;
use crate::model::{Backoff, Jitter, PatienceUntil, SiteId, Step};
use crate::numerics;
use crate::random::{Key, unit};
use crate::units::SimTime;

/// How a try ended, apart from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TryFailure {
    TimedOut,
    Rejected,
    CalleeFailed,
}

impl World<'_> {
    /// The site a blocked frame calls from.
    #[inline(always)]
    fn site_of(&self, frame: &Frame) -> SiteId {
        match self.steps[frame.pc as usize] {
            Step::Call { site } => site,
            _ => SiteId(0),
        }
    }

    /// A frame begins a call.
    #[inline(always)]
    pub fn begin_call(&mut self, id: u32, site: SiteId) {
        let hot = self.sites[site.index()];
        let measured = self.frames[id].is(flag::MEASURED);
        self.edges[hot.edge as usize].record.calls += u64::from(measured);
        if hot.notes_begin {
            if let Some(ring) = hot.of_call {
                self.calendar.arm(ring, event::pack(Kind::CallTimedOut, self.frames[id].epoch, id));
            }
            if self.calls.is_some() {
                self.note_call(id, hot.edge, hot.target);
            }
        }
        self.try_hot(id, site, hot);
    }

    /// A further try of a call.
    fn try_again(&mut self, id: u32, site: SiteId) {
        let hot = self.sites[site.index()];
        if self.calls.is_some() {
            self.note_further_try(id, hot.edge, hot.target);
        }
        self.try_hot(id, site, hot);
    }

    #[inline(always)]
    fn try_hot(&mut self, id: u32, site: SiteId, hot: HotSite) {
        let caller = &self.frames[id];
        let (key, epoch, pod) = (caller.key, caller.epoch, caller.pod);
        let (attempt, flags) = (caller.attempt, caller.flags);
        let tries_above = self.tries_above(id);
        self.edges[hot.edge as usize].record.attempts += u64::from(flags & flag::MEASURED != 0);
        if let Some(ring) = hot.of_try {
            self.calendar.arm(ring, event::pack(Kind::TryTimedOut, epoch, id));
        }
        if hot.can_lose && self.is_lost(key, tries_above, attempt, site) {
            return self.lose_try(id, site);
        }
        let child = self.frames.allocate();
        let frame = &mut self.frames[child];
        frame.key = key.child(u64::from(site.0));
        frame.arrived = self.now;
        frame.parent = id;
        frame.parent_epoch = epoch;
        frame.next = NIL;
        frame.pod = NIL;
        frame.pc = hot.operation;
        frame.flags = flags & !(flag::ROOT | flag::BRANCH | flag::QUEUED | flag::ABANDONED);
        if self.has_patience && self.patience.len() <= child as usize {
            self.patience.resize(child as usize + 1, 0);
        }
        if self.has_tries_above {
            self.note_tries_above(child, chance::tries_below(tries_above, attempt));
        }
        self.frames[id].next = child;
        match self.enter(child, Sent { site, caller: pod, key, tries_above, attempt }) {
            Ok(true) => self.runnable.push(child),
            Ok(false) => {}
            Err(cause) => {
                if self.calls.is_some() {
                    self.note_turned_away(child, site, cause);
                }
                self.drop_frame(child);
                self.frames[id].next = NIL;
                self.try_failed(id, TryFailure::Rejected, cause);
            }
        }
    }

    /// Whether a try is lost on its way.
    fn is_lost(&self, key: Key, tries_above: u64, attempt: u8, site: SiteId) -> bool {
        let bits = chance::of_try(key, tries_above, purpose::LOSS, attempt, site);
        unit(bits) < self.model.sites[site.index()].policy.loss
    }

    #[cold]
    fn lose_try(&mut self, id: u32, site: SiteId) {
        let policy = &self.model.sites[site.index()].policy;
        if self.frames[id].is(flag::MEASURED) {
            self.edges[self.sites[site.index()].edge as usize].record.lost += 1;
            self.note_lost_try(site);
        }
        self.frames[id].next = NIL;
        if policy.try_timeout.is_none() && policy.timeout.is_none() && !self.is_waited_for(id) {
            self.fail_call(id, FailureCause::Lost);
        }
    }

    /// Whether a client's patience will end the wait of a frame without timers. It ends no wait inside a pod, where
    /// the slot would be held for ever.
    fn is_waited_for(&self, id: u32) -> bool {
        let frame = &self.frames[id];
        frame.is(flag::ROOT)
            && frame.pod == NIL
            && self.model.classes[frame.parent as usize].patience.is_some()
    }

    /// An answer has come in time.
    #[inline(always)]
    pub fn call_answered(&mut self, id: u32, pod: u32) {
        if self.notes_answers {
            let site = self.site_of(&self.frames[id]);
            self.edge_returned(site, self.frames[id].pod, pod);
            self.note_answer(id, site);
        }
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.attempt = 0;
        frame.next = NIL;
        frame.pc += 1;
        self.runnable.push(id);
    }

    /// The callee's program has failed.
    pub fn callee_failed(&mut self, id: u32, pod: u32, cause: FailureCause) {
        let site = self.site_of(&self.frames[id]);
        self.edge_returned(site, self.frames[id].pod, pod);
        self.frames[id].next = NIL;
        self.try_failed(id, TryFailure::CalleeFailed, cause);
    }

    /// The timer of a try that is still waited for has fired (stale ones are never delivered).
    pub fn try_timed_out(&mut self, id: u32) {
        let frame = self.frames[id];
        let edge = self.model.sites[self.site_of(&frame).index()].edge.index();
        if frame.is(flag::MEASURED) {
            self.edges[edge].record.timed_out += 1;
        }
        self.leave_callee(id);
        self.try_failed(id, TryFailure::TimedOut, FailureCause::TimedOut);
        self.run_frames();
    }

    /// The timer of a whole call that is still going on has fired.
    pub fn call_timed_out(&mut self, id: u32) {
        let frame = self.frames[id];
        let edge = self.model.sites[self.site_of(&frame).index()].edge.index();
        if frame.is(flag::MEASURED) {
            self.edges[edge].record.timed_out += 1;
        }
        self.leave_callee(id);
        self.fail_call(id, FailureCause::TimedOut);
        self.run_frames();
    }

    /// Gives up waiting for the callee's frame, if there is one.
    fn leave_callee(&mut self, id: u32) {
        let frame = self.frames[id];
        let child = frame.next;
        self.frames[id].next = NIL;
        if child == NIL || !matches!(self.steps[frame.pc as usize], Step::Call { .. }) {
            return;
        }
        self.edge_returned(self.site_of(&frame), frame.pod, self.frames[child].pod);
        self.abandon(child);
    }

    fn try_failed(&mut self, id: u32, how: TryFailure, cause: FailureCause) {
        let site = self.site_of(&self.frames[id]);
        let policy = &self.model.sites[site.index()].policy;
        let again = match how {
            TryFailure::TimedOut => policy.retry_on.timeout,
            TryFailure::Rejected => policy.retry_on.rejected,
            TryFailure::CalleeFailed => policy.retry_on.failed,
        };
        let frame = &mut self.frames[id];
        if !again || frame.attempt >= policy.retries {
            return self.fail_call(id, cause);
        }
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.attempt += 1;
        let pause = self.backoff_pause(id, site, &policy.backoff);
        if pause == 0 {
            return self.try_again(id, site);
        }
        let word = event::pack(Kind::BackoffEnded, self.frames[id].epoch, id);
        self.calendar.schedule(SimTime::from_nanos(self.now.saturating_add(pause)), word);
    }

    /// Pause before the try numbered `attempt`: base x 2^(attempt - 1), at most the largest, with jitter
    /// (M. Brooker, "Exponential Backoff and Jitter", 2015).
    fn backoff_pause(&self, id: u32, site: SiteId, backoff: &Backoff) -> u64 {
        let base = backoff.base.as_nanos();
        if base == 0 {
            return 0;
        }
        let frame = &self.frames[id];
        let largest = if backoff.max.is_zero() { base.saturating_mul(10) } else { backoff.max.as_nanos() };
        let doublings = u32::from(frame.attempt.saturating_sub(1)).min(32);
        let pause = base.saturating_mul(1 << doublings).min(largest) as f64;
        let draw = chance::of_try(frame.key, self.tries_above(id), purpose::BACKOFF, frame.attempt, site);
        match backoff.jitter {
            Jitter::None => pause as u64,
            Jitter::Full => (pause * unit(draw)) as u64,
            Jitter::Exponential => (-pause * numerics::ln(unit(draw))) as u64,
        }
    }

    pub fn backoff_ended(&mut self, id: u32, epoch: u32) {
        if self.frames[id].epoch & event::MIDDLE_MASK == epoch {
            let site = self.site_of(&self.frames[id]);
            self.try_again(id, site);
            self.run_frames();
        }
    }

    /// A call has failed for good, and with it the program that made it.
    fn fail_call(&mut self, id: u32, cause: FailureCause) {
        let frame = &mut self.frames[id];
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.attempt = 0;
        let measured = frame.is(flag::MEASURED);
        let site = self.site_of(&self.frames[id]);
        let edge = self.model.sites[site.index()].edge.index();
        if measured {
            self.edges[edge].record.failed += 1;
            self.note_failed_call(id, edge, cause);
        }
        self.fail_frame(id, cause);
    }

    /// A client's patience is over.
    pub fn patience_ended(&mut self, id: u32, generation: u32) {
        if self.patience[id as usize] & event::MIDDLE_MASK != generation {
            return;
        }
        let frame = self.frames[id];
        if frame.is(flag::ABANDONED) {
            return;
        }
        let until =
            self.model.classes[frame.parent as usize].patience.map_or(PatienceUntil::Answer, |p| p.until);
        let in_call = frame.pod == NIL && matches!(self.steps[frame.pc as usize], Step::Call { .. });
        let child = if in_call { frame.next } else { NIL };
        let calling = child != NIL;
        // A client without a callee pauses between tries, or its try was lost: it waits for service all the same.
        if until == PatienceUntil::Service && (calling || !in_call) {
            let entered = if calling { child } else { id };
            // Who waits again after an interruption has been served before.
            if !self.frames[entered].is(flag::QUEUED) || self.is_resumed(entered) {
                return;
            }
        }
        self.end_root(&Ended::of(&frame), Some(FailureCause::Abandoned));
        if frame.pod == NIL {
            // The client has no slot to hold: its frame goes, and whatever it called runs on for nobody.
            if in_call {
                self.note_abandoned_call(self.site_of(&frame), frame.is(flag::MEASURED));
            }
            if calling {
                self.leave_callee(id);
            }
            self.drop_frame(id);
        } else {
            self.abandon(id);
        }
        self.run_frames();
    }
}
