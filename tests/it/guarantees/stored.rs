//! Replications kept so small that thousands fit into memory, and what blocks of them measure.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use flashcrowd::analysis::{Pool, Side, objective_sample};
use flashcrowd::baseline::{Measured, measure};
use flashcrowd::experiment::{Workers, run_side_by_side};
use flashcrowd::metrics::{Outline, Recorder};
use flashcrowd::model::{Direction, Model};
use flashcrowd::stats::{PooledQuantile, Sample, contrast};
use flashcrowd::study::{Edit, FileInputs, prepare};

/// The path of the work of a view.
pub const WORK: &str = "services.web.operations.view";

/// The judged metrics of the scenario.
const KEYS: [&str; 4] = ["view p99", "view success", "recovers after crowd.end", "view mean"];

/// What one replication leaves.
#[derive(Clone)]
pub struct Stored {
    sojourn: Recorder,
    outline: Outline,
    arrived: f64,
    succeeded: f64,
    recovery: f64,
}

/// The steps of a view whose work is scaled.
pub fn work(scale: f64) -> String {
    format!("[{{ work: exponential({}us) }}]", (20_000.0 * scale * 1000.0).round() / 1000.0)
}

/// `scenarios/flash-crowd.yaml` with its work scaled.
pub fn model(scale: f64) -> Arc<Model> {
    let edit = Edit { option: "--set".to_owned(), assignment: format!("{WORK}={}", work(scale)) };
    let inputs = FileInputs::new(env!("CARGO_MANIFEST_DIR"));
    let prepared = prepare("scenarios/flash-crowd.yaml", &[edit], &inputs).expect("a readable scenario");
    Arc::new(prepared.scenario.expect("a valid scenario").model)
}

/// Simulates and stores the replications of `range`, on all cores.
pub fn store(model: &Arc<Model>, range: Range<u64>) -> Vec<Stored> {
    let (stored, _) = run(model, range);
    stored
}

fn run(model: &Arc<Model>, range: Range<u64>) -> (Vec<Stored>, Pool) {
    let workers = Workers::new(0).expect("threads");
    let mut pool = Pool::new(model);
    let mut stored = Vec::new();
    let models = [Arc::clone(model)];
    run_side_by_side(&workers, &models, range, &AtomicBool::new(false), |_, record| {
        let class = &record.classes[0];
        stored.push(Stored {
            sojourn: class.sojourn.clone(),
            outline: Outline::new(&class.sojourn),
            arrived: class.arrived as f64,
            succeeded: class.succeeded as f64,
            recovery: 0.0,
        });
        pool.fold(record);
    })
    .expect("nobody interrupts");
    let recoveries = objective_sample(model, &pool, 2).expect("recoveries");
    for (one, deviation) in stored.iter_mut().zip(&recoveries.deviations) {
        one.recovery = recoveries.centre + deviation;
    }
    (stored, pool)
}

/// The judged metrics of the first replications of a block, as `measure` has them of a pool.
pub struct Block<'a> {
    block: &'a [&'a Stored],
    merged: Option<Recorder>,
    taken: usize,
}

impl<'a> Block<'a> {
    /// Nothing looked at yet.
    pub fn new(block: &'a [&'a Stored]) -> Self {
        Self { block, merged: None, taken: 0 }
    }

    /// What the first `runs` replications measure; `runs` must not fall.
    pub fn measure(&mut self, runs: usize) -> Vec<Measured> {
        for stored in &self.block[self.taken..runs] {
            match &mut self.merged {
                Some(merged) => merged.merge(&stored.sojourn),
                None => self.merged = Some(stored.sojourn.clone()),
            }
        }
        self.taken = runs;
        let seen = &self.block[..runs];
        let of = |value: fn(&Stored) -> f64| seen.iter().map(|stored| value(stored)).collect::<Vec<f64>>();
        let merged = self.merged.as_ref().expect("replications");
        let pooled = merged.quantile(0.99).expect("answers");
        let beyond: Vec<f64> = seen.iter().map(|stored| stored.outline.beyond(pooled)).collect();
        let counts = of(|stored| stored.outline.count());
        let quantile = |p: f64| merged.quantile(p);
        let p99 = PooledQuantile { p: 0.99, beyond: &beyond, counts: &counts, quantile: &quantile };
        let sum = of(|stored| stored.sojourn.sum_nanos() as f64 * 1e-9);
        let own: Vec<Option<f64>> = seen.iter().map(|stored| stored.sojourn.quantile(0.99)).collect();
        let sections = Sample::of_sections(pooled, &own);
        let samples = [
            p99.sample().zip(sections).map(|(tails, sections)| tails.less_sure(sections)),
            Sample::of_ratio(&of(|stored| stored.succeeded), &of(|stored| stored.arrived)),
            Sample::of_mean(&of(|stored| stored.recovery)),
            Sample::of_ratio(&sum, &of(|stored| stored.sojourn.count() as f64)),
        ];
        let measured = |(at, sample): (usize, Option<Sample>)| Measured {
            key: KEYS[at].to_owned(),
            unit: if at == 1 { "1" } else { "s" }.to_owned(),
            direction: if at == 1 { Direction::Large } else { Direction::Small },
            is_judged: true,
            sample,
        };
        samples.into_iter().enumerate().map(measured).collect()
    }
}

/// The pooled p99 of `head` over that of `base`, paired, with its standard error.
pub fn pooled_ratio(base: &[Stored], head: &[Stored]) -> (f64, f64) {
    let p99 = |side: &[Stored]| {
        let block: Vec<&Stored> = side.iter().collect();
        Block::new(&block).measure(block.len()).remove(0).sample.expect("a p99")
    };
    let ratio = contrast(&p99(base), &p99(head), 0.95).and_then(|found| found.ratio).expect("a ratio");
    (ratio.centre, ratio.half_width / 1.96)
}

/// A block measures what a pool of the same replications measures, metric by metric.
pub fn agrees_with_the_pool() {
    let model = model(1.0);
    let (stored, pool) = run(&model, 0..6);
    let block: Vec<&Stored> = stored.iter().collect();
    let ours = Block::new(&block).measure(6);
    let all = measure(Side { model: &model, pool: &pool });
    let theirs: Vec<_> = all.iter().filter(|metric| metric.is_judged).collect();
    assert_eq!(theirs.iter().map(|metric| metric.key.as_str()).collect::<Vec<_>>(), KEYS);
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!((&ours.unit, ours.direction), (&theirs.unit, theirs.direction), "{}", ours.key);
        let (a, b) = (ours.sample.as_ref().unwrap(), theirs.sample.as_ref().unwrap());
        let close = |x: f64, y: f64| (x - y).abs() <= 1e-9 * (1.0 + y.abs());
        assert!(close(a.centre, b.centre), "{}: {} {}", ours.key, a.centre, b.centre);
        assert!(a.deviations.iter().zip(&b.deviations).all(|(x, y)| close(*x, *y)), "{}", ours.key);
    }
}
