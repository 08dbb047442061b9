//! Uncertain inputs: quantities written `low .. mid .. high`, of which nobody knows the value.
//!
//! `mid` is the median; with 90 % the value lies between `low` and `high`. Above zero the law is a lognormal in two
//! pieces, one a side of the median, so that both ends are exact quantiles; where `low` is zero or the value is an
//! instant, which may lie before T0, it is a normal in two pieces (K. F. Wallis, "The two-piece normal, binormal, or
//! double Gaussian distribution", Statistical Science 29, 2014, gives the family; ours is matched to the median).

use super::axis::{Amount, amount_text};
use super::diagnostics::{Diagnostic, Diagnostics};
use super::document::Document;
use super::node::{Node, Value};
use super::source::Span;
use crate::numerics::{exp, ln, norm_quantile};

/// Keys of the root in which `..` means something else, or text stands.
const ELSEWHERE: [&str; 6] = ["name", "question", "sweep", "capacity", "check", "observed"];

/// Most uncertain inputs of a scenario.
const MOST: usize = 200;

/// Most inputs that [`held_inputs`] names.
const HELD_TOLD: usize = 8;

/// What an uncertain input looks like, for messages.
const EXPECTED: &str = "low .. mid .. high with low <= mid <= high, such as 700/s .. 800/s .. 1000/s";

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Item(usize),
}

/// A quantity nobody knows.
#[derive(Clone, Debug, PartialEq)]
pub struct UncertainInput {
    /// Its address.
    pub path: String,
    /// As it was written.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    low: Amount,
    mid: Amount,
    high: Amount,
    /// Which object of the manifests it stands in; the scenario's own keys if none.
    object: Option<usize>,
    steps: Vec<Step>,
    /// The bytes of the scalar it takes.
    bytes: (usize, usize),
    /// Only whole numbers make sense.
    pub is_whole: bool,
}

impl UncertainInput {
    /// The value at the share `u` of the law (0 to 1, both excluded), as it would be written.
    #[must_use]
    pub fn at(&self, u: f64) -> String {
        amount_text(self.size_at(u), &self.mid, self.is_whole)
    }

    /// The median, as it was written.
    #[must_use]
    pub fn mid(&self) -> String {
        self.mid.text()
    }

    /// A value between two whole numbers, where only whole ones were written without a unit.
    #[must_use]
    pub fn half(&self) -> Option<String> {
        let all_whole = [&self.low, &self.mid, &self.high].iter().all(|amount| amount.is_bare_whole());
        all_whole.then(|| amount_text(self.mid.size() + 0.5, &self.mid, false))
    }

    /// The quantile at `u`, in the unit that was written.
    #[must_use]
    pub fn size_at(&self, u: f64) -> f64 {
        let (low, mid, high) = (self.low.size(), self.mid.size(), self.high.size());
        let score = norm_quantile(u) / norm_quantile(0.95);
        if low > 0.0 {
            let side = if score < 0.0 { ln(mid / low) } else { ln(high / mid) };
            return mid * exp(score * side);
        }
        let side = if score < 0.0 { mid - low } else { high - mid };
        let value = mid + score * side;
        if self.mid.is_instant { value } else { value.max(0.0) }
    }
}

/// A sentence about uncertain inputs that are held at their middles; nothing if there are none.
#[must_use]
pub fn held_inputs(inputs: &[UncertainInput]) -> Option<String> {
    let one = |input: &UncertainInput| {
        // Where a text has several, the path says which with what is written there.
        let path = input.path.split(" (").next().unwrap_or_default();
        format!("{path} at {} (of {})", input.mid(), input.text)
    };
    let mut told: Vec<String> = inputs.iter().take(HELD_TOLD).map(one).collect();
    if inputs.len() > HELD_TOLD {
        told.push(format!("{} more", inputs.len() - HELD_TOLD));
    }
    if told.is_empty() {
        return None;
    }
    let (head, them) = match inputs.len() {
        1 => ("an uncertain input is held at its middle".to_owned(), "it"),
        count => (format!("{count} uncertain inputs are held at their middles"), "them"),
    };
    let told = told.join(", ");
    Some(format!(
        "{head}: {told}; these numbers leave the doubt about {them} out, `flashcrowd run` draws {them}"
    ))
}

impl Document {
    /// Every quantity written `low .. mid .. high`, in the order of the document. What is wrong with one is said.
    #[must_use]
    pub fn uncertain(&self, diagnostics: &mut Diagnostics) -> Vec<UncertainInput> {
        let mut search = Search { found: Vec::new(), diagnostics };
        if let Value::Mapping(map) = &self.root.value {
            for entry in map.iter().filter(|entry| !ELSEWHERE.contains(&entry.key.as_str())) {
                search.walk(&entry.node, None, &mut vec![Step::Key(entry.key.clone())], &entry.key);
            }
        }
        for (at, object) in self.objects.iter().enumerate() {
            search.walk(&object.node, Some(at), &mut Vec::new(), &object.address());
        }
        if search.found.len() > MOST {
            let message = format!("{} inputs are uncertain; at most {MOST} are", search.found.len());
            search.diagnostics.push(Diagnostic::error(search.found[MOST].span, message));
        }
        search.found
    }

    /// The document with each uncertain input replaced by its text in `values`.
    #[must_use]
    pub fn settled(&self, inputs: &[UncertainInput], values: &[String]) -> Self {
        let mut document = self.clone();
        // Later ones of one text first, so that the places of the others stay.
        for (input, value) in inputs.iter().zip(values).rev() {
            let root = match input.object {
                None => &mut document.root,
                Some(at) => &mut document.objects[at].node,
            };
            let (from, to) = input.bytes;
            if let Some(Value::Scalar(scalar)) = reach(root, &input.steps).map(|node| &mut node.value)
                && scalar.text.is_char_boundary(from)
                && scalar.text.is_char_boundary(to)
            {
                scalar.text.replace_range(from..to, value);
            }
        }
        document
    }
}

fn reach<'a>(node: &'a mut Node, steps: &[Step]) -> Option<&'a mut Node> {
    let Some((first, rest)) = steps.split_first() else { return Some(node) };
    match (first, &mut node.value) {
        (Step::Key(key), Value::Mapping(map)) => reach(&mut map.get_mut(key)?.node, rest),
        (Step::Item(at), Value::Sequence(items)) => reach(items.get_mut(*at)?, rest),
        _ => None,
    }
}

struct Search<'a> {
    found: Vec<UncertainInput>,
    diagnostics: &'a mut Diagnostics,
}

impl Search<'_> {
    fn walk(&mut self, node: &Node, object: Option<usize>, steps: &mut Vec<Step>, path: &str) {
        match &node.value {
            Value::Null => {}
            Value::Scalar(scalar) => {
                for bytes in candidates(&scalar.text) {
                    self.read(node, object, steps, path, &scalar.text, bytes);
                }
            }
            Value::Sequence(items) => {
                for (at, item) in items.iter().enumerate() {
                    steps.push(Step::Item(at));
                    self.walk(item, object, steps, &format!("{path}[{at}]"));
                    steps.pop();
                }
            }
            Value::Mapping(map) => {
                for entry in map.iter() {
                    steps.push(Step::Key(entry.key.clone()));
                    self.walk(&entry.node, object, steps, &format!("{path}.{}", entry.key));
                    steps.pop();
                }
            }
        }
    }

    fn read(
        &mut self,
        node: &Node,
        object: Option<usize>,
        steps: &[Step],
        path: &str,
        text: &str,
        bytes: (usize, usize),
    ) {
        let written = &text[bytes.0..bytes.1];
        let parts: Vec<&str> = written.split("..").collect();
        let [low, mid, high] = parts[..] else { return };
        let amounts = Amount::three(low, mid, high, EXPECTED);
        let [low, mid, high] = match amounts {
            Ok(amounts) => amounts,
            Err(wrong) => {
                let diagnostic = Diagnostic::error(node.span, format!("{path} {}", wrong.message));
                return self.diagnostics.push(diagnostic.expected(EXPECTED));
            }
        };
        if low.size() > mid.size() || mid.size() > high.size() || low.size() == high.size() {
            let message = format!("{path} is `{}`, which does not rise", written.trim());
            return self.diagnostics.push(Diagnostic::error(node.span, message).expected(EXPECTED));
        }
        let several = self.found.iter().any(|other| other.object == object && other.steps == steps);
        let path = if several { format!("{path} ({})", written.trim()) } else { path.to_owned() };
        let (text, span, steps) = (written.trim().to_owned(), node.span, steps.to_vec());
        self.found.push(UncertainInput {
            path,
            text,
            span,
            low,
            mid,
            high,
            object,
            steps,
            bytes,
            is_whole: false,
        });
    }
}

/// Where `a .. b .. c` may stand in a text: all of it, or words inside a law's brackets.
fn candidates(text: &str) -> Vec<(usize, usize)> {
    if text.matches("..").count() < 2 {
        return Vec::new();
    }
    if !text.contains(['(', '[']) {
        return if text.matches("..").count() == 2 { vec![(0, text.len())] } else { Vec::new() };
    }
    let ends_word = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',');
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(first) = text[from..].find("..").map(|at| from + at) {
        let Some(second) = text[first + 2..].find("..").map(|at| first + 2 + at) else { break };
        let middle = text[first + 2..second].trim();
        let before = text[..first].trim_end();
        let start = before
            .rfind(ends_word)
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let behind = &text[second + 2..];
        let skipped = behind.len() - behind.trim_start().len();
        let length = behind.trim_start().find(ends_word).unwrap_or(behind.trim_start().len());
        let end = second + 2 + skipped + length;
        if !middle.is_empty() && !middle.contains(ends_word) && start >= from {
            found.push((start, end));
            from = end;
        } else {
            from = first + 2;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::MemoryInputs;

    fn read(text: &str) -> (Document, Vec<UncertainInput>, String) {
        let (document, mut diagnostics) =
            Document::load("a.yaml", &MemoryInputs::default().with("a.yaml", text));
        let found = document.uncertain(&mut diagnostics);
        let said = if diagnostics.has_errors() {
            diagnostics.render(&document.sources, false)
        } else {
            String::new()
        };
        (document, found, said)
    }

    #[test]
    fn quantities_are_found_everywhere_and_replaced() {
        let (document, found, said) = read(
            "run: { windows: { sale: T0 .. T0+12m } }\n\
             traffic: { shoppers: { rate: 700/s .. 800/s .. 1000/s } }\n\
             services:\n  web:\n    operations: { a: [ { work: lognormal(mean 3ms .. 4ms .. 6ms p99 10ms..20ms..50ms) } ] }\n\
             manifests:\n  - { apiVersion: v1, kind: Deployment, metadata: { name: web }, spec: { replicas: 3 .. 4 .. 6 } }\n\
             sweep: { vary: { x: 1 .. 2 .. 3 } }\n",
        );
        assert_eq!(said, "");
        let paths: Vec<&str> = found.iter().map(|input| input.path.as_str()).collect();
        let expected = [
            "traffic.shoppers.rate",
            "services.web.operations.a[0].work",
            "services.web.operations.a[0].work (10ms..20ms..50ms)",
            "deploy/web.spec.replicas",
        ];
        assert_eq!(paths, expected);
        let values: Vec<String> = found.iter().map(UncertainInput::mid).collect();
        let settled = document.settled(&found, &values);
        let text = |document: &Document| crate::scenario::to_json(&document.root).to_string();
        assert!(text(&settled).contains("\"rate\":\"800/s\""), "{}", text(&settled));
        assert!(text(&settled).contains("lognormal(mean 4ms p99 20ms)"), "{}", text(&settled));
        let values: Vec<String> = found.iter().map(|input| input.at(0.95)).collect();
        assert_eq!(values, ["1000/s", "6ms", "50ms", "6"]);
        assert!(text(&document.settled(&found, &values)).contains("lognormal(mean 6ms p99 50ms)"));
    }

    #[test]
    fn the_law_has_the_stated_quantiles() {
        let (_, found, _) = read("a: 700/s .. 800/s .. 1000/s\nb: 0 .. 10 .. 30\nc: T0-5m .. T0 .. T0+1m\n");
        let sizes = |at: usize| [0.05, 0.5, 0.95].map(|u| (found[at].size_at(u) * 1e6).round() / 1e6);
        assert_eq!(sizes(0), [700.0, 800.0, 1000.0]);
        assert_eq!(sizes(1), [0.0, 10.0, 30.0]);
        assert_eq!(sizes(2), [-5.0, 0.0, 1.0]);
        assert_eq!(found[1].at(0.001), "0");
        assert_eq!(found[2].at(0.05), "T0-5m");
    }

    #[test]
    fn mistakes_are_said() {
        assert!(read("a: 3 .. 2 .. 4\n").2.contains("does not rise"));
        assert!(read("a: 3 .. 3 .. 3\n").2.contains("does not rise"));
        assert!(read("a: 3/s .. 4 .. 5\n").2.contains("unit"));
        assert!(read("a: { b: 1ms .. x .. 5ms }\n").2.contains("a.b"));
        assert!(read("a: T0 .. T0+5m\nb: some .. words\n").1.is_empty());
    }
}
