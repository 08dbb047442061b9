//! Two stages of sampling that pick the best of independent designs.

use crate::numerics::{chi2_quantile, exp, increasing_root, ln, ln_gamma, norm_cdf, powi};

/// Nodes of each integral over a chi-square law.
const NODES: usize = 192;

/// Rinott's constant `h` for `systems` designs, the probability `correct` of a correct selection and a first
/// stage of `first` replications each: the solution of
/// `E[ E[ Phi(h / sqrt((n0-1)(1/X + 1/Y))) | Y ]^(k-1) ] = P` with independent chi-square `X`, `Y` of `n0 - 1`
/// degrees of freedom.
///
/// Y. Rinott, "On two-stage selection procedures and related probability-inequalities", Comm. Statist. A7
/// (1978). Both integrals run over the logarithm, where the trapezoidal rule converges geometrically. `None`
/// unless `systems >= 2`, `first >= 2` and `1/systems < correct < 1`.
#[must_use]
pub fn rinott_h(systems: u32, correct: f64, first: u32) -> Option<f64> {
    let valid = systems >= 2 && first >= 2 && correct > 1.0 / f64::from(systems) && correct < 1.0;
    if !valid {
        return None;
    }
    let df = f64::from(first - 1);
    let nodes = chi_square_nodes(df, NODES);
    let others = i32::try_from(systems - 1).ok()?;
    let probability = |h: f64| {
        let inner = |y: f64| {
            nodes.iter().map(|&(x, w)| w * norm_cdf(h / (df * (1.0 / x + 1.0 / y)).sqrt())).sum::<f64>()
        };
        nodes.iter().map(|&(y, w)| w * powi(inner(y).min(1.0), others)).sum::<f64>()
    };
    let mut high = 8.0;
    while probability(high) < correct {
        high *= 2.0;
        if high > 1e12 {
            return None;
        }
    }
    Some(increasing_root(0.0, high, |h| probability(h) - correct))
}

/// Replications of a design in all: `max(n0, ceil((h S / d)^2))` with the deviation `S` of the first stage and
/// the smallest difference `d` worth detecting, above zero.
#[must_use]
pub fn rinott_sample_size(h: f64, deviation: f64, indifference: f64, first: u32) -> u64 {
    let needed = h * deviation / indifference;
    ((needed * needed).ceil() as u64).max(u64::from(first))
}

/// Values and weights of the trapezoidal rule over the logarithm of a chi-square variable.
pub(super) fn chi_square_nodes(df: f64, nodes: usize) -> Vec<(f64, f64)> {
    // What lies outside is less than any digit asked for.
    let (low, high) = (ln(chi2_quantile(1e-14, df)), ln(chi2_quantile(1.0 - 1e-14, df)));
    let step = (high - low) / (nodes - 1) as f64;
    let half = df / 2.0;
    let constant = -half * std::f64::consts::LN_2 - ln_gamma(half);
    (0..nodes)
        .map(|i| {
            let u = low + step * i as f64;
            let x = exp(u);
            (x, step * exp(constant + half * u - x / 2.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_the_tables() {
        let cases = [
            (2, 0.95, 10, 2.61411929531),
            (5, 0.95, 20, 3.38541873157),
            (10, 0.9, 20, 3.43735929955),
            (2, 0.95, 20, 2.4525),
        ];
        for (systems, correct, first, h) in cases {
            let found = rinott_h(systems, correct, first).unwrap();
            let digits = if h == 2.4525 { 1e-4 } else { 1e-8 };
            assert!((found / h - 1.0).abs() < digits, "k={systems} n0={first}: {found} is not {h}");
        }
        assert_eq!(rinott_h(4, 0.25, 10), None);
        assert_eq!(rinott_sample_size(2.5, 4.0, 1.0, 10), 100);
        assert_eq!(rinott_sample_size(2.5, 0.4, 1.0, 10), 10);
    }

    #[test]
    fn weights_are_a_law() {
        for df in [1.0, 9.0, 500.0] {
            let nodes = chi_square_nodes(df, NODES);
            let total: f64 = nodes.iter().map(|n| n.1).sum();
            let mean: f64 = nodes.iter().map(|n| n.0 * n.1).sum();
            assert!((total - 1.0).abs() < 1e-6 && (mean / df - 1.0).abs() < 1e-9, "{df}: {total} {mean}");
        }
    }
}
