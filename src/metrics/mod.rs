//! Recorders and the record of one replication.

mod calls;
pub mod catalogue;
mod cause;
mod integral;
mod merge;
mod outline;
mod record;
mod recorder;
mod runs;
mod sketch;
mod sparse;
mod window;

pub use calls::{CallRecord, CallWindow, EdgeCalls, ServiceCalls};
pub use cause::{FAILURE_CAUSES, FailureCause};
pub use integral::LevelIntegral;
pub use outline::Outline;
pub use record::{
    ClassRecord, EdgeRecord, GridRow, QuotaCounts, RunRecord, ScalingEvent, ServiceRecord, Stopped,
};
pub use recorder::Recorder;
pub use sketch::Sketch;
pub use window::{ClassWindow, ServiceWindow, WindowRecord};
