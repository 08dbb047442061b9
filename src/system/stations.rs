//! Services and pods at work: what they hold, and the integrals that follow from it.

use super::frame::{NIL, flag};
use super::levels::Levels;
use super::scaling::ScalerMemory;
use crate::metrics::{LevelIntegral, ServiceRecord, ServiceWindow};
use crate::model::{AbandonedWork, Balancer, Discipline, Model, PodSpeed, QueuePlacement, Scaler, Service};

/// Ranks of priority, and so lists of a queue that has them.
pub const PRIORITIES: usize = 8;

/// State of one service. What every event needs comes first.
#[derive(Debug)]
pub struct Station {
    pub slots: u32,
    pub queue_limit: u32,
    pub in_system: u32,
    pub busy: u32,
    pub last: u64,
    /// Whether work lasts as long as drawn: no speed, no sharing, no interruption, nothing metered.
    pub plain: bool,
    /// Whether besides that requests wait in their pod, first come, first served.
    pub simple: bool,
    pub central: bool,
    pub slowdown: bool,
    /// Whether the waits of the first requests are asked for.
    pub notes_first_waits: bool,
    /// Whether anything besides waits is recorded at the start of service.
    pub notes_starts: bool,
    /// Whether anything besides sojourns is recorded at the end of service.
    pub notes_ends: bool,
    /// The class whose waits and response times are this service's waits and times, if there is one: all calls are
    /// its requests, each a single plain call, and none gives up. They are recorded once.
    pub mirrored_by: Option<u16>,
    pub discipline: Discipline,
    pub abandoned: AbandonedWork,
    pub unwaited: u64,
    /// Ready pods, in the order in which they became ready.
    pub ready: Vec<u32>,
    /// Ready pods by requests in them, if anything looks.
    pub levels: Option<Levels>,
    pub record: ServiceRecord,
    pub window: ServiceWindow,
    /// What waits centrally.
    pub queue: Queue,
    /// First of the central queue's lists by priority.
    pub lists: u32,
    /// Whether pods share cpu among more requests than they have cores.
    pub shares: bool,
    pub preempts: bool,
    pub metered: bool,
    pub cpu_limit: f64,
    /// Pods being started, and how many drain.
    pub starting: Vec<u32>,
    pub draining: u32,
    /// Pods wanted by whatever scales the service.
    pub desired: u32,
    pub bounds: (u32, u32),
    pub pods_made: u32,
    /// Pods that are gone, for reuse.
    pub spare: Vec<u32>,
    /// When the integrals of pods were brought up to date.
    pub pods_last: u64,
    /// Busy slots times nanoseconds before counting began, for scalers.
    pub busy_ever: u128,
    pub scaler: ScalerMemory,
    /// Integrals at the last window's end: busy, in system, ready, slots.
    pub counted: (u128, u128, u128, u128),
    pub frozen: Option<Box<Frozen>>,
}

/// Integrals at the end of the counted span.
#[derive(Debug)]
pub struct Frozen {
    pub in_system: LevelIntegral,
    pub busy: u128,
    pub queued: u128,
    pub ready: u128,
    pub slots: u128,
    pub pods: u128,
    pub peak_queue: u32,
    pub worked: f64,
}

/// What every event needs of a pod: 24 bytes, so that tens of thousands of pods stay in the cache.
#[derive(Clone, Copy, Debug)]
pub struct Pod {
    pub busy: u32,
    /// Requests in it: in service and waiting.
    pub holds: u32,
    pub queue: Queue,
    pub service: u16,
    pub state: PodState,
}

/// What few events need of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Detail {
    /// First of its queue's lists by priority.
    pub lists: u32,
    pub generation: u32,
    pub speed: f64,
    /// Instant by which it has worked off what it has, for the balancer that looks at that.
    pub free_at: u64,
}

/// Life of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodState {
    Starting,
    Ready,
    Draining,
    Gone,
}

/// What a metered pod has used.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    pub last: u64,
    /// Cores the pod may use.
    pub cores: f64,
    pub working: u32,
    pub busy_area: u128,
    /// Cores times nanoseconds.
    pub work_area: f64,
    pub scraped: f64,
    pub scraped_at: u64,
    pub started: u64,
    pub ready_at: u64,
    /// Instant, millicores, window in nanoseconds.
    pub samples: std::collections::VecDeque<(u64, u64, u64)>,
}

/// Waiting frames: one list, and how many of them count. Where there are priorities, the lists are kept beside and
/// only the number is kept here.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    pub head: u32,
    pub tail: u32,
    pub waiting: u32,
}

impl Queue {
    pub const EMPTY: Self = Self { head: NIL, tail: NIL, waiting: 0 };
}

/// Whether a service interrupts work.
pub fn preempts(service: &Service) -> bool {
    matches!(service.discipline, Discipline::Priority { preemptive: true })
}

impl Station {
    pub fn new(index: usize, model: &Model) -> Self {
        let service = &model.services[index];
        let mut callers = model.edges.iter().filter(|e| e.target.index() == index);
        let looks =
            callers.any(|e| matches!(e.balancer, Balancer::JoinShortestQueue | Balancer::JoinIdleQueue));
        let central = service.placement == QueuePlacement::Central;
        let shares = service.cpu_limit < f64::from(service.slots);
        let same_speed = matches!(service.speed, PodSpeed::Same(s) if s == 1.0);
        let metered =
            matches!(service.scaler, Some(Scaler::Hpa(_))) || matches!(service.speed, PodSpeed::Each(_));
        let plain = same_speed && !shares && !preempts(service) && !metered;
        let notes_first_waits = model.recording.first_waits.is_some_and(|(s, _)| s.index() == index);
        Self {
            slots: service.slots,
            queue_limit: service.queue_limit,
            in_system: 0,
            busy: 0,
            last: 0,
            plain,
            simple: plain && !central && service.discipline == Discipline::Fifo,
            central,
            slowdown: model.recording.slowdown,
            notes_first_waits,
            notes_starts: notes_first_waits || model.recording.calls,
            notes_ends: model.recording.slowdown || model.recording.calls,
            mirrored_by: super::measure::mirroring_class(index, model),
            discipline: service.discipline,
            abandoned: service.abandoned,
            unwaited: 0,
            ready: Vec::new(),
            levels: (looks || central).then(Levels::default),
            record: ServiceRecord::new(model.recording.resolution_bits),
            window: ServiceWindow::default(),
            queue: Queue::EMPTY,
            lists: NIL,
            shares,
            preempts: preempts(service),
            metered,
            cpu_limit: service.cpu_limit,
            starting: Vec::new(),
            draining: 0,
            desired: 0,
            bounds: super::scaling::bounds(service),
            pods_made: 0,
            spare: Vec::new(),
            pods_last: 0,
            busy_ever: 0,
            scaler: ScalerMemory::default(),
            counted: (0, 0, 0, 0),
            frozen: None,
        }
    }

    /// Whether its queues have lists by priority.
    pub fn has_priorities(&self) -> bool {
        matches!(self.discipline, Discipline::Priority { .. })
    }

    /// Brings the integrals up to now.
    #[inline(always)]
    pub fn touch(&mut self, now: u64) {
        let span = now - self.last;
        self.last = now;
        self.record.in_system.add(self.in_system, span);
        self.record.busy += u128::from(self.busy) * u128::from(span);
    }

    /// Requests waiting.
    #[inline(always)]
    pub fn waiting(&self) -> u32 {
        self.in_system - self.busy
    }

    /// Somebody more is to wait.
    #[inline(always)]
    pub fn note_queue(&mut self) {
        self.window.peak_queue = self.window.peak_queue.max(self.waiting());
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
        }
        self.mirrored_by.is_none() && flags & (flag::ROOT | flag::ABANDONED) == flag::ROOT
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
}

impl Pod {
    /// A pod holds one request more.
    #[inline(always)]
    pub fn hold(&mut self, id: u32, station: &mut Station) {
        station.in_system += 1;
        self.holds += 1;
        if let Some(levels) = &mut station.levels {
            levels.raise(id);
        }
    }

    /// A pod holds one request less.
    #[inline(always)]
    pub fn unhold(&mut self, id: u32, station: &mut Station) {
        station.in_system -= 1;
        self.holds -= 1;
        if let Some(levels) = &mut station.levels {
            levels.lower(id);
        }
    }
}

impl Meter {
    /// Brings the integrals up to now and tells the work done since: cores times nanoseconds.
    #[must_use]
    pub fn meter_to(&mut self, now: u64, pod: &Pod) -> f64 {
        let span = now - self.last;
        self.last = now;
        self.busy_area += u128::from(pod.busy) * u128::from(span);
        let work = f64::from(self.working).min(self.cores) * span as f64;
        self.work_area += work;
        work
    }
}
