//! Chance that every try meets anew: loss, the balancer's choice, back-off.
//!
//! What a shopper wants (class, branches, work, patience, the address it comes from) is drawn from a frame's key, which
//! knows no tries: a retry asks for the same again. Chance belongs to the try. The tries of the call itself are part
//! of the purpose of its draws; the tries of the calls further out, inside which it is made, are its *tries above*.
//! They are kept beside the frames, and only if a call that can be tried again makes calls of its own. They are zero
//! while no outer call has been tried again, and zero changes no draw.

use super::keys::part;
use crate::model::SiteId;
use crate::random::Key;

/// More than the tries of any call. It is odd, so that wrapping around 2^64 loses nothing.
const BASE: u64 = 257;

/// Tries above what is called in the try numbered `attempt` of a call that has `above`: a number whose digits are
/// the tries of all calls further out.
#[inline(always)]
pub fn tries_below(above: u64, attempt: u8) -> u64 {
    above.wrapping_mul(BASE).wrapping_add(u64::from(attempt))
}

/// The bits of a draw of chance for one try of a site's call.
#[inline(always)]
pub fn of_try(key: Key, above: u64, purpose: u64, attempt: u8, site: SiteId) -> u64 {
    let purpose = purpose | u64::from(attempt) << 16 | u64::from(site.0);
    if above == 0 { key.draw(purpose) } else { key.child(part::TRIES).child(above).draw(purpose) }
}
