//! Models with known answers, as experiments see them.

use crate::truth::{build, case};
use flashcrowd::model::{After, Mode, Model, Recording, WarmUp};
use flashcrowd::numerics::{exp, increasing_root};
use flashcrowd::theory::{Mg1, MmC};
use flashcrowd::units::SimDuration;
use serde_json::{Value, json};

/// Where the share of intervals that hold a mean must lie.
pub const MEANS: (f64, f64) = (0.93, 0.97);
/// The same of quantiles and of ratios.
pub const OTHERS: (f64, f64) = (0.92, 0.98);

/// A model with metrics of known value.
pub struct Case {
    /// Its name.
    pub name: String,
    /// What is simulated; its seed is set by the experiment.
    pub model: Model,
    /// What is looked at.
    pub metrics: Vec<Metric>,
}

/// A metric of known value.
pub struct Metric {
    /// Scope and name as in `summary.csv`.
    pub scope: &'static str,
    /// See `scope`.
    pub name: &'static str,
    /// The true value.
    pub truth: f64,
    /// Where the share of intervals that hold it must lie.
    pub band: (f64, f64),
}

impl Case {
    /// A seed of its own for every experiment.
    pub fn seed(&self, experiment: u64) -> u64 {
        let name =
            self.name.bytes().fold(0u64, |hash, byte| hash.wrapping_mul(257).wrapping_add(u64::from(byte)));
        name.wrapping_mul(1_000_003).wrapping_add(experiment)
    }
}

const CLASS: &str = "class/request";

fn metric(name: &'static str, truth: f64) -> Metric {
    let band = if name.starts_with("mean") { MEANS } else { OTHERS };
    Metric { scope: CLASS, name, truth, band }
}

/// All cases: terminating peaks, then steady queues.
pub fn cases() -> Vec<Case> {
    let mut all = vec![
        terminating(
            "time_varying-sin20-a",
            &[
                ("mean_sojourn", "pooled_mean_sojourn"),
                ("sojourn_p90", "pooled_sojourn_p90"),
                ("sojourn_p99", "pooled_sojourn_p99"),
            ],
        ),
        terminating(
            "time_varying-step-finite-a",
            &[
                ("mean_wait", "pooled_mean_wait"),
                ("sojourn_p90", "pooled_sojourn_p90"),
                ("sojourn_p99", "pooled_sojourn_p99"),
                ("blocking_probability", "pooled_blocking_probability"),
            ],
        ),
        terminating(
            "time_varying-sin1-a",
            &[
                ("mean_wait", "pooled_mean_wait"),
                ("sojourn_p90", "pooled_sojourn_p90"),
                ("sojourn_p99", "pooled_sojourn_p99"),
            ],
        ),
    ];
    all.push(mm1(0.8, 5000.0));
    all.push(mm1(0.9, 13_000.0));
    all.push(mh2(0.7, 4.0, 9000.0));
    all
}

/// A case of the truth files and the pairs of names there and here.
fn terminating(id: &str, names: &[(&'static str, &str)]) -> Case {
    let files = case::read_folder();
    let found = files.iter().filter_map(|file| file.cases.as_ref().ok()).flatten().find(|case| case.id == id);
    let found = found.unwrap_or_else(|| panic!("{id} is not in the truth files"));
    let mut model = model_of(found);
    let horizon = found.model["horizon"].as_f64().expect("a horizon");
    build::set_span(&mut model, 0, 0.0, horizon);
    model.plan.after = After::Stop { drain_limit: SimDuration::FOREVER };
    let truth = |stated: &str| found.truth(stated).unwrap_or_else(|| panic!("{stated} of {id}"));
    let metrics = names.iter().map(|(name, stated)| metric(name, truth(stated))).collect();
    Case { name: id.to_owned(), model, metrics }
}

/// The model of a truth case, recording as coarsely as `run` does.
fn model_of(case: &case::Case) -> Model {
    let mut model = build::build(case).expect("a case that can be built").model;
    model.recording = Recording { slowdown: false, calls: false, ..Recording::default() };
    model
}

fn steady(name: String, service: Value, rate: f64, length: f64, metrics: Vec<Metric>) -> Case {
    let stated = json!({
        "id": name, "regime": "steady_state", "metrics": {},
        "model": {"kind": "station", "arrivals": {"process": "poisson", "rate": rate}, "servers": 1,
            "service": service, "discipline": "fifo", "system_capacity": null}
    });
    let mut model = model_of(&case::Case::read(&stated, 0));
    build::set_span(&mut model, 0, 0.0, length);
    model.plan.mode = Mode::Steady(WarmUp::Mser5);
    Case { name, model, metrics }
}

/// M/M/1 with services of mean one.
fn mm1(rate: f64, length: f64) -> Case {
    let queue = MmC::new(rate, 1.0, 1).expect("a stable queue");
    let metrics = vec![
        metric("mean_sojourn", queue.mean_sojourn_time()),
        metric("sojourn_p90", queue.sojourn_time_quantile(0.9).expect("a quantile")),
        metric("sojourn_p99", queue.sojourn_time_quantile(0.99).expect("a quantile")),
    ];
    steady(format!("mm1-rho{rate}"), json!({"dist": "exponential", "mean": 1.0}), rate, length, metrics)
}

/// M/H2/1 with services of mean one, squared coefficient of variation `scv` and balanced means.
fn mh2(rate: f64, scv: f64, length: f64) -> Case {
    let p = 0.5 * (1.0 + ((scv - 1.0) / (scv + 1.0)).sqrt());
    let (probs, rates) = ([p, 1.0 - p], [2.0 * p, 2.0 * (1.0 - p)]);
    let queue = Mg1::new(rate, 1.0, 1.0 + scv, f64::INFINITY).expect("a stable queue");
    let wait = |level: f64| increasing_root(0.0, 1e4, |t| 1.0 - level - mh2_wait_tail(rate, probs, rates, t));
    let metrics = vec![
        metric("mean_wait", queue.mean_waiting_time()),
        metric("wait_p90", wait(0.9)),
        metric("wait_p99", wait(0.99)),
    ];
    let service = json!({"dist": "hyperexponential", "probs": probs, "rates": rates});
    steady(format!("mh2-rho{rate}-scv{scv}"), service, rate, length, metrics)
}

/// `P(wait > t)` of M/H2/1: the transform of Pollaczek and Khinchine is rational, with two poles.
fn mh2_wait_tail(rate: f64, probs: [f64; 2], rates: [f64; 2], t: f64) -> f64 {
    let crossed = probs[0] * rates[1] + probs[1] * rates[0];
    let load = rate * (probs[0] / rates[0] + probs[1] / rates[1]);
    // (1 - load) (s + m1) (s + m2) / (s^2 + b s + c).
    let (b, c) = (rates[0] + rates[1] - rate, rates[0] * rates[1] * (1.0 - load));
    let root = (b * b - 4.0 * c).sqrt();
    let (r1, r2) = (0.5 * (b - root), 0.5 * (b + root));
    let part = |r: f64, other: f64| rate * (crossed - r) / (other - r) / r * exp(-r * t);
    (1.0 - load) * (part(r1, r2) + part(r2, r1))
}

#[test]
fn tails_of_the_hyperexponential_queue_are_right() {
    // Equal phases are M/M/1: P(wait > t) = rho exp(-(1 - rho) t). At zero it is the utilisation for any law.
    for t in [0.0, 1.0, 7.5] {
        let tail = mh2_wait_tail(0.8, [0.5, 0.5], [1.0, 1.0 + 1e-9], t);
        assert!((tail - 0.8 * exp(-0.2 * t)).abs() < 1e-6, "{tail}");
    }
    // The truth files have this queue with other means: p99 of the wait is 70.00578.
    let (probs, rates) = ([0.952267016867, 0.047732983133], [1.90453403373, 0.095465966267]);
    assert!((mh2_wait_tail(0.6, probs, rates, 0.0) - 0.6).abs() < 1e-9);
    assert!((mh2_wait_tail(0.6, probs, rates, 70.00578) - 0.01).abs() < 1e-7);
}
