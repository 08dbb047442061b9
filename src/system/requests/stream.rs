//! Streams of arrivals: when the next request of a source comes, and what its key is.

use super::entry::Entry;
use super::mmpp::{Chain, Draws};
use crate::model::{ArrivalProcess, ClassId, LawId, Model, Source, SourceKind};
use crate::random::{Key, Sampler};
use crate::system::core::{part, purpose};

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
    /// Users of a closed source: who is there, and how many should be.
    users: Vec<User>,
    wanted: u32,
}

/// A user of a closed source.
#[derive(Clone, Copy, Debug, Default)]
struct User {
    /// Requests made.
    visits: u32,
    /// Thinking, or waiting for an answer.
    is_there: bool,
}

impl<'m> Stream<'m> {
    /// The stream of a source.
    pub fn new(source: &'m Source, model: &'m Model) -> Self {
        let unit = Sampler::unit_exponential();
        let (mut chain, mut gap) = (Chain::default(), None);
        match &source.kind {
            SourceKind::Open(ArrivalProcess::Mmpp { generator, .. }) => chain = Chain::new(generator),
            SourceKind::Open(ArrivalProcess::Renewal { gap: law }) => {
                gap = Some(&model.laws[law.index()].sampler);
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
            users: Vec::new(),
            wanted: 0,
        }
    }

    /// Starts anew.
    pub fn reset(&mut self, key: Key) {
        self.key = key;
        self.gaps = key.child(u64::MAX);
        (self.index, self.progress, self.cursor) = (0, 0.0, 0);
        self.ahead = self.unit.value(self.gaps.draw(0));
        if let SourceKind::Closed { users, .. } = self.source.kind {
            self.users.clear();
            self.users.resize(users as usize, User { visits: 0, is_there: true });
            self.wanted = users;
        }
        if let SourceKind::Open(ArrivalProcess::Mmpp { generator, .. }) = &self.source.kind {
            self.chain.reset(generator, Draws { unit: &self.unit, gaps: self.gaps });
        }
    }

    /// The law by which users of a closed source think.
    pub fn thinking(&self) -> Option<LawId> {
        match self.source.kind {
            SourceKind::Closed { think, .. } => Some(think),
            SourceKind::Open(_) => None,
        }
    }

    /// How many users there should be.
    pub fn wanted(&self) -> u32 {
        self.wanted
    }

    /// Changes how many users there should be. Those who join, each of whom is then there.
    pub fn want(&mut self, users: u32) -> impl Iterator<Item = u32> + use<> {
        let joining = self.wanted.min(users)..users;
        self.wanted = users;
        if self.users.len() < users as usize {
            self.users.resize(users as usize, User::default());
        }
        let absent: Vec<u32> = joining.filter(|&user| !self.users[user as usize].is_there).collect();
        absent.iter().for_each(|&user| self.users[user as usize].is_there = true);
        absent.into_iter()
    }

    /// Whether a user goes on; one who is too many leaves.
    pub fn stays(&mut self, user: u32) -> bool {
        let stays = user < self.wanted;
        self.users[user as usize].is_there = stays;
        stays
    }

    /// A user's next thinking begins: its key.
    pub fn think(&mut self, user: u32) -> Key {
        let visits = &mut self.users[user as usize].visits;
        let key = self.key.child(u64::from(user)).child(u64::from(*visits));
        *visits += 1;
        key
    }

    /// The key of the request that a user makes now.
    pub fn visit(&self, user: u32) -> Key {
        let visit = u64::from(self.users[user as usize].visits) | part::VISIT;
        self.key.child(u64::from(user)).child(visit)
    }

    /// How a request with this key begins.
    #[inline(always)]
    pub fn entry(&self, key: Key) -> Entry {
        if let [only] = self.entries[..] {
            return only;
        }
        self.entries[self.source.mix.pick(key.draw(purpose::CLASS))]
    }

    /// How requests of a class of this source begin.
    pub fn entry_of(&self, class: ClassId) -> Option<Entry> {
        self.entries.iter().copied().find(|entry| entry.class == class)
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
    pub fn next(&mut self) -> Option<u64> {
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
            ArrivalProcess::Mmpp { rates, generator } => {
                let rest = self.unit.value(self.gaps.draw(index));
                let draws = Draws { unit: &self.unit, gaps: self.gaps };
                let comes = self.chain.advance(&mut self.progress, rest, rates, generator, draws);
                if comes { to_nanos(self.progress) } else { None }
            }
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
