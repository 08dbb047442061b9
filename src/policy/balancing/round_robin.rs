//! In turn, through the ready pods in the order in which they became ready.

use super::hosts::Hosts;

/// Whose turn it is, by view.
#[derive(Debug, Default)]
pub struct Turns(Vec<u32>);

impl Turns {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[inline(always)]
    pub fn choose(&mut self, view: usize, hosts: &impl Hosts) -> Option<u32> {
        let ready = hosts.ready();
        if ready.is_empty() {
            return None;
        }
        if view >= self.0.len() {
            self.0.resize(view + 1, 0);
        }
        let at = self.0[view] as usize;
        let at = if at < ready.len() { at } else { 0 };
        self.0[view] = at as u32 + 1;
        Some(ready[at])
    }

    /// A view starts anew.
    pub fn forget(&mut self, view: usize) {
        if let Some(turn) = self.0.get_mut(view) {
            *turn = 0;
        }
    }
}
