//! The scheme of keys and purposes, stated a second time: a draw that moves makes other shoppers.

use flashcrowd::random::Key;

/// Purposes of draws that are not steps of a program.
pub mod purpose {
    pub const CLASS: u64 = 1 << 40;
    pub const PATIENCE: u64 = 2 << 40;
    pub const LOSS: u64 = 3 << 40;
    pub const BALANCE: u64 = 4 << 40;
    pub const BACKOFF: u64 = 5 << 40;
    pub const POD: u64 = 6 << 40;
    pub const THINK: u64 = 7 << 40;
    pub const ADDRESS: u64 = 9 << 40;
}

/// Parts of keys that are not call sites.
pub mod part {
    pub const VISIT: u64 = 1 << 32;
    pub const BRANCH: u64 = 2 << 32;
    pub const PODS: u64 = 3 << 32;
    pub const INITIAL: u64 = 4 << 32;
    pub const TRIES: u64 = 5 << 32;
    pub const EDGES: u64 = 7 << 32;
}

/// Bits of chance for one try of a site's call inside other calls, the outermost first, whose tries have these
/// numbers. First tries all the way down leave no trace.
pub fn of_try(key: Key, outer: &[u8], purpose: u64, attempt: u8, site: u16) -> u64 {
    let mut digits = 0u64;
    for attempt in outer {
        digits = digits.wrapping_mul(257).wrapping_add(u64::from(*attempt));
    }
    let purpose = purpose | u64::from(attempt) << 16 | u64::from(site);
    match digits {
        0 => key.draw(purpose),
        _ => key.child(part::TRIES).child(digits).draw(purpose),
    }
}
