//! Requests that a class is expected to make, from the rates of its source.

use crate::model::{ArrivalProcess, LawId, Model, RateProfile, SourceKind};

/// Requests of a class expected between two instants, in seconds from the start of a replication. The second
/// value says whether it is only a bound from above.
pub(super) fn expected_requests(model: &Model, class: usize, from: f64, to: f64) -> (f64, bool) {
    let Some(source) = model.sources.get(model.classes[class].source.index()) else { return (0.0, false) };
    let Some(at) = source.classes.iter().position(|id| id.index() == class) else { return (0.0, false) };
    let share = source.mix.probability(at);
    let span = to - from;
    let (count, bound) = match &source.kind {
        SourceKind::Closed { users, think } => {
            // Users who wait for nothing but their own thinking ask most often.
            let think = law_mean(model, *think);
            (if think > 0.0 { f64::from(*users) * span / think } else { 0.0 }, true)
        }
        SourceKind::Open(process) => match process {
            ArrivalProcess::Poisson(profile) | ArrivalProcess::Even(profile) => {
                (between(profile, from, to), false)
            }
            ArrivalProcess::Renewal { gap } => {
                let gap = law_mean(model, *gap);
                (if gap > 0.0 { span / gap } else { 0.0 }, false)
            }
            ArrivalProcess::Mmpp { rates, .. } => (rates.iter().copied().fold(0.0, f64::max) * span, true),
            ArrivalProcess::Segments(segments) => {
                let (from, to) = ((from * 1e9) as u64, (to * 1e9) as u64);
                let inside = segments
                    .iter()
                    .map(|s| s.to.min(to).saturating_sub(s.from.max(from)) as f64 / s.gap.max(1) as f64);
                (inside.sum(), false)
            }
            ArrivalProcess::Times(times) => {
                let index = |t: f64| times.partition_point(|&at| (at as f64) < t * 1e9);
                ((index(to) - index(from)) as f64, false)
            }
        },
    };
    (count * share, bound)
}

fn between(profile: &RateProfile, from: f64, to: f64) -> f64 {
    if profile.pieces().is_empty() { 0.0 } else { profile.cumulative(to) - profile.cumulative(from) }
}

fn law_mean(model: &Model, law: LawId) -> f64 {
    let mean = model.laws.get(law.index()).map_or(0.0, |law| law.law.mean());
    if mean.is_finite() { mean } else { 0.0 }
}
