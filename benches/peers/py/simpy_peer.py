"""SimPy. usage: simpy_peer.py W1|W2|W3|W3rr|W4 N"""
import random, simpy
import kit as c
wl, n = c.args(200_000)
exp = random.expovariate
lat = c.doubles(); wait = 0.0

def queue(env, servers, nserv, lam, logn, po2):
    def customer(res):
        global wait
        a = env.now
        with res.request() as req:
            yield req
            wait += env.now - a
            yield env.timeout(c.logn1() if logn else exp(1.0))
        lat.append(env.now - a)
    rr = 0
    for _ in range(n):
        yield env.timeout(exp(lam))
        if nserv == 1: s = servers[0]
        elif po2:
            i, j = random.sample(range(nserv), 2)
            s, s2 = servers[i], servers[j]
            if s2.count + len(s2.queue) < s.count + len(s.queue): s = s2
        else:
            s = servers[rr]; rr = (rr + 1) % nserv
        env.process(customer(s))

class Tier:
    def __init__(self, env, k):
        self.env, self.k = env, k
        self.srv = [simpy.Resource(env, c.SLOTS[k]) for _ in range(c.MAXSRV)]
        self.ready, self.pending, self.rr, self.busy, self.area, self.last = c.START[k], 0, 0, 0, 0.0, 0.0
        self.hpa, self.max = c.Hpa(), c.START[k]
        env.process(self.scaler())
    def pick(self):
        s = 0 if self.rr >= self.ready else self.rr
        self.rr = s + 1
        return self.srv[s]
    def acc(self, d):
        t = self.env.now
        self.area += self.busy * (t - self.last); self.last = t; self.busy += d
    def scaler(self):
        while True:
            yield self.env.timeout(c.PERIOD)
            self.acc(0)
            d = self.hpa.tick(self.area / c.PERIOD / (self.ready * c.SLOTS[self.k]), self.ready, self.pending)
            self.area = 0.0
            if d > 0:
                self.pending += d; self.env.process(self.up(d))
            else: self.ready += d
    def up(self, d):
        yield self.env.timeout(c.STARTUP)
        self.pending -= d; self.ready += d; self.max = max(self.max, self.ready)
    def service(self):
        return self.env.timeout(c.MEAN_S[self.k] * c.logn1())

def w4(env):
    web, app, db = (Tier(env, k) for k in range(3))
    st = dict(timeouts=0, failed=0, done=0)
    fin = env.event()
    def dbcall(reply, deadline):
        with db.pick().request() as r:
            yield r
            if env.now >= deadline: return        # abandoned while queued
            db.acc(1)
            yield db.service()
            db.acc(-1)
        if not reply.triggered: reply.succeed()
    def root():
        a = env.now
        ok = False
        with web.pick().request() as wr:
            yield wr
            web.acc(1)
            yield web.service()
            with app.pick().request() as ar:
                yield ar
                app.acc(1)
                yield app.service()
                for _ in range(c.TRIES):
                    reply = env.event()
                    if random.random() >= c.LOSS: env.process(dbcall(reply, env.now + c.TIMEOUT))
                    yield reply | env.timeout(c.TIMEOUT)
                    if reply.triggered: ok = True; break
                    st["timeouts"] += 1
                    reply.succeed() if not reply.triggered else None
                app.acc(-1)
            web.acc(-1)
        if ok: lat.append(env.now - a)
        else: st["failed"] += 1
        st["done"] += 1
        if st["done"] == n: fin.succeed()
    def src():
        t = 0.0
        for _ in range(n):
            t = c.next_arrival(t, exp(1.0))
            yield env.timeout(t - env.now)
            env.process(root())
    env.process(src())
    env.run(until=fin)
    return f"timeouts={st['timeouts']} failed={st['failed']} maxsrv={[x.max for x in (web, app, db)]} tend={env.now:.2f} p90={sorted(lat)[int(.9*len(lat))]:.4f}"

env = simpy.Environment()
c.start()
extra = ""
if wl == "W4":
    extra = w4(env); ev = 4 * n; wait = float("nan")
else:
    k = {"W1": (1, 1, .9), "W2": (1, 16, 14.4), "W3": (100, 1, 90), "W3rr": (100, 1, 90)}[wl]
    servers = [simpy.Resource(env, k[1]) for _ in range(k[0])]
    env.process(queue(env, servers, k[0], k[2], wl[:2] == "W3", wl == "W3"))
    env.run(); ev = 2 * n
c.report("simpy", wl, n, ev, wait / n, lat, extra)
