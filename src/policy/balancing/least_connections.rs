//! Fewest requests of this view outstanding, ties at random.

use super::hosts::{Hosts, Try, any};
use super::levels::Levels;

/// Pods by outstanding requests, by view.
#[derive(Debug, Default)]
pub struct Outstanding(Vec<Levels>);

impl Outstanding {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn choose(&mut self, view: usize, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
        while self.0.len() <= view {
            self.0.push(all_idle(hosts.ready()));
        }
        let levels = &mut self.0[view];
        let pod = any(levels.lowest(), sent.bits())?;
        levels.raise(pod);
        Some(pod)
    }

    /// A try of this view is over.
    #[inline(always)]
    pub fn over(&mut self, view: usize, pod: u32) {
        if let Some(levels) = self.0.get_mut(view) {
            levels.lower(pod);
        }
    }

    pub fn joined(&mut self, pod: u32) {
        self.0.iter_mut().for_each(|view| view.insert(pod));
    }

    pub fn left(&mut self, pod: u32) {
        self.0.iter_mut().for_each(|view| view.remove(pod));
    }

    /// A view starts anew, with these pods ready.
    pub fn forget(&mut self, view: usize, ready: &[u32]) {
        if let Some(view) = self.0.get_mut(view) {
            *view = all_idle(ready);
        }
    }
}

fn all_idle(ready: &[u32]) -> Levels {
    let mut levels = Levels::default();
    ready.iter().for_each(|&pod| levels.insert(pod));
    levels
}
