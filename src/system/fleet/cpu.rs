//! The cpu of one pod that is shared: processor sharing on a virtual clock that advances at the speed of one request,
//! with n requests in work speed x min(1, cores / n). A piece of work that starts at virtual time v ends at v + work
//! whatever comes later, so one heap ordered by virtual end suffices (O(log n) an event), and the speed may change at
//! any event.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a frame whose work can be interrupted has left to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Nanoseconds that are left of interrupted work; zero if none was interrupted.
    pub rest: u64,
    /// When its work ends, if it is being done.
    pub ends: u64,
}

impl Plan {
    /// No work begun.
    pub const NONE: Self = Self { rest: 0, ends: u64::MAX };
}

/// The cpu of one pod.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    clock: f64,
    last: u64,
    generation: u32,
    /// Virtual ends (as ordered bits) of the frames in work.
    ends: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Sharing {
    fn rate(&self, speed: f64, cores: f64) -> f64 {
        speed * (cores / self.ends.len() as f64).min(1.0)
    }

    /// Brings the virtual clock up to now.
    pub fn advance(&mut self, now: u64, speed: f64, cores: f64) {
        if self.ends.is_empty() {
            self.clock = 0.0;
        } else {
            self.clock += (now - self.last) as f64 * self.rate(speed, cores);
        }
        self.last = now;
    }

    /// A frame starts a piece of work.
    pub fn start(&mut self, id: u32, work: u64) {
        let end = self.clock + work as f64;
        self.ends.push(Reverse((end.to_bits(), id)));
    }

    /// The frame whose work is done.
    pub fn take_foremost(&mut self) -> Option<u32> {
        let Reverse((end, id)) = self.ends.pop()?;
        self.clock = self.clock.max(f64::from_bits(end));
        Some(id)
    }

    /// Whether this is the plan that was made last.
    pub fn is_planned(&self, generation: u32) -> bool {
        self.generation == generation
    }

    /// A new plan: its number, and the instant at which the foremost work ends if nothing changes.
    pub fn plan(&mut self, now: u64, speed: f64, cores: f64) -> Option<(u32, u64)> {
        self.generation = self.generation.wrapping_add(1);
        let Reverse((end, _)) = self.ends.peek()?;
        let rest = (f64::from_bits(*end) - self.clock).max(0.0);
        Some((self.generation, now.saturating_add((rest / self.rate(speed, cores)).ceil() as u64)))
    }
}
