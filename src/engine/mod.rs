//! Clock and future-event list; knows no request and no pod.
//!
//! An event is an instant and a 64-bit word whose meaning is the caller's. Events are delivered by instant, then
//! by word: never by the order in which they were scheduled, so that another event list gives the same run.

mod calendar;
mod heap;

pub use calendar::{Calendar, RingId, event_key};
pub use heap::{EMPTY, Heap};
