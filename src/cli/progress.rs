//! How far the work is, on stderr: a bar on a terminal, and lines about what a search found everywhere.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::terminal::Terminal;
use crate::study::Step;

/// Time between redraws while nothing happens, so that the time shown stays alive.
const TICK: Duration = Duration::from_millis(200);

/// A bar that disappears when it is dropped, so that the result stands alone; and lines about what a search found, which
/// stay, on a terminal and elsewhere.
pub struct Progress {
    bar: ProgressBar,
    terminal: Terminal,
    forecast: Option<Forecast>,
    /// What a search knows of its answer.
    bracket: Option<String>,
}

/// How long a search will take, until the first replications have shown it.
struct Forecast {
    title: String,
    replications: u64,
    threads: usize,
    /// The unit that is timed.
    unit: Option<Timed>,
}

/// Replications of a point up to its next look, while they are timed.
#[derive(Clone, Copy)]
struct Timed {
    point: u32,
    end: u32,
    begun: Instant,
    /// Replications done when it began.
    before: u32,
}

impl Progress {
    /// A bar, or lines alone where there is no terminal; nothing at all if told to be quiet.
    #[must_use]
    pub fn new(terminal: &Terminal) -> Self {
        let bar = if terminal.shows_progress {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style(terminal.colors_messages));
            bar.enable_steady_tick(TICK);
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { bar, terminal: *terminal, forecast: None, bracket: None }
    }

    /// Shows a step.
    pub fn show(&mut self, step: Step) {
        match step {
            Step::WarmUp => self.bar.set_message("looking for the warm-up"),
            Step::Replications { done, of } => self.count("replications", u64::from(done), u64::from(of)),
            Step::Search { name, parameters, settings, replications, threads } => {
                let title = format!("{settings} settings of {} ({name})", parameters.join(" and "));
                self.forecast = Some(Forecast { title, replications, threads, unit: None });
            }
            Step::Point { number, done, of } => {
                self.foresee(number, of, done);
                self.count(format!("point {number}"), u64::from(done), u64::from(of));
            }
            Step::Decided { setting, ruling, bracket } => {
                self.line(&format!("{setting} {ruling}; {bracket}"));
                self.bracket = Some(bracket);
            }
            Step::Sweep { done, of, finished, points } => {
                self.count(format!("replications of {points} points, {finished} finished"), done, of);
            }
            Step::Reporting => self.bar.set_message("report"),
        }
    }

    /// What the last search knew of its answer.
    #[must_use]
    pub fn bracket(&self) -> Option<&str> {
        self.bracket.as_deref()
    }

    fn count(&self, what: impl Into<Cow<'static, str>>, done: u64, of: u64) {
        self.bar.set_message(what);
        self.bar.set_length(of);
        self.bar.set_position(done);
    }

    /// Says how long a search may take as soon as every thread has run a replication.
    fn foresee(&mut self, point: u32, end: u32, done: u32) {
        let Some(forecast) = &mut self.forecast else { return };
        let timed = match forecast.unit {
            Some(timed) if (timed.point, timed.end) == (point, end) => timed,
            _ => *forecast.unit.insert(Timed { point, end, begun: Instant::now(), before: done }),
        };
        let (ran, wave) = (done - timed.before, (end - timed.before).min(forecast.threads as u32).max(1));
        if ran < wave {
            return;
        }
        let seconds = timed.begun.elapsed().as_secs_f64() / f64::from(ran) * forecast.replications as f64;
        let text = format!(
            "{}; some {} replications, about {}",
            forecast.title,
            forecast.replications,
            HumanDuration(Duration::from_secs_f64(seconds.max(1.0)))
        );
        self.forecast = None;
        self.line(&text);
    }

    fn line(&self, text: &str) {
        if self.terminal.shows_progress {
            self.bar.println(text);
        } else {
            self.terminal.note(text);
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
