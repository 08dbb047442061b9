//! Pods ordered by how many requests each holds, with O(1) changes by one.
//!
//! The pods stand in one array sorted by level; `starts[l]` is where level `l` begins. A change by one swaps a pod
//! with the first or last of its level and moves one boundary.

/// The place of a pod that is no member.
const ABSENT: u32 = u32::MAX;

/// Ready pods by level. Pods that are not members are ignored.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    order: Vec<u32>,
    place: Vec<u32>,
    level: Vec<u32>,
    starts: Vec<u32>,
}

impl Levels {
    /// Forgets all pods.
    pub fn clear(&mut self) {
        self.order.clear();
        self.place.clear();
        self.level.clear();
        self.starts.clear();
    }

    /// Adds a pod at level zero.
    pub fn insert(&mut self, pod: u32) {
        let p = pod as usize;
        if p >= self.place.len() {
            self.place.resize(p + 1, ABSENT);
            self.level.resize(p + 1, 0);
        }
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        // It enters at the end, on the highest level, and goes down level by level.
        self.level[p] = self.starts.len() as u32 - 1;
        self.place[p] = self.order.len() as u32;
        self.order.push(pod);
        while self.level[p] > 0 {
            self.lower(pod);
        }
    }

    /// Takes a pod out.
    pub fn remove(&mut self, pod: u32) {
        let p = pod as usize;
        if self.place.get(p).is_none_or(|&at| at == ABSENT) {
            return;
        }
        while (self.level[p] as usize) < self.starts.len() - 1 {
            self.raise(pod);
        }
        let last = self.order.len() - 1;
        self.swap(self.place[p] as usize, last);
        self.order.pop();
        self.place[p] = ABSENT;
    }

    /// One request more.
    #[inline]
    pub fn raise(&mut self, pod: u32) {
        let p = pod as usize;
        if self.place.get(p).is_none_or(|&at| at == ABSENT) {
            return;
        }
        let level = self.level[p] as usize;
        if level + 1 == self.starts.len() {
            self.starts.push(self.order.len() as u32);
        }
        let last = self.starts[level + 1] - 1;
        self.swap(self.place[p] as usize, last as usize);
        self.starts[level + 1] = last;
        self.level[p] += 1;
    }

    /// One request less.
    #[inline]
    pub fn lower(&mut self, pod: u32) {
        let p = pod as usize;
        if self.place.get(p).is_none_or(|&at| at == ABSENT) || self.level[p] == 0 {
            return;
        }
        let level = self.level[p] as usize;
        let first = self.starts[level];
        self.swap(self.place[p] as usize, first as usize);
        self.starts[level] = first + 1;
        self.level[p] -= 1;
    }

    #[inline(always)]
    fn swap(&mut self, a: usize, b: usize) {
        self.order.swap(a, b);
        self.place[self.order[a] as usize] = a as u32;
        self.place[self.order[b] as usize] = b as u32;
    }

    /// The pods whose level is below `limit`, lowest first.
    pub fn below(&self, limit: u32) -> &[u32] {
        let end = self.starts.get(limit as usize).map_or(self.order.len(), |&s| s as usize);
        &self.order[..end]
    }

    /// The pods on the lowest level that has any.
    pub fn lowest(&self) -> &[u32] {
        match self.order.first() {
            None => &[],
            Some(&pod) => self.below(self.level[pod as usize] + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_plain_counting() {
        let mut levels = Levels::default();
        let mut counts: std::collections::BTreeMap<u32, u32> = (0..6).map(|p| (p, 0)).collect();
        (0..6).for_each(|p| levels.insert(p));
        let mut x = 1u64;
        for step in 0..20_000u32 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99_991);
            let pod = (x >> 60) as u32 % 8;
            match (x >> 40) % 5 {
                0 | 1 => {
                    levels.raise(pod);
                    counts.entry(pod).and_modify(|c| *c += 1);
                }
                2 | 3 => {
                    levels.lower(pod);
                    counts.entry(pod).and_modify(|c| *c = c.saturating_sub(1));
                }
                _ if step % 7 == 0 => {
                    if counts.remove(&pod).is_some() {
                        levels.remove(pod);
                    } else {
                        levels.insert(pod);
                        counts.insert(pod, 0);
                    }
                }
                _ => {}
            }
            let least = counts.values().min().copied();
            let mut lowest = levels.lowest().to_vec();
            lowest.sort_unstable();
            let want: Vec<_> = counts.iter().filter(|(_, c)| Some(**c) == least).map(|(p, _)| *p).collect();
            assert_eq!(lowest, want);
            assert_eq!(levels.below(3).len(), counts.values().filter(|c| **c < 3).count());
        }
    }
}
