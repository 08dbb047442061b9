//! The keys of `capacity` and `sweep`. They stand apart from what reads them, because reading a path of theirs asks
//! the table of all keys, in which they are.

use crate::scenario::table::{Kind, Table, optional};

/// One question of `capacity`.
pub(super) static PLAN: Table = Table {
    name: "capacity-search",
    doc: "A question about capacity: largest, cheapest or latest, or how well the supply follows the demand",
    keys: &[
        optional("largest", Kind::Text, "The path whose largest value that meets the objectives is searched"),
        optional("latest", Kind::Text, "The path of a time whose latest value that still holds is searched"),
        optional(
            "cheapest",
            Kind::Paths,
            "Paths and ranges; the setting with the fewest replica-hours is searched",
        ),
        optional("elasticity", Kind::Bool, "Whether supply is compared with required capacity over time"),
        optional(
            "between",
            Kind::Text,
            "The range of `largest` or `latest`, such as 5 .. 40 or T0-30m .. T0",
        ),
        optional(
            "probability",
            Kind::Either(&[Kind::OneOf(&["none"]), Kind::Ratio]),
            "Share of runs that must meet every objective, 95% for `cheapest` if absent; none, as for the others if \
             absent, judges the objectives as written",
        ),
        optional("error", Kind::Ratio, "Probability that the answer is wrong; 5% if absent"),
        optional(
            "replications",
            Kind::Count,
            "Most replications of one point; 160 if absent, 400 with a probability",
        ),
    ],
};

/// The section `sweep`.
pub(super) static SWEEP: Table = Table {
    name: "sweep",
    doc: "Values that vary: every combination is a design point, under common random numbers",
    keys: &[
        optional(
            "vary",
            Kind::Paths,
            "Paths and their values: a list, or a range such as 40 .. 80 step 10 or 1 .. 1000 log 4",
        ),
        optional(
            "zip",
            Kind::List(&Kind::Paths),
            "Groups of paths whose values move together, the first with the first",
        ),
        optional(
            "where",
            Kind::Either(&[Kind::Text, Kind::List(&Kind::Text)]),
            "Conditions on the points, such as hpa/web.spec.minReplicas <= hpa/web.spec.maxReplicas",
        ),
        optional(
            "sample",
            Kind::Text,
            "Instead of every combination so many points of a Latin hypercube, such as latin 50",
        ),
    ],
};
