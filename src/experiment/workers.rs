//! Threads that run replications, and the buffer that puts their records back in order.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use super::WorkUnit;
use crate::metrics::{RunRecord, Stopped};

/// Records a thread may be ahead of the one that is due, itself included: bounds the memory of the buffer and
/// still keeps all threads busy when replications differ in length.
const AHEAD_PER_THREAD: usize = 4;

/// More threads than this are a slip of the keyboard.
const MAX_THREADS: usize = 1024;

/// Somebody asked for an end before the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// Why there are no threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerError(String);

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WorkerError {}

/// A fixed number of threads.
pub struct Workers {
    threads: rayon::ThreadPool,
}

impl Workers {
    /// Starts `threads` threads; 0 is one a core.
    ///
    /// # Errors
    /// If the system refuses them, or if there are more than 1024.
    pub fn new(threads: usize) -> Result<Self, WorkerError> {
        if threads > MAX_THREADS {
            return Err(WorkerError(format!("{threads} threads are more than {MAX_THREADS}")));
        }
        let built = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("replication-{index}"))
            .build();
        let threads = built.map_err(|error| WorkerError(format!("cannot start threads: {error}")))?;
        Ok(Self { threads })
    }

    /// How many threads there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Calls `job` with a scope of the threads; what it spawns has ended when this returns.
    pub(super) fn in_scope<'s, T>(&self, job: impl FnOnce(&rayon::ScopeFifo<'s>) -> T) -> T {
        self.threads.in_place_scope_fifo(job)
    }

    /// Runs the replications of `unit` and folds their records in replication order.
    ///
    /// `workspace` is called at most once a thread; what it gives back runs one replication at a time and may
    /// keep its buffers between them. The fold runs on the calling thread.
    ///
    /// # Errors
    /// [`Interrupted`] as soon as `interrupt` is set; records from there on are not folded.
    pub fn run<W>(
        &self,
        unit: WorkUnit,
        workspace: impl Fn() -> W + Sync,
        interrupt: &AtomicBool,
        mut fold: impl FnMut(RunRecord),
    ) -> Result<(), Interrupted>
    where
        W: FnMut(u64) -> RunRecord + Send,
    {
        let flow = self.in_order(unit.replications(), workspace, |record: RunRecord| {
            if interrupt.load(Ordering::Relaxed) || record.stopped == Stopped::Interrupted {
                return ControlFlow::Break(());
            }
            fold(record);
            ControlFlow::Continue(())
        });
        if flow.is_break() { Err(Interrupted) } else { Ok(()) }
    }

    /// Calls `job` for every number of `range` on the threads, and `take` with the results in order.
    fn in_order<T, W>(
        &self,
        range: Range<u64>,
        workspace: impl Fn() -> W + Sync,
        mut take: impl FnMut(T) -> ControlFlow<()>,
    ) -> ControlFlow<()>
    where
        T: Send,
        W: FnMut(u64) -> T + Send,
    {
        let idle: Mutex<Vec<W>> = Mutex::new(Vec::new());
        let (sender, receiver) = mpsc::channel();
        let ahead = (self.count() * AHEAD_PER_THREAD) as u64;
        self.threads.in_place_scope_fifo(|scope| {
            let start = |number: u64| {
                let ticket = Ticket { number, sender: sender.clone(), is_used: false };
                let (idle, workspace) = (&idle, &workspace);
                scope.spawn_fifo(move |_| {
                    let resting = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let mut work = resting.unwrap_or_else(workspace);
                    let result = work(ticket.number);
                    idle.lock().unwrap_or_else(PoisonError::into_inner).push(work);
                    ticket.hand_in(result);
                });
            };
            let mut next = range.end.min(range.start.saturating_add(ahead));
            (range.start..next).for_each(start);
            let mut early = BTreeMap::new();
            let mut due = range.start;
            while due < range.end {
                // A job that panicked hands in nothing; the scope passes its panic on.
                let Ok((number, Some(result))) = receiver.recv() else { return ControlFlow::Break(()) };
                early.insert(number, result);
                while let Some(result) = early.remove(&due) {
                    take(result)?;
                    due += 1;
                    if next < range.end {
                        start(next);
                        next += 1;
                    }
                }
            }
            ControlFlow::Continue(())
        })
    }
}

/// The duty to answer for one number: dropped unused, by a panic, it answers with nothing, so that nobody waits.
struct Ticket<T> {
    number: u64,
    sender: mpsc::Sender<(u64, Option<T>)>,
    is_used: bool,
}

impl<T> Ticket<T> {
    fn hand_in(mut self, result: T) {
        self.is_used = true;
        // Nobody listens any more after a break; then the result is not wanted either.
        let _ = self.sender.send((self.number, Some(result)));
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        if !self.is_used {
            let _ = self.sender.send((self.number, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;
    use std::time::Duration;

    /// Finishes out of order: early numbers take longest.
    fn uneven(number: u64) -> RunRecord {
        std::thread::sleep(Duration::from_micros(1500 * (7 - number % 8)));
        RunRecord { events: number, ..RunRecord::default() }
    }

    #[test]
    fn records_come_in_replication_order_for_any_number_of_threads() {
        for threads in [1, 2, 8] {
            let workers = Workers::new(threads).unwrap();
            assert_eq!(workers.count(), threads);
            let mut seen = Vec::new();
            let unit = WorkUnit { design_point: 0, first: 5, count: 60 };
            let done =
                workers.run(unit, || uneven, &AtomicBool::new(false), |record| seen.push(record.events));
            assert_eq!(done, Ok(()));
            assert_eq!(seen, (5..65).collect::<Vec<u64>>(), "{threads} threads");
        }
    }

    #[test]
    fn the_buffer_is_bounded_when_the_first_replication_is_slow() {
        let started = AtomicU64::new(0);
        let most = AtomicU64::new(0);
        let workers = Workers::new(3).unwrap();
        let job = |number: u64| {
            started.fetch_add(1, Ordering::SeqCst);
            if number == 0 {
                std::thread::sleep(Duration::from_millis(60));
                most.store(started.load(Ordering::SeqCst), Ordering::SeqCst);
            }
            RunRecord::default()
        };
        let unit = WorkUnit { design_point: 0, first: 0, count: 500 };
        let mut folded = 0;
        workers.run(unit, || job, &AtomicBool::new(false), |_| folded += 1).unwrap();
        assert_eq!(folded, 500);
        assert_eq!(most.load(Ordering::SeqCst), 12);
    }

    #[test]
    fn an_interrupt_ends_the_fold_and_the_rest_is_not_run() {
        let interrupt = AtomicBool::new(false);
        let workers = Workers::new(2).unwrap();
        let mut folded = 0;
        let unit = WorkUnit { design_point: 0, first: 0, count: 1_000_000 };
        let done = workers.run(
            unit,
            || |_| RunRecord::default(),
            &interrupt,
            |_| {
                folded += 1;
                interrupt.store(folded == 10, Ordering::Relaxed);
            },
        );
        assert_eq!((done, folded), (Err(Interrupted), 10));
    }

    #[test]
    #[should_panic(expected = "a worker's panic")]
    fn a_panic_of_a_job_is_passed_on_and_nobody_waits_for_it() {
        let workers = Workers::new(2).unwrap();
        let job = |number: u64| if number == 3 { panic!("a worker's panic") } else { RunRecord::default() };
        let unit = WorkUnit { design_point: 0, first: 0, count: 100 };
        let _ = workers.run(unit, || job, &AtomicBool::new(false), |_| {});
    }

    #[test]
    fn absurd_numbers_of_threads_are_refused() {
        assert!(Workers::new(1_000_000).is_err());
    }
}
