//! Call sites, as every try needs them.

use crate::engine::{Calendar, RingId};
use crate::model::{CallPolicy, Model, QueuePlacement, SiteId};
use crate::random::Key;

/// What every try needs of a call site.
#[derive(Clone, Copy, Debug)]
pub struct HotSite {
    pub edge: u16,
    /// The service that is called.
    pub target: u16,
    /// First step of its operation.
    pub operation: u16,
    /// Whether the target has one queue for all of its pods.
    pub is_central: bool,
    pub can_lose: bool,
    /// Whether anything besides its number is noted at the beginning of a call.
    pub notes_begin: bool,
    /// Ring of the try timeout.
    pub of_try: Option<RingId>,
    /// Ring of the whole call's timeout.
    pub of_call: Option<RingId>,
}

/// A try on its way to a pod: who sends it, and what its balancer draws from.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub site: SiteId,
    /// The caller's pod, `NIL` for a client.
    pub caller: u32,
    pub key: Key,
    /// Tries of the calls further out; see [`tries_below`](crate::system::core::tries_below).
    pub tries_above: u64,
    pub attempt: u8,
}

impl HotSite {
    /// A site that calls by this policy.
    pub fn new(site: SiteId, policy: &CallPolicy, model: &Model, calendar: &mut Calendar) -> Self {
        let s = &model.sites[site.index()];
        let target = model.edges[s.edge.index()].target;
        Self {
            edge: s.edge.0,
            target: target.0,
            operation: s.operation.0,
            is_central: model.services[target.index()].placement == QueuePlacement::Central,
            can_lose: policy.loss > 0.0,
            notes_begin: policy.timeout.is_some() || model.recording.calls,
            of_try: policy.try_timeout.map(|d| calendar.ring(d)),
            of_call: policy.timeout.map(|d| calendar.ring(d)),
        }
    }
}
