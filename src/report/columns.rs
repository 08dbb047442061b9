//! Tables and paragraphs for the terminal that never pass its width.

/// Characters a text takes. Wide scripts take more; names are kept short by the caller's width.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Cuts a text with an ellipsis so that it takes at most `most` characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

/// Lines of at most `most` characters, broken between words; a longer word is cut in pieces.
pub(super) fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        let mut line = lines.pop().unwrap_or_default();
        if !line.is_empty() && width(&line) + 1 + rest.len() <= most {
            line.push(' ');
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while width(&line) + rest.len() > most {
            let take = most - width(&line);
            line.extend(rest.drain(..take));
            lines.push(std::mem::take(&mut line));
        }
        line.extend(rest);
        lines.push(line);
    }
    lines
}

/// Columns that a line about what is left out names; the rest is counted.
const NAMED: usize = 8;

/// A table whose first column is aligned left, the others right. Last columns that do not fit are left out and named
/// below, and a long first column is cut.
pub(super) fn table(rows: &[Vec<String>], most: usize) -> Vec<String> {
    let widths = fitting(rows, most);
    let mut lines: Vec<String> = rows.iter().map(|row| line(row, &widths)).collect();
    let left_out = rows.first().and_then(|head| head.get(widths.len()..)).unwrap_or_default();
    lines.extend(without(left_out, most));
    lines
}

/// Names columns that found no room; no line if there are none.
pub(super) fn without(headings: &[String], most: usize) -> Vec<String> {
    if headings.is_empty() {
        return Vec::new();
    }
    let named = headings[..headings.len().min(NAMED)].join(", ");
    let more = headings.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let lines = wrap(&format!("no room for: {named}{more}"), most.saturating_sub(2));
    lines.into_iter().map(|line| format!("  {line}")).collect()
}

/// The same with nothing left out: cells of columns that do not fit stand below their row, each behind its heading.
pub(super) fn whole_table(rows: &[Vec<String>], most: usize) -> Vec<String> {
    let Some(head) = rows.first() else { return Vec::new() };
    let widths = fitting(rows, most);
    let mut lines = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        lines.push(line(row, &widths));
        for (heading, cell) in head.iter().zip(row).skip(widths.len()).filter(|_| at > 0) {
            let below = wrap(&format!("{heading}: {cell}"), most.saturating_sub(4));
            lines.extend(below.into_iter().map(|text| format!("    {text}")));
        }
    }
    lines
}

/// Widths of the first columns, as many as fit.
fn fitting(rows: &[Vec<String>], most: usize) -> Vec<usize> {
    let Some(head) = rows.first() else { return Vec::new() };
    let wide = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|cell| width(cell)).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..head.len()).map(wide).collect();
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    // Names may shrink to 24 characters before columns are given up.
    let spare = total(&widths).saturating_sub(most).min(widths[0].saturating_sub(24));
    widths[0] -= spare;
    while widths.len() > 1 && total(&widths) > most {
        widths.pop();
    }
    widths[0] = widths[0].min(most);
    widths
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (c, &w) in widths.iter().enumerate() {
        let cell = cut(row.get(c).map_or("", String::as_str), w);
        let pad = " ".repeat(w - width(&cell));
        if c == 0 {
            text.push_str(&cell);
            text.push_str(&pad);
        } else {
            text.push_str("  ");
            text.push_str(&pad);
            text.push_str(&cell);
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_break_between_words_and_inside_only_when_they_must() {
        assert_eq!(wrap("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(wrap("xx aaaaaaaaaa b", 4), ["xx", "aaaa", "aaaa", "aa b"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn tables_align_and_fit() {
        let rows = [["name", "p50", "p99"], ["a", "1 ms", "20 ms"]].map(|r| r.map(str::to_owned).to_vec());
        assert_eq!(table(&rows, 80), ["name   p50    p99", "a     1 ms  20 ms"]);
        assert_eq!(table(&rows, 11), ["name   p50", "a     1 ms", "  no room", "  for: p99"]);
        assert_eq!(whole_table(&rows, 80), table(&rows, 80));
        assert_eq!(whole_table(&rows, 11), ["name   p50", "a     1 ms", "    p99: 20", "    ms"]);
        assert!(table(&[vec!["x".repeat(300), "1".to_owned()]], 40).iter().all(|l| width(l) <= 40));
    }
}
