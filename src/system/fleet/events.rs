//! Events of pods.

use crate::system::core::{EventKind, Phase};

/// Work that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// A frame's work is done: pod, frame.
    Work = 0,
    /// The foremost work of a sharing pod is done: pod, generation.
    SharedWork = 1,
}

impl EventKind for Completion {
    const PHASE: Phase = Phase::Work;
    const ALL: &'static [Self] = &[Self::Work, Self::SharedWork];
    #[inline(always)]
    fn number(self) -> u8 {
        self as u8
    }
}

/// What happens to a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodEvent {
    /// It is ready: pod, generation.
    Ready = 0,
}

impl EventKind for PodEvent {
    const PHASE: Phase = Phase::Fleet;
    const ALL: &'static [Self] = &[Self::Ready];
    fn number(self) -> u8 {
        self as u8
    }
}
