//! A 4-ary min-heap of 128-bit keys whose removal waits for the next insertion.
//!
//! Most events schedule a successor. [`Heap::take`] therefore leaves a hole at the root; the next [`Heap::push`]
//! fills it and sifts down once, instead of a removal and an insertion (LaMarca and Ladner 1996 on d-ary heaps).
//! Both cost O(log n).

const ARITY: usize = 4;
/// Larger than every real key.
pub const EMPTY: u128 = u128::MAX;

/// The heap. Keys are the time in the upper and the event's word in the lower 64 bits.
///
/// Behind the last key stand [`ARITY`] empty ones, so that every family is full and no loop has to count its members.
#[derive(Clone, Debug)]
pub struct Heap {
    keys: Vec<u128>,
    len: usize,
    hole: bool,
}

impl Default for Heap {
    fn default() -> Self {
        Self { keys: vec![EMPTY; ARITY + 1], len: 0, hole: false }
    }
}

impl Heap {
    /// Forgets all keys, keeping the memory.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.keys.resize(ARITY + 1, EMPTY);
        self.len = 0;
        self.hole = false;
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.len - usize::from(self.hole)
    }

    /// Closes a hole and shows the smallest key, [`EMPTY`] if there is none.
    #[inline(always)]
    pub fn smallest(&mut self) -> u128 {
        if self.hole {
            self.close();
        }
        self.keys[0]
    }

    /// Removes the smallest key, which the caller has just seen by [`Heap::smallest`].
    #[inline(always)]
    pub fn take(&mut self) {
        debug_assert!(!self.hole && self.len > 0);
        self.hole = true;
    }

    /// Adds a key.
    #[inline(always)]
    pub fn push(&mut self, key: u128) {
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.keys.push(EMPTY);
            self.len += 1;
            self.sift_up(key);
        }
    }

    /// All keys in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = u128> + '_ {
        self.keys[..self.len].iter().copied().skip(usize::from(self.hole))
    }

    #[inline(always)]
    fn close(&mut self) {
        self.hole = false;
        self.len -= 1;
        let last = std::mem::replace(&mut self.keys[self.len], EMPTY);
        self.keys.pop();
        if self.len > 0 {
            self.sift_down(last);
        }
    }

    #[inline(always)]
    fn sift_up(&mut self, key: u128) {
        let keys = &mut self.keys[..self.len];
        let mut at = keys.len() - 1;
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if keys[parent] <= key {
                break;
            }
            keys[at] = keys[parent];
            at = parent;
        }
        keys[at] = key;
    }

    /// Puts `key` at the root and moves it to its place.
    #[inline(always)]
    fn sift_down(&mut self, key: u128) {
        let keys = &mut self.keys[..];
        let mut at = 0;
        while let Some(family) = keys.get(at * ARITY + 1..at * ARITY + 1 + ARITY) {
            // Two independent comparisons, then one, without unpredictable branches.
            let left = usize::from(family[1] < family[0]);
            let right = 2 + usize::from(family[3] < family[2]);
            let best = if family[right] < family[left] { right } else { left };
            let child = family[best];
            if key <= child {
                break;
            }
            keys[at] = child;
            at = at * ARITY + 1 + best;
        }
        keys[at] = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    #[test]
    fn agrees_with_the_standard_heap() {
        let (mut heap, mut oracle) = (Heap::default(), BinaryHeap::new());
        let mut x = 7u64;
        for step in 0..200_000u64 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let grow = (step / 2000) % 2 == 0;
            if x >> 62 != 0 && (grow || x >> 63 == 0) {
                let key = u128::from(x >> 40) << 64 | u128::from(step);
                heap.push(key);
                oracle.push(Reverse(key));
            } else if let Some(Reverse(want)) = oracle.pop() {
                assert_eq!(heap.smallest(), want);
                heap.take();
            }
            assert_eq!(heap.len(), oracle.len());
        }
    }
}
