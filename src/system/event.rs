//! Events as 64-bit words: kind in the upper 4 bits, then 28 bits, then 32 bits.
//!
//! Kinds are numbered in the order in which events of one instant happen: completions, timers, pods, changes,
//! arrivals, controllers, probes.

/// What happens. Each variant is a fact at its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A frame's work is done: pod, frame.
    WorkCompleted = 0,
    /// The foremost work of a sharing pod is done: pod, generation.
    SharedWorkCompleted = 1,
    /// A frame's wait is over: epoch, frame.
    WaitCompleted = 2,
    /// A try's time is up: epoch, frame.
    TryTimedOut = 3,
    /// A whole call's time is up: epoch at its start, frame.
    CallTimedOut = 4,
    /// A back-off pause is over: epoch, frame.
    BackoffEnded = 5,
    /// A client's patience is over: generation, frame.
    PatienceEnded = 6,
    /// A pod is ready: pod, generation.
    PodReady = 7,
    /// A scheduled change: 0, index.
    ChangeDue = 8,
    /// A request of an open source: 0, source.
    RequestArrived = 9,
    /// A user of a closed source asks: source, user.
    ThinkEnded = 10,
    /// Pods' cpu is measured.
    MetricsScraped = 11,
    /// An autoscaler decides: 0, service.
    ScalerTicked = 12,
    /// The grid probe looks: 0, index.
    ProbeDue = 13,
    /// T0, or a boundary of a window: which of the marks below.
    MarkReached = 14,
}

/// Marks of [`Kind::MarkReached`]: instants at which only records change.
pub mod mark {
    /// Counting starts.
    pub const FROM: u32 = 0;
    /// T0.
    pub const T0: u32 = 1;
    /// A window ends.
    pub const WINDOW: u32 = 2;
    /// Counting ends.
    pub const TO: u32 = 3;
    /// The drain limit.
    pub const DRAINED: u32 = 4;
}

const KINDS: [Kind; 15] = [
    Kind::WorkCompleted,
    Kind::SharedWorkCompleted,
    Kind::WaitCompleted,
    Kind::TryTimedOut,
    Kind::CallTimedOut,
    Kind::BackoffEnded,
    Kind::PatienceEnded,
    Kind::PodReady,
    Kind::ChangeDue,
    Kind::RequestArrived,
    Kind::ThinkEnded,
    Kind::MetricsScraped,
    Kind::ScalerTicked,
    Kind::ProbeDue,
    Kind::MarkReached,
];

/// Values of the middle field are taken modulo this.
pub const MIDDLE_MASK: u32 = (1 << 28) - 1;

/// Packs an event.
#[inline(always)]
pub fn pack(kind: Kind, middle: u32, low: u32) -> u64 {
    (kind as u64) << 60 | u64::from(middle & MIDDLE_MASK) << 32 | u64::from(low)
}

/// Whether an event is of a kind.
#[inline(always)]
pub fn is(word: u64, kind: Kind) -> bool {
    word >> 60 == kind as u64
}

/// Kind of an event.
#[inline(always)]
pub fn kind(word: u64) -> Kind {
    KINDS[((word >> 60) as usize).min(14)]
}

/// The 28-bit field.
#[inline(always)]
pub fn middle(word: u64) -> u32 {
    (word >> 32) as u32 & MIDDLE_MASK
}

/// The 32-bit field.
#[inline(always)]
pub fn low(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_is_undone() {
        for k in KINDS {
            let word = pack(k, 0xfff_ffff, 7);
            assert_eq!((kind(word), middle(word), low(word)), (k, 0xfff_ffff, 7));
        }
    }
}
