//! Numbers as tables write them: with a decimal point or a comma, and with separators of thousands. Which of the two a
//! comma is can only be told from a whole column, so it is weighed first and read then.

/// What stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimal {
    /// `1200.5`
    Point,
    /// `1200,5`
    Comma,
}

/// What the cells seen so far say about commas and points.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    point: Option<(u64, String)>,
    comma: Option<(u64, String)>,
    /// A cell that could be both, such as `1,200` or `1.200`.
    either: Option<(u64, String)>,
}

impl Evidence {
    /// Looks at a cell of the line `line`; what is no number says nothing.
    pub(super) fn weigh(&mut self, cell: &str, line: u64) {
        if !cell.bytes().any(|byte| matches!(byte, b',' | b'.')) || !is_numeric(cell) {
            return;
        }
        let slot = match kind(cell) {
            Some(Decimal::Point) => &mut self.point,
            Some(Decimal::Comma) => &mut self.comma,
            None => &mut self.either,
        };
        slot.get_or_insert_with(|| (line, cell.to_owned()));
    }

    /// What the decimals of the table follow, or the line and the cells that leave it open. A table whose cells are
    /// separated by commas has its decimals after a point unless a cell says otherwise.
    pub(super) fn decimal(&self, comma_separates: bool) -> Result<Decimal, (u64, String)> {
        match (&self.point, &self.comma, &self.either) {
            (Some((_, point)), Some((line, comma)), _) => {
                Err((*line, format!("`{comma}` has a decimal comma, `{point}` a decimal point")))
            }
            (Some(_), None, _) => Ok(Decimal::Point),
            (None, Some(_), _) => Ok(Decimal::Comma),
            (None, None, Some((line, cell))) if !comma_separates => {
                Err((*line, format!("`{cell}` has either thousands or decimals")))
            }
            _ => Ok(Decimal::Point),
        }
    }
}

fn is_numeric(cell: &str) -> bool {
    let digits = cell.bytes().any(|byte| byte.is_ascii_digit());
    digits && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+') || is_space(c))
}

/// Separators of thousands that are never anything else.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’')
}

/// What the decimals of this one number follow, where it can be told.
fn kind(cell: &str) -> Option<Decimal> {
    let of = |sign: char| if sign == ',' { Decimal::Comma } else { Decimal::Point };
    let other = |sign: char| if sign == ',' { Decimal::Point } else { Decimal::Comma };
    let last = cell.rfind([',', '.'])?;
    let sign = if cell[last..].starts_with(',') { ',' } else { '.' };
    let head = &cell[..last];
    if head.contains(sign) {
        return Some(other(sign));
    }
    if head.contains([',', '.']) || head.contains(is_space) {
        return Some(of(sign));
    }
    let whole = head.trim_start_matches(['-', '+']);
    let thousands = cell.len() - last - 1 == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    (!thousands).then(|| of(sign))
}

/// The cell as a plain number with a decimal point; nothing if its thousands do not stand in threes.
pub(super) fn plain(cell: &str, decimal: Decimal) -> Option<String> {
    let (point, comma) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (whole, rest) = cell.split_once(point).map_or((cell, None), |(whole, rest)| (whole, Some(rest)));
    let groups: Vec<&str> = whole.split(|c: char| c == comma || is_space(c)).collect();
    let first = groups.first()?.trim_start_matches(['-', '+']).len();
    if groups.len() > 1 && (!(1..=3).contains(&first) || groups[1..].iter().any(|group| group.len() != 3)) {
        return None;
    }
    let whole = groups.concat();
    Some(rest.map_or(whole.clone(), |rest| format!("{whole}.{rest}")))
}

/// The number in a cell, if it is one and finite.
pub(super) fn number(cell: &str, decimal: Decimal) -> Option<f64> {
    let value = match cell.parse::<f64>() {
        Ok(value) if decimal == Decimal::Point || !cell.contains('.') => value,
        _ => plain(cell, decimal)?.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

/// Whether nothing was measured: exports leave such cells blank or write a word.
pub(super) fn is_blank(cell: &str) -> bool {
    matches!(cell, "" | "-" | "NaN" | "nan" | "null" | "NULL" | "N/A" | "n/a" | "NA" | "None" | "undefined")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str], comma_separates: bool) -> Result<Vec<Option<f64>>, (u64, String)> {
        let mut evidence = Evidence::default();
        cells.iter().zip(2..).for_each(|(cell, line)| evidence.weigh(cell, line));
        let decimal = evidence.decimal(comma_separates)?;
        Ok(cells.iter().map(|cell| number(cell, decimal)).collect())
    }

    #[test]
    fn thousands_and_decimals_are_told_apart_by_the_whole_column() {
        assert_eq!(read(&["1,200", "900"], true), Ok(vec![Some(1200.0), Some(900.0)]));
        assert_eq!(read(&["1.200", "900"], true), Ok(vec![Some(1.2), Some(900.0)]));
        assert_eq!(read(&["1.200", "600,5"], false), Ok(vec![Some(1200.0), Some(600.5)]));
        assert_eq!(read(&["1,200", "600.5"], false), Ok(vec![Some(1200.0), Some(600.5)]));
        assert_eq!(read(&["1.200.000", "7"], false), Ok(vec![Some(1.2e6), Some(7.0)]));
        assert_eq!(read(&["0,125"], false), Ok(vec![Some(0.125)]));
        assert_eq!(read(&["1'200", "1 200,25"], false), Ok(vec![Some(1200.0), Some(1200.25)]));
        assert_eq!(read(&["6e2", "-3"], true), Ok(vec![Some(600.0), Some(-3.0)]));
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        let open = Err((2, "`1.200` has either thousands or decimals".to_owned()));
        assert_eq!(read(&["1.200", "900"], false), open);
        assert!(read(&["1.5", "1,5"], true).is_err());
        assert_eq!(read(&["1.5", "12,00"], true).map_err(|(line, _)| line), Err(3));
        for cell in ["many", "inf", "NaN", "1,2,3", ""] {
            assert_eq!(number(cell, Decimal::Point), None, "{cell}");
        }
    }
}
