//! The samplers against the exact laws, and against `rand_distr` as an independent oracle.

use rand_distr::Distribution;

use crate::numerics::{powi, sqrt};
use crate::random::law::tests::zoo;
use crate::random::{Form, Key, KeyedRng, Law, Sampler, Tail};

fn some_bits(count: u64) -> impl Iterator<Item = u64> {
    let root = Key::root(20, 26, 11);
    (0..count).map(move |n| root.child(n).draw(0))
}

/// The exact quantile at the middle of the interval that the bits stand for.
fn exact(law: &Law, bits: u64) -> f64 {
    let unit = powi(0.5, 64);
    law.inverse(if bits >> 63 == 1 {
        Tail::Upper((!bits as f64 + 0.5) * unit)
    } else {
        Tail::Lower((bits as f64 + 0.5) * unit)
    })
}

/// Laws whose quantile is steeper than usual, besides the zoo.
fn steep() -> Vec<Law> {
    let laws = [
        Law::lognormal(-6.0, 3.0),
        Law::weibull(0.25, 0.001),
        Law::pareto(0.5, 0.001),
        Law::gamma(0.2, 0.01),
        Law::lognormal_mean_cv(0.01, 8.0),
        Law::hyperexponential(&[0.99, 0.01], &[1000.0, 1.0]),
    ];
    laws.into_iter().collect::<Result<_, _>>().expect("valid laws")
}

#[test]
fn tables_reproduce_the_quantiles() {
    for law in zoo().into_iter().chain(steep()) {
        let sampler = Sampler::new(&law);
        let mut worst = 0.0f64;
        // Half of the bits are pushed towards an end of the interval, over all octaves.
        for (n, bits) in some_bits(40_000).enumerate() {
            let squeezed = (bits >> 1) >> (n / 4 % 40);
            let bits = [bits, bits, squeezed, !squeezed][n % 4];
            let (got, want) = (sampler.value(bits), exact(&law, bits));
            worst = worst.max((got - want).abs() / want.max(f64::MIN_POSITIVE));
            let nanos = (want * 1e9 + 0.5) as u64;
            assert!(sampler.nanos(bits).abs_diff(nanos) as f64 <= 1.0 + want * 1e3, "{law}");
        }
        println!("{law}: {worst:.1e}");
        assert!(worst < 2e-6, "{law}: relative error {worst:e}");
    }
}

/// Integral of `f^order` over the unit interval down to 2^-56 from both ends, cell by cell, by Gauss-Legendre.
fn integral(order: i32, f: impl Fn(u64) -> f64) -> f64 {
    const POINTS: [(f64, f64); 5] = [
        (0.5, 0.284_444_444_444_444_4),
        (0.769_234_655_052_841_6, 0.239_314_335_249_683_2),
        (0.230_765_344_947_158_4, 0.239_314_335_249_683_2),
        (0.953_089_922_969_332, 0.118_463_442_528_094_5),
        (0.046_910_077_030_668, 0.118_463_442_528_094_5),
    ];
    let mut sum = 0.0;
    for octave in 1..56 {
        let start = powi(0.5, octave + 1);
        for cell in 0..32 {
            for (node, weight) in POINTS {
                let w = start * (1.0 + (f64::from(cell) + node) / 32.0);
                let distance = (w * powi(2.0, 64)) as u64;
                let both = powi(f(distance), order) + powi(f(!distance), order);
                sum += weight * both * start / 32.0;
            }
        }
    }
    sum
}

#[test]
fn tables_keep_the_moments() {
    let zoo = zoo();
    let common = zoo.len();
    for (n, law) in zoo.into_iter().chain(steep()).enumerate() {
        let sampler = Sampler::new(&law);
        for order in [1, 2] {
            // Draws of 64 bits cannot reach the last 2^-64 of a heavy tail, so both sides stop short of it.
            let got = integral(order, |bits| sampler.value(bits));
            let want = integral(order, |bits| exact(&law, bits));
            let error = (got - want).abs() / want;
            assert!(error < 1e-7, "moment {order} of {law}: relative error {error:e}");
            let moment = if order == 1 { law.mean() } else { law.second_moment() };
            // Five points a cell integrate the smooth laws well enough to compare with the closed form.
            let light = n < common
                && !matches!(law.form(), Form::Pareto { .. } | Form::Shifted { .. } | Form::Mixture(_))
                && !matches!(law.form(), Form::Empirical(_) | Form::Weibull { .. } | Form::Lognormal { .. });
            if light {
                let error = (got - moment).abs() / moment;
                assert!(error < 1e-7, "moment {order} of {law} itself: relative error {error:e}");
            }
        }
    }
}

#[test]
fn values_stay_in_the_support_and_follow_the_bits() {
    for law in zoo().into_iter().chain(steep()) {
        let sampler = Sampler::new(&law);
        let (least, most) = law.support();
        let mut bits: Vec<u64> = some_bits(20_000).collect();
        bits.extend(
            (0..64).flat_map(|shift| [1 << shift, (1 << shift) - 1, !(1 << shift), u64::MAX >> shift]),
        );
        bits.extend([0, u64::MAX, 1 << 63, (1 << 63) - 1]);
        // Boundaries of cells, from both sides.
        bits.extend((0..960u64).flat_map(|n| {
            let edge = (32 + n % 32) << (43 + n / 32 % 15);
            [edge, edge - 1, edge.wrapping_neg(), !edge]
        }));
        bits.sort_unstable();
        let mut before = 0;
        for bits in bits {
            let (nanos, value) = (sampler.nanos(bits), sampler.value(bits));
            assert!(nanos >= before, "{law} falls at {bits:#x}");
            assert!(
                value >= least * (1.0 - 1e-15) && value <= most * (1.0 + 1e-15),
                "{law} leaves its support: {value}"
            );
            assert!(nanos >= (least * 1e9 + 0.5) as u64 && nanos <= (most * 1e9 + 0.5) as u64);
            before = nanos;
        }
    }
}

/// Kolmogorov and Smirnov's distance times the root of the count: 1.95 is passed once in a thousand times.
#[test]
fn samples_follow_the_law() {
    const COUNT: u64 = 200_000;
    for (n, law) in zoo().iter().enumerate() {
        let sampler = Sampler::new(law);
        let root = Key::root(97, n as u64, 0);
        let mut values: Vec<f64> = (0..COUNT).map(|i| sampler.value(root.child(i).draw(1))).collect();
        values.sort_by(f64::total_cmp);
        let mut distance = 0.0f64;
        for (i, value) in values.iter().enumerate() {
            // At ties only the last of them compares with the distribution function.
            if values.get(i + 1) != Some(value) {
                distance =
                    distance.max((law.cdf(value * (1.0 + 1e-15)) - (i as f64 + 1.0) / COUNT as f64).abs());
            }
        }
        let score = distance * sqrt(COUNT as f64);
        assert!(score < 1.95, "{law}: {score:.2}");
    }
}

/// The difference of the sample means in standard errors, and that of the means of the squares.
fn moment_scores(a: &[f64], b: &[f64]) -> [f64; 2] {
    [1, 2].map(|order| {
        let moments = |x: &[f64]| {
            let n = x.len() as f64;
            let mean = x.iter().map(|v| powi(*v, order)).sum::<f64>() / n;
            let variance = x.iter().map(|v| powi(powi(*v, order) - mean, 2)).sum::<f64>() / n;
            (mean, variance / n)
        };
        let ((mean_a, error_a), (mean_b, error_b)) = (moments(a), moments(b));
        (mean_a - mean_b) / sqrt(error_a + error_b)
    })
}

#[test]
fn an_independent_library_agrees() {
    const COUNT: u64 = 400_000;
    fn compare<D: Distribution<f64>>(law: Result<Law, crate::random::LawError>, oracle: D) {
        let law = law.expect("valid law");
        let sampler = Sampler::new(&law);
        let ours: Vec<f64> = some_bits(COUNT).map(|bits| sampler.value(bits)).collect();
        let mut rng = KeyedRng::new(Key::root(3, 1, 4), 15);
        let theirs: Vec<f64> = (0..COUNT).map(|_| oracle.sample(&mut rng)).collect();
        for score in moment_scores(&ours, &theirs) {
            assert!(score.abs() < 4.0, "{law}: {score:.2} standard errors");
        }
    }
    compare(Law::exponential(0.25), rand_distr::Exp::new(4.0).expect("valid"));
    compare(Law::gamma(0.35, 2.0), rand_distr::Gamma::new(0.35, 2.0).expect("valid"));
    compare(Law::erlang(4, 2.0), rand_distr::Gamma::new(4.0, 0.5).expect("valid"));
    compare(Law::lognormal(-1.0, 0.6), rand_distr::LogNormal::new(-1.0, 0.6).expect("valid"));
    compare(Law::weibull(0.7, 3.0), rand_distr::Weibull::new(3.0, 0.7).expect("valid"));
    compare(Law::pareto(6.0, 2.0), rand_distr::Pareto::new(2.0, 6.0).expect("valid"));
    compare(Law::uniform(1.0, 4.0), rand_distr::Uniform::new(1.0, 4.0).expect("valid"));
}

#[test]
fn atoms_are_exact_and_unit_exponentials_have_mean_one() {
    let constant = Sampler::new(&Law::constant(0.123_456_789).expect("valid"));
    assert!(
        some_bits(10)
            .all(|bits| constant.nanos(bits) == 123_456_789 && constant.value(bits) == 0.123_456_789)
    );
    let empirical = Sampler::new(&Law::empirical(&[0.001, 0.002, 0.004]).expect("valid"));
    assert!(some_bits(1000).all(|bits| [1_000_000, 2_000_000, 4_000_000].contains(&empirical.nanos(bits))));
    let parts =
        vec![(1.0, Law::constant(0.003).expect("valid")), (3.0, Law::exponential(0.01).expect("valid"))];
    let mixture = Sampler::new(&Law::mixture(parts).expect("valid"));
    let hits = some_bits(100_000).filter(|bits| mixture.nanos(*bits) == 3_000_000).count();
    assert!((24_000..26_000).contains(&hits), "{hits} of 100000 draws hit an atom of a quarter");
    let exponential = Sampler::unit_exponential();
    let mean = integral(1, |bits| exponential.value(bits));
    assert!((mean - 1.0).abs() < 1e-8, "{mean}");
    let huge = Sampler::new(&Law::constant(1e30).expect("valid"));
    assert_eq!(huge.nanos(0), u64::MAX);
}

/// Not a test of speed but a measurement: `cargo test --release -- --ignored --nocapture cost_of_a_draw`.
#[test]
#[ignore = "a measurement"]
fn cost_of_a_draw() {
    const COUNT: u64 = 50_000_000;
    for law in zoo() {
        let sampler = Sampler::new(&law);
        let root = Key::root(1, 1, 1);
        let start = std::time::Instant::now();
        let sum = (0..COUNT).fold(0u64, |sum, n| sum.wrapping_add(sampler.nanos(root.draw(n))));
        let per_draw = start.elapsed().as_secs_f64() * 1e9 / COUNT as f64;
        let start = std::time::Instant::now();
        let compiled = Sampler::new(&law);
        let compile = start.elapsed().as_secs_f64() * 1e3;
        println!(
            "{per_draw:.2} ns a draw, {compile:.2} ms to compile ({sum}, {:?}): {law}",
            compiled.nanos(7)
        );
    }
}
