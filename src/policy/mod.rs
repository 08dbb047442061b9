//! Balancers and autoscalers as pure functions of a view.

mod balancer;
mod hpa;
mod target_utilisation;

pub use balancer::Balancer;
pub use hpa::{Hpa, HpaState, PodSample, hpa_sync};
pub use target_utilisation::{ScaleDecision, TargetUtilisation, TargetUtilisationState};
