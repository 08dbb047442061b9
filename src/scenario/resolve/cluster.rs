//! The section `cluster`: what controllers see, and their settings.

use crate::model::{CpuMetrics, Model};
use crate::policy::Hpa;
use crate::scenario::cursor::MapCursor;
use crate::scenario::table::{Kind, Table, optional, with_default};
use crate::units::SimDuration;

pub(super) static CLUSTER: Table = Table {
    name: "cluster",
    doc: "What the cluster's controllers see and how they are set",
    keys: &[
        optional("metrics", Kind::Map(&METRICS), "metrics-server: what every HPA on cpu sees"),
        optional("hpa", Kind::Map(&HPA), "Flags of kube-controller-manager"),
    ],
};

static METRICS: Table = Table {
    name: "cluster-metrics",
    doc: "metrics-server",
    keys: &[
        with_default(
            "scrape",
            Kind::Duration,
            "15s",
            "Time between two scrapes; a sample is the mean since the last one",
        ),
        with_default("age", Kind::Duration, "10s", "Age of a sample before a controller sees it"),
    ],
};

static HPA: Table = Table {
    name: "cluster-hpa",
    doc: "Flags --horizontal-pod-autoscaler-… of kube-controller-manager",
    keys: &[
        with_default("sync_period", Kind::Duration, "15s", "Time between syncs"),
        with_default("tolerance", Kind::Ratio, "10%", "Ratios within 1 ± this change nothing"),
        with_default(
            "downscale_stabilization",
            Kind::Duration,
            "5m",
            "Window whose largest recommendation bounds a step down",
        ),
        with_default(
            "cpu_initialization_period",
            Kind::Duration,
            "5m",
            "For this long after its start, a pod's samples from before it was ready are not believed",
        ),
        with_default(
            "initial_readiness_delay",
            Kind::Duration,
            "30s",
            "A pod unready within this long of its start was never ready",
        ),
    ],
};

/// Reads the section; the settings of every HPA come back.
pub(super) fn cluster(section: Option<MapCursor<'_>>, model: &mut Model) -> Hpa {
    let mut hpa = Hpa::default();
    let Some(section) = section else { return hpa };
    let span = |map: &MapCursor<'_>, key: &str, otherwise: SimDuration| {
        let found = map.duration(key).map_or(otherwise, SimDuration::from_secs_f64);
        let must_last = matches!(key, "scrape" | "sync_period");
        if let Some(field) = map.field(key).filter(|_| must_last && found.is_zero()) {
            field.error(format!("{} is empty", field.path));
        }
        found
    };
    if let Some(metrics) = section.field("metrics").map(|field| field.map()) {
        let standard = CpuMetrics::default();
        model.cpu_metrics = CpuMetrics {
            scrape: span(&metrics, "scrape", standard.scrape),
            age: span(&metrics, "age", standard.age),
        };
    }
    if let Some(flags) = section.field("hpa").map(|field| field.map()) {
        hpa.sync = span(&flags, "sync_period", hpa.sync);
        hpa.tolerance = flags.ratio("tolerance").unwrap_or(hpa.tolerance);
        hpa.downscale_window = span(&flags, "downscale_stabilization", hpa.downscale_window);
        hpa.cpu_initialization = span(&flags, "cpu_initialization_period", hpa.cpu_initialization);
        hpa.readiness_delay = span(&flags, "initial_readiness_delay", hpa.readiness_delay);
    }
    hpa
}
