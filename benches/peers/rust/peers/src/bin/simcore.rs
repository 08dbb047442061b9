//! DSLab's core (crate simcore 0.1). usage: simcore WORKLOAD N
//! W1/W2: source -> station. W3: source -> balancer -> 100 server components. W4: web, app, db tier components.
use kit::w4::{self, Job, Pool};
use kit::*;
use serde::Serialize;
use simcore::{cast, Event, EventHandler, Id, Simulation, SimulationContext};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

#[derive(Clone, Serialize)]
struct Next {}
#[derive(Clone, Serialize)]
struct Arrive {
    t: f64,
}
#[derive(Clone, Serialize)]
struct Done {
    t: f64,
    start: f64,
}
#[derive(Clone, Serialize)]
struct Left {
    s: usize,
}
struct Source {
    ctx: SimulationContext,
    k: Kit,
    ia: f64,
    left: u64,
    dst: Id,
}
impl EventHandler for Source {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Next {} => {
                self.left -= 1;
                self.ctx.emit_now(Arrive { t: self.ctx.time() }, self.dst);
                if self.left > 0 {
                    let d = self.ia * self.k.z.exp(&mut self.k.r);
                    self.ctx.emit_self(Next {}, d);
                }
            }
        })
    }
}
struct Station {
    ctx: SimulationContext,
    k: Rc<RefCell<Kit>>,
    c: u32,
    busy: u32,
    q: VecDeque<f64>,
    logn: bool,
    lb: Option<(Id, usize)>,
}
impl Station {
    fn start(&mut self, t: f64) {
        let k = &mut *self.k.borrow_mut();
        let d = if self.logn { k.z.logn1(&mut k.r) } else { k.z.exp(&mut k.r) };
        self.ctx.emit_self(Done { t, start: self.ctx.time() }, d);
    }
}
impl EventHandler for Station {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrive { t } => {
                if self.busy < self.c {
                    self.busy += 1;
                    self.start(t);
                } else {
                    self.q.push_back(t);
                }
            }
            Done { t, start } => {
                let now = self.ctx.time();
                {
                    let k = &mut *self.k.borrow_mut();
                    k.wait += start - t;
                    k.h.rec(now - t);
                }
                if let Some((id, s)) = self.lb {
                    self.ctx.emit_now(Left { s }, id);
                }
                match self.q.pop_front() {
                    Some(t) => self.start(t),
                    None => self.busy -= 1,
                }
            }
        })
    }
}
struct Lb {
    ctx: SimulationContext,
    k: Kit,
    po2: bool,
    rr: usize,
    len: Vec<u32>,
    dst: Vec<Id>,
}
impl EventHandler for Lb {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrive { t } => {
                let n = self.dst.len();
                let s = if self.po2 {
                    let i = self.k.r.below(n as u32) as usize;
                    let j = self.k.r.below(n as u32 - 1) as usize;
                    let j = if j >= i { j + 1 } else { j };
                    if self.len[j] < self.len[i] { j } else { i }
                } else {
                    self.rr = (self.rr + 1) % n;
                    self.rr
                };
                self.len[s] += 1;
                self.ctx.emit_now(Arrive { t }, self.dst[s]);
            }
            Left { s } => {
                self.len[s] -= 1;
            }
        })
    }
}
fn queue(wl: &str, c: u32, n: u64) {
    let ck = clock();
    let mut sim = Simulation::new(1);
    let kit = Rc::new(RefCell::new(Kit::new(7)));
    let (lam, dst) = if c > 0 {
        let ctx = sim.create_context("station");
        let st = Station { ctx, k: kit.clone(), c, busy: 0, q: Default::default(), logn: false, lb: None };
        (0.9 * c as f64, sim.add_handler("station", Rc::new(RefCell::new(st))))
    } else {
        let ctx = sim.create_context("lb");
        let lbid = ctx.id();
        let mut dst = vec![];
        for s in 0..100 {
            let name = format!("s{s}");
            let ctx = sim.create_context(&name);
            let st = Station { ctx, k: kit.clone(), c: 1, busy: 0, q: Default::default(), logn: true, lb: Some((lbid, s)) };
            dst.push(sim.add_handler(&name, Rc::new(RefCell::new(st))));
        }
        let lb = Lb { ctx, k: Kit::new(9), po2: wl == "W3", rr: 0, len: vec![0; 100], dst };
        (90.0, sim.add_handler("lb", Rc::new(RefCell::new(lb))))
    };
    let ctx = sim.create_context("source");
    ctx.emit_self(Next {}, 0.0);
    sim.add_handler("source", Rc::new(RefCell::new(Source { ctx, k: Kit::new(8), ia: 1.0 / lam, left: n, dst })));
    sim.step_until_no_events();
    let ev = sim.event_count();
    let k = kit.borrow();
    report("dslab-simcore", wl, n, ev, &ck, k.wait / n as f64, k.h.mean(), k.h.q(0.5), k.h.q(0.99), "");
}

// ---------------------------------------------------------------------------------------------- W4
#[derive(Clone, Copy, Serialize)]
struct J {
    id: u64,
    t: f64,
    deadline: f64,
    web: u8,
    app: u8,
    attempt: u8,
}
impl From<Job> for J {
    fn from(j: Job) -> J {
        J { id: j.id, t: j.t, deadline: j.deadline, web: j.web, app: j.app, attempt: j.attempt }
    }
}
impl From<J> for Job {
    fn from(j: J) -> Job {
        Job { id: j.id, t: j.t, deadline: j.deadline, web: j.web, app: j.app, attempt: j.attempt }
    }
}
#[derive(Clone, Serialize)]
struct Call {
    j: J,
}
#[derive(Clone, Serialize)]
struct Served {
    j: J,
    s: u8,
}
#[derive(Clone, Serialize)]
struct Reply {
    j: J,
}
#[derive(Clone, Serialize)]
struct Timeout {
    id: u64,
}
#[derive(Clone, Serialize)]
struct Tick {}
#[derive(Clone, Serialize)]
struct Up {
    m: u32,
}
struct TierC {
    ctx: SimulationContext,
    tier: usize,
    p: Pool,
    k: Kit,
    up: Id,   // who is answered
    down: Id, // who is called
    open: HashMap<u64, (J, u64)>, // app tier: running db calls and their timers
    left: u64,
    arrived: u64,
    n: u64,
    timeouts: u64,
    failed: u64,
    fin: Rc<RefCell<u64>>,
}
impl TierC {
    fn serve(&mut self, s: u8, j: J) {
        let d = w4::MEAN_S[self.tier] * self.k.z.logn1(&mut self.k.r);
        self.ctx.emit_self(Served { j, s }, d);
    }
    fn enter(&mut self, j: J) {
        let (s, j, go) = self.p.enter(j.into(), self.ctx.time());
        if go {
            self.serve(s, j.into());
        }
    }
    fn leave(&mut self, s: u8) {
        if let Some(j) = self.p.leave(s, self.ctx.time()) {
            self.serve(s, j.into());
        }
    }
    fn call_db(&mut self, mut j: J) {
        j.attempt += 1;
        j.deadline = self.ctx.time() + w4::TIMEOUT;
        let timer = self.ctx.emit_self(Timeout { id: j.id }, w4::TIMEOUT);
        self.open.insert(j.id, (j, timer));
        if self.k.r.f64() >= w4::LOSS {
            self.ctx.emit_now(Call { j }, self.down);
        }
    }
}
impl EventHandler for TierC {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Next {} => {
                let t = self.ctx.time();
                let j = Job { id: self.arrived, t, ..Default::default() };
                self.arrived += 1;
                self.enter(j.into());
                if self.arrived < self.n {
                    let e = self.k.z.exp(&mut self.k.r);
                    self.ctx.emit_self(Next {}, w4::next_arrival(t, e) - t);
                }
            }
            Call { j } => {
                self.enter(j);
            }
            Served { j, s } => {
                match self.tier {
                    0 => {
                        self.ctx.emit_now(Call { j }, self.down);
                    }
                    1 => self.call_db(j),
                    _ => {
                        self.leave(s);
                        self.ctx.emit_now(Reply { j }, self.up);
                    }
                }
            }
            Reply { j } => {
                if self.tier == 1 {
                    let live = self.open.get(&j.id).is_some_and(|(o, _)| o.attempt == j.attempt);
                    if live {
                        let (_, timer) = self.open.remove(&j.id).unwrap();
                        self.ctx.cancel_event(timer);
                        self.leave(j.app);
                        self.ctx.emit_now(Reply { j }, self.up);
                    }
                } else {
                    self.leave(j.web);
                    if j.attempt == 255 {
                        self.failed += 1;
                    } else {
                        self.k.h.rec(self.ctx.time() - j.t);
                    }
                    self.left -= 1;
                    *self.fin.borrow_mut() = self.left;
                }
            }
            Timeout { id } => {
                self.timeouts += 1;
                let (mut j, _) = self.open.remove(&id).unwrap();
                if j.attempt < w4::TRIES {
                    self.call_db(j);
                } else {
                    self.leave(j.app);
                    j.attempt = 255;
                    self.ctx.emit_now(Reply { j }, self.up);
                }
            }
            Tick {} => {
                let m = self.p.tick(self.ctx.time());
                if m > 0 {
                    self.ctx.emit_self(Up { m }, w4::STARTUP);
                }
                self.ctx.emit_self(Tick {}, w4::PERIOD);
            }
            Up { m } => {
                self.p.up(m);
            }
        })
    }
}
fn w4_run(n: u64) {
    let ck = clock();
    let mut sim = Simulation::new(1);
    let fin = Rc::new(RefCell::new(n));
    let ctx: Vec<_> = ["web", "app", "db"].iter().map(|s| sim.create_context(s)).collect();
    let ids: Vec<Id> = ctx.iter().map(|c| c.id()).collect();
    let mut t = vec![];
    for (i, ctx) in ctx.into_iter().enumerate() {
        ctx.emit_self(Tick {}, w4::PERIOD);
        if i == 0 {
            ctx.emit_self(Next {}, 0.0);
        }
        let name = ["web", "app", "db"][i];
        let c = Rc::new(RefCell::new(TierC {
            ctx, tier: i, p: Pool::new(i), k: Kit::new(11 + i as u64), up: ids[i.max(1) - 1], down: ids[(i + 1).min(2)],
            open: Default::default(), left: n, arrived: 0, n, timeouts: 0, failed: 0, fin: fin.clone(),
        }));
        sim.add_handler(name, c.clone());
        t.push(c);
    }
    while *fin.borrow() > 0 && sim.step() {}
    let ev = sim.event_count();
    let tend = sim.time();
    let (w, a) = (t[0].borrow(), t[1].borrow());
    let m: Vec<u32> = t.iter().map(|t| t.borrow().p.max).collect();
    report("dslab-simcore", "W4", n, ev, &ck, f64::NAN, w.k.h.mean(), w.k.h.q(0.5), w.k.h.q(0.99), &format!("p90={:.4} timeouts={} failed={} maxsrv={m:?} tend={tend:.2}", w.k.h.q(0.9), a.timeouts, w.failed));
}
fn main() {
    let wl: String = arg(1, "W1".into());
    let n: u64 = arg(2, 1_000_000);
    match wl.as_str() {
        "W1" => queue("W1", 1, n),
        "W2" => queue("W2", 16, n),
        "W3" | "W3rr" => queue(&wl, 0, n),
        "W4" => w4_run(n),
        _ => panic!(),
    }
}
