//! Controllers against facts of the real ones.
//!
//! Every file of `tests/data/vectors` (or `$FLASHCROWD_TEST_DATA/vectors`) is read; kinds of controllers that
//! are not modelled are printed as unsupported, never dropped.

use flashcrowd::policy::{Hpa, HpaState, PodSample, hpa_sync};
use flashcrowd::units::{SimDuration, SimTime};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The instant 0 of the files on our clock, in seconds: they reach back to -10^9.
const NOW: i64 = 2_000_000_000;

/// What became of a case.
enum Outcome {
    Agrees,
    Differs(String),
    Unsupported(String),
}

fn folder() -> PathBuf {
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::env::var_os("FLASHCROWD_TEST_DATA").map_or_else(shipped, PathBuf::from).join("vectors")
}

fn instant(seconds: i64) -> Option<SimTime> {
    let nanos = u64::try_from(NOW + seconds).ok()?.checked_mul(1_000_000_000)?;
    Some(SimTime::from_nanos(nanos))
}

/// Judges one case of the Kubernetes HPA's replica calculator on cpu utilisation.
///
/// One sync of ours is the calculator followed by the cap of the legacy limits, max(2 x current, 4); the
/// stabilisation is kept out of the way by a window of zero and a first sync that saw nothing.
fn resource_utilization(case: &Value) -> Outcome {
    let applies = case["applies_to"].as_str().unwrap_or("all");
    if !["all", "<=1.28", "<=1.32"].contains(&applies) {
        return Outcome::Unsupported(format!("applies to {applies}; modelled is 1.28"));
    }
    match (read_case(case), case["expected"]["error"].as_str()) {
        (Err(why), _) => Outcome::Unsupported(why),
        (_, Some(error)) if !error.starts_with("no_metrics") => {
            Outcome::Unsupported(format!("error {error}"))
        }
        (Ok((hpa, current, pods)), error) => {
            let mut state = HpaState::default();
            let (Some(before), Some(now)) = (instant(-1000), instant(0)) else {
                return Outcome::Unsupported("time".into());
            };
            hpa_sync(&hpa, &mut state, before, current, &[]);
            let ours = u64::from(hpa_sync(&hpa, &mut state, now, current, &pods));
            let cap = u64::from((2 * current).max(4));
            let wanted = match error {
                // Without a metric the controller leaves the scale alone.
                Some(_) => u64::from(current),
                None => case["expected"]["replicas"].as_u64().unwrap_or(u64::MAX).min(cap),
            };
            let percent = case["expected"]["utilization_pct"].as_u64();
            if ours != wanted {
                Outcome::Differs(format!("replicas: ours {ours}, truth {wanted}"))
            } else if percent.is_some() && state.utilisation_percent != percent {
                Outcome::Differs(format!("percent: ours {:?}, truth {percent:?}", state.utilisation_percent))
            } else {
                Outcome::Agrees
            }
        }
    }
}

fn read_case(case: &Value) -> Result<(Hpa, u32, Vec<PodSample>), String> {
    let number = |v: &Value, key: &str| v[key].as_u64().ok_or_else(|| format!("{key} is {}", v[key]));
    let params = &case["params"];
    let tolerance = params["tolerance_up"].as_f64().filter(|t| params["tolerance_down"].as_f64() == Some(*t));
    let hpa = Hpa {
        min: 0,
        max: u32::MAX / 4,
        target_percent: number(case, "target_utilization_pct")? as u32,
        tolerance: tolerance.ok_or("two tolerances")?,
        downscale_window: SimDuration::ZERO,
        cpu_initialization: SimDuration::from_secs(number(params, "cpu_initialization_period_s")?),
        readiness_delay: SimDuration::from_secs(number(params, "initial_readiness_delay_s")?),
        ..Hpa::default()
    };
    let pods = case["pods"].as_array().ok_or("no pods")?;
    // Pods that are being deleted or have failed are left out before anything is counted.
    let counted = pods.iter().filter(|p| p["deleted"] != true && p["phase"] != "Failed");
    let pods = counted.map(|pod| read_pod(pod, &case["pod_metrics"])).collect::<Result<_, _>>()?;
    Ok((hpa, number(case, "current_replicas")? as u32, pods))
}

fn read_pod(pod: &Value, metrics: &Value) -> Result<PodSample, String> {
    let time = |v: &Value| v.as_i64().and_then(instant).ok_or_else(|| format!("time {v}"));
    let containers = pod["containers"].as_array().ok_or("no containers")?;
    let requests: Option<u64> = containers.iter().map(|c| c["request_milli"].as_u64()).sum();
    let metric = metrics.as_array().and_then(|m| m.iter().find(|m| m["pod"] == pod["name"]));
    let sample = match metric {
        None => None,
        Some(m) => {
            let used = m["containers"].as_object().ok_or("no containers in a metric")?;
            let usage: Option<u64> = used.values().map(Value::as_u64).sum();
            let window = SimDuration::from_secs(m["window_s"].as_u64().ok_or("window_s")?);
            Some((usage.ok_or("usage")?, time(&m["timestamp_s"])?, window))
        }
    };
    let condition = &pod["ready_condition"];
    Ok(PodSample {
        pending: pod["phase"] == "Pending",
        ready: condition["status"] == "True",
        transition: time(&condition["last_transition_s"])?,
        started: time(&pod["start_time_s"])?,
        sample,
        request_milli: requests.ok_or("a container without a request")?,
    })
}

fn judge(case: &Value) -> Outcome {
    match case["kind"].as_str().unwrap_or("none") {
        "resource_utilization" => resource_utilization(case),
        kind => Outcome::Unsupported(format!("kind {kind}")),
    }
}

#[test]
fn vectors_agree_with_the_real_controllers() {
    let folder = folder();
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let mut all_differed = 0;
    for path in paths {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let read = std::fs::read_to_string(&path).map_err(|e| e.to_string());
        let file: Result<Value, String> =
            read.and_then(|t| serde_json::from_str(&t).map_err(|e| e.to_string()));
        let file = match file {
            Ok(file) => file,
            Err(why) => {
                println!("{name}: 0 agreed, 0 differed, 1 unsupported\n  unsupported file: {why}");
                continue;
            }
        };
        let (mut agreed, mut lines, mut differed, mut unsupported) = (0, Vec::new(), 0, 0);
        for case in file["cases"].as_array().into_iter().flatten() {
            let id = case["id"].as_str().unwrap_or("?");
            match judge(case) {
                Outcome::Agrees => agreed += 1,
                Outcome::Differs(why) => {
                    differed += 1;
                    lines.push(format!("  DIFFERS {id}: {why}"));
                }
                Outcome::Unsupported(why) => {
                    unsupported += 1;
                    lines.push(format!("  unsupported {id}: {why}"));
                }
            }
        }
        println!("{name}: {agreed} agreed, {differed} differed, {unsupported} unsupported");
        lines.iter().for_each(|line| println!("{line}"));
        all_differed += differed;
    }
    assert_eq!(all_differed, 0, "cases differ from the real controllers");
}

#[test]
fn a_wrong_vector_is_caught() {
    let pod = |name: &str| {
        serde_json::json!({"name": name, "phase": "Running", "deleted": false, "start_time_s": -1_000_000_000,
            "ready_condition": {"status": "True", "last_transition_s": -1_000_000_000},
            "containers": [{"name": "c", "request_milli": 1000}]})
    };
    let metric = |name: &str| serde_json::json!({"pod": name, "timestamp_s": 0, "window_s": 60, "containers": {"c": 900}});
    let case = |replicas: u32| {
        serde_json::json!({"kind": "resource_utilization", "current_replicas": 2, "target_utilization_pct": 60,
            "params": {"cpu_initialization_period_s": 120, "initial_readiness_delay_s": 10,
                "tolerance_up": 0.1, "tolerance_down": 0.1},
            "pods": [pod("a"), pod("b")], "pod_metrics": [metric("a"), metric("b")],
            "expected": {"replicas": replicas, "utilization_pct": 90}})
    };
    assert!(matches!(judge(&case(3)), Outcome::Agrees));
    assert!(matches!(judge(&case(4)), Outcome::Differs(_)));
}
