//! Latin hypercube samples: few points that cover every factor's range evenly (M. D. McKay, R. J. Beckman,
//! W. J. Conover, "A comparison of three methods for selecting values of input variables", Technometrics 21, 1979).

use crate::random::{Key, unit};

/// Samples tried; the one whose columns are least correlated is taken.
const TRIES: u64 = 32;

/// Keeps these draws apart from those of the simulation.
const STREAM: u64 = 0x6c61_7469_6e00;

/// `points` rows of `factors` shares in (0, 1): each column has exactly one in every stratum `[i/n, (i+1)/n)`.
///
/// Of 32 samples the one with the smallest largest correlation between columns is taken, so that effects of factors
/// are told apart. Equal arguments give equal bits.
#[must_use]
pub fn latin_hypercube(seed: u64, points: u32, factors: usize) -> Vec<Vec<f64>> {
    let mut best: Option<(f64, Vec<Vec<f64>>)> = None;
    for number in 0..TRIES {
        let columns = sample(Key::root(seed, number, STREAM), points, factors);
        let worst = largest_correlation(&columns);
        if best.as_ref().is_none_or(|(least, _)| worst < *least) {
            best = Some((worst, columns));
        }
        if factors < 2 {
            break;
        }
    }
    let columns = best.map(|(_, columns)| columns).unwrap_or_default();
    (0..points as usize).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

fn sample(key: Key, points: u32, factors: usize) -> Vec<Vec<f64>> {
    let column = |factor: usize| {
        let key = key.child(factor as u64);
        let mut order: Vec<(u64, u32)> =
            (0..points).map(|row| (key.child(u64::from(row)).draw(0), row)).collect();
        order.sort_unstable();
        let mut column = vec![0.0; points as usize];
        for (stratum, &(_, row)) in order.iter().enumerate() {
            let inside = unit(key.child(u64::from(row)).draw(1));
            column[row as usize] = (stratum as f64 + inside) / f64::from(points);
        }
        column
    };
    (0..factors).map(column).collect()
}

/// The largest correlation, in size, between two columns.
fn largest_correlation(columns: &[Vec<f64>]) -> f64 {
    let mut worst = 0.0_f64;
    for (at, one) in columns.iter().enumerate() {
        for two in &columns[..at] {
            worst = worst.max(crate::stats::correlation(one, two).unwrap_or(0.0).abs());
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stratum_of_every_factor_is_met_once() {
        let rows = latin_hypercube(7, 50, 4);
        assert_eq!(rows, latin_hypercube(7, 50, 4));
        assert_ne!(rows, latin_hypercube(8, 50, 4));
        for factor in 0..4 {
            let mut strata: Vec<usize> = rows.iter().map(|row| (row[factor] * 50.0) as usize).collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..50).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_mean_of_an_additive_function_is_far_more_exact_than_with_independent_points() {
        // Of a sum of linear terms only the place inside the strata is left: variance k / (12 n^3) instead of
        // k / (12 n) (McKay et al. 1979; M. Stein, Technometrics 29, 1987).
        let (points, factors) = (100_u32, 3_usize);
        let mean = |seed| {
            let rows = latin_hypercube(seed, points, factors);
            rows.iter().flatten().sum::<f64>() / f64::from(points)
        };
        let errors: Vec<f64> = (0..200).map(|seed| mean(seed) - 1.5).collect();
        let variance = errors.iter().map(|e| e * e).sum::<f64>() / 200.0;
        let expected = 3.0 / (12.0 * 1e6);
        // 200 squares of a nearly normal variable: relative standard error sqrt(2 / 200) = 0.1.
        assert!((variance / expected - 1.0).abs() < 0.4, "{variance} beside {expected}");
    }

    #[test]
    fn columns_are_hardly_correlated() {
        let rows = latin_hypercube(1, 30, 3);
        let column = |factor: usize| rows.iter().map(|row| row[factor]).collect::<Vec<_>>();
        // A single random sample has correlations of standard deviation 1 / sqrt(29) = 0.19.
        assert!(largest_correlation(&[column(0), column(1), column(2)]) < 0.12);
    }
}
