//! Balancers of the plain simulator.

use super::draws::{of_try, purpose};
use super::plain::{Plain, Task};
use flashcrowd::model::{Balancer, Caller, SiteId};
use flashcrowd::random::{Choice, Key, uniform_below};
use std::collections::BTreeMap;

/// What the balancer of an edge remembers.
#[derive(Default)]
pub struct EdgeView {
    /// Next pod in turn, by the pod that calls.
    pub turns: BTreeMap<Option<usize>, usize>,
    /// Outstanding tries by pod, once there has been one.
    pub outstanding: Option<Ranks>,
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
    /// The pod that a try goes to.
    pub fn choose(&mut self, site: SiteId, caller: usize, attempt: u8) -> Option<usize> {
        let Task { key, pod: caller, ref outer, .. } = self.tasks[caller];
        let at = self.model.sites[site.index()].edge.index();
        let edge = &self.model.edges[at];
        let service = &self.services[edge.target.index()];
        let slots = self.model.services[edge.target.index()].slots;
        let bits = of_try(key, outer, purpose::BALANCE, attempt, site.0);
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
                let turn = self.edges[at].turns.entry(caller.filter(|_| own)).or_insert(0);
                match ready.len() {
                    0 => None,
                    // With one pod there are no turns.
                    1 => Some(ready[0]),
                    n => {
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
                let address = uniform_below(key.draw(purpose::ADDRESS), u64::from(*addresses));
                any(ready, Key::root(address, 0, 0).draw(0))
            }
            Balancer::LeastWorkLeft => panic!("not compared"),
        }
    }

    /// A try is over, as its balancer sees it.
    pub fn returned(&mut self, site: SiteId, pod: Option<usize>) {
        let edge = self.model.sites[site.index()].edge.index();
        if let (Some(ranks), Some(pod)) = (&mut self.edges[edge].outstanding, pod) {
            ranks.lower(pod);
        }
    }
}
