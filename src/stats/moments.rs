//! Means, variances and covariances.

/// Count, mean and sum of squared deviations, gathered one value at a time or merged from parts.
///
/// The update is Welford's, the merge Chan's (T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for
/// computing the sample variance", The American Statistician 37, 1983): neither loses the digits that a sum
/// of squares loses when the mean is large beside the deviation. The result depends on the order of the
/// updates in its last bits, so parts must be merged in a fixed order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// No value yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0 }
    }

    /// Takes one value in.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let delta = value - self.mean;
        self.mean += delta / self.count as f64;
        self.squares += delta * (value - self.mean);
    }

    /// Takes the values of another part in, as if they had been pushed after those of this one.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (left, right) = (self.count as f64, other.count as f64);
        let total = left + right;
        let delta = other.mean - self.mean;
        self.mean += delta * (right / total);
        self.squares += other.squares + delta * delta * (left * right / total);
        self.count += other.count;
    }

    /// Number of values.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Mean of the values; `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Sum of the values; 0 without values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.mean * self.count as f64
    }

    /// Unbiased variance (divisor `n - 1`); `None` with fewer than two values.
    #[must_use]
    pub fn sample_variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// Variance of the values themselves (divisor `n`), for a population fully seen; `None` without values.
    #[must_use]
    pub fn population_variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.squares / self.count as f64)
    }
}

/// Mean of `data`; `None` when it is empty.
#[must_use]
pub fn mean(data: &[f64]) -> Option<f64> {
    if data.is_empty() {
        return None;
    }
    let n = data.len() as f64;
    let rough = data.iter().sum::<f64>() / n;
    // The second pass takes away what rounding left in the first.
    Some(rough + data.iter().map(|x| x - rough).sum::<f64>() / n)
}

/// Unbiased variance (divisor `n - 1`), in two passes; `None` with fewer than two values.
#[must_use]
pub fn sample_variance(data: &[f64]) -> Option<f64> {
    sample_covariance(data, data)
}

/// Square root of [`sample_variance`].
#[must_use]
pub fn standard_deviation(data: &[f64]) -> Option<f64> {
    sample_variance(data).map(f64::sqrt)
}

/// Unbiased covariance of pairs (divisor `n - 1`); `None` with fewer than two pairs or unequal lengths.
#[must_use]
pub fn sample_covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || a.len() != b.len() {
        return None;
    }
    let (mean_a, mean_b) = (mean(a)?, mean(b)?);
    let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
    Some(sum / (a.len() - 1) as f64)
}

/// Pearson's correlation of pairs; `None` with fewer than two pairs or when one side does not vary.
#[must_use]
pub fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let spread = (sample_variance(a)? * sample_variance(b)?).sqrt();
    (spread > 0.0).then_some(sample_covariance(a, b)? / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variance_keeps_its_digits_beside_a_large_mean() {
        let data = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert_eq!(mean(&data), Some(1e9 + 10.0));
        assert_eq!(sample_variance(&data), Some(30.0));
        let mut moments = Moments::new();
        data.iter().for_each(|&x| moments.push(x));
        assert!((moments.sample_variance().unwrap() - 30.0).abs() < 1e-6);
    }

    #[test]
    fn merged_parts_equal_the_whole() {
        let data = [3.0, -1.0, 4.0, 1.5, -5.0, 9.25, 2.0];
        let (mut left, mut right) = (Moments::new(), Moments::new());
        data[..3].iter().for_each(|&x| left.push(x));
        data[3..].iter().for_each(|&x| right.push(x));
        left.merge(&right);
        left.merge(&Moments::new());
        assert_eq!(left.count(), 7);
        assert!((left.mean().unwrap() - mean(&data).unwrap()).abs() < 1e-15);
        assert!((left.sample_variance().unwrap() - sample_variance(&data).unwrap()).abs() < 1e-13);
    }

    #[test]
    fn too_little_data_gives_no_number() {
        assert_eq!(mean(&[]), None);
        assert_eq!(sample_variance(&[1.0]), None);
        assert_eq!(correlation(&[1.0, 2.0], &[3.0, 3.0]), None);
        assert_eq!(sample_covariance(&[1.0, 2.0], &[3.0]), None);
    }
}
