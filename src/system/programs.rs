//! Runs what requests do, step by step, until each frame blocks or ends.

use super::event::{self, Kind};
use super::frame::{Frame, NIL, flag};
use super::world::{World, part};
use crate::metrics::FailureCause;
use crate::model::{LawId, Step};
use crate::random::{Key, unit};
use crate::units::SimTime;

/// What is left of a frame when its program is over.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub key: Key,
    pub arrived: u64,
    pub parent: u32,
    pub parent_epoch: u32,
    pub pod: u32,
    pub pc: u16,
    pub flags: u8,
}

impl Ended {
    /// What is left of a frame at its present step.
    pub fn of(frame: &Frame) -> Self {
        let Frame { key, arrived, parent, parent_epoch, pod, pc, flags, .. } = *frame;
        Self { key, arrived, parent, parent_epoch, pod, pc, flags }
    }

    /// Whether a flag is set.
    #[inline(always)]
    pub fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl World<'_> {
    /// Runs every runnable frame. Frames made runnable last run first.
    #[inline(always)]
    pub fn run_frames(&mut self) {
        while let Some(id) = self.runnable.pop() {
            self.run_frame(id);
        }
    }

    /// Runs a frame from its step on.
    #[inline(always)]
    pub fn run_frame(&mut self, id: u32) {
        self.run_from(id, self.frames[id].pc);
    }

    /// Runs a frame from step `pc` on; the frame learns of its step only where it blocks.
    #[inline(always)]
    fn run_from(&mut self, id: u32, mut pc: u16) {
        loop {
            let frame = &mut self.frames[id];
            match self.steps[pc as usize] {
                Step::Work { law } => {
                    frame.pc = pc;
                    let (key, pod) = (frame.key, frame.pod);
                    return self.begin_work(id, key, law, pc, pod);
                }
                Step::End => return self.end_frame(id, pc),
                Step::Call { site } => {
                    frame.pc = pc;
                    return self.begin_call(id, site);
                }
                Step::Wait { law } => {
                    frame.pc = pc;
                    let key = frame.key;
                    return self.pause(id, self.draw(law, key, u64::from(pc)));
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
                        return self.fork(id, branches);
                    }
                    pc += 1 + branches;
                }
            }
        }
    }

    #[inline(always)]
    pub fn begin_work(&mut self, id: u32, key: Key, law: LawId, pc: u16, pod: u32) {
        let Some(p) = self.pods.get(pod as usize) else {
            // A client has no pod, and so no cpu to share: its own work is a pause.
            return self.pause(id, self.draw(law, key, u64::from(pc)));
        };
        let service = p.service as usize;
        if self.stations[service].plain {
            self.schedule_work(id, key, law, pc, pod);
        } else {
            let work = self.draw(law, key, u64::from(pc));
            self.begin_uneven_work(id, service, pod, work);
        }
    }

    /// Work that lasts as long as drawn.
    #[inline(always)]
    pub fn schedule_work(&mut self, id: u32, key: Key, law: LawId, pc: u16, pod: u32) {
        let work = self.draw(law, key, u64::from(pc));
        let at = SimTime::from_nanos(self.now.saturating_add(work));
        self.calendar.schedule(at, event::pack(Kind::WorkCompleted, pod, id));
    }

    /// Own work of a frame's step in nanoseconds: draws have no state, so it can be asked for again.
    pub fn work_of(&self, key: Key, step: usize) -> u64 {
        match self.steps[step] {
            Step::Work { law } => self.draw(law, key, step as u64),
            _ => 0,
        }
    }

    fn pause(&mut self, id: u32, nanos: u64) {
        let at = SimTime::from_nanos(self.now.saturating_add(nanos));
        // A client may give up meanwhile, and its place in the slab then holds another frame of a later epoch.
        self.calendar.schedule(at, event::pack(Kind::WaitCompleted, self.frames[id].epoch, id));
    }

    #[inline(always)]
    pub fn work_completed(&mut self, id: u32, pod: u32) {
        if self.has_uneven_work {
            let service = self.pods[pod as usize].service as usize;
            if !self.stations[service].plain && !self.uneven_work_completed(id, service, pod) {
                return;
            }
        }
        self.go_on(id);
    }

    pub fn wait_completed(&mut self, id: u32, epoch: u32) {
        if self.frames[id].epoch & event::MIDDLE_MASK == epoch {
            self.go_on(id);
        }
    }

    #[inline(always)]
    fn go_on(&mut self, id: u32) {
        self.run_from(id, self.frames[id].pc + 1);
        self.run_frames();
    }

    /// A program has run to its end, the step `pc`.
    #[inline(always)]
    fn end_frame(&mut self, id: u32, pc: u16) {
        let frame = &self.frames[id];
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
            self.release(id, &ended, true);
        }
        if ended.flags & flag::ROOT != 0 {
            if ended.flags & flag::ABANDONED == 0 {
                self.end_root(&ended, None);
            }
        } else if self.frames[ended.parent].epoch == ended.parent_epoch {
            if ended.flags & flag::BRANCH != 0 {
                self.branch_succeeded(ended.parent);
            } else {
                self.call_answered(ended.parent, ended.pod);
            }
        }
        self.drop_frame(id);
    }

    /// A program has failed.
    pub fn fail_frame(&mut self, id: u32, cause: FailureCause) {
        let ended = Ended::of(&self.frames[id]);
        if ended.flags & flag::BRANCH == 0 && ended.pod != NIL {
            self.release(id, &ended, false);
        }
        if ended.flags & flag::ROOT != 0 {
            if ended.flags & flag::ABANDONED == 0 {
                self.note_direct_failure(&ended);
                self.end_root(&ended, Some(cause));
            }
        } else if self.frames[ended.parent].epoch == ended.parent_epoch {
            if ended.flags & flag::BRANCH != 0 {
                self.branch_failed(ended.parent, cause);
            } else {
                self.callee_failed(ended.parent, ended.pod, cause);
            }
        }
        self.drop_frame(id);
    }

    /// The one call of a client without a frame of its own has failed.
    fn note_direct_failure(&mut self, ended: &Ended) {
        let site = self.classes[ended.parent as usize].direct_site;
        if ended.pod != NIL
            && ended.is(flag::MEASURED)
            && let Some(site) = site
        {
            self.edges[self.sites[site.index()].edge as usize].record.failed += 1;
        }
    }

    /// Starts the branches of a parallel step.
    fn fork(&mut self, id: u32, branches: u16) {
        let parent = self.frames[id];
        let tries_above = self.tries_above(id);
        self.frames[id].next = 0;
        for branch in (0..branches).rev() {
            let child = self.frames.allocate();
            let frame = &mut self.frames[child];
            frame.key = parent.key.child(part::BRANCH | u64::from(parent.pc) << 16 | u64::from(branch));
            frame.arrived = self.now;
            frame.parent = id;
            frame.parent_epoch = parent.epoch;
            frame.next = NIL;
            frame.pod = parent.pod;
            frame.pc = parent.pc + 1 + branch;
            frame.flags = (parent.flags & !(flag::ROOT | flag::QUEUED)) | flag::BRANCH;
            if self.has_patience && self.patience.len() <= child as usize {
                self.patience.resize(child as usize + 1, 0);
            }
            if self.has_tries_above {
                self.note_tries_above(child, tries_above);
            }
            self.runnable.push(child);
        }
    }

    fn parallel_of(&self, id: u32) -> (u32, u32) {
        match self.steps[self.frames[id].pc as usize] {
            Step::Parallel { branches, need } => (u32::from(branches), u32::from(need)),
            _ => (0, 0),
        }
    }

    fn branch_succeeded(&mut self, id: u32) {
        let (branches, need) = self.parallel_of(id);
        let frame = &mut self.frames[id];
        frame.next += 1;
        if frame.next & 0xffff >= need {
            frame.epoch = frame.epoch.wrapping_add(1);
            frame.next = NIL;
            frame.pc += 1 + branches as u16;
            self.runnable.push(id);
        }
    }

    fn branch_failed(&mut self, id: u32, cause: FailureCause) {
        let (branches, need) = self.parallel_of(id);
        let frame = &mut self.frames[id];
        frame.next += 1 << 16;
        if frame.next >> 16 > branches - need {
            frame.epoch = frame.epoch.wrapping_add(1);
            frame.next = NIL;
            self.fail_frame(id, cause);
        }
    }
}
