//! Cases as models.

use super::case::{Case, Unsupported, count, number, only_known};
use super::laws::{self, Arrivals, Times};
use super::names::Layout;
use super::pool::{Quantity, RESOLUTION_BITS};
use flashcrowd::model::{
    After, ArrivalProcess, CallPolicy, CallSite, Caller, Change, Class, Discipline, Edge, EdgeId, FleetPatch,
    InitialState, Mode, Model, Patch, Patience, PatienceUntil, PodSpeed, QueuePlacement, Recording, Service,
    ServiceId, SiteId, Source, SourceId, SourceKind, Step, StepId,
};
use flashcrowd::policy::Balancer;
use flashcrowd::random::{Choice, Law};
use flashcrowd::units::{SimDuration, SimTime};
use serde_json::Value;

/// A model with what running and reading it needs.
pub struct Setup {
    /// The model; its plan still has to be set.
    pub model: Model,
    /// Requests per second.
    pub rate: f64,
    /// Calls a request makes, itself included: what it costs to simulate.
    pub calls: f64,
    /// Relaxation time in seconds: after this the start is forgotten by a factor e.
    pub relaxation: f64,
    /// How names of metrics are read.
    pub layout: Layout,
    /// What is known of the input: pairs of what was seen and what was to be expected.
    pub controls: Vec<Quantity>,
}

/// Control: the number of requests a station was sent.
pub fn arrivals_control(rate: f64) -> Quantity {
    Quantity::Ratio(Box::new(move |p| (p.services[0].arrived as f64, rate * p.span)))
}

/// Control: the time its servers were busy, if nothing is turned away and nobody leaves.
pub fn work_control(offered: f64) -> Quantity {
    Quantity::Ratio(Box::new(move |p| (p.services[0].busy as f64 * 1e-9, offered * p.span)))
}

/// An empty model that records finely.
pub fn empty() -> Result<Model, Unsupported> {
    let mut model = Model::default();
    let zero = Law::constant(0.0).map_err(|e| e.to_string())?;
    model.add_law(zero);
    model.recording = Recording { resolution_bits: RESOLUTION_BITS, ..Recording::default() };
    model.recording.slowdown = false;
    model.recording.calls = false;
    model.plan.after = After::Continue { drain_limit: SimDuration::FOREVER };
    model.plan.mode = Mode::Terminating;
    Ok(model)
}

/// Adds a service called by clients; returns the edge to it.
pub fn add_service(model: &mut Model, name: &str, service: Service, balancer: Balancer) -> EdgeId {
    let target = ServiceId(model.services.len() as u16);
    model.services.push(Service { name: name.to_owned(), ..service });
    model.edges.push(Edge { balancer, ..Edge::plain(Caller::Clients, target) });
    EdgeId(model.edges.len() as u16 - 1)
}

/// Adds a place that calls over `edge` and there runs `steps`.
pub fn add_site(model: &mut Model, edge: EdgeId, steps: impl IntoIterator<Item = Step>) -> SiteId {
    let operation = model.add_program(steps);
    model.sites.push(CallSite { edge, operation, policy: CallPolicy::default() });
    SiteId(model.sites.len() as u16 - 1)
}

/// Adds a source with one class that runs `program`.
pub fn add_class(
    model: &mut Model,
    name: &str,
    kind: SourceKind,
    program: StepId,
    priority: u8,
) -> Result<(), Unsupported> {
    let source = SourceId(model.sources.len() as u16);
    let class = flashcrowd::model::ClassId(model.classes.len() as u16);
    let mix = Choice::weighted(&[1.0]).ok_or("a choice of one")?;
    model.sources.push(Source { name: name.to_owned(), kind, classes: vec![class], mix });
    model.classes.push(Class {
        name: name.to_owned(),
        source,
        program,
        patience: None,
        priority,
        value: None,
    });
    Ok(())
}

/// Reads any simulated case.
pub fn build(case: &Case) -> Result<Setup, Unsupported> {
    match case.model["kind"].as_str().unwrap_or("none") {
        "station" if super::quota::has_quota(case) => super::quota::station(case),
        "station" => station(case),
        "priority_station" => priority(&case.model),
        "dispatch" => dispatch(case),
        "open_network" => super::network::open(&case.model),
        "closed_network" => super::network::closed(&case.model),
        kind => Err(format!("kind {kind}")),
    }
}

const STATION: [&str; 11] = [
    "kind",
    "arrivals",
    "servers",
    "service",
    "discipline",
    "system_capacity",
    "patience",
    "server_schedule",
    "horizon",
    "statistic",
    "nominal_coverage",
];

fn station(case: &Case) -> Result<Setup, Unsupported> {
    let value = &case.model;
    only_known(value, &STATION)?;
    let mut model = empty()?;
    let service = laws::law(&value["service"])?;
    let capacity =
        if value["system_capacity"].is_null() { None } else { Some(count(value, "system_capacity")?) };
    let arrivals = laws::arrivals(&value["arrivals"], &mut model, value["horizon"].as_f64().unwrap_or(0.0))?;
    let scheduled = !value["server_schedule"].is_null();
    let schedule = if scheduled {
        laws::steps(&value["server_schedule"])?
    } else {
        vec![(0.0, f64::from(count(value, "servers")?))]
    };
    let servers = schedule[0].1;
    let shared = match value["discipline"].as_str().unwrap_or("fifo") {
        "fifo" => false,
        "ps" if scheduled || !value["patience"].is_null() => {
            return Err("ps with a schedule or patience".into());
        }
        "ps" => true,
        other => return Err(format!("discipline {other}")),
    };
    let mut pods = pods_for(servers, capacity, shared, scheduled)?;
    pods.initial = initial(case, &arrivals, &service, shared)?;
    let edge = add_service(&mut model, "station", pods, Balancer::RoundRobin);
    let work = model.add_law(service.law.clone());
    let site = add_site(&mut model, edge, [Step::Work { law: work }]);
    let program = model.add_program([Step::Call { site }]);
    add_class(&mut model, "request", SourceKind::Open(arrivals.process.clone()), program, 0)?;
    for &(at, servers) in &schedule[1..] {
        let patch = Patch::Fleet(ServiceId(0), FleetPatch::Replicas(servers as u32));
        model.changes.push(Change { name: "servers".into(), at: SimTime::from_secs_f64(at), patch });
    }
    model.recording.slowdown = case.metrics.iter().any(|m| m.name.contains("slowdown"));
    let patience = read_patience(value, &mut model)?;
    let relaxation = station_relaxation(&arrivals, &service, servers, capacity, patience);
    let layout = Layout {
        servers: vec![servers],
        unit: service.mean,
        shared,
        patience: patience.is_some(),
        infinite_variance: !service.third_moment && !shared && capacity.is_none(),
        ..Layout::default()
    };
    let mut controls = vec![arrivals_control(arrivals.rate)];
    if !shared && !layout.patience && capacity.is_none() && service.scv.is_finite() {
        controls.push(work_control(arrivals.rate * service.mean));
    }
    Ok(Setup { model, rate: arrivals.rate, calls: 1.0, relaxation, layout, controls })
}

/// The pods of a station of `servers` servers.
fn pods_for(
    servers: f64,
    capacity: Option<u32>,
    shared: bool,
    scheduled: bool,
) -> Result<Service, Unsupported> {
    let servers = servers as u32;
    let room = |places: u32| match capacity {
        Some(most) if most < places => Err("system_capacity below servers".to_owned()),
        Some(most) => Ok(most - places),
        None => Ok(u32::MAX),
    };
    if shared {
        let slots = capacity.unwrap_or(u32::MAX);
        let queue_limit = if capacity.is_some() { 0 } else { u32::MAX };
        return Ok(Service { slots, cpu_limit: f64::from(servers), queue_limit, ..Service::default() });
    }
    if scheduled {
        if capacity.is_some() {
            return Err("server_schedule with a system_capacity".into());
        }
        return Ok(Service { replicas: servers, placement: QueuePlacement::Central, ..Service::default() });
    }
    Ok(Service { slots: servers, queue_limit: room(servers)?, ..Service::default() })
}

fn initial(
    case: &Case,
    arrivals: &Arrivals,
    service: &Times,
    shared: bool,
) -> Result<InitialState, Unsupported> {
    match case.initial["state"].as_str() {
        None if case.initial.is_null() => Ok(InitialState::Empty),
        Some("empty") => Ok(InitialState::Empty),
        Some("stationary") if service.exponential && !shared && is_poisson(&arrivals.process) => {
            Ok(InitialState::Stationary { rate: arrivals.rate, class: flashcrowd::model::ClassId(0) })
        }
        other => Err(format!("initial state {}", other.unwrap_or("without a name"))),
    }
}

fn is_poisson(process: &ArrivalProcess) -> bool {
    matches!(process, ArrivalProcess::Poisson(_))
}

/// Reads the patience and returns its mean.
fn read_patience(value: &Value, model: &mut Model) -> Result<Option<f64>, Unsupported> {
    if value["patience"].is_null() {
        return Ok(None);
    }
    let patience = laws::law(&value["patience"])?;
    let law = model.add_law(patience.law);
    model.classes[0].patience = Some(Patience { law, until: PatienceUntil::Service });
    Ok(Some(patience.mean))
}

/// Relaxation time of a station. Of M/M/1 it is 1 / (mu (1 - sqrt(rho))^2) (J. W. Cohen, The Single Server
/// Queue, 1982, section III.7); variable arrivals and services stretch it in proportion, a full buffer or
/// impatience bounds it, and the residual of a long service adds to it.
fn station_relaxation(
    arrivals: &Arrivals,
    service: &Times,
    servers: f64,
    capacity: Option<u32>,
    patience: Option<f64>,
) -> f64 {
    let scv = service.scv.min(100.0);
    let variability = ((arrivals.dispersion + scv) / 2.0).max(1.0);
    let gap = 1.0 - (arrivals.rate * service.mean / servers).sqrt();
    let mut queue = variability * service.mean / servers / (gap * gap).max(1e-12);
    if let Some(capacity) = capacity {
        let room = f64::from(capacity) + 1.0 - servers;
        queue = queue.min(variability * room * room * service.mean / servers);
    }
    if let Some(patience) = patience {
        queue = queue.min(3.0 * patience);
    }
    queue + arrivals.memory + service.mean * (1.0 + scv) / 2.0
}

fn priority(value: &Value) -> Result<Setup, Unsupported> {
    only_known(value, &["kind", "servers", "discipline", "classes"])?;
    let preemptive = match value["discipline"].as_str().unwrap_or("none") {
        "non_preemptive" => false,
        "preemptive_resume" => true,
        other => return Err(format!("discipline {other}")),
    };
    let mut model = empty()?;
    let servers = count(value, "servers")?;
    let service =
        Service { slots: servers, discipline: Discipline::Priority { preemptive }, ..Service::default() };
    let edge = add_service(&mut model, "station", service, Balancer::RoundRobin);
    let mut layout = Layout { servers: vec![f64::from(servers)], unit: 1.0, ..Layout::default() };
    let (mut rate, mut offered, mut second) = (0.0, 0.0, 0.0);
    for (rank, class) in value["classes"].as_array().ok_or("classes")?.iter().enumerate() {
        only_known(class, &["name", "arrivals", "service"])?;
        let name = class["name"].as_str().ok_or("a class without a name")?;
        let service = laws::law(&class["service"])?;
        let arrivals = laws::arrivals(&class["arrivals"], &mut model, 0.0)?;
        let work = model.add_law(service.law.clone());
        let site = add_site(&mut model, edge, [Step::Work { law: work }]);
        let program = model.add_program([Step::Call { site }]);
        let rank = u8::try_from(rank).ok().filter(|r| *r < 8).ok_or("more than eight classes")?;
        add_class(&mut model, name, SourceKind::Open(arrivals.process), program, rank)?;
        layout.classes.push(name.to_owned());
        layout.infinite_variance |= !service.third_moment;
        rate += arrivals.rate;
        offered += arrivals.rate * service.mean;
        layout.unit = offered / rate;
        second += arrivals.rate * service.mean * service.mean * (1.0 + service.scv.min(100.0));
    }
    // The lowest class sees the slack of all: a work process of drift 1 - rho and variance lambda E[S^2].
    let slack = f64::from(servers) - offered;
    let relaxation = 4.0 * second / (slack * slack) + offered / rate;
    let controls = vec![arrivals_control(rate), work_control(offered)];
    Ok(Setup { model, rate, calls: 1.0, relaxation, layout, controls })
}

fn dispatch(case: &Case) -> Result<Setup, Unsupported> {
    let value = &case.model;
    only_known(
        value,
        &["kind", "arrivals", "servers", "service", "policy", "weights", "d", "per_server_rate"],
    )?;
    let mut model = empty()?;
    let servers = count(value, "servers")?;
    let arrivals = laws::arrivals(&value["arrivals"], &mut model, 0.0)?;
    let (service, mut speed) = dispatch_service(&value["service"], servers)?;
    if case.metrics.iter().any(|m| m.name.starts_with("utilisation_server")) && speed == PodSpeed::Same(1.0) {
        // Single pods are watched only where they may differ.
        speed = PodSpeed::Each(vec![1.0; servers as usize]);
    }
    let weights = super::case::numbers(&value["weights"]);
    let balancer = match value["policy"].as_str().unwrap_or("none") {
        "random" => Balancer::Random,
        "weighted_random" => {
            Balancer::WeightedRandom(weights.clone().ok_or("weighted_random without weights")?)
        }
        "round_robin" => Balancer::RoundRobin,
        "jsq" => Balancer::JoinShortestQueue,
        "power_of_d" => Balancer::PowerOfD(count(value, "d")?),
        "jiq" => Balancer::JoinIdleQueue,
        "least_work_left" => Balancer::LeastWorkLeft,
        other => return Err(format!("policy {other}")),
    };
    // The busiest server by its share of the requests.
    let speeds = |i: usize| if let PodSpeed::Each(s) = &speed { s[i] } else { 1.0 };
    let total: f64 = weights.as_ref().map_or(f64::from(servers), |w| w.iter().sum());
    let share = |i: usize| weights.as_ref().map_or(1.0, |w| w[i]) / total;
    let busiest = (0..servers as usize)
        .map(|i| arrivals.rate * share(i) * service.mean / speeds(i))
        .fold(0.0, f64::max);
    let variability = ((arrivals.dispersion + service.scv.min(100.0)) / 2.0).max(1.0);
    let gap = 1.0 - busiest.sqrt();
    let queue = variability * service.mean / (gap * gap);
    let relaxation = match balancer {
        Balancer::Random | Balancer::WeightedRandom(_) | Balancer::RoundRobin => queue,
        // Servers that share what comes forget it together, nearly as one station does, down to the time in
        // which a single one gets through a short queue.
        _ => queue / f64::from(servers) + 3.0 * variability * service.mean / (1.0 - busiest).max(1e-6),
    } + arrivals.memory;
    let layout = Layout {
        servers: vec![f64::from(servers)],
        unit: service.mean,
        infinite_variance: !service.third_moment,
        ..Layout::default()
    };
    let pods = Service { replicas: servers, speed, ..Service::default() };
    let edge = add_service(&mut model, "servers", pods, balancer);
    let work = model.add_law(service.law);
    let site = add_site(&mut model, edge, [Step::Work { law: work }]);
    let program = model.add_program([Step::Call { site }]);
    add_class(&mut model, "request", SourceKind::Open(arrivals.process), program, 0)?;
    let controls = vec![arrivals_control(arrivals.rate)];
    Ok(Setup { model, rate: arrivals.rate, calls: 1.0, relaxation, layout, controls })
}

/// The service law of dispatch; a list is one law a server, which must differ only in scale.
fn dispatch_service(value: &Value, servers: u32) -> Result<(Times, PodSpeed), Unsupported> {
    let Some(list) = value.as_array() else { return Ok((laws::law(value)?, PodSpeed::Same(1.0))) };
    let laws = list.iter().map(laws::law).collect::<Result<Vec<_>, _>>()?;
    if laws.len() != servers as usize {
        return Err("not one service law a server".into());
    }
    let speeds: Vec<f64> = laws.iter().map(|l| laws[0].mean / l.mean).collect();
    for (law, speed) in laws.iter().zip(&speeds) {
        let same = |u: f64| (law.law.quantile(u) * speed / laws[0].law.quantile(u) - 1.0).abs() < 1e-6;
        if ![0.1, 0.5, 0.9, 0.999].into_iter().all(same) {
            return Err("service laws of servers that differ in more than scale".into());
        }
    }
    Ok((laws[0].clone(), PodSpeed::Each(speeds)))
}

/// Case and purpose decide the seed, so that no two sets of runs share one.
pub fn set_span(model: &mut Model, seed: u64, settle: f64, length: f64) {
    model.plan.seed = seed;
    model.plan.settle = SimDuration::from_secs_f64(settle);
    model.plan.length = SimDuration::from_secs_f64(length);
    model.plan.t0 = model.plan.from();
}

/// The stations of a network, as services with one call site each.
pub struct Station {
    /// Servers.
    pub servers: f64,
    /// Law of the service.
    pub service: Times,
    /// The call to it.
    pub site: SiteId,
}

/// Adds the stations of a network; `extra` is the field that says how requests come to a station.
pub fn add_stations(model: &mut Model, value: &Value, extra: &str) -> Result<Vec<Station>, Unsupported> {
    let list = value["stations"].as_array().ok_or("stations")?;
    let mut stations = Vec::new();
    for (i, station) in list.iter().enumerate() {
        only_known(station, &["name", "servers", "service", extra])?;
        let servers = count(station, "servers")?;
        let service = laws::law(&station["service"])?;
        number(station, extra)?;
        let name = station["name"].as_str().map_or_else(|| format!("s{}", i + 1), str::to_owned);
        let edge =
            add_service(model, &name, Service { slots: servers, ..Service::default() }, Balancer::RoundRobin);
        let law = model.add_law(service.law.clone());
        let site = add_site(model, edge, [Step::Work { law }]);
        stations.push(Station { servers: f64::from(servers), service, site });
    }
    Ok(stations)
}
