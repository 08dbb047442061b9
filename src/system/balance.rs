//! Chooses pods: the balancer of each edge, on views that events keep up to date.

use super::chance;
use super::frame::NIL;
use super::levels::Levels;
use super::service::Sent;
use super::world::{HotSite, World, purpose};
use crate::metrics::EdgeRecord;
use crate::model::{Balancer, Caller, Edge, Model, SiteId};
use crate::random::{Choice, Key, uniform_below};

/// State of one edge.
#[derive(Debug)]
pub struct EdgeState {
    pub target: usize,
    pub record: EdgeRecord,
    kind: Kind,
    /// Whether each caller pod has its own view.
    per_pod: bool,
    /// Next pod in turn, one a view.
    cursors: Vec<u32>,
    /// Outstanding requests by pod, one a view.
    outstanding: Vec<Levels>,
}

/// A balancer without heap data on the way of every call.
#[derive(Debug)]
enum Kind {
    Random,
    Weighted(Choice),
    RoundRobin,
    LeastConnections,
    LeastWorkLeft,
    PowerOfTwo,
    PowerOfD(u32),
    ShortestQueue,
    IdleQueue,
    SourceHash(u64),
}

impl EdgeState {
    pub fn new(edge: &Edge, _model: &Model) -> Self {
        let kind = match &edge.balancer {
            Balancer::Random => Kind::Random,
            Balancer::WeightedRandom(weights) => {
                Choice::weighted(weights).map_or(Kind::Random, Kind::Weighted)
            }
            Balancer::RoundRobin => Kind::RoundRobin,
            Balancer::LeastConnections => Kind::LeastConnections,
            Balancer::LeastWorkLeft => Kind::LeastWorkLeft,
            Balancer::PowerOfD(2) => Kind::PowerOfTwo,
            Balancer::PowerOfD(d) => Kind::PowerOfD(*d),
            Balancer::JoinShortestQueue => Kind::ShortestQueue,
            Balancer::JoinIdleQueue => Kind::IdleQueue,
            Balancer::SourceHash { addresses } => Kind::SourceHash(u64::from((*addresses).max(1))),
        };
        let per_pod = edge.view_per_pod && matches!(edge.caller, Caller::Service(_));
        Self {
            target: edge.target.index(),
            record: EdgeRecord::default(),
            kind,
            per_pod,
            cursors: Vec::new(),
            outstanding: Vec::new(),
        }
    }

    pub fn reset(&mut self) {
        self.cursors.clear();
        self.outstanding.clear();
    }

    #[inline(always)]
    fn view(&self, caller: u32) -> usize {
        if self.per_pod && caller != NIL { caller as usize } else { 0 }
    }

    #[inline(always)]
    fn turn(&mut self, view: usize, pods: usize) -> usize {
        if view >= self.cursors.len() {
            self.cursors.resize(view + 1, 0);
        }
        let at = self.cursors[view] as usize;
        let at = if at < pods { at } else { 0 };
        self.cursors[view] = at as u32 + 1;
        at
    }

    /// A pod of the target has become ready or stopped being so.
    pub fn pod_changed(&mut self, pod: u32, ready: bool) {
        for view in &mut self.outstanding {
            if ready { view.insert(pod) } else { view.remove(pod) }
        }
    }

    /// A new pod takes a dead one's place in the tables, not its memory.
    pub fn forget_view(&mut self, pod: u32, ready: &[u32]) {
        if !self.per_pod {
            return;
        }
        if let Some(cursor) = self.cursors.get_mut(pod as usize) {
            *cursor = 0;
        }
        if let Some(view) = self.outstanding.get_mut(pod as usize) {
            *view = Levels::default();
            ready.iter().for_each(|&pod| view.insert(pod));
        }
    }

    fn outstanding_of(&mut self, view: usize, ready: &[u32]) -> &mut Levels {
        while self.outstanding.len() <= view {
            let mut levels = Levels::default();
            ready.iter().for_each(|&pod| levels.insert(pod));
            self.outstanding.push(levels);
        }
        &mut self.outstanding[view]
    }
}

/// One of the pods, by random bits.
#[inline(always)]
fn any(pods: &[u32], bits: u64) -> Option<u32> {
    pods.get(uniform_below(bits, pods.len() as u64) as usize).copied()
}

impl World<'_> {
    /// The pod of the edge's target that a try goes to, `None` if none is ready.
    #[inline(always)]
    pub fn choose_pod(&mut self, hot: HotSite, sent: Sent, id: u32) -> Option<u32> {
        let edge = hot.edge as usize;
        let state = &mut self.edges[edge];
        let station = &self.stations[hot.target as usize];
        let ready = &station.ready[..];
        if ready.len() == 1 && !matches!(state.kind, Kind::LeastConnections) {
            return Some(ready[0]);
        }
        // Turns need no random bits, and are what most edges take.
        if matches!(state.kind, Kind::RoundRobin) {
            if ready.is_empty() {
                return None;
            }
            let view = state.view(sent.caller);
            let at = state.turn(view, ready.len());
            return Some(ready[at]);
        }
        let Sent { site, caller, key, tries_above, attempt } = sent;
        let bits = || chance::of_try(key, tries_above, purpose::BALANCE, attempt, site);
        match &state.kind {
            Kind::PowerOfTwo => {
                let n = ready.len() as u64;
                let bits = bits();
                let first = uniform_below(bits, n);
                let second = uniform_below(bits << 32, n.checked_sub(1)?);
                let second = second + u64::from(second >= first);
                let (a, b) = (ready[first as usize], ready[second as usize]);
                let shorter = self.pods[b as usize].holds < self.pods[a as usize].holds;
                Some(if shorter { b } else { a })
            }
            Kind::Random => any(ready, bits()),
            Kind::Weighted(choice) => {
                let n = ready.len();
                (n > 0).then(|| ready[choice.pick(bits()) % n])
            }
            Kind::ShortestQueue => station.levels.as_ref().and_then(|l| any(l.lowest(), bits())),
            Kind::IdleQueue => {
                let idle = station.levels.as_ref().map_or(&[][..], |l| l.below(station.slots));
                any(idle, bits()).or_else(|| any(ready, bits()))
            }
            Kind::SourceHash(addresses) => {
                let address = uniform_below(key.draw(purpose::ADDRESS), *addresses);
                any(ready, Key::root(address, 0, 0).draw(0))
            }
            Kind::RoundRobin | Kind::PowerOfD(_) | Kind::LeastConnections | Kind::LeastWorkLeft => {
                self.choose_rarer(edge, caller, key, bits(), id)
            }
        }
    }

    fn choose_rarer(&mut self, edge: usize, caller: u32, key: Key, bits: u64, id: u32) -> Option<u32> {
        let state = &mut self.edges[edge];
        let station = &self.stations[state.target];
        match state.kind {
            Kind::LeastConnections => {
                let view = state.view(caller);
                let levels = state.outstanding_of(view, &station.ready);
                let pod = any(levels.lowest(), bits)?;
                levels.raise(pod);
                Some(pod)
            }
            Kind::PowerOfD(d) => {
                let mut chosen: Vec<u32> = Vec::with_capacity(d as usize);
                let wanted = (d as usize).min(station.ready.len());
                let mut more = bits;
                while chosen.len() < wanted {
                    let pod = any(&station.ready, more)?;
                    if !chosen.contains(&pod) {
                        chosen.push(pod);
                    }
                    more = key.child(bits).draw(more);
                }
                // The first among equals was drawn at random, so ties are broken at random.
                chosen.into_iter().min_by_key(|&p| self.pods[p as usize].holds)
            }
            _ => self.choose_least_work(self.edges[edge].target, id),
        }
    }

    /// Linear in the number of pods: the remaining work of all falls with time, so no order of it lasts.
    fn choose_least_work(&mut self, target: usize, id: u32) -> Option<u32> {
        let now = self.now;
        let left = |pod: &u32| self.details[*pod as usize].free_at.max(now);
        let pod = self.stations[target].ready.iter().copied().min_by_key(left)?;
        let frame = &self.frames[id];
        let work = self.work_of(frame.key, frame.pc as usize) as f64;
        let slots = f64::from(self.stations[target].slots);
        let p = &mut self.details[pod as usize];
        p.free_at = p.free_at.max(now) + (work / p.speed / slots) as u64;
        Some(pod)
    }

    /// A try on an edge is over, as its balancer sees it.
    #[inline(always)]
    pub fn edge_returned(&mut self, site: SiteId, caller: u32, pod: u32) {
        let state = &mut self.edges[self.sites[site.index()].edge as usize];
        if state.outstanding.is_empty() || pod == NIL {
            return;
        }
        let view = state.view(caller);
        if let Some(levels) = state.outstanding.get_mut(view) {
            levels.lower(pod);
        }
    }
}
