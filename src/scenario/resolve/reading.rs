//! The keys that say how a file of data is read, for traffic and observations alike.

use super::numerals::Decimal;
use super::stamps::{Reading, Unit, zone};
use crate::scenario::cursor::MapCursor;
use crate::scenario::table::{Key, Kind, optional};

pub(super) const UNIT: Key = optional(
    "unit",
    Kind::OneOf(&["s", "ms", "us", "ns"]),
    "Unit of times that are numbers; told by their size if absent (below 10^8 they are seconds after T0)",
);

pub(super) const ZONE: Key = optional(
    "zone",
    Kind::Text,
    "Time zone of dates without one, such as Europe/Berlin; clocks that change are followed. UTC if absent",
);

pub(super) const WHERE: Key = optional(
    "where",
    Kind::Paths,
    "Column (label, in an answer of Prometheus) and value of the rows that count, such as { metric_name: http_reqs }",
);

pub(super) const DECIMAL: Key = optional(
    "decimal",
    Kind::OneOf(&["point", "comma"]),
    "What decimals follow; told by the numbers of the file if absent",
);

/// What those keys say.
#[derive(Clone, Debug, Default)]
pub(super) struct How {
    /// How stamps are read.
    pub stamps: Reading,
    /// Column and value of the rows that count.
    pub rows: Vec<(String, String)>,
    /// What decimals follow, if it is said.
    pub decimal: Option<Decimal>,
}

impl How {
    /// Reads the keys; `None` after a diagnostic.
    pub(super) fn of(map: &MapCursor<'_>) -> Option<Self> {
        let unit = map.word("unit").and_then(Unit::named);
        let decimal = map.word("decimal").map(|word| match word {
            "comma" => Decimal::Comma,
            _ => Decimal::Point,
        });
        let zone_field = map.field("zone");
        let mut rows = Vec::new();
        for (column, field) in map.field("where").map(|field| field.entries()).unwrap_or_default() {
            rows.push((column.to_owned(), field.text()?));
        }
        let zone = match &zone_field {
            Some(field) => Some(zone(field)?),
            None => None,
        };
        Some(Self { stamps: Reading { unit, zone }, rows, decimal })
    }
}
