//! What programs ask of services on average: visits, cpu time, time in a slot. Retries and waiting are left
//! out, so this is the first-attempt load.

use crate::model::{ArrivalProcess, LawId};
use crate::model::{Class, Model, PodSpeed, RateProfile, Service, SourceKind, Step, StepId};

/// Weight under which a path is not followed any further.
const FAINT: f64 = 1e-9;

/// Steps taken by one program at most; loops of long programs are cut there.
const MOST_STEPS: usize = 200_000;

/// Calls nested deeper than this do not occur: services call without cycles.
const DEEPEST: usize = 64;

/// What one run of a program takes on average, without waiting.
#[derive(Clone, Debug, Default)]
struct Cost {
    /// Seconds of cpu in the caller's own slot.
    work: f64,
    /// Seconds until the program ends.
    elapsed: f64,
    /// Calls by site.
    calls: Vec<(usize, f64)>,
}

/// Parallel branches: how many, how many must end, where and how deep they run.
#[derive(Clone, Copy)]
struct Sides {
    branches: u16,
    need: u16,
    speed: f64,
    depth: usize,
}

/// What one request of a class brings to a service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Demand {
    /// Calls a request.
    pub(super) visits: f64,
    /// Seconds of cpu a request, at speed 1.
    pub(super) work: f64,
    /// Seconds in a slot a request, calls to others included, without waiting.
    pub(super) held: f64,
}

/// What a request of a class takes, by service, and its response time without any waiting.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassDemand {
    pub(super) services: Vec<Demand>,
    pub(super) unloaded: f64,
}

/// The demand of one class.
pub(super) fn of_class(model: &Model, class: &Class) -> ClassDemand {
    let mut demand = ClassDemand { services: vec![Demand::default(); model.services.len()], unloaded: 0.0 };
    demand.unloaded = add(model, class.program, 1.0, 1.0, None, 0, &mut demand.services);
    demand
}

/// Adds a program run `weight` times at a service of this speed; gives its mean time.
fn add(
    model: &Model,
    program: StepId,
    weight: f64,
    speed: f64,
    at: Option<usize>,
    depth: usize,
    demands: &mut [Demand],
) -> f64 {
    let cost = cost_of(model, program, speed, depth);
    for &(site, count) in &cost.calls {
        let site = &model.sites[site];
        let target = model.edges[site.edge.index()].target.index();
        if depth < DEEPEST && weight * count > FAINT {
            let speed = mean_speed(model, &model.services[target]);
            add(model, site.operation, weight * count, speed, Some(target), depth + 1, demands);
        }
    }
    if let Some(service) = at {
        let demand = &mut demands[service];
        demand.visits += weight;
        demand.work += weight * cost.work;
        demand.held += weight * cost.elapsed;
    }
    cost.elapsed
}

/// Follows a program's steps by their expected number of visits.
fn cost_of(model: &Model, program: StepId, speed: f64, depth: usize) -> Cost {
    let mut cost = Cost::default();
    if depth > DEEPEST {
        return cost;
    }
    let mut weights = vec![0.0; model.steps.len()];
    let mut queue = std::collections::VecDeque::from([program.index()]);
    if let Some(first) = weights.get_mut(program.index()) {
        *first = 1.0;
    }
    for _ in 0..MOST_STEPS {
        let Some(at) = queue.pop_front() else { break };
        let weight = std::mem::take(&mut weights[at]);
        if weight < FAINT {
            continue;
        }
        let mut go = |to: usize, weight: f64| {
            if let Some(slot) = weights.get_mut(to)
                && weight > 0.0
            {
                if *slot == 0.0 {
                    queue.push_back(to);
                }
                *slot += weight;
            }
        };
        match model.steps[at] {
            Step::End => {}
            Step::Work { law } => {
                let time = law_mean(model, law) / speed;
                cost.work += weight * time * speed;
                cost.elapsed += weight * time;
                go(at + 1, weight);
            }
            Step::Wait { law } => {
                cost.elapsed += weight * law_mean(model, law);
                go(at + 1, weight);
            }
            Step::Call { site } => {
                cost.calls.push((site.index(), weight));
                cost.elapsed += weight * call_time(model, site.index(), depth);
                go(at + 1, weight);
            }
            Step::Branch { probability, otherwise } => {
                go(at + 1, weight * probability);
                go(otherwise.index(), weight * (1.0 - probability));
            }
            Step::Jump { to } => go(to.index(), weight),
            Step::Parallel { branches, need } => {
                let sides = Sides { branches, need, speed, depth };
                cost.elapsed += weight * side_by_side(model, at, sides, weight, &mut cost);
                go(at + 1 + usize::from(branches), weight);
            }
        }
    }
    cost
}

/// Adds the work and calls of parallel branches, which start in the steps after `at`; gives the time until
/// `need` of them have ended. The mean of the slowest is at least the slowest mean; without laws of sums that
/// must do.
fn side_by_side(model: &Model, at: usize, side: Sides, weight: f64, cost: &mut Cost) -> f64 {
    let mut times = Vec::new();
    for first in (1..=usize::from(side.branches)).map(|b| StepId((at + b) as u16)) {
        let branch = cost_of(model, first, side.speed, side.depth + 1);
        cost.work += weight * branch.work;
        cost.calls.extend(branch.calls.iter().map(|&(site, count)| (site, weight * count)));
        times.push(branch.elapsed);
    }
    times.sort_by(f64::total_cmp);
    let last = usize::from(side.need).clamp(1, times.len().max(1)) - 1;
    times.get(last).copied().unwrap_or(0.0)
}

/// Mean time of a call whose callee never waits.
fn call_time(model: &Model, site: usize, depth: usize) -> f64 {
    let site = &model.sites[site];
    let target = &model.services[model.edges[site.edge.index()].target.index()];
    let time = cost_of(model, site.operation, mean_speed(model, target), depth + 1).elapsed;
    site.policy.timeout.map_or(time, |timeout| time.min(timeout.as_secs_f64()))
}

fn law_mean(model: &Model, law: LawId) -> f64 {
    let mean = model.laws.get(law.index()).map_or(0.0, |law| law.law.mean());
    if mean.is_finite() { mean } else { 0.0 }
}

/// Mean speed of a service's pods.
pub(super) fn mean_speed(model: &Model, service: &Service) -> f64 {
    let speed = match &service.speed {
        PodSpeed::Same(speed) => *speed,
        PodSpeed::Each(speeds) => speeds.iter().sum::<f64>() / speeds.len().max(1) as f64,
        PodSpeed::Drawn(law) => law_mean(model, *law),
    };
    if speed > 0.0 { speed } else { 1.0 }
}

/// Requests of a class expected between two instants, in seconds from the start of a replication. The second
/// value says whether it is only a bound from above.
pub(super) fn expected_requests(model: &Model, class: usize, from: f64, to: f64) -> (f64, bool) {
    let Some(source) = model.sources.get(model.classes[class].source.index()) else { return (0.0, false) };
    let Some(at) = source.classes.iter().position(|id| id.index() == class) else { return (0.0, false) };
    let share = source.mix.probability(at);
    let span = to - from;
    let (count, bound) = match &source.kind {
        SourceKind::Closed { users, think } => {
            // Users who wait for nothing but their own thinking ask most often.
            let think = law_mean(model, *think);
            (if think > 0.0 { f64::from(*users) * span / think } else { 0.0 }, true)
        }
        SourceKind::Open(process) => match process {
            ArrivalProcess::Poisson(profile) | ArrivalProcess::Even(profile) => {
                (between(profile, from, to), false)
            }
            ArrivalProcess::Renewal { gap } => {
                let gap = law_mean(model, *gap);
                (if gap > 0.0 { span / gap } else { 0.0 }, false)
            }
            ArrivalProcess::Mmpp { rates, .. } => (rates.iter().copied().fold(0.0, f64::max) * span, true),
            ArrivalProcess::Segments(segments) => {
                let (from, to) = ((from * 1e9) as u64, (to * 1e9) as u64);
                let inside = segments
                    .iter()
                    .map(|s| s.to.min(to).saturating_sub(s.from.max(from)) as f64 / s.gap.max(1) as f64);
                (inside.sum(), false)
            }
            ArrivalProcess::Times(times) => {
                let index = |t: f64| times.partition_point(|&at| (at as f64) < t * 1e9);
                ((index(to) - index(from)) as f64, false)
            }
        },
    };
    (count * share, bound)
}

fn between(profile: &RateProfile, from: f64, to: f64) -> f64 {
    if profile.pieces().is_empty() { 0.0 } else { profile.cumulative(to) - profile.cumulative(from) }
}
