//! Random programs with branches, jumps both ways, parallel branches and calls, in services that never make anybody
//! wait: what is counted in them has the expectation that the walk over programs gives.

use flashcrowd::model::{
    After, ArrivalProcess, CallPolicy, CallSite, Caller, Class, ClassId, Edge, EdgeId, LawId, Mode, Model,
    PodSpeed, RunPlan, Scaler, Service, ServiceId, SiteId, Source, SourceId, SourceKind, Step, StepId,
};
use flashcrowd::policy::Hpa;
use flashcrowd::random::{Choice, Key, Law, unit};
use flashcrowd::units::SimDuration;

/// Requests of each class in one replication.
pub const REQUESTS: u64 = 100;

const LAWS: u32 = 4;

/// An element of a program whose targets are still counted in elements.
enum Part {
    Does(Step),
    /// Over some elements, or not.
    Skips(f64, usize),
    /// Back to an element, or on.
    Repeats(f64, usize),
    Parallel(u16, Vec<StepId>),
}

struct Maker {
    key: Key,
    thrown: u64,
    model: Model,
    /// The programs of each service; those of later services are made first.
    operations: Vec<Vec<StepId>>,
    parallel: bool,
}

/// A model of `number`; its parallel branches are left out where times are to be compared, too.
pub fn random_programs(number: u64, parallel: bool) -> Model {
    let key = Key::root(0x0007_1517, number, u64::from(parallel));
    let mut maker = Maker { key, thrown: 0, model: Model::default(), operations: Vec::new(), parallel };
    for law in
        [Law::constant(0.02), Law::exponential(0.05), Law::uniform(0.0, 0.1), Law::lognormal(-3.5, 0.6)]
    {
        maker.model.add_law(law.expect("a law"));
    }
    let startup = maker.model.add_law(Law::constant(0.0).expect("a law"));
    let services = 1 + maker.below(3) as usize;
    maker.operations = vec![Vec::new(); services];
    for service in 0..services {
        let one = maker.service(service, startup);
        maker.model.services.push(one);
    }
    for service in (0..services).rev() {
        for _ in 0..1 + maker.below(2) {
            let program = maker.program(Some(service), 0);
            maker.operations[service].push(program);
        }
    }
    for class in 0..1 + maker.below(2) as u16 {
        maker.class(class);
    }
    maker.model.plan = RunPlan {
        settle: SimDuration::ZERO,
        length: SimDuration::from_secs(2000),
        after: After::Stop { drain_limit: SimDuration::from_secs(2000) },
        mode: Mode::Terminating,
        seed: number,
        ..RunPlan::default()
    };
    maker.model.cpu_metrics.scrape = SimDuration::from_secs(1000);
    maker.model
}

impl Maker {
    fn share(&mut self) -> f64 {
        self.thrown += 1;
        unit(self.key.draw(self.thrown))
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.share() * f64::from(n)) as u32
    }

    /// No limits; an autoscaler that has no room watches the cpu, so that the work is counted.
    fn service(&mut self, at: usize, startup: LawId) -> Service {
        let hpa = Hpa { min: 1, max: 1, sync: SimDuration::from_secs(1000), ..Hpa::default() };
        let speed = 0.5 + self.share();
        Service {
            name: format!("s{at}"),
            slots: u32::MAX,
            cpu_request: Some(1.0),
            speed: PodSpeed::Same(speed),
            scaler: Some(Scaler::Hpa(hpa)),
            startup,
            ..Service::default()
        }
    }

    fn class(&mut self, class: u16) {
        let program = self.program(None, 0);
        let source = SourceId(class);
        self.model.classes.push(Class {
            name: format!("c{class}"),
            source,
            program,
            patience: None,
            priority: 0,
            value: None,
        });
        let times: Vec<u64> = (1..=REQUESTS).map(|i| i * 1_234_567 + u64::from(class)).collect();
        self.model.sources.push(Source {
            name: format!("u{class}"),
            kind: SourceKind::Open(ArrivalProcess::Times(times.into())),
            classes: vec![ClassId(class)],
            mix: Choice::weighted(&[1.0]).expect("a weight"),
        });
    }

    /// Adds a program, after those of its branches.
    fn program(&mut self, service: Option<usize>, depth: u32) -> StepId {
        let count = 2 + self.below(if depth == 0 { 7 } else { 3 }) as usize;
        let parts: Vec<Part> = (0..count).map(|at| self.part(at, count, service, depth)).collect();
        let width = |part: &Part| match part {
            Part::Does(_) | Part::Skips(..) => 1,
            Part::Repeats(..) => 2,
            Part::Parallel(_, branches) => 1 + branches.len(),
        };
        let base = self.model.steps.len();
        let starts: Vec<usize> = parts
            .iter()
            .scan(base, |at, part| Some(std::mem::replace(at, *at + width(part))))
            .chain([base + parts.iter().map(width).sum::<usize>()])
            .collect();
        let id = |part: usize| StepId(starts[part] as u16);
        let mut steps = Vec::new();
        for (at, part) in parts.into_iter().enumerate() {
            match part {
                Part::Does(step) => steps.push(step),
                Part::Skips(probability, to) => steps.push(Step::Branch { probability, otherwise: id(to) }),
                Part::Repeats(probability, to) => {
                    steps.push(Step::Branch { probability, otherwise: id(at + 1) });
                    steps.push(Step::Jump { to: id(to) });
                }
                Part::Parallel(need, branches) => {
                    steps.push(Step::Parallel { branches: branches.len() as u16, need });
                    steps.extend(branches.into_iter().map(|to| Step::Jump { to }));
                }
            }
        }
        self.model.add_program(steps)
    }

    fn part(&mut self, at: usize, count: usize, service: Option<usize>, depth: u32) -> Part {
        let law = LawId(self.below(LAWS) as u16);
        let callable = service.map_or(0, |s| s + 1);
        match self.below(9) {
            0 | 1 if callable < self.operations.len() => Part::Does(self.call(service, callable)),
            2 => Part::Does(Step::Wait { law }),
            3 | 4 => Part::Skips(0.2 + 0.7 * self.share(), at + 1 + self.below((count - at) as u32) as usize),
            // Jumps back may cross each other and the branches.
            5 | 6 if at > 0 => Part::Repeats(0.1 + 0.4 * self.share(), self.below(at as u32) as usize),
            7 if self.parallel && depth < 2 => {
                let branches = 2 + self.below(2);
                let need = 1 + self.below(branches);
                let programs = (0..branches).map(|_| self.program(service, depth + 1)).collect();
                Part::Parallel(need as u16, programs)
            }
            _ => Part::Does(Step::Work { law }),
        }
    }

    /// A call by an edge of its own, so that the calls of each site are counted.
    fn call(&mut self, caller: Option<usize>, first: usize) -> Step {
        let target = first + self.below((self.operations.len() - first) as u32) as usize;
        let programs = self.operations[target].len() as u32;
        let operation = self.below(programs) as usize;
        let operation = self.operations[target][operation];
        let caller = caller.map_or(Caller::Clients, |s| Caller::Service(ServiceId(s as u16)));
        self.model.edges.push(Edge::plain(caller, ServiceId(target as u16)));
        let edge = EdgeId(self.model.edges.len() as u16 - 1);
        self.model.sites.push(CallSite { edge, operation, policy: CallPolicy::default() });
        Step::Call { site: SiteId(self.model.sites.len() as u16 - 1) }
    }
}
