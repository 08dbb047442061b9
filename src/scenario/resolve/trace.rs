//! Recorded traffic: counts per step, or exact instants, from a CSV file.

use super::clock::Clock;
use super::profile::Curve;
use super::reading::{DECIMAL, How, UNIT, WHERE, ZONE};
use super::trace_rows::{Columns, Row, Rows, Values, rows};
use super::trace_steps::{Bins, Step, Steps, end_of, steps};
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::inputs::beside;
use crate::scenario::quantity;
use crate::scenario::table::{Kind, Table, optional, required, with_default};

pub(super) static TRACE: Table = Table {
    name: "trace",
    doc: "Recorded traffic: a table of text with a header, or an answer of Prometheus to a range query",
    keys: &[
        required("file", Kind::File, "a CSV file such as lb-2025-11-11.csv"),
        optional("time", Kind::Text, "Column of the times (dates, or numbers); the first one if absent"),
        optional(
            "value",
            Kind::Text,
            "Column of the counts; the second one if absent and there is no `rate`",
        ),
        optional("rate", Kind::Text, "Column of rates a second, in the place of counts"),
        with_default(
            "kind",
            Kind::OneOf(&["counts", "arrivals"]),
            "counts",
            "Whether a row has a value from its time to the next row's, or is one arrival at its exact time",
        ),
        optional(
            "step",
            Kind::Duration,
            "Length of a step; the usual distance of two rows if absent, and each row lasts until the next",
        ),
        with_default(
            "gaps",
            Kind::OneOf(&["error", "zero", "hold"]),
            "error",
            "What missing rows mean: a mistake, no traffic, or the last rate",
        ),
        with_default(
            "blank",
            Kind::OneOf(&["gap", "zero"]),
            "gap",
            "What a blank cell means: a missing row, or a count of zero",
        ),
        with_default(
            "within_step",
            Kind::OneOf(&["poisson", "even"]),
            "poisson",
            "How the arrivals of a step are spread",
        ),
        optional(
            "align",
            Kind::Either(&[Kind::Instant, Kind::Duration]),
            "The instant of the file that becomes T0; run.t0 itself if absent",
        ),
        with_default("scale", Kind::Factor, "1", "Volume factor"),
        UNIT,
        ZONE,
        WHERE,
        DECIMAL,
    ],
};

/// What a trace gives.
pub(super) enum Trace {
    /// A rate over time; `even` spreads arrivals without randomness.
    Rates { curve: Curve, even: bool },
    /// Exact instants in nanoseconds on the simulated clock.
    Times(Vec<u64>),
}

/// Which columns the map names; `None` after a diagnostic.
fn columns(map: &MapCursor<'_>) -> Option<Columns> {
    let text = |key: &str| map.field(key).and_then(|field| field.text());
    let (time, value, rate) = (text("time"), text("value"), text("rate"));
    let arrivals = map.word("kind") == Some("arrivals");
    let blank_is_zero = map.word("blank") == Some("zero");
    let how = How::of(map);
    let both =
        if arrivals { ["value", "rate"].into_iter().find(|key| map.field(key).is_some()) } else { None };
    if let Some(field) = both.and_then(|key| map.field(key)) {
        field.key_error(format!("{}: exact arrivals have no counts and no rates, a row is one", map.path));
        return None;
    }
    if value.is_some() && rate.is_some() {
        map.exactly_one(&["value", "rate"]);
        return None;
    }
    let values = match (arrivals, &rate) {
        (true, _) => Values::Arrivals,
        (false, Some(_)) => Values::Rates,
        (false, None) => Values::Counts,
    };
    Some(Columns { time, value: value.or(rate), values, blank_is_zero, how: how? })
}

/// Reads the trace a map describes; `None` after a diagnostic.
pub(super) fn trace(map: &MapCursor<'_>, clock: &Clock) -> Option<Trace> {
    let even = map.word("within_step") == Some("even");
    let gaps = map.word("gaps").unwrap_or("error");
    let scale = map.factor("scale").unwrap_or(1.0);
    let step = map.duration("step").map(|step| (step * 1e9) as i64);
    let align_field = map.field("align");
    let columns = columns(map);
    let file = map.field("file")?;
    let (name, columns) = (file_name(&file)?, columns?);
    let found = rows(&file, &name, &columns)?;
    if found.axis.unzoned {
        map.assume("zone", "UTC");
    }
    let align = align(align_field.as_ref(), found.axis.calendar, clock, &file)?;
    // Seconds on the simulated clock of a time of the file.
    let shift = |at: i64| clock.since_start(0.0) + (i128::from(at) - align) as f64 / 1e9;
    if columns.values == Values::Arrivals {
        if scale != 1.0 {
            file.error("`scale` belongs to counts; exact arrivals cannot be scaled");
        }
        return arrivals(&found.rows, &shift, clock, (&name, &file));
    }
    let Steps { steps, usual } = steps(&found, step, &name, &file)?;
    cover((shift(steps.first()?.from), shift(end_of(&steps))), clock, &name, &file)?;
    let seen = seen(&steps, &shift, clock);
    let to = (align + (clock.to * 1e9) as i128).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
    let Rows { axis, .. } = found;
    let bins =
        Bins { steps: seen, usual, values: columns.values, gaps, name: &name, to, unzoned: axis.unzoned };
    let points = bins.points(&file, scale, &shift)?;
    doubt(seen, usual, &name, &file);
    Some(Trace::Rates { curve: Curve::points(&points, false), even })
}

/// Only what the run can see is looked at; for an hour after `to` arrivals go on unmeasured. A rate that is held has
/// its beginning.
fn seen<'a>(steps: &'a [Step], shift: &dyn Fn(i64) -> f64, clock: &Clock) -> &'a [Step] {
    let to = clock.since_start(clock.to);
    let first = steps.partition_point(|step| shift(step.from) <= 0.0).saturating_sub(1);
    let measured = steps[..=first].iter().rposition(|step| step.row.value.is_some()).unwrap_or(first);
    &steps[measured..steps.partition_point(|step| shift(step.from) <= to + 3600.0)]
}

/// The exact arrivals that the run sees. Those outside it are counted, and if no other is left, the file is of
/// another time.
fn arrivals(
    rows: &[Row],
    shift: &dyn Fn(i64) -> f64,
    clock: &Clock,
    (name, file): (&str, &Field<'_>),
) -> Option<Trace> {
    let to = clock.since_start(clock.to);
    let (before, after) =
        (rows.partition_point(|row| shift(row.at) < 0.0), rows.partition_point(|row| shift(row.at) < to));
    let (first, last) = (shift(rows.first()?.at), shift(rows.last()?.at));
    if before == after {
        apart((first, last), clock, name, file);
        return None;
    }
    if before > 0 || after < rows.len() {
        file.warn(format!(
            "`{name}`: {} of {} arrivals lie outside the run, {before} before it starts and {} after it ends",
            before + rows.len() - after,
            rows.len(),
            rows.len() - after
        ));
    }
    // A day after `to` they go on unmeasured.
    let inside = rows[before..].iter().map(|row| shift(row.at)).take_while(|&at| at < to + 86_400.0);
    Some(Trace::Times(inside.map(|at| (at * 1e9 + 0.5) as u64).collect()))
}

/// The file's name, relative to the file that names it.
pub(super) fn file_name(file: &Field<'_>) -> Option<String> {
    let written = file.text()?;
    let source = file.context.sources.get(file.node.span.file).filter(|source| source.is_file);
    Some(source.map_or_else(|| written.clone(), |source| beside(&source.name, &written)))
}

/// The nanosecond of the file's time axis that becomes T0.
fn align(field: Option<&Field<'_>>, calendar: bool, clock: &Clock, file: &Field<'_>) -> Option<i128> {
    let Some(field) = field else {
        return match (calendar, clock.t0) {
            (true, Some(t0)) => Some(t0),
            (true, None) => {
                let diagnostic = Diagnostic::error(
                    file.key_span,
                    "the trace has dates, but no `align` says which becomes T0",
                );
                file.context.push(diagnostic.expected("such as align: 2025-11-11T00:00:00+08:00"));
                None
            }
            (false, _) => Some(0),
        };
    };
    let text = field.node.as_text()?;
    match quantity::duration(text) {
        Ok(_) if calendar => {
            field.error("the trace has dates, so `align` must be one");
            None
        }
        Ok(seconds) => Some((seconds * 1e9) as i128),
        Err(_) => {
            let instant = field.instant()?;
            if !calendar {
                let diagnostic = Diagnostic::error(
                    field.node.span,
                    "the trace counts from T0, so `align` must be a duration",
                );
                field.context.push(diagnostic.expected("such as align: 5m"));
                return None;
            }
            Some(instant)
        }
    }
}

/// The counted span must be recorded; the lead-in goes on at the first rate.
fn cover((first, last): (f64, f64), clock: &Clock, name: &str, file: &Field<'_>) -> Option<()> {
    let (from, to) = (clock.since_start(clock.from), clock.since_start(clock.to));
    if first > from + 1e-6 || last < to - 1e-6 {
        apart((first, last), clock, name, file);
        return None;
    }
    if first > 0.0 {
        let message =
            format!("`{name}` starts {first:.0} s into the lead-in, which begins at the first rate");
        file.warn(message);
    }
    Some(())
}

/// The file and the run are of different times.
pub(super) fn apart((first, last): (f64, f64), clock: &Clock, name: &str, file: &Field<'_>) {
    let t0 = clock.since_start(0.0);
    let message = format!(
        "`{name}` covers T0{:+.0}s to T0{:+.0}s, the run counts T0{:+.0}s to T0{:+.0}s",
        first - t0,
        last - t0,
        clock.from,
        clock.to
    );
    let diagnostic = Diagnostic::error(file.node.span, message);
    file.context.push(diagnostic.help("move `align`, or `run.from` and `run.to`"));
}

/// What happens inside a step is not recorded.
fn doubt(steps: &[Step], usual: i64, name: &str, file: &Field<'_>) {
    let rises = |pair: &&[Step]| {
        let (before, now) = (pair[0].row.value, pair[1].row.value);
        before.zip(now).is_some_and(|(before, now)| now > 200.0 && now > 2.0 * before)
    };
    if let Some(pair) = steps.windows(2).find(rises).filter(|_| usual >= 10_000_000_000) {
        file.warn(format!(
            "`{name}` line {}: the count rises from {} to {} within one step of {} s; how steeply is not recorded",
            pair[1].row.line,
            pair[0].row.value.unwrap_or(0.0),
            pair[1].row.value.unwrap_or(0.0),
            usual as f64 / 1e9
        ));
    }
}
