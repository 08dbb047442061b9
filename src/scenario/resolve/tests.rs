use proptest::prelude::*;

use super::*;
use crate::model::{
    ArrivalProcess, Balancer, Caller, Comparison, FleetPatch, Measure, Patch, PatienceUntil, Scaler,
    ScalerPatch, Scope, ShareKind, SourceKind, Step,
};
use crate::scenario::inputs::MemoryInputs;
use crate::scenario::schema::to_json;
use crate::units::SimDuration;

/// A scenario with two services, a peak, an HPA, a change and objectives.
const SHOP: &str = "
schema: 1
name: Opening
question: Does it hold?
run: { t0: 2026-11-11T00:00:00+08:00, from: T0-5m, to: 2026-11-11T00:20:00+08:00, settle: 5m, replications: 40 }
traffic:
  shoppers:
    rate: 80/s
    peaks:
      opening: { at: T0, factor: 10, rise: 26s, hold: 3m, fall: 8m }
    classes:
      browse: { weight: 90, entry: web.browse, patience: 5s }
      checkout: { weight: 10, entry: web.checkout, patience: exponential(12s), client_retries: 2, value: 48 USD }
clients: { upstreams: { web: { balancer: round-robin } } }
services:
  web:
    slots: 64
    queue_limit: 128
    startup: { start: lognormal(median 8s p99 20s) }
    operations:
      browse: [ { work: lognormal(mean 1.2ms p99 6ms) }, { call: api.list } ]
      checkout:
        - work: 2ms
        - call: api.order
          timeout: 1s
        - parallel: [ { wait: 1ms }, [ { work: 1ms }, { wait: 2ms } ] ]
          need: 1
        - wait: 1ms
          probability: 30%
        - branch: [ { wait: 3ms } ]
          probability: 0.5
          otherwise: [ { wait: 4ms }, { wait: 5ms } ]
        - repeat: 2
          steps: [ { wait: 6ms } ]
    upstreams:
      default: { timeout: 3s }
      api: { try_timeout: 1200ms, retries: 1, retry_on: [timeout, 503], backoff: 50ms, balancer: least-request }
  api:
    slots: 32
    replicas: 40
    resources: { requests: { cpu: 500m }, limits: { cpu: \"2\" } }
    operations:
      list: [ { work: { cores: 9.4, at: 2600/s } } ]
      order: [ { call: db.write } ]
    upstreams: { db: { timeout: 2s } }
  db:
    external: { cores: 32, connections: 500 }
    operations: { write: [ { work: exponential(2ms) }, { wait: 3ms } ] }
manifests:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: web }
    spec: { replicas: 10, template: { spec: { containers: [ { name: web, resources: { requests: { cpu: 1 }, limits: { cpu: 1500m } } } ] } } }
  - apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: { name: web }
    spec:
      scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
      minReplicas: 20
      maxReplicas: 120
      metrics: [ { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } } ]
cluster: { metrics: { scrape: 15s, age: 10s } }
timeline:
  raise-floor: { at: T0-4m, set: { hpa/web.spec.minReplicas: 40, services.api.replicas: 50 } }
objectives:
  - checkout within 800ms >= 99.5% in every 10s window in 95% of runs
  - checkout p99 < 800ms during opening
  - browse shed <= 2%
  - recovers within 3m after opening.end
  - service/api utilisation < 80% during T0..T0+5m
";

fn load(text: &str, sets: &[&str]) -> (Option<Scenario>, String) {
    let inputs = MemoryInputs::default()
        .with("s.yaml", text)
        .with("t.csv", "t_s,count\n0,60\n60,120\n120,60\n")
        .with("gap.csv", "t_s,count\n0,60\n60,120\n240,60\n")
        .with("times.csv", "t_s\n0.5\n1.25\n")
        .with("sizes.csv", "ms\n1ms\n3ms\n");
    let (mut document, mut diagnostics) = Document::load("s.yaml", &inputs);
    sets.iter().for_each(|set| document.set(set, &mut diagnostics));
    let (scenario, found) = resolve(&document, &inputs);
    diagnostics.extend(found);
    (scenario, diagnostics.render(&document.sources, false))
}

#[track_caller]
fn model(text: &str, sets: &[&str]) -> Model {
    let (scenario, said) = load(text, sets);
    scenario.unwrap_or_else(|| panic!("{said}")).model
}

/// One service `s` with one operation `o`, and the given traffic.
fn small(traffic: &str) -> String {
    format!(
        "run: {{ from: T0, to: T0+2m, settle: 0s }}\ntraffic: {{ a: {{ {traffic}, classes: {{ c: {{ entry: s.o }} }} }} }}\n\
         services: {{ s: {{ slots: 1, operations: {{ o: [ {{ work: 1ms }} ] }} }} }}\n\
         objectives: [ success >= 99% ]\n"
    )
}

#[test]
fn a_shop_becomes_a_model() {
    let model = model(SHOP, &[]);
    assert_eq!((model.plan.settle.as_secs_f64(), model.plan.length.as_secs_f64()), (300.0, 1500.0));
    assert_eq!(model.plan.t0.as_secs_f64(), 600.0);
    let SourceKind::Open(ArrivalProcess::Poisson(rates)) = &model.sources[0].kind else { panic!() };
    assert_eq!((rates.rate(0.0), rates.rate(700.0), rates.rate(1790.0)), (80.0, 800.0, 80.0));
    assert_eq!(model.windows[0].top.map(|top| top.as_secs_f64()), Some(626.0));
    let web = &model.services[0];
    assert_eq!((web.slots, web.queue_limit, web.replicas), (64, 128, 20));
    assert_eq!((web.cpu_request, web.cpu_limit), (Some(1.0), 1.5));
    assert!(matches!(&web.scaler, Some(Scaler::Hpa(hpa)) if hpa.target_percent == 60 && hpa.max == 120));
    assert_eq!((model.services[1].replicas, model.services[1].cpu_limit), (40, 2.0));
    assert!(model.services[2].external && model.services[2].slots == 500);
    let clients: Vec<_> = model.edges.iter().filter(|edge| edge.caller == Caller::Clients).collect();
    assert!(clients.len() == 1 && clients[0].balancer == Balancer::RoundRobin && !clients[0].view_per_pod);
    let changes: Vec<_> =
        model.changes.iter().map(|change| (change.at.as_secs_f64(), change.patch)).collect();
    let (web, api) = (crate::model::ServiceId(0), crate::model::ServiceId(1));
    assert_eq!(
        changes,
        [
            (360.0, Patch::Scaler(web, ScalerPatch::Min(40))),
            (360.0, Patch::Fleet(api, FleetPatch::Replicas(50)))
        ]
    );
}

#[test]
fn calls_have_the_most_special_policy() {
    let model = model(SHOP, &[]);
    let order = model.operation_site("web", "api", 1);
    let list = model.operation_site("web", "api", 0);
    let seconds = |span: Option<SimDuration>| span.map(|span| span.as_secs_f64());
    assert_eq!(seconds(model.sites[list].policy.timeout), Some(3.0));
    assert_eq!(seconds(model.sites[order].policy.timeout), Some(1.0));
    assert_eq!(seconds(model.sites[order].policy.try_timeout), Some(1.2));
    assert_eq!(
        (model.sites[order].policy.retries, model.sites[order].policy.backoff.base.as_nanos()),
        (1, 50_000_000)
    );
    let checkout = model.class_named("checkout").map(|id| &model.classes[id.index()]).expect("checkout");
    let Step::Call { site } = model.steps[checkout.program.index()] else { panic!() };
    assert_eq!(model.sites[site.index()].policy.retries, 2);
    assert_eq!(checkout.patience.map(|patience| patience.until), Some(PatienceUntil::Answer));
}

impl Model {
    /// The n-th site on an edge between two services.
    fn operation_site(&self, from: &str, to: &str, n: usize) -> usize {
        let caller = Caller::Service(self.service_named(from).expect("caller"));
        let target = self.service_named(to).expect("target");
        let on_edge = |edge: crate::model::EdgeId| {
            let edge = &self.edges[edge.index()];
            edge.caller == caller && edge.target == target
        };
        let mut sites = self.sites.iter().enumerate().filter(|(_, site)| on_edge(site.edge));
        sites.nth(n).expect("a site").0
    }
}

#[test]
fn programs_are_flat() {
    let steps = "[ { work: 1ms, probability: 25% }, { branch: [ { wait: 2ms } ], probability: 0.5, otherwise: [ { wait: 3ms } ] }, { repeat: 2, steps: [ { wait: 4ms } ] }, { parallel: [ { wait: 5ms }, { wait: 6ms } ], need: 1 } ]";
    let text = small("rate: 1/s").replace("[ { work: 1ms } ]", steps);
    let model = model(&text, &[]);
    let Step::Call { site } = model.steps[model.classes[0].program.index()] else { panic!() };
    let first = model.sites[site.index()].operation.index();
    let value = |law: crate::model::LawId| {
        model.laws[law.index()].law.as_constant().map(|v| (v * 1e3).round() as i64)
    };
    let shown: Vec<String> = model.steps[first..]
        .iter()
        .map(|step| match step {
            Step::Work { law } => format!("work {}", value(*law).unwrap_or(-1)),
            Step::Wait { law } => format!("wait {}", value(*law).unwrap_or(-1)),
            Step::Branch { probability, otherwise } => {
                format!("{probability} else +{}", otherwise.index() - first)
            }
            Step::Jump { to } if to.index() >= first => format!("to +{}", to.index() - first),
            Step::Jump { to } => format!("to -{}", first - to.index()),
            Step::Parallel { branches, need } => format!("{need} of {branches}"),
            Step::Call { .. } => "call".into(),
            Step::End => "end".into(),
        })
        .take(11)
        .collect();
    let want = "0.25 else +2|work 1|0.5 else +5|wait 2|to +6|wait 3|wait 4|wait 4|1 of 2|to -4|to -2";
    assert_eq!(shown.join("|"), want);
}

#[test]
fn objectives_are_read() {
    let model = model(SHOP, &[]);
    let class = |name: &str| Scope::Class(model.class_named(name).expect(name));
    let measures: Vec<_> =
        model.objectives.iter().map(|objective| (objective.scope, objective.measure)).collect();
    let within = Measure::Within(SimDuration::from_secs_f64(0.8), Comparison::AtLeast, 0.995);
    assert_eq!(measures[0], (class("checkout"), within));
    assert_eq!(measures[1], (class("checkout"), Measure::Quantile(0.99, Comparison::Less, 0.8)));
    assert_eq!(measures[2], (class("browse"), Measure::Share(ShareKind::Shed, Comparison::AtMost, 0.02)));
    let Measure::Recovers(within, after) = measures[3].1 else { panic!() };
    assert_eq!((within.as_secs_f64(), after.as_secs_f64()), (180.0, 600.0 + 686.0));
    assert_eq!(model.objectives[0].every, Some(SimDuration::from_secs(10)));
    assert_eq!(model.objectives[0].in_runs, Some(0.95));
    let during = model.objectives[1].during.map(|(from, to)| (from.as_secs_f64(), to.as_secs_f64()));
    assert_eq!(during, Some((600.0, 1286.0)));
}

#[test]
fn every_kind_of_traffic_is_read() {
    let process = |traffic: &str| match model(&small(traffic), &[]).sources.remove(0).kind {
        SourceKind::Open(process) => process,
        SourceKind::Closed { .. } => panic!("closed"),
    };
    assert!(
        matches!(process("rate: 5/s, spacing: even"), ArrivalProcess::Even(rates) if rates.rate(9.0) == 5.0)
    );
    let profile =
        "profile: { shape: straight, points: [ { at: T0, rate: 0/s }, { at: T0+1m, rate: 60/s } ] }";
    assert!(matches!(process(profile), ArrivalProcess::Poisson(rates) if rates.rate(30.0) == 30.0));
    let diurnal = "rate: 5/s, diurnal: { amplitude: 50%, top: T0+30s, period: 1m }";
    assert!(
        matches!(process(diurnal), ArrivalProcess::Poisson(rates) if (rates.cumulative(60.0) - 300.0).abs() < 1e-9)
    );
    assert!(matches!(process("gaps: erlang(k 2 mean 1s)"), ArrivalProcess::Renewal { .. }));
    let mmpp = "mmpp: { rates: [ 1/s, 9/s ], leave: [ [ 0/s, 2/s ], [ 3/s, 0/s ] ] }";
    let generator = vec![vec![-2.0, 2.0], vec![3.0, -3.0]];
    assert!(matches!(process(mmpp), ArrivalProcess::Mmpp { generator: found, .. } if found == generator));
    let trace = "trace: { file: t.csv, scale: 2 }";
    assert!(
        matches!(process(trace), ArrivalProcess::Poisson(rates) if rates.rate(61.0) == 4.0 && rates.rate(200.0) == 0.0)
    );
    let times = "trace: { file: times.csv, kind: arrivals, align: 0.25s }";
    assert!(
        matches!(process(times), ArrivalProcess::Times(times) if times[..] == [250_000_000, 1_000_000_000])
    );
    let closed = model(&small("users: 30, think: exponential(2s)"), &[]);
    assert!(matches!(closed.sources[0].kind, SourceKind::Closed { users: 30, .. }));
    let sizes = small("rate: 1/s").replace("work: 1ms", "work: empirical(sizes.csv)");
    assert_eq!(model(&sizes, &[]).laws.iter().filter(|law| law.law.mean() == 0.002).count(), 1);
}

#[test]
fn sets_reach_the_model() {
    let found = model(
        SHOP,
        &["traffic.shoppers.peaks.opening.factor=2", "hpa/web.spec.maxReplicas=60", "objectives=null"],
    );
    let SourceKind::Open(ArrivalProcess::Poisson(rates)) = &found.sources[0].kind else { panic!() };
    assert_eq!(rates.rate(700.0), 160.0);
    assert!(matches!(&found.services[0].scaler, Some(Scaler::Hpa(hpa)) if hpa.max == 60));
}

#[test]
fn the_schema_accepts_what_the_decoder_accepts() {
    let validator = jsonschema::draft7::new(&schema()).expect("a schema");
    let inputs = MemoryInputs::default().with("s.yaml", SHOP);
    let (document, _) = Document::load("s.yaml", &inputs);
    let errors: Vec<String> = validator
        .iter_errors(&to_json(&document.root))
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let slot = SHOP.replace("slots: 64", "slot: 64");
    let inputs = MemoryInputs::default().with("s.yaml", slot);
    assert!(!validator.is_valid(&to_json(&Document::load("s.yaml", &inputs).0.root)));
}

/// Whether the schema accepts a text, and what the decoder says to it.
fn judged(text: &str) -> (bool, Option<Scenario>, String) {
    let validator = jsonschema::draft7::new(&schema()).expect("a schema");
    let inputs = MemoryInputs::default().with("s.yaml", text);
    let (document, _) = Document::load("s.yaml", &inputs);
    let (scenario, said) = load(text, &[]);
    (validator.is_valid(&to_json(&document.root)), scenario, said)
}

#[test]
fn schema_and_decoder_accept_the_same_quantities() {
    let start = "startup: { start: lognormal(median 8s p99 20s) }";
    for (from, to, valid) in [
        ("rate: 80/s", "rate: 50/s .. 80/s .. 90/s", true),
        ("rate: 80/s", "rate: 0 .. 80/s .. 90/s", true),
        ("rate: 80/s", "rate: 50/s .. 90/s", false),
        ("rate: 80/s", "rate: 50 .. 80 .. 90", false),
        ("factor: 10", "factor: 8 .. 10 .. 14", true),
        ("factor: 10", "factor: 8x .. 10x .. 14x", true),
        ("replicas: 40", "replicas: 2 .. 3 .. 5", true),
        ("slots: 64", "slots: 32 .. 64 .. 80", true),
        ("slots: 64", "slots: 64\n    speed: 0.8 .. 1 .. 1.3", true),
        ("slots: 64", "slots: 64\n    speed: { mean: 1, cv: 0.05 .. 0.1 .. 0.2 }", true),
        ("weight: 90", "weight: 80 .. 90 .. 95", true),
        ("probability: 30%", "probability: 10% .. 20% .. 40%", true),
        ("probability: 30%", "probability: 0.1 .. 0.2 .. 0.4", true),
        ("value: 48 USD", "value: 40 USD .. 48 USD .. 60 USD", true),
        ("cores: 9.4,", "cores: 8 .. 9.4 .. 11,", true),
        ("cpu: 500m", "cpu: 300m .. 500m .. 600m", true),
        ("hold: 3m", "hold: 2m .. 3m .. 5m", true),
        ("hold: 3m", "hold: 1m30s", true),
        ("timeout: 1s", "timeout: 500ms .. 1s .. 2s", true),
        ("at: T0, factor", "at: T0-5s .. T0 .. T0+5s, factor", true),
        ("patience: 5s", "patience: none", true),
        ("patience: 5s", "patience: 4s .. 5s .. 7s", true),
        ("replications: 40", "replications: 40, precision: off", true),
        ("replications: 40", "replications: 40, precision: 1% .. 2% .. 3%", true),
        ("entry: web.browse", "entry: web.browse, steps: [ { wait: 1ms } ]", false),
        ("wait: 3ms }", "wait: 3ms, work: 1ms }", false),
        ("factor: 10", "factor: 10, add: 4/s", false),
        ("rate: 80/s", "rate: 80/s\n    users: 5", false),
        (start, "startup: { start: lognormal(median 4s .. 8s .. 9s p99 20s) }", true),
    ] {
        assert!(SHOP.contains(from), "{from}");
        let text = SHOP.replacen(from, to, 1);
        let (schema_says, scenario, said) = judged(&text);
        assert_eq!((schema_says, scenario.is_some()), (valid, valid), "{to}: {said}");
    }
    let (schema_says, scenario, said) = judged(&small("trace: { file: t.csv, scale: 1.2 .. 1.35 .. 1.6 }"));
    assert!(schema_says && scenario.is_some(), "{said}");
}

#[test]
fn what_is_off_is_as_if_absent() {
    let (_, scenario, said) = judged(&SHOP.replace("patience: 5s", "patience: none"));
    assert!(scenario.expect(&said).model.classes[0].patience.is_none());
    let (_, scenario, said) = judged(&SHOP.replace("replications: 40", "precision: off"));
    let plan = scenario.expect(&said).model.plan;
    assert_eq!((plan.precision, plan.replications), (None, 20));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Words of the language in any order: the decoder must say what is wrong, never stop.
    #[test]
    fn no_scenario_makes_it_panic(
        line in 0usize..90,
        text in "[ ]{0,4}(- )?(rate|work|call|peaks|at|classes|parallel|slots|trace|[a-z]{1,4}): ?(5/s|web.browse|T0|\\[|\\{ work: 1ms \\}|1e18|-3|null|x)?",
    ) {
        let mut lines: Vec<&str> = SHOP.lines().collect();
        let at = line.min(lines.len() - 1);
        lines[at] = &text;
        let _ = load(&lines.join("\n"), &[]);
    }

    #[test]
    fn no_value_makes_it_panic(word in 0usize..400, value in "(0|-1|NaN|1e12|1e400/s|99.5|5|5s|T0|x|null|\\[\\]|\\{\\}|~|''|web)") {
        let words: Vec<&str> = SHOP.split_inclusive(' ').collect();
        let at = word.min(words.len() - 1);
        let text = [&words[..at], &[&format!("{value} ")], &words[at + 1..]].concat().concat();
        let _ = load(&text, &[]);
    }
}
