//! What is known of the input sharpens what is estimated of the output.

use super::interval::{Interval, finite, t_factor};
use super::moments::{mean, sample_covariance, sample_variance};

/// Result of [`control_variate`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controlled {
    /// Interval of the mean of the output, with the part that the control explains taken out.
    pub interval: Interval,
    /// By how much the output rises when the control rises by one.
    pub slope: f64,
}

/// Interval of the mean of `output` given that `control`, seen beside it, has the known mean `known`: the
/// regression estimator `Ybar - b (Cbar - mu)` with half-width
/// `t(n-2) s sqrt(1/n + (Cbar - mu)^2 / Sxx)`.
///
/// A. M. Law, Simulation Modeling and Analysis (2015), section 11.4; S. S. Lavenberg, P. D. Welch, Management
/// Science 27 (1981). Good controls of a peak are the number of arrivals and the work they bring. `None` with
/// fewer than three pairs, unequal lengths, or a control that does not vary.
#[must_use]
pub fn control_variate(output: &[f64], control: &[f64], known: f64, confidence: f64) -> Option<Controlled> {
    let n = output.len() as f64;
    let spread = sample_variance(control)?;
    if output.len() < 3 || spread <= 0.0 {
        return None;
    }
    let slope = sample_covariance(output, control)? / spread;
    let (above, beside) = (mean(output)?, mean(control)?);
    let residuals = output.iter().zip(control).map(|(y, c)| y - above - slope * (c - beside));
    let deviation = (residuals.map(|r| r * r).sum::<f64>() / (n - 2.0)).sqrt();
    let off = beside - known;
    let half =
        t_factor(confidence, n - 2.0)? * deviation * (1.0 / n + off * off / (spread * (n - 1.0))).sqrt();
    Some(Controlled { interval: finite(Interval::symmetric(above - slope * off, half))?, slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_explains_most_of_the_output() {
        let output = [
            4.1349, 5.0333, 3.6071, 11.5498, 3.7767, 5.018, 3.7194, 17.0417, 10.2777, 4.407, 4.0802, 3.5625,
            8.5576, 5.0108, 5.1906, 6.7825, 10.3642, 4.5592, 5.8975, 5.3814,
        ];
        let control = [
            0.3253, 0.6751, 0.1166, 3.3731, 0.1332, 0.5576, 0.0114, 5.4325, 2.8606, 0.4351, 0.319, 0.0589,
            2.0072, 0.4885, 0.8317, 1.1936, 2.7368, 0.3209, 0.967, 0.7273,
        ];
        let found = control_variate(&output, &control, 1.0, 0.95).unwrap();
        let pairs = [
            (found.interval.centre, 5.95717878576),
            (found.interval.half_width, 0.101456300189),
            (found.slope, 2.466406531),
        ];
        for (value, expected) in pairs {
            assert!((value / expected - 1.0f64).abs() < 1e-10, "{value} is not {expected}");
        }
        assert_eq!(control_variate(&output, &[1.0; 20], 1.0, 0.95), None);
        assert_eq!(control_variate(&output, &control[1..], 1.0, 0.95), None);
    }
}
