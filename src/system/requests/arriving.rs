//! Requests arrive.

use super::entry::Entry;
use super::events::{Arrival, Timer};
use super::state::Requests;
use crate::random::Key;
use crate::system::core::{Core, NIL, flag, pack, purpose};
use crate::system::ground::Ground;
use crate::units::SimTime;

/// A stream's next arrival.
#[inline(always)]
fn expect(c: &mut Core<'_>, stream: usize, at: Option<u64>) {
    let at = at.filter(|&at| !(c.features.stops_arrivals && at >= c.span.to));
    let word = pack(Arrival::RequestArrived, 0, stream as u32);
    c.calendar.set_register(stream, at.map(SimTime::from_nanos), word);
}

impl<'m> Requests<'m> {
    /// Starts every stream: the first arrival of open ones, the first thought of every user of closed ones.
    pub fn start(&mut self, g: &mut Ground<'m>) {
        for i in 0..self.streams.len() {
            self.streams[i].reset(g.core.root.child(i as u64));
            match self.streams[i].thinking() {
                Some(_) => {
                    (0..self.streams[i].wanted()).for_each(|user| self.think(&mut g.core, i, user));
                }
                None => {
                    let at = self.streams[i].next();
                    expect(&mut g.core, i, at);
                }
            }
        }
        self.place_initial_requests(g);
        self.run_frames(g);
    }

    /// A request of an open source arrives.
    #[inline(always)]
    pub fn request_arrived(&mut self, g: &mut Ground<'m>, stream: usize) {
        let (key, following) = self.streams[stream].advance();
        expect(&mut g.core, stream, following);
        self.begin_request(g, stream, key, NIL);
        self.run_frames(g);
    }

    /// From now on a closed source has so many users.
    pub fn set_users(&mut self, c: &mut Core<'m>, stream: usize, users: u32) {
        self.streams[stream].want(users).for_each(|user| self.think(c, stream, user));
    }

    /// Lets a user think before the next request, or go.
    pub(super) fn think(&mut self, c: &mut Core<'m>, stream: usize, user: u32) {
        let Some(think) = self.streams[stream].thinking() else { return };
        if !self.streams[stream].stays(user) {
            return;
        }
        let key = self.streams[stream].think(user);
        let at = c.now.saturating_add(c.draw(think, key, purpose::THINK));
        if !(c.features.stops_arrivals && at >= c.span.to) {
            c.schedule(at, Arrival::ThinkEnded, stream as u32, user);
        }
    }

    /// A user asks, or goes.
    pub fn think_ended(&mut self, g: &mut Ground<'m>, stream: usize, user: u32) {
        if !self.streams[stream].stays(user) {
            return;
        }
        let key = self.streams[stream].visit(user);
        self.begin_request(g, stream, key, user);
        self.run_frames(g);
    }

    /// A request enters the system.
    #[inline(always)]
    fn begin_request(&mut self, g: &mut Ground<'m>, stream: usize, key: Key, user: u32) {
        let entry = self.streams[stream].entry(key);
        let clock = g.core.clock();
        let measured = clock.is_counted();
        if measured {
            g.core.ledger.arrive(entry.class, clock);
        }
        self.admit(g, entry, key, user, measured);
    }

    /// Makes the request's first frame and sends it on.
    #[inline(always)]
    pub(super) fn admit(&mut self, g: &mut Ground<'m>, entry: Entry, key: Key, user: u32, measured: bool) {
        let c = &mut g.core;
        let id = c.frames.allocate();
        let frame = &mut c.frames[id];
        frame.key = entry.direct.map_or(key, |site| key.child(u64::from(site.0)));
        frame.arrived = c.now;
        frame.parent = u32::from(entry.class.0);
        frame.parent_epoch = user;
        frame.next = NIL;
        frame.pod = NIL;
        frame.pc = entry.first;
        frame.flags = flag::ROOT | (u8::from(measured) * flag::MEASURED);
        if c.frames.keeps_more() {
            c.frames.ranks.put(id, entry.rank);
            c.frames.tries_above.put(id, 0);
        }
        if let Some(law) = entry.patience {
            let at = c.now.saturating_add(c.draw(law, key, purpose::PATIENCE));
            c.schedule(at, Timer::PatienceEnded, c.frames.generations.get(id), id);
        }
        match entry.direct {
            Some(site) => self.enter_directly(g, id, site, key, measured),
            None => c.runnable.push(id),
        }
    }
}
