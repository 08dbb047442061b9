//! The plain simulator.

use flashcrowd::model::{ArrivalProcess, Discipline, Model, QueuePlacement, SiteId, SourceKind, Step};
use flashcrowd::random::{Key, unit};

/// The part of a key that stands for a visit after a jump backwards from a step.
const VISIT: u64 = 1 << 32;

/// What a service has seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub waits: Vec<u64>,
    pub looks: Vec<(u32, u32)>,
    pub arrived: u64,
    pub rejected: u64,
    pub completed: u64,
    pub sojourn: u128,
    pub in_system: u128,
    pub busy: u128,
}

/// What the oracle saw.
#[derive(Debug)]
pub struct Outcome {
    pub services: Vec<Seen>,
    /// Arrived, succeeded, failed, sum of sojourns.
    pub classes: Vec<(u64, u64, u64, u128)>,
}

/// A program that runs: a client's or a call's.
#[derive(Clone, Debug)]
struct Task {
    key: Key,
    arrived: u64,
    class: usize,
    /// The task that waits for this one.
    parent: Option<usize>,
    /// Service and pod it is in, once it has a place.
    place: Option<(usize, usize)>,
    step: usize,
}

/// What will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A step of work or waiting is over.
    Done(usize),
    /// The next request of a source.
    Arrival(usize, usize),
    Look(usize),
    /// The counted span ends.
    End,
}

/// State of a run.
pub struct Plain<'m> {
    model: &'m Model,
    now: u64,
    tasks: Vec<Task>,
    agenda: Vec<(u64, Event)>,
    /// Busy slots by service and pod.
    busy: Vec<Vec<u32>>,
    /// Waiting tasks by service, in order of arrival, each with its pod if it has one.
    queues: Vec<Vec<(usize, Option<usize>)>>,
    /// Next pod in turn, by edge.
    turns: Vec<usize>,
    counting: bool,
    outcome: Outcome,
}

impl<'m> Plain<'m> {
    /// Runs the model's replication 0 to the end of its last request.
    pub fn run(model: &'m Model, look: &dyn Fn(u64) -> u64, looks: u64) -> Outcome {
        let seen = model.services.iter().map(|_| Seen::default()).collect();
        let mut plain = Self {
            model,
            now: 0,
            tasks: Vec::new(),
            agenda: Vec::new(),
            busy: model.services.iter().map(|s| vec![0; s.replicas as usize]).collect(),
            queues: vec![Vec::new(); model.services.len()],
            turns: vec![0; model.edges.len()],
            counting: true,
            outcome: Outcome { services: seen, classes: vec![(0, 0, 0, 0); model.classes.len()] },
        };
        for (s, source) in model.sources.iter().enumerate() {
            if let SourceKind::Open(ArrivalProcess::Times(times)) = &source.kind {
                let arrivals = times.iter().enumerate().filter(|(_, t)| **t < model.plan.to().as_nanos());
                plain.agenda.extend(arrivals.map(|(i, &t)| (t, Event::Arrival(s, i))));
            }
        }
        plain.agenda.extend((0..looks).map(|i| (look(i), Event::Look(i as usize))));
        plain.agenda.push((model.plan.to().as_nanos(), Event::End));
        while let Some(next) = (0..plain.agenda.len()).min_by_key(|&i| plain.agenda[i]) {
            let (at, event) = plain.agenda.swap_remove(next);
            plain.pass_time(at);
            plain.happen(event);
        }
        plain.outcome
    }

    fn pass_time(&mut self, to: u64) {
        let span = u128::from(to - self.now);
        self.now = to;
        if !self.counting {
            return;
        }
        for (service, seen) in self.outcome.services.iter_mut().enumerate() {
            let busy: u32 = self.busy[service].iter().sum();
            seen.busy += span * u128::from(busy);
            seen.in_system += span * (u128::from(busy) + self.queues[service].len() as u128);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::End => self.counting = false,
            Event::Look(_) => {
                for (service, seen) in self.outcome.services.iter_mut().enumerate() {
                    let waiting = self.queues[service].len() as u32;
                    seen.looks.push((self.busy[service].iter().sum::<u32>() + waiting, waiting));
                }
            }
            Event::Arrival(source, index) => {
                let class = self.model.sources[source].classes[0].index();
                self.outcome.classes[class].0 += 1;
                let key = Key::root(self.model.plan.seed, 0, 0).child(source as u64).child(index as u64);
                let step = self.model.classes[class].program.index();
                self.tasks.push(Task { key, arrived: self.now, class, parent: None, place: None, step });
                self.go_on(self.tasks.len() - 1);
            }
            Event::Done(task) => {
                self.tasks[task].step += 1;
                self.go_on(task);
            }
        }
    }

    /// Runs a task until it blocks or ends.
    fn go_on(&mut self, task: usize) {
        loop {
            let Task { key, step, .. } = self.tasks[task];
            match self.model.steps[step] {
                Step::Work { law } | Step::Wait { law } => {
                    let lasts = self.model.laws[law.index()].sampler.nanos(key.draw(step as u64));
                    return self.agenda.push((self.now + lasts, Event::Done(task)));
                }
                Step::Branch { probability, otherwise } => {
                    let taken = unit(key.draw(step as u64)) < probability;
                    self.tasks[task].step = if taken { step + 1 } else { otherwise.index() };
                }
                Step::Jump { to } => {
                    if to.index() <= step {
                        self.tasks[task].key = key.child(VISIT | step as u64);
                    }
                    self.tasks[task].step = to.index();
                }
                Step::Call { site } => return self.call(task, site),
                Step::End => return self.end(task),
                Step::Parallel { .. } => panic!("the random models run nothing side by side"),
            }
        }
    }

    fn call(&mut self, caller: usize, site: SiteId) {
        let model = self.model;
        let at = &model.sites[site.index()];
        let service = model.edges[at.edge.index()].target.index();
        let s = &model.services[service];
        let key = self.tasks[caller].key.child(u64::from(site.0));
        let class = self.tasks[caller].class;
        let step = at.operation.index();
        self.outcome.services[service].arrived += 1;
        let central = s.placement == QueuePlacement::Central;
        let pod = if central {
            // Any pod with a free slot: pods are alike, and nothing looks at which it was.
            (0..self.busy[service].len()).find(|&p| self.busy[service][p] < s.slots)
        } else {
            let turn = &mut self.turns[at.edge.index()];
            let pod = *turn % self.busy[service].len();
            *turn = pod + 1;
            Some(pod)
        };
        let free = pod.is_some_and(|p| self.busy[service][p] < s.slots);
        let place = pod.filter(|_| free).map(|p| (service, p));
        let waiting = self.queues[service].iter().filter(|w| central || w.1 == pod).count();
        if !free && waiting as u64 >= u64::from(s.queue_limit) {
            self.outcome.services[service].rejected += 1;
            return self.fail(caller);
        }
        self.tasks.push(Task { key, arrived: self.now, class, parent: Some(caller), place, step });
        let task = self.tasks.len() - 1;
        if free {
            self.start(task);
        } else {
            self.queues[service].push((task, pod.filter(|_| !central)));
        }
    }

    /// A task that has a place takes a slot.
    fn start(&mut self, task: usize) {
        let Some((service, pod)) = self.tasks[task].place else { return };
        self.busy[service][pod] += 1;
        let wait = self.now - self.tasks[task].arrived;
        self.outcome.services[service].waits.push(wait);
        self.go_on(task);
    }

    /// Gives the slot of a task to the next in the queue.
    fn release(&mut self, task: usize) {
        let Some((service, pod)) = self.tasks[task].place.take() else { return };
        self.busy[service][pod] -= 1;
        let queue = &self.queues[service];
        let mine = (0..queue.len()).filter(|&i| queue[i].1.is_none_or(|p| p == pod));
        let rank = |i: usize| self.model.classes[self.tasks[queue[i].0].class].priority;
        let next = match self.model.services[service].discipline {
            Discipline::Fifo => mine.min(),
            Discipline::Lifo => mine.max(),
            Discipline::Priority { .. } => mine.min_by_key(|&i| (rank(i), i)),
        };
        if let Some(next) = next {
            let (next, _) = self.queues[service].remove(next);
            self.tasks[next].place = Some((service, pod));
            self.start(next);
        }
    }

    /// A program has run to its end: the slot first goes to the next, then the caller goes on.
    fn end(&mut self, task: usize) {
        let Task { arrived, class, parent, place, .. } = self.tasks[task];
        let sojourn = u128::from(self.now - arrived);
        if let Some((service, _)) = place {
            self.outcome.services[service].completed += 1;
            self.outcome.services[service].sojourn += sojourn;
        }
        self.release(task);
        match parent {
            Some(caller) => {
                self.tasks[caller].step += 1;
                self.go_on(caller);
            }
            None => {
                self.outcome.classes[class].1 += 1;
                self.outcome.classes[class].3 += sojourn;
            }
        }
    }

    /// A call of this task was turned away: the task fails, and with it whoever waits for it.
    fn fail(&mut self, task: usize) {
        let Task { class, parent, .. } = self.tasks[task];
        self.release(task);
        match parent {
            Some(caller) => self.fail(caller),
            None => self.outcome.classes[class].2 += 1,
        }
    }
}
