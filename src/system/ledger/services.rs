//! What is counted and integrated of services.

use crate::metrics::{LevelIntegral, QuotaCounts, ServiceRecord, ServiceWindow};
use crate::model::{Model, ServiceId, plain_call::mirroring_class};
use crate::system::core::flag;

/// The books of one service.
#[derive(Debug)]
pub struct ServiceBooks {
    last: u64,
    pub record: ServiceRecord,
    window: ServiceWindow,
    unwaited: u64,
    /// Limits that waits are counted under, in nanoseconds.
    limits: Vec<u64>,
    /// The class whose waits and response times are this service's waits and times, if there is one: all calls are
    /// its requests, each a single plain call, and none gives up. They are recorded once.
    pub mirrored_by: Option<u16>,
    /// When the integrals of pods were brought up to date.
    pods_last: u64,
    /// Busy slots times nanoseconds before counting began, for scalers.
    busy_before: u128,
    /// Integrals at the last window's end: busy, in system, ready, slots.
    counted: (u128, u128, u128, u128),
    /// Cpu used at the last window's end.
    worked_before: f64,
    /// Pods wanted then.
    wanted_before: u32,
    frozen: Option<Box<Frozen>>,
}

/// Integrals at the end of the counted span.
#[derive(Debug)]
struct Frozen {
    in_system: LevelIntegral,
    busy: u128,
    queued: u128,
    ready: u128,
    slots: u128,
    pods: u128,
    peak_queue: u32,
    worked: f64,
    quota: QuotaCounts,
}

/// Pods of a service, by what is integrated of them.
#[derive(Clone, Copy, Debug)]
pub struct PodCounts {
    pub ready: u32,
    /// Starting, ready and draining.
    pub all: u32,
    /// Slots of a pod, zero if they have no limit.
    pub slots: u32,
}

/// How a service stands at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Requests waiting.
    pub waiting: u32,
    /// Pods ready.
    pub ready: u32,
    /// Pods wanted.
    pub wanted: u32,
}

impl ServiceBooks {
    pub fn new(service: usize, model: &Model) -> Self {
        let limits = model.wait_limits(ServiceId(service as u16));
        Self::empty(model.recording.resolution_bits, limits, mirroring_class(service, model))
    }

    fn empty(bits: u8, limits: Vec<u64>, mirrored_by: Option<u16>) -> Self {
        let wait_within = vec![0; limits.len()];
        Self {
            last: 0,
            record: ServiceRecord { wait_within, ..ServiceRecord::new(bits) },
            window: ServiceWindow::default(),
            unwaited: 0,
            limits,
            mirrored_by,
            pods_last: 0,
            busy_before: 0,
            counted: (0, 0, 0, 0),
            worked_before: 0.0,
            wanted_before: 0,
            frozen: None,
        }
    }

    pub fn reset(&mut self, bits: u8) {
        *self = Self::empty(bits, std::mem::take(&mut self.limits), self.mirrored_by);
    }

    /// Takes what was busy for work, where it is and no meter tells how much cpu is used.
    pub fn take_busy_for_work(&mut self) {
        self.record.worked = self.record.busy as f64;
    }

    /// Brings the integrals of requests up to now, of what the service held until now.
    #[inline(always)]
    pub fn touch(&mut self, now: u64, in_system: u32, busy: u32) {
        let span = now - self.last;
        self.last = now;
        self.record.in_system.add(in_system, span);
        self.record.busy += u128::from(busy) * u128::from(span);
    }

    /// Brings the integrals of pods up to now, of the pods there were until now.
    pub fn touch_pods(&mut self, now: u64, pods: PodCounts) {
        let span = u128::from(now - self.pods_last);
        self.pods_last = now;
        let ready = u128::from(pods.ready);
        self.record.ready += ready * span;
        self.record.slots += ready * u128::from(pods.slots) * span;
        self.record.pods += u128::from(pods.all) * span;
    }

    /// Busy slots times nanoseconds since the start of the replication, as of the last touch.
    pub fn busy_ever(&self) -> u128 {
        self.busy_before + self.record.busy
    }

    /// Pods have spent so much of their quotas.
    pub fn note_spent(&mut self, spent: QuotaCounts, cpu: f64) {
        self.record.worked += cpu;
        self.record.quota.merge(&spent);
        self.window.periods.0 += spent.periods;
        self.window.periods.1 += spent.throttled;
    }

    /// Somebody more waits: so many in all.
    #[inline(always)]
    pub fn note_queue(&mut self, waiting: u32) {
        self.window.peak_queue = self.window.peak_queue.max(waiting);
    }

    /// A call has arrived.
    #[inline(always)]
    pub fn count_arrival(&mut self, measured: bool) {
        self.record.arrived += u64::from(measured);
        self.window.arrived += 1;
    }

    /// Service of a frame with these flags begins after a wait. True if its class wants to know.
    #[inline(always)]
    pub fn count_start(&mut self, flags: u8, wait: u64) -> bool {
        if flags & flag::MEASURED == 0 {
            return false;
        }
        if wait == 0 {
            self.unwaited += 1;
        } else {
            self.record.waited += 1;
            self.record.wait.record(wait);
            if !self.limits.is_empty() {
                self.count_wait(wait);
            }
        }
        self.mirrored_by.is_none() && flags & (flag::ROOT | flag::ABANDONED) == flag::ROOT
    }

    /// Counts a wait under the limits of objectives.
    #[cold]
    fn count_wait(&mut self, wait: u64) {
        for (count, limit) in self.record.wait_within.iter_mut().zip(&self.limits) {
            *count += u64::from(wait <= *limit);
        }
    }

    /// A frame has been served to the end of its program.
    #[inline(always)]
    pub fn count_completion(&mut self, flags: u8, sojourn: u64) {
        if flags & flag::MEASURED != 0 {
            self.record.completed += 1;
            self.record.sojourn.record(sojourn);
            self.record.wasted += u64::from(flags & flag::ABANDONED != 0);
        }
    }

    /// A measured call that was one piece of work is over.
    #[inline(always)]
    pub fn note_slowdown(&mut self, sojourn: u64, work: u64) {
        if work > 0 {
            let (sum, count) = &mut self.record.slowdown;
            *sum += sojourn as f64 / work as f64;
            *count += 1;
        }
    }

    /// A call is turned away.
    #[cold]
    pub fn count_rejection(&mut self, measured: bool) {
        self.window.rejected += 1;
        self.record.rejected += u64::from(measured);
    }

    /// A measured call has left the queue unserved.
    pub fn count_leaving(&mut self, wait: u64) {
        self.record.left_queue += 1;
        self.record.wait_left.record(wait);
    }

    /// Integrals start anew; counts of measured requests have not begun yet.
    pub fn begin_counting(&mut self, now: Standing) {
        self.busy_before += self.record.busy;
        self.record.in_system = Default::default();
        (self.record.busy, self.record.ready, self.record.slots, self.record.pods) = (0, 0, 0, 0);
        self.counted = (0, 0, 0, 0);
        // Requests that arrived at this very instant are measured, and belong to the first window.
        let (arrived, rejected) = (self.record.arrived, self.record.rejected);
        self.window =
            ServiceWindow { peak_queue: now.waiting, arrived, rejected, ..ServiceWindow::default() };
        self.record.ready_range = (now.ready, now.ready);
        self.record.peak_queue = 0;
        (self.record.worked, self.record.quota) = (0.0, QuotaCounts::default());
        self.worked_before = 0.0;
        self.wanted_before = now.wanted;
    }

    /// The row of the window that ends now.
    pub fn close_window(&mut self, now: Standing) -> ServiceWindow {
        let r = &self.record;
        let total = (r.busy, r.in_system.area(), r.ready, r.slots);
        let busy = total.0 - self.counted.0;
        let row = ServiceWindow {
            busy,
            queued: (total.1 - self.counted.1).saturating_sub(busy),
            ready: total.2 - self.counted.2,
            slots: total.3 - self.counted.3,
            ready_at_end: now.ready,
            desired_at_start: self.wanted_before,
            worked: (r.worked - self.worked_before + 0.5) as u64,
            ..self.window
        };
        self.counted = total;
        self.worked_before = r.worked;
        self.wanted_before = now.wanted;
        self.record.peak_queue = self.record.peak_queue.max(self.window.peak_queue);
        self.window = ServiceWindow { peak_queue: now.waiting, ..ServiceWindow::default() };
        row
    }

    /// Keeps the integrals as they are at the end of the counted span.
    pub fn freeze(&mut self) {
        self.record.peak_queue = self.record.peak_queue.max(self.window.peak_queue);
        self.record.queued = self.record.in_system.area().saturating_sub(self.record.busy);
        let r = &self.record;
        self.frozen = Some(Box::new(Frozen {
            in_system: r.in_system.clone(),
            busy: r.busy,
            queued: r.queued,
            ready: r.ready,
            slots: r.slots,
            pods: r.pods,
            peak_queue: r.peak_queue,
            worked: r.worked,
            quota: r.quota,
        }));
    }

    /// Hands the record out.
    pub fn take(&mut self, bits: u8) -> ServiceRecord {
        let mut record = std::mem::replace(&mut self.record, ServiceRecord::new(bits));
        record.wait.record_zeros(self.unwaited);
        record.wait_within.iter_mut().for_each(|count| *count += self.unwaited);
        if let Some(f) = self.frozen.take() {
            (record.busy, record.queued, record.ready) = (f.busy, f.queued, f.ready);
            (record.slots, record.pods, record.peak_queue) = (f.slots, f.pods, f.peak_queue);
            record.in_system = f.in_system;
            (record.worked, record.quota) = (f.worked, f.quota);
        }
        record
    }
}
