//! How the requests of a pod share its cpu, and where clocks with a period stand.

use super::build::{Build, small};
use crate::model::{CpuQuota, CpuSharing, Phase, Service};
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::table::{Key, Kind, Table, with_default};
use crate::units::{SimDuration, SimTime};

pub(super) static CPU: Table = Table {
    name: "cpu",
    doc: "How requests in the slots of a pod compute under its cpu limit",
    keys: &[
        with_default(
            "sharing",
            Kind::OneOf(&["quota", "fluid"]),
            "quota",
            "quota: full speed until the limit's cpu time of a period is spent, then a stop; fluid: a slower processor",
        ),
        with_default("period", Kind::Duration, "100ms", "Time from refill to refill of the quota"),
        with_default(
            "threads",
            Kind::Either(&[Kind::OneOf(&["none"]), Kind::Count]),
            "none",
            "Requests of a pod that compute at once; further ones in slots wait for a thread",
        ),
        with_default(
            "cores",
            Kind::Either(&[Kind::OneOf(&["none"]), Kind::Cpu]),
            "none",
            "Cores that a pod can use at once",
        ),
        PHASE,
    ],
};

/// Where a clock stands.
pub(super) const PHASE: Key = with_default(
    "phase",
    Kind::Either(&[Kind::OneOf(&["random"]), Kind::Duration]),
    "random",
    "When it ticks: drawn anew for every replication, or at T0 plus this and every period before and after",
);

/// The phase that a map says for a clock of this period.
pub(super) fn phase(map: Option<&MapCursor<'_>>, period: SimDuration, build: &Build<'_>) -> Phase {
    let field = map.and_then(|map| map.field("phase")).filter(|field| field.node.as_text() != Some("random"));
    let after_t0 = match field {
        Some(field) => field.duration().unwrap_or(0.0),
        None if build.clock.phases_are_zero => 0.0,
        None => return Phase::Random,
    };
    let nanos = (build.clock.since_start(after_t0) * 1e9).round() as i128;
    let period = i128::from(period.as_nanos().max(1));
    Phase::At(SimTime::from_nanos(nanos.rem_euclid(period) as u64))
}

/// Gives a service what `cpu` says; a limit is a quota unless it says otherwise.
pub(super) fn cpu(map: &MapCursor<'_>, service: &mut Service, build: &mut Build<'_>) {
    let field = map.field("cpu");
    let is_fluid = map.word("discipline") == Some("processor-sharing") || service.external;
    if let Some(field) = field.as_ref().filter(|_| is_fluid) {
        let why = if service.external { "of something external" } else { "of `processor-sharing`" };
        field.key_error(format!("the cores {why} are shared as a fluid; `cpu` does not belong to it"));
        return;
    }
    let inside = field.as_ref().map(Field::map);
    if is_fluid || inside.as_ref().is_some_and(|inside| inside.word("sharing") == Some("fluid")) {
        return only_of_quotas(inside.as_ref());
    }
    let standard = CpuQuota::default();
    let of = |key: &str| {
        let found = inside.as_ref().and_then(|inside| inside.field(key));
        found.filter(|field| field.node.as_text() != Some("none"))
    };
    let period = of("period").and_then(|field| {
        let period = SimDuration::from_secs_f64(field.duration()?);
        if period.is_zero() {
            field.error(format!("{} is empty", field.path));
        }
        (!period.is_zero()).then_some(period)
    });
    let above_zero = |key: &str, number: Option<f64>| {
        if let (Some(0.0), Some(field)) = (number, of(key)) {
            field.error(format!("{} is 0: nothing would ever be done", field.path));
        }
        number.filter(|&number| number > 0.0)
    };
    let threads =
        above_zero("threads", of("threads").and_then(|field| field.count()).map(|n| f64::from(small(n))));
    let cores = above_zero("cores", of("cores").and_then(|field| field.cpu()));
    let period = period.unwrap_or(standard.period);
    let quota = CpuQuota {
        period,
        threads: threads.map_or(standard.threads, |threads| threads as u32),
        cores: cores.unwrap_or(standard.cores),
        phase: phase(inside.as_ref(), period, build),
    };
    if inside.is_none() && service.cpu_limit < f64::from(service.slots) {
        let text = "quota, every 100ms";
        build.context.assume(map.address("cpu.sharing"), text, "What the cpu limit of a pod is");
    }
    service.sharing = CpuSharing::Quota(quota);
}

/// An error for what only a quota has.
fn only_of_quotas(inside: Option<&MapCursor<'_>>) {
    for key in ["period", "threads", "cores", "phase"] {
        if let Some(field) = inside.and_then(|inside| inside.field(key)) {
            field.key_error(format!("`{key}` belongs to `sharing: quota`"));
        }
    }
}
