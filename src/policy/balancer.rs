//! Kinds of balancers. Their choices are made in `system::balance` on views that events keep up to date.

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
