//! The section `traffic`: where requests come from.

use super::build::Build;
use super::classes::{CLASS, PendingClass};
use super::laws;
use super::profile::{Curve, Fall, sum};
use super::trace::{TRACE, Trace, trace};
use crate::model::{ArrivalProcess, ClassId, NamedWindow, Source, SourceId, SourceKind};
use crate::random::Choice;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::quantity::{self, Wrong};
use crate::scenario::table::{Kind, Table, optional, required, with_default};

pub(super) static SOURCE: Table = Table {
    name: "source",
    doc: "A stream of requests: exactly one of rate, profile, trace, gaps, mmpp, users",
    keys: &[
        optional("rate", Kind::Rate, "Open arrivals at a constant rate"),
        optional("profile", Kind::Map(&PROFILE), "Open arrivals at a rate given by points in time"),
        optional("trace", Kind::Map(&TRACE), "Recorded traffic"),
        optional("gaps", Kind::Law, "Open arrivals with independent gaps of this law"),
        optional("mmpp", Kind::Map(&MMPP), "Open arrivals whose rate a hidden Markov chain sets"),
        optional("users", Kind::Count, "A closed population: each user thinks, asks, waits for the answer"),
        optional("think", Kind::Law, "With users: the time between answer and next request"),
        with_default(
            "spacing",
            Kind::OneOf(&["poisson", "even"]),
            "poisson",
            "With rate and profile: random arrivals, or evenly spaced ones",
        ),
        optional("peaks", Kind::Named(&Kind::Map(&PEAK)), "Named peaks; several add above the rate"),
        optional("diurnal", Kind::Map(&DIURNAL), "A daily wave of the rate"),
        required(
            "classes",
            Kind::Named(&Kind::Map(&CLASS)),
            "the kinds of requests, such as browse: { entry: web.browse }",
        ),
    ],
};

static PROFILE: Table = Table {
    name: "profile",
    doc: "A rate given by points in time",
    keys: &[
        with_default(
            "shape",
            Kind::OneOf(&["steps", "straight"]),
            "steps",
            "Whether a rate holds until the next point or runs straight to it",
        ),
        required(
            "points",
            Kind::List(&Kind::Map(&POINT)),
            "points such as { at: T0, rate: 100/s } in order of time",
        ),
    ],
};

static POINT: Table = Table {
    name: "point",
    doc: "A rate from an instant on",
    keys: &[
        required("at", Kind::Time, "a time such as T0-5m"),
        required("rate", Kind::Rate, "the rate from then on"),
    ],
};

static MMPP: Table = Table {
    name: "mmpp",
    doc: "A Markov-modulated Poisson process, started in its stationary law",
    keys: &[
        required("rates", Kind::List(&Kind::Rate), "the arrival rate of each state"),
        required(
            "leave",
            Kind::List(&Kind::List(&Kind::Rate)),
            "for each state the rates to every state; its own is not read",
        ),
    ],
};

static PEAK: Table = Table {
    name: "peak",
    doc: "A peak above the rate: up over rise, level for hold, down over fall",
    keys: &[
        required("at", Kind::Time, "the time it starts to rise, such as T0"),
        optional("factor", Kind::Factor, "Its top as a factor of `rate`"),
        optional("add", Kind::Rate, "Its top above the rate"),
        with_default("rise", Kind::Duration, "0s", "How long it rises"),
        with_default("hold", Kind::Duration, "0s", "How long it stays at the top"),
        with_default(
            "fall",
            Kind::Text,
            "0s",
            "How long it falls in a straight line, or `half-life 3m` (its end is then after five half-lives)",
        ),
    ],
};

static DIURNAL: Table = Table {
    name: "diurnal",
    doc: "A wave of the rate: rate x (1 + amplitude x cosine)",
    keys: &[
        required("amplitude", Kind::Ratio, "the height of the wave above the rate, such as 60%"),
        required("top", Kind::Time, "a time at which the rate is highest, such as T0"),
        with_default("period", Kind::Duration, "24h", "Time from top to top"),
    ],
};

pub(super) const HEADS: &[&str] = &["rate", "profile", "trace", "gaps", "mmpp", "users"];

/// Reads the section: sources, their windows and marks; the programs of classes wait for the services.
pub(super) fn traffic<'a>(section: &Field<'a>, build: &mut Build<'a>) -> Vec<PendingClass<'a>> {
    let mut pending = Vec::new();
    let sources = section.entries();
    if sources.is_empty() && section.node.as_mapping().is_some() {
        section.error("`traffic` has no source of requests");
    }
    for (name, field) in sources {
        let map = field.map();
        let id = SourceId(build.model.sources.len() as u16);
        let (mut classes, mut weights) = (Vec::new(), Vec::new());
        let listed = map.field("classes").map(|field| field.entries()).unwrap_or_default();
        for (class, field) in &listed {
            let (read, weight) = PendingClass::read(class, field, id, build);
            classes.push(ClassId((build.model.classes.len() - 1) as u16));
            weights.push(weight);
            pending.push(read);
        }
        let total: f64 = weights.iter().sum();
        build.shares.extend(weights.iter().map(|weight| weight / total.max(f64::MIN_POSITIVE)));
        let kind = source_kind(&map, &field, build);
        let mix = Choice::weighted(&weights).or_else(|| {
            if !weights.is_empty() {
                field.error(format!("the weights of {} add up to nothing", field.path));
            }
            Choice::weighted(&[1.0])
        });
        if let (Some(kind), Some(mix)) = (kind, mix) {
            let level = map.rate("rate").filter(|_| map.field("diurnal").is_none());
            build.levels.push(level);
            build.model.sources.push(Source { name: name.to_owned(), kind, classes, mix });
        }
    }
    pending
}

fn source_kind(map: &MapCursor<'_>, field: &Field<'_>, build: &mut Build<'_>) -> Option<SourceKind> {
    let head = map.exactly_one(HEADS);
    let even = map.word("spacing") == Some("even");
    let (rate, users) = (map.rate("rate"), map.count("users"));
    let (gaps, think) = (map.field("gaps"), map.field("think"));
    let curves = [shape(map, build), peaks(map, rate, build), wave(map, rate, build)].concat();
    let (recorded, modulated) = (map.field("trace"), map.field("mmpp"));
    let spread = |curves: &[Curve]| {
        let rates = sum(curves);
        SourceKind::Open(if even { ArrivalProcess::Even(rates) } else { ArrivalProcess::Poisson(rates) })
    };
    belongs(map, head, "peaks", &["rate", "profile"]);
    belongs(map, head, "diurnal", &["rate"]);
    belongs(map, head, "think", &["users"]);
    belongs(map, head, "spacing", &["rate", "profile"]);
    match head? {
        "rate" | "profile" => Some(spread(&curves)),
        "trace" => match trace(&recorded?.map(), &build.clock)? {
            Trace::Rates { curve, even: true } => Some(SourceKind::Open(ArrivalProcess::Even(sum(&[curve])))),
            Trace::Rates { curve, .. } => Some(SourceKind::Open(ArrivalProcess::Poisson(sum(&[curve])))),
            Trace::Times(times) => Some(SourceKind::Open(ArrivalProcess::Times(times.into()))),
        },
        "gaps" => {
            let gaps = gaps?;
            let law = laws::law(&gaps)?;
            if law.mean() <= 0.0 {
                gaps.error(format!("{} is zero: infinitely many requests at once", gaps.path));
                return None;
            }
            Some(SourceKind::Open(ArrivalProcess::Renewal { gap: build.law_id(law) }))
        }
        "mmpp" => mmpp(&modulated?.map()).map(SourceKind::Open),
        _ => {
            let users = map.field("users").filter(|_| users == Some(0)).map_or(users, |field| {
                field.error("traffic without users");
                None
            });
            let Some(think) = think else {
                let diagnostic =
                    Diagnostic::error(field.node.span, format!("{} has `users` but no `think`", field.path));
                map.push(
                    diagnostic
                        .expected("the time between answer and next request, such as exponential(2s) or 0s"),
                );
                return None;
            };
            let think = laws::law(&think)?;
            Some(SourceKind::Closed {
                users: u32::try_from(users?).unwrap_or(u32::MAX),
                think: build.law_id(think),
            })
        }
    }
}

/// An error if `key` is there without one of `heads`.
fn belongs(map: &MapCursor<'_>, head: Option<&'static str>, key: &'static str, heads: &[&str]) {
    if let (Some(field), Some(head)) = (map.field(key), head)
        && !heads.contains(&head)
    {
        field.key_error(format!("`{key}` belongs to `{}`; {} has `{head}`", heads.join("` or `"), map.path));
    }
}

/// The curve of `profile`, if it is there.
fn shape(map: &MapCursor<'_>, build: &Build<'_>) -> Vec<Curve> {
    let Some(profile) = map.field("profile").map(|field| field.map()) else { return Vec::new() };
    let straight = profile.word("shape") == Some("straight");
    let mut points: Vec<(f64, f64)> = Vec::new();
    for item in profile.field("points").map(|field| field.items()).unwrap_or_default() {
        let point = item.map();
        let at = point.field("at").and_then(|field| build.clock.seconds(&field.time()?, &field));
        let rate = point.rate("rate");
        let (Some(at), Some(rate)) = (at.map(|at| build.clock.since_start(at)), rate) else { continue };
        if points.last().is_some_and(|last| last.0 >= at) {
            item.error(format!("{} is not later than the point before", item.path));
            continue;
        }
        points.push((at, rate));
    }
    if points.is_empty() { Vec::new() } else { vec![Curve::points(&points, straight)] }
}

/// The curves of `rate` and of all peaks; windows and marks of the peaks are made.
fn peaks(map: &MapCursor<'_>, rate: Option<f64>, build: &mut Build<'_>) -> Vec<Curve> {
    let waves = map.field("diurnal").is_some();
    let mut curves: Vec<Curve> = rate.filter(|_| !waves).map(Curve::constant).into_iter().collect();
    for (name, field) in map.field("peaks").map(|field| field.entries()).unwrap_or_default() {
        let peak = field.map();
        let head = peak.exactly_one(&["factor", "add"]);
        let (factor, add) = (peak.factor("factor"), peak.rate("add"));
        let (rise, hold) = (peak.duration("rise").unwrap_or(0.0), peak.duration("hold").unwrap_or(0.0));
        let fall = match peak.field("fall") {
            Some(field) => field.parsed(fall).unwrap_or(Fall::Straight(0.0)),
            None => Fall::Straight(0.0),
        };
        let at = peak.field("at").and_then(|field| build.clock.seconds(&field.time()?, &field));
        let top = match (head, factor, rate) {
            (Some("factor"), Some(factor), Some(rate)) if factor >= 1.0 => Some(rate * (factor - 1.0)),
            (Some("factor"), Some(_), Some(_)) => {
                field.error(format!("{}.factor is below 1: a peak adds to the rate", field.path));
                None
            }
            // A rate that is there but could not be read has had its error already.
            (Some("factor"), Some(_), None) if map.field("rate").is_some() => None,
            (Some("factor"), Some(_), None) => {
                field.error(format!("{}.factor needs a `rate` to multiply; write `add`", field.path));
                None
            }
            _ => add,
        };
        let (Some(at), Some(top)) = (at, top) else {
            // What names this peak is not wrong because of it.
            let (from, to) = (build.clock.from, build.clock.to);
            build.clock.mark(name, from, Some(from), to);
            continue;
        };
        let falls = match fall {
            Fall::Straight(length) => length,
            // Then 3 % is left.
            Fall::HalfLife(half) => 5.0 * half,
        };
        window(name, at, at + rise, at + rise + hold + falls, &field, build);
        curves.push(Curve::peak(build.clock.since_start(at), top, rise, hold, fall));
    }
    curves
}

fn fall(text: &str) -> Result<Fall, Wrong> {
    match text.trim().strip_prefix("half-life") {
        Some(rest) => quantity::duration(rest).map(Fall::HalfLife),
        None => quantity::duration(text).map(Fall::Straight),
    }
}

fn window(name: &str, start: f64, top: f64, end: f64, field: &Field<'_>, build: &mut Build<'_>) {
    if build.model.windows.iter().any(|window| window.name == name) {
        field.error(format!("two peaks are called `{name}`"));
        return;
    }
    let clock = &mut build.clock;
    clock.mark(name, start, Some(top), end);
    if end <= clock.from || start >= clock.to {
        field.warn(format!("{} lies outside the counted span from..to", field.path));
    }
    let (start, top, end) = (clock.sim(start), Some(clock.sim(top)), clock.sim(end));
    build.model.windows.push(NamedWindow { name: name.to_owned(), start, top, end });
}

fn wave(map: &MapCursor<'_>, rate: Option<f64>, build: &Build<'_>) -> Vec<Curve> {
    let Some(field) = map.field("diurnal") else { return Vec::new() };
    let diurnal = field.map();
    let (amplitude, period) = (diurnal.ratio("amplitude"), diurnal.duration("period"));
    let top = diurnal.field("top").and_then(|field| build.clock.seconds(&field.time()?, &field));
    let (Some(rate), Some(amplitude), Some(period), Some(top)) = (rate, amplitude, period, top) else {
        return Vec::new();
    };
    if period <= 0.0 {
        field.error(format!("{}.period is empty", field.path));
        return Vec::new();
    }
    // The wave goes on for a period after the counted span, while measured requests end.
    let until = build.clock.since_start(build.clock.to) + period;
    vec![Curve::wave(rate, amplitude, period, build.clock.since_start(top), until)]
}

fn mmpp(map: &MapCursor<'_>) -> Option<ArrivalProcess> {
    let rates: Vec<f64> = map.field("rates")?.items().iter().filter_map(|item| item.rate()).collect();
    let field = map.field("leave")?;
    let mut generator: Vec<Vec<f64>> = Vec::new();
    for (at, row) in field.items().iter().enumerate() {
        let mut row: Vec<f64> = row.items().iter().filter_map(|item| item.rate()).collect();
        if let Some(own) = row.get_mut(at) {
            *own = 0.0;
        }
        let out: f64 = row.iter().sum();
        if let Some(own) = row.get_mut(at) {
            *own = -out;
        }
        generator.push(row);
    }
    let square = generator.len() == rates.len() && generator.iter().all(|row| row.len() == rates.len());
    if !square || rates.is_empty() {
        field.error(format!(
            "{} must have a row and a column for each of the {} rates",
            field.path,
            rates.len()
        ));
        return None;
    }
    if rates.len() > 1 && generator.iter().enumerate().any(|(at, row)| row[at] == 0.0) {
        field.error(format!("{}: a state is never left", field.path));
        return None;
    }
    Some(ArrivalProcess::Mmpp { rates, generator })
}
