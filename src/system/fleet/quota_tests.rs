use super::*;
use crate::random::{Key, unit};

const MS: u64 = 1_000_000;

fn limit(millicores: u64, threads: u32, cores: f64) -> Limit {
    Limit { period: 100 * MS, quota: (100 * MS * millicores / 1000) as f64, cores, threads }
}

/// Ends by index of arrivals (instant, work), what was spent until `until`.
fn fast(limit: Limit, offset: u64, arrivals: &[(u64, u64)], until: u64) -> (Vec<u64>, Spent) {
    let mut quota = Quota::new(limit, 0, offset);
    let (mut ends, mut next, mut plan) = (vec![0; arrivals.len()], 0, None);
    loop {
        let arrival = arrivals.get(next).map_or(u64::MAX, |a| a.0);
        let planned = plan.map_or(u64::MAX, |(_, at)| at);
        let now = arrival.min(planned);
        if now == u64::MAX {
            break;
        }
        quota.advance(now);
        if planned <= arrival {
            let id = quota.take_foremost().expect("somebody");
            ends[id as usize] = now;
            plan = None;
        } else {
            quota.start(next as u32, arrivals[next].1);
            next += 1;
        }
        plan = quota.plan().or(plan);
    }
    quota.advance(until);
    (ends, quota.take_spent())
}

/// The same by walking from one thing that happens to the next, on the real line.
fn slow(limit: Limit, offset: u64, arrivals: &[(u64, u64)], until: u64) -> (Vec<f64>, Spent) {
    const NONE: f64 = 1e-3;
    let period = limit.period as f64;
    let (mut now, mut left) = (0.0, limit.quota);
    let mut boundary = if offset == 0 { period } else { offset as f64 };
    let mut ends = vec![0.0; arrivals.len()];
    let mut running: Vec<(usize, f64)> = Vec::new();
    let mut waiting: VecDeque<usize> = VecDeque::new();
    let (mut next, mut timer, mut used, mut stopped) = (0, false, false, 0.0);
    let mut spent = Spent::default();
    while now < until as f64 {
        // A completion comes first, then the boundary, then running out of quota, then an arrival.
        while let Some(at) = running.iter().position(|r| r.1 < NONE) {
            ends[running[at].0] = now;
            running.remove(at);
            if let Some(id) = waiting.pop_front() {
                running.push((id, arrivals[id].1 as f64));
            }
        }
        if boundary - now < NONE {
            now = boundary;
            if timer {
                spent.periods += 1;
                spent.throttled += u64::from(stopped > NONE);
                timer = used || !running.is_empty();
            }
            (left, used, stopped) = (limit.quota, false, 0.0);
            boundary += period;
        }
        while arrivals.get(next).is_some_and(|a| a.0 as f64 - now < NONE) {
            if (running.len() as u32) < limit.threads {
                running.push((next, arrivals[next].1 as f64));
                timer = true;
            } else {
                waiting.push_back(next);
            }
            next += 1;
        }
        let cores = (running.len() as f64).min(limit.cores);
        let speed = cores / running.len() as f64;
        let mut step = boundary - now;
        if let Some(arrival) = arrivals.get(next) {
            step = step.min(arrival.0 as f64 - now);
        }
        if left < NONE {
            if !running.is_empty() {
                stopped += step;
                spent.stopped += step;
            }
        } else if !running.is_empty() {
            let shortest = running.iter().map(|r| r.1).fold(f64::INFINITY, f64::min);
            step = step.min(shortest / speed).min(left / cores);
            running.iter_mut().for_each(|r| r.1 -= step * speed);
            left -= step * cores;
            used = true;
            spent.cpu += step * cores;
        }
        now += step;
    }
    (ends, spent)
}

#[test]
fn known_timelines() {
    let half = limit(500, u32::MAX, f64::INFINITY);
    // 50 ms, a stop, 50 ms, a stop, 30 ms.
    assert_eq!(fast(half, 0, &[(0, 130 * MS)], 300 * MS).0, [230 * MS]);
    // Into a period that had been idle: 40 ms are left of it and all of its quota.
    assert_eq!(fast(half, 0, &[(60 * MS, 130 * MS)], 300 * MS).0, [240 * MS]);
    // What ends exactly with the quota is throttled by nothing.
    let (ends, spent) = fast(half, 0, &[(0, 50 * MS)], 500 * MS);
    assert_eq!((ends[0], spent.throttled, spent.periods), (50 * MS, 0, 2));
    // Two cores' worth in every period of two requests: never stopped, however long.
    let two = limit(2000, u32::MAX, f64::INFINITY);
    let (ends, spent) = fast(two, 0, &[(0, 1000 * MS), (0, 1000 * MS)], 2000 * MS);
    assert_eq!((ends[0], spent.throttled, spent.stopped), (1000 * MS, 0, 0.0));
    // Three in each of whose periods a third of the time is stopped.
    let (ends, spent) = fast(two, 0, &[(0, 1000 * MS); 3], 3000 * MS);
    assert_eq!(ends, [1_466_666_667; 3]);
    assert_eq!((spent.throttled, (spent.cpu / 1e6).round()), (14, 3000.0));
}

#[test]
fn it_agrees_with_a_walk_from_event_to_event() {
    let mut draws = 0;
    let mut below = |bound: u64| {
        draws += 1;
        (unit(Key::root(7, 0, 0).draw(draws)) * bound as f64) as u64
    };
    let mut stopped = 0;
    for _ in 0..2000 {
        let cores = if below(3) == 0 { (1 + below(2)) as f64 } else { f64::INFINITY };
        let threads = if below(3) == 0 { 1 + below(4) as u32 } else { 6 };
        let limit = limit([200, 500, 1000, 1500][below(4) as usize], threads, cores);
        let offset = below(100) * MS;
        let mut now = 0;
        let arrivals: Vec<(u64, u64)> = (0..1 + below(30))
            .map(|_| {
                now += below(80) * MS;
                (now, (1 + below(60)) * MS)
            })
            .collect();
        let until = now + 10_000 * MS;
        let (ours, ours_spent) = fast(limit, offset, &arrivals, until);
        let (known, known_spent) = slow(limit, offset, &arrivals, until);
        let near = |a: f64, b: f64| (a - b).abs() < 100.0;
        let agree = ours.iter().zip(&known).all(|(a, b)| (*a as f64 - b).abs() < 2.0);
        assert!(agree, "{limit:?} {offset} {arrivals:?}\n{ours:?}\n{known:?}");
        assert_eq!(
            (ours_spent.periods, ours_spent.throttled),
            (known_spent.periods, known_spent.throttled),
            "{limit:?} {offset} {arrivals:?}"
        );
        assert!(near(ours_spent.cpu, known_spent.cpu) && near(ours_spent.stopped, known_spent.stopped));
        stopped += known_spent.throttled;
    }
    assert!(stopped > 2000, "{stopped} throttled periods compared");
}
