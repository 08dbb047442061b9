//! Balancers and autoscalers as pure functions of a view: they know no clock and no event list.

pub mod balancing;
pub mod scaling;

pub use balancing::Balancer;
pub use scaling::{
    Hpa, HpaState, Memory, PodSample, Reason, Ruling, Sample, ScaleDecision, Scaler, Sees, Sight,
    TargetUtilisation, TargetUtilisationState, hpa_sync,
};
