//! Requests: how they arrive, what their programs do, how their calls are made and end.

mod arriving;
mod calls;
mod entry;
mod events;
mod failing;
mod giving_up;
mod initial;
mod mmpp;
mod programs;
mod sending;
mod state;
mod stream;

pub use events::{Arrival, Timer};
pub use state::Requests;
pub use stream::Stream;
