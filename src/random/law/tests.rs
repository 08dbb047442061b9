//! Known answers: parameters, moments and quantiles of every law.

use super::*;
use crate::numerics::{exp, ln, norm_quantile, sqrt};

fn close(got: f64, want: f64, tolerance: f64, what: &str) {
    let error = if want == 0.0 { got.abs() } else { ((got - want) / want).abs() };
    assert!(error <= tolerance, "{what}: got {got:e}, want {want:e}, relative error {error:e}");
}

/// One of every form, some nested.
pub fn zoo() -> Vec<Law> {
    let laws = [
        Law::constant(0.0042),
        Law::exponential(0.005),
        Law::erlang(3, 0.004),
        Law::gamma(0.35, 0.02),
        Law::gamma(7.5, 0.001),
        Law::hyperexponential(&[0.887_298_334_620_741_7, 0.112_701_665_379_258_3], &[1774.6, 225.4]),
        Law::lognormal(-4.5, 1.25),
        Law::lognormal_mean_p99(0.004, 0.02),
        Law::weibull(0.5, 0.005),
        Law::weibull(3.0, 0.005),
        Law::pareto(2.5, 0.003),
        Law::pareto(1.4, 0.003),
        Law::uniform(0.001, 0.009),
        Law::empirical(&[0.003, 0.001, 0.002, 0.002]),
        Law::mixture(vec![(0.7, Law::constant(0.001).unwrap()), (0.3, Law::exponential(0.01).unwrap())]),
        Law::mixture(vec![
            (1.0, Law::uniform(0.0, 0.001).unwrap()),
            (1.0, Law::uniform(0.005, 0.006).unwrap()),
            (2.0, Law::lognormal(-5.0, 0.3).unwrap()),
        ]),
        Law::shifted(Law::gamma(2.0, 0.001).unwrap(), 0.003),
        Law::shifted(Law::pareto(3.0, 0.004).unwrap(), -0.0035),
        Law::truncated(Law::lognormal(-4.5, 1.25).unwrap(), 0.002, 0.1),
        Law::truncated(Law::exponential(0.001).unwrap(), 0.015, f64::INFINITY),
    ];
    laws.into_iter().collect::<Result<_, _>>().expect("every law of the zoo is valid")
}

#[test]
fn quantile_and_distribution_are_inverse() {
    for law in zoo() {
        if law.as_constant().is_some() || matches!(law.form(), Form::Empirical(_)) {
            continue;
        }
        for step in 1..400 {
            let u = f64::from(step) / 400.0;
            let x = law.quantile(u);
            // At an atom the distribution function jumps past `u`; just below it, it must not have reached it.
            assert!(law.cdf(x * (1.0 + 1e-14)) >= u * (1.0 - 1e-11), "{law} at {u}: {}", law.cdf(x));
            let before = x * (1.0 - 1e-13);
            assert!(law.cdf(before) <= u * (1.0 + 1e-9), "{law} at {u}: {x}");
        }
        for q in [1e-5, 1e-10, 1e-18] {
            let x = law.inverse(Tail::Upper(q));
            let (least, most) = law.support();
            assert!(x >= least && x <= most);
            if most == f64::INFINITY {
                close(law.survival(x), q, 1e-10, &format!("upper tail of {law} at {q}"));
            }
            let x = law.inverse(Tail::Lower(q));
            // Away from zero the point itself has too few digits for a tiny probability.
            if least == 0.0 && law.cdf(x) < 0.5 {
                close(law.cdf(x), q, 1e-8, &format!("lower tail of {law} at {q}"));
            }
        }
    }
}

/// Integral of `quantile^order` over the unit interval, octave by octave from both ends, by Gauss-Legendre.
fn moment_by_integration(law: &Law, order: i32) -> f64 {
    const POINTS: [(f64, f64); 5] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
        (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    let mut sum = 0.0;
    for side in [Tail::Lower as fn(f64) -> Tail, Tail::Upper] {
        for octave in 1..400 {
            let start = crate::numerics::powi(0.5, octave + 1);
            let (pieces, mut part) = (if octave < 40 { 16 } else { 1 }, 0.0);
            for piece in 0..pieces {
                for (node, weight) in POINTS {
                    let place = (f64::from(piece) + 0.5 + 0.5 * node) / f64::from(pieces);
                    let x = law.inverse(side(start * (1.0 + place)));
                    part += weight * crate::numerics::powi(x, order) * start / (2.0 * f64::from(pieces));
                }
            }
            sum += part;
            if part < 1e-17 * sum && octave > 40 {
                break;
            }
        }
    }
    sum
}

#[test]
fn moments_are_the_integrals_of_the_quantiles() {
    for law in zoo() {
        let jumps = matches!(law.form(), Form::Mixture(_) | Form::Empirical(_));
        let tolerance = if jumps { 3e-3 } else { 1e-9 };
        close(moment_by_integration(&law, 1), law.mean(), tolerance, &format!("mean of {law}"));
        let second = law.second_moment();
        if second.is_finite() {
            close(moment_by_integration(&law, 2), second, tolerance, &format!("second moment of {law}"));
            let variance = second - law.mean() * law.mean();
            assert!((law.variance() - variance).abs() <= 1e-12 * second, "variance of {law}");
        } else {
            assert_eq!(law.variance(), f64::INFINITY);
        }
    }
}

#[test]
fn textbook_moments() {
    close(Law::exponential(2.0).unwrap().scv(), 1.0, 1e-15, "exponential");
    close(Law::erlang(4, 1.0).unwrap().scv(), 0.25, 1e-15, "Erlang");
    // Balanced means, scv 10: the service law of a classic M/G/1 test.
    let p = 0.5 * (1.0 + sqrt(9.0 / 11.0));
    let law = Law::hyperexponential(&[p, 1.0 - p], &[2.0 * p, 2.0 * (1.0 - p)]).unwrap();
    close(law.mean(), 1.0, 1e-14, "hyperexponential mean");
    close(law.scv(), 10.0, 1e-13, "hyperexponential scv");
    close(Law::pareto(2.5, 0.6).unwrap().scv(), 0.8, 1e-13, "Pareto");
    assert_eq!(Law::pareto(1.0, 1.0).unwrap().mean(), f64::INFINITY);
    assert_eq!(Law::pareto(2.0, 1.0).unwrap().second_moment(), f64::INFINITY);
    close(Law::weibull(0.5, 1.0).unwrap().mean(), 2.0, 1e-14, "Weibull mean");
    close(Law::weibull(0.5, 1.0).unwrap().scv(), 5.0, 1e-13, "Weibull scv");
    close(Law::uniform(0.0, 2.0).unwrap().scv(), 1.0 / 3.0, 1e-15, "uniform");
    // A memoryless law beyond a point is the law moved there.
    let beyond = Law::truncated(Law::exponential(0.001).unwrap(), 0.015, f64::INFINITY).unwrap();
    close(beyond.mean(), 0.016, 1e-12, "truncated exponential");
    close(beyond.variance(), 1e-6, 1e-9, "truncated exponential");
    let cut = Law::truncated(Law::pareto(0.5, 1.0).unwrap(), 1.0, 4.0).unwrap();
    close(cut.mean(), 2.0, 1e-13, "truncated Pareto: s^a a/(1-a) (h^(1-a) - s^(1-a)) / F(h)");
}

#[test]
fn lognormal_as_people_say_it() {
    let law = Law::lognormal_mean_p99(0.004, 0.02).unwrap();
    close(law.mean(), 0.004, 1e-14, "mean");
    close(law.quantile(0.99), 0.02, 1e-13, "p99");
    let Form::Lognormal { sigma, .. } = *law.form() else { panic!("not lognormal") };
    let z = norm_quantile(0.99);
    assert!(sigma < z, "the smaller of the roots around z");
    close(z * sigma - 0.5 * sigma * sigma, ln(5.0), 1e-14, "root");
    // The largest possible ratio has the double root sigma = z.
    let most = exp(0.5 * z * z);
    assert!(Law::lognormal_mean_p99(1.0, most * (1.0 - 1e-12)).is_ok());
    let error = Law::lognormal_mean_p99(1.0, 15.0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "p99 is 15.0000 times the mean; no lognormal law has a p99 above 14.97 times its mean"
    );
    assert!(Law::lognormal_mean_p99(1.0, 1.0).is_err());

    let law = Law::lognormal_median_p99(8.0, 20.0).unwrap();
    close(law.quantile(0.5), 8.0, 1e-14, "median");
    close(law.quantile(0.99), 20.0, 1e-13, "p99");
    assert_eq!(Law::lognormal_median_p99(8.0, 7.0).unwrap_err().parameter, "p99");

    let law = Law::lognormal_mean_cv(0.01, 2.0).unwrap();
    close(law.mean(), 0.01, 1e-14, "mean");
    close(law.scv(), 4.0, 1e-13, "scv");
}

#[test]
fn atoms_stay_exact() {
    let mixture = Law::mixture(vec![
        (0.25, Law::constant(0.003).unwrap()),
        (0.5, Law::uniform(0.001, 0.005).unwrap()),
        (0.25, Law::empirical(&[0.002, 0.004]).unwrap()),
    ])
    .unwrap();
    // P(X < 3 ms) = 0.5/2 + 0.125 = 0.375, so the atom at 3 ms owns (0.375, 0.625].
    for u in [0.376, 0.5, 0.625] {
        assert_eq!(mixture.quantile(u), 0.003);
    }
    assert!(mixture.quantile(0.374) < 0.003);
    assert!(mixture.quantile(0.626) > 0.003);
    // P(X < 2 ms) = 0.125: the first empirical atom owns (0.125, 0.25].
    assert_eq!(mixture.quantile(0.2), 0.002);
    let moved = Law::shifted(mixture, 0.1).unwrap();
    assert_eq!(moved.quantile(0.5), 0.003 + 0.1);
    let empirical = Law::empirical_weighted(&[3.0, 1.0, 3.0], &[1.0, 2.0, 1.0]).unwrap();
    assert_eq!(empirical.quantile(0.5), 1.0);
    assert_eq!(empirical.quantile(0.500_001), 3.0);
    assert_eq!(empirical.cdf(1.0), 0.5);
    assert_eq!(Law::empirical(&[2.0, 2.0]).unwrap().as_constant(), Some(2.0));
}

#[test]
fn truncation_of_atoms_and_parts() {
    let law = Law::truncated(Law::empirical(&[1.0, 2.0, 3.0, 4.0]).unwrap(), 2.0, 3.5).unwrap();
    assert_eq!(law, Law::empirical(&[2.0, 3.0]).unwrap());
    let law = Law::mixture(vec![(1.0, Law::constant(9.0).unwrap()), (1.0, Law::uniform(0.0, 4.0).unwrap())])
        .unwrap();
    assert_eq!(Law::truncated(law.clone(), 1.0, 3.0).unwrap(), Law::uniform(1.0, 3.0).unwrap());
    // The constant keeps its half, the uniform keeps a quarter of its half.
    close(Law::truncated(law, 3.0, 10.0).unwrap().cdf(5.0), 0.2, 1e-15, "share of the uniform");
    let twice = Law::truncated(Law::exponential(1.0).unwrap(), 0.5, 3.0).unwrap();
    let once = Law::truncated(Law::exponential(1.0).unwrap(), 1.0, 2.0).unwrap();
    assert_eq!(Law::truncated(twice, 1.0, 2.0).unwrap(), once);
    // Moving after truncating moves the bounds along.
    let moved = Law::shifted(once, 10.0).unwrap();
    assert_eq!(moved.support(), (11.0, 12.0));
    close(moved.cdf(11.5), exp(-1.0) * (1.0 - exp(-0.5)) / (exp(-1.0) - exp(-2.0)), 1e-14, "moved");
}

#[test]
fn nonsense_is_refused_with_its_parameter() {
    let one = || Law::exponential(1.0).unwrap();
    for (law, parameter) in [
        (Law::constant(-1.0), "value"),
        (Law::exponential(0.0), "mean"),
        (Law::exponential(f64::NAN), "mean"),
        (Law::erlang(0, 1.0), "k"),
        (Law::gamma(1e-9, 1.0), "shape"),
        (Law::hyperexponential(&[1.0], &[]), "probs"),
        (Law::hyperexponential(&[], &[]), "probs"),
        (Law::hyperexponential(&[0.5, 0.5], &[1.0, -1.0]), "rates"),
        (Law::lognormal(0.0, 0.0), "sigma"),
        (Law::lognormal(f64::INFINITY, 1.0), "mu"),
        (Law::weibull(1.0, f64::INFINITY), "scale"),
        (Law::pareto(0.0, 1.0), "shape"),
        (Law::uniform(2.0, 2.0), "high"),
        (Law::empirical(&[]), "values"),
        (Law::empirical_weighted(&[1.0, 2.0], &[1.0]), "weights"),
        (Law::mixture(vec![]), "weight"),
        (Law::mixture(vec![(0.0, one())]), "weight"),
        (Law::shifted(one(), -0.1), "offset"),
        (Law::truncated(one(), 2.0, 1.0), "high"),
        (Law::truncated(one(), 100.0, 200.0), "low and high"),
        (Law::truncated(Law::constant(1.0).unwrap(), 2.0, 3.0), "low and high"),
    ] {
        assert_eq!(law.expect_err("must be refused").parameter, parameter);
    }
}

#[test]
fn laws_are_shown_as_scenarios_spell_them() {
    for (law, text) in [
        (Law::constant(0.002), "constant(2ms)"),
        (Law::exponential(0.005), "exponential(5ms)"),
        (Law::lognormal_median_p99(0.18, 1.5), "lognormal(median 180ms p99 1.5s)"),
        (Law::exponential(0.000_000_25), "exponential(250ns)"),
        (Law::uniform(0.0, 0.000_25), "uniform(0s to 250us)"),
        (Law::shifted(Law::erlang(2, 1.0).unwrap(), 0.5), "erlang(2 mean 1s) + 500ms"),
        (
            Law::truncated(Law::weibull(0.5, 1.0).unwrap(), 0.0, 60.0),
            "weibull(shape 0.5 scale 1s) within 0s to 60s",
        ),
    ] {
        assert_eq!(law.unwrap().to_string(), text);
    }
}
