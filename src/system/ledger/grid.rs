//! Where the windows of a series lie.

use crate::system::core::Span;

/// Windows of equal width over the counted span.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    pub span: Span,
    /// In nanoseconds; zero if no series is recorded.
    pub width: u64,
}

impl Grid {
    /// The window an instant lies in, if it lies in the counted span.
    #[inline(always)]
    pub fn at(self, instant: u64) -> usize {
        if self.width == 0 || !self.span.contains(instant) {
            return usize::MAX;
        }
        ((instant - self.span.from) / self.width) as usize
    }
}
