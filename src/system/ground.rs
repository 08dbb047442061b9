//! What requests run on: services, the ways to them, and the core beneath both.

use super::core::{Core, NIL};
use super::fleet::{Entered, Fleet};
use super::routing::{HotSite, Routing, Sent};
use crate::metrics::FailureCause;
use crate::model::{Model, SiteId};
use crate::policy::balancing::Over;

/// Core, fleet and routing, which requests are lent together.
#[derive(Debug)]
pub struct Ground<'m> {
    pub core: Core<'m>,
    pub fleet: Fleet,
    pub routing: Routing,
}

impl<'m> Ground<'m> {
    /// For replications of `model`.
    pub fn new(model: &'m Model) -> Self {
        let mut core = Core::new(model);
        let fleet = Fleet::new(model, &core.features);
        let routing = Routing::new(model, &mut core.calendar);
        Self { core, fleet, routing }
    }

    /// Back to time zero.
    pub fn start(&mut self, replication: u64) {
        self.core.start(replication);
        self.routing.start();
        self.fleet.start(&mut self.core);
    }

    /// A frame reaches the service that a try goes to.
    #[inline(always)]
    pub fn enter(&mut self, id: u32, site: HotSite, sent: Sent) -> Entered {
        let Self { core, fleet, routing } = self;
        let service = site.target as usize;
        if site.is_central {
            return fleet.enter_central(core, id, service);
        }
        let Some(pod) = routing.choose(core, fleet, site.edge, sent, id) else {
            return fleet.turn_away_unserved(core, id, service);
        };
        let entered = fleet.enter(core, id, service, pod);
        if let Entered::Turned(_) = entered {
            self.try_over(sent.site, sent.caller, pod, self.core.now, false);
        }
        entered
    }

    /// A try that was sent to a pod at an instant is over, as its balancer sees it.
    #[inline(always)]
    pub fn try_over(&mut self, site: SiteId, caller: u32, pod: u32, sent: u64, well: bool) {
        if self.core.features.told_of_answers {
            let edge = self.routing.site(site).edge;
            self.routing.over(edge, caller, pod, Over { sent, now: self.core.now, well });
        }
    }

    /// Forgets a frame.
    #[inline(always)]
    pub fn drop_frame(&mut self, id: u32) {
        self.fleet.forget(id);
        self.core.frames.remove(id);
    }

    /// Gives up waiting for the callee's frame of a calling one, if there is one.
    pub fn leave_callee(&mut self, id: u32, site: SiteId) {
        let frame = &mut self.core.frames[id];
        let (child, caller) = (frame.next, frame.pod);
        frame.next = NIL;
        if child == NIL {
            return;
        }
        let (pod, sent) = (self.core.frames[child].pod, self.core.frames[child].arrived);
        self.try_over(site, caller, pod, sent, false);
        self.fleet.abandon(&mut self.core, child);
    }

    /// A call is turned away at the door of its service.
    #[cold]
    pub fn note_turned_away(&mut self, site: SiteId, measured: bool, cause: FailureCause) {
        if measured {
            let target = self.routing.site(site).target;
            self.core.ledger.note_turned_away(target, self.core.now, cause);
        }
    }
}
