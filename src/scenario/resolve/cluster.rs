//! The section `cluster`: what controllers see, and their settings.

use super::build::Build;
use super::cpu::{PHASE, phase};
use crate::model::CpuMetrics;
use crate::policy::Hpa;
use crate::scenario::cursor::{Context, MapCursor};
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
        PHASE,
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
        PHASE,
    ],
};

/// Lists the settings that nobody wrote, where an HPA makes them decide.
pub(super) fn assume(root: &MapCursor<'_>, context: &Context<'_>) {
    let cluster = root.field("cluster");
    for (section, table) in [("hpa", &HPA), ("metrics", &METRICS)] {
        let written = cluster.as_ref().and_then(|cluster| cluster.node.get(section));
        for key in table.keys {
            let is_written = written.is_some_and(|map| map.get(key.name).is_some());
            if let Some(default) = key.default.filter(|_| !is_written) {
                context.assume(format!("cluster.{section}.{}", key.name), default, key.doc);
            }
        }
    }
}

/// Reads the section; the settings of every HPA come back.
pub(super) fn cluster(section: Option<MapCursor<'_>>, build: &mut Build<'_>) -> Hpa {
    let mut hpa = Hpa::default();
    let span = |map: &MapCursor<'_>, key: &str, otherwise: SimDuration| {
        let found = map.duration(key).map_or(otherwise, SimDuration::from_secs_f64);
        let must_last = matches!(key, "scrape" | "sync_period");
        if let Some(field) = map.field(key).filter(|_| must_last && found.is_zero()) {
            field.error(format!("{} is empty", field.path));
        }
        found
    };
    let inside = |key: &str| section.as_ref()?.field(key).map(|field| field.map());
    let (metrics, flags) = (inside("metrics"), inside("hpa"));
    let mut seen = CpuMetrics::default();
    if let Some(metrics) = &metrics {
        seen.scrape = span(metrics, "scrape", seen.scrape);
        seen.age = span(metrics, "age", seen.age);
    }
    seen.phase = phase(metrics.as_ref(), seen.scrape, build);
    build.model.cpu_metrics = seen;
    if let Some(flags) = &flags {
        hpa.sync = span(flags, "sync_period", hpa.sync);
        hpa.tolerance = flags.ratio("tolerance").unwrap_or(hpa.tolerance);
        hpa.downscale_window = span(flags, "downscale_stabilization", hpa.downscale_window);
        hpa.cpu_initialization = span(flags, "cpu_initialization_period", hpa.cpu_initialization);
        hpa.readiness_delay = span(flags, "initial_readiness_delay", hpa.readiness_delay);
    }
    build.hpa_phase = phase(flags.as_ref(), hpa.sync, build);
    hpa
}
