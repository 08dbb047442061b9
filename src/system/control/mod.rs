//! Control: what is measured for autoscalers, what they decide, and what the timeline changes. It orders pods and
//! starts none.

mod events;
mod state;

pub use events::{Change, Tick};
pub use state::{Control, Order};
