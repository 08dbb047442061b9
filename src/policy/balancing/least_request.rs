//! The emptier of a few random pods by the view's own count of outstanding tries, as Envoy's LEAST_REQUEST does with
//! equal weights (envoyproxy/envoy, `source/extensions/load_balancing_policies/least_request`): picks may coincide, a
//! try that was given up no longer counts.

use super::hosts::{Hosts, Try, any};

/// Outstanding tries by view and pod.
#[derive(Debug)]
pub struct OwnCounts {
    picks: u32,
    views: Vec<Vec<u32>>,
}

impl OwnCounts {
    /// For so many picks.
    pub fn new(picks: u32) -> Self {
        Self { picks, views: Vec::new() }
    }

    pub fn clear(&mut self) {
        self.views.clear();
    }

    #[inline(always)]
    pub fn choose(&mut self, view: usize, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
        if view >= self.views.len() {
            self.views.resize(view + 1, Vec::new());
        }
        let counts = &mut self.views[view];
        let ready = hosts.ready();
        let bits = sent.bits();
        let count = |counts: &[u32], pod: u32| counts.get(pod as usize).copied().unwrap_or(0);
        let mut best = any(ready, bits)?;
        let mut more = bits << 32;
        for pick in 1..self.picks {
            let pod = any(ready, more)?;
            if count(counts, pod) < count(counts, best) {
                best = pod;
            }
            if pick + 1 < self.picks {
                more = sent.further_bits(bits, more);
            }
        }
        if best as usize >= counts.len() {
            counts.resize(best as usize + 1, 0);
        }
        counts[best as usize] += 1;
        Some(best)
    }

    /// A try of this view is over.
    #[inline(always)]
    pub fn over(&mut self, view: usize, pod: u32) {
        if let Some(count) = self.views.get_mut(view).and_then(|counts| counts.get_mut(pod as usize)) {
            *count = count.saturating_sub(1);
        }
    }

    /// A pod is new: whatever had its place in the tables is gone.
    pub fn joined(&mut self, pod: u32) {
        self.views.iter_mut().filter_map(|counts| counts.get_mut(pod as usize)).for_each(|count| *count = 0);
    }

    /// A view starts anew.
    pub fn forget(&mut self, view: usize) {
        if let Some(counts) = self.views.get_mut(view) {
            counts.clear();
        }
    }
}
