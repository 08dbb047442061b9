//! What a model asks of its services when nothing waits: work, slots and time, from means alone.

use std::collections::BTreeMap;

use crate::model::{ArrivalProcess, LawId, Model, Source, SourceKind, Step, StepId};

/// What one service is asked at the largest rates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Need {
    /// Cores of work.
    pub cores: f64,
    /// Slots held, waits and calls included.
    pub held: f64,
}

/// Means of programs, and what services are asked.
pub(super) struct Demand {
    times: BTreeMap<StepId, f64>,
    pub services: Vec<Need>,
}

/// What one run of a program does on average.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// Time without waiting, calls included.
    time: f64,
    /// Own work.
    work: f64,
}

/// Visits of one program, its own and those of its branches and calls.
struct Walk<'m> {
    model: &'m Model,
    known: BTreeMap<StepId, Run>,
}

impl Demand {
    /// Walks every program; calls must have no circle. `shares` are the classes' shares of their sources.
    pub(super) fn of(model: &Model, shares: &[f64]) -> Self {
        let mut walk = Walk { model, known: BTreeMap::new() };
        let mut services = vec![Need::default(); model.services.len()];
        for source in &model.sources {
            for &class in &source.classes {
                let rate = largest_rate(model, source) * shares[class.index()];
                let program = model.classes[class.index()].program;
                walk.run(program);
                walk.spread(program, rate, &mut services);
            }
        }
        let times = walk.known.iter().map(|(&program, run)| (program, run.time)).collect();
        Self { times, services }
    }

    /// Mean time of a program when nothing waits, in seconds.
    pub(super) fn time_of(&self, program: StepId) -> f64 {
        self.times.get(&program).copied().unwrap_or(0.0)
    }
}

/// The largest rate of a source in the counted span; closed sources are left out, they hold themselves back.
fn largest_rate(model: &Model, source: &Source) -> f64 {
    let plan = &model.plan;
    let (from, to) = (plan.from().as_secs_f64(), plan.to().as_secs_f64());
    match &source.kind {
        SourceKind::Open(ArrivalProcess::Poisson(rates) | ArrivalProcess::Even(rates)) => {
            rates.largest(from, to)
        }
        SourceKind::Open(ArrivalProcess::Renewal { gap }) => 1.0 / model.laws[gap.index()].law.mean(),
        SourceKind::Open(ArrivalProcess::Mmpp { rates, .. }) => rates.iter().copied().fold(0.0, f64::max),
        SourceKind::Open(ArrivalProcess::Times(times)) => times.len() as f64 / (to - from).max(1e-9),
        SourceKind::Open(ArrivalProcess::Segments(_)) | SourceKind::Closed { .. } => 0.0,
    }
}

impl Walk<'_> {
    fn mean(&self, law: LawId) -> f64 {
        let mean = self.model.laws[law.index()].law.mean();
        if mean.is_finite() { mean } else { 0.0 }
    }

    /// Probability with which each step of a program is reached.
    fn reached(&self, program: StepId) -> Vec<(Step, f64)> {
        let steps = &self.model.steps;
        let first = program.index();
        let mut found = Vec::new();
        // Programs jump forwards only, so one pass over their steps is enough.
        let mut probability: BTreeMap<usize, f64> = BTreeMap::from([(first, 1.0)]);
        let mut at = first;
        while at < steps.len() {
            let here = probability.get(&at).copied().unwrap_or(0.0);
            let mut flow = |to: usize, p: f64| *probability.entry(to).or_insert(0.0) += p;
            match steps[at] {
                Step::End => break,
                Step::Branch { probability, otherwise } => {
                    flow(at + 1, here * probability);
                    flow(otherwise.index(), here * (1.0 - probability));
                }
                Step::Jump { to } => flow(to.index(), here),
                Step::Parallel { branches, .. } => {
                    found.push((steps[at], here));
                    for branch in 1..=usize::from(branches) {
                        found.push((steps[at + branch], here));
                    }
                    at += usize::from(branches);
                    flow(at + 1, here);
                    at += 1;
                    continue;
                }
                step => {
                    found.push((step, here));
                    flow(at + 1, here);
                }
            }
            at += 1;
        }
        found
    }

    fn run(&mut self, program: StepId) -> Run {
        if let Some(&run) = self.known.get(&program) {
            return run;
        }
        self.known.insert(program, Run::default());
        let mut run = Run::default();
        let mut longest = 0.0_f64;
        for (step, p) in self.reached(program) {
            match step {
                Step::Work { law } => {
                    run.work += p * self.mean(law);
                    run.time += p * self.mean(law);
                }
                Step::Wait { law } => run.time += p * self.mean(law),
                Step::Call { site } => {
                    run.time += p * self.run(self.model.sites[site.index()].operation).time
                }
                Step::Parallel { .. } => {
                    run.time += longest;
                    longest = 0.0;
                }
                // Branches of a parallel step: the longest of their means is a lower bound of the mean maximum.
                Step::Jump { to } => {
                    let branch = self.run(to);
                    run.work += p * branch.work;
                    longest = longest.max(p * branch.time);
                }
                Step::Branch { .. } | Step::End => {}
            }
        }
        run.time += longest;
        self.known.insert(program, run);
        run
    }

    /// Adds what `rate` runs of a program per second ask of every service below it.
    fn spread(&mut self, program: StepId, rate: f64, services: &mut [Need]) {
        let mut open = vec![(program, rate, 0)];
        let mut budget = 100_000;
        while let Some((program, rate, depth)) = open.pop() {
            budget -= 1;
            if rate <= 0.0 || budget == 0 || depth > 64 {
                continue;
            }
            for (step, p) in self.reached(program) {
                match step {
                    Step::Call { site } => {
                        let site = &self.model.sites[site.index()];
                        let target = self.model.edges[site.edge.index()].target;
                        let run = self.run(site.operation);
                        let need = &mut services[target.index()];
                        need.cores += rate * p * run.work;
                        need.held += rate * p * run.time;
                        open.push((site.operation, rate * p, depth + 1));
                    }
                    Step::Jump { to } => open.push((to, rate * p, depth + 1)),
                    _ => {}
                }
            }
        }
    }
}
