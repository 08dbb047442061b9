//! `replay` on recorded traffic of the real world, where a folder of traces lies beside the repository.

use super::play::{play, root};
use std::io::Write;

/// Requests a file records in rows whose time is in `[from, to)`.
fn recorded(file: &str, from: &str, to: &str) -> f64 {
    let text = std::fs::read_to_string(root().join(file)).expect("the trace");
    let rows = text.lines().skip(1).filter_map(|line| line.split_once(','));
    // Times in one zone and one form sort as text.
    rows.filter(|(time, _)| (from..to).contains(time))
        .filter_map(|(_, count)| count.parse::<f64>().ok())
        .sum()
}

/// Runs `replay` on a file; `span` is from and to of the file's own clock.
fn replays(file: &str, span: [&str; 2], edits: &[&str]) {
    if !root().join(file).exists() {
        // Past the harness, which hides what passing tests print.
        let told = writeln!(std::io::stderr(), "SKIPPED: {file} is not beside this repository");
        return told.expect("stderr");
    }
    let trace = format!("traffic.visitors.trace.file={file}");
    let replay = play("replay", &[&[trace.as_str()], edits].concat());
    let arrived = replay.estimate("class/view", "arrived");
    let expected = recorded(file, span[0], span[1]);
    let deviation = (expected / f64::from(arrived.replications)).sqrt();
    println!("{file}: {expected} recorded, {} simulated", arrived.mean);
    assert!((arrived.mean - expected).abs() <= 4.0 * deviation, "{expected} recorded, {arrived:?} simulated");
    let answered = replay.mean("class/view", "success_ratio");
    assert!(answered > 0.999, "the fleet answered {answered}");
}

/// Six hours around the last whistle of a knockout match of 1998, at full volume: 3,752 requests/s at the top.
#[test]
fn the_world_cup_of_1998() {
    replays(
        "../shared/traces/rates/worldcup98_to_jun30_1min.csv",
        ["1998-06-29T13:27:00Z", "1998-06-29T19:27:00Z"],
        &[
            "run.t0=1998-06-29T16:27:00Z",
            "run.from=T0-3h",
            "run.to=T0+3h",
            "run.replications=1",
            "services.web.replicas=48",
            // Without a limit every slot has a core, which simulates faster; six hours are long enough.
            "services.web.resources=null",
        ],
    );
}

/// Two weeks of a small load balancer that logs nothing when nothing comes.
#[test]
fn a_load_balancer_with_gaps() {
    replays(
        "../shared/traces/rates/elb_request_count_5min.csv",
        ["2014-04-10T19:34:00Z", "2014-04-23T19:34:00Z"],
        &[
            "run.t0=2014-04-22T19:34:00Z",
            "run.from=T0-12d",
            "run.to=T0+1d",
            "traffic.visitors.trace.step=5m",
            "traffic.visitors.trace.gaps=zero",
            "services.web.replicas=2",
        ],
    );
}
