//! Statistical tests of the keyed draws; the fast ones always, the long one on request.
//!
//! Every statistic is turned into a standard normal score. The seeds are fixed, so a score beyond the limit is a
//! defect of the mixing and never bad luck; among the few hundred scores of a run the largest is expected near 3.

use crate::numerics::powi;
use crate::random::{Key, unit};

/// The largest score that passes.
const LIMIT: f64 = 5.0;

/// How a sequence walks over the children `i` and the purposes `p` of a root.
#[derive(Clone, Copy, Debug)]
enum Walk {
    /// The draws of one purpose over successive children: the service times of successive requests.
    Children,
    /// Successive purposes of one child.
    Purposes,
    /// Both together.
    Diagonal,
    /// Ten purposes of a child, then the next child.
    Interleaved,
    /// One draw of the only child of the only child, and so on.
    Chain,
    /// The first draw of successive seeds.
    Seeds,
}

const WALKS: [Walk; 6] =
    [Walk::Children, Walk::Purposes, Walk::Diagonal, Walk::Interleaved, Walk::Chain, Walk::Seeds];

fn draws(walk: Walk, seed: u64, count: usize) -> Vec<u64> {
    let root = Key::root(seed, 0, 0);
    let only = root.child(0);
    let mut link = root;
    (0..count as u64)
        .map(|n| match walk {
            Walk::Children => root.child(n).draw(3),
            Walk::Purposes => only.draw(n),
            Walk::Diagonal => root.child(n).draw(n),
            Walk::Interleaved => root.child(n / 10).draw(n % 10),
            Walk::Chain => {
                link = link.child(0);
                link.draw(0)
            }
            Walk::Seeds => Key::root(seed.wrapping_add(n), 0, 0).child(0).draw(0),
        })
        .collect()
}

fn chi_squared_score(counts: &[u32], total: usize) -> f64 {
    let expected = total as f64 / counts.len() as f64;
    let sum: f64 = counts.iter().map(|c| powi(f64::from(*c) - expected, 2) / expected).sum();
    let df = counts.len() as f64 - 1.0;
    (sum - df) / (2.0 * df).sqrt()
}

/// The largest score so far and what it came from.
struct Worst(f64, String);

impl Worst {
    fn see(&mut self, score: f64, what: impl FnOnce() -> String) {
        if score.abs() > self.0.abs() {
            *self = Self(score, what());
        }
    }
}

fn bits_and_bytes(x: &[u64], worst: &mut Worst, name: &str) {
    for bit in 0..64 {
        let ones: u64 = x.iter().map(|v| v >> bit & 1).sum();
        let score = (2.0 * ones as f64 - x.len() as f64) / (x.len() as f64).sqrt();
        worst.see(score, || format!("{name}: bit {bit}"));
    }
    for byte in 0..8 {
        let mut counts = [0; 256];
        x.iter().for_each(|v| counts[(v >> (8 * byte) & 255) as usize] += 1);
        worst.see(chi_squared_score(&counts, x.len()), || format!("{name}: byte {byte}"));
    }
}

/// Neighbours at a few lags: 64 x 64 grids of pairs, 16^3 grids of triples, and the correlation of uniforms.
fn serial(x: &[u64], worst: &mut Worst, name: &str) {
    for lag in [1, 2, 3, 7, 10] {
        for shift in [58, 47, 29, 0] {
            let mut pairs = vec![0; 4096];
            let mut triples = vec![0; 4096];
            for n in 0..x.len() - 2 * lag {
                let six = |k: usize| (x[n + k * lag] >> shift & 63) as usize;
                let four = |k: usize| (x[n + k * lag] >> (shift + 2) & 15) as usize;
                pairs[six(0) << 6 | six(1)] += 1;
                triples[four(0) << 8 | four(1) << 4 | four(2)] += 1;
            }
            let count = x.len() - 2 * lag;
            worst
                .see(chi_squared_score(&pairs, count), || format!("{name}: pairs, lag {lag}, shift {shift}"));
            worst.see(chi_squared_score(&triples, count), || {
                format!("{name}: triples, lag {lag}, shift {shift}")
            });
        }
        let centred = |v: u64| unit(v) - 0.5;
        let count = (x.len() - lag) as f64;
        let sum: f64 = x.iter().zip(&x[lag..]).map(|(a, b)| centred(*a) * centred(*b)).sum();
        worst.see(12.0 * sum / count.sqrt(), || format!("{name}: correlation, lag {lag}"));
    }
}

/// Marsaglia's birthday spacings, and plain collisions: both counts are Poisson.
fn birthdays(x: &[u64], worst: &mut Worst, name: &str) {
    const BIRTHDAYS: usize = 4096;
    for shift in [32, 16, 0] {
        let (mut repeats, mut collisions, mut years) = (0, 0, 0);
        for year in x.chunks_exact(BIRTHDAYS) {
            let mut days: Vec<u64> = year.iter().map(|v| v >> shift & 0xffff_ffff).collect();
            days.sort_unstable();
            let mut spacings: Vec<u64> = days.windows(2).map(|w| w[1] - w[0]).collect();
            spacings.sort_unstable();
            repeats += spacings.windows(2).filter(|w| w[0] == w[1]).count();
            let mut short: Vec<u64> = year.iter().map(|v| v >> shift & 0xf_ffff).collect();
            short.sort_unstable();
            collisions += short.windows(2).filter(|w| w[0] == w[1]).count();
            years += 1;
        }
        let m = BIRTHDAYS as f64;
        let score = |count: usize, mean: f64| (count as f64 - mean) / mean.sqrt();
        let spacing_mean = f64::from(years) * m * m * m / (4.0 * 4_294_967_296.0);
        worst.see(score(repeats, spacing_mean), || format!("{name}: birthday spacings, shift {shift}"));
        // m balls in n urns: m - n + n (1 - 1/n)^m collisions, to second order.
        let n = 1_048_576.0;
        let collision_mean = f64::from(years) * (m * (m - 1.0) / (2.0 * n)) * (1.0 - (m - 2.0) / (3.0 * n));
        worst.see(score(collisions, collision_mean), || format!("{name}: collisions, shift {shift}"));
    }
}

/// Flips every bit of an input and scores how often each output bit flips.
fn avalanche(samples: usize, worst: &mut Worst, name: &str, f: impl Fn(u64, u64) -> u64) {
    for input in 0..64 {
        let mut flips = [0u32; 64];
        let mut total = 0;
        let mut count = 0.0;
        // Where the input is `n` itself, its partner must not come round again as another sample.
        for n in (0..2 * samples as u64).filter(|n| n >> input & 1 == 0).take(samples) {
            let change = f(n, 0) ^ f(n, 1 << input);
            count += 1.0;
            total += change.count_ones();
            (0..64).for_each(|bit| flips[bit] += (change >> bit & 1) as u32);
        }
        let n: f64 = count;
        let weight = (f64::from(total) - 32.0 * n) / (16.0 * n).sqrt();
        worst.see(weight, || format!("{name}: input bit {input}, number of flips"));
        for (bit, flips) in flips.iter().enumerate() {
            let score = (2.0 * f64::from(*flips) - n) / n.sqrt();
            worst.see(score, || format!("{name}: input bit {input}, output bit {bit}"));
        }
    }
}

fn battery(seeds: u64, count: usize, flips: usize) {
    let mut worst = Worst(0.0, String::new());
    for seed in 0..seeds {
        for walk in WALKS {
            let x = draws(walk, seed << 32 | 0x5eed, count);
            let name = format!("{walk:?}, seed {seed}");
            bits_and_bytes(&x, &mut worst, &name);
            serial(&x, &mut worst, &name);
            birthdays(&x, &mut worst, &name);
        }
    }
    let key = |n: u64| Key::root(11, 0, 0).child(n);
    avalanche(flips, &mut worst, "purpose", |n, mask| key(n).draw((n % 16) ^ mask));
    avalanche(flips, &mut worst, "child", |n, mask| key(n).child((n % 16) ^ mask).draw(1));
    avalanche(flips, &mut worst, "child's key", |n, mask| key(7).child(n ^ mask).to_bits());
    avalanche(flips, &mut worst, "key of a draw", |n, mask| Key::from_bits(key(n).to_bits() ^ mask).draw(2));
    avalanche(flips, &mut worst, "key of a child", |n, mask| {
        Key::from_bits(key(n).to_bits() ^ mask).child(2).draw(0)
    });
    avalanche(flips, &mut worst, "seed", |n, mask| Key::root(n ^ mask, 1, 1).child(0).draw(0));
    avalanche(flips, &mut worst, "replication", |n, mask| Key::root(5, n ^ mask, 1).child(0).draw(0));
    avalanche(flips, &mut worst, "stream", |n, mask| Key::root(5, 1, n ^ mask).child(0).draw(0));
    println!("largest score {:.2}: {}", worst.0, worst.1);
    assert!(worst.0.abs() < LIMIT, "score {:.2}: {}", worst.0, worst.1);
}

#[test]
fn draws_are_independent_and_uniform() {
    battery(1, 1 << 17, 1 << 12);
}

#[test]
#[ignore = "takes minutes; run it when the mixing changes"]
fn draws_are_independent_and_uniform_at_length() {
    battery(8, 1 << 22, 1 << 18);
}

#[test]
fn siblings_purposes_and_roots_differ() {
    let root = Key::root(1, 2, 3);
    let mut all: Vec<u64> = (0..1000).flat_map(|n| [root.child(n).to_bits(), root.draw(n)]).collect();
    all.extend((0..10).flat_map(|a| (0..10).map(move |b| Key::root(a, b, 7).to_bits())));
    all.extend((0..10).map(|a| Key::root(7, a, 11).to_bits()));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "no coincidence among neighbours");
}

#[test]
fn units_are_strictly_inside_the_interval() {
    assert!(unit(0) > 0.0);
    assert!(unit(u64::MAX) < 1.0);
    assert_eq!(unit(0) + unit(u64::MAX), 1.0);
}
