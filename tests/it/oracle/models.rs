//! Random small models: a few services that call each other, a few classes, everything the rules know.

use flashcrowd::model::{
    AbandonedWork, After, ArrivalProcess, Backoff, CallPolicy, CallSite, Caller, Change, Class, ClassId,
    Comparison, CompiledLaw, Discipline, Edge, EdgeId, FleetPatch, InitialState, Jitter, LawId, Limits,
    Measure, Mode, Model, Objective, Patch, Patience, PatienceUntil, PodSpeed, QueuePlacement, RateProfile,
    Recording, RetryOn, RunPlan, Scope, Service, ServiceId, SiteId, Source, SourceId, SourceKind, Step,
    StepId, WarmUp,
};
use flashcrowd::policy::Balancer;
use flashcrowd::random::{Choice, Key, Law, unit};
use flashcrowd::units::{SimDuration, SimTime};
use std::sync::LazyLock;

/// Laws that models choose from, compiled once: first no time at all, then times of work, gaps, patience and starts.
static LAWS: LazyLock<Vec<CompiledLaw>> = LazyLock::new(|| {
    let laws = [
        Law::constant(0.0),
        Law::exponential(0.02),
        Law::exponential(0.06),
        Law::erlang(3, 0.04),
        Law::uniform(0.004, 0.07),
        Law::lognormal(-3.9, 1.0),
        Law::lognormal(-2.5, 1.2),
        Law::exponential(0.2),
        Law::exponential(0.5),
        Law::uniform(0.6, 1.7),
    ];
    laws.into_iter().map(|law| CompiledLaw::new(law.expect("a law"))).collect()
});
const ZERO: LawId = LawId(0);
/// Laws of work: 1 to 5.
const WORKS: u32 = 5;
const GAP: LawId = LawId(6);
const PATIENCE: LawId = LawId(7);
const LONG: LawId = LawId(8);
const SPEED: LawId = LawId(9);

/// What kinds of models are made.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// Everything but shared cpu: to be met to the nanosecond.
    Exact,
    /// Pods share their cpu.
    Shared,
}

/// Draws for the making of a model.
struct Dice {
    key: Key,
    thrown: u64,
}

impl Dice {
    fn share(&mut self) -> f64 {
        self.thrown += 1;
        unit(self.key.draw(self.thrown))
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.share() * f64::from(n)) as u32
    }

    fn chance(&mut self, p: f64) -> bool {
        self.share() < p
    }

    /// A time that no sum of others meets.
    fn nanos(&mut self, low: f64, high: f64) -> SimDuration {
        SimDuration::from_secs_f64(low + (high - low) * self.share())
    }
}

struct Maker {
    dice: Dice,
    model: Model,
    kind: Kind,
    /// Operation of each service, once there is one.
    operations: Vec<Option<StepId>>,
}

pub fn random_model(number: u64, kind: Kind) -> Model {
    let dice = Dice { key: Key::root(0x000e_ac1e, number, kind as u64), thrown: 0 };
    let model = Model { laws: LAWS.clone(), ..Model::default() };
    let mut maker = Maker { dice, model, kind, operations: Vec::new() };
    let services = 1 + maker.dice.below(3) as usize;
    maker.operations = vec![None; services];
    for i in 0..services {
        let service = maker.service(i);
        maker.model.services.push(service);
    }
    // Operations from the last service to the first, so that a service calls only later ones.
    for service in (0..services).rev() {
        let quiet =
            matches!(maker.model.services[service].discipline, Discipline::Priority { preemptive: true });
        let mut steps = Vec::new();
        let base = maker.model.steps.len();
        maker.block(&mut steps, base, Some(service), if quiet { 0 } else { 1 });
        maker.operations[service] = Some(maker.model.add_program(steps));
    }
    let sources = 1 + maker.dice.below(2) as usize;
    (0..sources).for_each(|source| maker.source(source));
    maker.start_full();
    maker.changes();
    maker.plan(number);
    maker.model
}

impl Maker {
    fn service(&mut self, i: usize) -> Service {
        let dice = &mut self.dice;
        let shared = self.kind == Kind::Shared && (i == 0 || dice.chance(0.5));
        let discipline = match dice.below(5) {
            0 => Discipline::Lifo,
            1 => Discipline::Priority { preemptive: false },
            2 if !shared => Discipline::Priority { preemptive: true },
            _ => Discipline::Fifo,
        };
        let central = dice.chance(0.25) && discipline != Discipline::Priority { preemptive: true };
        let slots = if shared { 2 + 3 * dice.below(3) } else { 1 + dice.below(3) };
        let speed = match dice.below(8) {
            0 => PodSpeed::Same(1.7),
            1 => PodSpeed::Each(vec![1.0, 0.7, 1.3]),
            2 => PodSpeed::Drawn(SPEED),
            _ => PodSpeed::Same(1.0),
        };
        Service {
            name: format!("s{i}"),
            slots: if shared && dice.chance(0.3) { u32::MAX } else { slots },
            cpu_limit: if shared { 0.6 + dice.share() } else { f64::INFINITY },
            speed,
            queue_limit: if dice.chance(0.5) { dice.below(6) } else { u32::MAX },
            discipline,
            placement: if central { QueuePlacement::Central } else { QueuePlacement::Pod },
            abandoned: match dice.below(3) {
                0 => AbandonedWork::Leave,
                1 => AbandonedWork::DropAtHead,
                _ => AbandonedWork::Stay,
            },
            replicas: 1 + dice.below(4),
            startup: if dice.chance(0.3) { ZERO } else { LONG },
            ..Service::default()
        }
    }

    fn work(&mut self) -> LawId {
        LawId(1 + self.dice.below(WORKS) as u16)
    }

    /// Adds a few steps that end where they end.
    fn block(&mut self, steps: &mut Vec<Step>, base: usize, service: Option<usize>, depth: u32) {
        let first = service.map_or(0, |s| s + 1);
        let callable = first < self.operations.len();
        let count = 1 + self.dice.below(if depth == 2 { 1 } else { 3 });
        for part in 0..count {
            let law = self.work();
            let at = |steps: &Vec<Step>, ahead: usize| StepId((base + steps.len() + ahead) as u16);
            let choice =
                if part == 0 && service.is_some() && self.dice.chance(0.7) { 0 } else { self.dice.below(8) };
            match choice {
                0 | 1 => steps.push(Step::Work { law }),
                2 => steps.push(Step::Wait { law }),
                3 => {
                    let otherwise = at(steps, 2);
                    steps.push(Step::Branch { probability: self.dice.share(), otherwise });
                    steps.push(Step::Work { law });
                }
                4 => {
                    let (back, on) = (at(steps, 0), at(steps, 3));
                    steps.push(if self.dice.chance(0.5) || !callable {
                        Step::Work { law }
                    } else {
                        self.call(service, first)
                    });
                    steps.push(Step::Branch { probability: 0.4, otherwise: on });
                    steps.push(Step::Jump { to: back });
                }
                5 if depth == 1 => self.parallel(steps, base, service),
                _ if callable => {
                    let call = self.call(service, first);
                    steps.push(call);
                }
                _ => steps.push(Step::Work { law }),
            }
        }
    }

    fn parallel(&mut self, steps: &mut Vec<Step>, base: usize, service: Option<usize>) {
        let branches = 2 + self.dice.below(2) as u16;
        let need = 1 + self.dice.below(u32::from(branches)) as u16;
        steps.push(Step::Parallel { branches, need });
        let jumps = steps.len();
        (0..=branches).for_each(|_| steps.push(Step::End));
        for branch in 0..=branches as usize {
            // The last jump is that of the program itself, over its branches.
            steps[jumps + branch] = Step::Jump { to: StepId((base + steps.len()) as u16) };
            if branch < branches as usize {
                self.block(steps, base, service, 2);
                steps.push(Step::End);
            }
        }
    }

    /// A call of one of the services from `first` on.
    fn call(&mut self, caller: Option<usize>, first: usize) -> Step {
        let target = first + self.dice.below((self.operations.len() - first) as u32) as usize;
        let by = caller.map_or(Caller::Clients, |s| Caller::Service(ServiceId(s as u16)));
        let to = ServiceId(target as u16);
        let found = self.model.edges.iter().position(|e| e.caller == by && e.target == to);
        let edge = found.unwrap_or_else(|| {
            let balancer = self.balancer();
            let has_views = matches!(balancer, Balancer::RoundRobin | Balancer::LeastRequest { .. });
            let view_per_pod = has_views && caller.is_some_and(|s| s == 0) && self.dice.chance(0.5);
            // A third of all edges; not drawn, so that the other choices stay what they were.
            let retry_elsewhere = (self.model.sites.len() + self.model.laws.len()).is_multiple_of(3);
            self.model.edges.push(Edge { caller: by, target: to, balancer, view_per_pod, retry_elsewhere });
            self.model.edges.len() - 1
        });
        let plain = self.dice.chance(0.35);
        let policy = if plain { CallPolicy::default() } else { self.policy() };
        let operation = self.operations[target].expect("later services come first");
        self.model.sites.push(CallSite { edge: EdgeId(edge as u16), operation, policy });
        Step::Call { site: SiteId(self.model.sites.len() as u16 - 1) }
    }

    fn balancer(&mut self) -> Balancer {
        match self.dice.below(10) {
            0 | 1 => Balancer::Random,
            2 => Balancer::WeightedRandom(vec![1.0, 2.0, 0.5, 1.0]),
            3 => Balancer::LeastConnections,
            4 => Balancer::PowerOfD(2),
            5 => Balancer::JoinIdleQueue,
            6 => Balancer::SourceHash { addresses: 40 },
            7 => Balancer::JoinShortestQueue,
            8 => Balancer::LeastRequest { picks: 2 },
            _ => Balancer::RoundRobin,
        }
    }

    fn policy(&mut self) -> CallPolicy {
        let dice = &mut self.dice;
        let try_timeout = dice.chance(0.6).then(|| dice.nanos(0.05, 0.3));
        let timeout = dice.chance(0.4).then(|| dice.nanos(0.1, 0.6));
        let jitter = match dice.below(3) {
            0 => Jitter::None,
            1 => Jitter::Full,
            _ => Jitter::Exponential,
        };
        let base = if dice.chance(0.4) { SimDuration::ZERO } else { dice.nanos(0.005, 0.05) };
        let max = if dice.chance(0.5) { SimDuration::ZERO } else { dice.nanos(0.05, 0.1) };
        CallPolicy {
            timeout,
            try_timeout,
            retries: dice.below(4) as u8,
            retry_on: RetryOn {
                timeout: dice.chance(0.8),
                rejected: dice.chance(0.8),
                failed: dice.chance(0.5),
            },
            backoff: Backoff { base, max, jitter },
            loss: if dice.chance(0.3) { 0.1 } else { 0.0 },
        }
    }

    fn source(&mut self, source: usize) {
        let count = 1 + self.dice.below(2) as usize;
        let first = self.model.classes.len();
        for class in first..first + count {
            self.class(class, source);
        }
        let rate = 5.0 + 40.0 * self.dice.share();
        let kind = match self.dice.below(5) {
            0 => SourceKind::Closed { users: 1 + self.dice.below(12), think: LONG },
            1 => SourceKind::Open(ArrivalProcess::Renewal { gap: GAP }),
            2 => {
                let points =
                    [(0.0, rate, rate), (1.5, rate, 3.0 * rate), (2.5, 3.0 * rate, 0.0), (4.0, rate, rate)];
                SourceKind::Open(ArrivalProcess::Poisson(RateProfile::from_points(&points)))
            }
            3 => SourceKind::Open(ArrivalProcess::Even(RateProfile::constant(rate))),
            _ => SourceKind::Open(ArrivalProcess::Poisson(RateProfile::constant(rate))),
        };
        let weights: Vec<f64> = (0..count).map(|_| 0.2 + self.dice.share()).collect();
        let classes = (first..first + count).map(|c| ClassId(c as u16)).collect();
        let mix = Choice::weighted(&weights).expect("weights");
        self.model.sources.push(Source { name: format!("u{source}"), kind, classes, mix });
    }

    fn class(&mut self, class: usize, source: usize) {
        let mut steps = Vec::new();
        let base = self.model.steps.len();
        if self.dice.chance(0.6) {
            let call = self.call(None, 0);
            steps.push(call);
        } else {
            self.block(&mut steps, base, None, 1);
        }
        let program = self.model.add_program(steps);
        let until = if self.dice.chance(0.5) { PatienceUntil::Answer } else { PatienceUntil::Service };
        self.model.classes.push(Class {
            name: format!("c{class}"),
            source: SourceId(source as u16),
            program,
            patience: self.dice.chance(0.4).then_some(Patience { law: PATIENCE, until }),
            priority: self.dice.below(3) as u8,
            value: None,
        });
    }

    /// Requests at the start. Only one where timers could start together: which would end first is not stated.
    fn start_full(&mut self) {
        let service = self.dice.below(self.model.services.len() as u32) as usize;
        let class = self.dice.below(self.model.classes.len() as u32) as usize;
        let program = self.model.classes[class].program.index();
        let works_first = match self.model.steps[program] {
            Step::Call { site } => {
                let operation = self.model.sites[site.index()].operation;
                matches!(self.model.steps[operation.index()], Step::Work { .. })
            }
            _ => false,
        };
        let many = works_first && super::log::is_plain_call(&self.model, class);
        if self.dice.chance(0.4) {
            let count = if many { 1 + self.dice.below(8) } else { 1 };
            let class = ClassId(class as u16);
            self.model.services[service].initial = InitialState::Requests { count, class };
        }
    }

    fn changes(&mut self) {
        let mut changes = Vec::new();
        for service in 0..self.model.services.len() {
            let central = self.model.services[service].placement == QueuePlacement::Central;
            for _ in 0..self.dice.below(4) {
                let at = SimTime::ZERO + self.dice.nanos(0.2, 5.0);
                let now = self.model.services[service].replicas;
                let n = if central { now + self.dice.below(3) } else { self.dice.below(6) };
                let patch = Patch::Fleet(ServiceId(service as u16), FleetPatch::Replicas(n));
                changes.push(Change { name: String::new(), at, patch });
            }
        }
        changes.sort_by_key(|c| c.at);
        self.model.changes = changes;
    }

    fn plan(&mut self, number: u64) {
        let dice = &mut self.dice;
        let settle = if dice.chance(0.5) { SimDuration::ZERO } else { dice.nanos(0.3, 1.0) };
        let drain_limit = if dice.chance(0.3) { dice.nanos(0.05, 0.5) } else { SimDuration::from_secs(300) };
        let stop = dice.chance(0.5);
        let mode = if dice.chance(0.2) {
            Mode::Steady(WarmUp::Fixed(dice.nanos(0.1, 0.6)))
        } else {
            Mode::Terminating
        };
        self.model.plan = RunPlan {
            settle,
            length: dice.nanos(2.0, 5.0),
            t0: SimTime::ZERO + dice.nanos(1.0, 2.0),
            after: if stop { After::Stop { drain_limit } } else { After::Continue { drain_limit } },
            mode,
            seed: number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            limits: Limits { events: 10_000_000, in_flight: 1_000_000 },
            ..RunPlan::default()
        };
        let window = dice.chance(0.7).then(|| dice.nanos(0.3, 0.9));
        let probed = ServiceId(dice.below(self.model.services.len() as u32) as u16);
        self.model.recording = Recording {
            resolution_bits: 4,
            window,
            first_waits: Some((probed, 1_000_000)),
            ..Recording::default()
        };
        let edge = EdgeId(dice.below(self.model.edges.len() as u32) as u16);
        for (scope, seconds) in [
            (Scope::System, 0.15),
            (Scope::Edge(edge), 0.1),
            (Scope::Service(probed), 0.12),
            (Scope::Service(probed), 0.05),
        ] {
            let measure = Measure::Within(SimDuration::from_secs_f64(seconds), Comparison::More, 0.9);
            self.model.objectives.push(Objective {
                text: String::new(),
                scope,
                measure,
                during: None,
                every: None,
                in_runs: None,
            });
        }
    }
}
