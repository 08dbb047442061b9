//! What a pod reserves and may use, summed over its containers as Kubernetes does since 1.29.
//!
//! A sidecar (an init container that restarts always) runs beside the containers and counts as one of them; init
//! containers that end before the others start do not. What is said for the pod as a whole goes before the sum.

use super::objects::{Objects, quantity};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::manifests::Object;
use crate::scenario::node::Node;
use crate::scenario::quantity as quantities;

/// Cores of a pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PodCores {
    /// Reserved; nothing if a container says none, as then no utilisation can be computed.
    pub request: Option<f64>,
    /// Not exceeded; infinite if a container is not limited.
    pub limit: f64,
}

/// The containers that run as long as the pod does; `None` if the object has no pod template.
pub(super) fn containers(object: &Object) -> Option<Vec<&Node>> {
    let pod = object.node.get("spec")?.get("template")?.get("spec")?;
    let mut found: Vec<&Node> = pod.get("containers").and_then(Node::as_sequence)?.iter().collect();
    let init = pod.get("initContainers").and_then(Node::as_sequence).unwrap_or_default();
    let is_sidecar = |node: &&Node| node.get("restartPolicy").and_then(Node::as_text) == Some("Always");
    found.extend(init.iter().filter(is_sidecar));
    Some(found)
}

/// The cores of an object's pods; `None` after a diagnostic.
pub(super) fn cores(object: &Object, objects: &Objects<'_>) -> Option<PodCores> {
    let Some(containers) = containers(object).filter(|list| !list.is_empty()) else {
        let message = format!("{} has no containers in spec.template.spec", object.address());
        objects.context.push(Diagnostic::error(object.node.span, message));
        return None;
    };
    let cpu = |owner: &Node, kind: &str| {
        let node = owner.get("resources").and_then(|resources| resources.get(kind)?.get("cpu"));
        let node = node.filter(|node| !node.is_null())?;
        quantity(objects.context, node, object, &format!("{kind}.cpu"), quantities::cpu)
    };
    let (mut request, mut limit) = (Some(0.0), 0.0);
    for container in &containers {
        let limited = cpu(container, "limits");
        limit += limited.unwrap_or(f64::INFINITY);
        // Kubernetes takes the limit for a request that is not given.
        request = cpu(container, "requests").or(limited).and_then(|cpu| Some(request? + cpu));
        if container.get("readinessProbe").is_some() {
            let address = format!("{}.readinessProbe", object.address());
            objects.context.assume(
                address,
                "probes add nothing to `startup`",
                "A field that is not simulated",
            );
        }
    }
    let pod = object.node.get("spec").and_then(|spec| spec.get("template")?.get("spec"));
    if let Some(pod) = pod {
        let limited = cpu(pod, "limits");
        limit = limited.unwrap_or(limit);
        request = cpu(pod, "requests").or(request).or(limited);
    }
    Some(PodCores { request, limit })
}
