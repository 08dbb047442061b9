//! In turn, through the ready pods in the order in which they became ready. Every view begins at a random place, for
//! callers that begin in step would send to the same pod.

use super::hosts::{Hosts, Try};
use crate::random::uniform_below;

/// Of a view that has not chosen yet.
const NEW: u32 = u32::MAX;

/// Whose turn it is, by view.
#[derive(Debug, Default)]
pub struct Turns(Vec<u32>);

impl Turns {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[inline(always)]
    pub fn choose(&mut self, view: usize, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
        let ready = hosts.ready();
        if ready.is_empty() {
            return None;
        }
        if view >= self.0.len() {
            self.0.resize(view + 1, NEW);
        }
        let mut at = self.0[view];
        if at == NEW {
            at = begin(hosts, sent);
        }
        let at = if (at as usize) < ready.len() { at as usize } else { 0 };
        self.0[view] = at as u32 + 1;
        Some(ready[at])
    }

    /// A view starts anew.
    pub fn forget(&mut self, view: usize) {
        if let Some(turn) = self.0.get_mut(view) {
            *turn = NEW;
        }
    }
}

/// Where a view begins: by who it is, whatever it sends first.
#[cold]
fn begin(hosts: &impl Hosts, sent: &impl Try) -> u32 {
    let who = sent.caller().map_or(0, |pod| u64::from(hosts.ordinal(pod)) + 1);
    uniform_below(sent.standing(who), hosts.ready().len() as u64) as u32
}
