//! The model that tests of this room simulate.

use crate::model::{
    ArrivalProcess, CallPolicy, CallSite, Caller, Class, ClassId, Edge, EdgeId, Model, RateProfile, Service,
    ServiceId, SiteId, Source, SourceId, SourceKind, Step,
};
use crate::random::{Choice, Law};
use crate::units::SimDuration;

/// One Poisson class at one exponential server, empty at the start.
pub fn mm1(rate: f64, service_mean: f64, seconds: f64) -> Model {
    let mut model = Model::default();
    let work = model.add_law(Law::exponential(service_mean).unwrap());
    let startup = model.add_law(Law::constant(0.0).unwrap());
    let operation = model.add_program([Step::Work { law: work }]);
    model.edges.push(Edge::plain(Caller::Clients, ServiceId(0)));
    model.sites.push(CallSite { edge: EdgeId(0), operation, policy: CallPolicy::default() });
    let program = model.add_program([Step::Call { site: SiteId(0) }]);
    model.services.push(Service { name: "web".into(), startup, ..Service::default() });
    let kind = SourceKind::Open(ArrivalProcess::Poisson(RateProfile::constant(rate)));
    let mix = Choice::weighted(&[1.0]).unwrap();
    model.sources.push(Source { name: "shoppers".into(), kind, classes: vec![ClassId(0)], mix });
    let source = SourceId(0);
    model.classes.push(Class {
        name: "all".into(),
        source,
        program,
        patience: None,
        priority: 0,
        value: None,
    });
    model.plan.length = SimDuration::from_secs_f64(seconds);
    model
}
