//! Least remaining work: knows the demands, so it is a bound rather than a product.
//!
//! Linear in the number of pods: the remaining work of all falls with time, so no order of it lasts.

use super::hosts::{Hosts, Try};

pub fn choose(hosts: &mut impl Hosts, sent: &impl Try) -> Option<u32> {
    let now = sent.now();
    let pod = hosts.ready().iter().copied().min_by_key(|&pod| hosts.free_at(pod).max(now))?;
    hosts.promise(now, pod, sent.work());
    Some(pod)
}
