//! Random small models: a few services that call each other, a few classes.

use flashcrowd::model::{
    After, ArrivalProcess, CallPolicy, CallSite, Caller, Class, ClassId, Discipline, Edge, EdgeId, Model,
    QueuePlacement, Service, ServiceId, SiteId, Source, SourceId, SourceKind, Step, StepId,
};
use flashcrowd::policy::Balancer;
use flashcrowd::random::{Choice, Key, Law, unit};
use flashcrowd::units::SimDuration;

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
}

/// Seconds of arrivals.
const LENGTH: f64 = 60.0;

/// A model with one to three services and one to three classes.
pub fn random_model(number: u64) -> Model {
    let mut dice = Dice { key: Key::root(0x000e_ac1e, number, 0), thrown: 0 };
    let mut model = Model::default();
    model.add_law(Law::constant(0.0).unwrap());
    let services = 1 + dice.below(3) as usize;
    for i in 0..services {
        model.services.push(random_service(&mut dice, i));
    }
    // Operations from the last service to the first, so that a service calls only later ones.
    let mut sites: Vec<Vec<SiteId>> = vec![Vec::new(); services + 1];
    for service in (0..services).rev() {
        let steps = random_steps(&mut dice, &mut model, service, &sites);
        let operation = model.add_program(steps);
        // One edge from the clients, one from each earlier service.
        for (caller, of_caller) in sites.iter_mut().enumerate().take(service + 1) {
            let by =
                if caller == 0 { Caller::Clients } else { Caller::Service(ServiceId(caller as u16 - 1)) };
            let target = ServiceId(service as u16);
            model.edges.push(Edge {
                caller: by,
                target,
                balancer: Balancer::RoundRobin,
                view_per_pod: false,
            });
            let edge = EdgeId(model.edges.len() as u16 - 1);
            model.sites.push(CallSite { edge, operation, policy: CallPolicy::default() });
            of_caller.push(SiteId(model.sites.len() as u16 - 1));
        }
    }
    for class in 0..1 + dice.below(3) {
        add_class(&mut dice, &mut model, class as u16, &sites[0]);
    }
    model.plan.seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    model.plan.length = SimDuration::from_secs_f64(LENGTH);
    model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    model.recording.resolution_bits = 4;
    model
}

fn random_service(dice: &mut Dice, i: usize) -> Service {
    let discipline = match dice.below(4) {
        0 => Discipline::Lifo,
        1 => Discipline::Priority { preemptive: false },
        _ => Discipline::Fifo,
    };
    let central = dice.chance(0.3);
    Service {
        name: format!("s{i}"),
        slots: 1 + dice.below(3),
        replicas: 1 + dice.below(3),
        queue_limit: if dice.chance(0.5) { dice.below(6) } else { u32::MAX },
        placement: if central { QueuePlacement::Central } else { QueuePlacement::Pod },
        discipline,
        ..Service::default()
    }
}

/// Work, pauses, choices, loops and calls of later services.
fn random_steps(dice: &mut Dice, model: &mut Model, service: usize, sites: &[Vec<SiteId>]) -> Vec<Step> {
    let base = model.steps.len();
    let mut steps = Vec::new();
    for part in 0..1 + dice.below(3) {
        let law = model.add_law(Law::exponential(0.02 + 0.2 * dice.share()).unwrap());
        // What a service does first takes time, so that a slot is never given back at the instant it is taken.
        match if part == 0 { 0 } else { dice.below(4) } {
            0 => steps.push(Step::Work { law }),
            1 => steps.push(Step::Wait { law }),
            2 => {
                let otherwise = StepId((base + steps.len() + 2) as u16);
                steps.push(Step::Branch { probability: dice.share(), otherwise });
                steps.push(Step::Work { law });
            }
            _ => {
                // Once more with some probability, and then again.
                let back = StepId((base + steps.len()) as u16);
                let on = StepId((base + steps.len() + 3) as u16);
                steps.push(Step::Work { law });
                steps.push(Step::Branch { probability: 0.4, otherwise: on });
                steps.push(Step::Jump { to: back });
            }
        }
        if let Some(&site) = sites[service + 1].get(part as usize) {
            steps.push(Step::Call { site });
        }
    }
    steps
}

fn add_class(dice: &mut Dice, model: &mut Model, class: u16, sites: &[SiteId]) {
    let program = if dice.chance(0.5) {
        let site = sites[dice.below(sites.len() as u32) as usize];
        model.add_program([Step::Call { site }])
    } else {
        model.add_program(sites.iter().map(|&site| Step::Call { site }).collect::<Vec<_>>())
    };
    let rate = 1.0 + 12.0 * dice.share();
    let mut at = 0.0;
    let mut times = Vec::new();
    while at < LENGTH {
        times.push((at * 1e9) as u64);
        // Gaps of very different size, so that queues build up and drain.
        at += (0.05 + 2.0 * dice.share() * dice.share()) / rate;
    }
    let name = format!("c{class}");
    let kind = SourceKind::Open(ArrivalProcess::Times(times.into()));
    let mix = Choice::weighted(&[1.0]).unwrap();
    model.sources.push(Source { name: name.clone(), kind, classes: vec![ClassId(class)], mix });
    let priority = dice.below(3) as u8;
    model.classes.push(Class {
        name,
        source: SourceId(class),
        program,
        patience: None,
        priority,
        value: None,
    });
}
