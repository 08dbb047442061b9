//! Numbers as people and as machines read them.

/// The shortest decimal that reads back as the same number; blank if it is not finite.
#[must_use]
pub fn shortest(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    // Adding zero turns a negative zero into a plain one.
    format!("{}", value + 0.0)
}

/// A value with its unit for people: `412 ms`, `97.2 %`, `12,340/s`, `118 pods`.
///
/// Units are those of the summary (`s`, `s^2`, `1/s`, `pods`, `requests`, `h`, `x`); `1` is read as a share
/// and shown in percent; any other unit is a currency and stands behind the number.
#[must_use]
pub fn human(value: f64, unit: &str) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    match unit {
        "s" => duration(value),
        "1" => share(value),
        "1/s" => format!("{}/s", plain(value)),
        "x" => format!("{}x", plain(value)),
        unit => format!("{} {unit}", plain(value)),
    }
}

/// A share as a percentage; shares near 0 and 1 keep the digits that tell them from 0 and 1.
#[must_use]
pub fn share(value: f64) -> String {
    let percent = value * 100.0;
    let rest = percent.abs().min((100.0 - percent).abs());
    let digits = match rest {
        0.0 => 0,
        r if r < 0.0001 => 6,
        r if r < 0.001 => 5,
        r if r < 0.01 => 4,
        r if r < 0.1 => 3,
        r if r < 1.0 => 2,
        _ => 1,
    };
    format!("{percent:.digits$} %")
}

/// A duration from nanoseconds to hours with three digits: `412 ms`, `1.23 s`, `2m10s`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let size = seconds.abs();
    if size == 0.0 {
        return "0 s".to_owned();
    }
    if size >= 119.5 {
        return clock(seconds);
    }
    // Rounding must not turn 999.96 ms into "1000 ms", so a unit ends just below the next.
    let (scaled, unit) = match size {
        s if s >= 0.9995 => (seconds, "s"),
        s if s >= 0.9995e-3 => (seconds * 1e3, "ms"),
        s if s >= 0.9995e-6 => (seconds * 1e6, "us"),
        _ => (seconds * 1e9, "ns"),
    };
    format!("{} {unit}", digits(scaled))
}

/// Long durations in hours, minutes and whole seconds, without empty parts: `2m10s`, `1h`, `1h5m`.
#[must_use]
pub fn clock(seconds: f64) -> String {
    let total = seconds.abs().round() as u64;
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60);
    let mut text = String::new();
    for (part, unit) in [(hours, 'h'), (minutes, 'm'), (rest, 's')] {
        if part > 0 {
            text.push_str(&part.to_string());
            text.push(unit);
        }
    }
    if text.is_empty() {
        text.push_str("0s");
    }
    if seconds < 0.0 { format!("-{text}") } else { text }
}

/// An instant relative to T0: `T0`, `T0-10m`, `T0+1m30s`, `T0+0.25s`.
#[must_use]
pub fn instant(seconds: f64) -> String {
    if seconds == 0.0 {
        return "T0".to_owned();
    }
    let sign = if seconds < 0.0 { '-' } else { '+' };
    let size = seconds.abs();
    if size.fract() == 0.0 || size >= 60.0 {
        return format!("T0{sign}{}", clock(size));
    }
    // Nanoseconds are the clock's own grain; noise of conversion beyond them is not shown.
    format!("T0{sign}{}s", shortest((size * 1e9).round() / 1e9))
}

/// An instant that is only an estimate, in whole seconds from ten on: `T0+56s`.
#[must_use]
pub fn about(seconds: f64) -> String {
    instant(if seconds.abs() >= 10.0 { seconds.round() } else { (seconds * 10.0).round() / 10.0 })
}

/// A number with about three digits, and separators in thousands from 1,000 on.
#[must_use]
pub fn plain(value: f64) -> String {
    let size = value.abs();
    if size >= 999.5 {
        return thousands(value);
    }
    digits(value)
}

/// A whole number with separators.
#[must_use]
pub fn thousands(value: f64) -> String {
    let whole = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(whole.len() + whole.len() / 3 + 1);
    if value < 0.0 {
        text.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits for sizes from 0.001 up; whole numbers stay whole.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.09995 => 3,
        s if s >= 0.009995 => 4,
        s if s >= 0.0009995 => 5,
        _ => return format!("{value:.2e}"),
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_get_the_shortest_round_trip() {
        let cases = [
            (0.1, "0.1"),
            (-0.0, "0"),
            (1e-9, "0.000000001"),
            (20.0, "20"),
            (1.0 / 3.0, "0.3333333333333333"),
        ];
        for (value, text) in cases {
            assert_eq!(shortest(value), text);
            assert_eq!(text.parse::<f64>().unwrap(), value);
        }
        assert_eq!(shortest(f64::NAN), "");
        assert_eq!(shortest(f64::INFINITY), "");
    }

    #[test]
    fn people_get_units() {
        let cases = [
            (0.4123, "s", "412 ms"),
            (0.9999, "s", "1.00 s"),
            (0.0012, "s", "1.20 ms"),
            (3.2e-6, "s", "3.20 us"),
            (0.0, "s", "0 s"),
            (95.04, "s", "95.0 s"),
            (119.7, "s", "2m"),
            (130.2, "s", "2m10s"),
            (3900.0, "s", "1h5m"),
            (0.972, "1", "97.2 %"),
            (0.99951, "1", "99.951 %"),
            (0.0000123, "1", "0.0012 %"),
            (0.9999997, "1", "99.999970 %"),
            (1.0, "1", "100 %"),
            (0.0, "1", "0 %"),
            (12_340.4, "1/s", "12,340/s"),
            (3.456, "1/s", "3.46/s"),
            (118.0, "pods", "118 pods"),
            (1.25, "x", "1.25x"),
            (48_000_000.0, "USD", "48,000,000 USD"),
            (f64::NAN, "s", "-"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(human(value, unit), text, "{value} {unit}");
        }
    }

    #[test]
    fn instants_count_from_t0() {
        let cases =
            [(0.0, "T0"), (-600.0, "T0-10m"), (26.0, "T0+26s"), (90.0, "T0+1m30s"), (0.25, "T0+0.25s")];
        for (seconds, text) in cases {
            assert_eq!(instant(seconds), text);
        }
        for (seconds, text) in [(56.394254034, "T0+56s"), (3.12, "T0+3.1s")] {
            assert_eq!(about(seconds), text);
        }
    }
}
