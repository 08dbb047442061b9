//! How far the work is, on stderr and only on a terminal.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::terminal::Terminal;
use crate::study::Step;

/// Time between redraws while nothing happens, so that the time shown stays alive.
const TICK: Duration = Duration::from_millis(200);

/// A bar that disappears when it is dropped, so that the result stands alone.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar, or nothing at all where there is no terminal.
    #[must_use]
    pub fn new(terminal: &Terminal) -> Self {
        if !terminal.shows_progress {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style(terminal.colors_messages));
        bar.enable_steady_tick(TICK);
        Self { bar }
    }

    /// Shows a step.
    pub fn show(&self, step: Step) {
        match step {
            Step::WarmUp => self.bar.set_message("looking for the warm-up"),
            Step::Replications { done, of } => {
                self.bar.set_message("replications");
                self.bar.set_length(u64::from(of));
                self.bar.set_position(u64::from(done));
            }
            Step::Point { number, done, of } => {
                self.bar.set_message(format!("point {number}"));
                self.bar.set_length(u64::from(of));
                self.bar.set_position(u64::from(done));
            }
            Step::Sweep { done, of, finished, points } => {
                self.bar.set_message(format!("replications of {points} points, {finished} finished"));
                self.bar.set_length(of);
                self.bar.set_position(done);
            }
            Step::Reporting => self.bar.set_message("report"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Bar, count, rate and remaining time. A template that is wrong would only cost the looks.
fn style(has_color: bool) -> ProgressStyle {
    let bar = if has_color { "{bar:40.cyan/blue}" } else { "{bar:40}" };
    let template = format!("{{spinner}} {{msg}} {bar} {{pos}}/{{len}}  {{rate}}  {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let rate = |state: &ProgressState, text: &mut dyn Write| {
        let per_second = state.per_sec();
        // Slow replications are told by the minute, so that the number is not mostly zeros.
        let _ = if per_second >= 1.0 {
            write!(text, "{per_second:.1}/s")
        } else {
            write!(text, "{:.1}/min", per_second * 60.0)
        };
    };
    style.with_key("rate", rate)
}
