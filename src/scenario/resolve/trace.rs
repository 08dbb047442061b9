//! Recorded traffic: counts per step, or exact instants, from a CSV file.

use super::clock::Clock;
use super::profile::Curve;
use super::trace_rows::{Row, rows};
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::inputs::beside;
use crate::scenario::quantity;
use crate::scenario::table::{Kind, Table, optional, required, with_default};

pub(super) static TRACE: Table = Table {
    name: "trace",
    doc: "Recorded traffic from a CSV file with a header",
    keys: &[
        required("file", Kind::File, "a CSV file such as lb-2025-11-11.csv"),
        optional("time", Kind::Text, "Column of the times (RFC 3339, or seconds); the first one if absent"),
        optional("value", Kind::Text, "Column of the counts; the second one if absent"),
        with_default(
            "kind",
            Kind::OneOf(&["counts", "arrivals"]),
            "counts",
            "Whether a row is a count per step or one arrival at its exact time",
        ),
        optional("step", Kind::Duration, "Length of a step; the smallest distance of two rows if absent"),
        with_default(
            "gaps",
            Kind::OneOf(&["error", "zero", "hold"]),
            "error",
            "What missing rows mean: a mistake, no traffic, or the last rate",
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
    ],
};

/// What a trace gives.
pub(super) enum Trace {
    /// A rate over time; `even` spreads arrivals without randomness.
    Rates { curve: Curve, even: bool },
    /// Exact instants in nanoseconds on the simulated clock.
    Times(Vec<u64>),
}

/// Reads the trace a map describes; `None` after a diagnostic.
pub(super) fn trace(map: &MapCursor<'_>, clock: &Clock) -> Option<Trace> {
    let exact = map.word("kind") == Some("arrivals");
    let even = map.word("within_step") == Some("even");
    let gaps = map.word("gaps").unwrap_or("error");
    let scale = map.factor("scale").unwrap_or(1.0);
    let step = map.duration("step");
    let columns = (map.field("time").and_then(|f| f.text()), map.field("value").and_then(|f| f.text()));
    let align_field = map.field("align");
    let file = map.field("file")?;
    let name = file_name(&file)?;
    let (rows, calendar) = rows(&file, &name, columns, exact)?;
    let align = align(align_field.as_ref(), calendar, clock, &file)?;
    // Seconds on the simulated clock of a time of the file.
    let shift = |row: &Row| clock.since_start(0.0) + (row.time - align);
    if exact {
        if scale != 1.0 {
            file.error("`scale` belongs to counts; exact arrivals cannot be scaled");
        }
        let inside =
            rows.iter().map(shift).filter(|&at| at >= 0.0 && at < clock.since_start(clock.to) + 86_400.0);
        return Some(Trace::Times(inside.map(|at| (at * 1e9 + 0.5) as u64).collect()));
    }
    let step = step_of(&rows, step, &name, &file)?;
    cover((shift(rows.first()?), shift(rows.last()?) + step), clock, &name, &file)?;
    // Only what the run can see is looked at; for an hour after `to` arrivals go on unmeasured.
    let to = clock.since_start(clock.to);
    let first = rows.partition_point(|row| shift(row) <= 0.0).saturating_sub(1);
    let rows = &rows[first..rows.partition_point(|row| shift(row) <= to + 3600.0)];
    let bins = Bins { rows, step, gaps, name: &name, to };
    let points = bins.points(&file, scale, &shift)?;
    doubt(rows, step, &name, &file);
    Some(Trace::Rates { curve: Curve::points(&points, false), even })
}

/// The file's name, relative to the file that names it.
pub(super) fn file_name(file: &Field<'_>) -> Option<String> {
    let written = file.text()?;
    let source = file.context.sources.get(file.node.span.file).filter(|source| source.is_file);
    Some(source.map_or_else(|| written.clone(), |source| beside(&source.name, &written)))
}

/// The second of the file's time axis that becomes T0.
fn align(field: Option<&Field<'_>>, calendar: bool, clock: &Clock, file: &Field<'_>) -> Option<f64> {
    let Some(field) = field else {
        return match (calendar, clock.t0) {
            (true, Some(t0)) => Some(t0 as f64 / 1e9),
            (true, None) => {
                let diagnostic = Diagnostic::error(
                    file.key_span,
                    "the trace has dates, but no `align` says which becomes T0",
                );
                file.context.push(diagnostic.expected("such as align: 2025-11-11T00:00:00+08:00"));
                None
            }
            (false, _) => Some(0.0),
        };
    };
    let text = field.node.as_text()?;
    match quantity::duration(text) {
        Ok(_) if calendar => {
            field.error("the trace has dates, so `align` must be one");
            None
        }
        Ok(seconds) => Some(seconds),
        Err(_) => field.instant().map(|instant| instant as f64 / 1e9),
    }
}

/// The step: as given, or the smallest distance of two rows.
fn step_of(rows: &[Row], given: Option<f64>, name: &str, file: &Field<'_>) -> Option<f64> {
    if let Some(step) = given.filter(|&step| step > 0.0) {
        return Some(step);
    }
    let smallest = rows.windows(2).map(|pair| pair[1].time - pair[0].time).fold(f64::INFINITY, f64::min);
    if !smallest.is_finite() {
        file.error(format!("`{name}` has one row only; say its `step`"));
        return None;
    }
    Some(smallest)
}

struct Bins<'a> {
    rows: &'a [Row],
    step: f64,
    gaps: &'a str,
    name: &'a str,
    /// End of counting, in seconds on the simulated clock.
    to: f64,
}

impl Bins<'_> {
    /// (time, rate) of each step, with what stands for missing rows.
    fn points(&self, file: &Field<'_>, scale: f64, shift: &dyn Fn(&Row) -> f64) -> Option<Vec<(f64, f64)>> {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.rows.len() + 1);
        let (mut missing, mut first_gap) = (0u64, None);
        for (at, row) in self.rows.iter().enumerate() {
            if at > 0 {
                let apart = (row.time - self.rows[at - 1].time) / self.step;
                if apart < 0.999 {
                    let line = row.line;
                    file.error(format!("`{}` line {line}: less than a step after the row before", self.name));
                    return None;
                }
                if apart > 1.5 {
                    let from = shift(&self.rows[at - 1]) + self.step;
                    if from < self.to {
                        missing += (apart + 0.5) as u64 - 1;
                        first_gap.get_or_insert(row.line);
                    }
                    if self.gaps != "hold" {
                        points.push((from, 0.0));
                    }
                }
            }
            points.push((shift(row), row.value * scale / self.step));
        }
        let last = self.rows.last().map(|row| shift(row) + self.step)?;
        points.push((last, 0.0));
        if let Some(line) = first_gap {
            let message = format!(
                "`{}` lacks {missing} step(s) of {} s, the first before line {line}",
                self.name, self.step
            );
            if self.gaps == "error" {
                let help = "write gaps: zero if nothing came then, gaps: hold to go on at the last rate, or say the `step`";
                file.context.push(Diagnostic::error(file.node.span, message).help(help));
                return None;
            }
            let taken = if self.gaps == "zero" { "no traffic" } else { "the last rate" };
            file.warn(format!("{message}; {taken} is taken"));
        }
        Some(points)
    }
}

/// The counted span must be recorded; the lead-in goes on at the first rate.
fn cover((first, last): (f64, f64), clock: &Clock, name: &str, file: &Field<'_>) -> Option<()> {
    let (from, to) = (clock.since_start(clock.from), clock.since_start(clock.to));
    let t0 = clock.since_start(0.0);
    if first > from + 1e-6 || last < to - 1e-6 {
        let message = format!(
            "`{name}` covers T0{:+.0}s to T0{:+.0}s, the run counts T0{:+.0}s to T0{:+.0}s",
            first - t0,
            last - t0,
            from - t0,
            to - t0
        );
        file.context.push(
            Diagnostic::error(file.node.span, message).help("move `align`, or `run.from` and `run.to`"),
        );
        return None;
    }
    if first > 0.0 {
        let message =
            format!("`{name}` starts {first:.0} s into the lead-in, which begins at the first rate");
        file.warn(message);
    }
    Some(())
}

/// What happens inside a step is not recorded.
fn doubt(rows: &[Row], step: f64, name: &str, file: &Field<'_>) {
    let jump = |pair: &&[Row]| {
        pair[1].time - pair[0].time < 1.5 * step
            && pair[1].value > 200.0
            && pair[1].value > 2.0 * pair[0].value
    };
    if let Some(pair) = rows.windows(2).find(jump).filter(|_| step >= 10.0) {
        file.warn(format!(
            "`{name}` line {}: the count rises from {} to {} within one step of {step} s; how steeply is not recorded",
            pair[1].line, pair[0].value, pair[1].value
        ));
    }
}
