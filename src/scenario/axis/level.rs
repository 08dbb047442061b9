//! One value of a factor, and how many a factor may have.

use crate::scenario::node::{Node, Value};
use crate::scenario::quantity;
use crate::scenario::schema::to_json;

/// Most values of one factor.
pub const MAX_LEVELS: usize = 10_000;

/// What a list of values looks like, for messages.
pub const VALUES: &str =
    "a list such as [40, 50, 60], or a range such as 40 .. 80 step 10 or 1 .. 1000 log 4";

/// One value of a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// As it is set: one YAML value.
    pub text: String,
    /// As it is shown: without quotes.
    pub label: String,
    /// Its size in SI units, if it is a quantity.
    pub size: Option<f64>,
}

impl Level {
    /// A value written as YAML; `quoted` says that it is a text whatever it looks like.
    #[must_use]
    pub fn new(text: &str, quoted: bool) -> Self {
        let label = text.trim().to_owned();
        let text = if quoted { serde_json::Value::from(text).to_string() } else { label.clone() };
        Self { size: size(&label).filter(|_| !quoted), text, label }
    }

    /// A node of a document as a value: maps and lists stand in their JSON form, which is YAML too.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        match &node.value {
            Value::Scalar(scalar) => Self::new(&scalar.text, scalar.quoted),
            Value::Null => Self { text: "null".into(), label: "null".into(), size: None },
            Value::Sequence(_) | Value::Mapping(_) => {
                let text = to_json(node).to_string();
                Self { label: text.clone(), text, size: None }
            }
        }
    }
}

/// The size of a quantity in SI units, whatever its dimension; times count from T0. Texts that several dimensions
/// could mean are durations first (`5m` is five minutes).
#[must_use]
pub fn size(text: &str) -> Option<f64> {
    let text = text.trim();
    let of_time = || {
        let time = quantity::time(text).ok()?;
        (time.anchor == quantity::Anchor::T0).then_some(time.offset)
    };
    let tries = [
        quantity::factor(text),
        quantity::duration(text),
        quantity::rate(text),
        quantity::ratio(text),
        quantity::bytes(text),
        quantity::cpu(text),
        quantity::money(text).map(|money| money.amount),
    ];
    tries.into_iter().find_map(Result::ok).or_else(of_time)
}
