//! What each factor does to a measure, averaged over the others.
//!
//! In a full factorial design the means by level are the main effects of the analysis of variance (D. C. Montgomery,
//! Design and Analysis of Experiments, 2017, chapter 5), and the variance of those means over the variance of all
//! points is the factor's share. Factors that move together count as one: which of them it was cannot be told. In a Latin hypercube, where no level repeats, neighbouring points are put into bins.

use super::point::SweepPoint;

/// Bins of a factor whose values do not repeat.
const BINS: usize = 6;

/// A number that points are compared by.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Measure {
    /// Whose.
    pub scope: String,
    /// Its name, or an objective's rule.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// The objective's limit, if it is an objective's measure.
    pub limit: Option<f64>,
    /// Its value at each point; `None` where there is none.
    #[serde(skip)]
    pub values: Vec<Option<f64>>,
}

/// A measure at one level of a factor.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Effect {
    /// The level as it is shown, or the range of a bin.
    pub label: String,
    /// Mean over the points of this level.
    pub mean: f64,
    /// The smallest of them.
    pub least: f64,
    /// The largest.
    pub most: f64,
    /// How many points.
    pub points: usize,
}

/// What a factor does to a measure, or factors that move together.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FactorEffect {
    /// The factor's place; places of all that move together.
    pub factors: Vec<usize>,
    /// One a level, in their order; labels of factors that move together stand with ` + ` between them.
    pub levels: Vec<Effect>,
    /// Variance of the levels' means over the variance of the points: the share that this factor explains alone.
    pub share: Option<f64>,
}

impl FactorEffect {
    /// The smallest and the largest mean of a level.
    #[must_use]
    pub fn span(&self) -> (f64, f64) {
        let means = || self.levels.iter().map(|level| level.mean);
        (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max))
    }
}

/// The level of a point as it is shown; of factors that move together, all of theirs.
pub(super) fn label(point: &SweepPoint, factors: &[usize]) -> String {
    let labels: Vec<&str> = factors.iter().map(|&factor| point.levels[factor].label.as_str()).collect();
    labels.join(" + ")
}

/// The effects of factors on a measure: one of each of `groups`, which hold the places of what moves together.
#[must_use]
pub fn effects(points: &[SweepPoint], groups: &[Vec<usize>], measure: &Measure) -> Vec<FactorEffect> {
    let known: Vec<(usize, f64)> =
        measure.values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    groups.iter().map(|factors| effect(points, factors, &known)).collect()
}

fn effect(points: &[SweepPoint], factors: &[usize], known: &[(usize, f64)]) -> FactorEffect {
    let levels: Vec<Effect> = by_level(points, factors, known)
        .into_iter()
        .map(|(label, values)| Effect {
            label,
            mean: values.iter().sum::<f64>() / values.len() as f64,
            least: values.iter().copied().fold(f64::INFINITY, f64::min),
            most: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            points: values.len(),
        })
        .collect();
    let count = known.len() as f64;
    let mean = known.iter().map(|(_, value)| value).sum::<f64>() / count;
    let all: f64 = known.iter().map(|(_, value)| (value - mean) * (value - mean)).sum();
    let between: f64 =
        levels.iter().map(|level| level.points as f64 * (level.mean - mean) * (level.mean - mean)).sum();
    // Rounding alone would call a factor of a constant measure important.
    let moves = all > 1e-18 * count * mean * mean;
    FactorEffect { factors: factors.to_vec(), levels, share: moves.then(|| (between / all).min(1.0)) }
}

/// The values of the points by level of a factor: its own levels in the order of the design, or bins of their sizes. Of
/// factors that move together the sizes of the first one count.
fn by_level(points: &[SweepPoint], factors: &[usize], known: &[(usize, f64)]) -> Vec<(String, Vec<f64>)> {
    let mut levels: Vec<(String, Option<f64>, Vec<f64>)> = Vec::new();
    for &(at, value) in known {
        let shown = label(&points[at], factors);
        match levels.iter_mut().find(|(label, ..)| *label == shown) {
            Some((.., values)) => values.push(value),
            None => {
                let size = factors.first().and_then(|&first| points[at].levels[first].size);
                levels.push((shown, size, vec![value]));
            }
        }
    }
    if levels.iter().all(|(_, size, _)| size.is_some()) {
        levels.sort_by(|one, two| one.1.unwrap_or(0.0).total_cmp(&two.1.unwrap_or(0.0)));
    }
    let repeats = levels.len() * 2 <= known.len() || levels.len() <= 2 * BINS;
    if repeats {
        return levels.into_iter().map(|(label, _, values)| (label, values)).collect();
    }
    let bins = BINS.min(levels.len());
    let cut = |bin: usize| bin * levels.len() / bins;
    let bin = |bin: usize| {
        let inside = &levels[cut(bin)..cut(bin + 1)];
        let ends = inside.first().zip(inside.last());
        let label = ends.map(|(first, last)| format!("{} .. {}", first.0, last.0)).unwrap_or_default();
        (label, inside.iter().flat_map(|(.., values)| values.iter().copied()).collect())
    };
    (0..bins).map(bin).collect()
}
