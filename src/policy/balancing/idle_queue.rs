//! A pod with a free slot at random, else any pod at random (Y. Lu et al., "Join-Idle-Queue", 2011).

use super::hosts::{Hosts, Try, any};

#[inline(always)]
pub fn choose(hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let bits = sent.bits();
    let idle = hosts.levels().map_or(&[][..], |levels| levels.below(hosts.slots()));
    any(idle, bits).or_else(|| any(hosts.ready(), bits))
}
