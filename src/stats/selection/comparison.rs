//! How far each design is from the best of the others.

use super::Best;
use super::rinott::chi_square_nodes;
use crate::numerics::{increasing_root, norm_cdf, norm_pdf, powi, t_quantile};
use crate::stats::Interval;
use crate::stats::moments::{mean, sample_variance};

/// How the replications of the designs hang together, and what is assumed of their spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesignsDrawn {
    /// Replications with the same number share their random numbers; nothing is assumed of variances and
    /// correlations. Each pair has its own variance, and Bonferroni's inequality joins the pairs.
    Together,
    /// As before, but variances of all differences are taken to be equal, as B. L. Nelson and F. J. Matejcik
    /// propose (Management Science 41, 1995): narrower where that is near the truth, wrong where one design
    /// varies far more than the others, as an overloaded one does.
    TogetherAlike,
    /// All replications are independent and their variances equal (J. C. Hsu, Multiple Comparisons, 1996).
    Apart,
}

/// What is known about one design.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FromBest {
    /// Mean of the design less the best mean of the others, in the unit of the data. Above zero a design that
    /// is worse when small is best; the ends are constrained: one of them is zero unless nothing is decided.
    pub difference: Interval,
    /// Shown to be the best, alone or with designs that had the same value in every replication.
    pub best: bool,
    /// Shown not to be the best.
    pub beaten: bool,
}

/// Simultaneous intervals of every design's mean less the best of the other means.
///
/// `designs[i][j]` is replication `j` of design `i`. With constrained ends in the form for unequal widths (D.
/// G. Edwards, J. C. Hsu, JASA 78, 1983): all intervals hold together with at least `confidence`. `None` with
/// fewer than two designs or replications, unequal lengths, values that are not finite, or a confidence
/// outside (1/2, 1).
#[must_use]
pub fn multiple_comparison_with_best(
    designs: &[&[f64]],
    best: Best,
    confidence: f64,
    drawn: DesignsDrawn,
) -> Option<Vec<FromBest>> {
    let runs = designs.first()?.len();
    let valid = designs.len() >= 2
        && runs >= 2
        && designs.iter().all(|d| d.len() == runs && d.iter().all(|v| v.is_finite()))
        && confidence > 0.5
        && confidence < 1.0;
    if !valid {
        return None;
    }
    let widths = widths(designs, confidence, drawn)?;
    let means: Vec<f64> = designs.iter().filter_map(|d| mean(d)).map(|m| best.turned(m)).collect();
    Some(constrained(&means, &widths, best))
}

/// One-sided widths of the differences of two designs, by rows.
fn widths(designs: &[&[f64]], confidence: f64, drawn: DesignsDrawn) -> Option<Vec<f64>> {
    let (k, n) = (designs.len(), designs[0].len() as f64);
    let mut widths = vec![0.0; k * k];
    let common = match drawn {
        DesignsDrawn::Together => {
            let t = t_quantile(1.0 - (1.0 - confidence) / (k as f64 - 1.0), n - 1.0);
            for i in 0..k {
                for l in (0..k).filter(|&l| l != i) {
                    let differences: Vec<f64> =
                        designs[i].iter().zip(designs[l]).map(|(a, b)| a - b).collect();
                    widths[i * k + l] = t * (sample_variance(&differences)? / n).sqrt();
                }
            }
            return Some(widths);
        }
        DesignsDrawn::TogetherAlike => {
            let df = (k as f64 - 1.0) * (n - 1.0);
            // Twice the mean square of what is left without the effects of designs and replications.
            let square = 2.0 * interaction(designs)? / df;
            largest_of_equicorrelated_t(k - 1, df, confidence) * (square / n).sqrt()
        }
        DesignsDrawn::Apart => {
            let mut sum = 0.0;
            for design in designs {
                sum += sample_variance(design)?;
            }
            let df = k as f64 * (n - 1.0);
            largest_of_equicorrelated_t(k - 1, df, confidence) * (2.0 * sum / k as f64 / n).sqrt()
        }
    };
    widths.fill(common);
    Some(widths)
}

/// Sum of squares left when the means of designs and of replications are taken out.
fn interaction(designs: &[&[f64]]) -> Option<f64> {
    let row: Vec<f64> = designs.iter().map(|d| mean(d)).collect::<Option<_>>()?;
    let whole = mean(&row)?;
    let mut sum = 0.0;
    for j in 0..designs[0].len() {
        let column = designs.iter().map(|d| d[j]).sum::<f64>() / designs.len() as f64;
        for (design, row) in designs.iter().zip(&row) {
            let rest = design[j] - row - column + whole;
            sum += rest * rest;
        }
    }
    Some(sum)
}

/// Constrained intervals from means that are better when larger.
fn constrained(means: &[f64], widths: &[f64], best: Best) -> Vec<FromBest> {
    let k = means.len();
    let others = |i: usize| (0..k).filter(move |&l| l != i);
    let difference = |i: usize, l: usize| means[i] - means[l];
    let reach: Vec<f64> = (0..k)
        .map(|i| others(i).map(|l| difference(i, l) + widths[i * k + l]).fold(f64::INFINITY, f64::min))
        .collect();
    // Designs that tie in every replication have an interval of no width at zero: each may be the best, and so the
    // best mean is always among the candidates.
    let candidates: Vec<usize> = (0..k).filter(|&i| reach[i] >= 0.0).collect();
    let ties = |i: usize, l: usize| i == l || (difference(i, l) == 0.0 && widths[i * k + l] == 0.0);
    let describe = |i: usize| {
        let centre = others(i).map(|l| difference(i, l)).fold(f64::INFINITY, f64::min);
        let rivals = candidates.iter().filter(|&&l| l != i);
        let lower = rivals.map(|&l| difference(i, l) - widths[i * k + l]).fold(0.0, f64::min);
        let upper = reach[i].max(0.0);
        let turned = match best {
            Best::Largest => Interval::between(centre, lower, upper),
            Best::Smallest => Interval::between(-centre, -upper, -lower),
        };
        let is_candidate = reach[i] >= 0.0;
        let is_best = is_candidate && candidates.iter().all(|&l| ties(i, l));
        FromBest { difference: turned, best: is_best, beaten: !is_candidate }
    };
    (0..k).map(describe).collect()
}

/// The value that the largest of `count` Student variables with common denominator and pairwise correlation
/// 1/2 stays below with probability `p` (C. W. Dunnett, "A multiple comparison procedure for comparing several
/// treatments with a control", JASA 50, 1955).
fn largest_of_equicorrelated_t(count: usize, df: f64, p: f64) -> f64 {
    let scales = chi_square_nodes(df, 64);
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    // The trapezoidal rule over the normal variable that the t variables share.
    let shared: Vec<(f64, f64)> =
        (-28..=28).map(|i| f64::from(i) / 4.0).map(|z| (z, norm_pdf(z) / 4.0)).collect();
    let probability = |bound: f64| {
        let inside = |x: f64| {
            let reach = std::f64::consts::SQRT_2 * bound * (x / df).sqrt();
            shared.iter().map(|&(z, w)| w * powi(norm_cdf(z + reach), count)).sum::<f64>()
        };
        scales.iter().map(|&(x, w)| w * inside(x)).sum::<f64>()
    };
    let high = t_quantile(1.0 - (1.0 - p) / f64::from(count), df);
    increasing_root(0.0, high * 1.000_001, |bound| probability(bound) - p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::test_data::normals;

    #[test]
    fn dunnett_values_as_printed() {
        // One-sided 95 %: degrees of freedom 10, and so many that the law is normal.
        let printed = [(1, 10.0, 1.81), (2, 10.0, 2.15), (3, 10.0, 2.34), (4, 10.0, 2.47)];
        let normal = [(1, 1e6, 1.64), (2, 1e6, 1.92), (3, 1e6, 2.06), (4, 1e6, 2.16)];
        for (count, df, value) in printed.into_iter().chain(normal) {
            let found = largest_of_equicorrelated_t(count, df, 0.95);
            assert!((found - value).abs() < 0.0051, "{count} of {df}: {found} is not {value}");
        }
    }

    #[test]
    fn two_designs_reduce_to_a_one_sided_t() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [3.0, 3.5, 5.5, 6.0]);
        let all =
            multiple_comparison_with_best(&[&a, &b], Best::Smallest, 0.95, DesignsDrawn::Together).unwrap();
        // Differences 2, 1.5, 2.5, 2: mean 2, S^2 = 1/6, width t(3, 0.95) sqrt(1/24) = 2.353363 * 0.204124.
        assert_eq!((all[0].best, all[1].beaten, all[0].beaten, all[1].best), (true, true, false, false));
        let expected = 2.0 + 2.353_363_434_801_82 * (1.0f64 / 24.0).sqrt();
        assert!((all[1].difference.high - expected).abs() < 1e-9, "{:?}", all[1]);
        assert_eq!(all[1].difference.low, 0.0);
        assert!((all[0].difference.low + expected).abs() < 1e-9 && all[0].difference.centre == -2.0);
        let alike =
            multiple_comparison_with_best(&[&a, &b], Best::Smallest, 0.95, DesignsDrawn::TogetherAlike)
                .unwrap();
        assert!((alike[1].difference.high - expected).abs() < 1e-6);
        assert!(multiple_comparison_with_best(&[&a], Best::Smallest, 0.95, DesignsDrawn::Apart).is_none());
    }

    #[test]
    fn exact_ties_are_best_together_and_the_worse_never_is() {
        let judged = |designs: &[&[f64]]| -> Vec<(bool, bool)> {
            let found = multiple_comparison_with_best(designs, Best::Smallest, 0.95, DesignsDrawn::Together);
            found.unwrap().iter().map(|one| (one.best, one.beaten)).collect()
        };
        let nothing = [0.0; 4];
        // Hardly worse: it may still be as good, and so nobody is shown to be the best.
        let hardly = [0.0, 0.0, 0.0, 0.001];
        assert_eq!(judged(&[&nothing, &hardly, &nothing]), [(false, false); 3]);
        // Surely worse: the two that tie are the best together.
        let surely = [1.0, 1.1, 0.9, 1.0];
        assert_eq!(judged(&[&nothing, &surely, &nothing]), [(true, false), (false, true), (true, false)]);
        assert_eq!(judged(&[&surely, &surely]), [(true, false); 2]);
    }

    #[test]
    fn all_intervals_hold_together() {
        let truth = [0.0, 0.3, 0.3, 2.0];
        let runs = 400;
        for drawn in [DesignsDrawn::Together, DesignsDrawn::TogetherAlike, DesignsDrawn::Apart] {
            let held = (0..runs).filter(|&run| {
                let mut draws = normals(run);
                let common: Vec<f64> = draws.by_ref().take(12).collect();
                let shared = f64::from(u8::from(drawn != DesignsDrawn::Apart));
                let rows: Vec<Vec<f64>> = truth
                    .iter()
                    .map(|m| common.iter().map(|c| m + shared * c + draws.next().unwrap()).collect())
                    .collect();
                let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
                let found = multiple_comparison_with_best(&rows, Best::Smallest, 0.9, drawn).unwrap();
                found.iter().zip([-0.3, 0.3, 0.3, 2.0]).all(|(f, m)| f.difference.contains(m))
            });
            let share = held.count() as f64 / runs as f64;
            assert!(
                share >= 0.9 - 3.0 * (0.09f64 / runs as f64).sqrt() && share < 0.999,
                "{drawn:?}: {share}"
            );
        }
    }
}
