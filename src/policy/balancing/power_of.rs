//! The emptiest of a few random pods (M. Mitzenmacher, "The power of two choices in randomized load balancing", 2001).

use super::hosts::{Hosts, Try, any};
use crate::random::uniform_below;

/// The emptier of two distinct pods: what nearly everybody asks for, without a list.
#[inline(always)]
pub fn two(hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let ready = hosts.ready();
    let n = ready.len() as u64;
    let bits = sent.bits();
    let first = uniform_below(bits, n);
    let second = uniform_below(bits << 32, n.checked_sub(1)?);
    let second = second + u64::from(second >= first);
    let (a, b) = (ready[first as usize], ready[second as usize]);
    Some(if hosts.holds(b) < hosts.holds(a) { b } else { a })
}

/// The emptiest of `d` distinct pods.
pub fn several(d: u32, hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let ready = hosts.ready();
    let wanted = (d as usize).min(ready.len());
    let mut chosen: Vec<u32> = Vec::with_capacity(wanted);
    let bits = sent.bits();
    let mut more = bits;
    while chosen.len() < wanted {
        let pod = any(ready, more)?;
        if !chosen.contains(&pod) {
            chosen.push(pod);
        }
        more = sent.further_bits(bits, more);
    }
    // The first among equals was drawn at random, so ties are broken at random.
    chosen.into_iter().min_by_key(|&pod| hosts.holds(pod))
}
