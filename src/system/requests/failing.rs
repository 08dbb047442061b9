//! Programs fail: what a failure means to whoever waits for the answer.

use super::programs::{branch_over, parallel_of};
use super::state::Requests;
use crate::metrics::FailureCause;
use crate::system::core::{Ended, NIL, flag};
use crate::system::ground::Ground;

impl<'m> Requests<'m> {
    /// A program has failed.
    pub(super) fn fail_frame(&mut self, g: &mut Ground<'m>, id: u32, cause: FailureCause) {
        let ended = Ended::of(&g.core.frames[id]);
        if !ended.is(flag::BRANCH) && ended.pod != NIL {
            g.fleet.release(&mut g.core, id, &ended, false);
        }
        if ended.is(flag::ROOT) {
            if !ended.is(flag::ABANDONED) {
                self.note_direct_failure(g, &ended);
                self.end_root(g, &ended, Some(cause));
            }
        } else if g.core.frames[ended.parent].epoch == ended.parent_epoch {
            if ended.is(flag::BRANCH) {
                self.branch_failed(g, ended.parent, cause);
            } else {
                self.callee_failed(g, ended.parent, &ended, cause);
            }
        }
        if ended.is(flag::BRANCH) {
            branch_over(g, &ended);
        }
        g.drop_frame(id);
    }

    /// The one call of a client without a frame of its own has failed.
    fn note_direct_failure(&self, g: &mut Ground<'m>, ended: &Ended) {
        if ended.pod != NIL
            && ended.is(flag::MEASURED)
            && let Some(site) = self.first_calls[ended.parent as usize]
        {
            g.core.ledger.count_failed(g.routing.site(site).edge, true);
        }
    }

    fn branch_failed(&mut self, g: &mut Ground<'m>, id: u32, cause: FailureCause) {
        let (branches, need) = parallel_of(g, id);
        let frame = &mut g.core.frames[id];
        frame.next += 1 << 16;
        if frame.next >> 16 > branches - need {
            frame.epoch = frame.epoch.wrapping_add(1);
            frame.next = NIL;
            self.fail_frame(g, id, cause);
        }
    }
}
