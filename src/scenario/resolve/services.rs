//! The section `services`: what each deployed unit does, and how its pods behave.

use super::build::{Build, Operation, small};
use super::cpu::{CPU, cpu};
use super::pods::{AUTOSCALER, RESOURCES, SPEED, STARTUP, pods};
use super::steps::{Caller, STEPS};
use super::upstreams::{UPSTREAM, Upstreams};
use super::workloads::Workloads;
use crate::model::{
    AbandonedWork, Caller as EdgeCaller, Discipline, InitialState, QueuePlacement, Scaler, Service, ServiceId,
};
use crate::random::Law;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::table::{Kind, Table, optional, required, with_default};

pub(super) static SERVICE: Table = Table {
    name: "service",
    doc: "What a deployed unit does",
    keys: &[
        optional(
            "workload",
            Kind::Reference,
            "What it is in `manifests`: NAME, KIND/NAME such as sts/web, NAMESPACE/NAME or KIND/NAMESPACE/NAME; the one of the same name if absent",
        ),
        optional("deployment", Kind::Reference, "The same as `workload`"),
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
        with_default(
            "discipline",
            Kind::OneOf(DISCIPLINES),
            "fifo",
            "Order of service; with processor-sharing all requests in slots share the pod's cpu (one core if nothing \
             limits it), and slots are unlimited if absent: those beyond `slots` wait in order",
        ),
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
        optional("cpu", Kind::Map(&CPU), "How requests share the cpu of a pod"),
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

pub(super) const DISCIPLINES: &[&str] =
    &["fifo", "lifo", "priority", "priority-preemptive", "processor-sharing"];

/// With fewer slots, processor sharing is mostly a queue.
const FEW_TO_SHARE: u32 = 16;

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
    let slots = map.field("slots").map(|slots| slots_of(&slots));
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
    if let (true, Some(Some(count)), Some(field)) = (sharing, slots, map.field("slots"))
        && count < FEW_TO_SHARE
    {
        let message = format!(
            "the cpu is shared by at most {count} at a time; the others wait, first come first served"
        );
        let help = "processor sharing among all present needs `slots: unlimited`, or no `slots`";
        map.push(Diagnostic::warning(field.node.span, message).help(help));
    }
    if let Some(Scaler::Hpa(_)) = service.scaler {
        service.scaler_phase = build.hpa_phase;
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
    cpu(map, service, build);
}

/// Requests a pod works on at a time; `None` after a diagnostic.
fn slots_of(field: &Field<'_>) -> Option<u32> {
    if field.node.as_text() == Some("unlimited") {
        return Some(u32::MAX);
    }
    let count = field.count().map(small)?;
    if count == 0 {
        field.error(format!("{} is 0: nothing would be served", field.path));
    }
    (count > 0).then_some(count)
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
