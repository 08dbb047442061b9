//! How calls are made: timeouts, retries, back-off, loss, and the balancer of an edge.

use super::build::{Build, How};
use crate::model::{Backoff, CallPolicy, Jitter, RetryOn};
use crate::policy::Balancer;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::quantity::{self, Wrong};
use crate::scenario::table::{Kind, Table, optional};
use crate::units::SimDuration;

pub(super) static UPSTREAM: Table = Table {
    name: "upstream",
    doc: "How a callee is called",
    keys: &[
        optional("timeout", TIMEOUT, "Longest time of the whole call with its retries; for ever if absent"),
        optional("try_timeout", TIMEOUT, "Longest time of one try"),
        optional("retries", Kind::Count, "Tries after the first; 0 if absent"),
        optional("retry_on", RETRY_ON, "Which failures are tried again; timeout and 503 if absent"),
        optional(
            "backoff",
            Kind::Duration,
            "Pause before the first retry, doubled at every further one; 25ms if absent",
        ),
        optional("backoff_max", Kind::Duration, "Longest pause; ten times `backoff` if absent"),
        optional(
            "jitter",
            JITTER,
            "How the pause is spread: full (uniform from zero, if absent), none, exponential",
        ),
        optional("loss", Kind::Ratio, "Probability that a try never reaches the callee; 0% if absent"),
        optional("balancer", Kind::Text, "How a pod is chosen; kube-proxy (at random) if absent"),
        optional(
            "via",
            Kind::OneOf(&["pod", "central", "ingress"]),
            "Whether every caller pod has its own view of the callee (if absent), or all share one",
        ),
        optional(
            "retry_elsewhere",
            Kind::Bool,
            "Whether a further try avoids pods that earlier ones of the call went to, as nginx does and Envoy with \
             previous_hosts; false if absent",
        ),
    ],
};

pub(super) const TIMEOUT: Kind = Kind::Either(&[Kind::OneOf(&["none"]), Kind::Duration]);
pub(super) const RETRY_ON: Kind = Kind::List(&Kind::OneOf(&["timeout", "503", "500", "rejected", "failed"]));
pub(super) const JITTER: Kind = Kind::OneOf(&["full", "none", "exponential"]);

/// What is said about calls to one callee; what is not said is left to the next more general place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Upstream {
    timeout: Option<Option<SimDuration>>,
    try_timeout: Option<Option<SimDuration>>,
    retries: Option<u8>,
    retry_on: Option<RetryOn>,
    backoff: Option<SimDuration>,
    backoff_max: Option<SimDuration>,
    jitter: Option<Jitter>,
    loss: Option<f64>,
    balancer: Option<Balancer>,
    shared_view: Option<bool>,
    retry_elsewhere: Option<bool>,
}

/// What a caller says about its callees, with an entry `default` for the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Upstreams {
    list: Vec<(String, Upstream)>,
}

impl Upstreams {
    /// Reads `upstreams`; every name must be a service or `default`.
    pub(super) fn read(field: &Field<'_>, build: &Build<'_>) -> Self {
        let mut list = Vec::new();
        for (name, field) in field.entries() {
            let names = build.model.services.iter().map(|service| service.name.as_str()).chain(["default"]);
            if !names.clone().any(|known| known == name) {
                super::names::unknown(&field, "service", name, names);
            }
            let map = field.map();
            let mut upstream = Upstream::read(&map);
            upstream.balancer = map.field("balancer").and_then(|field| {
                let balancer = field.parsed(balancer)?;
                if balancer.is_bound() {
                    let help = "least-request and least-connections count what their own view has sent";
                    let message =
                        "this balancer knows what pods truly hold, as no product does: a bound".to_owned();
                    map.push(Diagnostic::warning(field.node.span, message).help(help));
                }
                Some(balancer)
            });
            upstream.shared_view = map.field("via").and_then(|field| field.word()).map(|via| via != "pod");
            upstream.retry_elsewhere = map.field("retry_elsewhere").and_then(|field| field.boolean());
            list.push((name.to_owned(), upstream));
        }
        Self { list }
    }

    /// What holds for calls to `callee`.
    pub(super) fn of(&self, callee: &str) -> Upstream {
        let find =
            |name: &str| self.list.iter().find(|(key, _)| key == name).map(|(_, upstream)| upstream.clone());
        let own = find(callee).unwrap_or_default();
        own.over(find("default").unwrap_or_default())
    }
}

impl Upstream {
    /// Reads the keys that a step may say too. The table of `map` must have them.
    pub(super) fn read(map: &MapCursor<'_>) -> Self {
        let timeout = |key: &str| {
            map.field(key).and_then(|field| match field.node.as_text() {
                Some("none") => Some(None),
                _ => field.duration().map(|seconds| {
                    if seconds == 0.0 {
                        field.error(format!("{} is empty: every call would fail", field.path));
                    }
                    Some(SimDuration::from_secs_f64(seconds))
                }),
            })
        };
        let span = |key: &str| map.duration(key).map(SimDuration::from_secs_f64);
        let retries = map.count("retries");
        if let Some(field) = map.field("retries").filter(|_| retries.is_some_and(|retries| retries > 100)) {
            field.error(format!("{} is more than the 100 retries simulated", field.path));
        }
        let loss = map.ratio("loss");
        let jitter = map.field("jitter").and_then(|field| field.word()).map(|word| match word {
            "none" => Jitter::None,
            "exponential" => Jitter::Exponential,
            _ => Jitter::Full,
        });
        Self {
            timeout: timeout("timeout"),
            try_timeout: timeout("try_timeout"),
            retries: retries.map(|retries| retries.min(100) as u8),
            retry_on: map.field("retry_on").map(|field| retry_on(&field)),
            backoff: span("backoff"),
            backoff_max: span("backoff_max"),
            jitter,
            loss,
            balancer: None,
            shared_view: None,
            retry_elsewhere: None,
        }
    }

    /// This one, with what it leaves open taken from `below`.
    #[must_use]
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            timeout: self.timeout.or(below.timeout),
            try_timeout: self.try_timeout.or(below.try_timeout),
            retries: self.retries.or(below.retries),
            retry_on: self.retry_on.or(below.retry_on),
            backoff: self.backoff.or(below.backoff),
            backoff_max: self.backoff_max.or(below.backoff_max),
            jitter: self.jitter.or(below.jitter),
            loss: self.loss.or(below.loss),
            balancer: self.balancer.or(below.balancer),
            shared_view: self.shared_view.or(below.shared_view),
            retry_elsewhere: self.retry_elsewhere.or(below.retry_elsewhere),
        }
    }

    /// What is said of retries.
    pub(super) fn retries(&self) -> Option<u8> {
        self.retries
    }

    /// The retries, if this one says none.
    #[must_use]
    pub(super) fn or_retries(self, retries: u8) -> Self {
        Self { retries: self.retries.or(Some(retries)), ..self }
    }

    /// What is left open stands for no timeouts, no retries, Envoy's first pause of 25 ms.
    pub(super) fn policy(&self) -> CallPolicy {
        CallPolicy {
            timeout: self.timeout.flatten(),
            try_timeout: self.try_timeout.flatten(),
            retries: self.retries.unwrap_or(0),
            retry_on: self.retry_on.unwrap_or_default(),
            backoff: Backoff {
                base: self.backoff.unwrap_or(SimDuration::from_nanos(25_000_000)),
                max: self.backoff_max.unwrap_or_default(),
                jitter: self.jitter.unwrap_or_default(),
            },
            loss: self.loss.unwrap_or(0.0),
        }
    }

    /// Whether the caller said that it waits for ever.
    pub(super) fn says_no_timeout(&self) -> bool {
        self.timeout == Some(None)
    }

    /// How the pods of the edge are chosen.
    pub(super) fn edge(&self, own_view: bool) -> How {
        How {
            balancer: self.balancer.clone().unwrap_or(Balancer::Random),
            view_per_pod: self.shared_view.map_or(own_view, |shared| !shared),
            retry_elsewhere: self.retry_elsewhere.unwrap_or(false),
        }
    }
}

fn retry_on(field: &Field<'_>) -> RetryOn {
    let mut found = RetryOn { timeout: false, rejected: false, failed: false };
    for item in field.items() {
        match item.word() {
            Some("timeout") => found.timeout = true,
            Some("503" | "rejected") => found.rejected = true,
            Some("500" | "failed") => found.failed = true,
            _ => {}
        }
    }
    found
}

const BALANCER: &str =
    "a balancer such as round-robin, least-connections, power-of(2), weighted(3 1 1) or source-hash(1000)";

/// A balancer by its name, with parameters in brackets where it has some.
pub(super) fn balancer(text: &str) -> Result<Balancer, Wrong> {
    let text = text.trim();
    let (name, rest) = text.split_once('(').unwrap_or((text, ""));
    let inner = rest.trim_end().trim_end_matches(')').replace(',', " ");
    let numbers: Result<Vec<f64>, Wrong> = inner.split_whitespace().map(quantity::number).collect();
    let numbers = numbers.map_err(|wrong| Wrong::new(wrong.message, BALANCER))?;
    let name = name.trim();
    let Some(form) = Balancer::FORMS.iter().find(|form| form.name == name) else {
        let wrong = Wrong::new(format!("is `{text}`, which is no balancer"), BALANCER);
        return Err(match nearest(name, Balancer::FORMS.iter().map(|form| form.name)) {
            Some(near) => wrong.help(format!("did you mean `{near}`?")),
            None => wrong,
        });
    };
    (form.make)(&numbers).map_err(|why| Wrong::new(format!("is `{text}`: {why}"), BALANCER))
}
