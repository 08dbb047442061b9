"""Ciw. usage: ciw_peer.py W1|W2|W3rr N   (events stop after N finished customers)"""
import ciw
import kit as c
wl, n = c.args(100_000)
c.start()
ciw.seed(1)
if wl in ("W1", "W2"):
    k = 1 if wl == "W1" else 16
    net = ciw.create_network(arrival_distributions=[ciw.dists.Exponential(.9 * k)], service_distributions=[ciw.dists.Exponential(1.0)], number_of_servers=[k])
else:
    # node 1: a zero-time balancer with infinite servers; nodes 2..101: the servers
    net = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(90.0)] + [None] * 100,
        service_distributions=[ciw.dists.Deterministic(0.0)] + [ciw.dists.Lognormal(c.LN_M, c.LN_S)] * 100,
        number_of_servers=[float("inf")] + [1] * 100,
        routing=ciw.routing.NetworkRouting(routers=[ciw.routing.Cycle(cycle=list(range(2, 102)))] + [ciw.routing.Leave()] * 100))
q = ciw.Simulation(net)
q.simulate_until_max_customers(n, method="Finish")
rec = [r for r in q.get_all_records() if not (wl == "W3rr" and r.node == 1)]
wait = sum(r.waiting_time for r in rec) / len(rec)
c.report("ciw", wl, n, 2 * n, wait, [r.waiting_time + r.service_time for r in rec])
