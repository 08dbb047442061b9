//! Balancers of the plain simulator.

use super::draws::{of_try, part, purpose};
use super::plain::{Plain, Task};
use flashcrowd::model::{Balancer, Caller, SiteId};
use flashcrowd::random::{Choice, uniform_below};
use std::collections::BTreeMap;

/// What the balancer of an edge remembers.
#[derive(Default)]
pub struct EdgeView {
    /// Next pod in turn, by the pod that calls.
    pub turns: BTreeMap<Option<usize>, usize>,
    /// Outstanding tries by the pod that calls and the pod called.
    pub own: BTreeMap<Option<usize>, BTreeMap<usize, u32>>,
    /// Outstanding tries by pod, once there has been one.
    pub outstanding: Option<Ranks>,
    /// Numbers of the pods that the present call of a task went to, in their order.
    pub tried: BTreeMap<usize, Vec<u32>>,
}

/// Pods in order of a level each. Pods of one level change places when one of them leaves it: one that goes up
/// with the last of its level, one that goes down with the first. The order decides which pod a draw picks.
#[derive(Default)]
pub struct Ranks {
    order: Vec<usize>,
    level: BTreeMap<usize, u32>,
}

impl Ranks {
    fn highest(&self) -> u32 {
        self.level.values().copied().max().unwrap_or(0)
    }

    fn place(&self, pod: usize) -> usize {
        self.order.iter().position(|&p| p == pod).expect("a member")
    }

    pub fn insert(&mut self, pod: usize) {
        let level = self.highest();
        self.order.push(pod);
        self.level.insert(pod, level);
        while self.level[&pod] > 0 {
            self.lower(pod);
        }
    }

    pub fn remove(&mut self, pod: usize) {
        if !self.level.contains_key(&pod) {
            return;
        }
        while self.level[&pod] < self.highest() {
            self.raise(pod);
        }
        self.order.swap_remove(self.place(pod));
        self.level.remove(&pod);
    }

    pub fn raise(&mut self, pod: usize) {
        let Some(&level) = self.level.get(&pod) else { return };
        let last = self.order.iter().rposition(|p| self.level[p] == level).expect("itself");
        let at = self.place(pod);
        self.order.swap(at, last);
        self.level.insert(pod, level + 1);
    }

    pub fn lower(&mut self, pod: usize) {
        let Some(&level) = self.level.get(&pod).filter(|l| **l > 0) else { return };
        let first = self.order.iter().position(|p| self.level[p] == level).expect("itself");
        let at = self.place(pod);
        self.order.swap(at, first);
        self.level.insert(pod, level - 1);
    }

    pub fn below(&self, limit: u32) -> Vec<usize> {
        self.order.iter().copied().filter(|p| self.level[p] < limit).collect()
    }

    fn lowest(&self) -> Vec<usize> {
        let least = self.level.values().copied().min().unwrap_or(0);
        self.below(least + 1)
    }
}

fn any(pods: &[usize], bits: u64) -> Option<usize> {
    pods.get(uniform_below(bits, pods.len() as u64) as usize).copied()
}

impl Plain<'_> {
    /// The pod that a try goes to; on some edges none of the last seven that the call went to, if another is ready.
    pub fn choose(&mut self, site: SiteId, caller: usize, attempt: u8) -> Option<usize> {
        let at = self.model.sites[site.index()].edge.index();
        if !self.model.edges[at].retry_elsewhere {
            return self.choose_once(site, caller, attempt, 0);
        }
        let tried = self.edges[at].tried.entry(caller).or_default();
        let last: Vec<u32> = tried.iter().rev().take(7).copied().collect();
        let ready = &self.services[self.model.edges[at].target.index()].ready;
        let fresh: Vec<usize> =
            ready.iter().copied().filter(|&pod| !last.contains(&self.pods[pod].ordinal)).collect();
        let is_new = last.is_empty() || fresh.is_empty();
        let pod = if is_new {
            self.choose_once(site, caller, attempt, 0)
        } else {
            self.choose_among(&fresh, site, caller, attempt)
        }?;
        let ordinal = self.pods[pod].ordinal;
        self.edges[at].tried.entry(caller).or_default().push(ordinal);
        Some(pod)
    }

    /// The same balancer, asked until it names one of `fresh`; one that goes by what pods truly hold is asked about those
    /// alone, for it would name the same for ever.
    fn choose_among(&mut self, fresh: &[usize], site: SiteId, caller: usize, attempt: u8) -> Option<usize> {
        let edge = &self.model.edges[self.model.sites[site.index()].edge.index()];
        let Task { key, ref outer, .. } = self.tasks[caller];
        let bits = of_try(key, outer, purpose::BALANCE, attempt, site.0);
        let held = |pod: usize| self.pods[pod].busy as usize + self.pods[pod].queue.len();
        let slots = self.model.services[edge.target.index()].slots as usize;
        let most = match edge.balancer {
            Balancer::JoinShortestQueue => {
                let least = fresh.iter().map(|&pod| held(pod)).min()?;
                let all: Vec<usize> = fresh.iter().copied().filter(|&pod| held(pod) == least).collect();
                return any(&all, bits);
            }
            Balancer::JoinIdleQueue => {
                let idle: Vec<usize> = fresh.iter().copied().filter(|&pod| held(pod) < slots).collect();
                return any(if idle.is_empty() { fresh } else { &idle }, bits);
            }
            Balancer::LeastConnections => u64::MAX,
            _ => 200,
        };
        let mut in_vain = Vec::new();
        let mut found = None;
        for times in 0..most {
            let pod = self.choose_once(site, caller, attempt, times)?;
            if fresh.contains(&pod) {
                found = Some(pod);
                break;
            }
            in_vain.push(pod);
        }
        in_vain.into_iter().for_each(|pod| self.returned(site, caller, Some(pod)));
        found.or_else(|| any(fresh, bits))
    }

    /// The pod that the balancer names when it is asked for the `times`-th time about one try.
    fn choose_once(&mut self, site: SiteId, caller: usize, attempt: u8, times: u64) -> Option<usize> {
        let Task { key, pod: caller, ref outer, .. } = self.tasks[caller];
        let at = self.model.sites[site.index()].edge.index();
        let edge = &self.model.edges[at];
        let service = &self.services[edge.target.index()];
        let slots = self.model.services[edge.target.index()].slots;
        let afresh = |bits: u64| if times == 0 { bits } else { key.child(bits).draw(times) };
        let bits = afresh(of_try(key, outer, purpose::BALANCE, attempt, site.0));
        let ready = &service.ready;
        let held = |pod: usize| self.pods[pod].busy as usize + self.pods[pod].queue.len();
        match &edge.balancer {
            Balancer::Random => any(ready, bits),
            Balancer::WeightedRandom(weights) => {
                let choice = Choice::weighted(weights).expect("weights");
                (!ready.is_empty()).then(|| ready[choice.pick(bits) % ready.len()])
            }
            Balancer::RoundRobin => {
                let own = edge.view_per_pod && matches!(edge.caller, Caller::Service(_));
                let caller = caller.filter(|_| own);
                match ready.len() {
                    0 => None,
                    // With one pod there are no turns.
                    1 => Some(ready[0]),
                    n => {
                        let who = caller.map_or(0, |pod| self.pods[pod].ordinal as u64 + 1);
                        let begin = uniform_below(self.standing(at, who), n as u64) as usize;
                        let turn = self.edges[at].turns.entry(caller).or_insert(begin);
                        let now = if *turn < n { *turn } else { 0 };
                        *turn = now + 1;
                        Some(ready[now])
                    }
                }
            }
            Balancer::LeastConnections => {
                let ranks = self.edges[at].outstanding.get_or_insert_with(|| {
                    let mut ranks = Ranks::default();
                    ready.iter().for_each(|&pod| ranks.insert(pod));
                    ranks
                });
                let pod = any(&ranks.lowest(), bits)?;
                ranks.raise(pod);
                Some(pod)
            }
            Balancer::LeastRequest { picks: 2 } => {
                let own = edge.view_per_pod && matches!(edge.caller, Caller::Service(_));
                let (first, second) = (any(ready, bits)?, any(ready, bits << 32)?);
                let counts = self.edges[at].own.entry(caller.filter(|_| own)).or_default();
                let count = |pod: usize| counts.get(&pod).copied().unwrap_or(0);
                let pod = if count(second) < count(first) { second } else { first };
                *counts.entry(pod).or_insert(0) += 1;
                Some(pod)
            }
            Balancer::PowerOfD(2) if ready.len() > 1 => {
                let n = ready.len() as u64;
                let first = uniform_below(bits, n) as usize;
                let mut others: Vec<usize> = ready.clone();
                others.remove(first);
                let second = others[uniform_below(bits << 32, n - 1) as usize];
                Some(if held(second) < held(ready[first]) { second } else { ready[first] })
            }
            Balancer::PowerOfD(_) => any(ready, bits),
            Balancer::JoinShortestQueue => any(&service.ranks.lowest(), bits),
            Balancer::JoinIdleQueue => any(&service.ranks.below(slots), bits).or_else(|| any(ready, bits)),
            Balancer::SourceHash { addresses } => {
                let address = uniform_below(afresh(key.draw(purpose::ADDRESS)), u64::from(*addresses));
                any(ready, self.standing(at, address))
            }
            Balancer::LeastWorkLeft | Balancer::LeastRequest { .. } => panic!("not compared"),
        }
    }

    /// Bits that hold for an edge throughout a replication.
    fn standing(&self, edge: usize, what: u64) -> u64 {
        self.root.child(part::EDGES | edge as u64).draw(what)
    }

    /// A try is over, as its balancer sees it.
    pub fn returned(&mut self, site: SiteId, caller: usize, pod: Option<usize>) {
        let edge = self.model.sites[site.index()].edge.index();
        let by = &self.model.edges[edge];
        let own = by.view_per_pod && matches!(by.caller, Caller::Service(_));
        let caller = self.tasks[caller].pod.filter(|_| own);
        if let (Some(counts), Some(pod)) = (self.edges[edge].own.get_mut(&caller), pod)
            && let Some(count) = counts.get_mut(&pod)
        {
            *count = count.saturating_sub(1);
        }
        if let (Some(ranks), Some(pod)) = (&mut self.edges[edge].outstanding, pod) {
            ranks.lower(pod);
        }
    }
}
