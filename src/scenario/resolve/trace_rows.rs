//! The rows of a trace file: times in order and counts, with the line of each for messages.

use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::quantity;

/// Bytes one trace may have.
pub(super) const MAX_BYTES: usize = 512 << 20;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// Seconds on the file's own axis: since 1970 for dates.
    pub time: f64,
    /// The count; 1 for an exact arrival.
    pub value: f64,
    /// The line in the file.
    pub line: u64,
}

/// Reads the rows; `None` after a diagnostic. The second result says whether times are dates.
pub(super) fn rows(
    file: &Field<'_>,
    name: &str,
    columns: (Option<String>, Option<String>),
    exact: bool,
) -> Option<(Vec<Row>, bool)> {
    let bytes = match file.context.inputs.read(name, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            file.error(format!("cannot read `{name}`: {error}"));
            return None;
        }
    };
    match parse(&bytes, name, columns, exact) {
        Ok(found) => Some(found),
        Err((message, help)) => {
            let diagnostic = Diagnostic::error(file.node.span, message);
            file.context.push(Diagnostic { help, ..diagnostic });
            None
        }
    }
}

type Said = (String, Option<String>);

fn parse(
    bytes: &[u8],
    name: &str,
    columns: (Option<String>, Option<String>),
    exact: bool,
) -> Result<(Vec<Row>, bool), Said> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let plain = |message: String| (message, None);
    let header = reader.headers().map_err(|error| unreadable(name, &error))?.clone();
    separated(&header, name)?;
    let time = column(&header, name, columns.0.as_deref(), 0)?;
    let value = if exact { time } else { column(&header, name, columns.1.as_deref(), 1)? };
    let (mut rows, mut calendar): (Vec<Row>, Option<bool>) = (Vec::new(), None);
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or("");
        let bad = |what: &str, cell: &str| plain(format!("`{name}` line {line}: the {what} is `{cell}`"));
        let (seconds, is_date) = time_of(cell(time)).ok_or_else(|| bad("time", cell(time)))?;
        if *calendar.get_or_insert(is_date) != is_date {
            return Err(plain(format!("`{name}` line {line}: dates and seconds are mixed")));
        }
        let count = if exact { Some(1.0) } else { cell(value).parse::<f64>().ok() };
        let count = count.filter(|count| count.is_finite()).ok_or_else(|| bad("count", cell(value)))?;
        if count < 0.0 {
            return Err(plain(format!("`{name}` line {line}: the count {count} is negative")));
        }
        if let Some(last) = rows.last().filter(|last| seconds < last.time || (!exact && seconds == last.time))
        {
            let how = if seconds < last.time { "earlier than" } else { "the same as" };
            let message = format!("`{name}` line {line}: the time is {how} that of line {}", last.line);
            return Err((message, Some("sort the file by time, one row a step".to_owned())));
        }
        rows.push(Row { time: seconds, value: count, line });
    }
    match calendar {
        Some(calendar) => Ok((rows, calendar)),
        None => Err(plain(format!("`{name}` has no rows"))),
    }
}

/// What a file of counts looks like.
const EXAMPLE: &str = "a header and a row a step, such as `t_s,count` and below it `0,400`";

/// A row the table reader does not take, by its line.
pub(super) fn unreadable(name: &str, error: &csv::Error) -> Said {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            let cells = if *len == 1 { "cell" } else { "cells" };
            let help = format!(
                "every row needs the {expected_len} cells of the header; numbers take no commas inside"
            );
            (format!("`{name}` line {line} has {len} {cells}, its header {expected_len}"), Some(help))
        }
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            (format!("`{name}` line {line} is not UTF-8 text"), None)
        }
        _ => (format!("`{name}`: {error}"), None),
    }
}

/// An empty file, and one whose cells are not separated by commas, would else be missing its columns.
fn separated(header: &csv::StringRecord, name: &str) -> Result<(), Said> {
    if header.iter().all(str::is_empty) {
        return Err((format!("`{name}` is empty"), Some(format!("expected {EXAMPLE}"))));
    }
    let whole = header.get(0).filter(|_| header.len() == 1).unwrap_or_default();
    let other =
        [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")].into_iter().find(|(c, _)| whole.contains(*c));
    match other {
        Some((_, word)) => {
            let message = format!("`{name}` line 1 is separated by {word}, not by commas");
            Err((message, Some(format!("expected {EXAMPLE}"))))
        }
        None => Ok(()),
    }
}

/// The place of a column: by its name, or by its usual position.
pub(super) fn column(
    header: &csv::StringRecord,
    name: &str,
    wanted: Option<&str>,
    position: usize,
) -> Result<usize, Said> {
    let Some(wanted) = wanted else {
        let columns = if header.len() == 1 { "column" } else { "columns" };
        let message = || {
            let text = format!("`{name}` line 1 has {} {columns}, {} are needed", header.len(), position + 1);
            (text, Some(format!("expected {EXAMPLE}")))
        };
        return if position < header.len() { Ok(position) } else { Err(message()) };
    };
    header.iter().position(|column| column == wanted).ok_or_else(|| {
        let all: Vec<&str> = header.iter().take(12).collect();
        let help = match nearest(wanted, header.iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", all.join(", ")),
        };
        (format!("`{name}` has no column `{wanted}`"), Some(help))
    })
}

/// Seconds and whether the cell is a date. A date without a zone is read as UTC.
pub(super) fn time_of(cell: &str) -> Option<(f64, bool)> {
    if let Ok(seconds) = cell.parse::<f64>() {
        return seconds.is_finite().then_some((seconds, false));
    }
    let date =
        quantity::instant(cell).or_else(|_| quantity::instant(&format!("{}Z", cell.replacen(' ', "T", 1))));
    date.ok().map(|nanos| (nanos as f64 / 1e9, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<Row>, bool), String> {
        parse(text.as_bytes(), "t.csv", (None, None), false).map_err(|(message, _)| message)
    }

    #[test]
    fn dates_and_seconds_are_read() {
        let (rows, calendar) = read("t_s,count\n0,3\n1,4\n").expect("valid");
        assert_eq!((rows[1], calendar), (Row { time: 1.0, value: 4.0, line: 3 }, false));
        let (rows, calendar) =
            read("timestamp,count\n1970-01-01T00:01:00Z,3\n1970-01-01 00:02:00,4\n").expect("valid");
        assert_eq!((rows[0].time, rows[1].time, calendar), (60.0, 120.0, true));
    }

    #[test]
    fn bad_rows_are_named_by_their_line() {
        for (text, says) in [
            ("t,c\n0,1\n1,x\n", "`t.csv` line 3: the count is `x`"),
            ("t,c\n0,1\n1,-2\n", "`t.csv` line 3: the count -2 is negative"),
            ("t,c\n0,1\n1,NaN\n", "`t.csv` line 3: the count is `NaN`"),
            ("t,c\nnoon,1\n", "`t.csv` line 2: the time is `noon`"),
            ("t,c\n5,1\n4,1\n", "`t.csv` line 3: the time is earlier than that of line 2"),
            ("t,c\n5,1\n5,1\n", "`t.csv` line 3: the time is the same as that of line 2"),
            ("t,c\n", "`t.csv` has no rows"),
            ("", "`t.csv` is empty"),
            ("t\n1\n", "`t.csv` line 1 has 1 column, 2 are needed"),
            ("t;c\n0;1\n", "`t.csv` line 1 is separated by semicolons, not by commas"),
            ("t\tc\n0\t1\n", "`t.csv` line 1 is separated by tabs, not by commas"),
            ("t,c\n0,1\n1,2,3\n", "`t.csv` line 3 has 3 cells, its header 2"),
            ("t,c\n0,1\n1\n", "`t.csv` line 3 has 1 cell, its header 2"),
        ] {
            assert_eq!(read(text).expect_err(text), says);
        }
    }
}
