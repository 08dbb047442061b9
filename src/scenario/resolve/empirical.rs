//! The values of an `empirical` law: one column of a table, in a unit that is said where the cells have none.

use super::numerals::{Decimal, is_blank, number};
use super::said::Said;
use super::sheet::Sheet;
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::inputs::beside;
use crate::scenario::law::ColumnOf;
use crate::scenario::quantity;

/// Values one empirical file may hold.
const MAX_VALUES: usize = 1_000_000;
/// Bytes one empirical file may have.
const MAX_BYTES: usize = 64 << 20;

/// The values in seconds; `None` after a diagnostic.
pub(super) fn values(of: &ColumnOf, field: &Field<'_>) -> Option<Vec<f64>> {
    let context = field.context;
    let written_in = context.sources.get(field.node.span.file).filter(|source| source.is_file);
    let name = written_in.map_or_else(|| of.file.clone(), |source| beside(&source.name, &of.file));
    let read = context
        .inputs
        .read(&name, MAX_BYTES)
        .map_err(|error| (format!("cannot read `{name}`: {error}"), None));
    match read.and_then(|bytes| column(&bytes, &name, of)) {
        Ok((values, notices, taken)) => {
            notices.into_iter().for_each(|notice| field.warn(notice));
            if taken {
                let address = format!("{}.unit", field.path);
                context.assume(address, "s", "Unit of the plain numbers of an empirical law");
            }
            Some(values)
        }
        Err((message, help)) => {
            let diagnostic = Diagnostic::error(field.node.span, message);
            context.push(Diagnostic { help, ..diagnostic });
            None
        }
    }
}

/// The values, what was passed over, and whether seconds were taken for numbers without a unit.
fn column(bytes: &[u8], name: &str, of: &ColumnOf) -> Result<(Vec<f64>, Vec<String>, bool), Said> {
    let is_value = |cell: &str| number(cell, Decimal::Point).is_some() || quantity::duration(cell).is_ok();
    let sheet = Sheet::of_values(bytes, name, of.column.as_deref(), &is_value)?;
    if sheet.width() > 1 && of.column.is_none() {
        let message =
            format!("`{name}` has {} columns, and nothing says which one holds the values", sheet.width());
        let help =
            format!("write empirical({} column {} unit ms)", of.file, quoted(sheet.title(sheet.width() - 1)));
        return Err((message, Some(help)));
    }
    let at = sheet.column(of.column.as_deref(), 0)?;
    let decimal = sheet.decimal(&[at], None)?;
    let (mut values, mut plain) = (Vec::new(), false);
    sheet.rows(|line, record| {
        let cell = record.get(at).unwrap_or("");
        if is_blank(cell) || cell.starts_with('#') {
            return Ok(());
        }
        let bad = |what: &str| (format!("`{name}` line {line}: the value {what}"), None);
        let seconds = match (number(cell, decimal), of.unit) {
            (Some(value), unit) => {
                plain |= unit.is_none();
                value * unit.unwrap_or(1.0)
            }
            (None, _) => quantity::duration(cell).map_err(|wrong| bad(&wrong.message))?,
        };
        if seconds < 0.0 {
            return Err(bad(&format!("is `{cell}`, less than nothing")));
        }
        values.push(seconds);
        if values.len() > MAX_VALUES {
            return Err((format!("`{name}` has more than {MAX_VALUES} values"), None));
        }
        Ok(())
    })?;
    if values.is_empty() {
        return Err((format!("`{name}` has no values"), None));
    }
    if plain && sheet.width() > 1 {
        let title = sheet.title(at);
        let message = format!("the numbers in the column `{title}` of `{name}` have no unit");
        let help = format!("write empirical({} column {} unit ms)", of.file, quoted(title));
        return Err((message, Some(help)));
    }
    let notices = sheet.notices;
    Ok((values, notices, plain))
}

/// A title as a law's text can have it.
fn quoted(title: &str) -> String {
    let word = title.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    if word { title.to_owned() } else { format!("'{title}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, column_name: Option<&str>, unit: Option<f64>) -> Result<(Vec<f64>, bool), String> {
        let of = ColumnOf { file: "v.csv".to_owned(), column: column_name.map(str::to_owned), unit };
        let told = |(message, help): Said| format!("{message}; {}", help.unwrap_or_default());
        column(text.as_bytes(), "v.csv", &of).map(|(values, _, taken)| (values, taken)).map_err(told)
    }

    #[test]
    fn a_list_needs_no_column_and_a_table_does() {
        assert_eq!(read("1ms\n3ms\n", None, None), Ok((vec![0.001, 0.003], false)));
        assert_eq!(read("ms\n1\n3\n", None, Some(1e-3)), Ok((vec![0.001, 0.003], false)));
        assert_eq!(read("0.25\n0.5\n", None, None), Ok((vec![0.25, 0.5], true)));
        let log = "timeStamp,elapsed,Latency\n1794355200000,20,7\n1794355201000,,9\n1794355202000,40,8\n";
        assert_eq!(read(log, Some("elapsed"), Some(1e-3)), Ok((vec![0.02, 0.04], false)));
        let open = read(log, None, None).expect_err("three columns");
        assert!(open.contains("has 3 columns") && open.contains("column Latency unit ms"), "{open}");
        let bare = read(log, Some("elapsed"), None).expect_err("no unit");
        assert!(bare.contains("`elapsed` of `v.csv` have no unit"), "{bare}");
        assert!(
            read(log, Some("elapsd"), None).expect_err("no such column").contains("did you mean `elapsed`?")
        );
        assert!(
            read("ms\n1\nx\n", None, Some(1.0)).expect_err("no value").contains("line 3: the value is `x`")
        );
        assert!(read("v\n-1\n", None, Some(1.0)).is_err());
        assert!(read("v\n", None, Some(1.0)).expect_err("none").contains("has no values"));
    }
}
