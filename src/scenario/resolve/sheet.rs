//! Tables of text as tools export them: separators, byte-order marks, `sep=` lines, several header rows, and rows that
//! belong to something else. What was passed over is told.

use std::borrow::Cow;

use super::numerals::{Decimal, Evidence};
use super::said::Said;
use super::stamps::Stamp;
use crate::scenario::diagnostics::nearest;

/// Lines before the first row that may be headers.
const MAX_HEADERS: usize = 30;

/// Columns that say of which series a row is, in tables that have several below each other.
const SERIES: &[&str] = &["metric_name", "metric", "__name__", "series", "measurement"];

/// A text as a table.
pub(super) struct Sheet<'a> {
    name: &'a str,
    text: Cow<'a, str>,
    separator: u8,
    /// Lines that were taken off the text.
    taken: u64,
    header: csv::StringRecord,
    /// Line of the header; 0 if there is none.
    header_line: u64,
    /// Records before the first row.
    before: usize,
    /// Column and value of rows that count; others are passed over.
    picked: Vec<(usize, &'a str)>,
    /// What was passed over, to be told as a warning.
    pub(super) notices: Vec<String>,
}

/// Which columns and rows are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The column of the times; the first one if absent.
    pub time: Option<&'a str>,
    /// Further columns that must be there.
    pub columns: &'a [&'a str],
    /// Column and value of the rows that count.
    pub rows: &'a [(String, String)],
}

impl<'a> Sheet<'a> {
    /// Opens a table whose rows begin at the first time in its column of times.
    pub(super) fn open(bytes: &'a [u8], name: &'a str, wanted: Wanted<'a>) -> Result<Self, Said> {
        let is_time = |cell: &str| {
            [Decimal::Point, Decimal::Comma].into_iter().any(|how| Stamp::parse(cell, how).is_some())
        };
        Self::open_at(bytes, name, wanted, &is_time)
    }

    /// Opens a table that may be a mere list of values, which needs no header.
    pub(super) fn of_values(
        bytes: &'a [u8],
        name: &'a str,
        column: Option<&'a str>,
        is_value: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Said> {
        let mut sheet =
            Self::open_at(bytes, name, Wanted { time: column, columns: &[], rows: &[] }, is_value)?;
        if sheet.header_line == 0 {
            sheet.notices.clear();
        }
        Ok(sheet)
    }

    fn open_at(
        bytes: &'a [u8],
        name: &'a str,
        wanted: Wanted<'a>,
        begins: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Said> {
        let text = decoded(bytes, name)?;
        let (start, given, taken) = sep_line(&text);
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
            Cow::Owned(text) => Cow::Owned(text[start..].to_owned()),
        };
        let separator = given.unwrap_or_else(|| separator(&text));
        let mut sheet = Self {
            name,
            text,
            separator,
            taken,
            header: csv::StringRecord::new(),
            header_line: 0,
            before: 0,
            picked: Vec::new(),
            notices: Vec::new(),
        };
        sheet.find_header(wanted, begins)?;
        for (column, value) in wanted.rows {
            let at = sheet.column(Some(column), 0)?;
            sheet.picked.push((at, value));
        }
        Ok(sheet)
    }

    /// Whether commas separate the cells.
    pub(super) fn comma_separates(&self) -> bool {
        self.separator == b','
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        let mut builder = csv::ReaderBuilder::new();
        builder.trim(csv::Trim::All).has_headers(false).flexible(true).delimiter(self.separator);
        builder.from_reader(self.text.as_bytes())
    }

    fn line(&self, record: &csv::StringRecord) -> u64 {
        record.position().map_or(0, csv::Position::line) + self.taken
    }

    /// The header is the first line that has the wanted columns, or as many cells as the first row.
    fn find_header(&mut self, wanted: Wanted<'_>, begins: &dyn Fn(&str) -> bool) -> Result<(), Said> {
        let mut leading: Vec<csv::StringRecord> = Vec::new();
        for record in self.reader().records().take(MAX_HEADERS) {
            leading.push(record.map_err(|error| unreadable(self.name, &error))?);
        }
        if leading.iter().flatten().all(str::is_empty) {
            return Err((format!("`{}` is empty", self.name), Some(format!("expected {EXAMPLE}"))));
        }
        let place = |record: &csv::StringRecord, name: &str| record.iter().position(|cell| cell == name);
        let names = || wanted.time.iter().chain(wanted.columns).copied();
        let named = leading.iter().position(|record| names().all(|name| place(record, name).is_some()));
        let time = match (wanted.time, named) {
            (Some(name), Some(at)) => place(&leading[at], name).unwrap_or(0),
            _ => 0,
        };
        let is_row = |record: &csv::StringRecord| begins(record.get(time).unwrap_or(""));
        let earliest = named.filter(|_| names().next().is_some()).map_or(0, |at| at + 1);
        let first = (earliest..leading.len()).find(|&at| is_row(&leading[at]));
        if first == Some(0) && names().next().is_none() && wanted.rows.is_empty() {
            // Without a header the columns are found by their places.
            let cells = leading[0].len();
            self.header = (1..=cells).map(|at| format!("column {at}")).collect::<Vec<_>>().into();
            let line = self.line(&leading[0]);
            self.notices.push(format!("`{}` has no header: line {line} is read as a row", self.name));
            return Ok(());
        }
        let cells = first.map_or(0, |first| leading[first].len());
        let fits = |at: &usize| first.is_none_or(|first| *at < first) && leading[*at].len() == cells;
        let header = match names().next() {
            Some(_) => named.unwrap_or_else(|| (0..leading.len()).find(fits).unwrap_or(0)),
            None => (0..leading.len()).find(fits).unwrap_or(0),
        };
        self.header_line = self.line(&leading[header]);
        self.header = leading[header].clone();
        self.before = first.unwrap_or(header + 1).max(header + 1);
        if self.before > header + 1 || header > 0 {
            let others: Vec<String> = (0..self.before)
                .filter(|at| *at != header)
                .map(|at| self.line(&leading[at]).to_string())
                .collect();
            self.notices.push(format!(
                "`{}`: line {} names the columns; line(s) {} before the first row are passed over",
                self.name,
                self.header_line,
                others.join(", ")
            ));
        }
        Ok(())
    }

    /// The place of a column: by its name, or by its usual position.
    pub(super) fn column(&self, wanted: Option<&str>, position: usize) -> Result<usize, Said> {
        let (header, name) = (&self.header, self.name);
        let Some(wanted) = wanted else {
            let columns = if header.len() == 1 { "column" } else { "columns" };
            let message = || {
                let line = self.header_line.max(1);
                let needed = position + 1;
                let text =
                    format!("`{name}` line {line} has {} {columns}, {needed} are needed", header.len());
                (text, Some(format!("expected {EXAMPLE}")))
            };
            return if position < header.len() { Ok(position) } else { Err(message()) };
        };
        header.iter().position(|column| column == wanted).ok_or_else(|| {
            let all: Vec<&str> = header.iter().take(20).collect();
            let help = match nearest(wanted, header.iter()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", all.join(", ")),
            };
            (format!("`{name}` has no column `{wanted}`"), Some(help))
        })
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.header.len()
    }

    /// The name of a column.
    pub(super) fn title(&self, at: usize) -> &str {
        self.header.get(at).unwrap_or("")
    }

    /// Hands over each row that counts, with its line.
    pub(super) fn rows(
        &self,
        mut each: impl FnMut(u64, &csv::StringRecord) -> Result<(), Said>,
    ) -> Result<(), Said> {
        let mut reader = self.reader();
        let mut record = csv::StringRecord::new();
        let mut at = 0;
        let mut found = false;
        let mut others: Vec<String> = Vec::new();
        while reader.read_record(&mut record).map_err(|error| unreadable(self.name, &error))? {
            at += 1;
            if at <= self.before {
                continue;
            }
            let line = self.line(&record);
            if record.len() != self.header.len() {
                return Err(self.ragged(line, record.len()));
            }
            let other = self.picked.iter().find(|(column, value)| record.get(*column) != Some(*value));
            if let Some((column, _)) = other {
                let cell = record.get(*column).unwrap_or("");
                if others.len() < 50 && !others.iter().any(|known| known == cell) {
                    others.push(cell.to_owned());
                }
                continue;
            }
            found = true;
            each(line, &record)?;
        }
        if found || self.picked.is_empty() { Ok(()) } else { Err(self.nothing_picked(&others)) }
    }

    fn nothing_picked(&self, others: &[String]) -> Said {
        let told = |(column, value): &(usize, &str)| format!("`{}` is `{value}`", self.title(*column));
        let wanted: Vec<String> = self.picked.iter().map(told).collect();
        let message = format!("`{}` has no row in which {}", self.name, wanted.join(" and "));
        let known = || others.iter().map(String::as_str);
        let near = self.picked.iter().find_map(|(_, value)| nearest(value, known()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known().take(12).collect::<Vec<_>>().join(", ")),
        };
        (message, Some(help))
    }

    fn ragged(&self, line: u64, len: usize) -> Said {
        let cells = if len == 1 { "cell" } else { "cells" };
        let expected = self.header.len();
        let help = if self.comma_separates() {
            format!("every row needs the {expected} cells of the header; a number with a comma needs quotes")
        } else {
            format!("every row needs the {expected} cells of the header")
        };
        (format!("`{}` line {line} has {len} {cells}, its header {expected}", self.name), Some(help))
    }

    /// Whether decimals follow a comma or a point in these columns.
    pub(super) fn decimal(&self, columns: &[usize], given: Option<Decimal>) -> Result<Decimal, Said> {
        if let Some(given) = given {
            return Ok(given);
        }
        let mut evidence = Evidence::default();
        self.rows(|line, record| {
            columns.iter().for_each(|&at| evidence.weigh(record.get(at).unwrap_or(""), line));
            Ok(())
        })?;
        evidence.decimal(self.comma_separates()).map_err(|(line, what)| {
            let help = "say `decimal: point` or `decimal: comma`".to_owned();
            (format!("`{}` line {line}: {what}", self.name), Some(help))
        })
    }

    /// An error if the table has several series below each other and nothing picks one.
    pub(super) fn one_series(&self) -> Result<(), Said> {
        let is_series = |title: &str| SERIES.iter().any(|known| title.eq_ignore_ascii_case(known));
        let Some(column) = self.header.iter().position(is_series) else { return Ok(()) };
        let mut seen: Vec<String> = Vec::new();
        self.rows(|_, record| {
            let cell = record.get(column).unwrap_or("");
            if seen.len() < 12 && !seen.iter().any(|known| known == cell) {
                seen.push(cell.to_owned());
            }
            Ok(())
        })?;
        if seen.len() < 2 {
            return Ok(());
        }
        let title = self.title(column);
        let message = format!("`{}` has rows of several series in its column `{title}`", self.name);
        Err((
            message,
            Some(format!("say which: where: {{ {title}: {} }}, or {}", seen[0], seen[1..].join(", "))),
        ))
    }

    /// How to pick rows where two have one stamp: the columns in which they differ.
    pub(super) fn told_apart(&self, lines: (u64, u64), known: &[usize]) -> Option<String> {
        let mut pair: Vec<csv::StringRecord> = Vec::new();
        let look = |line: u64, record: &csv::StringRecord| {
            if line == lines.0 || line == lines.1 {
                pair.push(record.clone());
            }
            Ok(())
        };
        self.rows(look).ok()?;
        let [first, second] = &pair[..] else { return None };
        let differs = |at: &usize| !known.contains(at) && first.get(*at) != second.get(*at);
        // Words tell series apart better than numbers.
        let word =
            |at: &usize| [first, second].iter().any(|row| row.get(*at).unwrap_or("").parse::<f64>().is_err());
        let column = (0..self.header.len()).filter(differs).find(word)?;
        let cell = |row: &csv::StringRecord| format!("\"{}\"", row.get(column).unwrap_or(""));
        let title = self.title(column);
        Some(format!("pick rows: where: {{ {title}: {} }}, or {}", cell(first), cell(second)))
    }
}

/// What a file of counts looks like.
pub(super) const EXAMPLE: &str = "a header and a row a step, such as `t_s,count` and below it `0,400`";

/// The text of a file in UTF-8 or UTF-16, without its byte-order mark.
fn decoded<'a>(bytes: &'a [u8], name: &str) -> Result<Cow<'a, str>, Said> {
    let wide = |bytes: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| (format!("`{name}` is no valid UTF-16 text"), None))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes).map(Cow::Owned),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
                let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
                (format!("`{name}` line {line} is not UTF-8 text"), None)
            })
        }
    }
}

/// A first line `sep=;`, which tells spreadsheets the separator: where the table begins, and the separator.
fn sep_line(text: &str) -> (usize, Option<u8>, u64) {
    let line = text.split('\n').next().unwrap_or("");
    let said = line.trim_end_matches('\r').trim_matches('"');
    let sign = said.get(..4).filter(|head| head.eq_ignore_ascii_case("sep=")).map(|_| &said[4..]);
    match sign.map(str::as_bytes) {
        Some(&[sign]) if sign.is_ascii() && !sign.is_ascii_alphanumeric() => {
            ((line.len() + 1).min(text.len()), Some(sign), 1)
        }
        _ => (0, None, 0),
    }
}

/// The sign that most of the first lines have; a comma where nothing speaks for another.
fn separator(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(12).collect();
    let has = |line: &&&str, sign: u8| {
        let mut quoted = false;
        line.bytes().any(|byte| {
            quoted ^= byte == b'"';
            byte == sign && !quoted
        })
    };
    let count = |sign: u8| lines.iter().filter(|line| has(line, sign)).count();
    let other = [b';', b'\t', b'|'].into_iter().max_by_key(|&sign| count(sign)).unwrap_or(b',');
    if count(other) > count(b',')
        || (count(other) > 0 && count(other) == lines.len() && !lines[0].contains(','))
    {
        other
    } else {
        b','
    }
}

/// A row the table reader does not take, by its line.
fn unreadable(name: &str, error: &csv::Error) -> Said {
    (format!("`{name}`: {error}"), None)
}
