//! A 4-ary min-heap of 128-bit keys whose removal waits for the next insertion.
//!
//! Most events schedule a successor. [`Heap::take`] therefore leaves a hole at the root; the next [`Heap::push`]
//! fills it and sifts down once, instead of a removal and an insertion (LaMarca and Ladner 1996 on d-ary heaps).
//! Both cost O(log n).

const ARITY: usize = 4;
/// So many keys that what their events concern no longer fits the nearer caches.
const MANY: usize = 1 << 12;
/// Larger than every real key.
pub const EMPTY: u128 = u128::MAX;

/// The four children of one node, in one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Family([u128; ARITY]);

const NO_FAMILY: Family = Family([EMPTY; ARITY]);

/// The heap. Keys are the time in the upper and the event's word in the lower 64 bits.
///
/// The root stands alone in the last place of the first line, so that the children of node `n` fill line `n + 1`.
/// Places without a key hold [`EMPTY`], so that no loop has to count a family's members.
#[derive(Clone, Debug)]
pub struct Heap {
    lines: Vec<Family>,
    len: usize,
    hole: bool,
}

impl Default for Heap {
    fn default() -> Self {
        Self { lines: vec![NO_FAMILY], len: 0, hole: false }
    }
}

impl Heap {
    /// Forgets all keys, keeping the memory.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.lines.push(NO_FAMILY);
        self.len = 0;
        self.hole = false;
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.len - usize::from(self.hole)
    }

    #[inline(always)]
    fn key(&mut self, node: usize) -> &mut u128 {
        let place = node + ARITY - 1;
        &mut self.lines[place / ARITY].0[place % ARITY]
    }

    /// Closes a hole and shows the smallest key, [`EMPTY`] if there is none.
    #[inline(always)]
    pub fn smallest(&mut self) -> u128 {
        if self.hole {
            self.close();
        }
        self.lines[0].0[ARITY - 1]
    }

    /// Removes the smallest key, which the caller has just seen by [`Heap::smallest`].
    #[inline(always)]
    pub fn take(&mut self) {
        debug_assert!(!self.hole && self.len > 0);
        self.hole = true;
    }

    /// The smallest key but the root's, if there are very many keys.
    #[inline(always)]
    pub fn runner_up(&self) -> Option<u128> {
        if self.len < MANY {
            return None;
        }
        let Family(family) = self.lines[1];
        Some(family[0].min(family[1]).min(family[2].min(family[3])))
    }

    /// Adds a key.
    #[inline(always)]
    pub fn push(&mut self, key: u128) {
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.sift_up(key);
        }
    }

    /// All keys in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = u128> + '_ {
        let keys = self.lines.iter().flat_map(|line| line.0).skip(ARITY - 1);
        keys.take(self.len).skip(usize::from(self.hole))
    }

    #[inline(always)]
    fn close(&mut self) {
        self.hole = false;
        self.len -= 1;
        let len = self.len;
        let last = std::mem::replace(self.key(len), EMPTY);
        if len > 0 {
            self.sift_down(last);
        }
    }

    /// Puts `key` at the end and moves it to its place.
    #[inline(always)]
    fn sift_up(&mut self, key: u128) {
        let mut at = self.len;
        self.len += 1;
        if at.div_ceil(ARITY) >= self.lines.len() {
            self.lines.push(NO_FAMILY);
        }
        while at > 0 {
            let parent = (at - 1) / ARITY;
            let above = *self.key(parent);
            if above <= key {
                break;
            }
            *self.key(at) = above;
            at = parent;
        }
        *self.key(at) = key;
    }

    /// Puts `key` at the root and moves it to its place.
    #[inline(always)]
    fn sift_down(&mut self, key: u128) {
        let mut at = 0;
        let (mut line, mut place) = (0, ARITY - 1);
        while let Some(Family(family)) = self.lines.get(at + 1) {
            // Two independent comparisons, then one, without unpredictable branches.
            let left = usize::from(family[1] < family[0]);
            let right = 2 + usize::from(family[3] < family[2]);
            let best = if family[right] < family[left] { right } else { left };
            let child = family[best];
            if key <= child {
                break;
            }
            self.lines[line].0[place] = child;
            (line, place) = (at + 1, best);
            at = at * ARITY + 1 + best;
        }
        self.lines[line].0[place] = key;
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
