//! Capacity from Rust code, without a command line.

use super::{CapacityResult, capacity};
use crate::scenario::{CapacityGoal, CapacityPlan, stretch};
use crate::study::{Study, StudyError};

impl Study {
    /// Answers the questions of the scenario's own section `capacity:`.
    ///
    /// # Errors
    /// If the scenario cannot be read, has errors or asks nothing; as [`capacity`] does, too.
    pub fn capacity(&self) -> Result<CapacityResult, StudyError> {
        let prepared = self.prepare()?;
        let plans = prepared.scenario.as_ref().map(|scenario| scenario.capacity.clone()).unwrap_or_default();
        self.watched(|execution| capacity(&prepared, &plans, self.inputs(), None, execution, None))
    }

    /// Searches the largest value of `path` in `range` that meets the objectives.
    ///
    /// ```
    /// use flashcrowd::study::Study;
    ///
    /// let scenario = "
    /// schema: 1
    /// run: { mode: steady, warm_up: 20s, length: 1000s, record: { window: none } }
    /// traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
    /// services:
    ///   web: { replicas: 1, slots: 1, operations: { view: [ { work: exponential(50ms) } ] } }
    /// objectives: [ view mean < 150ms, view success >= 99% ]
    /// ";
    /// // M/M/1: the mean is 1 / (20 - rate), so 13/s is the limit.
    /// let answer = Study::from_text(scenario).largest("traffic.shoppers.rate", "8/s .. 20/s step 2/s")?.answer;
    /// assert_eq!(answer.searches[0].setting, ["12/s"]);
    /// assert_eq!(answer.searches[0].first[0].missed[0].rule, "view mean < 150ms");
    /// # Ok::<(), flashcrowd::study::StudyError>(())
    /// ```
    ///
    /// # Errors
    /// If the scenario or the range is wrong; as [`capacity`] does, too.
    pub fn largest(&self, path: &str, range: &str) -> Result<CapacityResult, StudyError> {
        self.search(CapacityGoal::Largest, &[(path, range)])
    }

    /// Searches the setting with the fewest replica-hours in which 95 % of runs meet every objective.
    ///
    /// # Errors
    /// As [`largest`](Self::largest).
    pub fn cheapest(&self, ranges: &[(&str, &str)]) -> Result<CapacityResult, StudyError> {
        self.search(CapacityGoal::Cheapest, ranges)
    }

    fn search(&self, goal: CapacityGoal, ranges: &[(&str, &str)]) -> Result<CapacityResult, StudyError> {
        let read = |&(path, range): &(&str, &str)| {
            stretch(path, range).map_err(|wrong| StudyError::Refused(format!("{path} {}", wrong.message)))
        };
        let stretches = ranges.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let plan = CapacityPlan::new("search", goal, stretches);
        let prepared = self.prepare()?;
        self.watched(|execution| capacity(&prepared, &[plan], self.inputs(), None, execution, None))
    }
}
