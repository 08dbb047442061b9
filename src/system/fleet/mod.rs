//! The fleet: services, their pods, who waits and who works in them. It knows no caller and no controller.

mod cpu;
mod entering;
mod events;
mod interrupting;
mod leaving;
mod lifecycle;
mod looking;
mod metering;
mod pod;
mod queue;
mod quota;
mod sharing;
mod state;
mod station;
mod waiting;

pub use entering::Entered;
pub use events::{Completion, PodEvent};
pub use pod::News;
pub use queue::{Queue, pop_front, push_back};
pub use state::Fleet;
pub use station::Rules;
