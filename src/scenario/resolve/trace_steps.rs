//! How long each row of a trace lasts, and what stands for rows that are missing.
//!
//! A row counts from its time to the next row's, so no count is lost or doubled where steps are not even. The last one
//! lasts as the one before. Only where a row is further away than one and a half usual steps something is missing, and
//! the scenario says what.

use super::trace_rows::{Row, Rows, Values};
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::Diagnostic;

const NANOS: f64 = 1e9;
/// A clock that changes does so by this.
const HOUR: i64 = 3_600_000_000_000;

/// A span with one rate, or one in which nothing was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Start on the file's axis, in nanoseconds.
    pub from: i64,
    /// Its length in nanoseconds.
    pub length: i64,
    /// The row it comes from; for a gap the row before which it lies.
    pub row: Row,
}

/// The spans of a trace in order, gaps between them, and the usual length of a step in nanoseconds.
pub(super) struct Steps {
    pub steps: Vec<Step>,
    pub usual: i64,
}

/// Cuts the time of a trace into spans; `None` after a diagnostic. `given` is the length of a step in nanoseconds.
pub(super) fn steps(found: &Rows, given: Option<i64>, name: &str, file: &Field<'_>) -> Option<Steps> {
    let rows = &found.rows;
    let mut apart: Vec<i64> = rows.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    let Some(usual) = given.filter(|&step| step > 0).or_else(|| middle(&mut apart.clone())) else {
        file.error(format!("`{name}` has one row only; say its `step`"));
        return None;
    };
    let close = apart.iter().position(|&apart| given.is_some() && apart * 2 < usual);
    if let Some(at) = close {
        let line = rows[at + 1].line;
        let message = format!("`{name}` line {line}: less than half a step after the row before");
        file.context.push(
            Diagnostic::error(file.node.span, message).help("leave `step` out: a row counts until the next"),
        );
        return None;
    }
    uneven(rows, &apart, usual, name, file);
    let last = apart.last().copied().filter(|&last| given.is_none() && !is_gap(last, usual)).unwrap_or(usual);
    apart.push(last);
    let mut steps = Vec::with_capacity(rows.len());
    for (at, (row, &apart)) in rows.iter().zip(&apart).enumerate() {
        let length = if is_gap(apart, usual) { usual } else { apart };
        steps.push(Step { from: row.at, length, row: *row });
        if let Some(next) = rows.get(at + 1).filter(|_| apart > length) {
            let row = Row { value: None, ..*next };
            steps.push(Step { from: end_of(&steps), length: apart - length, row });
        }
    }
    // Blank rows at the ends say no more than that the file ends there.
    let measured = |step: &Step| step.row.value.is_some();
    let (Some(first), Some(end)) = (steps.iter().position(measured), steps.iter().rposition(measured)) else {
        file.error(format!("`{name}` has no value in any row"));
        return None;
    };
    Some(Steps { steps: steps[first..=end].to_vec(), usual })
}

/// Where the last of the spans ends.
pub(super) fn end_of(steps: &[Step]) -> i64 {
    steps.last().map_or(0, |step| step.from + step.length)
}

fn is_gap(apart: i64, usual: i64) -> bool {
    apart as f64 > 1.5 * usual as f64
}

/// The lower median of the distances.
fn middle(apart: &mut [i64]) -> Option<i64> {
    apart.sort_unstable();
    apart.get(apart.len().saturating_sub(1) / 2).copied().filter(|&step| step > 0)
}

/// Says that steps differ, where it is more than the jitter of a clock.
fn uneven(rows: &[Row], apart: &[i64], usual: i64, name: &str, file: &Field<'_>) {
    let differs = |apart: i64| !is_gap(apart, usual) && (apart - usual).abs() as f64 > 0.005 * usual as f64;
    let count = apart.iter().filter(|&&apart| differs(apart)).count();
    if let Some(at) = apart.iter().position(|&apart| differs(apart)) {
        let (line, step) = (rows[at].line, apart[at] as f64 / NANOS);
        file.warn(format!(
            "`{name}`: {count} of {} steps are not {} s (line {line} lasts {step} s); each row counts until the next",
            apart.len(),
            usual as f64 / NANOS
        ));
    }
}

/// What the rates of a trace are made with.
pub(super) struct Bins<'a> {
    pub steps: &'a [Step],
    pub usual: i64,
    pub values: Values,
    pub gaps: &'a str,
    pub name: &'a str,
    /// End of counting on the file's axis.
    pub to: i64,
    /// Whether the times are dates without a zone.
    pub unzoned: bool,
}

impl Bins<'_> {
    /// (time, rate) of each span, with what stands for missing rows; `shift` gives seconds on the simulated clock.
    pub(super) fn points(
        &self,
        file: &Field<'_>,
        scale: f64,
        shift: &dyn Fn(i64) -> f64,
    ) -> Option<Vec<(f64, f64)>> {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(self.steps.len() + 1);
        let (mut missing, mut first_gap) = (0u64, None);
        for step in self.steps {
            let seconds = step.length as f64 / NANOS;
            match step.row.value {
                Some(value) if self.values == Values::Rates => points.push((shift(step.from), value * scale)),
                Some(value) => points.push((shift(step.from), value * scale / seconds)),
                None => {
                    if step.from < self.to {
                        missing += ((step.length as f64 / self.usual as f64 + 0.5) as u64).max(1);
                        first_gap.get_or_insert(*step);
                    }
                    if self.gaps != "hold" {
                        points.push((shift(step.from), 0.0));
                    }
                }
            }
        }
        points.push((shift(end_of(self.steps)), 0.0));
        let Some(gap) = first_gap else { return Some(points) };
        let message = format!(
            "`{}` lacks {missing} step(s) of {} s, the first {} line {}",
            self.name,
            self.usual as f64 / NANOS,
            if gap.row.at == gap.from { "in" } else { "before" },
            gap.row.line
        );
        if self.gaps == "error" {
            let help = if self.is_clock(&gap) {
                "an hour is missing, as where a clock goes forward: say the `zone` of these local times"
            } else {
                "write gaps: zero if nothing came then, gaps: hold to go on at the last rate, or say the `step`"
            };
            file.context.push(Diagnostic::error(file.node.span, message).help(help));
            return None;
        }
        let taken = if self.gaps == "zero" { "no traffic" } else { "the last rate" };
        file.warn(format!("{message}; {taken} is taken"));
        Some(points)
    }

    /// Whether a gap is the hour that a local clock leaves out in spring.
    fn is_clock(&self, gap: &Step) -> bool {
        self.unzoned && (gap.length - HOUR).abs() * 10 < HOUR
    }
}
