//! What a recorded file amounts to: the requests that its rows say came, neither more nor fewer.

use super::*;
use crate::model::{ArrivalProcess, RateProfile, SourceKind};
use crate::scenario::inputs::MemoryInputs;

/// A scenario of ten minutes from midnight that replays `t.csv` and may look at `o.csv`, and what was said about it.
fn replayed(keys: &str, csv: &str, observed: (&str, &str)) -> (Option<Scenario>, String) {
    let text = format!(
        "run: {{ t0: 2026-11-11T00:00:00Z, from: T0, to: T0+10m, settle: 0s }}\n\
         traffic:\n  load:\n    trace: {{ file: t.csv{keys} }}\n    classes: {{ get: {{ entry: web.get }} }}\n\
         services:\n  web: {{ slots: 9, operations: {{ get: [ {{ wait: 1ms }} ] }} }}\n\
         objectives: [ get success >= 99% ]\n{}",
        observed.0
    );
    let inputs = MemoryInputs::default().with("s.yaml", text).with("t.csv", csv).with("o.csv", observed.1);
    let (document, mut diagnostics) = Document::load("s.yaml", &inputs);
    let (scenario, found) = resolve(&document, &inputs);
    diagnostics.extend(found);
    (scenario, diagnostics.render(&document.sources, false))
}

#[track_caller]
fn rates(keys: &str, csv: &str) -> (RateProfile, String) {
    let (scenario, said) = replayed(keys, csv, ("", ""));
    let scenario = scenario.unwrap_or_else(|| panic!("{said}"));
    let SourceKind::Open(ArrivalProcess::Poisson(rates)) = &scenario.model.sources[0].kind else {
        panic!("no rates")
    };
    (rates.clone(), said)
}

#[track_caller]
fn refused(keys: &str, csv: &str, part: &str) {
    let (scenario, said) = replayed(keys, csv, ("", ""));
    assert!(scenario.is_none() && said.contains(part), "{said}");
}

/// A header and rows of `count` at these seconds.
fn table(seconds: impl IntoIterator<Item = u32>, count: u32) -> String {
    let rows = seconds.into_iter().map(|at| format!("{at},{count}\n"));
    ["t_s,count\n".to_owned()].into_iter().chain(rows).collect()
}

/// Ten rows of 600, one of which came 20 s early: nine are over when the tenth begins, so 5,400 came by then.
#[test]
fn a_row_counts_until_the_next() {
    let stamps = [0, 60, 120, 180, 240, 280, 340, 400, 460, 520, 580];
    let (found, said) = rates("", &table(stamps, 600));
    assert!((found.cumulative(520.0) - 5400.0).abs() < 1e-6, "{}", found.cumulative(520.0));
    assert_eq!((found.rate(250.0), found.rate(300.0)), (15.0, 10.0));
    assert!(said.contains("1 of 10 steps are not 60 s (line 6 lasts 40 s)"), "{said}");
    // Eleven rows 61 s apart are ten rows of 600 until the last, not 1.7 % more.
    let (found, said) = rates("", &table((0..11).map(|at| at * 61), 600));
    assert!((found.cumulative(610.0) - 6000.0).abs() < 1e-6);
    assert!(!said.contains("warning"), "{said}");
    // Nor does a `step` that is a little off change what came.
    let (found, _) = rates(", step: 60s", &table((0..11).map(|at| at * 61), 600));
    assert!((found.cumulative(610.0) - 6000.0).abs() < 1e-6);
}

#[test]
fn the_last_row_lasts_as_the_one_before_unless_a_step_is_said() {
    let stamps = || [0, 120, 240, 360, 480];
    let (found, _) = rates("", &table(stamps(), 600));
    assert_eq!((found.rate(599.0), found.rate(601.0)), (5.0, 0.0));
    refused(", step: 100s", &table(stamps(), 600), "covers T0+0s to T0+580s");
    refused(", step: 5m", &table(stamps(), 600), "line 3: less than half a step");
}

#[test]
fn blank_cells_are_gaps_that_the_scenario_explains() {
    let csv = table((0..11).map(|at| at * 60), 600)
        .replace("\n120,600", "\n120,")
        .replace("\n180,600", "\n180,NaN");
    refused("", &csv, "lacks 2 step(s) of 60 s, the first in line 4");
    let (zero, said) = rates(", gaps: zero", &csv);
    assert!(said.contains("no traffic is taken"), "{said}");
    assert_eq!((zero.rate(119.0), zero.rate(150.0), zero.rate(240.0)), (10.0, 0.0, 10.0));
    assert_eq!(rates(", gaps: hold", &csv).0.rate(150.0), 10.0);
    let (blank, said) = rates(", blank: zero", &csv);
    assert!(blank.rate(150.0) == 0.0 && !said.contains("lacks"), "{said}");
}

#[test]
fn a_column_of_rates_is_no_column_of_counts() {
    let (found, _) = rates(", rate: count, scale: 2", &table((0..11).map(|at| at * 60), 7));
    assert!((found.cumulative(600.0) - 8400.0).abs() < 1e-6);
    refused(", rate: count, value: count", &table([0, 60], 7), "has both `value` and `rate`");
}

/// Twelve rows of 3,000, five minutes apart by the clock on the wall, which goes from 02:00 to 03:00 after the sixth.
#[test]
fn local_times_follow_a_clock_that_changes() {
    let minutes =
        (0..6).map(|at| format!("01:{:02}", 30 + 5 * at)).chain((0..6).map(|at| format!("03:{:02}", 5 * at)));
    let rows: String = minutes.map(|time| format!("2026-03-29 {time},3000\n")).collect();
    let csv = format!("time,requests\n{rows}");
    let (found, _) = rates(", align: 2026-03-29T00:30:00Z, zone: Europe/Berlin", &csv);
    assert!((found.cumulative(3600.0) - 36_000.0).abs() < 1e-6);
    assert!((0..60).all(|minute| found.rate(f64::from(minute) * 60.0 + 1.0) == 10.0));
    refused(", zone: Europe/Berln", &csv, "did you mean `Europe/Berlin`?");
}

#[test]
fn a_missing_hour_of_local_times_is_no_silence() {
    let rows = "2026-11-10 23:50,1\n2026-11-10 23:55,1\n2026-11-11 00:00,1\n2026-11-11 01:05,1\n";
    let (scenario, said) = replayed("", &format!("t,c\n{rows}"), ("", ""));
    assert!(scenario.is_none() && said.contains("say the `zone`") && !said.contains("gaps: zero"), "{said}");
}

#[test]
fn arrivals_of_another_time_are_an_error_and_those_outside_are_counted() {
    let log = "timeStamp,elapsed,label\n1794355199000,5,a\n1794355201500,5,b\n1794355200250,5,a\n1794356200000,5,a\n";
    let (scenario, said) = replayed(", kind: arrivals", log, ("", ""));
    let SourceKind::Open(ArrivalProcess::Times(times)) = &scenario.expect(&said).model.sources[0].kind else {
        panic!("no times")
    };
    assert_eq!(times[..], [250_000_000, 1_500_000_000, 1_000_000_000_000]);
    assert!(
        said.contains("2 of 4 arrivals lie outside the run, 1 before it starts and 1 after it ends"),
        "{said}"
    );
    assert!(said.contains("its rows are sorted"), "{said}");
    refused(
        ", kind: arrivals, align: 2026-11-12T00:00:00Z",
        log,
        "covers T0-86401s to T0-85400s, the run counts",
    );
    refused(
        ", align: 2026-11-12T00:00:00Z",
        &table([0, 60], 1),
        "counts from T0, so `align` must be a duration",
    );
}

#[test]
fn observations_are_read_as_traces_are_and_must_overlap() {
    let trace = table((0..11).map(|at| at * 60), 600);
    let observed = |keys: &str, rows: &str| {
        let section = format!("observed: {{ file: o.csv, scope: system, metric: arrivals{keys} }}\n");
        let (scenario, said) = replayed("", &trace, (&section, rows));
        let samples = scenario.and_then(|scenario| scenario.observed).map(|o| o.series[0].samples.clone());
        (samples, said)
    };
    let (samples, said) =
        observed("", "sep=;\nt;value\n1794355200000;1.200,5\n1794355260000;-\n1794355320000;900\n");
    assert_eq!(samples, Some(vec![(0.0, 1200.5), (120.0, 900.0)]), "{said}");
    let (samples, said) = observed(
        ", zone: Asia/Shanghai, where: { node: a }",
        "t,node,value\n2026-11-11 08:01,a,3\n2026-11-11 08:01,b,4\n",
    );
    assert_eq!(samples, Some(vec![(60.0, 3.0)]), "{said}");
    let (samples, said) = observed("", "t,value\n2025-11-11T00:00:00Z,3\n");
    assert!(samples.is_none() && said.contains("the run counts T0+0s to T0+600s"), "{said}");
}
