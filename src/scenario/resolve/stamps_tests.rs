//! The same instant in every form that data have, and clocks that change.

use super::*;

/// Midnight of 2026-11-11 in UTC: 20,768 days after 1970 began (56 years with 14 leap days make 20,454 days to
/// 2026-01-01, and 314 more), times 86,400 s.
const MIDNIGHT: i64 = (20_454 + 314) * 86_400;

fn settle(cells: &[&str], reading: &Reading) -> Result<(Vec<i64>, Axis), String> {
    let parse = |(cell, line): (&&str, u64)| (Stamp::parse(cell, Decimal::Point).expect(cell), line);
    let stamps: Vec<(Stamp, u64)> = cells.iter().zip(2..).map(parse).collect();
    reading.settle(&stamps, "t.csv").map_err(|(message, _)| message)
}

fn zoned(name: &str) -> Reading {
    Reading { unit: None, zone: Some(TimeZoneDatabase::bundled().get(name).expect("a zone")) }
}

#[test]
fn one_instant_has_many_forms() {
    let second = MIDNIGHT.to_string();
    for cell in [
        second.as_str(),
        &format!("{second}000"),
        &format!("{second}000000"),
        &format!("{second}000000000"),
        &format!("{second}.000"),
        "2026-11-11T00:00:00Z",
        "2026-11-11T08:00:00+08:00",
        "2026-11-11 00:00:00 UTC",
        "2026-11-11 00:00:00",
        "2026-11-11",
        "2026/11/11 00:00",
        "11.11.2026 00:00",
        "11/11/2026 12:00 AM",
    ] {
        let (found, axis) = settle(&[cell], &Reading::default()).expect(cell);
        assert_eq!((found[0], axis.calendar), (MIDNIGHT * 1_000_000_000, true), "{cell}");
    }
    let (found, axis) = settle(&["99999999.5", "-3"], &Reading::default()).expect("seconds");
    assert_eq!((found, axis), (vec![99_999_999_500_000_000, -3_000_000_000], Axis::default()));
    // The last digit of nanoseconds since 1970 does not fit a floating-point number.
    assert_eq!(
        settle(&["1794355200000000007"], &Reading::default()).expect("ns").0,
        [1_794_355_200_000_000_007]
    );
}

#[test]
fn the_unit_overrides_the_size() {
    let reading = Reading { unit: Some(Unit::Millis), zone: None };
    assert_eq!(settle(&["1500", "250"], &reading), Ok((vec![1_500_000_000, 250_000_000], Axis::default())));
    assert_eq!(settle(&["1500.25"], &reading).expect("valid").0, [1_500_250_000]);
}

#[test]
fn kinds_are_not_mixed() {
    let said = |cells: &[&str]| settle(cells, &Reading::default()).expect_err("mixed");
    assert_eq!(said(&["2026-11-11", "5"]), "`t.csv` line 3: dates and seconds are mixed");
    assert_eq!(
        said(&["1794355200000", "1794355260"]),
        "`t.csv` line 3: the time is seconds since 1970, that of line 2 milliseconds since 1970"
    );
}

/// In Berlin the clock goes from 02:00 to 03:00 on 2026-03-29 and back from 03:00 to 02:00 on 2026-10-25.
#[test]
fn clocks_that_change_leave_even_steps() {
    let minutes = |cells: &[&str]| {
        let (found, _) = settle(cells, &zoned("Europe/Berlin")).expect("valid");
        found.iter().map(|at| (at - found[0]) / 60_000_000_000).collect::<Vec<_>>()
    };
    assert_eq!(minutes(&["2026-03-29 01:30", "2026-03-29 01:45", "2026-03-29 03:00"]), [0, 15, 30]);
    let autumn =
        ["2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 03:00"];
    assert_eq!(minutes(&autumn), [0, 30, 60, 90, 120]);
    let newest_first: Vec<&str> = autumn.iter().rev().copied().collect();
    assert_eq!(minutes(&newest_first), [0, -30, -60, -90, -120]);
    let missing = settle(&["2026-03-29 02:30"], &zoned("Europe/Berlin")).expect_err("no such time");
    assert!(missing.contains("the clock goes forward"), "{missing}");
    // Without a zone they are read as UTC, and that is told.
    assert!(settle(&["2026-03-29 02:30"], &Reading::default()).expect("valid").1.unzoned);
}

#[test]
fn day_and_month_are_told_apart_or_refused() {
    let day = |cells: &[&str]| {
        settle(cells, &Reading::default()).map(|found| found.0[0] / 86_400_000_000_000 - 20_454)
    };
    assert_eq!(day(&["02/01/2026", "13/01/2026"]), Ok(1));
    assert_eq!(day(&["02/01/2026", "02/13/2026"]), Ok(31));
    assert!(day(&["02/01/2026"]).expect_err("open").contains("whether the day or the month comes first"));
}
