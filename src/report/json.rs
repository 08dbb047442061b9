//! `summary.json`: the stable machine interface.

use crate::analysis::Summary;

/// The whole summary as indented JSON with a `version`, ending in a newline.
#[must_use]
pub fn summary_json(summary: &Summary) -> String {
    // A summary is a tree of strings and finite numbers, so writing it cannot fail; were it to fail all the
    // same, the reader gets JSON that says so rather than a broken file.
    let mut text = serde_json::to_string_pretty(summary)
        .unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;

    #[test]
    fn json_keeps_the_verdict_and_the_numbers() {
        let value: serde_json::Value = serde_json::from_str(&summary_json(&summary())).unwrap();
        assert_eq!(value["version"], 1);
        assert_eq!(value["conclusion"]["outcome"], "fail");
        assert_eq!(value["objectives"][0]["outcome"], "fail");
        assert_eq!(value["metrics"][0]["estimate"]["mean"], 1_240_000.0);
    }
}
