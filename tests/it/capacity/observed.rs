//! Measured series beside simulated ones: what goes in as traffic and as observation agrees.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use flashcrowd::analysis::ObservedRow;
use flashcrowd::scenario::{Inputs, MemoryInputs};
use flashcrowd::study::{Edit, Execution, FileInputs, prepare, run};

/// Runs `name` and gives its comparison with what was measured.
fn compared(name: &str, edits: &[String], inputs: &dyn Inputs) -> Vec<ObservedRow> {
    let edit = |text: &String| Edit { option: "--set".to_owned(), assignment: text.clone() };
    let edits: Vec<Edit> = edits.iter().map(edit).collect();
    let prepared = prepare(name, &edits, inputs).expect("readable");
    let found = prepared.diagnostics.render(&prepared.document.sources, false);
    assert!(prepared.scenario.is_some(), "{found}");
    let interrupt = AtomicBool::new(false);
    let execution = Execution { threads: 0, interrupt: &interrupt, progress: &mut |_| {} };
    run(&prepared, execution, None).expect("a run").summary.observed
}

/// A shop that replays `file` and is set beside it.
fn shop(observed: &str) -> String {
    format!(
        "schema: 1\nname: Replayed\n\
         run: {{ t0: 2026-03-14T20:00:00Z, from: T0-20m, to: T0+20m, settle: 5m, replications: 2, \
         record: {{ window: 1m }} }}\n\
         traffic:\n  visitors:\n    trace: {{ file: trace.csv, step: 1m, within_step: even }}\n    \
         classes: {{ view: {{ entry: web.page }} }}\n\
         services:\n  web: {{ replicas: 40, slots: 8, operations: {{ page: [ {{ work: constant(5ms) }} ] }} }}\n\
         objectives: [ view success >= 99% ]\nobserved: {observed}\n"
    )
}

/// Minutes 19:30 to 20:30 with a made-up hump.
fn trace() -> String {
    let mut text = String::from("timestamp,count\n");
    for m in 0..60i32 {
        let count = 600 + 40 * (30 - (m - 30).abs()) + (m * 7) % 13;
        let minute = 19 * 60 + 30 + m;
        text.push_str(&format!("2026-03-14T{:02}:{:02}:00Z,{count}\n", minute / 60, minute % 60));
    }
    text
}

const AS_COUNTS: &str =
    "{ file: trace.csv, time: timestamp, value: count, scope: system, metric: arrivals, step: 1m }";

#[test]
fn a_trace_as_input_and_observation_agrees_exactly() {
    let inputs = MemoryInputs::default()
        .with("a.yaml", shop(AS_COUNTS).into_bytes())
        .with("trace.csv", trace().into_bytes());
    let rows = compared("a.yaml", &[], &inputs);
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.windows, row.metric.as_str()), (40, "arrivals"));
    assert!(row.rmse < 1e-9 && row.bias.abs() < 1e-9, "{row:?}");
    assert_eq!(row.lag, Some(0.0));
}

#[test]
fn a_shifted_and_scaled_observation_shows_its_lag_and_bias() {
    // The file's clock is three minutes behind, and it counts a fifth less.
    let align = AS_COUNTS.replace("step: 1m", "step: 75s, align: 2026-03-14T19:57:00Z");
    let inputs = MemoryInputs::default()
        .with("a.yaml", shop(&align).into_bytes())
        .with("trace.csv", trace().into_bytes());
    let rows = compared("a.yaml", &[], &inputs);
    assert_eq!(rows[0].lag, Some(-180.0), "{:?}", rows[0]);
    let near = rows[0].relative_bias.expect("a bias");
    assert!((near - 0.25).abs() < 0.05, "{near}");
}

#[test]
fn measurements_come_as_tables_and_from_prometheus() {
    let json = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"__name__\":\
                \"arrivals\",\"class\":\"view\"},\"values\":[[1773518400,\"30.5\"],[1773518460,\"NaN\"],\
                [1773518520,\"29\"]]}]}}";
    let inputs = MemoryInputs::default()
        .with("a.yaml", shop("{ file: m.json }").into_bytes())
        .with("b.yaml", shop("{ file: m.csv }").into_bytes())
        .with("trace.csv", trace().into_bytes())
        .with("m.json", json.as_bytes().to_vec())
        .with(
            "m.csv",
            b"t,scope,metric,value\n0,service/web,replicas_ready,40\n60,service/web,replicas_ready,38\n"
                .to_vec(),
        );
    let rows = compared("a.yaml", &[], &inputs);
    assert_eq!((rows[0].scope.as_str(), rows[0].windows), ("class/view", 2));
    let rows = compared("b.yaml", &[], &inputs);
    assert_eq!((rows[0].bias, rows[0].windows), (1.0, 2));
}

#[test]
fn what_is_not_simulated_is_named() {
    for (rows, part) in [
        ("0,class/vieww,arrivals,1\n", "did you mean `class/view`?"),
        ("0,class/view,arrival,1\n", "did you mean `arrivals`?"),
        ("x,class/view,arrivals,1\n", "line 2: the time is `x`"),
        ("0,class/view,arrivals,one\n", "line 2: the value is `one`"),
        ("", "has no rows"),
    ] {
        let inputs = MemoryInputs::default()
            .with("a.yaml", shop("{ file: m.csv }").into_bytes())
            .with("trace.csv", trace().into_bytes())
            .with("m.csv", format!("t,scope,metric,value\n{rows}").into_bytes());
        let prepared = prepare("a.yaml", &[], &inputs).expect("readable");
        let found = prepared.diagnostics.render(&prepared.document.sources, false);
        assert!(prepared.scenario.is_none() && found.contains(part), "{rows}: {found}");
    }
}

/// Six hours around the last whistle of a knockout match of 1998.
#[test]
fn the_world_cup_agrees_with_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = "../shared/traces/rates/worldcup98_to_jun30_1min.csv";
    if !root.join(file).exists() {
        // Past the harness, which hides what passing tests print.
        let told = writeln!(std::io::stderr(), "SKIPPED: {file} is not beside this repository");
        return told.expect("stderr");
    }
    let edits = [
        format!("traffic.visitors.trace.file={file}"),
        "traffic.visitors.trace.within_step=even".to_owned(),
        "run.t0=1998-06-29T16:27:00Z".to_owned(),
        "run.from=T0-1h".to_owned(),
        "run.to=T0+1h".to_owned(),
        "run.settle=5m".to_owned(),
        "run.replications=1".to_owned(),
        "run.record.window=1m".to_owned(),
        "services.web.replicas=48".to_owned(),
        "services.web.resources=null".to_owned(),
        format!("observed.file={file}"),
        "observed.time=timestamp".to_owned(),
        "observed.value=count".to_owned(),
        "observed.scope=system".to_owned(),
        "observed.metric=arrivals".to_owned(),
        "observed.step=1m".to_owned(),
    ];
    let rows = compared("scenarios/replay.yaml", &edits, &FileInputs::new(root));
    let row = &rows[0];
    assert_eq!(row.windows, 120);
    assert!(row.rmse < 1e-9 && row.bias.abs() < 1e-9, "bias {} rmse {}", row.bias, row.rmse);
    assert_eq!(row.lag, Some(0.0));
}
