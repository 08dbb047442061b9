//! Numbers with a unit in fixed point, so that a range's values are those a person would write.

use crate::scenario::quantity::Wrong;

/// Parts of one unit.
pub(super) const ONE: i128 = 1_000_000_000;

/// Decimals that are kept.
const DECIMALS: usize = 9;

/// Largest number before the point.
const MOST: i128 = 1_000_000_000_000_000;

/// Nanoseconds in a unit of time.
fn nanos(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => ONE,
        "m" => 60 * ONE,
        "h" => 3600 * ONE,
        "d" => 86_400 * ONE,
        _ => return None,
    })
}

/// A number and its unit: `40`, `1.5s`, `T0-20m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fixed {
    /// In parts of the unit.
    pub parts: i128,
    /// The unit as written; empty without one.
    pub unit: String,
    /// Whether it counts from T0.
    pub is_instant: bool,
}

impl Fixed {
    /// Reads a number with its unit.
    ///
    /// # Errors
    /// If it is not one.
    pub fn parse(text: &str, expected: &'static str) -> Result<Self, Wrong> {
        let text = text.trim();
        let wrong = || Wrong::new(format!("is a range in which `{text}` is no number with a unit"), expected);
        if let Some(offset) = text.strip_prefix("T0") {
            let offset = offset.trim();
            if offset.is_empty() {
                return Ok(Self { parts: 0, unit: String::new(), is_instant: true });
            }
            let (sign, size) = match offset.split_at_checked(1) {
                Some(("-", size)) => (-1, size),
                Some(("+", size)) => (1, size),
                _ => return Err(wrong()),
            };
            let size = Self::parse(size, expected)?;
            return match nanos(&size.unit) {
                Some(_) if !size.is_instant => {
                    Ok(Self { parts: sign * size.parts, is_instant: true, ..size })
                }
                _ => Err(wrong()),
            };
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || fraction.len() > DECIMALS {
            return Err(wrong());
        }
        let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
        let whole = digits(whole).filter(|&whole| whole < MOST).ok_or_else(wrong)?;
        let fraction = digits(&format!("{fraction:0<DECIMALS$}")).ok_or_else(wrong)?;
        let unit = unit.trim().to_owned();
        // `1m30s` and `1e3` would read as a number with a strange unit.
        if unit.contains(|c: char| c.is_ascii_digit()) {
            return Err(wrong());
        }
        Ok(Self { parts: whole * ONE + fraction, unit, is_instant: false })
    }

    /// Brings numbers to one unit: durations to the smallest that is used.
    ///
    /// # Errors
    /// If the units differ and are not all of time.
    pub fn align(all: &mut [&mut Self], expected: &'static str) -> Result<(), Wrong> {
        let used: Vec<String> =
            all.iter().filter(|n| n.parts != 0 || !n.unit.is_empty()).map(|n| n.unit.clone()).collect();
        let Some(first) = used.first() else { return Ok(()) };
        let mut unit = first.clone();
        if used.iter().any(|other| other != first) {
            let sizes: Option<Vec<i128>> = used.iter().map(|unit| nanos(unit)).collect();
            let Some(sizes) = sizes else {
                let other = used.iter().find(|other| *other != first).unwrap_or(first);
                let shown =
                    |unit: &str| if unit.is_empty() { "none".to_owned() } else { format!("`{unit}`") };
                let message =
                    format!("is a range whose unit is not one: {} and {}", shown(first), shown(other));
                return Err(Wrong::new(message, expected));
            };
            let smallest = sizes.iter().min().copied().unwrap_or(1);
            unit = used.iter().find(|unit| nanos(unit) == Some(smallest)).unwrap_or(first).clone();
            for number in all.iter_mut() {
                number.parts *= nanos(&number.unit).unwrap_or(smallest) / smallest;
            }
        }
        all.iter_mut().for_each(|number| number.unit.clone_from(&unit));
        Ok(())
    }
}

/// The text of `parts` of `unit`: no digit more than it needs.
pub(super) fn text(parts: i128, unit: &str, is_instant: bool) -> String {
    let size = parts.abs();
    let fraction = format!("{:0DECIMALS$}", size % ONE);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let number = format!("{}{point}{fraction}{unit}", size / ONE);
    match (is_instant, parts) {
        (true, 0) => "T0".to_owned(),
        (true, _) => format!("T0{}{number}", if parts < 0 { '-' } else { '+' }),
        (false, _) => number,
    }
}

/// `value`, in parts of a unit, with `digits` significant digits.
pub(super) fn rounded(value: f64, digits: i32) -> i128 {
    let mut grain = 1.0_f64;
    let top = value.abs();
    let mut limit = 1.0;
    for _ in 0..digits {
        limit *= 10.0;
    }
    while top / grain >= limit {
        grain *= 10.0;
    }
    // The quotient is below 10^digits, so both conversions are exact.
    (value / grain).round() as i128 * grain as i128
}

/// A number with its unit, of three that share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    parts: i128,
    unit: String,
    /// Whether it counts from T0.
    pub is_instant: bool,
}

impl Amount {
    /// Reads three numbers and brings them to one unit.
    ///
    /// # Errors
    /// If one is no number, or their units differ.
    pub fn three(low: &str, mid: &str, high: &str, expected: &'static str) -> Result<[Self; 3], Wrong> {
        let read = |text| Fixed::parse(text, expected);
        let (mut low, mut mid, mut high) = (read(low)?, read(mid)?, read(high)?);
        Fixed::align(&mut [&mut low, &mut mid, &mut high], expected)?;
        if low.is_instant != mid.is_instant || mid.is_instant != high.is_instant {
            return Err(Wrong::new("mixes instants and other quantities", expected));
        }
        let amount = |n: Fixed| Self { parts: n.parts, unit: n.unit, is_instant: n.is_instant };
        Ok([amount(low), amount(mid), amount(high)])
    }

    /// Whether it is a whole number without a unit.
    pub(in crate::scenario) fn is_bare_whole(&self) -> bool {
        self.unit.is_empty() && !self.is_instant && self.parts % ONE == 0
    }

    /// The number before its unit.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.parts as f64 / ONE as f64
    }

    /// As it would be written.
    #[must_use]
    pub fn text(&self) -> String {
        text(self.parts, &self.unit, self.is_instant)
    }
}

/// A number of the unit of `like` as it would be written, with six significant digits, or whole.
#[must_use]
pub fn amount_text(size: f64, like: &Amount, is_whole: bool) -> String {
    // Beyond a million million nothing that is simulated has a size.
    let size = size.clamp(-1e15, 1e15);
    let parts = if is_whole { size.round() as i128 * ONE } else { rounded(size * ONE as f64, 6) };
    text(parts, &like.unit, like.is_instant)
}
