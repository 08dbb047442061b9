//! Replications of many design points on the same threads, under somebody's direction.
//!
//! A sweep, a search and a comparison differ only in what they run next. A [`Director`] says it; the threads never
//! wait for the end of a design point. Short replications are grouped on one thread, which changes when they run and
//! never what they give.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::occupation::{Occupation, Presence};
use super::{Interrupted, WorkUnit, Workers};
use crate::metrics::{RunRecord, Stopped};
use crate::model::Model;
use crate::system::Simulator;

/// Groups of replications a thread has waiting for it, the running one included: enough that it never waits for the
/// fold, few enough that little memory waits for its turn.
const AHEAD_PER_THREAD: usize = 3;

/// A group is made as long as this, so that handing it over costs nothing beside it.
const GROUP_NANOS: u64 = 10_000_000;

/// Most replications of a group.
const GROUP_MOST: u32 = 16;

/// Some replications of one design point and the model they simulate.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Which design point, which replications. Those of one point are assigned in rising order without gaps.
    pub unit: WorkUnit,
    /// What is simulated; its warm-up, if it has one, is a fixed one.
    pub model: Arc<Model>,
}

/// What a director wants.
#[derive(Clone, Debug)]
pub enum Next {
    /// Run these.
    Run(Assignment),
    /// Nothing before another record has been taken.
    Wait,
    /// Nothing any more.
    Done,
}

/// Says what is run next and takes the records.
///
/// Records of one design point come in the order of its replications. Those of different points come in any order:
/// what is decided about one point must not depend on the others' records, or on how far they are.
pub trait Director {
    /// What to run next. Asked again after every record until it says [`Next::Done`].
    fn next(&mut self) -> Next;
    /// Takes the record of a replication.
    fn take(&mut self, point: u32, replication: u64, record: RunRecord);
}

/// What a thread reports.
enum Report {
    Record { point: u32, replication: u64, record: Box<RunRecord>, began: u64, ended: u64 },
    GroupEnded { complete: bool },
}

/// Reports the end of a group even if it ends in a panic, so that nobody waits for it.
struct Group {
    reports: Sender<Report>,
    complete: bool,
}

impl Drop for Group {
    fn drop(&mut self) {
        // Nobody listens any more after a break; then the report is not wanted either.
        let _ = self.reports.send(Report::GroupEnded { complete: self.complete });
    }
}

impl Workers {
    /// Runs what `director` says until it is done. `clock` gives nanoseconds of any steady clock; it only feeds the
    /// [`Occupation`] and the size of groups, never a result.
    ///
    /// # Errors
    /// [`Interrupted`] as soon as `interrupt` is set; later records are not taken.
    pub fn direct(
        &self,
        director: &mut dyn Director,
        clock: &(dyn Fn() -> u64 + Sync),
        interrupt: &AtomicBool,
    ) -> Result<Occupation, Interrupted> {
        let (sender, receiver) = channel();
        let mut desk = Desk {
            receiver,
            waiting: None,
            running: 0,
            early: BTreeMap::new(),
            due: BTreeMap::new(),
            pace: 0,
            presence: Presence::new(self.count(), clock()),
        };
        let most = self.count() * AHEAD_PER_THREAD;
        self.in_scope(|scope| {
            loop {
                let is_done = desk.fill(director, most, |assignment, group| {
                    let reports = sender.clone();
                    scope.spawn_fifo(move |_| simulate(&assignment, group, reports, clock, interrupt));
                });
                if is_done && desk.running == 0 {
                    return Ok(());
                }
                desk.hear(director, interrupt)?;
            }
        })?;
        Ok(desk.presence.finish())
    }
}

/// Runs a group of replications on the present thread.
fn simulate(
    assignment: &Assignment,
    group: Range<u64>,
    reports: Sender<Report>,
    clock: &(dyn Fn() -> u64 + Sync),
    interrupt: &AtomicBool,
) {
    let mut ending = Group { reports, complete: false };
    let point = assignment.unit.design_point;
    let mut began = clock();
    let mut simulator = Simulator::new(&assignment.model);
    for replication in group {
        let record = Box::new(simulator.run(replication, interrupt));
        let ended = clock();
        let report = Report::Record { point, replication, record, began, ended };
        if ending.reports.send(report).is_err() {
            return;
        }
        began = ended;
    }
    ending.complete = true;
}

/// Where assignments go out and records come in.
struct Desk {
    receiver: Receiver<Report>,
    /// What was assigned and is not yet on a thread.
    waiting: Option<Assignment>,
    /// Groups on threads.
    running: usize,
    /// Records that wait for their predecessors.
    early: BTreeMap<(u32, u64), Box<RunRecord>>,
    /// The next replication of each point that is under way, and how many are assigned.
    due: BTreeMap<u32, VecDeque<u64>>,
    /// Nanoseconds of the last replication.
    pace: u64,
    presence: Presence,
}

impl Desk {
    /// Puts work on the threads while there is room and the director has some. True when it is done.
    fn fill(
        &mut self,
        director: &mut dyn Director,
        most: usize,
        mut start: impl FnMut(Assignment, Range<u64>),
    ) -> bool {
        while self.running < most {
            let assignment = match self.waiting.take().map_or_else(|| director.next(), Next::Run) {
                Next::Run(assignment) => assignment,
                Next::Wait => {
                    debug_assert!(self.running > 0, "a director that waits for nothing");
                    return self.running == 0;
                }
                Next::Done => return true,
            };
            let unit = assignment.unit;
            let group = unit.count.min(self.group());
            if group == 0 {
                continue;
            }
            let first = unit.first..unit.first + u64::from(group);
            self.due.entry(unit.design_point).or_default().extend(first.clone());
            let rest = WorkUnit { first: first.end, count: unit.count - group, ..unit };
            self.waiting =
                (rest.count > 0).then(|| Assignment { unit: rest, model: Arc::clone(&assignment.model) });
            self.running += 1;
            start(assignment, first);
        }
        false
    }

    /// Replications of the next group; one, until a pace is known.
    fn group(&self) -> u32 {
        GROUP_NANOS.checked_div(self.pace).map_or(1, |group| group.clamp(1, u64::from(GROUP_MOST)) as u32)
    }

    /// Waits for a report, and hands the director every record whose turn has come.
    fn hear(&mut self, director: &mut dyn Director, interrupt: &AtomicBool) -> Result<(), Interrupted> {
        match self.receiver.recv() {
            Ok(Report::GroupEnded { complete: true }) => self.running -= 1,
            // A group that panicked hands in nothing more; the scope passes its panic on.
            Ok(Report::GroupEnded { complete: false }) | Err(_) => return Err(Interrupted),
            Ok(Report::Record { point, replication, record, began, ended }) => {
                if record.stopped == Stopped::Interrupted {
                    return Err(Interrupted);
                }
                self.pace = ended - began;
                self.presence.note(began, ended);
                self.early.insert((point, replication), record);
                self.hand_over(director, point, interrupt);
            }
        }
        if interrupt.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
    }

    fn hand_over(&mut self, director: &mut dyn Director, point: u32, interrupt: &AtomicBool) {
        let Some(due) = self.due.get_mut(&point) else { return };
        while let Some(&next) = due.front()
            && !interrupt.load(Ordering::Relaxed)
            && let Some(record) = self.early.remove(&(point, next))
        {
            due.pop_front();
            director.take(point, next, *record);
        }
        if due.is_empty() {
            self.due.remove(&point);
        }
    }
}

/// Runs the same replications of several models and folds each model's records in order; `fold` hears whose record
/// it is. Replication `i` of all models meets the same random numbers.
///
/// # Errors
/// [`Interrupted`] when `interrupt` was set.
pub fn run_side_by_side(
    workers: &Workers,
    models: &[Arc<Model>],
    replications: Range<u64>,
    interrupt: &AtomicBool,
    fold: impl FnMut(usize, RunRecord),
) -> Result<(), Interrupted> {
    let mut director = SideBySide { models: models.iter(), point: 0, replications, fold };
    workers.direct(&mut director, &|| 0, interrupt).map(|_| ())
}

struct SideBySide<'a, F> {
    models: std::slice::Iter<'a, Arc<Model>>,
    point: u32,
    replications: Range<u64>,
    fold: F,
}

impl<F: FnMut(usize, RunRecord)> Director for SideBySide<'_, F> {
    fn next(&mut self) -> Next {
        let Some(model) = self.models.next() else { return Next::Done };
        let Range { start: first, end } = self.replications;
        let unit = WorkUnit { design_point: self.point, first, count: (end - first) as u32 };
        self.point += 1;
        Next::Run(Assignment { unit, model: Arc::clone(model) })
    }

    fn take(&mut self, point: u32, _: u64, record: RunRecord) {
        (self.fold)(point as usize, record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::test_model::mm1;

    /// Asks for two batches a point, the second when the first has been folded.
    struct Batches {
        models: Vec<Arc<Model>>,
        /// Replications assigned and taken by point.
        counts: Vec<(u64, u64)>,
        events: Vec<Vec<(u64, u64)>>,
    }

    impl Director for Batches {
        fn next(&mut self) -> Next {
            let ready = |&(assigned, taken): &(u64, u64)| assigned == taken && assigned < 20;
            let Some(point) = self.counts.iter().position(ready) else {
                let is_done = self.counts.iter().all(|&(_, taken)| taken == 20);
                return if is_done { Next::Done } else { Next::Wait };
            };
            let first = self.counts[point].0;
            self.counts[point].0 += 10;
            let unit = WorkUnit { design_point: point as u32, first, count: 10 };
            Next::Run(Assignment { unit, model: Arc::clone(&self.models[point]) })
        }

        fn take(&mut self, point: u32, replication: u64, record: RunRecord) {
            self.counts[point as usize].1 += 1;
            self.events[point as usize].push((replication, record.events));
        }
    }

    fn models() -> Vec<Arc<Model>> {
        [30.0, 50.0, 40.0].map(|rate| Arc::new(mm1(rate, 0.01, 5.0))).to_vec()
    }

    #[test]
    fn points_in_batches_give_the_same_records_for_any_number_of_threads() {
        let run = |threads| {
            let models = models();
            let (counts, events) = (vec![(0, 0); models.len()], vec![Vec::new(); models.len()]);
            let mut director = Batches { models, counts, events };
            let ticks = std::sync::atomic::AtomicU64::new(0);
            let clock = || ticks.fetch_add(1_000_000, Ordering::Relaxed);
            let workers = Workers::new(threads).unwrap();
            let seen = workers.direct(&mut director, &clock, &AtomicBool::new(false)).unwrap();
            assert_eq!((seen.threads, seen.trials), (threads, 60));
            director.events
        };
        let one = run(1);
        for events in &one {
            assert!(events.iter().map(|&(replication, _)| replication).eq(0..20));
        }
        assert_ne!(one[0][0].1, one[1][0].1);
        assert_eq!(run(2), one);
        assert_eq!(run(8), one);
    }

    #[test]
    fn models_run_side_by_side_meet_the_same_arrivals() {
        let workers = Workers::new(2).unwrap();
        // The same traffic at a faster server: the same requests, another history.
        let models = [Arc::new(mm1(50.0, 0.01, 5.0)), Arc::new(mm1(50.0, 0.005, 5.0))];
        let mut arrived = [Vec::new(), Vec::new()];
        let mut waited = [0, 0];
        run_side_by_side(&workers, &models, 3..9, &AtomicBool::new(false), |point, record| {
            arrived[point].push(record.classes[0].arrived);
            waited[point] += record.services[0].waited;
        })
        .unwrap();
        assert_eq!(arrived[0].len(), 6);
        assert_eq!(arrived[0], arrived[1]);
        assert!(waited[1] < waited[0]);
    }

    #[test]
    fn an_interrupt_ends_everything() {
        let workers = Workers::new(2).unwrap();
        let interrupt = AtomicBool::new(false);
        let mut taken = 0;
        let ended = run_side_by_side(&workers, &models(), 0..1_000_000, &interrupt, |_, _| {
            taken += 1;
            interrupt.fetch_or(taken == 5, Ordering::Relaxed);
        });
        assert_eq!((ended, taken), (Err(Interrupted), 5));
    }
}
