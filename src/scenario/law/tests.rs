use proptest::prelude::*;

use super::*;

fn law(text: &str) -> LawSpec {
    parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}")).law
}

#[test]
fn every_form_is_read() {
    let of = |file: &str, column: Option<&str>, unit| {
        LawSpec::Empirical(ColumnOf { file: file.into(), column: column.map(str::to_owned), unit })
    };
    let cases = [
        ("2ms", LawSpec::Constant(0.002)),
        ("2 ms", LawSpec::Constant(0.002)),
        ("constant(2ms)", LawSpec::Constant(0.002)),
        ("exponential(5ms)", LawSpec::Exponential { mean: 0.005 }),
        ("exponential(mean 5ms)", LawSpec::Exponential { mean: 0.005 }),
        ("erlang(k 3 mean 4ms)", LawSpec::Erlang { k: 3, mean: 0.004 }),
        ("erlang(3, 4ms)", LawSpec::Erlang { k: 3, mean: 0.004 }),
        ("weibull(shape 0.5 scale 3ms)", LawSpec::Weibull { shape: 0.5, scale: 0.003 }),
        ("pareto(shape 2.5, scale 1ms)", LawSpec::Pareto { shape: 2.5, scale: 0.001 }),
        ("uniform(1ms 3ms)", LawSpec::Uniform { low: 0.001, high: 0.003 }),
        ("gamma(shape 2 scale 1ms)", LawSpec::Gamma { shape: 2.0, scale: 0.001 }),
        ("empirical(../data/file.csv)", of("../data/file.csv", None, None)),
        ("empirical('my file.csv')", of("my file.csv", None, None)),
        ("empirical(a.csv column elapsed unit ms)", of("a.csv", Some("elapsed"), Some(1e-3))),
        ("empirical(a.csv, column 'time taken', unit us)", of("a.csv", Some("time taken"), Some(1e-6))),
    ];
    for (text, expected) in cases {
        assert_eq!(law(text), expected, "{text}");
    }
}

#[test]
fn lists_and_compounds_are_read() {
    let hyper = LawSpec::Hyperexponential { probs: vec![0.9, 0.1], rates: vec![1000.0, 100.0] };
    assert_eq!(law("hyperexponential(probs 0.9 0.1 means 1ms 10ms)"), hyper);
    let by_rates = law("hyperexponential(probs 0.5 0.5 rates 4/s 2/s)");
    assert_eq!(by_rates, LawSpec::Hyperexponential { probs: vec![0.5, 0.5], rates: vec![4.0, 2.0] });
    let exponential = || Box::new(LawSpec::Exponential { mean: 0.003 });
    let shifted = LawSpec::Shifted { by: 0.002, law: exponential() };
    assert_eq!(law("2ms + exponential(3ms)"), shifted);
    assert_eq!(law("2ms+exponential(3ms)"), shifted);
    assert_eq!(law("exponential(3ms) + 2ms"), shifted);
    let within = LawSpec::Within { law: exponential(), low: 0.001, high: 0.02 };
    assert_eq!(law("exponential(3ms) within 1ms..20ms"), within);
    assert_eq!(law("exponential(3ms) within 1ms .. 20ms"), within);
    let mixture = LawSpec::Mixture(vec![(0.9, *exponential()), (0.1, LawSpec::Constant(0.02))]);
    assert_eq!(law("mixture(90% exponential(3ms), 10% constant(20ms))"), mixture);
    assert_eq!(law("mixture(0.9 exponential(3ms) 0.1 20ms)"), mixture);
}

#[test]
fn lognormal_forms() {
    let form = |text: &str| match law(text) {
        LawSpec::Lognormal(form) => form,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        form("lognormal(mean 4ms p99 20ms)"),
        LognormalForm::MeanQuantile { mean: 0.004, p: 0.99, value: 0.02 }
    );
    assert_eq!(
        form("lognormal(median 8s p99.9 20s)"),
        LognormalForm::MedianQuantile { median: 8.0, p: 0.999, value: 20.0 }
    );
    assert_eq!(form("lognormal(mean 4ms cv 1)"), LognormalForm::MeanCv { mean: 0.004, cv: 1.0 });
    assert_eq!(form("lognormal(mu -5 sigma 1)"), LognormalForm::MuSigma { mu: -5.0, sigma: 1.0 });
}

#[test]
fn mistakes_are_placed_and_named() {
    let wrong = |text: &str| parse(text).expect_err(text);
    let misspelt = wrong("exponental(5ms)");
    assert_eq!(misspelt.help.as_deref(), Some("did you mean `exponential`?"));
    assert_eq!(misspelt.part, Some((0, 10)));
    assert_eq!(wrong("exponential(5)").part, Some((12, 1)));
    assert!(wrong("lognormal(mean 4ms p98 20ms)").help.is_some_and(|help| help.contains("`p9")));
    assert!(wrong("lognormal(mean 2ms").help.is_some_and(|help| help.contains("comma")));
    for text in [
        "",
        "exponential",
        "exponential()",
        "exponential(5ms 6ms)",
        "exponential(5ms) 3",
        "uniform(1ms)",
        "erlang(k 2.5 mean 4ms)",
        "mixture(50% 1ms)",
        "exponential(1ms) + exponential(2ms)",
        "exponential(-5ms)",
        "exponential(NaN)",
        "NaN",
        "-3ms",
        "lognormal(mean 4ms)",
        "lognormal(mean 4ms p90 9ms p99 20ms)",
        "hyperexponential(probs 0.5 0.4 means 1ms 2ms)",
        "exponential(1ms) within 1ms",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    let deep = format!("{}1ms{}", "mixture(100% ".repeat(100), ")".repeat(100));
    assert!(wrong(&deep).message.contains("deep"));
}

#[test]
fn minutes_are_doubted() {
    let parsed = parse("lognormal(mean 4m p99 20m)").expect("valid");
    assert_eq!(parsed.minutes.len(), 2);
    assert_eq!(parsed.minutes[0], (15, 2, "`4m` is 4 minutes; 4ms?".into()));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "([a-z]{1,5}|lognormal|mixture|mean|p99|\\(|\\)|,|\\+|\\.\\.|[0-9.%ms-]{1,4}|'| ){0,12}") {
        let _ = parse(&text);
    }
}

#[test]
fn a_wrong_name_gets_all_names() {
    let wrong = parse("zeta(2ms)").expect_err("no law");
    for (name, form) in FORMS {
        assert!(wrong.expected.contains(name), "{name}");
        assert!(form.starts_with(name), "{form}");
    }
    assert_eq!(law("deterministic(2ms)"), law("constant(2ms)"));
}
