//! Clocks with a period: none has a phase that nobody set. A phase that is not set is drawn per replication, keyed by
//! what ticks and its name, so that it survives another period and whatever else is added, and two designs share it.

use super::keys::{part, purpose};
use super::state::Core;
use crate::model::Phase;
use crate::random::unit;

/// What ticks.
pub mod clock {
    /// The refill of a pod's cpu quota.
    pub const QUOTA: u64 = 0;
    /// An autoscaler.
    pub const SCALER: u64 = 1;
    /// The metrics server.
    pub const SCRAPE: u64 = 2;
}

impl Core<'_> {
    /// Nanoseconds after the start of the replication at which a clock ticks, below its period: whose it is says what
    /// ticks, of which service, and of which pod there.
    pub fn tick_after_start(&self, phase: Phase, period: u64, whose: (u64, &str, u32)) -> u64 {
        let (kind, name, ordinal) = whose;
        match phase {
            Phase::At(instant) => instant.as_nanos() % period.max(1),
            Phase::Random => {
                let key = self.root.child(part::CLOCKS | kind).child(named(name)).child(u64::from(ordinal));
                ((unit(key.draw(purpose::PHASE)) * period as f64) as u64).min(period.saturating_sub(1))
            }
        }
    }
}

/// A number for a name (FNV-1a: G. Fowler, L. Noll, P. Vo, 1991).
fn named(name: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_as_published() {
        assert_eq!(named(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(named("foobar"), 0x8594_4171_f739_67e8);
    }
}
