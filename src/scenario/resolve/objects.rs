//! What reading Kubernetes objects shares: fields that are known, numbers, namespaces, and which object scales which.

use crate::scenario::cursor::Context;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::manifests::Object;
use crate::scenario::node::Node;
use crate::scenario::path::full_kind;
use crate::scenario::quantity::{self as quantities, Wrong};

/// Every object of the manifests.
#[derive(Clone, Copy)]
pub(super) struct Objects<'a> {
    pub context: &'a Context<'a>,
    pub all: &'a [Object],
}

/// Fields of Kubernetes that are read here, and further ones it knows.
pub(super) struct Fields {
    pub read: &'static [&'static str],
    pub known: &'static [&'static str],
}

impl<'a> Objects<'a> {
    /// The object's `spec`, with its fields checked: what Kubernetes does not know is an error, as its API server
    /// would say.
    pub(super) fn spec(&self, object: &'a Object, fields: &Fields) -> Option<&'a Node> {
        let Some(spec) = object.node.get("spec").filter(|spec| spec.as_mapping().is_some()) else {
            let message = format!("{} has no spec", object.address());
            self.context.push(Diagnostic::error(object.node.span, message));
            return None;
        };
        for entry in spec.as_mapping().into_iter().flat_map(|map| map.iter()) {
            let key = entry.key.as_str();
            if fields.known.contains(&key) {
                let address = format!("{}.spec.{key}", object.address());
                self.context.assume(address, "not simulated", "A field of Kubernetes");
            } else if !fields.read.contains(&key) {
                let message = format!("{} has no field spec.{key} in Kubernetes", object.kind);
                let all = fields.read.iter().chain(fields.known).copied();
                self.context.push(Diagnostic::error(entry.key_span, message).nearest(key, all));
            }
        }
        Some(spec)
    }
}

/// A number of pods, or a percentage.
pub(super) fn count(context: &Context<'_>, node: &Node, object: &Object, key: &str) -> Option<u32> {
    let value = quantity(context, node, object, key, quantities::count)?;
    if value > 1_000_000 {
        let message = format!("{}: {key} is {value}; at most a million pods are simulated", object.address());
        context.push(Diagnostic::error(node.span, message));
    }
    Some(u32::try_from(value).unwrap_or(u32::MAX).min(1_000_000))
}

/// A quantity of an object; `None` after a diagnostic.
pub(super) fn quantity<T>(
    context: &Context<'_>,
    node: &Node,
    object: &Object,
    key: &str,
    parse: impl Fn(&str) -> Result<T, Wrong>,
) -> Option<T> {
    let text = node.as_text().unwrap_or("");
    parse(text)
        .map_err(|wrong| {
            let message = format!("{}: {key} {}", object.address(), wrong.message);
            context.push(Diagnostic::error(node.span, message).expected(wrong.expected));
        })
        .ok()
}

/// The namespace an object is in: `default` where it says none.
pub(super) fn space(object: &Object) -> &str {
    object.namespace.as_deref().unwrap_or("default")
}

/// The group of an `apiVersion`; the core has none.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether another object made this one and keeps it: an autoscaler or a ReplicaSet of its own.
pub(super) fn is_owned(object: &Object) -> bool {
    let owners = object.node.get("metadata").and_then(|metadata| metadata.get("ownerReferences"));
    owners.and_then(Node::as_sequence).is_some_and(|owners| !owners.is_empty())
}

/// What an object says it scales.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScaleTarget<'a> {
    pub api_version: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub name: &'a str,
}

impl<'a> ScaleTarget<'a> {
    /// The target of an autoscaler of whatever kind.
    pub(super) fn of(object: &'a Object) -> Option<Self> {
        let spec = object.node.get("spec")?;
        let reference = spec.get("scaleTargetRef").or_else(|| spec.get("targetRef"))?;
        let text = |key: &str| reference.get(key).and_then(Node::as_text);
        let kind = text("kind").or((object.kind == "ScaledObject").then_some("Deployment"));
        Some(Self { api_version: text("apiVersion"), kind, name: text("name")? })
    }

    /// Why `workload` is not what `object` scales; nothing if it is.
    pub(super) fn differs(&self, object: &Object, workload: &Object) -> Option<String> {
        let (own, address) = (object.address(), workload.address());
        if let Some(kind) = self.kind.filter(|kind| full_kind(kind) != workload.kind) {
            return Some(format!(
                "{own} scales a {kind} called `{}`, and {address} is a {}",
                self.name, workload.kind
            ));
        }
        let version = self.api_version.filter(|version| group(version) != group(&workload.api_version));
        if let Some(version) = version {
            return Some(format!(
                "{own} scales a {} of {version}, and {address} is of {}",
                workload.kind, workload.api_version
            ));
        }
        (space(object) != space(workload)).then(|| {
            let said = if object.namespace.is_none() { ", as it says none" } else { "" };
            format!(
                "{own} is in the namespace `{}`{said}, and {address} in `{}`: an autoscaler scales only in its own",
                space(object),
                space(workload)
            )
        })
    }
}
