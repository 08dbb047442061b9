//! Further tries that go elsewhere: pods with a slot each and no queue, tried in turn until all were, are one loss system.

use flashcrowd::analysis::Estimate;
use flashcrowd::study::Study;
use flashcrowd::theory::erlang_b;

use super::SIGMAS;

/// Share of requests that found no free slot on any of `pods` by one try and as many further ones as there are others.
fn lost(pods: u32, balancer: &str, elsewhere: bool) -> Estimate {
    let text = format!(
        "schema: 1\nname: Doors\n\
         run: {{ mode: steady, warm_up: 20s, length: 1500s, replications: 12, record: {{ window: none }} }}\n\
         traffic: {{ people: {{ rate: 30/s, classes: {{ ask: {{ entry: web.ask }} }} }} }}\n\
         clients: {{ upstreams: {{ web: {{ balancer: '{balancer}', retries: {}, retry_on: [503], backoff: 0s, \
         retry_elsewhere: {elsewhere} }} }} }}\n\
         services: {{ web: {{ replicas: {pods}, slots: 1, queue_limit: 0, operations: {{ ask: \
         [ {{ work: exponential(100ms) }} ] }} }} }}\nobjectives: [ ask success >= 1% ]\n",
        pods - 1
    );
    let summary = Study::from_text(&text).run().expect("a valid scenario").summary;
    let row = summary.metrics.iter().find(|row| row.scope == "class/ask" && row.metric == "error_ratio");
    row.expect("a share").estimate
}

#[test]
fn pods_tried_in_turn_lose_what_one_loss_system_loses() {
    for (pods, balancer) in
        [(3, "random"), (4, "round-robin"), (3, "least-request"), (4, "least-connections")]
    {
        let (known, found) = (erlang_b(3.0, u64::from(pods)), lost(pods, balancer, true));
        let error = (found.ci95_high - found.ci95_low) / 2.0 / 2.2;
        assert!((found.mean - known).abs() < SIGMAS * error, "{pods} {balancer}: {found:?}, known {known}");
    }
    // Without it a further try may come to the same full pod, and more is lost.
    let found = lost(3, "random", false);
    assert!(found.ci95_low > 1.05 * erlang_b(3.0, 3), "{found:?}");
}
