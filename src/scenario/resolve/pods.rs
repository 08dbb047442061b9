//! Pods of a service: their number, resources, speed, start and plain autoscaling.

use super::build::{Build, small};
use super::cpu::{PHASE, phase};
use super::laws;
use super::workloads::{Named, Workloads};
use crate::model::{Phase, PodSpeed, Scaler, Service};
use crate::policy::TargetUtilisation;
use crate::random::Law;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::table::{Kind, Table, optional, required, with_default};
use crate::units::SimDuration;

pub(super) static RESOURCES: Table = Table {
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
    keys: &[
        optional("cpu", Kind::Cpu, "Cores"),
        optional(
            "memory",
            Kind::Bytes,
            "Memory, as a container copies it; what happens without it is not simulated",
        ),
    ],
};

pub(super) static SPEED: Table = Table {
    name: "speed",
    doc: "Speed drawn for every pod when it starts (lognormal)",
    keys: &[
        with_default("mean", Kind::Factor, "1", "Mean speed"),
        required("cv", Kind::Number, "standard deviation over mean, such as 0.1"),
    ],
};

pub(super) static STARTUP: Table = Table {
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

pub(super) static AUTOSCALER: Table = Table {
    name: "autoscaler",
    doc: "want = ceil(ready x busy share of slots / target): up at once, down to the largest of the last `hold` wants",
    keys: &[
        required("target", Kind::Ratio, "the wanted busy share of slots, such as 60%"),
        with_default("period", Kind::Duration, "15s", "Time between decisions"),
        with_default("min", Kind::Count, "1", "Fewest pods"),
        required("max", Kind::Count, "the most pods"),
        with_default("hold", Kind::Count, "20", "Decisions whose largest want bounds a step down"),
        PHASE,
    ],
};

/// Number, resources, speed, start and scaling of the pods.
pub(super) fn pods<'a>(
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
        let cpu = |key: &str| {
            let amounts = resources.field(key)?.map();
            if let Some(memory) = amounts.field("memory") {
                let _ = memory.parsed(crate::scenario::quantity::bytes);
                amounts.assume("memory", "not simulated");
            }
            amounts.cpu("cpu")
        };
        (service.cpu_request, service.cpu_limit) = (cpu("requests"), cpu("limits").unwrap_or(f64::INFINITY));
    }
    service.speed = speed(map, build);
    let (startup, start) =
        (map.field("startup").map(|field| field.map()), crate::scenario::law::parse(STARTS));
    let given = startup.as_ref().and_then(|startup| startup.field("start"));
    let law = given.map_or_else(
        || start.ok().and_then(|start| laws::of_spec(&start.law, field)),
        |given| laws::law(&given),
    );
    service.startup = law.map_or(service.startup, |law| build.law_id(law));
    let scaler = map.field("autoscaler").and_then(|field| autoscaler(&field, build));
    let own = [
        ("replicas", map.field("replicas")),
        ("resources", map.field("resources")),
        ("autoscaler", map.field("autoscaler")),
    ];
    let _ = map.present(&["workload", "deployment"]).len() > 1
        && map.exactly_one(&["workload", "deployment"]).is_some();
    let (workload, deployment) = (map.field("workload"), map.field("deployment"));
    let named = workload.or(deployment);
    let external = map.field("external").is_some();
    let deployed = workloads.apply(service, field, &Named { field: named.as_ref(), own: &own });
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
    if let Some((scaler, phase)) = scaler {
        if startup.is_none() {
            build.context.assume(
                map.address("startup.start"),
                STARTS,
                "Time from the decision to start a pod until it is ready",
            );
        }
        (service.scaler, service.scaler_phase) = (Some(scaler), phase);
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

fn autoscaler(field: &Field<'_>, build: &Build<'_>) -> Option<(Scaler, Phase)> {
    let map = field.map();
    let (target, period) = (map.ratio("target"), map.duration("period"));
    let (min, max, hold) = (map.count("min"), map.count("max"), map.count("hold"));
    let (target, max) = (target?, small(max?));
    let (min, period) = (min.map_or(1, small), SimDuration::from_secs_f64(period.unwrap_or(15.0)));
    let hold = hold.map_or(20, small);
    let phase = phase(Some(&map), period, build);
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
    Some((Scaler::Target(TargetUtilisation { target, period, min, max, hold }), phase))
}
