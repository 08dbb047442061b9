//! The plain simulator: what is there, and how events change it.
//!
//! Tasks and pods are never reused, so whatever comes late for one is recognised by a number that is no longer
//! its own. Queues and views are lists that are searched. Nothing is counted: the log keeps what happened.

use super::balance::{EdgeView, Ranks};
use super::draws::{part, purpose};
use super::log::{Log, Look, Root};
use flashcrowd::metrics::{FailureCause, Stopped};
use flashcrowd::model::{
    After, ArrivalProcess, ClassId, Discipline, FleetPatch, InitialState, LawId, Mode, Model, Patch,
    PodSpeed, QueuePlacement, SiteId, SourceKind, Step, WarmUp,
};
use flashcrowd::random::{Key, Sampler, unit};
use std::collections::BTreeSet;

/// A program that runs: a client's, a call's, or a branch of another.
pub struct Task {
    pub key: Key,
    /// Numbers of the tries inside which it runs, the outermost first.
    pub outer: Vec<u8>,
    pub arrived: u64,
    pub role: Role,
    pub service: Option<usize>,
    pub pod: Option<usize>,
    pub step: usize,
    pub measured: bool,
    pub priority: u8,
    /// Whoever waited for it has given up.
    pub given_up: bool,
    pub queued: bool,
    /// Its service has begun, whether or not it was interrupted since.
    pub started: bool,
    /// When it first began.
    pub begun: u64,
    pub over: bool,
    pub call: Option<Call>,
    pub join: Option<Join>,
    /// Number and instant of its planned end of work, and what an interruption left of it.
    pub plan: Option<(u64, u64)>,
    pub rest: Option<u64>,
}

/// For whom a task runs.
#[derive(Clone, Copy)]
pub enum Role {
    /// For itself: the root, and the user of a closed population.
    Client { root: usize, user: Option<u32> },
    /// For the try of this number.
    Callee { caller: usize, try_number: u64 },
    /// For the join of this number.
    Branch { parent: usize, join: u64 },
}

/// A call that is going on.
#[derive(Clone, Copy)]
pub struct Call {
    pub site: SiteId,
    pub number: u64,
    pub try_number: u64,
    pub attempt: u8,
    pub child: Option<usize>,
    /// Its place in the log.
    pub entry: usize,
}

/// Branches that are waited for.
#[derive(Clone, Copy)]
pub struct Join {
    pub number: u64,
    pub succeeded: u16,
    pub failed: u16,
}

/// Life of a pod.
#[derive(Clone, Copy, PartialEq)]
pub enum Life {
    Starting,
    Ready,
    Draining,
    Gone,
}

pub struct Pod {
    pub service: usize,
    /// Its number among all that the service ever had.
    pub ordinal: u32,
    pub life: Life,
    pub speed: f64,
    /// Slots taken.
    pub busy: u32,
    pub queue: Vec<usize>,
    /// Interruptible work in the order of its starts.
    pub running: Vec<usize>,
    /// Shared cpu: tasks with the work left to each, when that was true, and the number of the planned end.
    pub shared: Vec<(usize, f64)>,
    pub shared_at: u64,
    pub shared_plan: u64,
}

#[derive(Default)]
pub struct Service {
    pub ready: Vec<usize>,
    pub starting: Vec<usize>,
    pub ranks: Ranks,
    pub central: Vec<usize>,
    pub desired: u32,
    pub made: u32,
}

struct Stream {
    key: Key,
    index: u64,
    progress: f64,
    sum: u64,
    visits: Vec<u64>,
}

/// What will happen; at one instant in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Worked(usize, u64),
    SharedWorked(usize, u64),
    Waited(usize),
    TryTimedOut(usize, u64),
    CallTimedOut(usize, u64),
    BackedOff(usize, u64),
    PatienceEnded(usize),
    PodReady(usize),
    Change(usize),
    Arrived(usize),
    Thought(usize, u32),
    From,
    To,
    Drained,
}

pub struct Plain<'m> {
    pub model: &'m Model,
    pub now: u64,
    pub from: u64,
    pub to: u64,
    pub root: Key,
    pub tasks: Vec<Task>,
    pub pods: Vec<Pod>,
    pub services: Vec<Service>,
    pub edges: Vec<EdgeView>,
    streams: Vec<Stream>,
    unit: Sampler,
    agenda: BTreeSet<(u64, Event)>,
    /// Tasks that can go on; the last one first.
    pub todo: Vec<usize>,
    numbers: u64,
    pub in_flight: u64,
    measuring: bool,
    ended: Option<Stopped>,
    pub log: Log,
}

impl<'m> Plain<'m> {
    /// Runs one replication and hands out what happened.
    pub fn run(model: &'m Model, replication: u64) -> Log {
        let plan = &model.plan;
        let mut from = plan.from();
        if let Mode::Steady(WarmUp::Fixed(cut)) = plan.mode {
            from += cut;
        }
        let root = Key::root(plan.seed, replication, 0);
        let stream = |i: usize| Stream {
            key: root.child(i as u64),
            index: 0,
            progress: 0.0,
            sum: 0,
            visits: Vec::new(),
        };
        let mut plain = Self {
            model,
            now: 0,
            from: from.as_nanos(),
            to: plan.to().as_nanos(),
            root,
            tasks: Vec::new(),
            pods: Vec::new(),
            services: model.services.iter().map(|_| Service::default()).collect(),
            edges: model.edges.iter().map(|_| EdgeView::default()).collect(),
            streams: (0..model.sources.len()).map(stream).collect(),
            unit: Sampler::unit_exponential(),
            agenda: BTreeSet::new(),
            todo: Vec::new(),
            numbers: 0,
            in_flight: 0,
            measuring: false,
            ended: None,
            log: Log::new(model),
        };
        plain.start();
        while plain.ended.is_none() {
            let Some((at, event)) = plain.agenda.pop_first() else { break };
            assert!(at >= plain.now, "the clock ran backwards");
            plain.now = at;
            plain.happen(event);
            plain.run_tasks();
            plain.look();
        }
        plain.log.ended = plain.now;
        plain.log.stopped = plain.ended.unwrap_or(Stopped::Finished);
        plain.log
    }

    fn start(&mut self) {
        let plan = &self.model.plan;
        let (After::Continue { drain_limit } | After::Stop { drain_limit }) = plan.after;
        self.plan_at(self.from, Event::From);
        self.plan_at(self.to, Event::To);
        self.plan_at(self.to.saturating_add(drain_limit.as_nanos()), Event::Drained);
        for service in 0..self.services.len() {
            let replicas = self.model.services[service].replicas;
            self.services[service].desired = replicas;
            for _ in 0..replicas {
                let pod = self.make_pod(service);
                self.admit_pod(pod);
            }
        }
        for (i, change) in self.model.changes.iter().enumerate() {
            self.plan_at(change.at.as_nanos(), Event::Change(i));
        }
        for stream in 0..self.streams.len() {
            if let SourceKind::Closed { users, .. } = self.model.sources[stream].kind {
                self.streams[stream].visits = vec![0; users as usize];
                (0..users).for_each(|user| self.think(stream, user));
            } else {
                self.await_arrival(stream);
            }
        }
        self.place_initial();
        self.run_tasks();
        self.look();
    }

    fn plan_at(&mut self, at: u64, event: Event) {
        self.agenda.insert((at, event));
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub fn nanos(&self, law: LawId, key: Key, purpose: u64) -> u64 {
        self.model.laws[law.index()].sampler.nanos(key.draw(purpose))
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Worked(task, number) => {
                if self.tasks[task].plan.is_some_and(|p| p.0 == number) {
                    self.log.fired(self.now);
                    self.tasks[task].plan = None;
                    if let Some(pod) = self.tasks[task].pod {
                        self.pods[pod].running.retain(|&t| t != task);
                    }
                    self.tasks[task].step += 1;
                    self.todo.push(task);
                }
            }
            Event::SharedWorked(pod, number) => self.shared_worked(pod, number),
            Event::Waited(task) => {
                if !self.tasks[task].over {
                    self.tasks[task].step += 1;
                    self.todo.push(task);
                }
            }
            Event::TryTimedOut(task, number) => {
                if self.call_of(task).is_some_and(|c| c.try_number == number) {
                    self.log.fired(self.now);
                    self.try_timed_out(task);
                }
            }
            Event::CallTimedOut(task, number) => {
                if self.call_of(task).is_some_and(|c| c.number == number) {
                    self.log.fired(self.now);
                    self.call_timed_out(task);
                }
            }
            Event::BackedOff(task, number) => {
                if let Some(call) = self.call_of(task).filter(|c| c.try_number == number) {
                    self.try_call(task, call.site);
                }
            }
            Event::PatienceEnded(task) => self.patience_ended(task),
            Event::PodReady(pod) => {
                if self.pods[pod].life == Life::Starting {
                    let service = self.pods[pod].service;
                    self.services[service].starting.retain(|&p| p != pod);
                    self.admit_pod(pod);
                    self.note_scaling(service);
                }
            }
            Event::Change(i) => {
                if let Patch::Fleet(service, FleetPatch::Replicas(n)) = self.model.changes[i].patch {
                    self.scale_to(service.index(), n);
                }
            }
            Event::Arrived(stream) => {
                let key = self.streams[stream].key.child(self.streams[stream].index - 1);
                self.await_arrival(stream);
                self.begin_request(stream, key, None);
            }
            Event::Thought(stream, user) => {
                let s = &self.streams[stream];
                let key = s.key.child(u64::from(user)).child(s.visits[user as usize] | part::VISIT);
                self.begin_request(stream, key, Some(user));
            }
            Event::From => {
                self.measuring = true;
                for (s, service) in self.services.iter().enumerate() {
                    let ready = service.ready.len() as u32;
                    self.log.services[s].ready_range = (ready, ready);
                }
            }
            Event::To => {
                self.measuring = false;
                if self.in_flight == 0 {
                    self.ended = Some(Stopped::Finished);
                }
            }
            Event::Drained => {
                let finished = self.in_flight == 0;
                self.ended = Some(if finished { Stopped::Finished } else { Stopped::DrainLimit });
            }
        }
    }

    /// Writes down what every service holds.
    fn look(&mut self) {
        for (s, service) in self.services.iter().enumerate() {
            let mine = |p: &&Pod| p.service == s && p.life != Life::Gone;
            let busy: u32 = self.pods.iter().filter(mine).map(|p| p.busy).sum();
            let queued: usize = self.pods.iter().filter(mine).map(|p| p.queue.len()).sum();
            self.log.services[s].looks.push(Look {
                at: self.now,
                busy,
                waiting: (queued + service.central.len()) as u32,
                ready: service.ready.len() as u32,
                pods: self.pods.iter().filter(mine).count() as u32,
                desired: service.desired,
            });
        }
    }

    // Arrivals.

    fn await_arrival(&mut self, stream: usize) {
        let s = &mut self.streams[stream];
        let gaps = s.key.child(u64::MAX);
        let index = s.index;
        s.index += 1;
        let SourceKind::Open(process) = &self.model.sources[stream].kind else { return };
        let seconds = |t: f64| (t * 1e9 < 1.8e19).then(|| (t * 1e9).round_ties_even() as u64);
        let at = match process {
            ArrivalProcess::Poisson(profile) => {
                s.progress += self.unit.value(gaps.draw(index));
                seconds(profile.invert(s.progress, &mut 0))
            }
            ArrivalProcess::Even(profile) => seconds(profile.invert(index as f64 + 0.5, &mut 0)),
            ArrivalProcess::Renewal { gap } => {
                s.sum += self.model.laws[gap.index()].sampler.nanos(gaps.draw(index));
                Some(s.sum)
            }
            ArrivalProcess::Times(times) => times.get(index as usize).copied(),
            _ => None,
        };
        let ends = matches!(self.model.plan.after, After::Stop { .. });
        if let Some(at) = at.filter(|&at| !(ends && at >= self.to)) {
            self.plan_at(at, Event::Arrived(stream));
        }
    }

    fn think(&mut self, stream: usize, user: u32) {
        let SourceKind::Closed { think, .. } = self.model.sources[stream].kind else { return };
        let s = &mut self.streams[stream];
        let key = s.key.child(u64::from(user)).child(s.visits[user as usize]);
        s.visits[user as usize] += 1;
        let at = self.now + self.nanos(think, key, purpose::THINK);
        if !(matches!(self.model.plan.after, After::Stop { .. }) && at >= self.to) {
            self.plan_at(at, Event::Thought(stream, user));
        }
    }

    fn begin_request(&mut self, stream: usize, key: Key, user: Option<u32>) {
        let source = &self.model.sources[stream];
        let at = if source.classes.len() > 1 { source.mix.pick(key.draw(purpose::CLASS)) } else { 0 };
        let class = source.classes[at];
        let measured = (self.from..self.to).contains(&self.now);
        self.in_flight += u64::from(measured);
        let client = self.admit(class, key, user, measured);
        if let Some(patience) = self.model.classes[class.index()].patience {
            let at = self.now + self.nanos(patience.law, key, purpose::PATIENCE);
            self.plan_at(at, Event::PatienceEnded(client));
        }
    }

    fn admit(&mut self, class: ClassId, key: Key, user: Option<u32>, measured: bool) -> usize {
        self.log.roots.push(Root { class: class.index(), arrived: self.now, measured, end: None });
        let c = &self.model.classes[class.index()];
        let role = Role::Client { root: self.log.roots.len() - 1, user };
        let client = self.new_task(key, role, c.program.index(), measured, c.priority);
        self.todo.push(client);
        client
    }

    fn place_initial(&mut self) {
        for service in 0..self.services.len() {
            let InitialState::Requests { count, class } = self.model.services[service].initial else {
                continue;
            };
            let base = self.root.child(part::INITIAL | service as u64);
            for i in 0..count {
                let before = self.todo.len();
                self.admit(class, base.child(u64::from(i)), None, false);
                // Plain calls are there at once; other programs begin when all are there.
                while super::log::is_plain_call(self.model, class.index()) && self.todo.len() > before {
                    let task = self.todo.pop().expect("one more than before");
                    self.run_task(task);
                }
            }
        }
    }

    pub fn new_task(&mut self, key: Key, role: Role, step: usize, measured: bool, priority: u8) -> usize {
        self.tasks.push(Task {
            key,
            outer: Vec::new(),
            arrived: self.now,
            role,
            service: None,
            pod: None,
            step,
            measured,
            priority,
            given_up: false,
            queued: false,
            started: false,
            begun: 0,
            over: false,
            call: None,
            join: None,
            plan: None,
            rest: None,
        });
        self.tasks.len() - 1
    }

    // Programs.

    pub fn run_tasks(&mut self) {
        while let Some(task) = self.todo.pop() {
            self.run_task(task);
        }
    }

    fn run_task(&mut self, task: usize) {
        loop {
            let Task { key, step, .. } = self.tasks[task];
            match self.model.steps[step] {
                Step::Work { .. } => return self.begin_work(task),
                Step::Wait { law } => {
                    let at = self.now + self.nanos(law, key, step as u64);
                    return self.plan_at(at, Event::Waited(task));
                }
                Step::Call { site } => return self.begin_call(task, site),
                Step::Branch { probability, otherwise } => {
                    let taken = unit(key.draw(step as u64)) < probability;
                    self.tasks[task].step = if taken { step + 1 } else { otherwise.index() };
                }
                Step::Jump { to } => {
                    if to.index() <= step {
                        self.tasks[task].key = key.child(part::VISIT | step as u64);
                    }
                    self.tasks[task].step = to.index();
                }
                Step::Parallel { branches, .. } => return self.fork(task, branches),
                Step::End => return self.end(task, None),
            }
        }
    }

    /// Begins a task's work step.
    pub fn begin_work(&mut self, task: usize) {
        let Task { key, step, pod, service, .. } = self.tasks[task];
        let Step::Work { law } = self.model.steps[step] else { return };
        let work = self.nanos(law, key, step as u64);
        let (Some(pod), Some(service)) = (pod, service) else {
            return self.plan_at(self.now + work, Event::Waited(task));
        };
        let s = &self.model.services[service];
        if s.cpu_limit < f64::from(s.slots) {
            self.share_cpu(pod);
            self.pods[pod].shared.push((task, work as f64));
            return self.plan_shared(pod);
        }
        let whole = (work as f64 / self.pods[pod].speed).round() as u64;
        let lasts = self.tasks[task].rest.take().unwrap_or(whole);
        let number = self.number();
        self.tasks[task].plan = Some((number, self.now + lasts));
        self.pods[pod].running.push(task);
        self.plan_at(self.now + lasts, Event::Worked(task, number));
    }

    fn shared_rate(&self, pod: usize) -> f64 {
        let p = &self.pods[pod];
        p.speed * (self.model.services[p.service].cpu_limit / p.shared.len() as f64).min(1.0)
    }

    fn share_cpu(&mut self, pod: usize) {
        let done = (self.now - self.pods[pod].shared_at) as f64 * self.shared_rate(pod);
        self.pods[pod].shared_at = self.now;
        self.pods[pod].shared.iter_mut().for_each(|(_, left)| *left -= done);
    }

    fn plan_shared(&mut self, pod: usize) {
        let number = self.number();
        self.pods[pod].shared_plan = number;
        let least = self.pods[pod].shared.iter().map(|s| s.1).fold(f64::INFINITY, f64::min);
        if least.is_finite() {
            let lasts = (least.max(0.0) / self.shared_rate(pod)).ceil() as u64;
            self.plan_at(self.now + lasts, Event::SharedWorked(pod, number));
        }
    }

    fn shared_worked(&mut self, pod: usize, number: u64) {
        if self.pods[pod].shared_plan != number {
            return;
        }
        self.share_cpu(pod);
        let shared = &self.pods[pod].shared;
        let Some(first) = (0..shared.len()).min_by(|&a, &b| shared[a].1.total_cmp(&shared[b].1)) else {
            return;
        };
        let (task, _) = self.pods[pod].shared.remove(first);
        self.plan_shared(pod);
        self.tasks[task].step += 1;
        self.todo.push(task);
    }

    fn fork(&mut self, task: usize, branches: u16) {
        let number = self.number();
        self.tasks[task].join = Some(Join { number, succeeded: 0, failed: 0 });
        let Task { key, step, service, pod, measured, priority, .. } = self.tasks[task];
        // The first branch is to run first, so it is put down last.
        for branch in (0..branches).rev() {
            let key = key.child(part::BRANCH | (step as u64) << 16 | u64::from(branch));
            let role = Role::Branch { parent: task, join: number };
            let child = self.new_task(key, role, step + 1 + branch as usize, measured, priority);
            (self.tasks[child].service, self.tasks[child].pod) = (service, pod);
            self.tasks[child].outer = self.tasks[task].outer.clone();
            self.todo.push(child);
        }
    }

    /// A branch has ended: the parent goes on, fails, or waits for more.
    fn branch_ended(&mut self, parent: usize, join: u64, cause: Option<FailureCause>) {
        let step = self.tasks[parent].step;
        let Some(state) = self.tasks[parent].join.filter(|j| j.number == join) else { return };
        let Step::Parallel { branches, need } = self.model.steps[step] else { return };
        let (succeeded, failed) =
            (state.succeeded + u16::from(cause.is_none()), state.failed + u16::from(cause.is_some()));
        self.tasks[parent].join = Some(Join { succeeded, failed, ..state });
        if succeeded >= need {
            self.tasks[parent].join = None;
            self.tasks[parent].step += 1 + branches as usize;
            self.todo.push(parent);
        } else if failed > branches - need {
            self.tasks[parent].join = None;
            self.end(parent, cause);
        }
    }

    /// A program is over, well or by a cause. Its slot is passed on before anybody hears of it.
    pub fn end(&mut self, task: usize, cause: Option<FailureCause>) {
        if !matches!(self.tasks[task].role, Role::Branch { .. }) && self.tasks[task].pod.is_some() {
            self.release(task, cause.is_none());
        }
        self.tasks[task].over = true;
        match self.tasks[task].role {
            Role::Client { .. } => self.end_root(task, cause),
            Role::Branch { parent, join } => {
                if !self.tasks[parent].over {
                    self.branch_ended(parent, join, cause);
                }
                // Branches that nobody needs any more go on in their pod, which is not gone before they are.
                if let Some(pod) = self.tasks[task].pod {
                    self.go_if_drained(pod);
                }
            }
            Role::Callee { caller, try_number } => {
                if self.call_of(caller).is_some_and(|c| c.try_number == try_number) {
                    self.call_ended(caller, task, cause);
                }
            }
        }
    }

    pub fn end_root(&mut self, client: usize, cause: Option<FailureCause>) {
        let Role::Client { root, user } = self.tasks[client].role else { return };
        self.tasks[client].over = true;
        self.log.roots[root].end = Some((self.now, cause));
        if self.tasks[client].measured {
            self.in_flight -= 1;
            if self.in_flight == 0 && self.now > self.to {
                self.ended = Some(Stopped::Finished);
            }
        }
        if let Some(user) = user {
            let class = self.log.roots[root].class;
            self.think(self.model.classes[class].source.index(), user);
        }
    }

    // Pods.

    fn make_pod(&mut self, service: usize) -> usize {
        let ordinal = self.services[service].made;
        self.services[service].made += 1;
        let key = self.pod_key(service, ordinal);
        let speed = match &self.model.services[service].speed {
            PodSpeed::Same(speed) => *speed,
            PodSpeed::Each(speeds) => speeds[ordinal as usize % speeds.len()],
            PodSpeed::Drawn(law) => {
                self.model.laws[law.index()].sampler.value(key.draw(purpose::POD | 1)).max(1e-6)
            }
        };
        self.pods.push(Pod {
            service,
            ordinal,
            life: Life::Starting,
            speed,
            busy: 0,
            queue: Vec::new(),
            running: Vec::new(),
            shared: Vec::new(),
            shared_at: 0,
            shared_plan: 0,
        });
        self.pods.len() - 1
    }

    fn pod_key(&self, service: usize, ordinal: u32) -> Key {
        self.root.child(part::PODS | service as u64).child(u64::from(ordinal))
    }

    fn admit_pod(&mut self, pod: usize) {
        let service = self.pods[pod].service;
        self.pods[pod].life = Life::Ready;
        self.services[service].ready.push(pod);
        self.services[service].ranks.insert(pod);
        for (edge, view) in self.model.edges.iter().zip(&mut self.edges) {
            if edge.target.index() == service {
                view.outstanding.iter_mut().for_each(|ranks| ranks.insert(pod));
            }
        }
        if self.model.services[service].placement == QueuePlacement::Central {
            self.serve_central(service);
        }
    }

    fn scale_to(&mut self, service: usize, desired: u32) {
        self.services[service].desired = desired;
        let have = (self.services[service].ready.len() + self.services[service].starting.len()) as u32;
        (have..desired).for_each(|_| self.start_pod(service));
        (desired..have).for_each(|_| self.stop_pod(service));
        self.note_scaling(service);
    }

    fn start_pod(&mut self, service: usize) {
        let ordinal = self.services[service].made;
        let pod = self.make_pod(service);
        let startup = self.model.services[service].startup;
        let delay = self.nanos(startup, self.pod_key(service, ordinal), purpose::POD);
        if delay == 0 {
            return self.admit_pod(pod);
        }
        self.services[service].starting.push(pod);
        self.plan_at(self.now + delay, Event::PodReady(pod));
    }

    /// The newest pod that is not ready goes at once, else the newest ready one drains.
    fn stop_pod(&mut self, service: usize) {
        if let Some(pod) = self.services[service].starting.pop() {
            self.pods[pod].life = Life::Gone;
            return;
        }
        let Some(pod) = self.services[service].ready.pop() else { return };
        self.services[service].ranks.remove(pod);
        for (edge, view) in self.model.edges.iter().zip(&mut self.edges) {
            if edge.target.index() == service {
                view.outstanding.iter_mut().for_each(|ranks| ranks.remove(pod));
            }
        }
        self.pods[pod].life = Life::Draining;
        self.go_if_drained(pod);
    }

    pub fn go_if_drained(&mut self, pod: usize) {
        let branch =
            |task: &Task| task.pod == Some(pod) && !task.over && matches!(task.role, Role::Branch { .. });
        let p = &self.pods[pod];
        if p.life == Life::Draining && p.busy == 0 && p.queue.is_empty() && !self.tasks.iter().any(branch) {
            self.pods[pod].life = Life::Gone;
        }
    }

    fn note_scaling(&mut self, service: usize) {
        let s = &self.services[service];
        let ready = s.ready.len() as u32;
        let log = &mut self.log.services[service];
        if self.measuring {
            log.ready_range = (log.ready_range.0.min(ready), log.ready_range.1.max(ready));
        }
        log.scaling.push((self.now, s.desired, ready));
    }

    /// A call that a task which is not over is in.
    pub fn call_of(&self, task: usize) -> Option<Call> {
        self.tasks[task].call.filter(|_| !self.tasks[task].over)
    }

    pub fn arm_try(&mut self, task: usize, call: Call, after: u64) {
        self.plan_at(self.now + after, Event::TryTimedOut(task, call.try_number));
    }

    pub fn arm_call(&mut self, task: usize, call: Call, after: u64) {
        self.plan_at(self.now + after, Event::CallTimedOut(task, call.number));
    }

    pub fn back_off(&mut self, task: usize, try_number: u64, pause: u64) {
        self.plan_at(self.now + pause, Event::BackedOff(task, try_number));
    }

    pub fn fresh_number(&mut self) -> u64 {
        self.number()
    }

    /// Whether a service of this discipline interrupts.
    pub fn interrupts(&self, service: usize) -> bool {
        matches!(self.model.services[service].discipline, Discipline::Priority { preemptive: true })
    }
}
