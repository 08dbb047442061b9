//! Balancers without a simulation: a few hosts in a list, tries with given bits.

use super::{Balancer, Hosts, Levels, Over, Try, Views};
use crate::random::Key;

struct Rack {
    ready: Vec<u32>,
    holds: Vec<u32>,
    levels: Levels,
    free_at: Vec<u64>,
}

impl Rack {
    fn of(holds: &[u32]) -> Self {
        let ready: Vec<u32> = (0..holds.len() as u32).collect();
        let mut levels = Levels::default();
        for &pod in &ready {
            levels.insert(pod);
            (0..holds[pod as usize]).for_each(|_| levels.raise(pod));
        }
        Self { ready, holds: holds.to_vec(), levels, free_at: vec![0; holds.len()] }
    }
}

impl Hosts for Rack {
    fn ready(&self) -> &[u32] {
        &self.ready
    }
    fn slots(&self) -> u32 {
        2
    }
    fn holds(&self, pod: u32) -> u32 {
        self.holds[pod as usize]
    }
    fn levels(&self) -> Option<&Levels> {
        Some(&self.levels)
    }
    fn free_at(&self, pod: u32) -> u64 {
        self.free_at[pod as usize]
    }
    fn ordinal(&self, pod: u32) -> u32 {
        pod
    }
    fn promise(&mut self, _now: u64, pod: u32, work: u64) {
        self.free_at[pod as usize] += work;
    }
}

struct Sent(u64);

impl Try for Sent {
    fn now(&self) -> u64 {
        self.0
    }
    fn bits(&self) -> u64 {
        Key::root(self.0, 0, 0).draw(0)
    }
    fn further_bits(&self, first: u64, last: u64) -> u64 {
        Key::root(first, 0, 0).draw(last)
    }
    fn address(&self) -> u64 {
        Key::root(self.0 / 10, 1, 0).draw(0)
    }
    fn caller(&self) -> Option<u32> {
        None
    }
    fn standing(&self, what: u64) -> u64 {
        Key::root(9, 0, 0).draw(what)
    }
    fn work(&self) -> u64 {
        10 + self.0
    }
}

/// How often each host is chosen in so many tries.
fn chosen(balancer: &Balancer, rack: &mut Rack, tries: u64) -> Vec<u32> {
    let mut views = Views::new(balancer);
    let mut counts = vec![0; rack.holds.len()];
    for t in 0..tries {
        counts[views.choose(0, rack, &Sent(t)).expect("a ready host") as usize] += 1;
    }
    counts
}

#[test]
fn every_form_makes_a_balancer_that_chooses() {
    for form in Balancer::FORMS {
        let numbers: Vec<f64> = form
            .example
            .trim_start_matches(form.name)
            .trim_matches(['(', ')'])
            .split_whitespace()
            .map(|n| n.parse().expect("a number"))
            .collect();
        let balancer = (form.make)(&numbers).expect(form.example);
        let counts = chosen(&balancer, &mut Rack::of(&[1, 0, 3]), 100);
        assert_eq!(counts.iter().sum::<u32>(), 100, "{}", form.name);
        let nobody = Views::new(&balancer).choose(0, &mut Rack::of(&[]), &Sent(0));
        assert_eq!(nobody, None, "{}", form.name);
    }
}

#[test]
fn those_that_look_prefer_the_emptiest() {
    let mut rack = Rack::of(&[1, 0, 3]);
    assert_eq!(chosen(&Balancer::JoinShortestQueue, &mut rack, 50), [0, 50, 0]);
    assert_eq!(chosen(&Balancer::JoinIdleQueue, &mut rack, 50)[2], 0);
    assert_eq!(chosen(&Balancer::PowerOfD(2), &mut rack, 50)[2], 0);
    assert_eq!(chosen(&Balancer::PowerOfD(3), &mut rack, 50), [0, 50, 0]);
    // Two of two are both.
    assert_eq!(chosen(&Balancer::PowerOfD(2), &mut Rack::of(&[5, 0]), 50), [0, 50]);
    // A pod of two slots is idle while it holds one, and not when it holds two.
    assert_eq!(chosen(&Balancer::JoinIdleQueue, &mut Rack::of(&[1, 2, 3]), 50), [50, 0, 0]);
}

#[test]
fn a_bound_needs_two_to_choose_from() {
    assert!(Balancer::PowerOfD(2).is_bound() && !Balancer::PowerOfD(1).is_bound());
}

#[test]
fn pods_that_have_worked_off_their_promises_are_alike() {
    let mut rack = Rack::of(&[0, 0, 0]);
    rack.free_at = vec![50, 20, 200];
    assert_eq!(Views::new(&Balancer::LeastWorkLeft).choose(0, &mut rack, &Sent(100)), Some(0));
}

#[test]
fn turns_are_even_and_a_forgotten_view_starts_anew() {
    let mut rack = Rack::of(&[0, 0, 0]);
    assert_eq!(chosen(&Balancer::RoundRobin, &mut rack, 30), [10, 10, 10]);
    let mut views = Views::new(&Balancer::RoundRobin);
    let mut next = |views: &mut Views, view| views.choose(view, &mut rack, &Sent(0));
    let first = next(&mut views, 0).expect("a host");
    let second = Some((first + 1) % 3);
    assert_eq!((next(&mut views, 1), next(&mut views, 0)), (Some(first), second));
    views.forget(0, &[0, 1, 2]);
    assert_eq!((next(&mut views, 0), next(&mut views, 1)), (Some(first), second));
}

#[test]
fn views_begin_their_turns_at_random() {
    struct Caller(u32);
    impl Try for Caller {
        fn now(&self) -> u64 {
            0
        }
        fn bits(&self) -> u64 {
            0
        }
        fn further_bits(&self, _first: u64, _last: u64) -> u64 {
            0
        }
        fn address(&self) -> u64 {
            0
        }
        fn caller(&self) -> Option<u32> {
            Some(self.0)
        }
        fn standing(&self, what: u64) -> u64 {
            Key::root(9, 0, 0).draw(what)
        }
        fn work(&self) -> u64 {
            0
        }
    }
    let mut rack = Rack::of(&[0; 300]);
    let mut views = Views::new(&Balancer::RoundRobin);
    let mut counts = [0; 3];
    for view in 0..300 {
        let at = views.choose(view, &mut rack, &Caller(view as u32)).expect("a host");
        counts[at as usize / 100] += 1;
    }
    assert!(counts.iter().all(|&n| n > 70), "{counts:?}");
}

#[test]
fn least_request_counts_what_its_view_has_sent() {
    // The first host is full of others' requests, which this view cannot know.
    let mut rack = Rack::of(&[99, 0]);
    let counts = chosen(&Balancer::LeastRequest { picks: 2 }, &mut rack, 1000);
    assert!(counts[0].abs_diff(counts[1]) < 10, "{counts:?}");
    let mut views = Views::new(&Balancer::LeastRequest { picks: 8 });
    let mut rack = Rack::of(&[0, 0]);
    let first = views.choose(0, &mut rack, &Sent(1)).expect("a host");
    let other = views.choose(0, &mut rack, &Sent(2)).expect("a host");
    assert_ne!(first, other, "eight picks of two hosts meet both");
    views.over(0, other, Over { sent: 0, now: 5, well: false });
    assert_eq!(views.choose(0, &mut rack, &Sent(3)), Some(other));
}

#[test]
fn outstanding_requests_are_counted_by_view_until_they_are_over() {
    let mut rack = Rack::of(&[9, 0]);
    let mut views = Views::new(&Balancer::LeastConnections);
    let first = views.choose(0, &mut rack, &Sent(1)).expect("a host");
    let second = views.choose(0, &mut rack, &Sent(2)).expect("a host");
    assert_ne!(first, second, "what a host holds for others is not seen");
    views.over(0, second, Over { sent: 0, now: 5, well: true });
    assert_eq!(views.choose(0, &mut rack, &Sent(3)), Some(second));
    views.left(second);
    assert_eq!(views.choose(0, &mut rack, &Sent(4)), Some(first));
}

#[test]
fn promised_work_is_levelled_and_an_address_keeps_its_host() {
    let mut rack = Rack::of(&[0, 0, 0]);
    let counts = chosen(&Balancer::LeastWorkLeft, &mut rack, 30);
    assert!(counts.iter().all(|&n| n >= 8), "{counts:?}");
    let mut views = Views::new(&Balancer::SourceHash { addresses: 50 });
    let of_ten: Vec<_> = (0..10).map(|t| views.choose(0, &mut rack, &Sent(t))).collect();
    assert!(of_ten.iter().all(|&pod| pod == of_ten[0]));
    // Fifty addresses are spread over the hosts, one is not.
    assert!(chosen(&Balancer::SourceHash { addresses: 50 }, &mut rack, 600).iter().all(|&n| n > 0));
    assert!(chosen(&Balancer::SourceHash { addresses: 1 }, &mut rack, 600).contains(&600));
}

/// Balancers that go by what their view has sent; with so many picks all hosts are looked at.
const COUNTING: [Balancer; 2] = [Balancer::LeastConnections, Balancer::LeastRequest { picks: 40 }];

/// The hosts that so many tries choose, none of which is over.
fn next(views: &mut Views, hosts: usize, tries: u64) -> Vec<u32> {
    let mut rack = Rack::of(&vec![0; hosts]);
    (0..tries).map(|t| views.choose(0, &mut rack, &Sent(t)).expect("a host")).collect()
}

#[test]
fn what_an_only_host_got_counts_when_another_joins() {
    for balancer in COUNTING {
        let mut views = Views::new(&balancer);
        assert_eq!(next(&mut views, 1, 10), [0; 10]);
        views.joined(1);
        assert_eq!(next(&mut views, 2, 10), [1; 10], "{balancer:?}");
    }
}

#[test]
fn a_pod_in_the_place_of_another_and_a_new_caller_owe_nothing() {
    for balancer in COUNTING {
        let mut views = Views::new(&balancer);
        next(&mut views, 2, 20);
        views.left(1);
        views.joined(1);
        assert_eq!(next(&mut views, 2, 10), [1; 10], "{balancer:?}");
        // All ten of the first are over, and then the view is another caller's: its ten are even again.
        (0..10).for_each(|_| views.over(0, 0, Over { sent: 0, now: 1, well: true }));
        views.forget(0, &[0, 1]);
        let zeros = next(&mut views, 2, 10).iter().filter(|&&pod| pod == 0).count();
        assert_eq!(zeros, 5, "{balancer:?}");
    }
}

#[test]
fn further_tries_go_elsewhere_with_every_balancer() {
    for form in Balancer::FORMS {
        let inner = form.example.trim_start_matches(form.name).trim_matches(['(', ')']);
        let numbers: Vec<f64> = inner.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        let balancer = (form.make)(&numbers).expect(form.example);
        let mut rack = Rack::of(&[1, 0, 3, 0, 5, 2]);
        let mut views = Views::new(&balancer);
        for t in 0..200 {
            let mut tried = Vec::new();
            for _ in 0..6 {
                let pod = views.choose_elsewhere(0, &mut rack, &Sent(t), &tried).expect("a host");
                assert!(!tried.contains(&pod), "{}: {pod} again after {tried:?}", form.name);
                tried.push(pod);
            }
            // All were tried: any of them again.
            let again = views.choose_elsewhere(0, &mut rack, &Sent(t), &tried);
            tried.extend(again);
            tried.iter().for_each(|&pod| views.over(0, pod, Over { sent: 0, now: 1, well: false }));
        }
        let mut fresh = Views::new(&balancer);
        assert_eq!(fresh.choose_elsewhere(0, &mut Rack::of(&[]), &Sent(0), &[3]), None, "{}", form.name);
    }
}

#[test]
fn elsewhere_those_that_look_still_look() {
    let elsewhere = |balancer: &Balancer, rack: &mut Rack, tried: u32| -> Vec<u32> {
        let mut views = Views::new(balancer);
        (0..30).filter_map(|t| views.choose_elsewhere(0, rack, &Sent(t), &[tried])).collect()
    };
    assert_eq!(elsewhere(&Balancer::JoinShortestQueue, &mut Rack::of(&[1, 0, 3]), 1), [0; 30]);
    assert_eq!(elsewhere(&Balancer::JoinIdleQueue, &mut Rack::of(&[1, 0, 2]), 1), [0; 30]);
    let promised = elsewhere(&Balancer::LeastWorkLeft, &mut Rack::of(&[0, 0, 0]), 1);
    assert!(promised.iter().filter(|&&pod| pod == 2).count() >= 10, "{promised:?}");
}

#[test]
fn what_is_chosen_in_vain_does_not_count_as_sent() {
    for balancer in COUNTING {
        let mut rack = Rack::of(&[0, 0]);
        let mut views = Views::new(&balancer);
        for t in 0..20 {
            assert_eq!(views.choose_elsewhere(0, &mut rack, &Sent(t), &[0]), Some(1), "{balancer:?}");
        }
        // The host that was passed over has got nothing yet, so that it gets the next twenty.
        assert_eq!(next(&mut views, 2, 20), [0; 20], "{balancer:?}");
    }
}

#[test]
fn elsewhere_is_as_likely_as_the_balancer_makes_it() {
    let mut rack = Rack::of(&[0, 0, 0, 0]);
    let mut views = Views::new(&Balancer::WeightedRandom(vec![5.0, 1.0, 3.0, 1.0]));
    let mut counts = [0u32; 4];
    for t in 0..4000 {
        counts[views.choose_elsewhere(0, &mut rack, &Sent(t), &[0]).expect("a host") as usize] += 1;
    }
    // Shares 1/5, 3/5, 1/5 of what is left; four standard errors are 2.5 and 3.1 %.
    let shares = counts.map(|n| f64::from(n) / 4000.0);
    assert!(counts[0] == 0 && (shares[2] - 0.6).abs() < 0.031, "{shares:?}");
    assert!((shares[1] - 0.2).abs() < 0.0253 && (shares[3] - 0.2).abs() < 0.0253, "{shares:?}");
}
