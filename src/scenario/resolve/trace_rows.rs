//! The rows of a trace: times in order and values, with the line of each for messages.

use super::numerals::{is_blank, number};
use super::prometheus;
use super::reading::How;
use super::said::Said;
use super::sheet::{Sheet, Wanted};
use super::stamps::{Axis, Stamp};
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::Diagnostic;

/// Bytes one trace may have.
pub(super) const MAX_BYTES: usize = 512 << 20;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// Nanoseconds on the file's own axis: since 1970 for dates.
    pub at: i64,
    /// The count or the rate, nothing where none was measured; 1 for an exact arrival.
    pub value: Option<f64>,
    /// The line in the file; the place in an answer of Prometheus.
    pub line: u64,
}

/// What the values of a trace are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// Counts from a row's time on.
    Counts,
    /// Rates a second from a row's time on.
    Rates,
    /// A row is an arrival.
    Arrivals,
}

/// Which columns a trace is in, and how they are read.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub time: Option<String>,
    pub value: Option<String>,
    pub values: Values,
    /// Whether a blank cell is a zero.
    pub blank_is_zero: bool,
    pub how: How,
}

/// The rows of a file in order of time.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub rows: Vec<Row>,
    pub axis: Axis,
    /// What was passed over or put in order.
    pub notices: Vec<String>,
}

/// Reads the rows; `None` after a diagnostic.
pub(super) fn rows(file: &Field<'_>, name: &str, columns: &Columns) -> Option<Rows> {
    let bytes = match file.context.inputs.read(name, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            file.error(format!("cannot read `{name}`: {error}"));
            return None;
        }
    };
    match parse(&bytes, name, columns) {
        Ok(found) => {
            found.notices.iter().for_each(|notice| file.warn(notice));
            Some(found)
        }
        Err((message, help)) => {
            let diagnostic = Diagnostic::error(file.node.span, message);
            file.context.push(Diagnostic { help, ..diagnostic });
            None
        }
    }
}

fn parse(bytes: &[u8], name: &str, columns: &Columns) -> Result<Rows, Said> {
    if prometheus::is_json(bytes) {
        return answer(bytes, name, columns);
    }
    let value_column: Vec<&str> = columns.value.iter().map(String::as_str).collect();
    let wanted = Wanted { time: columns.time.as_deref(), columns: &value_column, rows: &columns.how.rows };
    let sheet = Sheet::open(bytes, name, wanted)?;
    let exact = columns.values == Values::Arrivals;
    let time = sheet.column(wanted.time, 0)?;
    let value = if exact { time } else { sheet.column(columns.value.as_deref(), usize::from(time == 0))? };
    sheet.one_series()?;
    let decimal = sheet.decimal(&[time, value], columns.how.decimal)?;
    let (mut stamps, mut values) = (Vec::new(), Vec::new());
    sheet.rows(|line, record| {
        let cell = |at: usize| record.get(at).unwrap_or("");
        let bad = |what: &str, cell: &str| (format!("`{name}` line {line}: the {what} is `{cell}`"), None);
        let stamp = Stamp::parse(cell(time), decimal).ok_or_else(|| {
            let is_time = |at: &usize| Stamp::parse(cell(*at), decimal).is_some();
            let other = (0..record.len()).find(is_time).filter(|_| columns.time.is_none());
            let help = other.map(|at| format!("say the column: time: {}", sheet.title(at)));
            (bad("time", cell(time)).0, help)
        })?;
        stamps.push((stamp, line));
        values.push(match cell(value) {
            _ if exact => Some(1.0),
            blank if is_blank(blank) => blank_value(columns),
            text => {
                let found = number(text, decimal).ok_or_else(|| bad("count", text))?;
                Some(positive(found, line, name)?)
            }
        });
        Ok(())
    })?;
    let mut found = ordered(&stamps, &values, name, columns)?;
    if let Some((first, second)) = twice(&found.rows).filter(|_| !exact) {
        let message = format!("`{name}` line {second}: the time is the same as that of line {first}");
        let clock = found.axis.unzoned.then(|| {
            "local times repeat an hour when a clock goes back: say the `zone` they are of".to_owned()
        });
        let help = sheet.told_apart((first, second), &[time, value]).or(clock);
        return Err((message, help.or_else(|| Some("one row a step is needed".to_owned()))));
    }
    found.notices.splice(0..0, sheet.notices);
    Ok(found)
}

fn blank_value(columns: &Columns) -> Option<f64> {
    columns.blank_is_zero.then_some(0.0)
}

fn positive(value: f64, line: u64, name: &str) -> Result<f64, Said> {
    if value < 0.0 {
        return Err((format!("`{name}` line {line}: the count {value} is negative"), None));
    }
    Ok(value)
}

/// The rows of an answer of Prometheus; whether its values are counts or rates only its query knows.
fn answer(bytes: &[u8], name: &str, columns: &Columns) -> Result<Rows, Said> {
    let series = prometheus::only(prometheus::series(bytes, name)?, &columns.how.rows, name)?;
    if columns.value.is_none() || columns.values == Values::Arrivals {
        let message = format!("`{name}` is an answer of Prometheus, and nothing says what its values are");
        let help =
            "write `rate: value` for rates a second, as rate() gives, or `value: value` for counts a step";
        return Err((message, Some(help.to_owned())));
    }
    let (mut stamps, mut values) = (Vec::new(), Vec::new());
    for (at, (stamp, value)) in (1..).zip(&series.samples) {
        stamps.push((*stamp, at));
        values.push(match value {
            Some(value) => Some(positive(*value, at, name)?),
            None => blank_value(columns),
        });
    }
    let found = ordered(&stamps, &values, name, columns)?;
    match twice(&found.rows) {
        Some((_, second)) => Err((format!("`{name}`: sample {second} has the time of another"), None)),
        None => Ok(found),
    }
}

/// Rows in order of time; that they were not is told.
fn ordered(
    stamps: &[(Stamp, u64)],
    values: &[Option<f64>],
    name: &str,
    columns: &Columns,
) -> Result<Rows, Said> {
    if stamps.is_empty() {
        return Err((format!("`{name}` has no rows"), None));
    }
    let (times, axis) = columns.how.stamps.settle(stamps, name)?;
    let row = |at: usize| Row { at: times[at], value: values[at], line: stamps[at].1 };
    let mut rows: Vec<Row> = (0..stamps.len()).map(row).collect();
    let mut notices = Vec::new();
    if let Some(pair) = rows.windows(2).find(|pair| pair[1].at < pair[0].at) {
        let (line, before) = (pair[1].line, pair[0].line);
        notices.push(format!(
            "`{name}` is not in order of time (line {line} is earlier than line {before}): its rows are sorted"
        ));
        // Stable, so that equal times stay in the order of the file.
        rows.sort_by_key(|row| row.at);
    }
    if columns.how.stamps.zone.is_some() && !axis.local {
        notices.push(format!("`{name}` has no dates without a zone, so `zone` changes nothing"));
    }
    Ok(Rows { rows, axis, notices })
}

/// The lines of two rows at one instant.
fn twice(rows: &[Row]) -> Option<(u64, u64)> {
    let pair = rows.windows(2).find(|pair| pair[0].at == pair[1].at)?;
    Some((pair[0].line.min(pair[1].line), pair[0].line.max(pair[1].line)))
}

#[cfg(test)]
#[path = "trace_rows_tests.rs"]
mod tests;
