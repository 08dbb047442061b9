//! The future-event list: three kinds of places merged at the top.
//!
//! * A heap for events at any time.
//! * A ring for each constant delay: timers armed with one delay expire in the order they were armed, and nearly
//!   all are stale by then, so a queue beats the heap (`Calendar::arm`).
//! * A register for each thing that has at most one next event, such as the next arrival of a stream.
//!
//! The order of delivery is that of (instant, word) over all three, so it does not matter where an event waits.

use super::heap::{EMPTY, Heap};
use crate::units::{SimDuration, SimTime};
use std::collections::VecDeque;

/// A ring of timers with one constant delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingId(pub u16);

#[derive(Clone, Debug)]
struct Ring {
    delay: u64,
    timers: VecDeque<(u64, u64)>,
}

/// The future-event list and its clock.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    now: u64,
    heap: Heap,
    rings: Vec<Ring>,
    ring_key: u128,
    ring_at: usize,
    registers: Vec<u128>,
    register_key: u128,
    register_at: usize,
}

/// An event as one number, which orders events: the instant in the upper, the word in the lower half.
#[must_use]
#[inline(always)]
pub fn event_key(at: u64, word: u64) -> u128 {
    u128::from(at) << 64 | u128::from(word)
}

impl Calendar {
    /// A calendar with this many registers.
    #[must_use]
    pub fn new(registers: usize) -> Self {
        Self { ring_key: EMPTY, register_key: EMPTY, registers: vec![EMPTY; registers], ..Self::default() }
    }

    /// Goes back to time zero with nothing scheduled; rings stay.
    pub fn clear(&mut self) {
        self.now = 0;
        self.heap.clear();
        self.rings.iter_mut().for_each(|r| r.timers.clear());
        self.registers.fill(EMPTY);
        (self.ring_key, self.register_key) = (EMPTY, EMPTY);
    }

    /// The instant of the event delivered last.
    #[must_use]
    #[inline(always)]
    pub fn now(&self) -> SimTime {
        SimTime::from_nanos(self.now)
    }

    /// The ring for a delay, made at the first call.
    pub fn ring(&mut self, delay: SimDuration) -> RingId {
        let delay = delay.as_nanos();
        let found = self.rings.iter().position(|r| r.delay == delay).unwrap_or_else(|| {
            self.rings.push(Ring { delay, timers: VecDeque::new() });
            self.rings.len() - 1
        });
        RingId(found as u16)
    }

    /// Schedules an event; one in the past happens now.
    #[inline(always)]
    pub fn schedule(&mut self, at: SimTime, word: u64) {
        self.heap.push(event_key(at.as_nanos().max(self.now), word));
    }

    /// Arms a timer that expires after the ring's delay.
    #[inline(always)]
    pub fn arm(&mut self, ring: RingId, word: u64) {
        let at = ring.0 as usize;
        let r = &mut self.rings[at];
        let timer = (self.now.saturating_add(r.delay), word);
        let in_order = r.timers.back().is_none_or(|last| *last <= timer);
        r.timers.push_back(timer);
        if !in_order {
            self.reorder(at);
        }
        if self.rings[at].timers.len() == 1 || !in_order {
            let (expires, word) = self.rings[at].timers[0];
            let fresh = event_key(expires, word);
            if fresh < self.ring_key {
                (self.ring_key, self.ring_at) = (fresh, at);
            }
        }
    }

    /// Moves the timer armed last before those of the same instant with larger words.
    #[cold]
    fn reorder(&mut self, ring: usize) {
        let timers = &mut self.rings[ring].timers;
        let mut at = timers.len() - 1;
        while at > 0 && timers[at - 1] > timers[at] {
            timers.swap(at - 1, at);
            at -= 1;
        }
    }

    /// Sets or clears a register's event.
    #[inline(always)]
    pub fn set_register(&mut self, register: usize, at: Option<SimTime>, word: u64) {
        let fresh = at.map_or(EMPTY, |at| event_key(at.as_nanos().max(self.now), word));
        self.registers[register] = fresh;
        if self.registers.len() == 1 {
            self.register_key = fresh;
        } else {
            self.find_register();
        }
    }

    /// Takes a register's event away, for a caller that delivers it itself; [`EMPTY`] if there is none.
    pub fn take_register(&mut self, register: usize) -> u128 {
        let event = self.registers[register];
        self.set_register(register, None, 0);
        event
    }

    /// The foremost event (see [`event_key`]), a stale timer included; [`EMPTY`] if nothing waits.
    pub fn foremost(&mut self) -> u128 {
        self.heap.smallest().min(self.register_key).min(self.ring_key)
    }

    fn find_register(&mut self) {
        let first = self.registers.iter().enumerate().min_by_key(|(_, k)| **k);
        (self.register_at, self.register_key) = first.map_or((0, EMPTY), |(i, k)| (i, *k));
    }

    /// Drops the foremost timer and looks for the next over all rings.
    fn advance_rings(&mut self) {
        let ring = &mut self.rings[self.ring_at];
        ring.timers.pop_front();
        if let [only] = &self.rings[..] {
            self.ring_key = only.timers.front().map_or(EMPTY, |&(at, word)| event_key(at, word));
            return;
        }
        let mut best = (EMPTY, 0);
        for (i, ring) in self.rings.iter().enumerate() {
            if let Some(&(at, word)) = ring.timers.front() {
                best = best.min((event_key(at, word), i));
            }
        }
        (self.ring_key, self.ring_at) = best;
    }

    /// Delivers the next event. Timers for which `alive(word)` is false are dropped unseen, without moving the
    /// clock; `alive` is asked only when a timer is due. Whoever handles a register's event sets the register
    /// again, or it is delivered again.
    #[inline(always)]
    pub fn pop(&mut self, alive: impl Fn(u64) -> bool) -> Option<(SimTime, u64)> {
        let heap = self.heap.smallest();
        let best = heap.min(self.register_key);
        if self.ring_key < best
            && let Some(timer) = self.pop_timer(best, alive)
        {
            self.now = (timer >> 64) as u64;
            return Some((self.now(), timer as u64));
        }
        if self.register_key >= heap {
            if heap == EMPTY {
                return None;
            }
            self.heap.take();
        }
        self.now = (best >> 64) as u64;
        Some((self.now(), best as u64))
    }

    /// The first timer before `before` that is alive; those before it are dropped.
    #[inline(always)]
    fn pop_timer(&mut self, before: u128, alive: impl Fn(u64) -> bool) -> Option<u128> {
        while self.ring_key < before {
            let timer = self.ring_key;
            self.advance_rings();
            if alive(timer as u64) {
                return Some(timer);
            }
        }
        None
    }

    /// The word of the event that will probably come after the one just delivered, if the calendar is so full that it
    /// pays to fetch what it concerns in advance.
    #[inline(always)]
    pub fn probable_next(&self) -> Option<u64> {
        self.heap.runner_up().map(|key| key as u64)
    }

    /// Events in the heap and registers, in no particular order, for probes that must disturb nobody.
    pub fn pending(&self) -> impl Iterator<Item = (SimTime, u64)> + '_ {
        let keys = self.heap.iter().chain(self.registers.iter().copied().filter(|&k| k != EMPTY));
        keys.map(|k| (SimTime::from_nanos((k >> 64) as u64), k as u64))
    }

    /// Number of events waiting, stale timers included.
    #[must_use]
    pub fn len(&self) -> usize {
        let timers: usize = self.rings.iter().map(|r| r.timers.len()).sum();
        self.heap.len() + timers + self.registers.iter().filter(|&&k| k != EMPTY).count()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn events_come_by_instant_then_word_wherever_they_wait() {
        let mut calendar = Calendar::new(2);
        let ring = calendar.ring(SimDuration::from_nanos(10));
        calendar.schedule(at(10), 5);
        calendar.schedule(at(10), 1);
        calendar.set_register(0, Some(at(10)), 3);
        calendar.set_register(1, Some(at(9)), 9);
        calendar.arm(ring, 4);
        calendar.arm(ring, 2);
        let mut order = Vec::new();
        while let Some((_, word)) = calendar.pop(|_| true) {
            order.push(word);
            match word {
                3 => calendar.set_register(0, None, 0),
                9 => calendar.set_register(1, None, 0),
                _ => {}
            }
        }
        assert_eq!(order, [9, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn stale_timers_are_dropped_without_moving_the_clock() {
        let mut calendar = Calendar::new(1);
        let short = calendar.ring(SimDuration::from_nanos(10));
        let long = calendar.ring(SimDuration::from_nanos(30));
        assert_eq!(calendar.ring(SimDuration::from_nanos(10)), short);
        calendar.arm(long, 7);
        calendar.arm(short, 8);
        calendar.schedule(at(20), 1);
        assert_eq!(calendar.pop(|w| w != 8), Some((at(20), 1)));
        assert_eq!(calendar.pop(|w| w != 8), Some((at(30), 7)));
        assert_eq!(calendar.pop(|_| true), None);
        assert!(calendar.is_empty());
    }

    #[test]
    fn the_past_happens_now() {
        let mut calendar = Calendar::new(1);
        calendar.schedule(at(50), 1);
        calendar.pop(|_| true);
        calendar.schedule(at(10), 2);
        assert_eq!(calendar.pop(|_| true), Some((at(50), 2)));
    }
}
