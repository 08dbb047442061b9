//! Recorders and the record of one replication.

mod integral;
mod outline;
mod record;
mod recorder;
mod sparse;
mod window;

pub use integral::LevelIntegral;
pub use outline::Outline;
pub use record::{
    ClassRecord, EdgeRecord, FAILURE_CAUSES, FailureCause, GridRow, RunRecord, ScalingEvent, ServiceRecord,
    Stopped,
};
pub use recorder::Recorder;
pub use window::{ClassWindow, ServiceWindow, WindowRecord};
