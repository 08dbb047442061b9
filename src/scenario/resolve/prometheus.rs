//! Answers of Prometheus to range queries.

use serde_json::Value;

use super::numerals::Decimal;
use super::said::Said;
use super::stamps::Stamp;

/// One series of an answer.
pub(super) struct RangeSeries {
    /// Its labels, `__name__` among them.
    pub labels: Vec<(String, String)>,
    /// Stamp and value; what was not measured has none.
    pub samples: Vec<(Stamp, Option<f64>)>,
}

impl RangeSeries {
    /// The value of a label.
    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// Whether a file is JSON and no table.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Every series of an answer.
pub(super) fn series(bytes: &[u8], name: &str) -> Result<Vec<RangeSeries>, Said> {
    let expected = || {
        Some(
            "expected {\"data\": {\"result\": [{\"metric\": …, \"values\": [[time, \"value\"], …]}]}}"
                .to_owned(),
        )
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let answer: Value =
        serde_json::from_slice(bytes).map_err(|error| (format!("`{name}`: {error}"), expected()))?;
    let result = answer.pointer("/data/result").and_then(Value::as_array);
    let result = result.ok_or_else(|| (format!("`{name}` is no answer of Prometheus"), expected()))?;
    let one = |series: &Value| {
        let labels = series.get("metric").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(key, value)| (key.clone(), value.as_str().unwrap_or("").to_owned()));
        let mut samples = Vec::new();
        for pair in series.get("values").and_then(Value::as_array).into_iter().flatten() {
            let time = pair.get(0).and_then(|time| Stamp::parse(&time.to_string(), Decimal::Point));
            let value = pair.get(1).and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok()));
            let (Some(time), Some(value)) = (time, value) else {
                return Err((format!("`{name}`: the pair {pair} is no time and value"), expected()));
            };
            samples.push((time, Some(value).filter(|value| value.is_finite())));
        }
        Ok(RangeSeries { labels: labels.collect(), samples })
    };
    result.iter().map(one).collect()
}

/// The one series whose labels are as wanted.
pub(super) fn only(
    all: Vec<RangeSeries>,
    wanted: &[(String, String)],
    name: &str,
) -> Result<RangeSeries, Said> {
    let fits = |series: &RangeSeries| wanted.iter().all(|(key, value)| series.label(key) == Some(value));
    let count = all.len();
    let mut found: Vec<RangeSeries> = all.into_iter().filter(fits).collect();
    match found.len() {
        0 => {
            let help = format!("the answer has {count} series; `where` names labels and their values");
            Err((format!("`{name}` has no series as `where` says"), Some(help)))
        }
        1 => Ok(found.remove(0)),
        several => {
            let (first, second) = (&found[0], &found[1]);
            let other = first.labels.iter().find(|(key, value)| second.label(key) != Some(value));
            let help = other.map(|(key, value)| {
                let second = second.label(key).unwrap_or("");
                format!("say which, where: {{ {key}: {value} }} or {second}, or add them up in the query")
            });
            Err((format!("`{name}` has {several} series"), help))
        }
    }
}
