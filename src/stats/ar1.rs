//! The first-order autoregressive process, whose constants are known: the test bed of steady-state intervals.

use crate::numerics::norm_quantile;

/// `X_{i+1} = mean + phi (X_i - mean) + e_i` with independent normal `e_i` of standard deviation
/// `innovation_sd`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ar1 {
    phi: f64,
    mean: f64,
    innovation_sd: f64,
}

impl Ar1 {
    /// A stationary process; `None` unless `-1 < phi < 1` and the deviation is finite and not negative.
    #[must_use]
    pub fn new(phi: f64, mean: f64, innovation_sd: f64) -> Option<Self> {
        let valid =
            phi > -1.0 && phi < 1.0 && mean.is_finite() && innovation_sd.is_finite() && innovation_sd >= 0.0;
        valid.then_some(Self { phi, mean, innovation_sd })
    }

    /// Stationary mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Stationary variance, `sd^2 / (1 - phi^2)`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.innovation_sd * self.innovation_sd / ((1.0 - self.phi) * (1.0 + self.phi))
    }

    /// Limit of `n` times the variance of the mean of `n` values, `sd^2 / (1 - phi)^2`.
    #[must_use]
    pub fn asymptotic_variance(&self) -> f64 {
        let root = self.innovation_sd / (1.0 - self.phi);
        root * root
    }

    /// Correlation of neighbours.
    #[must_use]
    pub fn lag1_autocorrelation(&self) -> f64 {
        self.phi
    }

    /// Independent values one value is worth for the mean, `(1 - phi) / (1 + phi)`.
    #[must_use]
    pub fn effective_sample_fraction(&self) -> f64 {
        (1.0 - self.phi) / (1.0 + self.phi)
    }

    /// The stationary `p` quantile, `0 < p < 1`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.mean + norm_quantile(p) * self.variance().sqrt()
    }

    /// The stationary value that the standard normal draw `normal` stands for.
    #[must_use]
    pub fn stationary(&self, normal: f64) -> f64 {
        self.mean + normal * self.variance().sqrt()
    }

    /// The value after `previous`, driven by the standard normal draw `normal`.
    #[must_use]
    pub fn next(&self, previous: f64, normal: f64) -> f64 {
        self.mean + self.phi * (previous - self.mean) + self.innovation_sd * normal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_phi_nine_tenths() {
        let process = Ar1::new(0.9, 5.0, 1.0).unwrap();
        let pairs = [
            (process.variance(), 5.26315789474),
            (process.asymptotic_variance(), 100.0),
            (process.effective_sample_fraction(), 0.0526315789474),
            (process.quantile(0.9), 7.94008092902),
        ];
        for (value, expected) in pairs {
            assert!((value / expected - 1.0f64).abs() < 1e-11, "{value} is not {expected}");
        }
        assert_eq!(process.next(7.0, 0.5), 5.0 + 0.9 * 2.0 + 0.5);
        assert_eq!(Ar1::new(1.0, 0.0, 1.0), None);
    }
}
