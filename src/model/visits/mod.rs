//! What programs do on average when nothing waits: visits of steps, calls, own work, time. The one walk over programs
//! that everything reads which is told by means alone: the warnings before a run, the pods a load needs, the work
//! beside a simulation.
//!
//! It is the load of first attempts: every call is answered by its first try, nobody gives up, nothing waits. Visits
//! are exact for branches and loops of any shape. Work is exact. Time is exact for steps that follow each other; of
//! parallel branches only the means are known, so the time of a parallel step is the `need`-th smallest of the means
//! (the mean of the slowest is at least the slowest mean), and a call with a timeout takes at most that.

mod flow;
#[cfg(test)]
mod tests;

use super::{ClassId, LawId, Model, PodSpeed, Service, ServiceId, SiteId, Step, StepId};
use flow::Ways;
use std::collections::BTreeMap;

/// What one request of a class brings to a service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Demand {
    /// Calls a request.
    pub visits: f64,
    /// Seconds of cpu a request, at speed 1.
    pub work: f64,
    /// Seconds in a slot a request, calls to others included, without waiting.
    pub held: f64,
}

/// What a request of a class asks of every service, and its response time without any waiting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassDemand {
    /// One a service, in the model's order.
    pub services: Vec<Demand>,
    /// Mean response time without waiting, in seconds.
    pub unloaded: f64,
}

/// A program and whose pods run it; clients have no pods.
type Place = (StepId, Option<ServiceId>);

/// How a program begins another one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Begins {
    /// By a call, which enters the callee's service.
    Call(SiteId),
    /// As a branch beside it, in the same pod.
    Branch,
}

/// What one run of a program does on average.
#[derive(Clone, Debug, Default)]
struct Run {
    at: Option<ServiceId>,
    /// Visits of its own steps; those of its branches belong to their runs.
    steps: Vec<(StepId, f64)>,
    /// Runs that it begins, how, and how often.
    begins: Vec<(usize, Begins, f64)>,
    /// Seconds of cpu at speed 1 at its own place, branches included.
    work: f64,
    /// Seconds until it ends.
    elapsed: f64,
}

/// The walk over all programs of a model.
#[derive(Clone, Debug)]
pub struct Visits<'m> {
    model: &'m Model,
    /// Every program that may be run, each after those that it begins.
    runs: Vec<Run>,
    known: BTreeMap<Place, usize>,
}

/// A program whose callees are being walked.
struct Open {
    place: Place,
    steps: Vec<(StepId, f64)>,
    begins: Vec<(Place, Begins, f64)>,
    /// How many of them have been looked at.
    walked: usize,
}

impl<'m> Visits<'m> {
    /// Walks all programs that clients and calls can run. A circle of calls, which no scenario can have, is cut where
    /// it closes.
    #[must_use]
    pub fn of(model: &'m Model) -> Self {
        let mut walk = Self { model, runs: Vec::new(), known: BTreeMap::new() };
        for site in &model.sites {
            walk.visit((site.operation, walk.target(site.edge.index())));
        }
        for class in &model.classes {
            walk.visit((class.program, None));
        }
        walk
    }

    /// What one request of a class asks of the services.
    #[must_use]
    pub fn class(&self, class: ClassId) -> ClassDemand {
        let mut services = vec![Demand::default(); self.model.services.len()];
        let flows = self.flows(class);
        for (run, flow) in self.flowing(&flows) {
            for &(callee, begins, count) in &run.begins {
                let (Begins::Call(_), callee) = (begins, &self.runs[callee]) else { continue };
                let Some(service) = callee.at else { continue };
                let demand = &mut services[service.index()];
                let calls = flow * count;
                demand.visits += calls;
                demand.work += times(calls, callee.work);
                demand.held += times(calls, callee.elapsed);
            }
        }
        let unloaded = self.entry(class).map_or(0.0, |entry| self.runs[entry].elapsed);
        ClassDemand { services, unloaded }
    }

    /// Expected calls from each site by one request of a class.
    #[must_use]
    pub fn calls(&self, class: ClassId) -> Vec<f64> {
        let mut calls = vec![0.0; self.model.sites.len()];
        let flows = self.flows(class);
        for (run, flow) in self.flowing(&flows) {
            for &(_, begins, count) in &run.begins {
                if let Begins::Call(site) = begins {
                    calls[site.index()] += flow * count;
                }
            }
        }
        calls
    }

    /// Expected visits of each step by one request of a class, in whatever program the step stands.
    #[must_use]
    pub fn steps(&self, class: ClassId) -> Vec<f64> {
        let mut steps = vec![0.0; self.model.steps.len()];
        let flows = self.flows(class);
        for (run, flow) in self.flowing(&flows) {
            run.steps.iter().for_each(|&(step, count)| steps[step.index()] += times(flow, count));
        }
        steps
    }

    /// Mean time that a call's callee takes for it when nothing waits, in seconds; the call's own timers do not cut it.
    #[must_use]
    pub fn callee_time(&self, site: SiteId) -> f64 {
        let site = &self.model.sites[site.index()];
        let found = self.known.get(&(site.operation, self.target(site.edge.index())));
        found.map_or(0.0, |&run| self.runs[run].elapsed)
    }

    fn target(&self, edge: usize) -> Option<ServiceId> {
        Some(self.model.edges[edge].target)
    }

    fn entry(&self, class: ClassId) -> Option<usize> {
        self.known.get(&(self.model.classes[class.index()].program, None)).copied()
    }

    /// How often each program is run by one request of a class.
    fn flows(&self, class: ClassId) -> Vec<f64> {
        let mut flows = vec![0.0; self.runs.len()];
        let Some(entry) = self.entry(class) else { return flows };
        flows[entry] = 1.0;
        // Whoever begins a run stands after it.
        for at in (0..=entry).rev().filter(|&at| at < self.runs.len()) {
            let flow = flows[at];
            for &(callee, _, count) in self.runs[at].begins.iter().filter(|_| flow > 0.0) {
                flows[callee] += flow * count;
            }
        }
        flows
    }

    fn flowing<'a>(&'a self, flows: &'a [f64]) -> impl Iterator<Item = (&'a Run, f64)> + 'a {
        // From the client inwards, as a request goes.
        self.runs.iter().zip(flows.iter().copied()).rev().filter(|&(_, flow)| flow > 0.0)
    }

    /// Walks a program after those that it begins.
    fn visit(&mut self, place: Place) {
        if self.known.contains_key(&place) {
            return;
        }
        let mut open = vec![self.open(place)];
        while let Some(top) = open.last_mut() {
            if let Some(&(next, ..)) = top.begins.get(top.walked) {
                top.walked += 1;
                let is_open = open.iter().any(|o| o.place == next);
                if !is_open && !self.known.contains_key(&next) {
                    open.push(self.open(next));
                }
            } else if let Some(top) = open.pop() {
                self.close(top);
            }
        }
    }

    /// Finds out how often a program does each of its steps, and what it begins.
    fn open(&self, place: Place) -> Open {
        let steps = self.reached(place.0);
        let mut begins = Vec::new();
        for &(step, count) in &steps {
            match self.model.steps[step.index()] {
                Step::Call { site } => {
                    let called = &self.model.sites[site.index()];
                    let target = self.target(called.edge.index());
                    begins.push(((called.operation, target), Begins::Call(site), count));
                }
                Step::Parallel { branches, need } if need > 0 => {
                    begins.extend(
                        branches_of(step, branches).map(|first| ((first, place.1), Begins::Branch, count)),
                    );
                }
                _ => {}
            }
        }
        Open { place, steps, begins, walked: 0 }
    }

    /// Adds a program up whose callees are all known.
    fn close(&mut self, program: Open) {
        let Open { place, steps, begins, .. } = program;
        let speed = place.1.map_or(1.0, |s| mean_speed(self.model, &self.model.services[s.index()]));
        let mut run = Run { at: place.1, ..Run::default() };
        for &(step, count) in &steps {
            match self.model.steps[step.index()] {
                Step::Work { law } => {
                    let work = mean(self.model, law);
                    run.work += times(count, work);
                    run.elapsed += times(count, work / speed);
                }
                Step::Wait { law } => run.elapsed += times(count, mean(self.model, law)),
                Step::Call { site } => run.elapsed += times(count, self.call_time(site)),
                Step::Parallel { branches, need } if need > 0 => {
                    let branch = |first: StepId| self.known.get(&(first, place.1)).map(|&at| &self.runs[at]);
                    let sides: Vec<&Run> = branches_of(step, branches).filter_map(branch).collect();
                    sides.iter().for_each(|side| run.work += times(count, side.work));
                    run.elapsed += times(count, last_needed(&sides, need));
                }
                _ => {}
            }
        }
        let walked =
            |&(place, how, count): &(Place, Begins, f64)| Some((*self.known.get(&place)?, how, count));
        run.begins = begins.iter().filter_map(walked).collect();
        run.steps = steps;
        self.known.insert(place, self.runs.len());
        self.runs.push(run);
    }

    /// Mean time of a call whose callee never waits.
    fn call_time(&self, site: SiteId) -> f64 {
        let time = self.callee_time(site);
        let timeout = self.model.sites[site.index()].policy.timeout;
        timeout.map_or(time, |timeout| time.min(timeout.as_secs_f64()))
    }

    /// How often one run of a program visits each step that it can reach, in the order of the steps.
    fn reached(&self, program: StepId) -> Vec<(StepId, f64)> {
        let steps = &self.model.steps;
        let mut states: BTreeMap<usize, usize> = BTreeMap::new();
        let mut todo = vec![program.index()];
        while let Some(at) = todo.pop() {
            if at < steps.len() && states.insert(at, 0).is_none() {
                todo.extend(
                    ways(steps[at], at).into_iter().flatten().filter(|way| way.1 > 0.0).map(|way| way.0),
                );
            }
        }
        // The first state is where the program begins, the others follow in the order of the steps.
        let first = states.remove(&program.index()).map(|_| program.index());
        let order: Vec<usize> = first.into_iter().chain(states.keys().copied()).collect();
        let states: BTreeMap<usize, usize> =
            order.iter().enumerate().map(|(state, &at)| (at, state)).collect();
        let chain = order.iter().map(|&at| {
            let mut out = Ways::default();
            let all = ways(steps[at], at);
            for (to, probability) in all.into_iter().flatten() {
                match states.get(&to) {
                    Some(&state) => out.go(state, probability),
                    // Past the last step is the end, too.
                    None => out.end(probability),
                }
            }
            if all[0].is_none() {
                out.end(1.0);
            }
            out
        });
        let visits = flow::expected_visits(chain.collect());
        let mut found: Vec<(StepId, f64)> = order.iter().map(|&at| StepId(at as u16)).zip(visits).collect();
        found.sort_by_key(|&(step, _)| step);
        found
    }
}

/// Where a step may go on in its own program, and with what probability; nowhere at the end.
fn ways(step: Step, at: usize) -> [Option<(usize, f64)>; 2] {
    match step {
        Step::End => [None, None],
        Step::Work { .. } | Step::Wait { .. } | Step::Call { .. } => [Some((at + 1, 1.0)), None],
        Step::Jump { to } => [Some((to.index(), 1.0)), None],
        Step::Parallel { branches, .. } => [Some((at + 1 + usize::from(branches), 1.0)), None],
        Step::Branch { probability, otherwise } => {
            [Some((at + 1, probability)), Some((otherwise.index(), 1.0 - probability))]
        }
    }
}

/// First steps of the branches of the parallel step `at`.
fn branches_of(at: StepId, branches: u16) -> impl Iterator<Item = StepId> {
    (1..=branches).map(move |branch| StepId(at.0 + branch))
}

/// When the last branch ends that is needed, by the branches' means.
fn last_needed(sides: &[&Run], need: u16) -> f64 {
    let mut ends: Vec<f64> = sides.iter().map(|side| side.elapsed).collect();
    ends.sort_by(f64::total_cmp);
    let last = usize::from(need).min(ends.len());
    last.checked_sub(1).map_or(0.0, |last| ends[last])
}

/// A product in which nothing happens no times, even if it would take for ever.
fn times(count: f64, each: f64) -> f64 {
    if count == 0.0 || each == 0.0 { 0.0 } else { count * each }
}

/// Mean of a law; a mean that is infinite says nothing about a load and counts as none.
fn mean(model: &Model, law: LawId) -> f64 {
    let mean = model.laws.get(law.index()).map_or(0.0, |law| law.law.mean());
    if mean.is_finite() { mean } else { 0.0 }
}

/// Mean speed of a service's pods.
#[must_use]
pub fn mean_speed(model: &Model, service: &Service) -> f64 {
    let speed = match &service.speed {
        PodSpeed::Same(speed) => *speed,
        PodSpeed::Each(speeds) => speeds.iter().sum::<f64>() / speeds.len().max(1) as f64,
        PodSpeed::Drawn(law) => mean(model, *law),
    };
    if speed > 0.0 { speed } else { 1.0 }
}
