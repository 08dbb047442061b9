//! `capacity` from outside: answers, files, exit codes, bad input.

use serde_json::Value;

use super::program::Place;

/// M/M/1 with 20/s served: the mean response time is 1 / (20 - rate), under 220 ms up to a rate of 15.45/s.
const QUEUE: &str = "\
schema: 1
name: A queue
question: How much does it hold?
run: { mode: steady, warm_up: 20s, length: 2000s, replications: 4, record: { window: none } }
traffic:
  shoppers: { rate: 10/s, classes: { buy: { entry: shop.buy } } }
services:
  shop:
    replicas: 1
    slots: 1
    operations: { buy: [ { work: exponential(50ms) } ] }
objectives:
  - buy mean < 220ms
  - buy success >= 99%
capacity:
  headroom: { largest: traffic.shoppers.rate, between: 5/s .. 25/s step 1/s }
  pods: { cheapest: { services.shop.replicas: 1 .. 6 }, probability: none }
";

/// A floor that must be raised before the crowd comes.
const RAISED: &str = "\
schema: 1
name: A raised floor
run: { t0: 2026-11-11T00:00:00Z, from: T0-2m, to: T0+1m, settle: 1m, replications: 4 }
traffic:
  shoppers:
    rate: 5/s
    peaks: { opening: { at: T0, factor: 10, rise: 1s, hold: 30s, fall: 5s } }
    classes: { buy: { entry: shop.buy } }
services:
  shop:
    replicas: 1
    slots: 1
    queue_limit: 20
    startup: { start: 40s }
    operations: { buy: [ { work: constant(50ms) } ] }
timeline:
  raise: { at: T0-1m, set: { services.shop.replicas: 6 } }
objectives:
  - buy success >= 95% during T0..T0+30s
";

/// Two stations of their own.
const TWO: &str = "\
schema: 1
name: Two stations
run: { mode: steady, warm_up: 20s, length: 2000s, replications: 4, record: { window: none } }
traffic:
  shoppers: { rate: 15/s, classes: { buy: { entry: front.buy } } }
  orders: { rate: 15/s, classes: { store: { entry: back.store } } }
services:
  front: { replicas: 4, slots: 1, queue: central, operations: { buy: [ { work: exponential(50ms) } ] } }
  back: { replicas: 4, slots: 1, queue: central, operations: { store: [ { work: exponential(100ms) } ] } }
objectives:
  - service/front waits <= 30%
  - service/back waits <= 30%
";

fn place() -> Place {
    let place = Place::new();
    place.write("queue.yaml", QUEUE);
    place.write("raised.yaml", RAISED);
    place
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

#[test]
fn headroom_is_exact_to_the_step_and_says_what_breaks() {
    let place = place();
    let ended = place.run(&["capacity", "queue.yaml", "headroom", "--format", "json"]).with_code(0);
    let answer = json(&ended.stdout);
    let search = &answer["searches"][0];
    assert_eq!(search["setting"][0], "15/s", "{}", ended.stdout);
    assert_eq!((&search["sharp"], &search["confirmed"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(search["first"][0]["missed"][0]["rule"], "buy mean < 220ms");
    let ask = search["points"].as_array().expect("points");
    let first = |phase: &str| {
        let found = ask.iter().find(|point| point["phase"] == phase);
        found.and_then(|point| point["first_replication"].as_u64()).expect("a number")
    };
    assert!(first("search") == 0 && first("confirm") > 1 << 31, "confirmed on fresh replications");
    let text = place.run(&["capacity", "queue.yaml", "headroom"]).with_code(0).stdout;
    assert!(text.contains("headroom: holds to 15/s; then, at 16/s, it misses `buy mean < 220ms`"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn the_cheapest_setting_becomes_the_pods_needed() {
    let place = place();
    let line = ["capacity", "queue.yaml", "pods", "--set", "traffic.shoppers.rate=50/s", "--out", "out"];
    let text = place.run(&line).with_code(0).stdout;
    assert!(text.contains("the cheapest that holds is 4"), "{text}");
    assert!(!text.contains("run meets every"), "{text}");
    let files = place.files();
    for name in ["capacity.json", "capacity.csv", "capacity.html", "report.html", "run.json"] {
        assert!(files.contains(&format!("out/{name}")), "{name} in {files:?}");
    }
    assert!(place.read("out/report.html").contains("searched: pods"));
    assert!(place.read("out/capacity.csv").starts_with("search,phase,setting,ruling,"));
    let html = place.read("out/capacity.html");
    assert!(html.contains("<svg") && html.contains("the cheapest that holds is 4"), "{html}");
    place.run(&["rerun", "out"]).with_code(0);
    let run = ["run", "queue.yaml", "--set", "traffic.shoppers.rate=50/s", "--capacity", "out/capacity.json"];
    let text = place.run(&run).stdout;
    assert!(text.contains("searched: pods"), "{text}");
    // Where a share of the runs is asked for, a mean says nothing about who misses it.
    let line = ["capacity", "queue.yaml", "--cheapest", "services.shop.replicas=1..6"];
    let text = place.run(&[&line[..], &["--set", "traffic.shoppers.rate=50/s"]].concat()).stdout;
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("busy: no run meets every objective"), "{text}");
    let other = place.run(&["run", "queue.yaml", "--capacity", "out/capacity.json"]).with_code(2);
    assert!(other.stderr.contains("was edited otherwise"), "{}", other.stderr);
    place.write("queue.yaml", &QUEUE.replace("220ms", "230ms"));
    let changed = place.run(&run).with_code(2);
    assert!(changed.stderr.contains("has changed since"), "{}", changed.stderr);
}

/// Erlang C: at 0.75 offered two servers let 20.5 % wait and one 75 %; at 1.5 offered three 23.7 % and two 64.3 %.
#[test]
fn several_parameters_are_searched_together() {
    let place = place();
    place.write("two.yaml", TWO);
    let line = [
        "capacity",
        "two.yaml",
        "--cheapest",
        "services.front.replicas=1..8",
        "--cheapest",
        "services.back.replicas=1..8",
        "--probability",
        "none",
        "--format",
        "json",
    ];
    let answer = json(&place.run(&line).with_code(0).stdout);
    let search = &answer["searches"][0];
    assert_eq!(search["setting"], serde_json::json!(["2", "3"]), "{answer:#}");
    assert_eq!((&search["sharp"], &search["forecast"]), (&Value::Bool(true), &search["setting"]));
    assert_eq!(search["first"].as_array().map(Vec::len), Some(2));
    let needs: Vec<_> = answer["needs"].as_array().expect("needs").iter().map(|need| &need["pods"]).collect();
    assert_eq!(needs, [2, 3]);
}

#[test]
fn the_latest_moment_leaves_time_to_start() {
    let place = place();
    let line =
        ["capacity", "raised.yaml", "--latest", "timeline.raise.at=T0-2m..T0 step 5s", "--format", "json"];
    let answer = json(&place.run(&line).with_code(0).stdout);
    let at = answer["searches"][0]["values"][0].as_f64().expect("seconds");
    // Pods start within 40 s; what comes in the first seconds may wait or be lost.
    assert!((-45.0..=-30.0).contains(&at), "{answer:#}");
}

#[test]
fn answers_do_not_depend_on_threads() {
    let place = place();
    let of = |threads: &str| {
        place.run(&["capacity", "queue.yaml", "headroom", "--format", "json", "--threads", threads]).stdout
    };
    let one = of("1");
    assert!(!one.is_empty() && of("2") == one && of("8") == one);
}

#[test]
fn ranges_that_hold_everywhere_or_nowhere_say_so() {
    let place = place();
    let all =
        place.run(&["capacity", "queue.yaml", "--largest", "traffic.shoppers.rate=5/s..8/s"]).with_code(0);
    assert!(all.stdout.contains("holds to 8/s and beyond"), "{}", all.stdout);
    let none =
        place.run(&["capacity", "queue.yaml", "--largest", "traffic.shoppers.rate=18/s..19/s"]).with_code(99);
    assert!(none.stdout.contains("holds nowhere in 18/s .. 19/s"), "{}", none.stdout);
}

/// Below 10/s the goodput is missed, above 15/s the response time: there is no headroom to speak of.
#[test]
fn a_broken_order_is_said_and_nothing_unsafe_is_answered() {
    let place = place();
    let objectives = "objectives=[ buy mean < 220ms, buy success >= 99%, buy goodput >= 10/s ]";
    let ended = place.run(&["capacity", "queue.yaml", "headroom", "--set", objectives]).with_code(99);
    let text = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("holds in places, but not from the safest value on"), "{text}");
    assert!(text.contains("NOT monotone") && text.contains("fails although bolder values hold"), "{text}");
}

#[test]
fn supply_is_compared_with_what_is_required() {
    let place = place();
    let text = place.run(&["capacity", "raised.yaml", "--elasticity"]).with_code(0).stdout;
    assert!(text.contains("supply against required capacity") && text.contains("shop"), "{text}");
}

#[test]
fn bad_questions_are_refused_before_anything_runs() {
    let place = place();
    let cases: [(&[&str], &str); 9] = [
        (&["--largest", "traffic.shoppers.rat=5/s..9/s"], "did you mean `rate`?"),
        (&["--largest", "traffic.shopers.rate=5/s..9/s"], "did you mean `shoppers`?"),
        (&["--largest", "traffic.shoppers.rate=9/s..5/s"], "end lies before its start"),
        (&["--largest", "traffic.shoppers.rate=9/s..9/s"], "nothing to search"),
        (&["--largest", "traffic.shoppers.rate"], "needs a path"),
        (&["--largest", "traffic.shoppers.rate=5..9"], "cannot be run with"),
        (&["hedroom"], "did you mean `headroom`?"),
        (&["headroom", "--error", "0%"], "an error of 0"),
        (&["headroom", "--probability", "100%"], "no number of runs"),
    ];
    for (arguments, part) in cases {
        let line = [&["capacity", "queue.yaml"], arguments, &["--out", "out"]].concat();
        let ended = place.run(&line).with_code(2);
        assert!(ended.stderr.contains(part), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stdout.is_empty(), "{arguments:?}");
    }
    place.write("bare.yaml", &QUEUE[..QUEUE.find("objectives").expect("objectives")]);
    let line = ["capacity", "bare.yaml", "--largest", "traffic.shoppers.rate=5/s..9/s"];
    assert!(place.run(&line).with_code(2).stderr.contains("has no objectives"));
    let nothing = place.run(&["capacity", "raised.yaml"]).with_code(2);
    assert!(nothing.stderr.contains("asks nothing about capacity"), "{}", nothing.stderr);
    assert_eq!(place.files(), ["bare.yaml", "queue.yaml", "raised.yaml"]);
}

#[test]
fn mistakes_in_the_section_are_placed() {
    let place = place();
    let wrong = QUEUE
        .replace("between: 5/s .. 25/s step 1/s", "betwen: 5/s .. 25/s")
        .replace("services.shop.replicas: 1 .. 6", "services.shop.replicas: 1.5 .. 6");
    place.write("wrong.yaml", &wrong);
    let ended = place.run(&["validate", "wrong.yaml"]).with_code(2);
    assert!(ended.stderr.contains("did you mean `between`?"), "{}", ended.stderr);
    assert!(ended.stderr.contains("whole numbers"), "{}", ended.stderr);
}

#[test]
fn the_command_on_the_page_gives_the_same_answer() {
    let place = place();
    let fast = ["--set", "run.length=300s", "--seed", "3"];
    for question in [
        &["headroom", "pods"][..],
        &["pods", "--error", "10%"],
        &["--largest", "traffic.shoppers.rate=5/s..12/s", "--probability", "80%", "--most", "60"],
        &["--cheapest", "services.shop.replicas=1..3", "--probability", "none", "--elasticity"],
    ] {
        place.run(&[&["capacity", "queue.yaml"], question, &fast, &["--out", "first"]].concat());
        let page = place.read("first/capacity.html");
        let line = page.split("<pre><code>").nth(1).and_then(|rest| rest.split("</code>").next());
        let line = line.expect("a command").replace("&#39;", "'").replace("&quot;", "\"");
        let line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let words = line.strip_prefix("flashcrowd").expect("the program's name");
        let again = format!("\"$0\" {words} --out again");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &again, env!("CARGO_BIN_EXE_flashcrowd")]).current_dir(place.path(""));
        let ended = shell.output().expect("a shell");
        assert!(ended.status.code() != Some(2), "{line}: {}", String::from_utf8_lossy(&ended.stderr));
        let answer = |folder: &str| {
            let mut json: Value =
                serde_json::from_str(&place.read(&format!("{folder}/capacity.json"))).expect("JSON");
            // An edit that an option made is written as `--set`.
            json["overrides"] = Value::Null;
            json
        };
        assert_eq!(answer("again"), answer("first"), "{line}");
        assert_eq!(place.read("again/capacity.html"), page, "{line}");
    }
}
