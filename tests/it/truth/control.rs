//! Control variates: what is known of the input sharpens what is estimated of the output.
//!
//! The numbers of arrivals and the work they bring vary from run to run around means that are known, and much of
//! the noise of a long-run mean follows them. A linear regression on them takes that part out (A. M. Law,
//! Simulation Modeling and Analysis, 2015, section 11.4). It is used for the metrics that have to be known
//! precisely only; arrivals and utilisation themselves are judged without.

use super::judge::Estimate;
use super::pool::{Observation, Quantity, deviations};

/// Share of its own spread a control must add to the others to be of use.
const OWN_SHARE: f64 = 0.01;

/// The estimate of a quantity with the controls' part taken out. Controls are pairs of what was seen and what
/// was to be expected.
pub fn controlled(
    quantity: &Quantity,
    sections: &[Observation],
    plain: Estimate,
    controls: &[Vec<Observation>],
) -> Estimate {
    let Some(mut residuals) = deviations(quantity, sections, plain.value) else { return plain };
    let n = residuals.len() as f64;
    let mut value = plain.value;
    let mut inflation = 1.0 / n;
    let mut used = 0.0;
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for control in controls {
        let seen =
            control.iter().map(|o| if let Observation::Pair(a, b) = *o { a / b - 1.0 } else { f64::NAN });
        let mut x: Vec<f64> = seen.collect();
        let spread = centred_square(&x);
        // What the controls before it say already is taken out of it.
        for other in &basis {
            let slope = centred_product(&x, other) / centred_square(other);
            x.iter_mut().zip(other).for_each(|(x, o)| *x -= slope * o);
        }
        let own = centred_square(&x);
        if own.is_nan() || own <= OWN_SHARE * spread || n < used + 6.0 {
            continue;
        }
        let slope = centred_product(&residuals, &x) / own;
        let mean = x.iter().sum::<f64>() / n;
        value -= slope * mean;
        residuals.iter_mut().zip(&x).for_each(|(r, x)| *r -= slope * (x - mean));
        inflation += mean * mean / own;
        used += 1.0;
        basis.push(x);
    }
    if basis.is_empty() {
        return plain;
    }
    let df = n - 1.0 - used;
    let variance = residuals.iter().map(|r| r * r).sum::<f64>() / df;
    Estimate { value, error: (variance * inflation).sqrt(), df, ..plain }
}

fn centred_product(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum()
}

fn centred_square(a: &[f64]) -> f64 {
    centred_product(a, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::pool::Times;

    /// Numbers that look random enough: the fractional parts of multiples of an irrational number.
    fn noise(i: usize, factor: f64) -> f64 {
        (i as f64 * factor).fract() - 0.5
    }

    #[test]
    fn a_control_takes_out_what_it_explains_and_moves_the_mean_with_it() {
        // The output is 10 + 3 x + small noise, and the control happens to lie high.
        let x: Vec<f64> = (0..40).map(|i| 0.05 + noise(i, 0.618_033_988)).collect();
        let y: Vec<f64> =
            x.iter().enumerate().map(|(i, x)| 10.0 + 3.0 * x + 0.01 * noise(i, 0.414_213_562)).collect();
        let sections: Vec<_> = y.iter().map(|&y| Observation::Pair(y, 1.0)).collect();
        let controls = vec![x.iter().map(|x| Observation::Pair(1.0 + x, 1.0)).collect::<Vec<_>>()];
        let quantity = Quantity::Mean(Times::Sojourn(0));
        let total = Observation::Pair(y.iter().sum(), 40.0);
        let plain = quantity.estimate(&sections, &total).unwrap();
        let sharp = controlled(&quantity, &sections, plain, &controls);
        assert!((plain.value - 10.0).abs() > 0.05 && plain.error > 0.1, "{plain:?}");
        assert!((sharp.value - 10.0).abs() < 0.003 && sharp.error < 0.002, "{sharp:?}");
        assert_eq!(sharp.df, 38.0);
    }

    #[test]
    fn a_control_that_never_varies_changes_nothing() {
        let sections: Vec<_> = (0..40).map(|i| Observation::Pair(noise(i, 0.6180), 1.0)).collect();
        let still = vec![vec![Observation::Pair(2.0, 2.0); 40]];
        let quantity = Quantity::Mean(Times::Sojourn(0));
        let plain = Estimate { value: 0.0, error: 0.1, df: 39.0, ..Estimate::default() };
        assert_eq!(controlled(&quantity, &sections, plain, &still).error, 0.1);
    }
}
