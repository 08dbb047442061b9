//! Routing: which pod a try goes to, and how calls are made. It knows no program.

mod sites;
mod state;
mod tried;

pub use sites::{HotSite, Sent};
pub use state::Routing;
