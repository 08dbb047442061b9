//! Ctrl-C as a flag that the work looks at.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set by Ctrl-C; once set, it stays.
static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Lets Ctrl-C set the flag from now on, instead of ending the program at once.
///
/// Where the system refuses, Ctrl-C goes on to end the program at once; since results are written beside their
/// place and renamed, that leaves nothing half written either.
#[must_use]
pub fn interrupt_flag() -> &'static AtomicBool {
    let _ = ctrlc::set_handler(|| INTERRUPT.store(true, Ordering::Relaxed));
    &INTERRUPT
}
