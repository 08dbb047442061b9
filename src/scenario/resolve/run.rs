//! The section `run`: what is run for how long, how often, and what is recorded.

use super::clock::Clock;
use crate::model::{After, GridProbe, InputPlan, Limits, Mode, Model, NamedWindow, RunPlan, WarmUp};
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::table::{Kind, Table, optional, required, with_default};
use crate::units::{SimDuration, SimTime};

/// Most replications of a run.
pub(super) const MOST_REPLICATIONS: u32 = 1_000_000;

pub(super) static RUN: Table = Table {
    name: "run",
    doc: "What is run for how long, and how often",
    keys: &[
        optional(
            "t0",
            Kind::Instant,
            "The anchor T0 with its zone; every time is absolute or T0 plus or minus a duration",
        ),
        optional("from", Kind::Time, "Counted from here; T0-10m if absent"),
        optional("to", Kind::Time, "Counted to here; T0+30m if absent"),
        optional(
            "settle",
            Kind::Duration,
            "Simulated before `from` and not counted; 10m if absent, 0s in steady mode",
        ),
        optional(
            "windows",
            Kind::Named(&Kind::Span),
            "Named spans for objectives and charts; every peak is one already",
        ),
        with_default(
            "phases",
            Kind::OneOf(&["random", "zero"]),
            "random",
            "Where clocks with a period stand if nothing else is said: drawn anew for every replication, or ticking at T0",
        ),
        with_default("seed", Kind::Integer, "1", "Root of all randomness"),
        with_default(
            "after",
            Kind::OneOf(&["continue", "stop"]),
            "continue",
            "Whether arrivals go on, unmeasured, after `to` until every measured request has ended",
        ),
        with_default("drain_limit", Kind::Duration, "1h", "Longest time after `to`"),
        with_default(
            "mode",
            Kind::OneOf(&["terminating", "steady"]),
            "terminating",
            "A peak, or long-run values with the warm-up deleted",
        ),
        optional(
            "warm_up",
            Kind::Either(&[Kind::OneOf(&["mser5"]), Kind::Duration]),
            "In steady mode: what is deleted, a duration or mser5 (if absent)",
        ),
        optional(
            "length",
            Kind::Duration,
            "In steady mode, instead of from and to: how long is simulated, the warm-up included",
        ),
        optional(
            "replications",
            Kind::Count,
            "Independent runs, 20 if absent; with `precision` the most, 1000 if absent",
        ),
        optional(
            "inputs",
            Kind::Count,
            "Points drawn from the inputs written low .. mid .. high, 40 if absent; 0 holds them at mid",
        ),
        optional("input_replications", Kind::Count, "Independent runs at each of these points, 5 if absent"),
        optional(
            "precision",
            Kind::Either(&[Kind::OneOf(&["off"]), Kind::Ratio]),
            "Relative half-width at which replications stop; off if absent",
        ),
        optional("limits", Kind::Map(&LIMITS), "Bounds that end a run with a report instead of a hang"),
        optional("record", Kind::Map(&RECORD), "What is recorded, and how finely"),
    ],
};

static LIMITS: Table = Table {
    name: "limits",
    doc: "Bounds of one replication",
    keys: &[
        with_default("events", Kind::Count, "2e10", "Most simulation events"),
        with_default("in_flight", Kind::Count, "5e7", "Most requests in the system at once, calls included"),
    ],
};

static RECORD: Table = Table {
    name: "record",
    doc: "What is recorded, and how finely",
    keys: &[
        optional(
            "window",
            Kind::Either(&[Kind::OneOf(&["none"]), Kind::Duration]),
            "Width of the windows of time series, or none; if absent, a round width that makes some 200",
        ),
        with_default(
            "resolution",
            Kind::OneOf(&["coarse", "normal", "fine"]),
            "normal",
            "Relative width of a latency bin: 3 %, 0.8 % or 0.1 %",
        ),
        with_default("slowdown", Kind::Bool, "true", "Whether sojourn over own work is averaged per service"),
        with_default(
            "calls",
            Kind::Bool,
            "true",
            "Whether response times of edges, service times, and both by window are recorded",
        ),
        optional("first_waits", Kind::Map(&FIRST_WAITS), "Waits of the first requests of a service"),
        optional("grid", Kind::Map(&GRID), "State of a service at equally spaced instants"),
    ],
};

static FIRST_WAITS: Table = Table {
    name: "first-waits",
    doc: "Waits of the first requests of a service, by their order of start",
    keys: &[
        required("service", Kind::Reference, "the service looked at"),
        required("requests", Kind::Count, "how many requests"),
    ],
};

static GRID: Table = Table {
    name: "grid",
    doc: "State of a service at equally spaced instants, without disturbing it",
    keys: &[
        required("service", Kind::Reference, "the service looked at"),
        required("every", Kind::Duration, "the time between two looks"),
        with_default(
            "virtual_wait",
            Kind::Bool,
            "false",
            "Whether the wait a request arriving then would have is computed",
        ),
    ],
};

/// What of `run` can only be read when traffic and services are known.
#[derive(Default)]
pub(super) struct Later<'a> {
    windows: Vec<(&'a str, Field<'a>)>,
    first_waits: Option<(Field<'a>, u32)>,
    grid: Option<(Field<'a>, f64, bool)>,
}

/// Reads the section into the model's plan and the clock.
pub(super) fn run<'a>(section: &MapCursor<'a>, model: &mut Model, clock: &mut Clock) -> Later<'a> {
    let mut plan = RunPlan { seed: section.integer("seed").unwrap_or(1), ..RunPlan::default() };
    clock.t0 = section.instant("t0");
    plan.t0_label = section.field("t0").and_then(|field| field.node.as_text().map(str::to_owned));
    clock.phases_are_zero = section.word("phases") == Some("zero");
    plan.mode = mode(section);
    frame(section, plan.mode != Mode::Terminating, clock);
    plan.settle = SimDuration::from_secs_f64(clock.settle);
    plan.length = SimDuration::from_secs_f64(clock.to - clock.from);
    plan.t0 = clock.sim(0.0);
    let drain_limit = SimDuration::from_secs_f64(section.duration("drain_limit").unwrap_or(3600.0));
    plan.after = match section.word("after") {
        Some("stop") => After::Stop { drain_limit },
        _ => After::Continue { drain_limit },
    };
    replications(section, &mut plan);
    if let Some(limits) = section.field("limits").map(|field| field.map()) {
        let standard = Limits::default();
        plan.limits = Limits {
            events: limits.count("events").unwrap_or(standard.events),
            in_flight: limits
                .count("in_flight")
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(standard.in_flight),
        };
    }
    model.recording.window = Some(round_width(clock.to - clock.from));
    model.plan = plan;
    let mut later = Later::default();
    if let Some(record) = section.field("record").map(|field| field.map()) {
        read_record(&record, model, &mut later);
    }
    later.windows = section.field("windows").map(|field| field.entries()).unwrap_or_default();
    later
}

fn mode(section: &MapCursor<'_>) -> Mode {
    let steady = section.word("mode") == Some("steady");
    let warm_up = section.field("warm_up");
    if !steady {
        if let Some(field) = warm_up {
            field.key_error("`warm_up` belongs to `mode: steady`; before a peak write `settle`");
        }
        return Mode::Terminating;
    }
    match warm_up {
        Some(field) if field.node.as_text() != Some("mser5") => {
            Mode::Steady(WarmUp::Fixed(SimDuration::from_secs_f64(field.duration().unwrap_or(0.0))))
        }
        _ => Mode::Steady(WarmUp::Mser5),
    }
}

/// Where counting starts and ends, and the lead-in.
fn frame(section: &MapCursor<'_>, steady: bool, clock: &mut Clock) {
    let at = |key: &str, default: f64| {
        let field = section.field(key);
        let given = field.as_ref().and_then(|field| clock.seconds(&field.time()?, field));
        if field.is_none() && !steady {
            let text = format!("T0{:+}m", (default / 60.0) as i64);
            section.assume(key, &text);
        }
        given.unwrap_or(default)
    };
    let length = section.field("length");
    let settle = section.field("settle").and_then(|field| field.duration());
    if steady {
        for key in ["from", "to"] {
            if let Some(field) = section.field(key) {
                field.key_error(format!("`{key}` belongs to a peak; in steady mode write `length`"));
            }
        }
        if length.is_none() {
            let diagnostic = Diagnostic::error(section.span, "a steady run has no `length`");
            section.push(diagnostic.expected("such as length: 2h"));
        }
        let counted = length.and_then(|field| field.duration()).unwrap_or(3600.0);
        (clock.from, clock.to, clock.settle) = (0.0, counted, settle.unwrap_or(0.0));
    } else {
        if let Some(field) = length {
            field.key_error("`length` belongs to `mode: steady`; for a peak write `from` and `to`");
        }
        let (from, to) = (at("from", -600.0), at("to", 1800.0));
        if settle.is_none() {
            section.assume("settle", "10m");
        }
        (clock.from, clock.to, clock.settle) = (from, to, settle.unwrap_or(600.0));
    }
    // A century of nanoseconds fits the simulated clock five times.
    let too_long = clock.to - clock.from + clock.settle > 3.2e9;
    if clock.to <= clock.from || too_long {
        let message = if too_long {
            "the run is longer than a hundred years"
        } else {
            "`run.to` is not after `run.from`"
        };
        let place = section
            .field("to")
            .or_else(|| section.field("length"))
            .map_or(section.span, |field| field.node.span);
        section.push(Diagnostic::error(place, message));
        clock.to = clock.from + 60.0;
    }
}

/// How often uncertain inputs are drawn. Few points or single runs at each show no variance.
fn input_points(section: &MapCursor<'_>, plan: &mut RunPlan) {
    let within = |key: &str, least: u64, most: u64, fits: fn(u64) -> bool| {
        let given = section.count(key)?;
        if fits(given) {
            return u32::try_from(given).ok();
        }
        if let Some(field) = section.field(key) {
            let expected = format!("a number from {least} to {most}");
            field
                .context
                .push(Diagnostic::error(field.node.span, format!("run.{key} is {given}")).expected(expected));
        }
        None
    };
    let standard = InputPlan::default();
    plan.inputs = InputPlan {
        points: within("inputs", 10, 10_000, |n| n == 0 || (10..=10_000).contains(&n))
            .unwrap_or(standard.points),
        replications: within("input_replications", 2, 1000, |n| (2..=1000).contains(&n))
            .unwrap_or(standard.replications),
        share: standard.share,
    };
}

fn replications(section: &MapCursor<'_>, plan: &mut RunPlan) {
    input_points(section, plan);
    let precision = section.field("precision").filter(|field| field.node.as_text() != Some("off"));
    let standard = if precision.is_some() { 1000 } else { 20 };
    let count = section.count("replications").unwrap_or_else(|| {
        section.assume("replications", &standard.to_string());
        standard
    });
    plan.replications = u32::try_from(count).unwrap_or(u32::MAX);
    if !(1..=u64::from(MOST_REPLICATIONS)).contains(&count) {
        let span = section.field("replications").map_or(section.span, |field| field.node.span);
        section.push(
            Diagnostic::error(span, format!("run.replications is {count}"))
                .expected("from 1 to a million, such as 20"),
        );
    }
    plan.precision = precision.as_ref().and_then(|field| field.ratio());
    if plan.precision == Some(0.0) {
        let span = precision.map_or(section.span, |field| field.node.span);
        let diagnostic = Diagnostic::error(span, "run.precision is 0, which no number of runs reaches");
        section.push(diagnostic.expected("a relative half-width such as 2%"));
    }
}

/// 1, 2, 5 x 10^k seconds, such that the counted span has some 200 windows.
fn round_width(length: f64) -> SimDuration {
    let mut width = 1e-3;
    for step in [2.0, 2.5, 2.0].iter().cycle() {
        if length / width <= 240.0 {
            break;
        }
        width *= step;
    }
    SimDuration::from_secs_f64(width)
}

fn read_record<'a>(record: &MapCursor<'a>, model: &mut Model, later: &mut Later<'a>) {
    if let Some(field) = record.field("window") {
        let width = match field.node.as_text() {
            Some("none") => None,
            _ => field.duration().map(SimDuration::from_secs_f64),
        };
        if width.is_some_and(SimDuration::is_zero) {
            field.error("run.record.window is empty");
        }
        let windows = width.map_or(0, |width| model.plan.length.as_nanos() / width.as_nanos().max(1));
        if windows > 100_000 {
            field.error(format!("run.record.window makes {windows} windows; at most 100000 are kept"));
        }
        model.recording.window = width;
    }
    model.recording.resolution_bits = match record.word("resolution") {
        Some("coarse") => 5,
        Some("fine") => 10,
        _ => 7,
    };
    model.recording.slowdown = record.boolean("slowdown").unwrap_or(true);
    model.recording.calls = record.boolean("calls").unwrap_or(true);
    if let Some(map) = record.field("first_waits").map(|field| field.map()) {
        let requests = map.count("requests").unwrap_or(0).min(10_000_000) as u32;
        later.first_waits = map.field("service").map(|field| (field, requests));
    }
    if let Some(map) = record.field("grid").map(|field| field.map()) {
        let every = map.duration("every").unwrap_or(0.0);
        let virtual_wait = map.boolean("virtual_wait").unwrap_or(false);
        later.grid = map.field("service").map(|field| (field, every, virtual_wait));
    }
}

/// Reads what names peaks and services.
pub(super) fn finish(later: Later<'_>, model: &mut Model, clock: &mut Clock) {
    for (name, field) in later.windows {
        let span = field.time_span();
        let ends = span
            .and_then(|span| Some((clock.seconds(&span.start, &field)?, clock.seconds(&span.end, &field)?)));
        let Some((start, end)) = ends else {
            // What names this window is not wrong because of it.
            clock.mark(name, clock.from, None, clock.to);
            continue;
        };
        if end <= start {
            field.error(format!("{} ends before it starts", field.path));
            continue;
        }
        if model.windows.iter().any(|window| window.name == name) {
            field.error(format!("`{name}` is the name of a peak already"));
            continue;
        }
        if start >= clock.to || end <= clock.from {
            field.error(format!("{} lies outside the counted span from..to", field.path));
        }
        clock.mark(name, start, None, end);
        let (start, end) = (clock.sim(start), clock.sim(end));
        model.windows.push(NamedWindow { name: name.to_owned(), start, top: None, end });
    }
    if let Some((field, requests)) = later.first_waits {
        model.recording.first_waits = super::names::service(&field, model).map(|id| (id, requests));
    }
    if let Some((field, every, virtual_wait)) = later.grid {
        let length = (model.plan.settle + model.plan.length).as_secs_f64();
        if every <= 0.0 || length / every > 100_000.0 {
            field.error("run.record.grid.every makes no grid of at most 100000 instants");
        } else if let Some(service) = super::names::service(&field, model) {
            let count = (length / every) as u64;
            let step = SimDuration::from_secs_f64(every).as_nanos();
            let times = (0..=count).map(|n| SimTime::from_nanos(n * step)).collect();
            model.recording.grid = Some(GridProbe { service, times, virtual_wait });
        }
    }
}
