//! What is declared of a metric.

use crate::model::{Direction, ScopeKind};
use crate::units::SimDuration;

/// How a metric is put together over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Merge {
    /// Mean over runs.
    Mean,
    /// Sum of numerators over sum of denominators.
    Ratio,
    /// Value of the merged record, with the spread of the runs' own values around it.
    Sectioned,
    /// The same, of a quantile at this level: it needs enough observations.
    Quantile(f64),
}

/// How a number is read. All but the first have no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A number of something, in its unit.
    Amount,
    /// A part of a whole: at most one, said in percent.
    Share,
    /// Said in percent, too, but of something that may be passed: cpu used of what was requested.
    Load,
    /// So many times, said as it is.
    Factor,
}

/// A metric's declaration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Its name in results. Where it ends with `_` a limit follows: see [`Metric::within`].
    pub name: &'static str,
    /// Its unit: `s`, `s^2`, `1`, `1/s`, `pods`, `requests`, `events`, `h`; that of money is the currency's name.
    pub unit: &'static str,
    /// How it is read.
    pub reading: Reading,
    /// Which way it gets better.
    pub better: Direction,
    /// How replications become one number.
    pub merge: Merge,
    /// What stands above its column in tables.
    pub heading: &'static str,
    /// Kinds of scopes that have it for the whole counted span: `summary.csv`.
    pub totals: &'static [ScopeKind],
    /// Kinds of scopes that have it by window: `timeseries.csv`.
    pub series: &'static [ScopeKind],
    /// Kinds of scopes that have it by place or instant: `probes.csv`.
    pub probes: &'static [ScopeKind],
    /// What it is, in a sentence.
    pub meaning: &'static str,
}

impl Metric {
    /// Name of a share within a time: `within_0.8s`.
    #[must_use]
    pub fn within(&self, time: SimDuration) -> String {
        format!("{}{}s", self.name, time.as_secs_f64())
    }

    pub(super) const fn new(name: &'static str, unit: &'static str, merge: Merge) -> Self {
        Self {
            name,
            unit,
            reading: Reading::Amount,
            better: Direction::Neutral,
            merge,
            heading: name,
            totals: &[],
            series: &[],
            probes: &[],
            meaning: "",
        }
    }

    pub(super) const fn small(self) -> Self {
        Self { better: Direction::Small, ..self }
    }

    pub(super) const fn large(self) -> Self {
        Self { better: Direction::Large, ..self }
    }

    pub(super) const fn read_as(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    pub(super) const fn headed(self, heading: &'static str) -> Self {
        Self { heading, ..self }
    }

    pub(super) const fn of(self, totals: &'static [ScopeKind]) -> Self {
        Self { totals, ..self }
    }

    pub(super) const fn by_window(self, series: &'static [ScopeKind]) -> Self {
        Self { series, ..self }
    }

    pub(super) const fn probed(self, probes: &'static [ScopeKind]) -> Self {
        Self { probes, ..self }
    }

    pub(super) const fn meaning(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }

    /// Whether results call it `name`.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        if self.name.ends_with('_') { name.starts_with(self.name) } else { name == self.name }
    }

    /// The largest value it can have.
    #[must_use]
    pub fn most(&self) -> f64 {
        if self.reading == Reading::Share { 1.0 } else { f64::INFINITY }
    }
}

/// The metrics of a recorder of durations.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// What all their names have in them.
    pub(super) name: &'static str,
    /// The mean.
    pub mean: &'static Metric,
    /// The variance.
    pub variance: &'static Metric,
    /// Percentiles, by rising level.
    pub quantiles: [&'static Metric; 5],
}

impl Times {
    /// Name of the percentile at the level `p`, whether it is among those that are always reported or not: `sojourn_p9999`
    /// has the digits of the percentage without its point.
    #[must_use]
    pub fn quantile_name(&self, p: f64) -> String {
        // Percentages are written with few digits; rounding removes the noise of the division by 100.
        let percent = (p * 1e11).round() / 1e9;
        format!("{}_p{}", self.name, percent.to_string().replace('.', ""))
    }

    /// What follows the name of these times in the name of one of their percentiles: `p99`.
    #[must_use]
    pub fn percentile_in<'n>(&self, name: &'n str) -> Option<&'n str> {
        name.strip_prefix(self.name)?.strip_prefix('_').filter(|rest| rest.starts_with('p'))
    }
}
