//! Events of requests.

use crate::system::core::{EventKind, Frames, MIDDLE_MASK, Phase, is, low, middle};

/// Timers of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// A frame's wait is over: epoch, frame.
    WaitCompleted = 0,
    /// A try's time is up: epoch, frame.
    TryTimedOut = 1,
    /// A whole call's time is up: epoch at its start, frame.
    CallTimedOut = 2,
    /// A back-off pause is over: epoch, frame.
    BackoffEnded = 3,
    /// A client's patience is over: generation, frame.
    PatienceEnded = 4,
}

impl EventKind for Timer {
    const PHASE: Phase = Phase::Timers;
    const ALL: &'static [Self] = &[
        Self::WaitCompleted,
        Self::TryTimedOut,
        Self::CallTimedOut,
        Self::BackoffEnded,
        Self::PatienceEnded,
    ];
    #[inline(always)]
    fn number(self) -> u8 {
        self as u8
    }
}

/// Requests that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A request of an open source: 0, source.
    RequestArrived = 0,
    /// A user of a closed source asks: source, user.
    ThinkEnded = 1,
}

impl EventKind for Arrival {
    const PHASE: Phase = Phase::Arrivals;
    const ALL: &'static [Self] = &[Self::RequestArrived, Self::ThinkEnded];
    #[inline(always)]
    fn number(self) -> u8 {
        self as u8
    }
}

impl Timer {
    /// Whether a timer in a ring still matters.
    #[inline(always)]
    pub fn is_alive(frames: &Frames, word: u64) -> bool {
        let (at, frame) = (middle(word), low(word));
        if is(word, Self::TryTimedOut) {
            return frames[frame].epoch & MIDDLE_MASK == at;
        }
        if is(word, Self::CallTimedOut) {
            let f = &frames[frame];
            return f.epoch.wrapping_sub(u32::from(f.attempt)) & MIDDLE_MASK == at;
        }
        !is(word, Self::PatienceEnded) || frames.generations.get(frame) & MIDDLE_MASK == at
    }
}
