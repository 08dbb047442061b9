//! Runs what requests do, step by step, until each frame blocks or ends.

use super::events::Timer;
use super::state::Requests;
use crate::metrics::{FailureCause, Stopped};
use crate::model::Step;
use crate::random::unit;
use crate::system::core::{Ended, MIDDLE_MASK, NIL, flag, part};
use crate::system::ground::Ground;

impl<'m> Requests<'m> {
    /// Runs every runnable frame. Frames made runnable last run first.
    #[inline(always)]
    pub fn run_frames(&mut self, g: &mut Ground<'m>) {
        while let Some(id) = g.core.runnable.pop() {
            self.run_frame(g, id);
        }
    }

    /// Runs a frame from its step on.
    #[inline(always)]
    pub(super) fn run_frame(&mut self, g: &mut Ground<'m>, id: u32) {
        self.run_from(g, id, g.core.frames[id].pc);
    }

    /// Runs a frame from step `pc` on; the frame learns of its step only where it blocks.
    #[inline(always)]
    fn run_from(&mut self, g: &mut Ground<'m>, id: u32, mut pc: u16) {
        loop {
            let frame = &mut g.core.frames[id];
            match g.core.steps[pc as usize] {
                Step::Work { law } => {
                    frame.pc = pc;
                    let (key, pod) = (frame.key, frame.pod);
                    if pod == NIL {
                        // A client has no pod, and so no cpu to share: its own work is a pause.
                        return pause(g, id, g.core.draw_step(law, id, key, pc));
                    }
                    return g.fleet.begin_work(&mut g.core, id, key, law, pc, pod);
                }
                Step::End => return self.end_frame(g, id, pc),
                Step::Call { site } => {
                    frame.pc = pc;
                    return self.begin_call(g, id, site);
                }
                Step::Wait { law } => {
                    frame.pc = pc;
                    let key = frame.key;
                    return pause(g, id, g.core.draw_step(law, id, key, pc));
                }
                Step::Branch { probability, otherwise } => {
                    let taken = unit(frame.key.draw(u64::from(pc))) < probability;
                    pc = if taken { pc + 1 } else { otherwise.0 };
                }
                Step::Jump { to } => {
                    if to.0 <= pc {
                        frame.key = frame.key.child(part::VISIT | u64::from(pc));
                    }
                    pc = to.0;
                }
                Step::Parallel { branches, need } => {
                    if need > 0 {
                        frame.pc = pc;
                        return fork(g, id, branches);
                    }
                    pc += 1 + branches;
                }
            }
        }
    }

    /// A frame's work is done.
    #[inline(always)]
    pub fn work_completed(&mut self, g: &mut Ground<'m>, id: u32, pod: u32) {
        if g.fleet.completes_work(&mut g.core, id, pod) {
            self.go_on(g, id);
        }
    }

    /// A frame's wait is over, if it is still that frame.
    pub fn wait_completed(&mut self, g: &mut Ground<'m>, id: u32, epoch: u32) {
        if g.core.frames[id].epoch & MIDDLE_MASK == epoch {
            self.go_on(g, id);
        }
    }

    #[inline(always)]
    fn go_on(&mut self, g: &mut Ground<'m>, id: u32) {
        self.run_from(g, id, g.core.frames[id].pc + 1);
        self.run_frames(g);
    }

    /// A program has run to its end, the step `pc`.
    #[inline(always)]
    fn end_frame(&mut self, g: &mut Ground<'m>, id: u32, pc: u16) {
        let frame = &g.core.frames[id];
        let ended = Ended {
            key: frame.key,
            arrived: frame.arrived,
            parent: frame.parent,
            parent_epoch: frame.parent_epoch,
            pod: frame.pod,
            pc,
            flags: frame.flags,
        };
        if ended.flags & flag::BRANCH == 0 && ended.pod != NIL {
            g.fleet.release(&mut g.core, id, &ended, true);
        }
        if ended.flags & flag::ROOT != 0 {
            if ended.flags & flag::ABANDONED == 0 {
                self.end_root(g, &ended, None);
            }
        } else if g.core.frames[ended.parent].epoch == ended.parent_epoch {
            if ended.flags & flag::BRANCH != 0 {
                branch_succeeded(g, ended.parent);
            } else {
                self.call_answered(g, ended.parent, &ended);
            }
        }
        if ended.flags & flag::BRANCH != 0 {
            branch_over(g, &ended);
        }
        g.drop_frame(id);
    }

    /// A request has ended, well or by a cause.
    #[inline(always)]
    pub(super) fn end_root(&mut self, g: &mut Ground<'m>, frame: &Ended, cause: Option<FailureCause>) {
        let class = frame.parent as usize;
        if frame.pod != NIL
            && g.core.features.told_of_answers
            && let Some(site) = self.first_calls[class]
        {
            g.try_over(site, NIL, frame.pod, frame.arrived, cause.is_none());
        }
        let clock = g.core.clock();
        if g.core.ledger.end_request(frame, clock, cause) {
            g.core.stop(Stopped::Finished);
        }
        if frame.parent_epoch != NIL {
            let source = g.core.model.classes[class].source.index();
            self.think(&mut g.core, source, frame.parent_epoch);
        }
    }
}

/// Lets a frame pause.
fn pause(g: &mut Ground<'_>, id: u32, nanos: u64) {
    let c = &mut g.core;
    // A client may give up meanwhile, and its place in the slab then holds another frame of a later epoch.
    c.schedule(c.now.saturating_add(nanos), Timer::WaitCompleted, c.frames[id].epoch, id);
}

/// Starts the branches of a parallel step.
fn fork(g: &mut Ground<'_>, id: u32, branches: u16) {
    let c = &mut g.core;
    let parent = c.frames[id];
    if parent.pod != NIL {
        g.fleet.begin_branches(parent.pod, u32::from(branches));
    }
    let (tries_above, rank) = (c.frames.tries_above.get(id), c.frames.ranks.get(id));
    c.frames[id].next = 0;
    for branch in (0..branches).rev() {
        let child = c.frames.allocate();
        let frame = &mut c.frames[child];
        frame.key = parent.key.child(part::BRANCH | u64::from(parent.pc) << 16 | u64::from(branch));
        frame.arrived = c.now;
        frame.parent = id;
        frame.parent_epoch = parent.epoch;
        frame.next = NIL;
        frame.pod = parent.pod;
        frame.pc = parent.pc + 1 + branch;
        frame.flags = (parent.flags & !(flag::ROOT | flag::QUEUED)) | flag::BRANCH;
        c.frames.tries_above.put(child, tries_above);
        c.frames.ranks.put(child, rank);
        c.runnable.push(child);
    }
}

/// A branch leaves the pod it ran in.
pub(super) fn branch_over(g: &mut Ground<'_>, ended: &Ended) {
    if ended.pod != NIL {
        g.fleet.branch_over(&mut g.core, ended.pod);
    }
}

/// Branches of the parallel step a frame waits at, and how many of them it needs.
pub(super) fn parallel_of(g: &Ground<'_>, id: u32) -> (u32, u32) {
    match g.core.steps[g.core.frames[id].pc as usize] {
        Step::Parallel { branches, need } => (u32::from(branches), u32::from(need)),
        _ => (0, 0),
    }
}

fn branch_succeeded(g: &mut Ground<'_>, id: u32) {
    let (branches, need) = parallel_of(g, id);
    let frame = &mut g.core.frames[id];
    frame.next += 1;
    if frame.next & 0xffff >= need {
        frame.epoch = frame.epoch.wrapping_add(1);
        frame.next = NIL;
        frame.pc += 1 + branches as u16;
        g.core.runnable.push(id);
    }
}
