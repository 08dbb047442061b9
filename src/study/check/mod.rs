//! `check`: does a change hold its objectives, and is it no worse than what was there before?

mod notes;
mod places;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::StudyError;
use super::host::Stopwatch;
use super::prepare::Prepared;
use super::provenance::Edit;
use super::race::{Race, schedule};
use super::run::{Execution, refuse_errors};
use super::trials::fix_warm_up;
use crate::analysis::{Conclusion, ObjectiveResult, Outcome, Side, judge_at};
use crate::baseline::{
    ALPHA, BETA, Baseline, CheckReport, CheckedScenario, Decision, Finding, Look, Measured, StoredInput,
    StoredMetric, StoredScenario, Watched, check_row, conclude, decide, is_settled, measure, watch,
    without_baseline,
};
use crate::experiment::Workers;
use crate::model::decision_metrics;
use crate::scenario::{CheckPlan, Inconclusive, Tolerance, Tolerances, differences, held_inputs, nearest};
use crate::stats::bonferroni;
use notes::{missed_before, since};
use places::{metric_place, objective_places};

/// Confidence of the verdicts about objectives, over all looks.
const CONFIDENCE: f64 = 0.95;

/// What a scenario is compared with.
#[derive(Clone, Copy)]
pub enum Rival<'a> {
    /// Nothing: only objectives are judged.
    Nobody,
    /// Another scenario, simulated beside it.
    Scenario(&'a str, &'a Prepared),
    /// What another version measured: the file's name, and its content.
    Stored(&'a str, &'a Baseline),
}

/// One scenario to check.
#[derive(Clone, Copy)]
pub struct Contest<'a> {
    /// The new side.
    pub head: &'a Prepared,
    /// What it is compared with.
    pub rival: Rival<'a>,
    /// Why there is no rival, or what else is to be said.
    pub note: Option<&'a str>,
}

/// How a check is carried out.
#[derive(Clone, Debug, Default)]
pub struct CheckSettings {
    /// Tolerances that win over those of the scenario.
    pub tolerate: Vec<(String, Tolerance)>,
    /// What undecided verdicts mean, instead of what the scenario says.
    pub inconclusive: Option<Inconclusive>,
    /// A fixed number of replications, decided at once.
    pub replications: Option<u32>,
    /// Seconds of wall time after which no replications are added.
    pub budget: Option<f64>,
    /// Scenarios that what is compared with has and that are not there any more.
    pub gone: Vec<String>,
    /// Regressions against a stored baseline are what will be stored, so they are shown and not judged.
    pub accepts: bool,
}

/// What a check gave.
pub struct CheckResult {
    /// The verdicts.
    pub report: CheckReport,
    /// What each scenario measured, ready to be stored.
    pub measured: Vec<StoredScenario>,
    /// Replications that hit a bound, in words; empty when none did.
    pub bounds_hit: Vec<String>,
}

/// Checks every scenario. The error probability of regressions is shared by all of them.
///
/// # Errors
/// If a scenario has errors, a tolerance does not fit or names nothing, a baseline cannot be paired, or the work was
/// interrupted.
pub fn check(
    contests: &[Contest<'_>],
    settings: &CheckSettings,
    execution: Execution<'_>,
) -> Result<CheckResult, StudyError> {
    for contest in contests {
        refuse_errors(contest.head)?;
        if let Rival::Scenario(_, prepared) = contest.rival {
            refuse_errors(prepared)?;
        }
    }
    refuse_unknown(contests, settings)?;
    let watch = Stopwatch::start();
    let Execution { threads, interrupt, progress } = execution;
    let workers = Workers::new(threads).map_err(|error| StudyError::Refused(error.to_string()))?;
    let mut result =
        CheckResult { report: CheckReport::new(Vec::new()), measured: Vec::new(), bounds_hit: Vec::new() };
    let mut scenarios = Vec::with_capacity(contests.len());
    for (at, contest) in contests.iter().enumerate() {
        let left = (contests.len() - at) as f64;
        let until =
            settings.budget.map(|budget| watch.seconds() + (budget - watch.seconds()).max(0.0) / left);
        let bout =
            Bout { contest, settings, workers: &workers, watch, until, sharing: contests.len() as u32 };
        let (scenario, measured, bounds) = bout.fight(interrupt, progress)?;
        scenarios.push(scenario);
        result.measured.push(measured);
        result.bounds_hit.extend(bounds);
    }
    if interrupt.load(Ordering::Relaxed) {
        return Err(StudyError::Interrupted);
    }
    result.report = CheckReport::new(scenarios).with_gone(settings.gone.clone());
    Ok(result)
}

/// A tolerance from the command line must be of something that at least one of the scenarios measures.
fn refuse_unknown(contests: &[Contest<'_>], settings: &CheckSettings) -> Result<(), StudyError> {
    let scenarios = contests.iter().filter_map(|contest| contest.head.scenario.as_ref());
    let metrics = scenarios.flat_map(|scenario| decision_metrics(&scenario.model));
    let keys: Vec<String> = metrics.map(|metric| metric.key).collect();
    let mut given = Tolerances::default();
    settings.tolerate.iter().for_each(|(head, tolerance)| given.put(head, tolerance.clone()));
    let Some(head) = given.unmatched(&keys).next() else { return Ok(()) };
    let near = nearest(head, keys.iter().map(String::as_str));
    let help = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(StudyError::Refused(format!("--tolerate names `{head}`, which no scenario here measures{help}")))
}

/// The check of one scenario.
struct Bout<'a> {
    contest: &'a Contest<'a>,
    settings: &'a CheckSettings,
    workers: &'a Workers,
    watch: Stopwatch,
    /// When replications are no longer added, in seconds of `watch`.
    until: Option<f64>,
    sharing: u32,
}

/// What a look saw.
struct Seen {
    objectives: Vec<ObjectiveResult>,
    conclusion: Conclusion,
    watched: Vec<Watched>,
    decisions: Vec<Decision>,
}

impl Bout<'_> {
    fn fight(
        &self,
        interrupt: &AtomicBool,
        progress: &mut dyn FnMut(super::Step),
    ) -> Result<(CheckedScenario, StoredScenario, Vec<String>), StudyError> {
        let head = self.contest.head;
        let scenario = refuse_errors(head)?;
        let plan = self.plan(&scenario.check);
        let stored = self.stored()?;
        let mut models = vec![scenario.model.clone()];
        if let Rival::Scenario(_, base) = self.contest.rival {
            models.push(refuse_errors(base)?.model.clone());
        }
        let mut race = Race::new(self.workers, self.watch, self.until);
        for mut model in models {
            model.plan.seed = stored.map_or(scenario.model.plan.seed, |stored| stored.seed);
            let (model, _) = fix_warm_up(self.workers, &model, interrupt)?;
            race.enter(Arc::new(model.without_call_series()));
        }
        // What is stored has as many replications as the scenario asks for, unless somebody says otherwise.
        let own = scenario.model.plan.replications;
        let asked =
            self.settings.replications.or((self.settings.accepts && self.until.is_none()).then_some(own));
        let looks = schedule(stored.map(|s| s.replications).or(asked), self.until.is_some());
        let look = Look { of: looks.len() as u32, sharing: self.sharing };
        let (mut taken, mut is_spent) = (0, false);
        let mut regressed: Vec<String> = Vec::new();
        let mut seen = None;
        for &target in &looks {
            let before = race.done();
            let is_complete = race.run_to(target, interrupt, progress)?;
            is_spent = !is_complete;
            if race.done() == before {
                break;
            }
            taken += 1;
            let mut now = self.look(&race, look, &plan, stored)?;
            keep_regressions(&mut now, &mut regressed);
            let is_decided = is_settled(&now.decisions) && now.conclusion.inconclusive == 0;
            seen = Some(now);
            if is_decided || is_spent {
                break;
            }
        }
        let seen =
            seen.ok_or_else(|| StudyError::Refused("there is no time for a single replication".into()))?;
        let measured = stored_scenario(head, &race);
        let checked = self.checked(&race, seen, &plan, (taken, look.of, is_spent), &measured);
        let bounds = race.bounds_hit().into_iter().map(|bound| format!("{}: {bound}", head.name)).collect();
        Ok((checked, measured, bounds))
    }

    /// The section `check` with what the command line says about it.
    fn plan(&self, section: &CheckPlan) -> CheckPlan {
        let mut plan = section.clone();
        let given = self.settings.tolerate.iter();
        given.for_each(|(head, tolerance)| plan.tolerate.put(head, tolerance.clone()));
        plan.inconclusive = self.settings.inconclusive.unwrap_or(plan.inconclusive);
        plan
    }

    /// The stored measurements to compare with, if they can be paired.
    fn stored(&self) -> Result<Option<&StoredScenario>, StudyError> {
        let Rival::Stored(file, baseline) = self.contest.rival else { return Ok(None) };
        let name = &self.contest.head.name;
        let Some(stored) = baseline.scenario(name) else { return Ok(None) };
        let given = |option: &str| self.contest.head.edits.iter().any(|edit| edit.option == option);
        let is_other = self.settings.replications.is_some_and(|number| number != stored.replications);
        if self.settings.accepts && (is_other || given("--seed")) {
            // What will be replaced need not fit; it is only not compared with.
            return Ok(None);
        }
        let seed = refuse_errors(self.contest.head)?.model.plan.seed;
        if given("--seed") && seed != stored.seed {
            return Err(StudyError::Refused(format!(
                "`{file}` was measured with seed {}, not {seed}: the runs would not meet the same random numbers",
                stored.seed
            )));
        }
        match self.settings.replications {
            Some(number) if number != stored.replications => Err(StudyError::Refused(format!(
                "`{file}` has {} replications of `{name}`, not {number}: runs without a partner cannot be paired",
                stored.replications
            ))),
            _ => Ok(Some(stored)),
        }
    }

    fn look(
        &self,
        race: &Race<'_>,
        look: Look,
        plan: &CheckPlan,
        stored: Option<&StoredScenario>,
    ) -> Result<Seen, StudyError> {
        let (model, pool) = race.side(0);
        let confidence = bonferroni(CONFIDENCE, look.of as usize);
        let (objectives, conclusion) = judge_at(model, pool, confidence);
        let mut head = measure(Side { model, pool });
        let base = match (race.sides(), stored) {
            (2, _) => {
                let (model, pool) = race.side(1);
                measure(Side { model, pool })
            }
            (_, Some(stored)) => {
                // Stored numbers have been rounded once on their way; so are these, to the same bits.
                head = head.into_iter().map(restored).collect();
                stored.metrics.iter().map(StoredMetric::measured).collect()
            }
            _ => Vec::new(),
        };
        if base.is_empty() {
            return Ok(Seen { objectives, conclusion, watched: Vec::new(), decisions: Vec::new() });
        }
        let refused = |error: crate::baseline::WatchError| StudyError::Refused(error.to_string());
        let watched = watch(&base, &head, &plan.tolerate).map_err(refused)?;
        let decisions = decide(&watched, look, ALPHA, BETA);
        Ok(Seen { objectives, conclusion, watched, decisions })
    }

    fn checked(
        &self,
        race: &Race<'_>,
        seen: Seen,
        plan: &CheckPlan,
        (taken, planned, is_spent): (u32, u32, bool),
        measured: &StoredScenario,
    ) -> CheckedScenario {
        let head = self.contest.head;
        let (model, _) = race.side(0);
        let mut notes: Vec<String> = self.contest.note.map(str::to_owned).into_iter().collect();
        notes.extend(missed_before(race, &seen.objectives));
        notes.extend(head.scenario.as_ref().and_then(|scenario| held_inputs(&scenario.uncertain)));
        let mut changed = Vec::new();
        let against = match self.contest.rival {
            Rival::Nobody => None,
            Rival::Scenario(label, base) => {
                changed = differences(&base.document, &head.document);
                Some(label.to_owned())
            }
            Rival::Stored(file, baseline) => {
                notes.extend(since(file, baseline, measured));
                Some(file.to_owned())
            }
        };
        let pairs = seen.watched.iter().zip(&seen.decisions);
        let mut metrics: Vec<_> = pairs.map(|(watched, decision)| check_row(watched, decision)).collect();
        if self.settings.accepts {
            metrics.iter_mut().for_each(|row| row.finding = Finding::Shown);
        }
        metrics.iter_mut().for_each(|row| row.place = metric_place(&head.document, model, &row.metric));
        metrics.sort_by_key(|row| row.finding == Finding::Shown);
        if is_spent {
            notes.push(
                "the time budget ended this check, so its number of replications depends on the machine; \
                        --replications makes it repeatable"
                    .to_owned(),
            );
        }
        let judged = if self.settings.accepts { &[][..] } else { &metrics };
        let missing = match self.contest.rival {
            Rival::Stored(_, baseline) => !self.settings.accepts && baseline.scenario(&head.name).is_none(),
            Rival::Nobody | Rival::Scenario(..) => false,
        };
        let outcome = conclude(&seen.conclusion, judged, plan.inconclusive);
        CheckedScenario {
            missing_from_baseline: missing,
            name: if model.name.is_empty() { head.name.clone() } else { model.name.clone() },
            file: head.name.clone(),
            against,
            outcome: if missing { outcome.max(without_baseline(plan.inconclusive)) } else { outcome },
            objective_places: objective_places(&head.document, model),
            objectives: seen.objectives,
            metrics,
            differences: changed,
            replications: race.done(),
            seed: model.plan.seed,
            looks: taken,
            looks_planned: planned,
            inconclusive: match plan.inconclusive {
                Inconclusive::Pass => "pass",
                Inconclusive::Warn => "warn",
                Inconclusive::Fail => "fail",
            },
            budget_spent: self.settings.budget.map(|_| is_spent),
            notes,
        }
    }
}

/// A regression that was shown stays one: its error was spent at the look that showed it.
fn keep_regressions(now: &mut Seen, regressed: &mut Vec<String>) {
    for (watched, decision) in now.watched.iter().zip(&mut now.decisions) {
        if decision.finding == Finding::Regressed {
            regressed.push(watched.key.clone());
        } else if regressed.contains(&watched.key) {
            decision.finding = Finding::Regressed;
            decision.note = Some("shown at an earlier look".to_owned());
        }
    }
    // An objective that cannot be judged at all is inconclusive at every look; replications would not help it.
    let hopeless =
        now.objectives.iter().filter(|o| o.outcome == Outcome::Inconclusive && o.measured.is_none());
    now.conclusion.inconclusive -= hopeless.count() as u32;
}

fn restored(metric: Measured) -> Measured {
    match StoredMetric::of(&metric) {
        Some(stored) => Measured { sample: stored.measured().sample, ..metric },
        None => metric,
    }
}

/// What the head measured, as it is stored.
fn stored_scenario(head: &Prepared, race: &Race<'_>) -> StoredScenario {
    let (model, pool) = race.side(0);
    let metrics = measure(Side { model, pool });
    let is_own = |edit: &&Edit| !["--seed", "--replications"].contains(&edit.option.as_str());
    let digest =
        |input: &super::FileDigest| StoredInput { file: input.file.clone(), sha256: input.sha256.clone() };
    StoredScenario {
        scenario: head.name.clone(),
        seed: model.plan.seed,
        replications: race.done(),
        overrides: head.edits.iter().filter(is_own).map(|edit| edit.assignment.clone()).collect(),
        inputs: head.inputs.iter().map(digest).collect(),
        metrics: metrics.iter().filter_map(StoredMetric::of).collect(),
    }
}
