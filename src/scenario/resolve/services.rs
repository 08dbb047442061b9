//! The section `services`: what each deployed unit does, and how its pods behave.

use super::super::cursor::{Field, MapCursor};
use super::super::diagnostics::Diagnostic;
use super::super::table::{Kind, Table, optional, required, with_default};
use super::build::{Build, Operation};
use super::laws;
use super::steps::{Caller, STEPS};
use super::upstreams::{UPSTREAM, Upstreams};
use super::workloads::Workloads;
use crate::model::{
    AbandonedWork, Caller as EdgeCaller, Discipline, InitialState, PodSpeed, QueuePlacement, Scaler, Service,
    ServiceId,
};
use crate::policy::TargetUtilisation;
use crate::random::Law;
use crate::units::SimDuration;

pub(super) static SERVICE: Table = Table {
    name: "service",
    doc: "What a deployed unit does",
    keys: &[
        optional(
            "deployment",
            Kind::Reference,
            "Its Deployment in `manifests`, NAME or NAMESPACE/NAME; the one of the same name if absent",
        ),
        optional(
            "slots",
            Kind::Either(&[Kind::OneOf(&["unlimited"]), Kind::Count]),
            "Requests one pod works on at a time",
        ),
        with_default(
            "queue_limit",
            Kind::Either(&[Kind::OneOf(&["none"]), Kind::Count]),
            "1000",
            "Waiting room of a pod (of the service with queue: central); beyond it requests are turned away",
        ),
        with_default(
            "queue",
            Kind::OneOf(&["pod", "central"]),
            "pod",
            "Where requests wait: in the pod the balancer chose, or in one queue of the service",
        ),
        with_default("discipline", Kind::OneOf(DISCIPLINES), "fifo", "Order of service"),
        with_default(
            "abandoned",
            Kind::OneOf(&["leave", "drop-at-head", "stay"]),
            "leave",
            "What happens to queued work whose client gave up",
        ),
        optional("replicas", Kind::Count, "Pods, without a Deployment in `manifests`; 1 if nothing says it"),
        optional(
            "resources",
            Kind::Map(&RESOURCES),
            "As in a container, without a Deployment in `manifests`",
        ),
        optional(
            "speed",
            Kind::Either(&[Kind::Factor, Kind::List(&Kind::Factor), Kind::Map(&SPEED)]),
            "Speed of pods: one for all, a list by pod, or { mean, cv }; 1 if absent",
        ),
        optional("startup", Kind::Map(&STARTUP), "How a pod starts"),
        optional("autoscaler", Kind::Map(&AUTOSCALER), "A plain target-utilisation autoscaler"),
        optional("initial", Kind::Map(&INITIAL), "Requests present at the start; none if absent"),
        optional("external", Kind::Map(&EXTERNAL), "No pods of ours, does not scale"),
        required(
            "operations",
            Kind::Named(&STEPS),
            "what it can be asked, such as browse: [ { work: 2ms } ]",
        ),
        optional(
            "upstreams",
            Kind::Named(&Kind::Map(&UPSTREAM)),
            "How it calls others, one entry a callee; `default` for the rest",
        ),
    ],
};

const DISCIPLINES: &[&str] = &["fifo", "lifo", "priority", "priority-preemptive", "processor-sharing"];

static RESOURCES: Table = Table {
    name: "resources",
    doc: "A pod's resources, as in a container of Kubernetes",
    keys: &[
        optional(
            "requests",
            Kind::Map(&QUANTITIES),
            "What is reserved; the HPA's utilisation is relative to it",
        ),
        optional(
            "limits",
            Kind::Map(&QUANTITIES),
            "What cannot be exceeded; without a cpu limit every slot has a core",
        ),
    ],
};

static QUANTITIES: Table = Table {
    name: "resource-quantities",
    doc: "Amounts of resources",
    keys: &[optional("cpu", Kind::Cpu, "Cores")],
};

static SPEED: Table = Table {
    name: "speed",
    doc: "Speed drawn for every pod when it starts (lognormal)",
    keys: &[
        with_default("mean", Kind::Factor, "1", "Mean speed"),
        required("cv", Kind::Number, "standard deviation over mean, such as 0.1"),
    ],
};

static STARTUP: Table = Table {
    name: "startup",
    doc: "How a pod starts",
    keys: &[with_default(
        "start",
        Kind::Law,
        STARTS,
        "Time from the decision to start a pod until it is ready",
    )],
};

/// Container start takes 1 to 3 s with the image present and pulling it 5 to 30 s, in bad cases over 60 s.
const STARTS: &str = "lognormal(median 12s p99 60s)";

static AUTOSCALER: Table = Table {
    name: "autoscaler",
    doc: "want = ceil(ready x busy share of slots / target): up at once, down to the largest of the last `hold` wants",
    keys: &[
        required("target", Kind::Ratio, "the wanted busy share of slots, such as 60%"),
        with_default("period", Kind::Duration, "15s", "Time between decisions"),
        with_default("min", Kind::Count, "1", "Fewest pods"),
        required("max", Kind::Count, "the most pods"),
        with_default("hold", Kind::Count, "20", "Decisions whose largest want bounds a step down"),
    ],
};

static INITIAL: Table = Table {
    name: "initial",
    doc: "Requests present at the start; they count in no statistic",
    keys: &[
        optional("requests", Kind::Count, "So many"),
        optional("stationary", Kind::Rate, "As many as the long run of M/M/c at this arrival rate has"),
        required("class", Kind::Reference, "the class whose operation they run"),
    ],
};

static EXTERNAL: Table = Table {
    name: "external",
    doc: "Something that is not ours: a database, a provider",
    keys: &[
        optional("cores", Kind::Cpu, "Cores it has; not a limit if absent"),
        optional("connections", Kind::Count, "Requests it works on at a time"),
    ],
};

/// A service whose operations are not compiled yet.
pub(super) struct PendingService<'a> {
    id: ServiceId,
    operations: Vec<Field<'a>>,
    first_operation: usize,
    upstreams: Option<Field<'a>>,
    initial: Option<Field<'a>>,
}

/// Reads the section; operations wait until every service is known.
pub(super) fn services<'a>(
    section: &Field<'a>,
    workloads: &mut Workloads<'a>,
    build: &mut Build<'a>,
) -> Vec<PendingService<'a>> {
    let startless = Law::constant(0.0).map(|law| build.law_id(law));
    let mut pending = Vec::new();
    for (name, field) in section.entries() {
        if name == "default" {
            field.error("no service can be called `default`: it stands for all others in `upstreams`");
        }
        let map = field.map();
        let mut service = Service { name: name.to_owned(), ..Service::default() };
        service.startup = startless.clone().unwrap_or_default();
        read(&map, &field, &mut service, workloads, build);
        let id = ServiceId(build.model.services.len() as u16);
        let listed = map.field("operations").map(|field| field.entries()).unwrap_or_default();
        let first_operation = build.operations.len();
        for (operation, _) in &listed {
            let operation = Operation { service: id, name: (*operation).to_owned(), program: None };
            build.operations.push(operation);
        }
        build.model.services.push(service);
        build.service_spans.push(field.key_span);
        pending.push(PendingService {
            id,
            operations: listed.into_iter().map(|(_, field)| field).collect(),
            first_operation,
            upstreams: map.field("upstreams"),
            initial: map.field("initial"),
        });
    }
    pending
}

impl<'a> PendingService<'a> {
    /// Compiles the operations, now that every service is known.
    pub(super) fn compile(self, build: &mut Build<'a>) {
        let upstreams = self.upstreams.map(|field| Upstreams::read(&field, build)).unwrap_or_default();
        let who = EdgeCaller::Service(self.id);
        let caller = Caller { who, upstreams: &upstreams, is_client: false, waits_for_ever: true };
        for (at, field) in self.operations.iter().enumerate() {
            build.operations[self.first_operation + at].program = build.program(field, &caller);
        }
        if let Some(initial) = self.initial {
            build.model.services[self.id.index()].initial = initial_state(&initial, build);
        }
    }
}

fn initial_state(field: &Field<'_>, build: &Build<'_>) -> InitialState {
    let map = field.map();
    let head = map.exactly_one(&["requests", "stationary"]);
    let (requests, rate) = (map.count("requests"), map.rate("stationary"));
    let class = map.field("class").and_then(|field| super::names::class(&field, &build.model));
    match (head, class) {
        (Some("requests"), Some(class)) => {
            let count = requests.unwrap_or(0).min(u64::from(build.model.plan.limits.in_flight)) as u32;
            InitialState::Requests { count, class }
        }
        (Some(_), Some(class)) => InitialState::Stationary { rate: rate.unwrap_or(0.0), class },
        _ => InitialState::Empty,
    }
}

fn small(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn read<'a>(
    map: &MapCursor<'a>,
    field: &Field<'a>,
    service: &mut Service,
    workloads: &mut Workloads<'a>,
    build: &mut Build<'a>,
) {
    let sharing = map.word("discipline") == Some("processor-sharing");
    service.discipline = match map.word("discipline") {
        Some("lifo") => Discipline::Lifo,
        Some("priority") => Discipline::Priority { preemptive: false },
        Some("priority-preemptive") => Discipline::Priority { preemptive: true },
        _ => Discipline::Fifo,
    };
    if map.word("queue") == Some("central") {
        service.placement = QueuePlacement::Central;
    }
    service.abandoned = match map.word("abandoned") {
        Some("drop-at-head") => AbandonedWork::DropAtHead,
        Some("stay") => AbandonedWork::Stay,
        _ => AbandonedWork::Leave,
    };
    service.queue_limit = match map.field("queue_limit") {
        Some(limit) if limit.node.as_text() == Some("none") => u32::MAX,
        Some(limit) => limit.count().map_or(1000, small),
        None => 1000,
    };
    let slots = map.field("slots").map(|slots| match slots.node.as_text() {
        Some("unlimited") => Some(u32::MAX),
        _ => slots.count().map(small).filter(|&count| {
            if count == 0 {
                slots.error(format!("{} is 0: nothing would be served", slots.path));
            }
            count > 0
        }),
    });
    let external = map.field("external");
    pods(map, field, service, workloads, build);
    if let Some(external) = &external {
        outside(external, map, service);
    } else if sharing {
        service.slots = u32::MAX;
        if service.cpu_limit.is_infinite() {
            service.cpu_limit = 1.0;
            build.context.assume(map.address("resources.limits.cpu"), "1", "Cores a pod's requests share");
        }
    }
    match slots {
        Some(Some(slots)) => service.slots = slots,
        None if external.is_none() && !sharing => {
            let diagnostic = Diagnostic::error(field.key_span, format!("{} has no `slots`", field.path));
            map.push(
                diagnostic.expected("the requests one pod works on at a time, such as 64, or unlimited"),
            );
        }
        _ => {}
    }
}

/// Number, resources, speed, start and scaling of the pods.
fn pods<'a>(
    map: &MapCursor<'a>,
    field: &Field<'a>,
    service: &mut Service,
    workloads: &mut Workloads<'a>,
    build: &mut Build<'a>,
) {
    let replicas = map.count("replicas").map(small);
    let resources = map.field("resources");
    if let Some(resources) = &resources {
        let resources = resources.map();
        let cpu = |key: &str| resources.field(key).and_then(|field| field.map().cpu("cpu"));
        (service.cpu_request, service.cpu_limit) = (cpu("requests"), cpu("limits").unwrap_or(f64::INFINITY));
    }
    service.speed = speed(map, build);
    let (startup, start) = (map.field("startup").map(|field| field.map()), super::super::law::parse(STARTS));
    let given = startup.as_ref().and_then(|startup| startup.field("start"));
    let law = given.map_or_else(
        || start.ok().and_then(|start| laws::of_spec(&start.law, field)),
        |given| laws::law(&given),
    );
    service.startup = law.map_or(service.startup, |law| build.law_id(law));
    let scaler = map.field("autoscaler").and_then(|field| autoscaler(&field));
    let own = [
        ("replicas", map.field("replicas")),
        ("resources", map.field("resources")),
        ("autoscaler", map.field("autoscaler")),
    ];
    let named = map.field("deployment");
    let external = map.field("external").is_some();
    let deployed = workloads.apply(service, field, named.as_ref(), &own);
    if external {
        for (key, field) in own.iter().filter_map(|(key, field)| field.as_ref().map(|field| (key, field))) {
            field.key_error(format!("`{key}` belongs to services of ours; {} is external", map.path));
        }
        return;
    }
    match (deployed, replicas) {
        (_, Some(replicas)) => service.replicas = replicas,
        (false, None) => map.assume("replicas", "1"),
        _ => {}
    }
    if let Some(scaler) = scaler {
        if startup.is_none() {
            build.context.assume(
                map.address("startup.start"),
                STARTS,
                "Time from the decision to start a pod until it is ready",
            );
        }
        service.scaler = Some(scaler);
    }
    if service.replicas == 0 && service.scaler.is_none() {
        build
            .context
            .push(Diagnostic::warning(field.key_span, format!("{} starts without pods", field.path)));
    }
}

fn speed(map: &MapCursor<'_>, build: &mut Build<'_>) -> PodSpeed {
    let Some(field) = map.field("speed") else { return PodSpeed::Same(1.0) };
    let standing = |speed: &f64| {
        if *speed <= 0.0 {
            field.error(format!("{} is zero: work would never end", field.path));
        }
        *speed > 0.0
    };
    if field.node.as_sequence().is_some() {
        let speeds: Vec<f64> =
            field.items().iter().filter_map(|item| item.factor()).filter(standing).collect();
        if speeds.is_empty() {
            field.error(format!("{} has no speed", field.path));
            return PodSpeed::Same(1.0);
        }
        return PodSpeed::Each(speeds);
    }
    if field.node.as_mapping().is_some() {
        let map = field.map();
        let (mean, cv) = (map.factor("mean").unwrap_or(1.0), map.number("cv"));
        return match cv.map(|cv| Law::lognormal_mean_cv(mean, cv)) {
            Some(Ok(law)) => PodSpeed::Drawn(build.law_id(law)),
            Some(Err(error)) => {
                field.error(format!("{}: {error}", field.path));
                PodSpeed::Same(1.0)
            }
            None => PodSpeed::Same(1.0),
        };
    }
    PodSpeed::Same(field.factor().filter(standing).unwrap_or(1.0))
}

fn autoscaler(field: &Field<'_>) -> Option<Scaler> {
    let map = field.map();
    let (target, period) = (map.ratio("target"), map.duration("period"));
    let (min, max, hold) = (map.count("min"), map.count("max"), map.count("hold"));
    let (target, max) = (target?, small(max?));
    let (min, period) = (min.map_or(1, small), SimDuration::from_secs_f64(period.unwrap_or(15.0)));
    let hold = hold.map_or(20, small);
    let wrong = match () {
        () if target <= 0.0 => "target is 0: it would want infinitely many pods",
        () if period.is_zero() => "period is empty",
        () if max < min.max(1) => "max is less than min",
        () if hold == 0 || hold > 100_000 => "hold must be from 1 to 100000",
        () => "",
    };
    if !wrong.is_empty() {
        field.error(format!("{}.{wrong}", field.path));
        return None;
    }
    Some(Scaler::Target(TargetUtilisation { target, period, min, max, hold }))
}

fn outside(external: &Field<'_>, map: &MapCursor<'_>, service: &mut Service) {
    let outside = external.map();
    service.external = true;
    service.replicas = 1;
    service.cpu_limit = outside.cpu("cores").unwrap_or(f64::INFINITY);
    service.slots = outside.count("connections").map_or(u32::MAX, small);
    if service.cpu_limit <= 0.0 || service.slots == 0 {
        external.error(format!("{} can serve nothing", external.path));
    }
    if let Some(field) = map.field("slots") {
        field.key_error("`slots` of something external are its `connections`");
    }
}
