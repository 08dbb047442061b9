//! A further try goes to a host to which no earlier try of its call went, as long as there is one: what nginx does
//! (`tried` in `src/http/ngx_http_upstream_round_robin.c`), and Envoy with the retry predicate `previous_hosts` that Istio
//! sets (`source/extensions/retry/host/previous_hosts`). Envoy chooses again, with the same balancer, and so do we; but it
//! stops after a few attempts, and we do not.

use super::hosts::{Hosts, Over, Try, any};
use super::views::Views;

/// Choices after which a balancer that goes by chance is not asked again; one that has missed so often is taken at
/// random.
const CHOICES: u64 = 200;

/// A try whose chance is met anew.
struct Again<'t, T> {
    sent: &'t T,
    /// How often it was met.
    times: u64,
}

impl<T: Try> Again<'_, T> {
    fn afresh(&self, bits: u64) -> u64 {
        if self.times == 0 { bits } else { self.sent.further_bits(bits, self.times) }
    }
}

impl<T: Try> Try for Again<'_, T> {
    fn now(&self) -> u64 {
        self.sent.now()
    }
    fn bits(&self) -> u64 {
        self.afresh(self.sent.bits())
    }
    fn further_bits(&self, first: u64, last: u64) -> u64 {
        self.sent.further_bits(first, last)
    }
    fn address(&self) -> u64 {
        self.afresh(self.sent.address())
    }
    fn caller(&self) -> Option<u32> {
        self.sent.caller()
    }
    fn standing(&self, what: u64) -> u64 {
        self.sent.standing(what)
    }
    fn work(&self) -> u64 {
        self.sent.work()
    }
}

impl Views {
    /// The pod that a further try goes to, `None` if none is ready: none of those whose numbers are `tried`, unless all
    /// are.
    #[cold]
    pub fn choose_elsewhere(
        &mut self,
        view: usize,
        hosts: &mut impl Hosts,
        sent: &impl Try,
        tried: &[u32],
    ) -> Option<u32> {
        let is_fresh = |pod: &u32| !tried.contains(&hosts.ordinal(*pod));
        let fresh: Vec<u32> = match tried {
            [] => Vec::new(),
            _ => hosts.ready().iter().copied().filter(is_fresh).collect(),
        };
        if fresh.is_empty() {
            return self.choose(view, hosts, sent);
        }
        match self {
            Self::ShortestQueue => emptiest(&fresh, hosts, sent),
            Self::IdleQueue => {
                let slots = hosts.slots();
                let idle: Vec<u32> = fresh.iter().copied().filter(|&pod| hosts.holds(pod) < slots).collect();
                any(if idle.is_empty() { &fresh } else { &idle }, sent.bits())
            }
            Self::LeastWorkLeft => {
                let now = sent.now();
                let pod = fresh.into_iter().min_by_key(|&pod| hosts.free_at(pod).max(now))?;
                hosts.promise(now, pod, sent.work());
                Some(pod)
            }
            _ => self.choose_again(view, hosts, sent, &fresh),
        }
    }

    /// Asks the balancer again until it chooses one of `fresh`. What it chose in vain counts as sent meanwhile, so that
    /// one that goes by what is outstanding comes to the next.
    fn choose_again(
        &mut self,
        view: usize,
        hosts: &mut impl Hosts,
        sent: &impl Try,
        fresh: &[u32],
    ) -> Option<u32> {
        let mut in_vain = Vec::new();
        let counts = matches!(self, Self::LeastConnections(_));
        let most = if counts { u64::MAX } else { CHOICES.max(hosts.ready().len() as u64) };
        let mut found = None;
        for times in 0..most {
            let pod = self.choose(view, hosts, &Again { sent, times })?;
            if fresh.contains(&pod) {
                found = Some(pod);
                break;
            }
            in_vain.push(pod);
        }
        let now = sent.now();
        for pod in in_vain {
            self.over(view, pod, Over { sent: now, now, well: false });
        }
        found.or_else(|| any(fresh, sent.bits()))
    }
}

fn emptiest(pods: &[u32], hosts: &impl Hosts, sent: &impl Try) -> Option<u32> {
    let least = pods.iter().map(|&pod| hosts.holds(pod)).min()?;
    let all: Vec<u32> = pods.iter().copied().filter(|&pod| hosts.holds(pod) == least).collect();
    any(&all, sent.bits())
}
