//! What the balancer of an edge remembers, view by view, and how it chooses.

use super::hosts::{Hosts, Over, Try};
use super::least_connections::Outstanding;
use super::least_request::OwnCounts;
use super::round_robin::Turns;
use super::{Balancer, idle_queue, least_work_left, power_of, random, shortest_queue, source_hash, weighted};
use crate::random::Choice;

/// The views of one edge: one for each caller pod, or one for all callers. A view is a place in what the kind
/// remembers, so that kinds that remember little stay small however many pods call.
#[derive(Debug)]
pub enum Views {
    /// Nothing to remember.
    Random,
    /// The weights.
    Weighted(Choice),
    /// Whose turn it is.
    RoundRobin(Turns),
    /// Outstanding requests.
    LeastConnections(Outstanding),
    /// Outstanding tries.
    LeastRequest(OwnCounts),
    /// Nothing: hosts keep what they were promised.
    LeastWorkLeft,
    /// Nothing to remember.
    PowerOfTwo,
    /// The number of candidates.
    PowerOfD(u32),
    /// Nothing: hosts are kept in order.
    ShortestQueue,
    /// Nothing: hosts are kept in order.
    IdleQueue,
    /// The number of addresses.
    SourceHash(u64),
}

impl Views {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(balancer: &Balancer) -> Self {
        match balancer {
            Balancer::Random => Self::Random,
            Balancer::WeightedRandom(weights) => {
                Choice::weighted(weights).map_or(Self::Random, Self::Weighted)
            }
            Balancer::RoundRobin => Self::RoundRobin(Turns::default()),
            Balancer::LeastConnections => Self::LeastConnections(Outstanding::default()),
            Balancer::LeastRequest { picks } => Self::LeastRequest(OwnCounts::new(*picks)),
            Balancer::LeastWorkLeft => Self::LeastWorkLeft,
            Balancer::PowerOfD(2) => Self::PowerOfTwo,
            Balancer::PowerOfD(d) => Self::PowerOfD(*d),
            Balancer::JoinShortestQueue => Self::ShortestQueue,
            Balancer::JoinIdleQueue => Self::IdleQueue,
            Balancer::SourceHash { addresses } => Self::SourceHash(u64::from((*addresses).max(1))),
        }
    }

    /// Forgets everything, for a new replication.
    pub fn clear(&mut self) {
        match self {
            Self::RoundRobin(turns) => turns.clear(),
            Self::LeastConnections(outstanding) => outstanding.clear(),
            Self::LeastRequest(counts) => counts.clear(),
            _ => {}
        }
    }

    /// The pod that a try goes to, `None` if none is ready. The try counts as sent.
    #[inline(always)]
    pub fn choose(&mut self, view: usize, hosts: &mut impl Hosts, sent: &impl Try) -> Option<u32> {
        // Who has no choice needs no bits, and only what is counted needs to be told.
        if let [only] = *hosts.ready()
            && !matches!(self, Self::LeastConnections(_) | Self::LeastRequest(_))
        {
            return Some(only);
        }
        match self {
            Self::RoundRobin(turns) => turns.choose(view, hosts, sent),
            Self::PowerOfTwo => power_of::two(hosts, sent),
            Self::Random => random::choose(hosts, sent),
            Self::Weighted(choice) => weighted::choose(choice, hosts, sent),
            Self::ShortestQueue => shortest_queue::choose(hosts, sent),
            Self::IdleQueue => idle_queue::choose(hosts, sent),
            Self::SourceHash(addresses) => source_hash::choose(*addresses, hosts, sent),
            Self::LeastRequest(counts) => counts.choose(view, hosts, sent),
            Self::LeastConnections(_) | Self::PowerOfD(_) | Self::LeastWorkLeft => {
                self.choose_rarer(view, hosts, sent)
            }
        }
    }

    #[inline(never)]
    fn choose_rarer(&mut self, view: usize, hosts: &mut impl Hosts, sent: &impl Try) -> Option<u32> {
        match self {
            Self::LeastConnections(outstanding) => outstanding.choose(view, hosts, sent),
            Self::PowerOfD(d) => power_of::several(*d, hosts, sent),
            _ => least_work_left::choose(hosts, sent),
        }
    }

    /// A try of this view is over.
    #[inline(always)]
    pub fn over(&mut self, view: usize, pod: u32, _how: Over) {
        match self {
            Self::LeastConnections(outstanding) => outstanding.over(view, pod),
            Self::LeastRequest(counts) => counts.over(view, pod),
            _ => {}
        }
    }

    /// A pod has become ready.
    pub fn joined(&mut self, pod: u32) {
        match self {
            Self::LeastConnections(outstanding) => outstanding.joined(pod),
            Self::LeastRequest(counts) => counts.joined(pod),
            _ => {}
        }
    }

    /// A pod gets no more requests.
    pub fn left(&mut self, pod: u32) {
        if let Self::LeastConnections(outstanding) = self {
            outstanding.left(pod);
        }
    }

    /// A view starts anew: another caller has taken its place. These pods are ready.
    pub fn forget(&mut self, view: usize, ready: &[u32]) {
        match self {
            Self::RoundRobin(turns) => turns.forget(view),
            Self::LeastConnections(outstanding) => outstanding.forget(view, ready),
            Self::LeastRequest(counts) => counts.forget(view),
            _ => {}
        }
    }
}
