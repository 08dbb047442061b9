//! Calls set out: with the first try, with a further one, or as a client's only call.

use super::events::Timer;
use super::state::Requests;
use crate::metrics::FailureCause;
use crate::model::SiteId;
use crate::random::{Key, unit};
use crate::system::core::{Core, Ended, NIL, flag, of_try, pack, purpose, tries_below};
use crate::system::fleet::Entered;
use crate::system::ground::Ground;
use crate::system::routing::{HotSite, Sent};

impl<'m> Requests<'m> {
    /// A client's request enters its first service without a frame of its own.
    #[inline(always)]
    pub(super) fn enter_directly(
        &mut self,
        g: &mut Ground<'m>,
        id: u32,
        site: SiteId,
        root: Key,
        measured: bool,
    ) {
        let hot = g.routing.site(site);
        g.core.ledger.count_plain_call(hot.edge, measured);
        let sent = Sent { site, caller: NIL, key: root, tries_above: 0, attempt: 0 };
        match g.enter(id, hot, sent) {
            Entered::Runs => self.run_frame(g, id),
            Entered::Settled => {}
            Entered::Turned(cause) => {
                g.core.ledger.count_failed(hot.edge, measured);
                g.note_turned_away(site, measured, cause);
                let ended = Ended { pod: NIL, ..Ended::of(&g.core.frames[id]) };
                self.end_root(g, &ended, Some(cause));
                g.drop_frame(id);
            }
        }
    }

    /// A frame begins a call.
    #[inline(always)]
    pub(super) fn begin_call(&mut self, g: &mut Ground<'m>, id: u32, site: SiteId) {
        let hot = g.routing.site(site);
        let c = &mut g.core;
        let frame = &c.frames[id];
        let (epoch, measured) = (frame.epoch, frame.is(flag::MEASURED));
        c.ledger.count_call(hot.edge, measured);
        if hot.notes_begin {
            if let Some(ring) = hot.of_call {
                c.calendar.arm(ring, pack(Timer::CallTimedOut, epoch, id));
            }
            if c.features.calls {
                c.ledger.note_call(id, measured, (hot.edge, hot.target), c.now);
            }
        }
        self.send(g, id, site, hot);
    }

    /// A further try of a call.
    pub(super) fn try_again(&mut self, g: &mut Ground<'m>, id: u32, site: SiteId) {
        let hot = g.routing.site(site);
        let c = &mut g.core;
        if c.features.calls && c.frames[id].is(flag::MEASURED) {
            c.ledger.note_further_try(id, (hot.edge, hot.target), c.now);
        }
        self.send(g, id, site, hot);
    }

    #[inline(always)]
    fn send(&mut self, g: &mut Ground<'m>, id: u32, site: SiteId, hot: HotSite) {
        let c = &mut g.core;
        let caller = &c.frames[id];
        let (key, epoch, pod) = (caller.key, caller.epoch, caller.pod);
        let (attempt, flags) = (caller.attempt, caller.flags);
        let tries_above = c.frames.tries_above.get(id);
        c.ledger.count_try(hot.edge, flags & flag::MEASURED != 0);
        if let Some(ring) = hot.of_try {
            c.calendar.arm(ring, pack(Timer::TryTimedOut, epoch, id));
        }
        let sent = Sent { site, caller: pod, key, tries_above, attempt };
        if hot.can_lose && is_lost(g, sent) {
            return self.lose_try(g, id, site);
        }
        let child = make_callee(&mut g.core, (id, epoch, flags), sent, hot.operation);
        match g.enter(child, hot, sent) {
            Entered::Runs => g.core.runnable.push(child),
            Entered::Settled => {}
            Entered::Turned(cause) => {
                g.note_turned_away(site, flags & flag::MEASURED != 0, cause);
                g.drop_frame(child);
                g.core.frames[id].next = NIL;
                self.try_failed(g, id, super::calls::TryFailure::Rejected, cause);
            }
        }
    }

    #[cold]
    fn lose_try(&mut self, g: &mut Ground<'m>, id: u32, site: SiteId) {
        let hot = g.routing.site(site);
        let c = &mut g.core;
        if c.frames[id].is(flag::MEASURED) {
            c.ledger.count_lost(hot.edge, true);
            c.ledger.note_lost_try(hot.target, c.now);
        }
        c.frames[id].next = NIL;
        if c.frames[id].attempt == 0 {
            g.routing.lost_first(id);
        }
        let c = &mut g.core;
        if hot.of_try.is_none() && hot.of_call.is_none() && !is_waited_for(c, id) {
            self.fail_call(g, id, FailureCause::Lost);
        }
    }
}

/// The callee's frame of a try by a frame with this number, epoch and flags.
#[inline(always)]
fn make_callee(c: &mut Core<'_>, caller: (u32, u32, u8), sent: Sent, operation: u16) -> u32 {
    let (id, epoch, flags) = caller;
    let child = c.frames.allocate();
    let frame = &mut c.frames[child];
    frame.key = sent.key.child(u64::from(sent.site.0));
    frame.arrived = c.now;
    frame.parent = id;
    frame.parent_epoch = epoch;
    frame.next = NIL;
    frame.pod = NIL;
    frame.pc = operation;
    frame.flags = flags & flag::MEASURED;
    if c.frames.keeps_more() {
        c.frames.ranks.put(child, c.frames.ranks.get(id));
        c.frames.tries_above.put(child, tries_below(sent.tries_above, sent.attempt));
    }
    c.frames[id].next = child;
    child
}

/// Whether a try is lost on its way.
fn is_lost(g: &Ground<'_>, sent: Sent) -> bool {
    let bits = of_try(sent.key, sent.tries_above, purpose::LOSS, sent.attempt, sent.site);
    unit(bits) < g.routing.policy(sent.site).loss
}

/// Whether a client's patience will end the wait of a frame without timers. It ends no wait inside a pod, where
/// the slot would be held for ever.
fn is_waited_for(c: &Core<'_>, id: u32) -> bool {
    let frame = &c.frames[id];
    frame.is(flag::ROOT) && frame.pod == NIL && c.model.classes[frame.parent as usize].patience.is_some()
}
