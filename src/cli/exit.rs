//! Exit codes: documented here, in `--help` and in the manual, and held by tests.

use std::process::ExitCode;

use crate::analysis::{Conclusion, Outcome};
use crate::study::StudyError;

/// The table shown by `--help`.
pub const TABLE: &str = "\
Exit codes:
  0    every objective was met, or none was given (inconclusive counts as met without --strict)
  1    could not read, write or finish, or a run reached a bound (its report is written)
  2    wrong usage, an error in the scenario, or a bound foreseen: nothing was run or written
  98   a regression: `check` found a metric worse than tolerated, or `rerun` other results than the stored
  99   an objective was missed (with --strict: or is inconclusive)
  130  interrupted; nothing was written
Where several apply, the first of 130, 2, 1, 99, 98, 0 is given.";

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every objective was met, or none was given.
    Passed = 0,
    /// Could not read, write or finish, or a bound was reached in a run.
    Failed = 1,
    /// Usage or scenario error, or a bound foreseen before the run: nothing run, nothing written.
    Refused = 2,
    /// A metric became worse than tolerated, or results differ from the stored ones.
    Regressed = 98,
    /// An objective was missed. The same code as k6's, so that scripts need no second rule.
    Missed = 99,
    /// Interrupted from outside: 128 + SIGINT, as a shell counts.
    Interrupted = 130,
}

impl Exit {
    /// From the strongest to the weakest.
    const PRECEDENCE: [Self; 6] =
        [Self::Interrupted, Self::Refused, Self::Failed, Self::Missed, Self::Regressed, Self::Passed];

    /// The number given to the system.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Which of two is given when both apply.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let both = |exit: &&Self| **exit == self || **exit == other;
        Self::PRECEDENCE.iter().find(both).copied().unwrap_or(self)
    }

    /// What a verdict means for a script. `strict` takes inconclusive for missed.
    #[must_use]
    pub fn of(conclusion: &Conclusion, strict: bool) -> Self {
        match conclusion.outcome {
            Some(Outcome::Fail) => Self::Missed,
            Some(Outcome::Inconclusive) if strict => Self::Missed,
            Some(Outcome::Inconclusive | Outcome::Pass) | None => Self::Passed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<&StudyError> for Exit {
    fn from(error: &StudyError) -> Self {
        match error {
            StudyError::Refused(_) => Self::Refused,
            StudyError::Read { .. } | StudyError::Write { .. } | StudyError::Failed(_) => Self::Failed,
            StudyError::Interrupted => Self::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_does_not_depend_on_the_order_of_finding() {
        for (strong, weak) in [
            (Exit::Interrupted, Exit::Refused),
            (Exit::Refused, Exit::Failed),
            (Exit::Failed, Exit::Missed),
            (Exit::Missed, Exit::Regressed),
            (Exit::Regressed, Exit::Passed),
        ] {
            assert_eq!((strong.or(weak), weak.or(strong), weak.or(weak)), (strong, strong, weak));
        }
    }

    #[test]
    fn the_table_names_every_code() {
        for exit in Exit::PRECEDENCE {
            assert!(TABLE.contains(&format!("\n  {:<4} ", exit.code())), "{exit:?}");
        }
    }

    #[test]
    fn inconclusive_is_missed_only_when_strict() {
        let verdict = |outcome| Conclusion { outcome, passed: 0, failed: 0, inconclusive: 0, inputs: None };
        let inconclusive = verdict(Some(Outcome::Inconclusive));
        assert_eq!(Exit::of(&inconclusive, false), Exit::Passed);
        assert_eq!(Exit::of(&inconclusive, true), Exit::Missed);
        assert_eq!(Exit::of(&verdict(Some(Outcome::Fail)), false), Exit::Missed);
        assert_eq!(Exit::of(&verdict(None), true), Exit::Passed);
    }
}
