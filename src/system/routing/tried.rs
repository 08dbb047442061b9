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

    /// Hosts to which the call of a frame went, when it sends the try numbered `attempt`: a first one has none before it.
    pub fn before(&self, caller: u32, attempt: u8) -> ([u32; MOST], usize) {
        let hosts = if attempt == 0 { NONE } else { self.0.get(caller) };
        (hosts.numbers, (hosts.count as usize).min(MOST))
    }

    /// Notes the host to which the try numbered `attempt` goes.
    pub fn note(&mut self, caller: u32, attempt: u8, number: u32) {
        let mut hosts = if attempt == 0 { NONE } else { self.0.get(caller) };
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
        for attempt in 0..9 {
            let (hosts, count) = tried.before(3, attempt);
            assert_eq!(count, usize::from(attempt).min(MOST));
            assert!(attempt == 0 || hosts[..count].contains(&(u32::from(attempt) + 99)));
            tried.note(3, attempt, u32::from(attempt) + 100);
        }
        assert_eq!(tried.before(3, 0).1, 0);
        assert_eq!(tried.before(4, 1).1, 0);
    }
}
