use proptest::prelude::*;

use super::*;

fn help(result: Result<f64, Wrong>) -> String {
    result.expect_err("wrong").help.unwrap_or_default()
}

#[test]
fn durations() {
    for (text, seconds) in [
        ("150ms", 0.15),
        ("1.5s", 1.5),
        ("2m", 120.0),
        ("1h", 3600.0),
        ("40us", 40e-6),
        ("10ns", 10e-9),
        ("1m30s", 90.0),
        ("2 ms", 0.002),
        ("0", 0.0),
        ("1e3ms", 1.0),
    ] {
        assert_eq!(duration(text), Ok(seconds), "{text}");
    }
    assert_eq!(help(duration("5")), "`5s` or `5ms`?");
    assert_eq!(help(duration("5 min")), "`5m`?");
    assert_eq!(help(duration("-5ms")), "`5ms`?");
    for text in ["", "ms", "5ms3", "5kg", "NaN", ".nan", "inf", "-.inf", "1e400s", "1..2", "5/s"] {
        assert!(duration(text).is_err(), "{text}");
    }
    assert_eq!(suspicious_minutes("4m").as_deref(), Some("`4m` is 4 minutes; 4ms?"));
    assert_eq!(suspicious_minutes("4ms"), None);
    assert_eq!(suspicious_minutes("1h4m"), None);
}

#[test]
fn rates_and_shares() {
    assert_eq!(rate("800/s"), Ok(800.0));
    assert_eq!(rate("30 / min"), Ok(0.5));
    assert_eq!(rate("3/h"), Ok(3.0 / 3600.0));
    assert_eq!(help(rate("800")), "`800/s`?");
    assert_eq!(help(rate("50/m")), "`50/min`?");
    assert!(rate("-1/s").unwrap_err().message.contains("negative"));
    assert_eq!(ratio("99.5%"), Ok(0.995));
    assert_eq!(ratio("0.995"), Ok(0.995));
    assert_eq!(help(ratio("99.5")), "`99.5%`?");
    assert!(ratio("120%").is_err());
}

#[test]
fn counts_money_and_kubernetes() {
    assert_eq!(count("64"), Ok(64));
    assert_eq!(count("1e6"), Ok(1_000_000));
    assert!(count("1.5").is_err() && count("1e300").is_err() && count("64 pods").is_err());
    assert_eq!(integer("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(factor("10"), Ok(10.0));
    assert_eq!(money("0.58 USD/h"), Ok(Money { amount: 0.58, currency: "USD".into(), per_hour: true }));
    assert_eq!(money("48 USD").map(|money| money.per_hour), Ok(false));
    assert!(money("48").is_err());
    assert_eq!(cpu("250m"), Ok(0.25));
    assert_eq!(cpu("0.5"), Ok(0.5));
    assert_eq!(bytes("380Mi"), Ok(380.0 * 1024.0 * 1024.0));
    assert_eq!(bytes("2GB"), Ok(2e9));
    assert!(bytes("2 apples").is_err());
}

#[test]
fn times() {
    let at = |text: &str| time(text).expect("a time");
    assert_eq!(at("T0"), Time { anchor: Anchor::T0, offset: 0.0 });
    assert_eq!(at("T0-30m"), Time { anchor: Anchor::T0, offset: -1800.0 });
    assert_eq!(at("T0 + 1m30s").offset, 90.0);
    assert_eq!(at("opening.end").anchor, Anchor::Mark("opening.end".into()));
    assert_eq!(
        at("night-sale.start-5s"),
        Time { anchor: Anchor::Mark("night-sale.start".into()), offset: -5.0 }
    );
    assert_eq!(at("2026-11-11T00:00:00+08:00").anchor, Anchor::Calendar(1_794_326_400_000_000_000));
    assert!(time("2026-11-11T00:00:00").unwrap_err().help.is_some_and(|help| help.contains("Z")));
    assert_eq!(time("30m").unwrap_err().help.as_deref(), Some("`T0+30m`?"));
    assert!(time("soon!").is_err() && time("T0-30").is_err() && time("T0-").is_err());
    let span = time_span("T0 .. T0+12m").expect("a span");
    assert_eq!((span.start.offset, span.end.offset), (0.0, 720.0));
    assert!(time_span("T0").is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[-+.0-9eEmsnuhdT%/ a-zA-Z:µ−]{0,12}") {
        let all = [duration(&text), rate(&text), ratio(&text), factor(&text), cpu(&text), bytes(&text)];
        for value in all.into_iter().flatten() {
            prop_assert!(value.is_finite() && value >= 0.0);
        }
        let _ = (count(&text), money(&text), time(&text), time_span(&text), suspicious_minutes(&text));
    }
}
