//! How results write whose a measure is. Names are the model's, so this stands above the scopes that its objectives have.

use super::{Caller, EdgeId, Model, Scope};

impl Scope {
    /// As results write it: `system`, `class/NAME`, `service/NAME`, `edge/CALLER->TARGET`.
    #[must_use]
    pub fn written(self, model: &Model) -> String {
        match self {
            Self::System => self.kind().called(""),
            Self::Class(class) => self.kind().called(&model.classes[class.index()].name),
            Self::Service(service) => self.kind().called(&model.services[service.index()].name),
            Self::Edge(edge) => self.kind().called(&edge_name(model, edge)),
        }
    }
}

/// `CALLER->TARGET`; calls from outside come from `clients`, or from a class's own client.
fn edge_name(model: &Model, edge: EdgeId) -> String {
    let edge = &model.edges[edge.index()];
    let caller = match edge.caller {
        Caller::Clients => "clients",
        Caller::Class(class) => &model.classes[class.index()].name,
        Caller::Service(service) => &model.services[service.index()].name,
    };
    format!("{caller}->{}", model.services[edge.target.index()].name)
}
