//! The limits: hand-written simulators of W1..W4.
//! usage: w WORKLOAD VARIANT N [SEED] [SERVERS (w3) | SIZE (w4)]
//!   w1: heap | heap4 | two | lindley | lindley-mean
//!   w2: heap | heap4 | winner | kw-heap | kw-scan | kw-sorted
//!   w3 / w3rr: heap | heap4 | winner | ladder | nofel
//!   w4: std-lazy | h4-lazy | h4-ring | ladder-ring | winner-ring
use kit::w4::*;
use kit::*;
use limits::*;
use std::collections::VecDeque;

fn b(t: f64) -> u64 {
    t.to_bits()
}

// ------------------------------------------------------------------ W1, W2: general event loop, c servers
fn mmc<F: Fel>(peer: &str, wl: &str, c: u32, n: u64, seed: u64) {
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * c as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut wait = 0.0;
    // slab of customers, as an engine would keep them: arrival time, service start
    let mut slab: Vec<(f64, f64)> = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    let mut q: VecDeque<u32> = VecDeque::new();
    let (mut busy, mut arrived, mut ev) = (0u32, 0u64, 0u64);
    let mut f = F::new();
    f.push(b(ia * z.exp(&mut r)), u64::MAX);
    while let Some((tb, v)) = f.pop() {
        let t = f64::from_bits(tb);
        ev += 1;
        if v == u64::MAX {
            arrived += 1;
            let id = match free.pop() {
                Some(i) => i,
                None => {
                    slab.push((0.0, 0.0));
                    slab.len() as u32 - 1
                }
            };
            slab[id as usize].0 = t;
            if busy < c {
                busy += 1;
                slab[id as usize].1 = t;
                f.push(b(t + z.exp(&mut r)), id as u64);
            } else {
                q.push_back(id);
            }
            if arrived < n {
                f.push(b(t + ia * z.exp(&mut r)), u64::MAX);
            }
        } else {
            let (a, s) = slab[v as usize];
            wait += s - a;
            h.rec(t - a);
            free.push(v as u32);
            if let Some(id) = q.pop_front() {
                slab[id as usize].1 = t;
                f.push(b(t + z.exp(&mut r)), id as u64);
            } else {
                busy -= 1;
            }
        }
    }
    report(peer, wl, n, ev, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}

// W1 without any event list: two timers in registers
fn w1_two(n: u64, seed: u64) {
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / 0.9;
    let ck = clock();
    let mut h = Hist::new();
    let mut wait = 0.0;
    let mut q: VecDeque<f64> = VecDeque::new();
    let (mut ta, mut td) = (ia * z.exp(&mut r), f64::INFINITY);
    let (mut start, mut arrived, mut done) = (0.0, 0u64, 0u64);
    while done < n {
        if ta < td {
            arrived += 1;
            q.push_back(ta);
            if q.len() == 1 {
                start = ta;
                td = ta + z.exp(&mut r);
            }
            ta = if arrived < n { ta + ia * z.exp(&mut r) } else { f64::INFINITY };
        } else {
            let a = q.pop_front().unwrap();
            done += 1;
            wait += start - a;
            h.rec(td - a);
            start = td;
            td = if q.is_empty() { f64::INFINITY } else { td + z.exp(&mut r) };
        }
    }
    report("rust-two-timers", "W1", n, 2 * n, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}
fn lindley(n: u64, seed: u64, hist: bool) {
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / 0.9;
    let ck = clock();
    let mut h = Hist::new();
    let (mut w, mut wait, mut lat) = (0.0f64, 0.0, 0.0);
    for _ in 0..n {
        let s = z.exp(&mut r);
        wait += w;
        if hist {
            h.rec(w + s);
        } else {
            lat += w + s;
        }
        w = (w + s - ia * z.exp(&mut r)).max(0.0);
    }
    let (peer, ml) = if hist { ("rust-lindley", h.mean()) } else { ("rust-lindley-mean", lat / n as f64) };
    report(peer, "W1", n, 2 * n, &ck, wait / n as f64, ml, h.q(0.5), h.q(0.99), "");
}

// ------------------------------------------------------------------ W2: c fixed server leaves + arrival leaf
fn w2_winner(n: u64, seed: u64) {
    const C: usize = 16;
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * C as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut wait = 0.0;
    let mut f = Winner::with_leaves(C + 1);
    let mut cur = [(0.0f64, 0.0f64); C];
    let mut idle: Vec<usize> = (0..C).rev().collect();
    let mut q: VecDeque<f64> = VecDeque::new();
    let (mut arrived, mut done) = (0u64, 0u64);
    f.set(C, b(ia * z.exp(&mut r)));
    while done < n {
        let (tb, l) = f.min();
        let t = f64::from_bits(tb);
        if l == C {
            arrived += 1;
            if let Some(s) = idle.pop() {
                cur[s] = (t, t);
                f.set(s, b(t + z.exp(&mut r)));
            } else {
                q.push_back(t);
            }
            f.set(C, if arrived < n { b(t + ia * z.exp(&mut r)) } else { u64::MAX });
        } else {
            let (a, s) = cur[l];
            done += 1;
            wait += s - a;
            h.rec(t - a);
            if let Some(a) = q.pop_front() {
                cur[l] = (a, t);
                f.set(l, b(t + z.exp(&mut r)));
            } else {
                idle.push(l);
                f.set(l, u64::MAX);
            }
        }
    }
    report("rust-winner", "W2", n, 2 * n, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}
/// Kiefer-Wolfowitz: only the servers' next-free times are kept. `take(t, s)` replaces the smallest x by
/// max(x, t) + s and returns the start max(x, t).
trait Kw {
    const NAME: &'static str;
    fn new(c: usize) -> Self;
    fn take(&mut self, t: f64, s: f64) -> f64;
}
struct KwHeap(Dary<4, true>);
impl Kw for KwHeap {
    const NAME: &'static str = "rust-kw-heap4";
    fn new(c: usize) -> Self {
        let mut h = Dary::new();
        for _ in 0..c {
            h.push(0, 0);
        }
        KwHeap(h)
    }
    #[inline(always)]
    fn take(&mut self, t: f64, s: f64) -> f64 {
        let mut st = 0.0;
        self.0.hold(|e| {
            st = f64::from_bits(e.0).max(t);
            (b(st + s), 0)
        });
        st
    }
}
struct KwScan([u64; 16]);
impl Kw for KwScan {
    const NAME: &'static str = "rust-kw-scan";
    fn new(_: usize) -> Self {
        KwScan([0; 16])
    }
    #[inline(always)]
    fn take(&mut self, t: f64, s: f64) -> f64 {
        // the low 4 bits of the time carry the index: one horizontal minimum gives both
        let m = self.0.iter().copied().fold(u64::MAX, u64::min);
        let i = (m & 15) as usize;
        let st = f64::from_bits(m & !15).max(t);
        self.0[i] = (b(st + s) & !15) | i as u64;
        st
    }
}
struct KwSorted(Vec<f64>);
impl Kw for KwSorted {
    const NAME: &'static str = "rust-kw-sorted";
    fn new(c: usize) -> Self {
        KwSorted(vec![0.0; c])
    }
    #[inline(always)]
    fn take(&mut self, t: f64, s: f64) -> f64 {
        let a = &mut self.0;
        let st = a[0].max(t);
        let d = st + s;
        let mut i = 0;
        while i + 1 < a.len() && a[i + 1] < d {
            a[i] = a[i + 1];
            i += 1;
        }
        a[i] = d;
        st
    }
}
fn kw<K: Kw>(n: u64, seed: u64) {
    const C: usize = 16;
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * C as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut k = K::new(C);
    let (mut t, mut wait) = (0.0, 0.0);
    for _ in 0..n {
        t += ia * z.exp(&mut r);
        let s = z.exp(&mut r);
        let st = k.take(t, s);
        wait += st - t;
        h.rec(st + s - t);
    }
    report(K::NAME, "W2", n, 2 * n, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}
impl KwScan {
    fn init(&mut self) {
        for i in 0..16 {
            self.0[i] = i as u64;
        }
    }
}
fn kw_scan(n: u64, seed: u64) {
    const C: usize = 16;
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * C as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut k = KwScan::new(C);
    k.init();
    let (mut t, mut wait) = (0.0, 0.0);
    for _ in 0..n {
        t += ia * z.exp(&mut r);
        let s = z.exp(&mut r);
        let st = k.take(t, s);
        wait += st - t;
        h.rec(st + s - t);
    }
    report(KwScan::NAME, "W2", n, 2 * n, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}

// ------------------------------------------------------------------ W3: 100 FIFO servers, po2 or round robin
#[inline(always)]
fn pick(po2: bool, rr: &mut u32, r: &mut Xo, sv: usize, len: impl Fn(usize) -> u32) -> usize {
    if po2 {
        let x = r.next();
        let i = (((x >> 32) * sv as u64) >> 32) as usize;
        let j = (((x & 0xffff_ffff) * (sv as u64 - 1)) >> 32) as usize;
        let j = if j >= i { j + 1 } else { j };
        if len(j) < len(i) { j } else { i }
    } else {
        let s = *rr;
        *rr = if s + 1 == sv as u32 { 0 } else { s + 1 };
        s as usize
    }
}
fn w3<F: Fel>(peer: &str, po2: bool, n: u64, seed: u64, sv: usize) {
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * sv as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut wait = 0.0;
    let mut slab: Vec<(f64, f64)> = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    let mut q: Vec<VecDeque<u32>> = vec![VecDeque::new(); sv];
    let mut len = vec![0u32; sv];
    let (mut arrived, mut ev, mut rr) = (0u64, 0u64, 0u32);
    let mut f = F::new();
    f.push(b(ia * z.exp(&mut r)), u64::MAX);
    while let Some((tb, v)) = f.pop() {
        let t = f64::from_bits(tb);
        ev += 1;
        if v == u64::MAX {
            arrived += 1;
            let id = match free.pop() {
                Some(i) => i,
                None => {
                    slab.push((0.0, 0.0));
                    slab.len() as u32 - 1
                }
            };
            slab[id as usize].0 = t;
            let s = pick(po2, &mut rr, &mut r, sv, |i| len[i]);
            len[s] += 1;
            if len[s] == 1 {
                slab[id as usize].1 = t;
                f.push(b(t + z.logn1(&mut r)), (s as u64) << 32 | id as u64);
            } else {
                q[s].push_back(id);
            }
            if arrived < n {
                f.push(b(t + ia * z.exp(&mut r)), u64::MAX);
            }
        } else {
            let (s, id) = ((v >> 32) as usize, v as u32);
            let (a, st) = slab[id as usize];
            wait += st - a;
            h.rec(t - a);
            free.push(id);
            len[s] -= 1;
            if let Some(id) = q[s].pop_front() {
                slab[id as usize].1 = t;
                f.push(b(t + z.logn1(&mut r)), (s as u64) << 32 | id as u64);
            }
        }
    }
    report(peer, if po2 { "W3" } else { "W3rr" }, n, ev, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}
/// one timer per server in a winner tree, the next arrival beside it
fn w3_winner(po2: bool, n: u64, seed: u64, sv: usize) {
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * sv as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut wait = 0.0;
    let mut f = Winner::with_leaves(sv);
    let mut q: Vec<VecDeque<f64>> = vec![VecDeque::with_capacity(8); sv];
    let mut len = vec![0u32; sv];
    let mut start = vec![0.0f64; sv];
    let (mut arrived, mut done, mut rr) = (0u64, 0u64, 0u32);
    let mut ta = ia * z.exp(&mut r);
    while done < n {
        let (tb, l) = f.min();
        if b(ta) < tb {
            let t = ta;
            arrived += 1;
            let s = pick(po2, &mut rr, &mut r, sv, |i| len[i]);
            q[s].push_back(t);
            len[s] += 1;
            if len[s] == 1 {
                start[s] = t;
                f.set(s, b(t + z.logn1(&mut r)));
            }
            ta = if arrived < n { t + ia * z.exp(&mut r) } else { f64::INFINITY };
        } else {
            let t = f64::from_bits(tb);
            let a = q[l].pop_front().unwrap();
            done += 1;
            wait += start[l] - a;
            h.rec(t - a);
            len[l] -= 1;
            start[l] = t;
            f.set(l, if len[l] > 0 { b(t + z.logn1(&mut r)) } else { u64::MAX });
        }
    }
    report("rust-winner", if po2 { "W3" } else { "W3rr" }, n, 2 * n, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}
/// No event list: a FIFO server's departure time is known at the arrival. Each server keeps a ring of the
/// departure times of those present; a look at its length first drops the departed.
fn w3_nofel(po2: bool, n: u64, seed: u64, sv: usize) {
    let (mut r, z) = (Xo::new(seed), Zig::new());
    let ia = 1.0 / (0.9 * sv as f64);
    let ck = clock();
    let mut h = Hist::new();
    let mut wait = 0.0;
    let mut q: Vec<VecDeque<f64>> = vec![VecDeque::with_capacity(8); sv];
    let mut freeat = vec![0.0f64; sv];
    let (mut t, mut rr) = (0.0, 0usize);
    #[inline(always)]
    fn drop_old(q: &mut VecDeque<f64>, t: f64) -> usize {
        while let Some(&d) = q.front() {
            if d > t {
                break;
            }
            q.pop_front();
        }
        q.len()
    }
    for _ in 0..n {
        t += ia * z.exp(&mut r);
        let s = if po2 {
            let x = r.next();
            let i = (((x >> 32) * sv as u64) >> 32) as usize;
            let j = (((x & 0xffff_ffff) * (sv as u64 - 1)) >> 32) as usize;
            let j = if j >= i { j + 1 } else { j };
            let (li, lj) = (drop_old(&mut q[i], t), drop_old(&mut q[j], t));
            if lj < li { j } else { i }
        } else {
            rr = if rr + 1 == sv { 0 } else { rr + 1 };
            rr
        };
        let st = freeat[s].max(t);
        let d = st + z.logn1(&mut r);
        freeat[s] = d;
        if po2 {
            q[s].push_back(d);
        }
        wait += st - t;
        h.rec(d - t);
    }
    report("rust-nofel", if po2 { "W3" } else { "W3rr" }, n, 2 * n, &ck, wait / n as f64, h.mean(), h.q(0.5), h.q(0.99), "");
}

// ------------------------------------------------------------------ W4
#[derive(Clone, Copy, Default)]
struct Req {
    t: f64,
    srv: [u16; 2],
    attempt: u8,
    gen: u8,
    slot: [u8; 2],
    next: u32, // intrusive FIFO link (web and app queues)
}
const NIL: u32 = u32::MAX;
#[derive(Clone)]
struct Srv {
    mask: u32, // busy slots
    head: u32,
    tail: u32,
    dbq: VecDeque<u64>, // db tier: packed calls
}
struct Tier {
    srv: Vec<Srv>,
    ready: u32,
    pending: u32,
    rr: u32,
    busy: u32,
    area: f64,
    last: f64,
    hpa: Hpa,
    max: u32,
}
// payload: kind(3) << 61 | srv(17) << 44 | attempt(2) << 42 | slot(2) << 40 | gen(8) << 32 | req(32)
const ARR: u64 = 0;
const DONE: u64 = 1; // 1, 2, 3: web, app, db
const TMO: u64 = 4;
const TICK: u64 = 5;
const UP: u64 = 6;
/// Where events wait. A heap ignores the leaf; the winner tree has one leaf per server slot, one for the next
/// arrival and one for the earliest control event (autoscaler ticks, servers becoming ready).
trait Sched {
    fn new(leaves: usize) -> Self;
    fn sched(&mut self, leaf: usize, t: u64, v: u64);
    fn pop(&mut self) -> Option<E>;
    fn unpop(&mut self, e: E);
}
struct HeapS<F: Fel>(F);
impl<F: Fel> Sched for HeapS<F> {
    fn new(_: usize) -> Self {
        HeapS(F::new())
    }
    #[inline(always)]
    fn sched(&mut self, _: usize, t: u64, v: u64) {
        self.0.push(t, v)
    }
    #[inline(always)]
    fn pop(&mut self) -> Option<E> {
        self.0.pop()
    }
    #[inline(always)]
    fn unpop(&mut self, e: E) {
        self.0.push(e.0, e.1)
    }
}
struct WinS {
    w: Winner,
    v: Vec<u64>,
    hole: usize, // the leaf popped last: cleared only if nothing was put there
    ctl: Dary<4, false>,
}
const CTL: usize = 0;
const NOHOLE: usize = usize::MAX;
impl Sched for WinS {
    fn new(n: usize) -> Self {
        WinS { w: Winner::with_leaves(n + 2), v: vec![0; n + 2], hole: NOHOLE, ctl: Dary::new() }
    }
    #[inline(always)]
    fn sched(&mut self, leaf: usize, t: u64, v: u64) {
        if leaf == CTL {
            self.ctl.push(t, v);
            let e = self.ctl.pop().unwrap(); // peek
            self.ctl.push(e.0, e.1);
            self.w.set(CTL, e.0);
            if self.hole == CTL {
                self.hole = NOHOLE;
            }
            return;
        }
        if self.hole == leaf {
            self.hole = NOHOLE;
        }
        self.v[leaf] = v;
        self.w.set(leaf, t);
    }
    #[inline(always)]
    fn pop(&mut self) -> Option<E> {
        if self.hole != NOHOLE {
            self.w.set(self.hole, u64::MAX);
        }
        let (t, l) = self.w.min();
        if l == CTL {
            let e = self.ctl.pop()?;
            let nx = match self.ctl.pop() {
                Some(x) => {
                    self.ctl.push(x.0, x.1);
                    x.0
                }
                None => u64::MAX,
            };
            self.w.set(CTL, nx);
            self.hole = NOHOLE;
            return Some(e);
        }
        self.hole = l;
        Some((t, self.v[l]))
    }
    #[inline(always)]
    fn unpop(&mut self, e: E) {
        if self.hole == NOHOLE {
            self.sched(CTL, e.0, e.1); // it was a control event
        }
        self.hole = NOHOLE;
    }
}
struct Sim<F: Sched, const RING: bool> {
    f: F,
    base: [usize; 3], // first leaf of each tier's slots
    ring: VecDeque<(u64, u64)>, // timers: a constant delay keeps them sorted
    r: Xo,
    z: Zig,
    req: Vec<Req>,
    free: Vec<u32>,
    tier: [Tier; 3],
    h: Hist,
    timeouts: u64,
    failed: u64,
    done: u64,
    maxreq: usize,
}
#[inline(always)]
fn call_id(s: usize, q: &Req, id: u32) -> u64 {
    (s as u64) << 44 | (q.attempt as u64) << 42 | (q.gen as u64) << 32 | id as u64
}
impl<F: Sched, const RING: bool> Sim<F, RING> {
    #[inline(always)]
    fn acc(&mut self, k: usize, t: f64, d: i32) {
        let x = &mut self.tier[k];
        x.area += x.busy as f64 * (t - x.last);
        x.last = t;
        x.busy = x.busy.wrapping_add_signed(d);
    }
    /// start job v on the given slot
    #[inline(always)]
    fn begin(&mut self, k: usize, s: usize, slot: u32, v: u64, t: f64) {
        if k < 2 {
            self.req[(v as u32) as usize].slot[k] = slot as u8;
        }
        let d = t + MEAN_S[k] * self.z.logn1(&mut self.r);
        let leaf = self.base[k] + s * SLOTS[k] as usize + slot as usize;
        self.f.sched(leaf, b(d), (DONE + k as u64) << 61 | v & !(3 << 40) | (slot as u64) << 40);
    }
    #[inline(always)]
    fn free_slot(&self, k: usize, s: usize) -> Option<u32> {
        let m = !self.tier[k].srv[s].mask & ((1 << SLOTS[k]) - 1);
        if m == 0 { None } else { Some(m.trailing_zeros()) }
    }
    #[inline(always)]
    fn take(&mut self, k: usize, s: usize, slot: u32, v: u64, t: f64) {
        self.acc(k, t, 1);
        self.tier[k].srv[s].mask |= 1 << slot;
        self.begin(k, s, slot, v, t);
    }
    #[inline(always)]
    fn choose(&mut self, k: usize) -> usize {
        let x = &mut self.tier[k];
        let s = if x.rr >= x.ready { 0 } else { x.rr };
        x.rr = s + 1;
        s as usize
    }
    #[inline(always)]
    fn enter(&mut self, k: usize, id: u32, t: f64) {
        let s = self.choose(k);
        self.req[id as usize].srv[k] = s as u16;
        if let Some(slot) = self.free_slot(k, s) {
            self.take(k, s, slot, (s as u64) << 44 | id as u64, t);
        } else {
            let x = &mut self.tier[k].srv[s];
            self.req[id as usize].next = NIL;
            if x.head == NIL {
                x.head = id;
            } else {
                self.req[x.tail as usize].next = id;
            }
            x.tail = id;
        }
    }
    #[inline(always)]
    fn release(&mut self, k: usize, s: usize, slot: u32, t: f64) {
        let x = &mut self.tier[k].srv[s];
        let id = x.head;
        if id != NIL {
            x.head = self.req[id as usize].next;
            self.begin(k, s, slot, (s as u64) << 44 | id as u64, t);
        } else {
            x.mask &= !(1 << slot);
            self.acc(k, t, -1);
        }
    }
    #[inline(always)]
    fn call_db(&mut self, id: u32, t: f64) {
        let q = &mut self.req[id as usize];
        q.attempt += 1;
        let q = *q;
        let v = call_id(0, &q, id);
        let e = (b(t + TIMEOUT), TMO << 61 | v);
        if RING {
            self.ring.push_back(e);
        } else {
            self.f.sched(0, e.0, e.1);
        }
        if self.r.f64() < LOSS {
            return;
        }
        let s = self.choose(2);
        let v = call_id(s, &q, id);
        if let Some(slot) = self.free_slot(2, s) {
            self.take(2, s, slot, v, t);
        } else {
            self.tier[2].srv[s].dbq.push_back(v);
        }
    }
    #[inline(always)]
    fn live(&self, v: u64) -> bool {
        let q = &self.req[(v as u32) as usize];
        q.gen == (v >> 32) as u8 && q.attempt == (v >> 42) as u8 & 3
    }
    #[inline(always)]
    fn finish(&mut self, id: u32, t: f64, ok: bool) {
        let q = self.req[id as usize];
        self.release(1, q.srv[1] as usize, q.slot[1] as u32, t);
        self.release(0, q.srv[0] as usize, q.slot[0] as u32, t);
        if ok {
            self.h.rec(t - q.t);
        } else {
            self.failed += 1;
        }
        self.done += 1;
        let q = &mut self.req[id as usize];
        q.gen = q.gen.wrapping_add(1);
        q.attempt = 0;
        self.free.push(id);
    }
}
/// `size` multiplies the arrival rate and every server count (1: the W4 of the spec).
fn w4<F: Sched, const RING: bool>(peer: &str, n: u64, seed: u64, size: u32) {
    let inv = 1.0 / size as f64;
    let ck = clock();
    let tier = |k: usize| Tier {
        srv: vec![Srv { mask: 0, head: NIL, tail: NIL, dbq: VecDeque::new() }; (MAXSRV * size) as usize],
        ready: START[k] * size, pending: 0, rr: 0, busy: 0, area: 0.0, last: 0.0, hpa: Hpa::sized(size), max: START[k] * size,
    };
    let mut s = Sim::<F, RING> {
        f: F::new(size as usize * (MAXSRV * SLOTS.iter().sum::<u32>()) as usize), ring: VecDeque::new(),
        base: [2, 2 + (MAXSRV * size * SLOTS[0]) as usize, 2 + (MAXSRV * size * (SLOTS[0] + SLOTS[1])) as usize], r: Xo::new(seed), z: Zig::new(), req: vec![], free: vec![],
        tier: [tier(0), tier(1), tier(2)], h: Hist::new(), timeouts: 0, failed: 0, done: 0, maxreq: 0,
    };
    let (mut arrived, mut ev, mut stale, mut tend) = (0u64, 0u64, 0u64, 0.0);
    let e = s.z.exp(&mut s.r);
    s.f.sched(1, b(next_arrival(0.0, e * inv)), ARR);
    s.f.sched(0, b(PERIOD), TICK << 61);
    while s.done < n {
        // two-way merge of the heap and the timer ring
        let (tb, v) = if RING {
            while let Some(&(_, v)) = s.ring.front() {
                if s.live(v) {
                    break;
                }
                s.ring.pop_front();
                stale += 1;
            }
            match (s.ring.front().copied(), s.f.pop()) {
                (Some(r), Some(e)) if r.0 < e.0 => {
                    s.f.unpop(e);
                    s.ring.pop_front();
                    r
                }
                (_, Some(e)) => e,
                (Some(r), None) => {
                    s.ring.pop_front();
                    r
                }
                _ => break,
            }
        } else {
            s.f.pop().unwrap()
        };
        let t = f64::from_bits(tb);
        let kind = v >> 61;
        let id = v as u32;
        let sv = (v >> 44) as usize & 0x1ffff;
        match kind {
            ARR => {
                arrived += 1;
                let id = match s.free.pop() {
                    Some(i) => i,
                    None => {
                        s.req.push(Req::default());
                        s.req.len() as u32 - 1
                    }
                };
                s.req[id as usize].t = t;
                s.enter(0, id, t);
                if arrived < n {
                    let e = s.z.exp(&mut s.r);
                    s.f.sched(1, b(next_arrival(t, e * inv)), ARR);
                }
            }
            1 => s.enter(1, id, t),
            2 => s.call_db(id, t),
            3 => {
                let slot = (v >> 40) as u32 & 3;
                let mut next = None;
                while let Some(c) = s.tier[2].srv[sv].dbq.pop_front() {
                    if s.live(c) {
                        next = Some(c);
                        break;
                    }
                }
                match next {
                    Some(c) => s.begin(2, sv, slot, c, t),
                    None => {
                        s.acc(2, t, -1);
                        s.tier[2].srv[sv].mask &= !(1 << slot);
                    }
                }
                if s.live(v) {
                    s.finish(id, t, true);
                }
            }
            TMO => {
                if !s.live(v) {
                    stale += 1;
                    continue;
                }
                s.timeouts += 1;
                if s.req[id as usize].attempt < TRIES {
                    s.call_db(id, t);
                } else {
                    s.finish(id, t, false);
                }
            }
            TICK => {
                for k in 0..3 {
                    let x = &mut s.tier[k];
                    x.area += x.busy as f64 * (t - x.last);
                    x.last = t;
                    let util = x.area / PERIOD / (x.ready * SLOTS[k]) as f64;
                    x.area = 0.0;
                    match x.hpa.tick(util, x.ready, x.pending) {
                        Act::Up(m) => {
                            x.pending += m;
                            s.f.sched(0, b(t + STARTUP), UP << 61 | (k as u64) << 44 | m as u64);
                        }
                        Act::Down(m) => x.ready -= m,
                        Act::None => {}
                    }
                }
                s.f.sched(0, b(t + PERIOD), TICK << 61);
            }
            _ => {
                let x = &mut s.tier[sv];
                x.pending -= id;
                x.ready += id;
                x.max = x.max.max(x.ready);
            }
        }
        ev += 1;
        tend = t;
    }
    s.maxreq = s.req.len();
    let m: Vec<u32> = s.tier.iter().map(|t| t.max).collect();
    let e: Vec<u32> = s.tier.iter().map(|t| t.ready).collect();
    report(peer, if size == 1 { "W4" } else { "W4-large" }, n, ev, &ck, f64::NAN, s.h.mean(), s.h.q(0.5), s.h.q(0.99), &format!(
        "p90={:.4} timeouts={} failed={} stale={stale} maxsrv={m:?} endsrv={e:?} maxinflight={} tend={tend:.2}", s.h.q(0.9), s.timeouts, s.failed, s.maxreq));
}
fn main() {
    let wl: String = arg(1, "w1".into());
    let va: String = arg(2, "heap".into());
    let n: u64 = arg(3, 5_000_000);
    let seed: u64 = arg(4, 1);
    let sv: usize = arg(5, 100); // W3: servers
    let sz: u32 = arg(5, 1); // W4: size factor
    match (wl.as_str(), va.as_str()) {
        ("w1", "heap") => mmc::<StdHeap>("rust-heap", "W1", 1, n, seed),
        ("w1", "heap4") => mmc::<Dary<4, false>>("rust-heap4", "W1", 1, n, seed),
        ("w1", "two") => w1_two(n, seed),
        ("w1", "lindley") => lindley(n, seed, true),
        ("w1", "lindley-mean") => lindley(n, seed, false),
        ("w2", "heap") => mmc::<StdHeap>("rust-heap", "W2", 16, n, seed),
        ("w2", "heap4") => mmc::<Dary<4, false>>("rust-heap4", "W2", 16, n, seed),
        ("w2", "winner") => w2_winner(n, seed),
        ("w2", "kw-heap") => kw::<KwHeap>(n, seed),
        ("w2", "kw-sorted") => kw::<KwSorted>(n, seed),
        ("w2", "kw-scan") => kw_scan(n, seed),
        ("w3" | "w3rr", v) => {
            let po2 = wl == "w3";
            match v {
                "heap" => w3::<StdHeap>("rust-heap", po2, n, seed, sv),
                "heap4" => w3::<Dary<4, false>>("rust-heap4", po2, n, seed, sv),
                "winner" => w3_winner(po2, n, seed, sv),
                "ladder" => w3::<Ladder>("rust-ladder", po2, n, seed, sv),
                "nofel" => w3_nofel(po2, n, seed, sv),
                _ => panic!("variant"),
            }
        }
        ("w4", "std-lazy") => w4::<HeapS<StdHeap>, false>("rust-heap", n, seed, sz),
        ("w4", "h4-lazy") => w4::<HeapS<Dary<4, false>>, false>("rust-heap4", n, seed, sz),
        ("w4", "h4-ring") => w4::<HeapS<Dary<4, false>>, true>("rust-heap4-ring", n, seed, sz),
        ("w4", "ladder-ring") => w4::<HeapS<Ladder>, true>("rust-ladder-ring", n, seed, sz),
        ("w4", "winner-ring") => w4::<WinS, true>("rust-winner-ring", n, seed, sz),
        _ => panic!("unknown workload or variant"),
    }
}
