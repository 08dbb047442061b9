//! Instants at which only records change.

/// A mark on the clock. The order is that in which marks of one instant are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Counting starts.
    From,
    /// T0.
    T0,
    /// A window ends.
    Window,
    /// Counting ends.
    To,
    /// The drain limit.
    Drained,
}

impl Mark {
    const ALL: [Self; 5] = [Self::From, Self::T0, Self::Window, Self::To, Self::Drained];

    /// The mark with this number.
    pub fn of(number: u32) -> Self {
        Self::ALL[(number as usize).min(Self::ALL.len() - 1)]
    }
}
