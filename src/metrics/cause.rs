//! Why requests fail.

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FailureCause {
    /// Turned away: the queue was full.
    Rejected = 0,
    /// No pod was ready.
    Unavailable = 1,
    /// A timeout passed on every try.
    TimedOut = 2,
    /// The client's patience ended.
    Abandoned = 3,
    /// The call was lost and nothing would ever answer (no timeout was set).
    Lost = 4,
}

/// Number of [`FailureCause`]s.
pub const FAILURE_CAUSES: usize = 5;

impl FailureCause {
    /// All causes, in order.
    pub const ALL: [Self; FAILURE_CAUSES] =
        [Self::Rejected, Self::Unavailable, Self::TimedOut, Self::Abandoned, Self::Lost];

    /// As it is written in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Abandoned => "abandoned",
            Self::Lost => "lost",
        }
    }

    /// Whether the request was turned away rather than tried ("shed").
    #[must_use]
    pub fn is_shed(self) -> bool {
        matches!(self, Self::Rejected | Self::Unavailable)
    }
}
