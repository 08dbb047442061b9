//! Streams of arrivals become requests.

use super::event::{self, Kind};
use super::frame::{NIL, flag};
use super::world::{World, part, purpose};
use crate::model::{ArrivalProcess, ClassId, LawId, Model, SiteId, Source, SourceKind, Step, StepId};
use crate::random::{Key, Sampler};
use crate::units::SimTime;

/// State of one source in one replication.
#[derive(Debug)]
pub struct Stream<'m> {
    source: &'m Source,
    /// How the requests of each class of the source begin.
    entries: Vec<Entry>,
    unit: Sampler,
    gap: Option<&'m Sampler>,
    key: Key,
    gaps: Key,
    /// Number of the next arrival.
    index: u64,
    /// Where the unit-rate stream has got to, or the last instant in seconds (renewal, MMPP).
    progress: f64,
    /// The next gap of the unit-rate stream.
    ahead: f64,
    cursor: usize,
    chain: Chain,
    /// Requests made by each user of a closed source.
    visits: Vec<u32>,
}

/// How the requests of one class begin.
#[derive(Clone, Copy, Debug)]
struct Entry {
    class: ClassId,
    /// The one plain call the client's program consists of, if so: then no frame is kept for the client.
    direct: Option<SiteId>,
    /// First step of the client's program, or of the called operation.
    first: u16,
    flags: u8,
    patience: Option<LawId>,
}

/// The background chain of an MMPP.
#[derive(Debug, Default)]
struct Chain {
    state: usize,
    until: f64,
    jumps: u64,
    stationary: Vec<f64>,
}

impl<'m> Stream<'m> {
    pub fn new(source: &'m Source, model: &'m Model) -> Self {
        let unit = Sampler::unit_exponential();
        let (mut chain, mut gap) = (Chain::default(), None);
        match &source.kind {
            SourceKind::Open(ArrivalProcess::Mmpp { generator, .. }) => {
                chain.stationary = stationary_law(generator);
            }
            SourceKind::Open(ArrivalProcess::Renewal { gap: law }) => {
                gap = Some(&model.laws[law.index()].sampler)
            }
            _ => {}
        }
        let entries = source.classes.iter().map(|&c| Entry::new(c, model)).collect();
        let key = Key::root(0, 0, 0);
        Self {
            source,
            entries,
            unit,
            gap,
            key,
            gaps: key,
            index: 0,
            progress: 0.0,
            ahead: 0.0,
            cursor: 0,
            chain,
            visits: Vec::new(),
        }
    }

    fn reset(&mut self, key: Key) {
        self.key = key;
        self.gaps = key.child(u64::MAX);
        (self.index, self.progress, self.cursor) = (0, 0.0, 0);
        self.ahead = self.unit.value(self.gaps.draw(0));
        if let SourceKind::Closed { users, .. } = self.source.kind {
            self.visits.clear();
            self.visits.resize(users as usize, 0);
        }
        if !self.chain.stationary.is_empty() {
            self.chain.jumps = 0;
            self.chain.until = 0.0;
            self.chain.state = pick(&self.chain.stationary, crate::random::unit(self.gaps.child(0).draw(0)));
            if let SourceKind::Open(ArrivalProcess::Mmpp { generator, .. }) = &self.source.kind {
                self.chain.until = self.holding_time(generator);
            }
        }
    }

    /// The key of the request that arrives now, and the instant of the next arrival in nanoseconds, if there is one.
    #[inline(always)]
    pub fn advance(&mut self) -> (Key, Option<u64>) {
        // The stream is one arrival ahead of itself.
        let key = self.key.child(self.index - 1);
        (key, self.next())
    }

    /// The instant of the next arrival in nanoseconds, `None` if there is none.
    #[inline(always)]
    fn next(&mut self) -> Option<u64> {
        let SourceKind::Open(process) = &self.source.kind else { return None };
        let index = self.index;
        self.index += 1;
        match process {
            ArrivalProcess::Poisson(profile) => {
                // Drawn one arrival ahead: the draw's latency then overlaps with other work.
                self.progress += self.ahead;
                self.ahead = self.unit.value(self.gaps.draw(index + 1));
                to_nanos(profile.invert(self.progress, &mut self.cursor))
            }
            ArrivalProcess::Even(profile) => to_nanos(profile.invert(index as f64 + 0.5, &mut self.cursor)),
            ArrivalProcess::Renewal { .. } => {
                let gap = self.gap.map_or(u64::MAX, |law| law.nanos(self.gaps.draw(index)));
                self.cursor = self.cursor.saturating_add(gap as usize);
                Some(self.cursor as u64)
            }
            ArrivalProcess::Mmpp { rates, generator } => self.next_mmpp(rates, generator, index),
            ArrivalProcess::Segments(segments) => {
                while let Some(s) = segments.get(self.cursor) {
                    let at = s.from + s.gap * self.progress as u64;
                    if at < s.to {
                        self.progress += 1.0;
                        return Some(at);
                    }
                    self.cursor += 1;
                    self.progress = 0.0;
                }
                None
            }
            ArrivalProcess::Times(times) => times.get(index as usize).copied(),
        }
    }

    fn next_mmpp(&mut self, rates: &[f64], generator: &[Vec<f64>], index: u64) -> Option<u64> {
        let mut rest = self.unit.value(self.gaps.draw(index));
        loop {
            let rate = rates[self.chain.state];
            let room = (self.chain.until - self.progress) * rate;
            if rest < room {
                self.progress += rest / rate;
                return to_nanos(self.progress);
            }
            if !self.chain.until.is_finite() {
                return None;
            }
            rest -= room;
            self.progress = self.chain.until;
            let row = &generator[self.chain.state];
            let leave: Vec<f64> =
                (0..row.len()).map(|j| if j == self.chain.state { 0.0 } else { row[j] }).collect();
            let draw = self.gaps.child(1 + self.chain.jumps).draw(1);
            self.chain.state = pick(&leave, crate::random::unit(draw));
            self.chain.jumps += 1;
            self.chain.until = self.progress + self.holding_time(generator);
        }
    }

    fn holding_time(&self, generator: &[Vec<f64>]) -> f64 {
        let rate = -generator[self.chain.state][self.chain.state];
        let unit = self.unit.value(self.gaps.child(1 + self.chain.jumps).draw(0));
        if rate > 0.0 { unit / rate } else { f64::INFINITY }
    }
}

impl Entry {
    fn new(class: ClassId, model: &Model) -> Self {
        let c = &model.classes[class.index()];
        let direct = direct_call(c.program, model);
        let first = direct.map_or(c.program, |site| model.sites[site.index()].operation).0;
        let flags = flag::ROOT | c.priority << flag::PRIORITY_SHIFT;
        Self { class, direct, first, flags, patience: c.patience.map(|p| p.law) }
    }
}

/// The call that a client's program consists of, if it is one call without timers, retries or loss.
pub fn direct_call(program: StepId, model: &Model) -> Option<SiteId> {
    let (Step::Call { site }, Step::End) = (&model.steps[program.index()], &model.steps[program.index() + 1])
    else {
        return None;
    };
    let policy = &model.sites[site.index()].policy;
    let plain =
        policy.timeout.is_none() && policy.try_timeout.is_none() && policy.retries == 0 && policy.loss == 0.0;
    plain.then_some(*site)
}

/// Nanoseconds of an instant in seconds, `None` if it lies beyond all simulated time.
#[inline(always)]
fn to_nanos(seconds: f64) -> Option<u64> {
    // As in `Sampler`: adding 2^52 leaves the nearest whole number in the low bits, faster than a cast.
    const SHIFT: f64 = (1u64 << 52) as f64;
    let nanos = seconds * 1e9;
    if (0.0..SHIFT / 2.0).contains(&nanos) {
        return Some((nanos + SHIFT).to_bits() & ((1 << 52) - 1));
    }
    (nanos < 1.8e19).then_some(nanos as u64)
}

/// Index drawn in proportion to non-negative weights.
fn pick(weights: &[f64], unit: f64) -> usize {
    let mut rest = unit * weights.iter().sum::<f64>();
    for (i, w) in weights.iter().enumerate() {
        if rest < *w {
            return i;
        }
        rest -= w;
    }
    weights.iter().rposition(|w| *w > 0.0).unwrap_or(0)
}

/// Stationary law of a generator, by elimination (Grassmann, Taksar and Heyman 1985: no subtractions).
fn stationary_law(generator: &[Vec<f64>]) -> Vec<f64> {
    let n = generator.len();
    let mut q: Vec<Vec<f64>> = generator.to_vec();
    for k in (1..n).rev() {
        let out: f64 = q[k][..k].iter().sum();
        if out <= 0.0 {
            continue;
        }
        for i in 0..k {
            q[i][k] /= out;
            for j in 0..k {
                if i != j {
                    q[i][j] += q[i][k] * q[k][j];
                }
            }
        }
    }
    let mut law = vec![0.0; n];
    law[0] = 1.0;
    for k in 1..n {
        law[k] = (0..k).map(|i| law[i] * q[i][k]).sum();
    }
    let total: f64 = law.iter().sum();
    law.iter().map(|p| p / total).collect()
}

impl World<'_> {
    /// Starts every stream: the first arrival of open ones, the first thought of every user of closed ones.
    pub fn start_streams(&mut self) {
        for i in 0..self.streams.len() {
            let key = self.root.child(i as u64);
            self.streams[i].reset(key);
            if let SourceKind::Closed { users, .. } = self.streams[i].source.kind {
                (0..users).for_each(|user| self.think(i, user));
            } else {
                self.await_arrival(i);
            }
        }
    }

    fn await_arrival(&mut self, stream: usize) {
        let at = self.streams[stream].next();
        self.expect(stream, at);
    }

    /// A stream's next arrival.
    #[inline(always)]
    fn expect(&mut self, stream: usize, at: Option<u64>) {
        let at = at.filter(|&at| !(self.stop_arrivals && at >= self.to));
        let word = event::pack(Kind::RequestArrived, 0, stream as u32);
        self.calendar.set_register(stream, at.map(SimTime::from_nanos), word);
    }

    #[inline(always)]
    pub fn request_arrived(&mut self, stream: usize) {
        let (key, following) = self.streams[stream].advance();
        self.expect(stream, following);
        self.begin_request(stream, key, NIL);
        self.run_frames();
    }

    /// Lets a user think before the next request.
    pub fn think(&mut self, stream: usize, user: u32) {
        let s = &mut self.streams[stream];
        let SourceKind::Closed { think, .. } = s.source.kind else { return };
        let visit = &mut s.visits[user as usize];
        let key = s.key.child(u64::from(user)).child(u64::from(*visit));
        *visit += 1;
        let pause = self.draw(think, key, purpose::THINK);
        let at = self.now.saturating_add(pause);
        if !(self.stop_arrivals && at >= self.to) {
            self.calendar
                .schedule(SimTime::from_nanos(at), event::pack(Kind::ThinkEnded, stream as u32, user));
        }
    }

    pub fn think_ended(&mut self, stream: usize, user: u32) {
        let s = &self.streams[stream];
        let key = s.key.child(u64::from(user)).child(u64::from(s.visits[user as usize]) | part::VISIT);
        self.begin_request(stream, key, user);
        self.run_frames();
    }

    /// A request enters the system.
    #[inline(always)]
    fn begin_request(&mut self, stream: usize, key: Key, user: u32) {
        let s = &self.streams[stream];
        let entry = if s.entries.len() == 1 {
            s.entries[0]
        } else {
            s.entries[s.source.mix.pick(key.draw(purpose::CLASS))]
        };
        let measured = self.now >= self.from && self.now < self.to;
        if measured {
            self.measured_in_flight += 1;
            self.classes[entry.class.index()].arrive(&mut self.windows, self.now, self.from);
        }
        self.admit(entry, key, user, measured);
    }

    /// Makes the request's first frame and sends it on.
    #[inline(always)]
    fn admit(&mut self, entry: Entry, key: Key, user: u32, measured: bool) {
        let id = self.frames.allocate();
        let frame = &mut self.frames[id];
        frame.key = entry.direct.map_or(key, |site| key.child(u64::from(site.0)));
        frame.arrived = self.now;
        frame.parent = u32::from(entry.class.0);
        frame.parent_epoch = user;
        frame.next = NIL;
        frame.pod = NIL;
        frame.pc = entry.first;
        frame.flags = entry.flags | (u8::from(measured) * flag::MEASURED);
        if self.has_patience {
            self.arm_patience(id, entry.patience, key);
        }
        if self.has_tries_above {
            self.note_tries_above(id, 0);
        }
        match entry.direct {
            Some(site) => self.enter_directly(id, site, key, measured),
            None => self.runnable.push(id),
        }
    }

    fn arm_patience(&mut self, id: u32, patience: Option<LawId>, key: Key) {
        if self.patience.len() <= id as usize {
            self.patience.resize(id as usize + 1, 0);
        }
        if let Some(law) = patience {
            let at = self.now.saturating_add(self.draw(law, key, purpose::PATIENCE));
            let word = event::pack(Kind::PatienceEnded, self.patience[id as usize], id);
            self.calendar.schedule(SimTime::from_nanos(at), word);
        }
    }

    /// Puts the requests that are there at the start into their services.
    pub fn place_initial_requests(&mut self) {
        for service in 0..self.stations.len() {
            let (count, class) = self.initial_requests(service);
            let source = self.model.classes[class.index()].source.index();
            let Some(stream) = self.streams.get(source) else { continue };
            let Some(entry) = stream.entries.iter().copied().find(|e| e.class == class) else { continue };
            let base = self.root.child(part::INITIAL | service as u64);
            for i in 0..count {
                // Nobody's patience runs for them: when they came is not known.
                self.admit(Entry { patience: None, ..entry }, base.child(u64::from(i)), NIL, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stationary_laws_balance() {
        let generator = vec![vec![-3.0, 2.0, 1.0], vec![4.0, -5.0, 1.0], vec![0.5, 0.5, -1.0]];
        let law = stationary_law(&generator);
        for column in 0..3 {
            let flow: f64 = law.iter().zip(&generator).map(|(p, row)| p * row[column]).sum();
            assert!(flow.abs() < 1e-15, "{law:?}");
        }
        assert_eq!(stationary_law(&[vec![0.0]]), [1.0]);
    }
}
