//! The state of all edges and call sites.

use super::sites::{HotSite, Sent};
use super::tried::Tried;
use crate::engine::Calendar;
use crate::model::{CallPolicy, Caller, Edge, Model, SiteId};
use crate::policy::balancing::{Hosts, Over, Try, Views};
use crate::system::core::{Core, NIL, flag, of_try, part, purpose};
use crate::system::fleet::{Fleet, News};

/// All edges and call sites.
#[derive(Debug)]
pub struct Routing {
    edges: Vec<EdgeViews>,
    sites: Vec<HotSite>,
    /// How calls are made at present, by site.
    policies: Vec<CallPolicy>,
    tried: Tried,
}

/// What the balancer of one edge sees.
#[derive(Debug)]
struct EdgeViews {
    target: usize,
    /// Whether each caller pod has its own view.
    is_per_pod: bool,
    /// Whether a further try avoids pods that were tried.
    elsewhere: bool,
    views: Views,
}

impl EdgeViews {
    fn new(edge: &Edge) -> Self {
        let is_per_pod = edge.view_per_pod && matches!(edge.caller, Caller::Service(_));
        let (target, elsewhere) = (edge.target.index(), edge.retry_elsewhere);
        Self { target, is_per_pod, elsewhere, views: Views::new(&edge.balancer) }
    }

    #[inline(always)]
    fn view(&self, caller: u32) -> usize {
        if self.is_per_pod && caller != NIL { caller as usize } else { 0 }
    }
}

/// A try as balancers see it.
struct Draws<'c, 'm> {
    core: &'c Core<'m>,
    sent: Sent,
    /// The callee's frame.
    id: u32,
    edge: u16,
    /// The caller's pod, if it has a view of its own.
    caller: Option<u32>,
}

impl Try for Draws<'_, '_> {
    #[inline(always)]
    fn now(&self) -> u64 {
        self.core.now
    }

    #[inline(always)]
    fn bits(&self) -> u64 {
        let Sent { site, key, tries_above, attempt, .. } = self.sent;
        of_try(key, tries_above, purpose::BALANCE, attempt, site)
    }

    fn further_bits(&self, first: u64, last: u64) -> u64 {
        self.sent.key.child(first).draw(last)
    }

    #[inline(always)]
    fn address(&self) -> u64 {
        self.sent.key.draw(purpose::ADDRESS)
    }

    fn caller(&self) -> Option<u32> {
        self.caller
    }

    fn standing(&self, what: u64) -> u64 {
        self.core.root.child(part::EDGES | u64::from(self.edge)).draw(what)
    }

    fn work(&self) -> u64 {
        let frame = &self.core.frames[self.id];
        self.core.work_of(self.id, frame.key, frame.pc)
    }
}

impl Routing {
    /// All edges and sites of the model; timers of its calls get rings in the calendar.
    pub fn new(model: &Model, calendar: &mut Calendar) -> Self {
        let site = |(at, site): (usize, &crate::model::CallSite)| {
            HotSite::new(SiteId(at as u16), &site.policy, model, calendar)
        };
        Self {
            sites: model.sites.iter().enumerate().map(site).collect(),
            policies: model.sites.iter().map(|site| site.policy.clone()).collect(),
            edges: model.edges.iter().map(EdgeViews::new).collect(),
            tried: Tried::new(model.edges.iter().any(|edge| edge.retry_elsewhere)),
        }
    }

    /// Forgets what was seen, for a new replication.
    pub fn start(&mut self) {
        self.edges.iter_mut().for_each(|edge| edge.views.clear());
        self.tried.clear();
    }

    /// A call site.
    #[inline(always)]
    pub fn site(&self, site: SiteId) -> HotSite {
        self.sites[site.index()]
    }

    /// How calls are made from a site at present.
    pub fn policy(&self, site: SiteId) -> &CallPolicy {
        &self.policies[site.index()]
    }

    /// The pod that a try goes to, `None` if none is ready. `id` is the callee's frame.
    #[inline(always)]
    pub fn choose(&mut self, c: &Core<'_>, fleet: &mut Fleet, edge: u16, sent: Sent, id: u32) -> Option<u32> {
        let at = edge;
        let edge = &mut self.edges[edge as usize];
        let view = edge.view(sent.caller);
        let caller = (edge.is_per_pod && sent.caller != NIL).then_some(sent.caller);
        let draws = Draws { core: c, sent, id, edge: at, caller };
        if edge.elsewhere {
            return choose_elsewhere(edge, &mut self.tried, view, fleet, &draws);
        }
        edge.views.choose(view, &mut fleet.seen(edge.target), &draws)
    }

    /// The first try of a frame's call was lost on its way, and so went to no pod.
    pub fn lost_first(&mut self, caller: u32) {
        self.tried.begin(caller);
    }

    /// A try that `caller` sent to a pod is over.
    #[inline(always)]
    pub fn over(&mut self, edge: u16, caller: u32, pod: u32, how: Over) {
        if pod != NIL {
            let edge = &mut self.edges[edge as usize];
            let view = edge.view(caller);
            edge.views.over(view, pod, how);
        }
    }

    /// Tells balancers which pods came and went.
    pub fn pods_changed(&mut self, fleet: &mut Fleet) {
        let news = fleet.take_news();
        for &what in &news {
            for edge in &mut self.edges {
                match what {
                    News::Joined(pod, service) if edge.target == usize::from(service) => {
                        edge.views.joined(pod);
                    }
                    News::Left(pod, service) if edge.target == usize::from(service) => {
                        edge.views.left(pod);
                    }
                    // A new pod takes a dead one's place in the tables, not its memory.
                    News::Replaced(pod) if edge.is_per_pod => {
                        edge.views.forget(pod as usize, fleet.ready(edge.target));
                    }
                    _ => {}
                }
            }
        }
        fleet.keep_list(news);
    }
}

/// The pod of a try on an edge that remembers where tries went.
#[cold]
fn choose_elsewhere(
    edge: &mut EdgeViews,
    tried: &mut Tried,
    view: usize,
    fleet: &mut Fleet,
    draws: &Draws<'_, '_>,
) -> Option<u32> {
    let mut hosts = fleet.seen(edge.target);
    let callee = &draws.core.frames[draws.id];
    if callee.is(flag::ROOT) {
        // The only try of a client without a frame of its own: its parent is a class.
        return edge.views.choose(view, &mut hosts, draws);
    }
    let (caller, attempt) = (callee.parent, draws.sent.attempt);
    if attempt == 0 {
        tried.begin(caller);
    }
    let (numbers, count) = tried.before(caller);
    let pod = edge.views.choose_elsewhere(view, &mut hosts, draws, &numbers[..count])?;
    tried.note(caller, hosts.ordinal(pod));
    Some(pod)
}
