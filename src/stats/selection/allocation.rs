//! How to divide a fixed budget of replications among designs.

use super::Best;

/// Shares of a budget that make picking the truly best design most likely, asymptotically: for `i, j` not
/// best `N_i / N_j = ((s_i / d_i) / (s_j / d_j))^2` with the distance `d` from the best mean, and
/// `N_b = s_b sqrt(sum (N_i / s_i)^2)`.
///
/// C.-H. Chen, J. Lin, E. Yücesan, S. E. Chick, "Simulation budget allocation for further enhancing the
/// efficiency of ordinal optimization", J. Discrete Event Dynamic Systems 10 (2000), for independent designs.
/// The best use of a budget, without a guarantee. `None` with fewer than two designs, unequal lengths,
/// standard deviations that are not above zero, or when a design ties with the best.
#[must_use]
pub fn ocba_fractions(means: &[f64], deviations: &[f64], best: Best) -> Option<Vec<f64>> {
    let valid = means.len() >= 2
        && means.len() == deviations.len()
        && means.iter().all(|m| m.is_finite())
        && deviations.iter().all(|s| s.is_finite() && *s > 0.0);
    if !valid {
        return None;
    }
    let values: Vec<f64> = means.iter().map(|&m| best.turned(m)).collect();
    let leader = (1..values.len()).fold(0, |b, i| if values[i] > values[b] { i } else { b });
    let mut weights: Vec<f64> = values
        .iter()
        .zip(deviations)
        .map(|(value, deviation)| {
            let ratio = deviation / (values[leader] - value);
            ratio * ratio
        })
        .collect();
    weights[leader] = 0.0;
    let squares: f64 = weights.iter().zip(deviations).map(|(w, s)| (w / s) * (w / s)).sum();
    weights[leader] = deviations[leader] * squares.sqrt();
    let total: f64 = weights.iter().sum();
    (total.is_finite() && total > 0.0).then(|| weights.iter().map(|w| w / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_five_designs() {
        let expected = [0.417096958289, 0.318245992316, 0.179013370678, 0.0198903745198, 0.0657533041976];
        let means = [1.0, 1.2, 1.5, 2.0, 2.1];
        let deviations = [1.0, 0.8, 1.5, 1.0, 2.0];
        let found = ocba_fractions(&means, &deviations, Best::Smallest).unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert!((found / expected - 1.0f64).abs() < 1e-11, "{found} is not {expected}");
        }
        let turned = means.map(|m| -m);
        assert_eq!(ocba_fractions(&turned, &deviations, Best::Largest), Some(found));
        assert_eq!(ocba_fractions(&[1.0, 1.0], &[1.0, 1.0], Best::Smallest), None);
    }
}
