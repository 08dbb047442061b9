//! By a hash of the client's address, so that one client keeps its pod while the number of pods stays.

use super::hosts::{Hosts, Try, any};
use crate::random::{Key, uniform_below};

#[inline(always)]
pub fn choose(addresses: u64, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let address = uniform_below(sent.address(), addresses);
    any(hosts.ready(), Key::root(address, 0, 0).draw(0))
}
