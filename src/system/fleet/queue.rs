//! Lists of waiting frames, linked through the frames.

use crate::system::core::{Frames, NIL};

/// Waiting frames: one list, and how many of them count. Where there are priorities, the lists are kept beside and
/// only the number is kept here.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    pub head: u32,
    pub tail: u32,
    pub waiting: u32,
}

impl Queue {
    pub const EMPTY: Self = Self { head: NIL, tail: NIL, waiting: 0 };
}

/// Puts a frame at the end of a list.
#[inline(always)]
pub fn push_back(frames: &mut Frames, queue: &mut Queue, id: u32) {
    frames[id].next = NIL;
    let tail = std::mem::replace(&mut queue.tail, id);
    if tail == NIL {
        queue.head = id;
    } else {
        frames[tail].next = id;
    }
}

/// Puts a frame at the head of a list.
pub fn push_front(frames: &mut Frames, queue: &mut Queue, id: u32) {
    frames[id].next = queue.head;
    if queue.head == NIL {
        queue.tail = id;
    }
    queue.head = id;
}

/// Takes the head of a list.
#[inline(always)]
pub fn pop_front(frames: &Frames, queue: &mut Queue) -> u32 {
    let id = queue.head;
    if id != NIL {
        queue.head = frames[id].next;
        if queue.head == NIL {
            queue.tail = NIL;
        }
    }
    id
}
