//! NeXosim 1.0. usage: nexo WORKLOAD N [THREADS]
//! W1/W2: source -> station models. W3: source/balancer -> 100 server models. W4: web, app, db tier models.
use kit::w4::{self, Pool};
use kit::*;
use nexosim::model::{schedulable, Context, Model};
use nexosim::ports::Output;
use nexosim::simulation::{EventKey, Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Mutex;
use std::time::Duration;

static OUT: Mutex<Option<Kit>> = Mutex::new(None);
static LEFT: AtomicU64 = AtomicU64::new(0);
static EV: AtomicU64 = AtomicU64::new(0);
static INFO: Mutex<String> = Mutex::new(String::new());

fn dur(x: f64) -> Duration {
    Duration::from_nanos(((x * 1e9) as u64).max(1))
}
fn secs<M: Model>(cx: &Context<M>) -> f64 {
    let d = cx.time().duration_since(MonotonicTime::EPOCH);
    d.as_secs_f64()
}
#[derive(Serialize, Deserialize)]
struct Source {
    out: Output<f64>,
    #[serde(skip)]
    k: Kit,
    ia: f64,
    left: u64,
}
#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        cx.schedule_event(dur(self.ia), schedulable!(Self::next), ()).unwrap();
    }
    #[nexosim(schedulable)]
    async fn next(&mut self, _: (), cx: &Context<Self>) {
        self.left -= 1;
        self.out.send(secs(cx)).await;
        if self.left > 0 {
            let d = self.ia * self.k.z.exp(&mut self.k.r);
            cx.schedule_event(dur(d), schedulable!(Self::next), ()).unwrap();
        }
    }
}
#[derive(Serialize, Deserialize)]
struct Station {
    left_out: Output<usize>,
    s: usize,
    #[serde(skip)]
    k: Kit,
    c: u32,
    busy: u32,
    q: VecDeque<f64>,
    logn: bool,
    wired: bool,
}
#[Model]
impl Station {
    fn start(&mut self, t: f64, cx: &Context<Self>) {
        let d = if self.logn { self.k.z.logn1(&mut self.k.r) } else { self.k.z.exp(&mut self.k.r) };
        cx.schedule_event(dur(d), schedulable!(Self::done), (t, secs(cx))).unwrap();
    }
    pub async fn arrive(&mut self, t: f64, cx: &Context<Self>) {
        if self.busy < self.c {
            self.busy += 1;
            self.start(t, cx);
        } else {
            self.q.push_back(t);
        }
    }
    #[nexosim(schedulable)]
    async fn done(&mut self, (t, start): (f64, f64), cx: &Context<Self>) {
        let now = secs(cx);
        if self.wired {
            self.left_out.send(self.s).await;
        }
        self.k.wait += start - t;
        self.k.h.rec(now - t);
        self.k.n += 1;
        match self.q.pop_front() {
            Some(t) => self.start(t, cx),
            None => self.busy -= 1,
        }
    }
}
impl Drop for Station {
    fn drop(&mut self) {
        let mut o = OUT.lock().unwrap();
        match &mut *o {
            None => *o = Some(std::mem::take(&mut self.k)),
            Some(k) => {
                for (a, b) in k.h.c.iter_mut().zip(&self.k.h.c) {
                    *a += b;
                }
                k.h.n += self.k.h.n;
                k.h.sum += self.k.h.sum;
                k.wait += self.k.wait;
            }
        }
    }
}
#[derive(Serialize, Deserialize)]
struct Lb {
    out: Vec<Output<f64>>,
    #[serde(skip)]
    k: Kit,
    po2: bool,
    rr: usize,
    len: Vec<u32>,
}
#[Model]
impl Lb {
    pub async fn arrive(&mut self, t: f64) {
        let n = self.out.len();
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
        self.out[s].send(t).await;
    }
    pub async fn left(&mut self, s: usize) {
        self.len[s] -= 1;
    }
}
fn init(threads: usize) -> SimInit {
    if threads == 0 { SimInit::new() } else { SimInit::with_num_threads(threads) }
}
fn queue(wl: &str, c: u32, n: u64, threads: usize) {
    let ck = clock();
    let mut src = Source { out: Output::default(), k: Kit::new(8), ia: 0.0, left: n };
    let st = |c: u32, s: usize, logn: bool| Station {
        left_out: Output::default(), s, k: Kit::new(100 + s as u64), c, busy: 0, q: VecDeque::new(), logn, wired: logn,
    };
    let mut b = init(threads);
    if c > 0 {
        src.ia = 1.0 / (0.9 * c as f64);
        let m = Mailbox::new();
        src.out.connect(Station::arrive, &m);
        b = b.add_model(st(c, 0, false), m, "station");
    } else {
        src.ia = 1.0 / 90.0;
        let lm = Mailbox::new();
        src.out.connect(Lb::arrive, &lm);
        let mut lb = Lb { out: vec![], k: Kit::new(9), po2: wl == "W3", rr: 0, len: vec![0; 100] };
        for s in 0..100 {
            let m = Mailbox::new();
            let mut x = st(1, s, true);
            x.left_out.connect(Lb::left, &lm);
            let mut o = Output::default();
            o.connect(Station::arrive, &m);
            lb.out.push(o);
            b = b.add_model(x, m, "s");
        }
        b = b.add_model(lb, lm, "lb");
    }
    let mut sim = b.add_model(src, Mailbox::new(), "source").init(MonotonicTime::EPOCH).unwrap();
    sim.run().unwrap();
    drop(sim);
    let o = OUT.lock().unwrap();
    let k = o.as_ref().unwrap();
    report(&format!("nexosim-t{threads}"), wl, n, 2 * n, &ck, k.wait / n as f64, k.h.mean(), k.h.q(0.5), k.h.q(0.99), "");
}

// ---------------------------------------------------------------------------------------------- W4
#[derive(Clone, Copy, Serialize, Deserialize, Default)]
struct J {
    id: u64,
    t: f64,
    deadline: f64,
    web: u8,
    app: u8,
    attempt: u8,
}
impl From<w4::Job> for J {
    fn from(j: w4::Job) -> J {
        J { id: j.id, t: j.t, deadline: j.deadline, web: j.web, app: j.app, attempt: j.attempt }
    }
}
impl From<J> for w4::Job {
    fn from(j: J) -> w4::Job {
        w4::Job { id: j.id, t: j.t, deadline: j.deadline, web: j.web, app: j.app, attempt: j.attempt }
    }
}
#[derive(Serialize, Deserialize)]
struct Tier {
    tier: usize,
    down: Output<J>,
    up: Output<J>,
    #[serde(skip)]
    k: Kit,
    #[serde(skip)]
    p: Option<Pool>,
    open: HashMap<u64, (J, EventKey)>,
    arrived: u64,
    n: u64,
    timeouts: u64,
    failed: u64,
}
#[Model]
impl Tier {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        let p = dur(w4::PERIOD);
        cx.schedule_periodic_event(p, p, schedulable!(Self::tick), ()).unwrap();
        if self.tier == 0 {
            cx.schedule_event(dur(1e-9), schedulable!(Self::next), ()).unwrap();
        }
    }
    fn pool(&mut self) -> &mut Pool {
        self.p.as_mut().unwrap()
    }
    fn serve(&mut self, s: u8, j: J, cx: &Context<Self>) {
        let d = w4::MEAN_S[self.tier] * self.k.z.logn1(&mut self.k.r);
        cx.schedule_event(dur(d), schedulable!(Self::served), (j, s)).unwrap();
    }
    pub async fn call(&mut self, j: J, cx: &Context<Self>) {
        let t = secs(cx);
        let (s, j, go) = self.pool().enter(j.into(), t);
        if go {
            self.serve(s, j.into(), cx);
        }
    }
    fn leave(&mut self, s: u8, cx: &Context<Self>) {
        let t = secs(cx);
        if let Some(j) = self.pool().leave(s, t) {
            self.serve(s, j.into(), cx);
        }
    }
    async fn call_db(&mut self, mut j: J, cx: &Context<Self>) {
        j.attempt += 1;
        j.deadline = secs(cx) + w4::TIMEOUT;
        let key = cx.schedule_keyed_event(dur(w4::TIMEOUT), schedulable!(Self::timeout), j.id).unwrap();
        self.open.insert(j.id, (j, key));
        if self.k.r.f64() >= w4::LOSS {
            self.down.send(j).await;
        }
    }
    #[nexosim(schedulable)]
    async fn next(&mut self, _: (), cx: &Context<Self>) {
        let t = secs(cx);
        let j = J { id: self.arrived, t, ..Default::default() };
        self.arrived += 1;
        self.call(j, cx).await;
        if self.arrived < self.n {
            let e = self.k.z.exp(&mut self.k.r);
            cx.schedule_event(dur(w4::next_arrival(t, e) - t), schedulable!(Self::next), ()).unwrap();
        }
    }
    #[nexosim(schedulable)]
    async fn served(&mut self, (j, s): (J, u8), cx: &Context<Self>) {
        EV.fetch_add(1, Relaxed);
        match self.tier {
            0 => self.down.send(j).await,
            1 => self.call_db(j, cx).await,
            _ => {
                self.leave(s, cx);
                self.up.send(j).await;
            }
        }
    }
    pub async fn reply(&mut self, j: J, cx: &Context<Self>) {
        if self.tier == 1 {
            if self.open.get(&j.id).is_some_and(|(o, _)| o.attempt == j.attempt) {
                let (_, key) = self.open.remove(&j.id).unwrap();
                key.cancel();
                self.leave(j.app, cx);
                self.up.send(j).await;
            }
        } else {
            self.leave(j.web, cx);
            if j.attempt == 255 {
                self.failed += 1;
            } else {
                let t = secs(cx);
                self.k.h.rec(t - j.t);
            }
            LEFT.fetch_sub(1, Relaxed);
        }
    }
    #[nexosim(schedulable)]
    async fn timeout(&mut self, id: u64, cx: &Context<Self>) {
        EV.fetch_add(1, Relaxed);
        self.timeouts += 1;
        let (mut j, _) = self.open.remove(&id).unwrap();
        if j.attempt < w4::TRIES {
            self.call_db(j, cx).await;
        } else {
            self.leave(j.app, cx);
            j.attempt = 255;
            self.up.send(j).await;
        }
    }
    #[nexosim(schedulable)]
    async fn tick(&mut self, _: (), cx: &Context<Self>) {
        let t = secs(cx);
        let m = self.pool().tick(t);
        if m > 0 {
            cx.schedule_event(dur(w4::STARTUP), schedulable!(Self::upnow), m).unwrap();
        }
    }
    #[nexosim(schedulable)]
    async fn upnow(&mut self, m: u32) {
        self.pool().up(m);
    }
}
impl Drop for Tier {
    fn drop(&mut self) {
        let Some(p) = &self.p else { return };
        if self.tier == 0 {
            *OUT.lock().unwrap() = Some(std::mem::take(&mut self.k));
        }
        INFO.lock().unwrap().push_str(&format!(" tier{}: maxsrv={} timeouts={} failed={}", self.tier, p.max, self.timeouts, self.failed));
    }
}
fn w4_run(n: u64, threads: usize) {
    let ck = clock();
    LEFT.store(n, Relaxed);
    let mut t: Vec<Tier> = (0..3)
        .map(|tier| Tier {
            tier, down: Output::default(), up: Output::default(), k: Kit::new(21 + tier as u64), p: Some(Pool::new(tier)),
            open: HashMap::new(), arrived: 0, n, timeouts: 0, failed: 0,
        })
        .collect();
    let m: Vec<Mailbox<Tier>> = (0..3).map(|_| Mailbox::new()).collect();
    t[0].down.connect(Tier::call, &m[1]);
    t[1].down.connect(Tier::call, &m[2]);
    t[1].up.connect(Tier::reply, &m[0]);
    t[2].up.connect(Tier::reply, &m[1]);
    let mut b = init(threads);
    for (t, m) in t.into_iter().zip(m) {
        b = b.add_model(t, m, "tier");
    }
    let mut sim = b.init(MonotonicTime::EPOCH).unwrap();
    while LEFT.load(Relaxed) > 0 {
        sim.step().unwrap();
    }
    let tend = sim.time().duration_since(MonotonicTime::EPOCH).as_secs_f64();
    drop(sim);
    let o = OUT.lock().unwrap();
    let h = &o.as_ref().unwrap().h;
    report(&format!("nexosim-t{threads}"), "W4", n, n + EV.load(Relaxed), &ck, f64::NAN, h.mean(), h.q(0.5), h.q(0.99), &format!("p90={:.4} tend={tend:.2}{}", h.q(0.9), INFO.lock().unwrap()));
}
fn main() {
    let wl: String = arg(1, "W1".into());
    let n: u64 = arg(2, 1_000_000);
    let th: usize = arg(3, 1);
    match wl.as_str() {
        "W1" => queue("W1", 1, n, th),
        "W2" => queue("W2", 16, n, th),
        "W3" | "W3rr" => queue(&wl, 0, n, th),
        "W4" => w4_run(n, th),
        _ => panic!(),
    }
}
