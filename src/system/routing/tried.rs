//! Where the tries of a call went, for edges whose further tries go elsewhere.

use crate::system::core::Beside;

/// Hosts remembered of one call; a call that goes on for longer forgets its first ones.
const MOST: usize = 7;

/// Numbers of the hosts to which the tries of a call went.
#[derive(Clone, Copy, Debug)]
struct Hosts {
    count: u32,
    numbers: [u32; MOST],
}

const NONE: Hosts = Hosts { count: 0, numbers: [0; MOST] };

/// The hosts tried, by the frame that calls.
#[derive(Debug)]
pub struct Tried(Beside<Hosts>);

impl Tried {
    /// Kept if any edge wants it.
    pub fn new(is_kept: bool) -> Self {
        Self(Beside::new(is_kept, NONE))
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The frame sends the first try of a call: what stands in its place is of another one.
    pub fn begin(&mut self, caller: u32) {
        self.0.put(caller, NONE);
    }

    /// Hosts to which the present call of a frame went.
    pub fn before(&self, caller: u32) -> ([u32; MOST], usize) {
        let hosts = self.0.get(caller);
        (hosts.numbers, (hosts.count as usize).min(MOST))
    }

    /// Notes the host to which a try goes.
    pub fn note(&mut self, caller: u32, number: u32) {
        let mut hosts = self.0.get(caller);
        hosts.numbers[hosts.count as usize % MOST] = number;
        hosts.count += 1;
        self.0.put(caller, hosts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_remembers_its_last_hosts_and_a_new_one_none() {
        let mut tried = Tried::new(true);
        tried.begin(3);
        for attempt in 0..9 {
            let (hosts, count) = tried.before(3);
            assert_eq!(count, (attempt as usize).min(MOST));
            assert!(attempt == 0 || hosts[..count].contains(&(attempt + 99)));
            tried.note(3, attempt + 100);
        }
        assert_eq!(tried.before(4).1, 0);
        tried.begin(3);
        assert_eq!(tried.before(3).1, 0);
    }
}
