//! The series: one row a window.

use crate::metrics::{ClassWindow, WindowRecord};
use crate::model::Recording;
use crate::system::core::Span;

/// Windows of a series at most.
const MOST_WINDOWS: u64 = 100_000;

/// Empty windows for classes with so many limits each, if a series is recorded.
pub fn empty(
    recording: &Recording,
    span: Span,
    limits: impl Iterator<Item = usize>,
    services: usize,
) -> Option<WindowRecord> {
    let width = recording.window.filter(|w| !w.is_zero())?.as_nanos();
    let count = span.to.saturating_sub(span.from).div_ceil(width).min(MOST_WINDOWS) as usize;
    Some(WindowRecord {
        width,
        classes: limits.map(|n| vec![ClassWindow::new(n); count]).collect(),
        services: vec![Vec::with_capacity(count); services],
    })
}

/// The window of a class that an instant lies in.
#[inline(always)]
pub fn window_of(
    windows: &mut Option<WindowRecord>,
    class: usize,
    at: u64,
    from: u64,
) -> Option<&mut ClassWindow> {
    let windows = windows.as_mut()?;
    let index = (at.checked_sub(from)? / windows.width) as usize;
    windows.classes[class].get_mut(index)
}
