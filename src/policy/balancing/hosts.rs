//! What a balancer sees: hosts, tries, and how tries end.

use super::levels::Levels;
use crate::random::uniform_below;

/// The pods of a service, as balancers may see them.
pub trait Hosts {
    /// Ready pods, in the order in which they became ready.
    fn ready(&self) -> &[u32];
    /// Requests a pod works on at a time.
    fn slots(&self) -> u32;
    /// Requests in a pod, waiting and in service.
    fn holds(&self, pod: u32) -> u32;
    /// Ready pods in the order of what they hold; there only for balancers that need it.
    fn levels(&self) -> Option<&Levels>;
    /// The instant by which a pod has worked off what it was promised, in nanoseconds.
    fn free_at(&self, pod: u32) -> u64;
    /// The number of a pod among all that its service ever had.
    fn ordinal(&self, pod: u32) -> u32;
    /// Promises a pod at the instant `now` so many nanoseconds of work.
    fn promise(&mut self, now: u64, pod: u32, work: u64);
}

/// A try on its way, as balancers may see it.
pub trait Try {
    /// The present instant, in nanoseconds.
    fn now(&self) -> u64;
    /// Random bits of this try.
    fn bits(&self) -> u64;
    /// More of them: a function of the `first` bits and of the `last` ones.
    fn further_bits(&self, first: u64, last: u64) -> u64;
    /// Bits that stand for the client's address, the same for all of its tries.
    fn address(&self) -> u64;
    /// The caller's pod, if it has a view of its own.
    fn caller(&self) -> Option<u32>;
    /// Bits that hold for the edge throughout a replication, whatever is sent.
    fn standing(&self, what: u64) -> u64;
    /// Own work of what is asked for, in nanoseconds, which no product knows.
    fn work(&self) -> u64;
}

/// How a try ended, as its sender saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// When it was sent, in nanoseconds.
    pub sent: u64,
    /// When it ended.
    pub now: u64,
    /// Whether it was answered well; a failure, a refusal and a try given up are not.
    pub well: bool,
}

/// One of the pods, by random bits.
#[inline(always)]
pub(super) fn any(pods: &[u32], bits: u64) -> Option<u32> {
    pods.get(uniform_below(bits, pods.len() as u64) as usize).copied()
}
