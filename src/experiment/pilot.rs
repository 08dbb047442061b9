//! The warm-up of a steady-state run, found in a pilot by MSER-5.

use std::sync::atomic::AtomicBool;

use super::{Interrupted, WorkUnit, Workers};
use crate::metrics::{RunRecord, WindowRecord};
use crate::model::{Mode, Model, WarmUp};
use crate::stats::mser5;
use crate::units::SimDuration;

/// Replications of the pilot: their mean is smoother than one path, and the rule is applied to it once.
pub const PILOT_REPLICATIONS: u32 = 5;

/// Numbers of the pilot's replications start here, so that the measured ones are independent of the choice.
pub const FIRST_PILOT: u64 = 1 << 40;

/// Windows the pilot's span is cut into: 200 batches of five.
const WINDOWS: u64 = 1000;

/// Batches at the end that the rule leaves out, against a late outlier (K. Hoad, S. Robinson, R. Davies,
/// "Automating warm-up length estimation", JORS 61, 2010).
const TAIL_GUARD: usize = 5;

/// What the pilot found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PilotWarmUp {
    /// How much to delete from the start of the counted span.
    pub span: SimDuration,
    /// The span is too short to tell its warm-up from the rest: results may be biased, run longer.
    pub too_short: bool,
}

/// The model of the pilot: nothing deleted, a fine series recorded.
#[must_use]
pub fn pilot_model(model: &Model) -> Model {
    let mut pilot = model.clone();
    pilot.plan.mode = Mode::Steady(WarmUp::Fixed(SimDuration::ZERO));
    let width = model.plan.length.as_nanos().div_ceil(WINDOWS).max(1);
    pilot.recording.window = Some(SimDuration::from_nanos(width));
    // Only the number in system is looked at.
    pilot.recording.calls = false;
    pilot
}

/// Runs the pilot and applies MSER-5 to the number in system, averaged over its replications. `workspace` runs
/// replications of [`pilot_model`].
///
/// # Errors
/// [`Interrupted`] when `interrupt` was set.
pub fn find_warm_up<W>(
    workers: &Workers,
    workspace: impl Fn() -> W + Sync,
    interrupt: &AtomicBool,
) -> Result<PilotWarmUp, Interrupted>
where
    W: FnMut(u64) -> RunRecord + Send,
{
    let unit = WorkUnit { design_point: 0, first: FIRST_PILOT, count: PILOT_REPLICATIONS };
    let mut pilot = Pilot::default();
    workers.run(unit, workspace, interrupt, |record| pilot.take(&record))?;
    Ok(pilot.finish())
}

/// The pilot's series, summed over its replications while they come in.
#[derive(Clone, Debug, Default)]
pub struct Pilot {
    width: u64,
    sums: Vec<f64>,
    shortest: Option<usize>,
}

impl Pilot {
    /// Takes the next replication of [`pilot_model`].
    pub fn take(&mut self, record: &RunRecord) {
        let Some(windows) = &record.windows else { return };
        let series = number_in_system(windows);
        self.width = windows.width;
        self.shortest = Some(self.shortest.map_or(series.len(), |shortest| shortest.min(series.len())));
        self.sums.resize(self.sums.len().max(series.len()), 0.0);
        self.sums.iter_mut().zip(&series).for_each(|(sum, value)| *sum += value);
    }

    /// What the rule says to the mean of the replications.
    #[must_use]
    pub fn finish(mut self) -> PilotWarmUp {
        self.sums.truncate(self.shortest.unwrap_or(0));
        truncation(&self.sums, self.width)
    }
}

/// Time average of the number in system (waiting and in service, all services) in every window.
fn number_in_system(windows: &WindowRecord) -> Vec<f64> {
    let count = windows.services.iter().map(Vec::len).max().unwrap_or(0);
    let width = windows.width.max(1) as f64;
    let inside = |at: usize| {
        let here = windows.services.iter().filter_map(|service| service.get(at));
        here.map(|window| window.busy + window.queued).sum::<u128>() as f64 / width
    };
    (0..count).map(inside).collect()
}

fn truncation(series: &[f64], width: u64) -> PilotWarmUp {
    match mser5(series, TAIL_GUARD) {
        Some(found) => PilotWarmUp {
            span: SimDuration::from_nanos((found.observations_deleted as u64).saturating_mul(width)),
            too_short: found.too_short,
        },
        None => PilotWarmUp { span: SimDuration::ZERO, too_short: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ServiceWindow;

    fn pilot(level: impl Fn(u64, u64) -> u128 + Sync + Copy + Send) -> PilotWarmUp {
        let job = move |replication: u64| {
            let window = |at| ServiceWindow { busy: level(replication, at), ..ServiceWindow::default() };
            let services = vec![(0..WINDOWS).map(window).collect(), vec![ServiceWindow::default(); 10]];
            let windows = Some(WindowRecord { width: 1000, classes: Vec::new(), services });
            RunRecord { windows, ..RunRecord::default() }
        };
        find_warm_up(&Workers::new(2).unwrap(), || job, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn a_start_that_is_too_low_is_deleted() {
        // Empty for 100 windows of 1000 ns, then between 5 and 11 requests.
        let found = pilot(
            |replication, at| if at < 100 { 0 } else { u128::from(5000 + (at * 7 + replication) % 7 * 1000) },
        );
        assert_eq!(found, PilotWarmUp { span: SimDuration::from_nanos(100_000), too_short: false });
    }

    #[test]
    fn a_system_that_keeps_growing_is_called_too_short() {
        assert!(pilot(|_, at| u128::from(at * 1000)).too_short);
    }

    #[test]
    fn pilot_replications_are_not_those_measured() {
        let measured = u64::from(u32::MAX);
        assert!(FIRST_PILOT > measured);
    }
}
