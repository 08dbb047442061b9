//! Balancers: how a pod is chosen among the ready ones. One kind a file; this is the only list of them.
//!
//! [`Balancer`] is what a scenario says, [`Balancer::FORMS`] how it is written; [`Views`] is what an edge's balancer
//! remembers, and chooses by. Hosts are seen through [`Hosts`], a try through [`Try`], so that choices can be tested
//! without a simulation and cost nothing in one.

mod elsewhere;
mod hosts;
mod idle_queue;
mod least_connections;
mod least_request;
mod least_work_left;
mod levels;
mod power_of;
mod random;
mod round_robin;
mod shortest_queue;
mod source_hash;
mod views;
mod weighted;

#[cfg(test)]
mod tests;

pub use hosts::{Hosts, Over, Try};
pub use levels::Levels;
pub use views::Views;

/// How a pod is chosen among the ready ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Balancer {
    /// Uniformly at random.
    Random,
    /// At random by these weights, pod i having the i-th (further pods start over).
    WeightedRandom(Vec<f64>),
    /// In turn.
    RoundRobin,
    /// Fewest requests of this view outstanding, ties at random.
    LeastConnections,
    /// Fewest tries of this view outstanding among so many random pods, which may coincide.
    LeastRequest {
        /// How many pods are looked at.
        picks: u32,
    },
    /// Least remaining work: knows the demands, so a bound rather than a product.
    LeastWorkLeft,
    /// Fewest in the pod among `d` distinct random ones, ties at random.
    PowerOfD(u32),
    /// Fewest in the pod (waiting and in service), ties at random.
    JoinShortestQueue,
    /// A pod with a free slot at random, else any pod at random.
    JoinIdleQueue,
    /// By a hash of the client's address, so that one client keeps its pod.
    SourceHash {
        /// Number of distinct client addresses.
        addresses: u32,
    },
}

/// How a balancer is written.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Its name in a scenario.
    pub name: &'static str,
    /// An example with its parameters in brackets, the name alone if it has none.
    pub example: &'static str,
    /// How it chooses.
    pub meaning: &'static str,
    /// Makes the balancer of its parameters, or says what they must be.
    pub make: fn(&[f64]) -> Result<Balancer, &'static str>,
}

/// What a balancer must be told of besides the ready pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Ready pods in the order of what they hold ([`Hosts::levels`]).
    pub levels: bool,
    /// The end of every try ([`Views::over`]).
    pub answers: bool,
}

/// How requests spread over the pods: what theory may assume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// As if all waited in one queue: a pod with less to do is preferred.
    Pooled,
    /// Every pod is a queue of its own, and each request takes any of them with equal chance.
    Split,
    /// Every pod is a queue of its own, dealt to in turn or by weight.
    Dealt,
    /// Every pod is a queue of its own, and a client keeps its pod.
    Pinned,
}

impl Balancer {
    /// All ways to write one.
    pub const FORMS: &'static [Form] = &[
        Form {
            name: "random",
            example: "random",
            meaning: "any pod, with equal chance",
            make: |n| plain(n, Self::Random),
        },
        Form {
            name: "kube-proxy",
            example: "kube-proxy",
            meaning: "any pod, with equal chance, as kube-proxy does for each connection",
            make: |n| plain(n, Self::Random),
        },
        Form {
            name: "weighted",
            example: "weighted(3 1 1)",
            meaning: "at random by weights, the first pod having the first",
            make: |n| match n.iter().sum::<f64>() > 0.0 {
                true => Ok(Self::WeightedRandom(n.to_vec())),
                false => Err("the weights add up to nothing"),
            },
        },
        Form {
            name: "round-robin",
            example: "round-robin",
            meaning: "in turn",
            make: |n| plain(n, Self::RoundRobin),
        },
        Form {
            name: "least-connections",
            example: "least-connections",
            meaning: "fewest requests of this view outstanding, ties at random",
            make: |n| plain(n, Self::LeastConnections),
        },
        Form {
            name: "least-request",
            example: "least-request",
            meaning: "the one with fewer outstanding tries of this view among two random pods, as Envoy does",
            make: |n| Ok(Self::LeastRequest { picks: if n.is_empty() { 2 } else { whole(n)? } }),
        },
        Form {
            name: "least-work-left",
            example: "least-work-left",
            meaning: "least remaining work; a bound, for no product knows it",
            make: |n| plain(n, Self::LeastWorkLeft),
        },
        Form {
            name: "power-of",
            example: "power-of(2)",
            meaning: "the emptiest of so many random pods by what they truly hold; a bound",
            make: |n| Ok(Self::PowerOfD(whole(n)?)),
        },
        Form {
            name: "join-shortest-queue",
            example: "join-shortest-queue",
            meaning: "the emptiest pod by what it truly holds, ties at random; a bound",
            make: |n| plain(n, Self::JoinShortestQueue),
        },
        Form {
            name: "join-idle-queue",
            example: "join-idle-queue",
            meaning: "a pod that truly has a free slot, else any, at random; a bound",
            make: |n| plain(n, Self::JoinIdleQueue),
        },
        Form {
            name: "source-hash",
            example: "source-hash(1000)",
            meaning: "by the client's address, one of so many",
            make: |n| Ok(Self::SourceHash { addresses: whole(n)? }),
        },
    ];

    /// What it must be told of.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self {
            Self::JoinShortestQueue | Self::JoinIdleQueue => Needs { levels: true, answers: false },
            Self::LeastConnections | Self::LeastRequest { .. } => Needs { levels: false, answers: true },
            Self::Random
            | Self::WeightedRandom(_)
            | Self::RoundRobin
            | Self::LeastWorkLeft
            | Self::PowerOfD(_)
            | Self::SourceHash { .. } => Needs::default(),
        }
    }

    /// Whether it knows the true state of the pods, which no product does: what it reaches is a bound.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        matches!(
            self,
            Self::JoinShortestQueue | Self::JoinIdleQueue | Self::LeastWorkLeft | Self::PowerOfD(2..)
        )
    }

    /// What theory may assume of it.
    #[must_use]
    pub fn spread(&self) -> Spread {
        match self {
            Self::Random => Spread::Split,
            Self::WeightedRandom(_) | Self::RoundRobin | Self::PowerOfD(0..=1) => Spread::Dealt,
            Self::LeastConnections
            | Self::LeastRequest { .. }
            | Self::LeastWorkLeft
            | Self::PowerOfD(_)
            | Self::JoinShortestQueue
            | Self::JoinIdleQueue => Spread::Pooled,
            Self::SourceHash { .. } => Spread::Pinned,
        }
    }
}

fn plain(numbers: &[f64], balancer: Balancer) -> Result<Balancer, &'static str> {
    if numbers.is_empty() { Ok(balancer) } else { Err("it has no parameter") }
}

fn whole(numbers: &[f64]) -> Result<u32, &'static str> {
    match *numbers {
        [value] if value >= 1.0 && value.fract() == 0.0 && value <= 1e9 => Ok(value as u32),
        _ => Err("it needs one whole number from 1 on"),
    }
}
