"""Shared by the Python peers: the RESULT line and W4's parameters (the same numbers as rust/kit/src/w4.rs)."""
import array, math, random, resource, sys, time

T0 = None
def start():
    global T0, C0
    r = resource.getrusage(resource.RUSAGE_SELF)
    C0 = r.ru_utime + r.ru_stime
    T0 = time.perf_counter()

def report(peer, wl, n, events, wait_mean, lat, extra=""):
    wall = time.perf_counter() - T0
    r = resource.getrusage(resource.RUSAGE_SELF)
    cpu = r.ru_utime + r.ru_stime - C0
    rss = int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1]) / 1024
    s = sorted(lat)
    q = lambda p: s[min(len(s) - 1, math.ceil(p * len(s)) - 1)]
    print(f"RESULT peer={peer} wl={wl} n={n} wall={wall:.4f} cpu={cpu:.4f} cust_s={n/wall:.0f} ev_s={events/wall:.0f} "
          f"rss_mib={rss:.1f} mean_wait={wait_mean:.5f} mean_lat={sum(s)/len(s):.5f} p50={q(.5):.5f} p99={q(.99):.5f} {extra}", flush=True)

def args(defn):
    wl = sys.argv[1] if len(sys.argv) > 1 else "W1"
    n = int(float(sys.argv[2])) if len(sys.argv) > 2 else defn
    random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    return wl, n

LN_M, LN_S = -0.5 * math.log(2), math.sqrt(math.log(2))
def logn1():
    return random.lognormvariate(LN_M, LN_S)
def doubles():
    return array.array("d")

# W4
RATE, SPIKE_AT, SPIKE_LEN, SPIKE_X = 1000.0, 600.0, 60.0, 5.0
MEAN_S, SLOTS, START, MAXSRV = (0.002, 0.008, 0.010), (4, 4, 2), (9, 8, 8), 64
TIMEOUT, LOSS, TRIES, PERIOD, STARTUP, TARGET, STABLE = 0.2, 0.01, 3, 15.0, 30.0, 0.6, 20
def next_arrival(t, e):
    while True:
        if t < SPIKE_AT: r, end = RATE, SPIKE_AT
        elif t < SPIKE_AT + SPIKE_LEN: r, end = RATE * SPIKE_X, SPIKE_AT + SPIKE_LEN
        else: r, end = RATE, math.inf
        nt = t + e / r
        if nt <= end: return nt
        e -= (end - t) * r
        t = end
class Hpa:
    def __init__(self): self.recs = []
    def tick(self, util, ready, pending):
        want = min(max(math.ceil(ready * util / TARGET), 1), MAXSRV)
        self.recs = self.recs[-(STABLE - 1):] + [want]
        have = ready + pending
        if want > have: return want - have
        m = max(self.recs)
        if len(self.recs) == STABLE and m < have and pending == 0: return m - have
        return 0
