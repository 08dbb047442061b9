//! Rates that the timeline sets: what a run has to know of them is known before it starts.

use super::build::Build;
use super::profile::{Curve, sum};
use crate::model::{ArrivalProcess, SourceId, SourceKind};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::source::Span;

/// The rate of an open source from an instant on, and where it is written.
pub(super) struct NewRate<'a> {
    pub source: SourceId,
    /// In seconds after T0.
    pub at: f64,
    /// Per second.
    pub rate: f64,
    pub path: &'a str,
    pub span: Span,
}

/// Moves the level on which a source's peaks stand; peaks keep the heights that they were written with.
pub(super) fn set_rates(mut rates: Vec<NewRate<'_>>, build: &mut Build<'_>) {
    rates.sort_by(|a, b| a.source.cmp(&b.source).then(a.at.total_cmp(&b.at)));
    for of_source in rates.chunk_by(|a, b| a.source == b.source) {
        let id = of_source[0].source;
        let level = build.levels.get(id.index()).copied().flatten();
        let source = &mut build.model.sources[id.index()];
        let (Some(level), SourceKind::Open(process)) = (level, &mut source.kind) else {
            let message = format!("`{}`: this source has no level rate to be changed", of_source[0].path);
            let expected = "a source with `rate` and without `diurnal`";
            build.context.push(Diagnostic::error(of_source[0].span, message).expected(expected));
            continue;
        };
        let (ArrivalProcess::Poisson(profile) | ArrivalProcess::Even(profile)) = process else { continue };
        let mut points = vec![(f64::MIN, 0.0)];
        points.extend(of_source.iter().map(|new| (build.clock.since_start(new.at), new.rate - level)));
        *profile = sum(&[Curve::of(profile), Curve::points(&points, false)]);
    }
}
