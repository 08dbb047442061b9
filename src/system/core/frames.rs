//! Frames: one for every request and every call in the system, 40 bytes each, kept in a slab.

use super::beside::Beside;
use super::features::Features;
use crate::random::Key;

/// No frame, no pod.
pub const NIL: u32 = u32::MAX;

/// A program being run. Fields that are never needed together share a place. On the hot path fields are read and
/// written one by one: copying a frame just after one of its fields was written stalls (see [`Frames::allocate`]).
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// All of its draws come from here.
    pub key: Key,
    /// When it arrived, in nanoseconds: at the client for a root, at the service for a call.
    pub arrived: u64,
    /// Who waits for the answer; the class of a root.
    pub parent: u32,
    /// The parent's epoch that waits: an answer to another epoch is ignored. The user of a closed root.
    pub parent_epoch: u32,
    /// Counts the tries and calls of this slot's frames: whatever was sent under an older epoch is stale.
    pub epoch: u32,
    /// While queued or free: the next frame. While calling: the callee's frame. While joining: succeeded branches
    /// in the lower and failed ones in the upper half.
    pub next: u32,
    /// The pod it is in; `NIL` for a client.
    pub pod: u32,
    /// Its step.
    pub pc: u16,
    /// Tries of the current call after the first.
    pub attempt: u8,
    /// See [`flag`].
    pub flags: u8,
}

/// Bits of [`Frame::flags`].
pub mod flag {
    /// A client-visible request: nobody inside the system waits for it.
    pub const ROOT: u8 = 1;
    /// It belongs to a measured request.
    pub const MEASURED: u8 = 2;
    /// Whoever waited for it has given up.
    pub const ABANDONED: u8 = 4;
    /// A branch of a parallel step: it holds no slot of its own.
    pub const BRANCH: u8 = 8;
    /// It waits for a slot.
    pub const QUEUED: u8 = 16;
}

impl Frame {
    const BLANK: Self = Self {
        key: Key::root(0, 0, 0),
        arrived: 0,
        parent: NIL,
        parent_epoch: NIL,
        epoch: 0,
        next: NIL,
        pod: NIL,
        pc: 0,
        attempt: 0,
        flags: 0,
    };

    /// Whether a flag is set.
    #[inline(always)]
    pub fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

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

/// The slab: freed frames are reused last in, first out, and keep counting epochs. What only some models keep of
/// their frames lies beside it.
#[derive(Debug)]
pub struct Frames {
    all: Vec<Frame>,
    free: u32,
    live: u32,
    peak: u32,
    /// Most frames wanted at once; more is noticed, not refused.
    limit: u32,
    keeps_more: bool,
    /// How often a slot was freed, for patience timers.
    pub generations: Beside<u32>,
    /// Tries of the calls inside which frames run, as a number; see [`tries_below`](super::tries_below).
    pub tries_above: Beside<u64>,
    /// Ranks in priority queues, 0 first.
    pub ranks: Beside<u8>,
}

impl Frames {
    /// An empty slab for a model that has these features.
    pub fn new(limit: u32, features: &Features) -> Self {
        Self {
            all: Vec::new(),
            free: NIL,
            live: 0,
            peak: 0,
            limit,
            keeps_more: features.ranks || features.tries_above,
            generations: Beside::new(features.patience, 0),
            tries_above: Beside::new(features.tries_above, 0),
            ranks: Beside::new(features.ranks, 0),
        }
    }

    /// Whether ranks or tries above are kept of frames.
    #[inline(always)]
    pub fn keeps_more(&self) -> bool {
        self.keeps_more
    }

    /// Forgets all frames, keeping the memory.
    pub fn clear(&mut self) {
        self.all.clear();
        (self.free, self.live, self.peak) = (NIL, 0, 0);
        self.generations.clear();
        self.tries_above.clear();
        self.ranks.clear();
    }

    /// A slot for a new frame, its epoch going on from the slot's last. The caller fills in the rest, field by
    /// field: a frame that is put together elsewhere and copied in would stall the processor, which cannot forward
    /// several narrow stores to one wide load.
    #[inline(always)]
    pub fn allocate(&mut self) -> u32 {
        self.live += 1;
        if self.free != NIL {
            let id = self.free;
            self.free = self.all[id as usize].next;
            return id;
        }
        self.grow();
        (self.all.len() - 1) as u32
    }

    #[cold]
    fn grow(&mut self) {
        self.peak = self.live;
        self.all.push(Frame::BLANK);
    }

    /// Takes a frame out; everything sent under its epoch is stale from now on.
    #[inline(always)]
    pub fn remove(&mut self, id: u32) {
        if self.generations.is_kept() {
            self.generations.put(id, self.generations.get(id).wrapping_add(1));
        }
        let slot = &mut self.all[id as usize];
        slot.epoch = slot.epoch.wrapping_add(1);
        slot.attempt = 0;
        slot.next = self.free;
        self.free = id;
        self.live -= 1;
    }

    /// All frames in use. Free ones are told by their list, so this takes time.
    #[cfg(debug_assertions)]
    pub fn live(&self) -> impl Iterator<Item = &Frame> {
        let mut free = vec![false; self.all.len()];
        let mut id = self.free;
        while id != NIL {
            free[id as usize] = true;
            id = self.all[id as usize].next;
        }
        self.all.iter().zip(free).filter(|(_, free)| !free).map(|(frame, _)| frame)
    }

    /// Whether there have been more frames at once than the limit.
    pub fn is_over_limit(&self) -> bool {
        self.peak > self.limit
    }

    /// Most frames at once.
    pub fn peak(&self) -> u32 {
        self.peak
    }
}

impl std::ops::Index<u32> for Frames {
    type Output = Frame;
    #[inline(always)]
    fn index(&self, id: u32) -> &Frame {
        &self.all[id as usize]
    }
}

impl std::ops::IndexMut<u32> for Frames {
    #[inline(always)]
    fn index_mut(&mut self, id: u32) -> &mut Frame {
        &mut self.all[id as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_takes_forty_bytes() {
        assert_eq!(std::mem::size_of::<Frame>(), 40);
    }
}
