//! Calls and services of the plain simulator.

use super::books::{CallEnd, CallLog, Served};
use super::draws::{of_try, purpose};
use super::plain::{Call, Life, Plain, Role, Task};
use flashcrowd::metrics::{EdgeRecord, FailureCause};
use flashcrowd::model::{AbandonedWork, Discipline, Jitter, PatienceUntil, QueuePlacement, SiteId, Step};
use flashcrowd::numerics;
use flashcrowd::random::unit;

impl Plain<'_> {
    pub fn begin_call(&mut self, task: usize, site: SiteId) {
        let measured = u64::from(self.tasks[task].measured);
        self.tally(site).calls += measured;
        let number = self.fresh_number();
        let entry = self.log.calls.len();
        let (edge, measured) = (self.edge(site), self.tasks[task].measured);
        self.log.calls.push(CallLog { edge, measured, began: self.now, tries: 0, end: None });
        self.edges[self.model.sites[site.index()].edge.index()].tried.remove(&task);
        let call = Call { site, number, try_number: number, attempt: 0, child: None, entry };
        self.tasks[task].call = Some(call);
        if let Some(timeout) = self.model.sites[site.index()].policy.timeout {
            self.arm_call(task, call, timeout.as_nanos());
        }
        self.try_call(task, site);
    }

    fn edge(&self, site: SiteId) -> usize {
        self.model.sites[site.index()].edge.index()
    }

    fn tally(&mut self, site: SiteId) -> &mut EdgeRecord {
        let edge = self.edge(site);
        &mut self.log.edges[edge]
    }

    pub fn try_call(&mut self, task: usize, site: SiteId) {
        let model = self.model;
        let at = &model.sites[site.index()];
        let policy = &at.policy;
        let Some(call) = self.call_of(task) else { return };
        let measured = u64::from(self.tasks[task].measured);
        self.tally(site).attempts += measured;
        self.log.calls[call.entry].tries += 1;
        if let Some(timeout) = policy.try_timeout {
            self.arm_try(task, call, timeout.as_nanos());
        }
        let Task { key, ref outer, .. } = self.tasks[task];
        if unit(of_try(key, outer, purpose::LOSS, call.attempt, site.0)) < policy.loss {
            self.tally(site).lost += measured;
            if policy.try_timeout.is_none() && policy.timeout.is_none() && !self.has_patience(task) {
                self.fail_call(task, FailureCause::Lost);
            }
            return;
        }
        let role = Role::Callee { caller: task, try_number: call.try_number };
        let (measured, priority) = (self.tasks[task].measured, self.tasks[task].priority);
        let key = key.child(u64::from(site.0));
        let child = self.new_task(key, role, at.operation.index(), measured, priority);
        self.tasks[child].outer = [&self.tasks[task].outer[..], &[call.attempt]].concat();
        self.log.repeated += u64::from(self.tasks[task].outer.iter().any(|&attempt| attempt > 0));
        match self.enter(child, task, site) {
            Ok(()) => {}
            Err(cause) => {
                self.tasks[child].over = true;
                let again = policy.retry_on.rejected;
                self.try_failed(task, again, cause);
            }
        }
    }

    /// Whether the client's patience will end the wait for what was lost.
    fn has_patience(&self, task: usize) -> bool {
        let Role::Client { root, .. } = self.tasks[task].role else { return false };
        let class = &self.model.classes[self.log.roots[root].class];
        class.patience.is_some()
    }

    /// The callee of a try that is still waited for has ended.
    pub fn call_ended(&mut self, caller: usize, child: usize, cause: Option<FailureCause>) {
        let Some(call) = self.call_of(caller) else { return };
        self.returned(call.site, caller, self.tasks[child].pod);
        match cause {
            None => {
                self.log.calls[call.entry].end = Some((self.now, CallEnd::Answered));
                self.tasks[caller].call = None;
                self.tasks[caller].step += 1;
                self.todo.push(caller);
            }
            Some(cause) => {
                let again = self.model.sites[call.site.index()].policy.retry_on.failed;
                self.try_failed(caller, again, cause);
            }
        }
    }

    pub fn try_timed_out(&mut self, task: usize) {
        let Some(call) = self.call_of(task) else { return };
        let measured = u64::from(self.tasks[task].measured);
        self.tally(call.site).timed_out += measured;
        self.leave_callee(task, call);
        let again = self.model.sites[call.site.index()].policy.retry_on.timeout;
        self.try_failed(task, again, FailureCause::TimedOut);
    }

    pub fn call_timed_out(&mut self, task: usize) {
        let Some(call) = self.call_of(task) else { return };
        let measured = u64::from(self.tasks[task].measured);
        self.tally(call.site).timed_out += measured;
        self.leave_callee(task, call);
        self.fail_call(task, FailureCause::TimedOut);
    }

    fn leave_callee(&mut self, caller: usize, call: Call) {
        let Some(child) = call.child.filter(|&c| !self.tasks[c].over) else { return };
        self.returned(call.site, caller, self.tasks[child].pod);
        self.give_up(child);
    }

    fn try_failed(&mut self, task: usize, again: bool, cause: FailureCause) {
        let Some(mut call) = self.call_of(task) else { return };
        let policy = &self.model.sites[call.site.index()].policy;
        if !again || call.attempt >= policy.retries {
            return self.fail_call(task, cause);
        }
        call.attempt += 1;
        call.try_number = self.fresh_number();
        call.child = None;
        self.tasks[task].call = Some(call);
        let backoff = policy.backoff;
        let base = backoff.base.as_nanos();
        let largest = if backoff.max.is_zero() { 10 * base } else { backoff.max.as_nanos() };
        let pause = (base << (call.attempt - 1)).min(largest) as f64;
        let Task { key, ref outer, .. } = self.tasks[task];
        let bits = of_try(key, outer, purpose::BACKOFF, call.attempt, call.site.0);
        let pause = match backoff.jitter {
            Jitter::None => pause,
            Jitter::Full => pause * unit(bits),
            Jitter::Exponential => -pause * numerics::ln(unit(bits)),
        } as u64;
        if pause == 0 {
            return self.try_call(task, call.site);
        }
        self.back_off(task, call.try_number, pause);
    }

    fn fail_call(&mut self, task: usize, cause: FailureCause) {
        let Some(call) = self.call_of(task) else { return };
        let measured = u64::from(self.tasks[task].measured);
        self.tally(call.site).failed += measured;
        self.log.calls[call.entry].end = Some((self.now, CallEnd::Failed(cause)));
        self.tasks[task].call = None;
        self.end(task, Some(cause));
    }

    pub fn patience_ended(&mut self, client: usize) {
        if self.tasks[client].over {
            return;
        }
        let Role::Client { root, .. } = self.tasks[client].role else { return };
        let call = self.call_of(client);
        let class = &self.model.classes[self.log.roots[root].class];
        if class.patience.is_some_and(|p| p.until == PatienceUntil::Service) {
            // Between tries, and after a lost one, it waits for service all the same.
            let waits = |c: usize| self.tasks[c].queued && !self.tasks[c].started;
            let callee = |call: Call| call.child.filter(|&c| !self.tasks[c].over);
            if !call.is_some_and(|call| callee(call).is_none_or(waits)) {
                return;
            }
        }
        self.end_root(client, Some(FailureCause::Abandoned));
        if let Some(call) = call {
            self.log.calls[call.entry].end = Some((self.now, CallEnd::Abandoned));
            self.leave_callee(client, call);
        }
    }

    // Services.

    /// A try reaches its service.
    fn enter(&mut self, child: usize, caller: usize, site: SiteId) -> Result<(), FailureCause> {
        let model = self.model;
        let service = model.edges[self.edge(site)].target.index();
        let s = &model.services[service];
        let Some(call) = self.call_of(caller) else { return Ok(()) };
        if let Some(call) = &mut self.tasks[caller].call {
            call.child = Some(child);
        }
        let measured = self.tasks[child].measured;
        self.tasks[child].service = Some(service);
        self.log.services[service].arrivals.push((self.now, measured, false));
        let central = s.placement == QueuePlacement::Central;
        let pod = if central {
            self.services[service].ranks.below(s.slots).first().copied()
        } else {
            self.choose(site, caller, call.attempt)
        };
        let exists = !self.services[service].ready.is_empty() || !self.services[service].starting.is_empty();
        let Some(pod) = pod else {
            if central && exists && (self.services[service].central.len() as u64) < u64::from(s.queue_limit) {
                self.enqueue(child, service, None);
                return Ok(());
            }
            let cause = if central && exists { FailureCause::Rejected } else { FailureCause::Unavailable };
            self.log.turned_away(service, cause);
            return Err(cause);
        };
        if self.pods[pod].busy < s.slots {
            self.services[service].ranks.raise(pod);
            self.pods[pod].busy += 1;
            self.begin(child, pod);
            self.todo.push(child);
        } else if let Some(victim) = self.victim(child, service, pod) {
            self.interrupt(victim, pod);
            self.services[service].ranks.raise(pod);
            self.begin(child, pod);
            self.todo.push(child);
        } else if self.pods[pod].queue.len() as u64 >= u64::from(s.queue_limit) {
            self.log.turned_away(service, FailureCause::Rejected);
            self.returned(site, caller, Some(pod));
            return Err(FailureCause::Rejected);
        } else {
            self.services[service].ranks.raise(pod);
            self.enqueue(child, service, Some(pod));
        }
        Ok(())
    }

    fn enqueue(&mut self, task: usize, service: usize, pod: Option<usize>) {
        self.tasks[task].queued = true;
        self.tasks[task].pod = pod;
        match pod {
            Some(pod) => self.pods[pod].queue.push(task),
            None => self.services[service].central.push(task),
        }
        self.note_queue(service);
    }

    fn note_queue(&mut self, service: usize) {
        let queued: usize = self.pods.iter().filter(|p| p.service == service).map(|p| p.queue.len()).sum();
        let waiting = (queued + self.services[service].central.len()) as u32;
        self.log.services[service].peaks.push((self.now, waiting));
    }

    /// The least urgent interruptible work, the one begun last among equals, if it is less urgent than `child`.
    fn victim(&self, child: usize, service: usize, pod: usize) -> Option<usize> {
        let shares = self.model.services[service].cpu_limit < f64::from(self.model.services[service].slots);
        if !self.interrupts(service) || shares {
            return None;
        }
        let rank = |t: usize| self.tasks[t].priority;
        // Work that ends at this very instant has nothing left to interrupt.
        let goes_on = |t: &usize| self.tasks[*t].plan.is_some_and(|p| p.1 > self.now);
        let running = self.pods[pod].running.iter().copied().filter(goes_on);
        let (_, victim) = running.enumerate().max_by_key(|&(order, t)| (rank(t), order))?;
        (rank(victim) > rank(child)).then_some(victim)
    }

    /// Interrupted work waits before all others of its rank.
    fn interrupt(&mut self, victim: usize, pod: usize) {
        let ends = self.tasks[victim].plan.take().map_or(self.now, |p| p.1);
        self.tasks[victim].rest = Some(ends - self.now);
        self.pods[pod].running.retain(|&t| t != victim);
        let service = self.pods[pod].service;
        if self.tasks[victim].given_up && self.model.services[service].abandoned == AbandonedWork::Leave {
            self.leave(victim, service, Some(pod));
        } else {
            self.tasks[victim].queued = true;
            self.pods[pod].queue.insert(0, victim);
        }
        self.note_queue(service);
    }

    /// The class of a client that makes one plain call.
    fn plain_class(&self, task: usize) -> Option<usize> {
        let Role::Client { root, .. } = self.tasks[task].role else { return None };
        Some(self.log.roots[root].class).filter(|&class| super::log::is_plain_call(self.model, class))
    }

    /// A task that has a slot begins its service, unless it goes on after an interruption.
    fn begin(&mut self, task: usize, pod: usize) {
        let Some(service) = self.tasks[task].service else { return };
        self.tasks[task].pod = Some(pod);
        let wait = self.now - self.tasks[task].arrived;
        if !self.tasks[task].started && self.tasks[task].measured {
            self.log.services[service].waits.push(wait);
            if let Role::Callee { caller, .. } = self.tasks[task].role
                && let Role::Client { root, .. } = self.tasks[caller].role
                && !self.tasks[task].given_up
                && super::log::is_plain_call(self.model, self.log.roots[root].class)
            {
                let class = self.log.roots[root].class;
                self.log.class_waits[class].push(wait);
            }
        }
        if !self.tasks[task].started {
            self.log.services[service].starts.push(wait);
            self.tasks[task].begun = self.now;
        }
        self.tasks[task].started = true;
    }

    /// A task that waited takes the slot another has left; work begins before anything else happens.
    fn start_in_slot(&mut self, task: usize, pod: usize) {
        self.begin(task, pod);
        if matches!(self.model.steps[self.tasks[task].step], Step::Work { .. }) {
            self.begin_work(task);
        } else {
            self.todo.push(task);
        }
    }

    /// A task leaves its slot to the next one.
    pub fn release(&mut self, task: usize, served: bool) {
        let (Some(service), Some(pod)) = (self.tasks[task].service, self.tasks[task].pod) else { return };
        let Task { arrived, measured, given_up, key, .. } = self.tasks[task];
        if served && measured {
            let class = match self.tasks[task].role {
                Role::Callee { caller, .. } if !given_up => self.plain_class(caller),
                _ => None,
            };
            let log = &mut self.log.services[service];
            log.served.push(Served { arrived, started: self.tasks[task].begun, ended: self.now, class });
            log.sojourns.push(self.now - arrived);
            log.wasted += u64::from(given_up);
            let step = self.tasks[task].step;
            let alone = step > 0 && (step == 1 || matches!(self.model.steps[step - 2], Step::End));
            if alone && let Step::Work { law } = self.model.steps[step - 1] {
                let work = self.nanos(law, key, step as u64 - 1);
                self.log.services[service].slowdown((self.now - arrived) as f64 / work as f64);
            }
        }
        self.services[service].ranks.lower(pod);
        if self.model.services[service].placement == QueuePlacement::Central {
            if self.pods[pod].life == Life::Ready
                && let Some(next) = self.dequeue(service, None)
            {
                self.services[service].ranks.raise(pod);
                return self.start_in_slot(next, pod);
            }
        } else if let Some(next) = self.dequeue(service, Some(pod)) {
            return self.start_in_slot(next, pod);
        }
        self.pods[pod].busy -= 1;
        self.go_if_drained(pod);
    }

    /// New slots take what waits centrally.
    pub fn serve_central(&mut self, service: usize) {
        let slots = self.model.services[service].slots;
        while let Some(&pod) = self.services[service].ranks.below(slots).first() {
            let Some(task) = self.dequeue(service, None) else { break };
            self.services[service].ranks.raise(pod);
            self.pods[pod].busy += 1;
            self.begin(task, pod);
            self.todo.push(task);
        }
    }

    /// Takes the next that still wants service out of a queue.
    fn dequeue(&mut self, service: usize, pod: Option<usize>) -> Option<usize> {
        let s = &self.model.services[service];
        loop {
            let tasks = &self.tasks;
            let queue = match pod {
                Some(pod) => &mut self.pods[pod].queue,
                None => &mut self.services[service].central,
            };
            let places = 0..queue.len();
            let at = match s.discipline {
                Discipline::Fifo => places.min(),
                Discipline::Lifo => places.max(),
                Discipline::Priority { .. } => places.min_by_key(|&i| (tasks[queue[i]].priority, i)),
            }?;
            let task = queue.remove(at);
            if self.tasks[task].given_up && s.abandoned != AbandonedWork::Stay {
                self.leave(task, service, pod);
                continue;
            }
            self.tasks[task].queued = false;
            return Some(task);
        }
    }

    /// A task has left its queue for good.
    fn leave(&mut self, task: usize, service: usize, pod: Option<usize>) {
        self.tasks[task].over = true;
        if self.tasks[task].measured {
            let wait = self.now - self.tasks[task].arrived;
            self.log.services[service].left.push(wait);
        }
        if let Some(pod) = pod {
            self.services[service].ranks.lower(pod);
        }
    }

    /// Whoever waited for a task has given up.
    fn give_up(&mut self, task: usize) {
        self.tasks[task].given_up = true;
        let (Some(service), true) = (self.tasks[task].service, self.tasks[task].queued) else { return };
        if self.model.services[service].abandoned != AbandonedWork::Leave {
            return;
        }
        let pod = self.tasks[task].pod;
        match pod {
            Some(pod) => self.pods[pod].queue.retain(|&t| t != task),
            None => self.services[service].central.retain(|&t| t != task),
        }
        self.leave(task, service, pod);
    }
}
