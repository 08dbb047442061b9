//! Any pod, with equal chance: what kube-proxy's iptables rules do for each connection.

use super::hosts::{Hosts, Try, any};

#[inline(always)]
pub fn choose(hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    any(hosts.ready(), sent.bits())
}
