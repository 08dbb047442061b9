//! From times as written to the simulated clock.

use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::nearest;
use crate::scenario::quantity::{Anchor, Time};
use crate::units::{SimDuration, SimTime};

/// What times are resolved against. Seconds relative to T0 until the run's frame is known.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// T0 in nanoseconds since 1970, if the scenario says it.
    pub t0: Option<i128>,
    /// Start of counting, in seconds after T0.
    pub from: f64,
    /// End of counting, in seconds after T0.
    pub to: f64,
    /// Uncounted lead-in in seconds.
    pub settle: f64,
    /// Whether clocks whose phase is not said tick at T0.
    pub phases_are_zero: bool,
    /// Named instants, in seconds after T0.
    pub marks: Vec<(String, f64)>,
}

impl Clock {
    /// Seconds after T0 of the time that `field` says; `None` after a diagnostic.
    pub fn seconds(&self, time: &Time, field: &Field<'_>) -> Option<f64> {
        match &time.anchor {
            Anchor::T0 => Some(time.offset),
            Anchor::Calendar(instant) => {
                let Some(t0) = self.t0 else {
                    field.error(format!(
                        "{} is a date, but `run.t0` does not say which date T0 is",
                        field.path
                    ));
                    return None;
                };
                // A difference of dates fits an f64's 53 bits up to 104 days at full nanoseconds.
                Some((instant - t0) as f64 / 1e9 + time.offset)
            }
            Anchor::Mark(name) => {
                let full = if name.contains('.') { name.clone() } else { format!("{name}.end") };
                let found = self.marks.iter().find(|(mark, _)| *mark == full);
                if found.is_none() {
                    let known = self.marks.iter().map(|(mark, _)| mark.as_str());
                    let near = nearest(&full, known).map(|near| format!("; did you mean `{near}`?"));
                    let names: Vec<&str> = self.names().take(12).collect();
                    let listed = || format!("; there are {}", names.join(", "));
                    let near = near.or_else(|| (!names.is_empty()).then(listed));
                    field.error(format!(
                        "{} names the mark `{name}`, which is no peak or window{}",
                        field.path,
                        near.unwrap_or_default()
                    ));
                }
                found.map(|(_, at)| at + time.offset)
            }
        }
    }

    /// The instant on the simulated clock; times before its start are its start.
    #[must_use]
    pub fn sim(&self, seconds: f64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs_f64(self.since_start(seconds))
    }

    /// Seconds on the simulated clock; may be negative.
    #[must_use]
    pub fn since_start(&self, seconds: f64) -> f64 {
        seconds - self.from + self.settle
    }

    /// Seconds after T0 at which the simulated clock starts.
    #[must_use]
    pub fn start(&self) -> f64 {
        self.from - self.settle
    }

    /// The named spans.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter_map(|(mark, _)| mark.strip_suffix(".end"))
    }

    /// Adds the marks of a named span.
    pub fn mark(&mut self, name: &str, start: f64, top: Option<f64>, end: f64) {
        self.marks.push((format!("{name}.start"), start));
        if let Some(top) = top {
            self.marks.push((format!("{name}.top"), top));
        }
        self.marks.push((format!("{name}.end"), end));
    }
}
