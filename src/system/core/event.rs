//! The codec of events: 64-bit words of phase (3 bits), kind (4 bits), then 25 bits and 32 bits of what it concerns.
//!
//! Phases are the order of one instant, kinds that inside a phase; each room declares its own. Words of one instant
//! are delivered in rising order, so the order of events never depends on who scheduled them when.

/// What happens first at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Work that is done.
    Work = 0,
    /// Waits, timeouts, pauses.
    Timers = 1,
    /// Pods that come.
    Fleet = 2,
    /// Scheduled changes.
    Changes = 3,
    /// Requests that arrive.
    Arrivals = 4,
    /// What controllers measure and decide.
    Control = 5,
    /// Looks that disturb nobody.
    Looks = 6,
}

const PHASES: [Phase; 7] =
    [Phase::Work, Phase::Timers, Phase::Fleet, Phase::Changes, Phase::Arrivals, Phase::Control, Phase::Looks];

/// Kinds of events of one phase, each a fact at its instant.
pub trait EventKind: Copy + 'static {
    /// Their phase.
    const PHASE: Phase;
    /// All of them, by number.
    const ALL: &'static [Self];
    /// Its number, below 16.
    fn number(self) -> u8;
}

/// Values of the middle field are taken modulo this and one more.
pub const MIDDLE_MASK: u32 = (1 << 25) - 1;

/// Phase and kind.
#[inline(always)]
fn head<K: EventKind>(kind: K) -> u64 {
    (K::PHASE as u64) << 4 | u64::from(kind.number())
}

/// Packs an event.
#[inline(always)]
pub fn pack<K: EventKind>(kind: K, middle: u32, low: u32) -> u64 {
    head(kind) << 57 | u64::from(middle & MIDDLE_MASK) << 32 | u64::from(low)
}

/// Whether an event is of a kind.
#[inline(always)]
pub fn is<K: EventKind>(word: u64, kind: K) -> bool {
    word >> 57 == head(kind)
}

/// Phase of an event.
#[inline(always)]
pub fn phase(word: u64) -> Phase {
    PHASES[((word >> 61) as usize).min(PHASES.len() - 1)]
}

/// Kind of an event of the kinds' phase.
#[inline(always)]
pub fn kind<K: EventKind>(word: u64) -> K {
    K::ALL[((word >> 57 & 15) as usize).min(K::ALL.len() - 1)]
}

/// The 25-bit field.
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

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Bell {
        Rings = 0,
        Stops = 1,
    }

    impl EventKind for Bell {
        const PHASE: Phase = Phase::Looks;
        const ALL: &'static [Self] = &[Self::Rings, Self::Stops];
        fn number(self) -> u8 {
            self as u8
        }
    }

    #[test]
    fn packing_is_undone_and_orders_phases_before_kinds() {
        for bell in Bell::ALL {
            let word = pack(*bell, MIDDLE_MASK, 7);
            assert_eq!((phase(word), kind::<Bell>(word)), (Phase::Looks, *bell));
            assert_eq!((middle(word), low(word)), (MIDDLE_MASK, 7));
            assert!(is(word, *bell));
        }
        assert!(pack(Bell::Rings, MIDDLE_MASK, u32::MAX) < pack(Bell::Stops, 0, 0));
        for (number, phase) in PHASES.iter().enumerate() {
            assert_eq!(*phase as usize, number);
        }
    }
}
