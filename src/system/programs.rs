//! Runs what requests do, step by step, until each frame blocks or ends.

use super::event::{self, Kind};
use super::frame::{Frame, NIL, flag};
use super::world::{World, part};
use crate::metrics::FailureCause;
use crate::model::{LawId, Step};
use crate::random::{Key, unit};
use crate::units::SimTime;

impl World<'_> {
    /// Runs every runnable frame. Frames made runnable last run first.
    #[inline(always)]
    pub fn run_frames(&mut self) {
        while let Some(id) = self.runnable.pop() {
            self.run_frame(id);
        }
    }

    #[inline(always)]
    pub fn run_frame(&mut self, id: u32) {
        loop {
            let frame = &self.frames[id];
            let pc = frame.pc;
            match self.steps[pc as usize] {
                Step::Work { law } => return self.begin_work(id, frame.key, law, pc, frame.pod),
                Step::End => return self.end_frame(id),
                Step::Call { site } => return self.begin_call(id, site),
                Step::Wait { law } => return self.pause(id, self.draw(law, frame.key, u64::from(pc))),
                Step::Branch { probability, otherwise } => {
                    let frame = &mut self.frames[id];
                    let taken = unit(frame.key.draw(u64::from(pc))) < probability;
                    frame.pc = if taken { pc + 1 } else { otherwise.0 };
                }
                Step::Jump { to } => {
                    let frame = &mut self.frames[id];
                    if to.0 <= pc {
                        frame.key = frame.key.child(part::VISIT | u64::from(pc));
                    }
                    frame.pc = to.0;
                }
                Step::Parallel { branches, need } => {
                    if need > 0 {
                        return self.fork(id, branches);
                    }
                    self.frames[id].pc = pc + 1 + branches;
                }
            }
        }
    }

    #[inline(always)]
    pub fn begin_work(&mut self, id: u32, key: Key, law: LawId, pc: u16, pod: u32) {
        let work = self.draw(law, key, u64::from(pc));
        if pod == NIL {
            // A client has no cpu to share: its own work is a pause.
            return self.pause(id, work);
        }
        let service = self.pods[pod as usize].service as usize;
        if self.stations[service].plain {
            let at = SimTime::from_nanos(self.now.saturating_add(work));
            self.calendar.schedule(at, event::pack(Kind::WorkCompleted, pod, id));
        } else {
            self.begin_uneven_work(id, service, pod, work);
        }
    }

    /// Own work of a frame's step in nanoseconds: draws have no state, so it can be asked for again.
    pub fn work_of(&self, frame: &Frame, step: usize) -> u64 {
        match self.steps[step] {
            Step::Work { law } => self.draw(law, frame.key, step as u64),
            _ => 0,
        }
    }

    fn pause(&mut self, id: u32, nanos: u64) {
        let at = SimTime::from_nanos(self.now.saturating_add(nanos));
        self.calendar.schedule(at, event::pack(Kind::WaitCompleted, 0, id));
    }

    #[inline(always)]
    pub fn work_completed(&mut self, id: u32, pod: u32) {
        let service = self.pods[pod as usize].service as usize;
        if !self.stations[service].plain && !self.uneven_work_completed(id, service, pod) {
            return;
        }
        self.go_on(id);
    }

    pub fn wait_completed(&mut self, id: u32) {
        self.go_on(id);
    }

    #[inline(always)]
    fn go_on(&mut self, id: u32) {
        self.frames[id].pc += 1;
        self.run_frame(id);
        self.run_frames();
    }

    /// A program has run to its end.
    #[inline(always)]
    fn end_frame(&mut self, id: u32) {
        let frame = self.frames[id];
        if frame.flags & flag::BRANCH == 0 && frame.pod != NIL {
            self.release(&frame, true);
        }
        if frame.is(flag::ROOT) {
            if !frame.is(flag::ABANDONED) {
                self.end_root(&frame, None);
            }
        } else if self.frames[frame.parent].epoch == frame.parent_epoch {
            if frame.is(flag::BRANCH) {
                self.branch_succeeded(frame.parent);
            } else {
                self.call_answered(frame.parent, frame.pod);
            }
        }
        self.drop_frame(id);
    }

    /// A program has failed.
    pub fn fail_frame(&mut self, id: u32, cause: FailureCause) {
        let frame = self.frames[id];
        if frame.flags & flag::BRANCH == 0 && frame.pod != NIL {
            self.release(&frame, false);
        }
        if frame.is(flag::ROOT) {
            if !frame.is(flag::ABANDONED) {
                self.end_root(&frame, Some(cause));
            }
        } else if self.frames[frame.parent].epoch == frame.parent_epoch {
            if frame.is(flag::BRANCH) {
                self.branch_failed(frame.parent, cause);
            } else {
                self.callee_failed(frame.parent, frame.pod, cause);
            }
        }
        self.drop_frame(id);
    }

    /// Starts the branches of a parallel step.
    fn fork(&mut self, id: u32, branches: u16) {
        let parent = self.frames[id];
        self.frames[id].next = 0;
        for branch in (0..branches).rev() {
            let child = Frame {
                key: parent.key.child(part::BRANCH | u64::from(parent.pc) << 16 | u64::from(branch)),
                arrived: self.now,
                parent: id,
                parent_epoch: parent.epoch,
                epoch: 0,
                next: NIL,
                pod: parent.pod,
                pc: parent.pc + 1 + branch,
                attempt: 0,
                flags: (parent.flags & !(flag::ROOT | flag::QUEUED)) | flag::BRANCH,
            };
            let child = self.frames.insert(child);
            if self.has_patience && self.patience.len() <= child as usize {
                self.patience.resize(child as usize + 1, 0);
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
