//! The claims in the comments of the shipped scenarios.

use std::sync::atomic::AtomicBool;

use super::play::{Played, play, root};
use flashcrowd::analysis::Outcome;
use flashcrowd::numerics::ln;
use flashcrowd::study::{
    Axes, Edit, Execution, FileInputs, SweepOptions, capacity, prepare, prepare_sweep, sweep,
};

#[track_caller]
fn assert_within(what: &str, value: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&value), "{what} is {value}, not in {low}..{high}");
}

#[test]
fn hello_meets_the_single_queue() {
    let hello = play("hello", &[]);
    hello.meets_theory("utilisation", 0.8);
    hello.meets_theory("mean_wait", 0.032);
    hello.meets_theory("mean_sojourn", 0.040);
    hello.meets_theory("sojourn_p99", 0.040 * ln(100.0));
}

#[test]
fn one_queue_for_sixteen_meets_erlang_and_beats_sixteen_queues() {
    let one = play("mmc", &["run.replications=10"]);
    one.meets_theory("mean_wait", 0.036_96);
    one.meets_theory("mean_sojourn", 0.136_96);
    let split = ["services.gateway.queue=pod", "services.gateway.slots=1", "services.gateway.replicas=16"];
    let many = play("mmc", &[&split[..], &["run.replications=10"]].concat());
    many.meets_theory("mean_wait", 0.9);
}

#[test]
fn the_autoscaler_follows_the_day() {
    let day = play("diurnal", &["run.replications=3"]);
    assert_eq!(day.objective("page p95 < 1s").outcome, Outcome::Pass);
    let pods = "service/pages";
    let hours = day.mean(pods, "replica_hours");
    let fixed = 24.0 * day.mean(pods, "replicas_max");
    assert_within("pod hours over those of a fixed fleet", hours / fixed, 0.3, 0.8);
    let ready = |from: f64, to: f64| day.level(pods, "replicas_ready", from * 3600.0, to * 3600.0);
    let (quiet, evening) = (ready(-14.0, -10.0), ready(-1.0, 1.0));
    assert!(evening >= 3.0 * quiet, "{quiet} pods in quiet hours, {evening} in the evening");
}

/// (largest backlog, seconds after the peak's end at which it is gone) of a trapezoid on a fixed fleet, by the fluid
/// balance: d backlog / dt = arrivals - capacity, never below zero.
fn fluid(base: f64, top: f64, rise: f64, hold: f64, fall: f64, capacity: f64) -> (f64, f64) {
    let step = 1e-3;
    let (mut backlog, mut largest, mut t) = (0.0f64, 0.0f64, 0.0f64);
    let end = rise + hold + fall;
    while t < end || backlog > 0.0 {
        let share = (t / rise).min((end - t) / fall).clamp(0.0, 1.0);
        backlog = (backlog + step * (base + (top - base) * share - capacity)).max(0.0);
        largest = largest.max(backlog);
        t += step;
    }
    (largest, t - end)
}

#[test]
fn the_crowd_leaves_a_fluid_backlog() {
    let crowd = play("flash-crowd", &[]);
    let (largest, drained) = fluid(300.0, 1200.0, 20.0, 60.0, 40.0, 600.0);
    assert_within("fluid backlog", largest, 47_990.0, 48_010.0);
    assert_within("fluid drain", drained, 153.0, 153.7);
    let found = crowd.mean("service/web", "peak_queue");
    assert_within("backlog over the fluid one", found / largest, 0.95, 1.05);
    let recovered = crowd.summary.recovery.as_ref().expect("a recovery");
    let seconds = recovered.seconds.expect("seconds").mean;
    // Health is seen in windows of 5 s.
    assert_within("recovery", seconds, drained * 0.95 - 5.0, drained * 1.05 + 5.0);
    assert_eq!(crowd.objective("recovers within 2m").outcome, Outcome::Fail);
}

#[test]
fn it_is_the_start_of_pods_that_is_too_slow() {
    let rule = "browse within 1s >= 95% during onset";
    let cold = play("cold-start", &[]);
    assert_within("answered with cold pods", cold.measured(rule), 0.0, 0.666);
    assert_eq!(cold.objective(rule).outcome, Outcome::Fail);
    let instant = play("cold-start", &["services.api.startup.start=0s"]);
    assert_within("answered with instant pods", instant.measured(rule), 0.94, 1.0);
    let arrived = |played: &Played| played.mean("class/browse", "arrived");
    assert_eq!(arrived(&cold), arrived(&instant), "both meet the same shoppers");
}

#[test]
fn the_hpa_is_too_late_and_a_raised_floor_is_not() {
    let rule = "buy within 1s >= 99% during rush";
    let late = play("hpa-too-late", &["run.replications=8"]);
    let ready = late.level("service/shop", "replicas_ready", 0.0, 35.0);
    assert_within("pods ready until the top is over", ready, 6.0, 6.0);
    assert_within("answered by the HPA alone", late.measured(rule), 0.0, 0.1);
    let need = &late.summary.needs[0];
    let needed = need.needed.expect("a count");
    let first = need.reactive_measured.expect("pods were ordered");
    assert_eq!(first.replications, 8);
    assert_within("first reactive pod", first.mean, 40.0, 50.0);
    // With what is called needed the promise holds, and with a tenth less it does not.
    let with = |pods: u32| {
        let floor = format!("hpa/shop.spec.minReplicas={pods}");
        play("hpa-too-late", &["run.replications=8", &floor]).objective(rule).outcome
    };
    assert_eq!((needed, with(needed), with(needed - 3)), (34, Outcome::Pass, Outcome::Fail));
}

#[test]
fn double_11_holds_with_raised_floors_and_not_without() {
    let edits = ["run.replications=4"];
    let raised = play("double-11", &edits);
    let rule = "order within 1s >= 99%";
    assert_eq!(raised.objective(rule).outcome, Outcome::Pass, "{:?}", raised.objective(rule));
    // The published shape: the top at 26 s, some fifty times the hour before, payments minutes later.
    let orders = |from: f64, to: f64| raised.level("class/order", "arrivals", from, to);
    assert_within("orders at the top", orders(26.0, 46.0), 540.0, 600.0);
    assert_within("top over before", orders(26.0, 46.0) / orders(-300.0, 0.0), 40.0, 60.0);
    let payments = |from: f64, to: f64| raised.level("class/pay", "arrivals", from, to);
    assert!(payments(310.0, 600.0) > 2.0 * payments(0.0, 120.0), "payments come minutes later");
    let late = play("double-11", &[&edits[..], &["timeline=null"]].concat());
    let rush = "order success >= 99.5% during rush";
    assert!(late.measured(rush) < 0.8 && raised.measured(rush) > 0.99, "{}", late.measured(rush));
}

#[test]
fn fourteen_pods_hold_an_opening_of_twelve_times() {
    let study = prepare("scenarios/capacity-opening.yaml", &[], &FileInputs::new(root())).expect("a study");
    let plans = &study.scenario.as_ref().expect("a valid study").capacity;
    let interrupt = AtomicBool::new(false);
    let execution = Execution { threads: 0, interrupt: &interrupt, progress: &mut |_| {} };
    let result = capacity(&study, plans, &FileInputs::new(root()), None, execution, None).expect("answers");
    let [headroom, floor, latest] = &result.answer.searches[..] else { panic!("three questions") };
    assert_eq!((headroom.setting[0].as_str(), headroom.sharp), ("12", true), "{:?}", headroom.notes);
    let first = &headroom.first[0].missed[0];
    assert_eq!(first.rule, "buy p99 < 600ms");
    assert_eq!((floor.setting[0].as_str(), floor.sharp), ("12", true), "{:?}", floor.notes);
    assert_eq!(result.answer.needs[0].pods, 12);
    assert_eq!((latest.setting[0].as_str(), latest.confirmed), ("T0-30s", true), "{:?}", latest.notes);
    assert_eq!(latest.first[0].setting, ["T0"], "{:?}", latest.notes);
}

#[test]
fn replay_plays_what_was_recorded() {
    let replay = play("replay", &[]);
    let trace = include_str!("../../../scenarios/traces/evening.csv");
    // From T0-1h30m (19:00) to T0+1h30m (22:00): minutes 30 to 210 of the file.
    let counts =
        trace.lines().skip(1 + 30).take(180).filter_map(|line| line.split_once(',')?.1.parse::<f64>().ok());
    let recorded: f64 = counts.sum();
    let arrived = replay.estimate("class/view", "arrived");
    let deviation = (recorded / f64::from(arrived.replications)).sqrt();
    assert_within("arrived", arrived.mean, recorded - 4.0 * deviation, recorded + 4.0 * deviation);
    // Minute by minute too: the whistle's minute has 44,450 requests, 741 a second. Windows are 50 s wide.
    let top = replay.level("class/view", "arrivals", 0.0, 50.0);
    assert_within("arrivals in the first minute after the whistle", top, 733.0, 749.0);
}

/// The workloads of the speed benchmark are worth their time only while their answers are right.
#[test]
fn the_speed_benchmark_gives_right_answers() {
    let one = play("bench/W1", &[]);
    assert_within("W1 mean wait", one.mean("service/station", "mean_wait"), 8.5, 9.5);
    let sixteen = play("bench/W2", &[]);
    assert_within("W2 mean wait", sixteen.mean("service/station", "mean_wait"), 0.3380, 0.4012);
    let choices = play("bench/W3", &[]);
    assert_within("W3 mean wait", choices.mean("service/station", "mean_wait"), 1.44, 1.53);
    let tiers = play("bench/W4", &[]);
    assert_within("W4 roots", tiers.mean("class/request", "arrived"), 1.99e6, 2.01e6);
    assert_within("W4 mean sojourn", tiers.mean("class/request", "mean_sojourn"), 11.0, 13.2);
    assert_within("W4 p50", tiers.mean("class/request", "sojourn_p50"), 0.0215, 0.0225);
    assert_within("W4 p99", tiers.mean("class/request", "sojourn_p99"), 112.0, 127.0);
    assert_within("W4 timeouts", tiers.mean("edge/app->db", "timed_out_ratio"), 0.009, 0.011);
}

#[test]
fn the_planner_has_floors_to_find() {
    let rule = "order within 1s >= 99% during opening";
    let quiet = play("bench/planner", &["run.replications=4"]);
    assert_within("answered with the floors of a quiet day", quiet.measured(rule), 0.75, 0.95);
    let floors = ["run.replications=4", "hpa/web.spec.minReplicas=20", "hpa/order.spec.minReplicas=12"];
    let raised = play("bench/planner", &floors);
    assert_within("answered with raised floors", raised.measured(rule), 0.99, 1.0);
}

#[test]
fn the_floor_decides_and_the_target_does_not() {
    let inputs = FileInputs::new(root());
    let edits = [Edit { option: "--set".to_owned(), assignment: "run.replications=3".to_owned() }];
    let prepared =
        prepare_sweep("scenarios/sweep-hpa.yaml", &edits, Axes::default(), &inputs).expect("a study");
    let interrupt = AtomicBool::new(false);
    let execution = Execution { threads: 0, interrupt: &interrupt, progress: &mut |_| {} };
    let summary = sweep(&prepared, SweepOptions::default(), execution, None).expect("a sweep").summary;
    let (target, floor) = (0, 1);
    assert_eq!(
        [&*summary.factors[target].name, &*summary.factors[floor].name],
        ["averageUtilization", "minReplicas"]
    );
    assert_eq!(summary.points.len(), 12);
    for point in &summary.points {
        let result = point.result().expect("a result");
        let pods: u32 = point.levels[floor].label.parse().expect("pods");
        let share = result.objectives[0].measured.expect("a share").mean;
        // Three runs are too few for the verdict's intervals where nearly all is well, so the shares are compared.
        assert_eq!(share >= 0.99, pods >= 34, "{pods} pods: {share}");
    }
    let within = summary
        .measures
        .iter()
        .position(|measure| measure.metric.starts_with("buy within"))
        .expect("a measure");
    let share = |factor: usize| summary.effects[within][factor].share.expect("a share");
    assert!(share(floor) > 0.9 && share(target) < 0.1, "{} and {}", share(floor), share(target));
}
