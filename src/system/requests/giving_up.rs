//! Timers end waits: of a try, of a whole call, of a client.

use super::calls::{TryFailure, site_of};
use super::state::Requests;
use crate::metrics::FailureCause;
use crate::model::{PatienceUntil, SiteId, Step};
use crate::system::core::{Ended, MIDDLE_MASK, NIL, flag};
use crate::system::ground::Ground;

impl<'m> Requests<'m> {
    /// The timer of a try that is still waited for has fired (stale ones are never delivered).
    pub fn try_timed_out(&mut self, g: &mut Ground<'m>, id: u32) {
        stop_waiting(g, id);
        self.try_failed(g, id, TryFailure::TimedOut, FailureCause::TimedOut);
        self.run_frames(g);
    }

    /// The timer of a whole call that is still going on has fired.
    pub fn call_timed_out(&mut self, g: &mut Ground<'m>, id: u32) {
        stop_waiting(g, id);
        self.fail_call(g, id, FailureCause::TimedOut);
        self.run_frames(g);
    }

    /// A client's patience is over.
    pub fn patience_ended(&mut self, g: &mut Ground<'m>, id: u32, generation: u32) {
        if g.core.frames.generations.get(id) & MIDDLE_MASK != generation {
            return;
        }
        let frame = g.core.frames[id];
        if frame.is(flag::ABANDONED) {
            return;
        }
        let calls = match g.core.steps[frame.pc as usize] {
            Step::Call { site } if frame.pod == NIL => Some(site),
            _ => None,
        };
        if self.stays(g, id, calls) {
            return;
        }
        self.end_root(g, &Ended::of(&frame), Some(FailureCause::Abandoned));
        if frame.pod == NIL {
            // The client has no slot to hold: its frame goes, and whatever it called runs on for nobody.
            if let Some(site) = calls {
                if frame.is(flag::MEASURED) {
                    g.core.ledger.note_abandoned_call(g.routing.site(site).edge);
                }
                g.leave_callee(id, site);
            }
            g.drop_frame(id);
        } else {
            g.fleet.abandon(&mut g.core, id);
        }
        self.run_frames(g);
    }

    /// Whether a client whose patience is over stays all the same: it waited for service, and is served.
    fn stays(&self, g: &Ground<'m>, id: u32, calls: Option<SiteId>) -> bool {
        let frame = &g.core.frames[id];
        let patience = g.core.model.classes[frame.parent as usize].patience;
        if patience.map_or(PatienceUntil::Answer, |p| p.until) == PatienceUntil::Answer {
            return false;
        }
        let entered = match calls {
            // A client without a callee pauses between tries, or its try was lost: it waits for service all the same.
            Some(_) if frame.next == NIL => return false,
            Some(_) => frame.next,
            None => id,
        };
        // Who waits again after an interruption has been served before.
        !g.core.frames[entered].is(flag::QUEUED) || g.fleet.is_resumed(entered)
    }
}

/// Notes that the wait for a callee has ended by a timer, and gives it up.
fn stop_waiting(g: &mut Ground<'_>, id: u32) {
    let c = &mut g.core;
    let (site, measured) = (site_of(c.steps, &c.frames[id]), c.frames[id].is(flag::MEASURED));
    c.ledger.count_timeout(g.routing.site(site).edge, measured);
    g.leave_callee(id, site);
}
