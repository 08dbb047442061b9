//! Which metric an HPA scales on, in every version of the object: fields of the spec, or annotations in which
//! `autoscaling/v1` shows what it has no fields for. What is not simulated is told, never passed over.

use crate::scenario::cursor::Context;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::manifests::Object;
use crate::scenario::node::Node;

use super::objects::count;

/// The default of a controller whose object names no metric.
const DEFAULT_PERCENT: u32 = 80;

const EXAMPLE: &str =
    "[ { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } } ]";

/// What one metric is.
enum Metric {
    /// Cpu used over requested, in percent.
    Cpu(u32),
    /// Something that is not simulated, in words.
    Other(String),
}

/// The target of cpu utilisation in percent; nothing after a diagnostic, a warning where the object scales on
/// something else.
pub(super) fn target_percent(object: &Object, spec: &Node, context: &Context<'_>) -> Option<u32> {
    let given = |key: &str| spec.get(key).filter(|node| !node.is_null());
    let warn = |what: String| {
        let message = format!("{}: {what}", object.address());
        context.push(Diagnostic::warning(object.node.span, message));
    };
    if given("behavior").is_some() || annotation(object, "behavior").is_some() {
        warn("its `behavior` is not simulated: it scales as without one".to_owned());
    }
    let mut metrics = Vec::new();
    if let Some(node) = given("metrics") {
        let Some(list) = node.as_sequence() else {
            let message = format!("{}: `metrics` is not a list of metrics", object.address());
            context.push(Diagnostic::error(node.span, message).expected(EXAMPLE));
            return None;
        };
        for metric in list {
            metrics.push(field(metric, object, context)?);
        }
    }
    metrics.extend(annotated(object, context)?);
    if let Some(node) = given("targetCPUUtilizationPercentage") {
        metrics.push(Metric::Cpu(count(context, node, object, "spec.targetCPUUtilizationPercentage")?));
    }
    if metrics.is_empty() {
        context.assume(
            format!("{}.spec.metrics", object.address()),
            "cpu utilisation of 80 %",
            "What an HPA without metrics scales on",
        );
        return Some(DEFAULT_PERCENT);
    }
    let others: Vec<&str> = metrics
        .iter()
        .filter_map(|metric| match metric {
            Metric::Other(what) => Some(what.as_str()),
            Metric::Cpu(_) => None,
        })
        .collect();
    // Of several targets of one metric the lowest asks for the most pods.
    let cpu = metrics
        .iter()
        .filter_map(|metric| if let Metric::Cpu(percent) = metric { Some(*percent) } else { None });
    let cpu = cpu.min();
    if !others.is_empty() {
        let rest = match cpu {
            Some(_) => "it scales on cpu alone",
            None => "its pods stay as many as they are",
        };
        warn(format!("its metric {} is not simulated: {rest}", others.join(", ")));
    }
    cpu
}

/// One entry of `spec.metrics`; `None` after a diagnostic.
fn field(metric: &Node, object: &Object, context: &Context<'_>) -> Option<Metric> {
    let wrong = |node: &Node, message: &str| {
        let diagnostic = Diagnostic::error(node.span, format!("{}: {message}", object.address()));
        context.push(diagnostic.expected(EXAMPLE));
        None
    };
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    let Some(kind) = text(metric, "type") else { return wrong(metric, "a metric has no `type`") };
    if kind == "ContainerResource" {
        let name = metric.get("containerResource").and_then(|node| text(node, "name"));
        return match name.as_deref() {
            Some("cpu") | None => {
                wrong(metric, "the cpu of one container alone is not simulated as a metric")
            }
            Some(name) => Some(Metric::Other(format!("{name} of a container"))),
        };
    }
    let Some(resource) = metric.get("resource").filter(|_| kind == "Resource") else {
        return Some(Metric::Other(format!("of type {kind}")));
    };
    match text(resource, "name").as_deref() {
        Some("cpu") => {}
        Some(name) => return Some(Metric::Other(name.to_owned())),
        None => return wrong(resource, "this metric has no name"),
    }
    // In v2beta1 the target is a field of the resource.
    let flat =
        resource.get("targetAverageUtilization").filter(|_| object.api_version == "autoscaling/v2beta1");
    let average = resource.get("target").and_then(|target| target.get("averageUtilization")).or(flat);
    match average {
        Some(node) => count(context, node, object, "averageUtilization").map(Metric::Cpu),
        None => {
            wrong(resource, "this metric has no target.averageUtilization; another target is not simulated")
        }
    }
}

/// The text of one of the annotations of `autoscaling/v1`.
fn annotation<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    let annotations = object.node.get("metadata")?.get("annotations")?;
    annotations.get(&format!("autoscaling.alpha.kubernetes.io/{name}"))?.as_text()
}

/// The metrics in the annotation; `None` after a diagnostic.
fn annotated(object: &Object, context: &Context<'_>) -> Option<Vec<Metric>> {
    let Some(text) = annotation(object, "metrics") else { return Some(Vec::new()) };
    let Ok(serde_json::Value::Array(list)) = serde_json::from_str(text) else {
        let message = format!("{}: the annotation `metrics` is no list in JSON", object.address());
        context.push(Diagnostic::error(object.node.span, message));
        return None;
    };
    let one = |metric: &serde_json::Value| {
        let name = metric.pointer("/resource/name").and_then(|name| name.as_str());
        let flat = metric.pointer("/resource/targetAverageUtilization").and_then(serde_json::Value::as_u64);
        match (name, flat) {
            (Some("cpu"), Some(percent)) => Metric::Cpu(u32::try_from(percent).unwrap_or(u32::MAX)),
            (Some(name), _) => Metric::Other(format!("{name} (in an annotation)")),
            (None, _) => {
                let kind = metric.get("type").and_then(|kind| kind.as_str()).unwrap_or("without a type");
                Metric::Other(format!("of type {kind} (in an annotation)"))
            }
        }
    };
    Some(list.iter().map(one).collect())
}
