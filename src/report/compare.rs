//! A comparison in the forms of machines, and the words that text and page share.

use super::number::{human, plain, shortest};
use crate::analysis::{BestOf, Change, ContrastRow, Range, SideBySide};
use crate::scenario::Difference;

/// The whole comparison as indented JSON with a `version`.
#[must_use]
pub fn compare_json(comparison: &SideBySide) -> String {
    // Strings and numbers only; infinite ones become null.
    serde_json::to_string_pretty(comparison).unwrap_or_default() + "\n"
}

/// Every metric of every side beside the base, tidy: decision metrics first, their intervals joint.
#[must_use]
pub fn compare_csv(comparison: &SideBySide) -> String {
    let mut text = String::from(
        "side,kind,metric,unit,base,head,difference,ci95_low,ci95_high,ratio,ratio_ci95_low,ratio_ci95_high,\
         verdict,detectable,correlation,variance_reduction,replications\n",
    );
    for side in comparison.sides.iter().skip(1) {
        let kinds = [("decision", &side.contrasts), ("metric", &side.metrics)];
        for (kind, row) in kinds.into_iter().flat_map(|(kind, rows)| rows.iter().map(move |row| (kind, row)))
        {
            let number = |value: Option<f64>| value.map(shortest).unwrap_or_default();
            let range = |range: Option<Range>| {
                let part = |part: fn(&Range) -> f64| number(range.as_ref().map(part));
                [part(|r| r.value), part(|r| r.low), part(|r| r.high)].join(",")
            };
            let cells = [
                quoted(&side.label),
                kind.to_owned(),
                quoted(&row.metric),
                row.unit.clone(),
                number(row.base),
                number(row.head),
                range(row.difference),
                range(row.ratio),
                word(row.change).to_owned(),
                number(row.detectable),
                number(row.correlation),
                number(row.variance_reduction),
                comparison.replications.to_string(),
            ];
            text.push_str(&cells.join(","));
            text.push('\n');
        }
    }
    text
}

/// A cell of CSV (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The verdict in words.
pub(super) fn word(change: Change) -> &'static str {
    match change {
        Change::Better => "better",
        Change::Worse => "worse",
        Change::Changed => "changed",
        Change::NoDifferenceShown => "no difference shown",
        Change::Identical => "identical",
        Change::NotComparable => "not comparable",
    }
}

/// A value with its unit; a dash for none.
pub(super) fn value(value: Option<f64>, unit: &str) -> String {
    value.map_or("-".to_owned(), |value| human(value, unit))
}

/// How much something changed, in percent of the base; shares in percentage points, and what began at nothing in its
/// own unit.
pub(super) fn change(unit: &str, difference: Option<Range>, ratio: Option<Range>) -> String {
    match (difference, ratio) {
        (None, _) => "-".to_owned(),
        (Some(range), _) if range.value == 0.0 && range.low == range.high => "0".to_owned(),
        (Some(range), _) if unit == "1" => scaled(range, 100.0, " pp"),
        (Some(_), Some(ratio)) if is_told_in_percent(ratio) => {
            let less_one = |value: f64| value - 1.0;
            let range =
                Range { value: less_one(ratio.value), low: less_one(ratio.low), high: less_one(ratio.high) };
            scaled(range, 100.0, " %")
        }
        (Some(range), _) => {
            let (value, half) = (human(range.value.abs(), unit), human(half(range), unit));
            // A unit that both have is said once.
            let value = match (value.split_once(' '), half.split_once(' ')) {
                (Some((number, one)), Some((_, other))) if one == other => number,
                _ => &value,
            };
            format!("{}{value} ± {half}", sign(range.value))
        }
    }
}

/// Twenty-fold changes, and ratios that are hardly known, say nothing in percent.
pub(super) fn is_told_in_percent(ratio: Range) -> bool {
    ratio.value < 10.0 && half(ratio) < 2.0
}

/// Half the width of an interval; those of differences are symmetric.
fn half(range: Range) -> f64 {
    (range.high - range.low) / 2.0
}

fn scaled(range: Range, factor: f64, unit: &str) -> String {
    // Digits follow the width of the interval: what it leaves open is not shown.
    let half = half(range).abs() * factor;
    let digits = match half {
        w if w >= 9.95 => 0,
        w if w >= 0.995 => 1,
        w if w >= 0.0995 => 2,
        0.0 => 2,
        _ => 3,
    };
    let size = |value: f64| format!("{:.digits$}", value.abs());
    let shown = size(range.value * factor);
    let sign = if shown.chars().all(|c| "0.".contains(c)) { "" } else { sign(range.value) };
    if half == 0.0 {
        format!("{sign}{shown}{unit}")
    } else {
        format!("{sign}{shown} ± {}{unit}", size(half))
    }
}

fn sign(value: f64) -> &'static str {
    if value < 0.0 { "-" } else { "+" }
}

/// One line of the scenario's difference: `~ services.web.replicas: 12 → 14`.
pub(super) fn difference(difference: &Difference) -> String {
    let Difference { path, before, after } = difference;
    let sign = difference.sign();
    match (before, after) {
        (Some(before), Some(after)) => format!("{sign} {path}: {before} → {after}"),
        (Some(value), None) | (None, Some(value)) => format!("{sign} {path}: {value}"),
        (None, None) => format!("{sign} {path}"),
    }
}

/// The smallest differences that would have been shown, of metrics whose difference was not.
pub(super) fn detectable(rows: &[ContrastRow]) -> Option<String> {
    let open = rows.iter().filter(|row| row.change == Change::NoDifferenceShown);
    let one = |row: &ContrastRow| {
        let size = row.detectable?;
        let share = row.base.filter(|base| *base > 0.0 && row.unit != "1").map(|base| size / base * 100.0);
        let text = match share {
            Some(percent) => format!("{} %", plain(percent)),
            None if row.unit == "1" => format!("{} pp", plain(size * 100.0)),
            None => human(size, &row.unit),
        };
        Some(format!("{} from {text}", row.metric))
    };
    let parts: Vec<String> = open.filter_map(one).collect();
    (!parts.is_empty()).then(|| {
        format!(
            "No difference shown is not no difference; with 90 % these runs would have shown {}.",
            parts.join(", ")
        )
    })
}

/// What the common random numbers did, over the metrics that vary.
pub(super) fn pairing(rows: &[ContrastRow], replications: u32) -> Option<String> {
    let mut gains: Vec<(f64, f64)> = rows
        .iter()
        .filter(|row| row.change != Change::Identical)
        .filter_map(|row| Some((row.variance_reduction?, row.correlation?)))
        .collect();
    gains.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (least, most) = (gains.first()?, gains.last()?);
    let runs = |gain: f64| plain(gain * f64::from(replications));
    Some(format!(
        "Common random numbers: pairs correlate at {:.2} to {:.2}, so {replications} pairs show what {} to {} \
         independent runs a side would",
        gains.iter().map(|g| g.1).fold(f64::INFINITY, f64::min),
        gains.iter().map(|g| g.1).fold(f64::NEG_INFINITY, f64::max),
        runs(least.0),
        runs(most.0)
    ))
}

/// What a side is called in narrow places: A, B, C … in their order.
pub(super) fn letter(at: usize) -> String {
    char::from_u32('A' as u32 + at as u32)
        .filter(char::is_ascii_uppercase)
        .map_or(format!("#{}", at + 1), String::from)
}

/// Which sides are the best in a metric, or may be, by their letters.
pub(super) fn best(row: &BestOf) -> String {
    let shown = row.sides.iter().enumerate().filter(|(_, side)| side.best);
    let letters: Vec<String> = shown.map(|(at, _)| letter(at)).collect();
    if letters.len() == row.sides.len() {
        return "all the same".to_owned();
    } else if !letters.is_empty() {
        return letters.join(" and ");
    }
    let open = row.sides.iter().enumerate().filter(|(_, side)| !side.beaten);
    let letters: Vec<String> = open.map(|(at, _)| letter(at)).collect();
    if letters.len() == row.sides.len() { "any".to_owned() } else { letters.join(" or ") }
}

/// The selection in a few words; a dash where none was asked for or nothing differs.
pub(super) fn selection(row: &BestOf) -> String {
    let Some(selection) = &row.selection else { return "-".to_owned() };
    let zone = human(selection.indifference, &row.unit);
    let at =
        |label: &String| row.sides.iter().position(|side| side.label == *label).map_or(String::new(), letter);
    match (&selection.selected, selection.last_stage) {
        (Some(label), _) => format!("{} (within {zone})", at(label)),
        // Beyond this nobody waits for the answer.
        (None, Some(last)) if last <= 100_000 => format!("not yet within {zone}; {last} runs suffice"),
        (None, _) => format!("not yet within {zone}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_in_percent_points_or_units() {
        let range = |value, low, high| Some(Range { value, low, high });
        assert_eq!(change("s", range(0.4, 0.3, 0.5), range(1.052, 1.049, 1.055)), "+5.20 ± 0.30 %");
        assert_eq!(change("s", range(0.4, 0.3, 0.5), range(0.5, 0.4, 0.6)), "-50 ± 10 %");
        assert_eq!(change("1", range(-0.001, -0.002, 0.0), None), "-0.10 ± 0.10 pp");
        assert_eq!(change("s", range(2.0, 1.0, 3.0), None), "+2 ± 1 s");
        assert_eq!(change("s", range(0.0, 0.0, 0.0), None), "0");
        assert_eq!(change("s", range(2.0, 1.0, 3.0), range(40.0, 38.0, 42.0)), "+2 ± 1 s");
        assert_eq!(change("s", range(2.0, 1.9, 2.1), None), "+2 s ± 100 ms");
        assert_eq!(change("s", None, None), "-");
    }

    #[test]
    fn cells_of_csv_are_quoted() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"x\""), "\"say \"\"x\"\"\"");
    }
}
