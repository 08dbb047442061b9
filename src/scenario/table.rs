//! The declaration of every key: one table a kind of map. The decoder reads only what is declared here, takes its
//! defaults from here, and the JSON Schema is written from here, so the three cannot drift apart.

/// A kind of map: its keys and what they hold.
#[derive(Debug)]
pub struct Table {
    /// Its name in the schema.
    pub name: &'static str,
    /// What it describes.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key of a map.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub doc: &'static str,
    /// What holds if it is absent, as it would be written.
    pub default: Option<&'static str>,
    /// Whether the scenario is wrong without it.
    pub required: bool,
}

/// What a key holds.
#[derive(Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// The name of something in the scenario, such as a service, or `service.operation`.
    Reference,
    /// The name of a file, relative to the file it is written in.
    File,
    /// `true` or `false`.
    Bool,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Count,
    /// A whole number of 64 bits.
    Integer,
    /// A plain number, not negative.
    Number,
    /// A factor.
    Factor,
    /// A duration.
    Duration,
    /// A rate.
    Rate,
    /// A share from 0 to 1.
    Ratio,
    /// Money.
    Money,
    /// Bytes.
    Bytes,
    /// Cores.
    Cpu,
    /// A time.
    Time,
    /// A date and time with its zone.
    Instant,
    /// From one time to another.
    Span,
    /// A law of durations.
    Law,
    /// A law of durations so short that minutes are doubted.
    ShortLaw,
    /// An objective.
    Objective,
    /// A map with these keys.
    Map(&'static Table),
    /// A map from names (DNS labels) to what is said here.
    Named(&'static Kind),
    /// A map from paths to values.
    Paths,
    /// A list.
    List(&'static Kind),
    /// One of these; which one shows from a scalar, a list or a map standing there.
    Either(&'static [Kind]),
}

/// Keys the language will have; a neighbour's name would mislead whoever writes one.
pub const LATER: &[&str] = &[
    "acquire_timeout",
    "admit",
    "breaker",
    "cache",
    "caches",
    "clear",
    "fallback",
    "fault",
    "hedge_after",
    "image",
    "journey",
    "lock",
    "metrics",
    "node_autoscaler",
    "on_miss",
    "over_limit",
    "pools",
    "queues",
    "retry_budget",
    "send",
];

/// A key that may be absent without a replacement.
#[must_use]
pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc, default: None, required: false }
}

/// A key with a default.
#[must_use]
pub const fn with_default(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Key {
    Key { name, kind, doc, default: Some(default), required: false }
}

/// A key that must be there.
#[must_use]
pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc, default: None, required: true }
}

impl Table {
    /// The key called `name` and its place in the table.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<(usize, &Key)> {
        self.keys.iter().enumerate().find(|(_, key)| key.name == name)
    }
}

impl Kind {
    /// Whether this is `wanted`, or a choice that includes it.
    #[must_use]
    pub fn includes(&self, wanted: impl Fn(&Kind) -> bool) -> bool {
        match self {
            Self::Either(choices) => choices.iter().any(wanted),
            kind => wanted(kind),
        }
    }
}
