//! How the requests of one class begin.

use crate::model::{ClassId, LawId, Model, SiteId, plain_call::direct_call};

/// How the requests of one class begin.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub class: ClassId,
    /// The one plain call the client's program consists of, if so: then no frame is kept for the client.
    pub direct: Option<SiteId>,
    /// First step of the client's program, or of the called operation.
    pub first: u16,
    /// Rank in priority queues.
    pub rank: u8,
    pub patience: Option<LawId>,
}

impl Entry {
    /// That of a class.
    pub fn new(class: ClassId, model: &Model) -> Self {
        let c = &model.classes[class.index()];
        let direct = direct_call(c.program, model);
        let first = direct.map_or(c.program, |site| model.sites[site.index()].operation).0;
        Self { class, direct, first, rank: c.priority, patience: c.patience.map(|p| p.law) }
    }
}
