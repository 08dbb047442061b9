//! The shortcut against the general path: equal records, bit for bit, on random plain queues.

use crate::model::*;
use crate::random::{Key, Law, unit};
use crate::system::Simulator;
use crate::system::tests::station;
use crate::units::{SimDuration, SimTime};
use std::sync::atomic::AtomicBool;

const MODELS: u64 = 400;

/// Throws for one model.
struct Dice(Key, u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.1 += 1;
        unit(self.0.draw(self.1))
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.share() * f64::from(n)) as u32
    }

    fn chance(&mut self, p: f64) -> bool {
        self.share() < p
    }

    fn span(&mut self, low: f64, high: f64) -> SimDuration {
        SimDuration::from_secs_f64(low + (high - low) * self.share())
    }
}

fn arrivals(dice: &mut Dice, model: &mut Model) -> ArrivalProcess {
    let rate = 20.0 + 60.0 * dice.share();
    match dice.below(6) {
        0 => ArrivalProcess::Even(RateProfile::constant(rate)),
        1 => {
            let points = [(0.0, rate, rate), (3.0, rate, 3.0 * rate), (5.0, 0.0, 0.0), (8.0, rate, rate)];
            ArrivalProcess::Poisson(RateProfile::from_points(&points))
        }
        2 => ArrivalProcess::Renewal { gap: model.add_law(Law::lognormal(-4.0, 1.0).unwrap()) },
        3 => {
            let generator = vec![vec![-1.0, 1.0], vec![2.0, -2.0]];
            ArrivalProcess::Mmpp { rates: vec![rate, 3.0 * rate], generator }
        }
        // Several at an instant, some of them at the boundaries of windows.
        4 => ArrivalProcess::Times((0..900).map(|i| i / 3 * 30_000_000).collect()),
        _ => ArrivalProcess::Poisson(RateProfile::constant(rate)),
    }
}

fn random_queue(number: u64) -> Model {
    let mut dice = Dice(Key::root(0x5407, number, 0), 0);
    let work = match dice.below(5) {
        0 => Law::constant(0.03),
        1 => Law::constant(0.0),
        2 => Law::uniform(0.0, 0.06),
        3 => Law::lognormal(-4.0, 1.0),
        _ => Law::exponential(0.03),
    };
    let service = Service {
        slots: if dice.chance(0.1) { u32::MAX } else { 1 + dice.below(4) },
        placement: if dice.chance(0.5) { QueuePlacement::Central } else { QueuePlacement::Pod },
        queue_limit: u32::MAX,
        ..Service::default()
    };
    let mut model = station(1.0, service, work.unwrap(), 1.0);
    let process = arrivals(&mut dice, &mut model);
    model.sources[0].kind = SourceKind::Open(process);
    if dice.chance(0.3) {
        model.edges[0].balancer = Balancer::LeastConnections;
    }
    let drain_limit = dice.span(0.01, 3.0);
    let stop = dice.chance(0.5);
    model.plan = RunPlan {
        settle: if dice.chance(0.5) { SimDuration::ZERO } else { dice.span(0.1, 2.0) },
        length: dice.span(3.0, 9.0),
        t0: SimTime::ZERO + dice.span(0.0, 3.0),
        after: if stop { After::Stop { drain_limit } } else { After::Continue { drain_limit } },
        mode: if dice.chance(0.2) {
            Mode::Steady(WarmUp::Fixed(dice.span(0.1, 1.0)))
        } else {
            Mode::Terminating
        },
        seed: number,
        limits: Limits {
            events: if dice.chance(0.2) { 150 } else { 1_000_000 },
            in_flight: if dice.chance(0.2) { 12 } else { 1_000_000 },
        },
        ..RunPlan::default()
    };
    model.recording.window = dice.chance(0.7).then(|| dice.span(0.2, 1.0));
    model.recording.slowdown = dice.chance(0.5);
    model.recording.calls = dice.chance(0.7);
    for (scope, seconds) in
        [(Scope::System, 0.05), (Scope::Service(ServiceId(0)), 0.04), (Scope::Edge(EdgeId(0)), 0.03)]
    {
        model.objectives.push(Objective {
            text: String::new(),
            scope,
            measure: Measure::Within(SimDuration::from_secs_f64(seconds), Comparison::More, 0.9),
            during: None,
            every: None,
            in_runs: None,
        });
    }
    model
}

#[test]
fn the_shortcut_leaves_the_record_of_the_general_path() {
    let never = AtomicBool::new(false);
    let mut events = 0;
    for number in 0..MODELS {
        let model = random_queue(number);
        let mut general = model.clone();
        general.plan.shortcuts = false;
        let (mut short, mut long) = (Simulator::new(&model), Simulator::new(&general));
        assert!(short.takes_shortcut() && !long.takes_shortcut());
        for replication in 0..2 {
            let record = long.run(replication, &never);
            events += record.events;
            assert!(short.run(replication, &never) == record, "queue {number}, replication {replication}");
        }
    }
    assert!(events > 300_000, "{events} events");
}

#[test]
fn what_is_more_than_a_plain_queue_takes_no_shortcut() {
    let plain = random_queue(1);
    let changed = |change: &dyn Fn(&mut Model)| {
        let mut model = plain.clone();
        change(&mut model);
        Simulator::new(&model).takes_shortcut()
    };
    assert!(changed(&|_| ()));
    assert!(!changed(&|m| m.services[0].queue_limit = 5));
    assert!(!changed(&|m| m.services[0].replicas = 2));
    assert!(!changed(&|m| m.services[0].discipline = Discipline::Lifo));
    assert!(!changed(&|m| m.services[0].cpu_limit = 0.5));
    assert!(!changed(&|m| m.services[0].speed = PodSpeed::Same(2.0)));
    assert!(!changed(&|m| m.sites[0].policy.loss = 0.1));
    assert!(!changed(&|m| m.sites[0].policy.try_timeout = Some(SimDuration::from_secs(1))));
    assert!(!changed(&|m| m.recording.first_waits = Some((ServiceId(0), 10))));
    let law = plain.services[0].startup;
    assert!(!changed(&|m| m.classes[0].patience = Some(Patience { law, until: PatienceUntil::Answer })));
}
