//! Names of scopes as results have them.

use crate::model::{Model, Scope, ServiceId};

/// `service/NAME`.
pub(super) fn service(model: &Model, index: usize) -> String {
    Scope::Service(ServiceId(index as u16)).written(model)
}
