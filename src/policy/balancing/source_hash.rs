//! By a hash of the client's address, so that one client keeps its pod while the number of pods stays: the hash modulo
//! the number of ready pods. When a pod comes or goes, nearly all clients move. Which client has which pod is drawn anew
//! in every replication.

use super::hosts::{Hosts, Try, any};
use crate::random::uniform_below;

#[inline(always)]
pub fn choose(addresses: u64, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let address = uniform_below(sent.address(), addresses);
    any(hosts.ready(), sent.standing(address))
}
