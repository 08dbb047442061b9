//! Kubernetes objects that say what is deployed: workloads (whatever has pods of a template), and what scales them.
//!
//! What is known to Kubernetes but not simulated is listed as an assumption, and warned of where it would change what a
//! simulated service does.

use super::autoscalers::{Autoscalers, Scaled, scales};
use super::objects::{Fields, Objects, count, group, is_owned, space};
use super::pod_template::{containers, cores};
use crate::model::{Scaler, Service};
use crate::policy::Hpa;
use crate::scenario::cursor::{Context, Field};
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::manifests::Object;
use crate::scenario::node::Node;
use crate::scenario::path::{full_kind, short_kind};

/// A workload and whether a service stands for it.
struct Workload<'a> {
    object: &'a Object,
    used: bool,
}

/// What the manifests say.
pub(super) struct Workloads<'a> {
    objects: Objects<'a>,
    workloads: Vec<Workload<'a>>,
    autoscalers: Autoscalers<'a>,
    /// For each service the autoscaler object that scales it.
    pub scaled_by: Vec<(String, &'a Object)>,
    /// For each workload that was found the service that stands for it.
    deployed: Vec<(&'a Object, String)>,
}

/// What a service says of its workload.
pub(super) struct Named<'a, 'f> {
    /// The key that names it, if one does.
    pub field: Option<&'f Field<'a>>,
    /// Keys of the service that would be a second home of the same fact.
    pub own: &'f [(&'static str, Option<Field<'a>>)],
}

const DEPLOYMENT_SPEC: Fields = Fields {
    read: &["replicas", "template"],
    known: &[
        "selector",
        "strategy",
        "minReadySeconds",
        "revisionHistoryLimit",
        "paused",
        "progressDeadlineSeconds",
    ],
};
const STATEFUL_SET_SPEC: Fields = Fields {
    read: &["replicas", "template"],
    known: &[
        "selector",
        "serviceName",
        "volumeClaimTemplates",
        "podManagementPolicy",
        "updateStrategy",
        "revisionHistoryLimit",
        "minReadySeconds",
        "persistentVolumeClaimRetentionPolicy",
        "ordinals",
    ],
};
const REPLICA_SET_SPEC: Fields =
    Fields { read: &["replicas", "template"], known: &["selector", "minReadySeconds"] };

/// Kinds that end by themselves back no service.
const ENDING: &[&str] = &["Job", "CronJob", "Pod"];

fn is_knative(object: &Object) -> bool {
    object.kind == "Service" && group(&object.api_version) == "serving.knative.dev"
}

/// Whether an object is something whose pods can answer requests.
fn is_workload(object: &Object) -> bool {
    let core = ["Deployment", "StatefulSet", "ReplicaSet", "DaemonSet"].contains(&object.kind.as_str());
    core || (!ENDING.contains(&object.kind.as_str()) && containers(object).is_some())
}

impl<'a> Workloads<'a> {
    /// Reads every object; `defaults` are the controller's flags.
    pub(super) fn read(all: &'a [Object], defaults: Hpa, context: &'a Context<'a>) -> Self {
        let objects = Objects { context, all };
        let autoscalers = Autoscalers::read(objects, defaults);
        let mut workloads = Vec::new();
        for object in all.iter().filter(|object| !scales(object)) {
            if is_workload(object) && !is_owned(object) {
                match object.kind.as_str() {
                    "Deployment" => drop(objects.spec(object, &DEPLOYMENT_SPEC)),
                    "StatefulSet" => drop(objects.spec(object, &STATEFUL_SET_SPEC)),
                    "ReplicaSet" => drop(objects.spec(object, &REPLICA_SET_SPEC)),
                    _ => {}
                }
                workloads.push(Workload { object, used: false });
                continue;
            }
            if object.kind == "PodDisruptionBudget" {
                budget(object, context);
            }
            let text = format!("{} objects are not simulated", object.kind);
            context.assume(object.address(), text, "An object of the manifests");
        }
        Self { objects, workloads, autoscalers, scaled_by: Vec::new(), deployed: Vec::new() }
    }

    /// Gives a service what its workload and autoscaler say; whether there is a workload.
    pub(super) fn apply(&mut self, service: &mut Service, field: &Field<'a>, named: &Named<'a, '_>) -> bool {
        let Some(at) = self.find(service, field, named.field) else { return false };
        self.workloads[at].used = true;
        let object = self.workloads[at].object;
        self.deployed.push((object, service.name.clone()));
        if let Some(cores) = cores(object, &self.objects) {
            (service.cpu_request, service.cpu_limit) = (cores.request, cores.limit);
        }
        service.replicas = self.replicas(object);
        if is_knative(object) {
            let message = format!(
                "services.{} is scaled by Knative, which is not simulated: its pods stay as many as they are",
                service.name
            );
            self.objects.context.push(Diagnostic::warning(object.node.span, message));
        }
        if let Scaled::By(hpa, scaling) = self.autoscalers.of(object) {
            if service.replicas == 0 {
                // The controller takes zero pods for the wish that it should do nothing.
                let message =
                    format!("{} has 0 replicas, which switches {} off", object.address(), scaling.address());
                self.objects.context.push(Diagnostic::warning(object.node.span, message));
            } else {
                service.scaler = Some(Scaler::Hpa(hpa));
                service.replicas = service.replicas.clamp(hpa.min.min(hpa.max), hpa.max);
                self.scaled_by.push((service.name.clone(), scaling));
            }
        }
        let daemon = object.kind == "DaemonSet";
        if daemon && !named.own.iter().any(|(key, field)| *key == "replicas" && field.is_some()) {
            let message =
                format!("{} has a pod a node, and how many nodes there are is not said", object.address());
            let help = format!("say services.{}.replicas", service.name);
            self.objects.context.push(Diagnostic::error(object.node.span, message).help(help));
        }
        for (key, second) in
            named.own.iter().filter_map(|(key, field)| field.as_ref().map(|field| (*key, field)))
        {
            if (key == "autoscaler" && service.scaler.is_none()) || (key == "replicas" && daemon) {
                continue;
            }
            let message = format!("{}.{key} says what {} says already", field.path, object.address());
            let diagnostic =
                Diagnostic::error(second.key_span, message).note_at(object.node.span, "the other one");
            self.objects.context.push(diagnostic.help("one fact has one home: leave one of the two out"));
        }
        true
    }

    /// The workload of a service: the one it names, or the one of its name.
    fn find(&self, service: &Service, field: &Field<'a>, named: Option<&Field<'a>>) -> Option<usize> {
        let written = named.and_then(|field| field.text());
        let wanted = written.clone().unwrap_or_else(|| service.name.clone());
        let parts: Vec<&str> = wanted.split('/').collect();
        let is_kind = |word: &str| {
            let kind = full_kind(word);
            kind != word || self.workloads.iter().any(|workload| workload.object.kind == kind)
        };
        let (kind, place, name) = match parts[..] {
            [first, name] if is_kind(first) => (Some(first), None, name),
            [place, name] => (None, Some(place), name),
            [kind, place, name] => (Some(kind), Some(place), name),
            _ => (None, None, wanted.as_str()),
        };
        let fits = |object: &Object| {
            object.name == name
                && kind.is_none_or(|kind| full_kind(kind) == object.kind)
                && place.is_none_or(|place| space(object) == place)
        };
        let found: Vec<usize> =
            (0..self.workloads.len()).filter(|&at| fits(self.workloads[at].object)).collect();
        match (found.first(), found.get(1)) {
            (Some(&at), None) => Some(at),
            (Some(&first), Some(&second)) => {
                let full = |at: usize| {
                    let object = self.workloads[at].object;
                    format!("{}/{}/{}", short_kind(&object.kind), space(object), object.name)
                };
                let (one, other) = (full(first), full(second));
                let message = format!("{} could stand for {one} and for {other}", field.path);
                let diagnostic =
                    Diagnostic::error(named.map_or(field.key_span, |field| field.node.span), message)
                        .note_at(self.workloads[first].object.node.span, "the one")
                        .note_at(self.workloads[second].object.node.span, "the other one");
                self.objects.context.push(diagnostic.help(format!("say which: workload: {one}")));
                None
            }
            _ => {
                if let (Some(named), Some(_)) = (named, written) {
                    let known: Vec<&str> = self.workloads.iter().map(|w| w.object.name.as_str()).collect();
                    super::names::unknown(named, kind.map_or("workload", full_kind), name, known.into_iter());
                }
                None
            }
        }
    }

    /// The size that is wanted. What a dump shows as present may be a rollout's surge, or pods that are not there yet.
    fn replicas(&self, object: &Object) -> u32 {
        let context = self.objects.context;
        let spec =
            object.node.get("spec").and_then(|spec| spec.get("replicas")).filter(|node| !node.is_null());
        let wanted = spec.and_then(|node| count(context, node, object, "spec.replicas"));
        let status = object.node.get("status").and_then(|status| status.get("replicas"));
        let present = status.and_then(|node| count(context, node, object, "status.replicas"));
        let size = wanted.unwrap_or(1);
        if let Some(present) = present.filter(|&present| present != size) {
            let message = format!(
                "{} had {present} pods when it was read and wants {size}: {size} are taken",
                object.address()
            );
            context.push(Diagnostic::warning(object.node.span, message));
        }
        size
    }

    /// The service that stands for the workload of this kind and name.
    pub(super) fn service_of(&self, kind: &str, name: &str) -> Option<&str> {
        let found = self.deployed.iter().find(|(object, _)| object.kind == kind && object.name == name);
        found.map(|(_, service)| service.as_str())
    }

    /// Objects that belong to no service.
    pub(super) fn report_unused(&self, services: &[&str]) {
        self.autoscalers.report_unused(services);
        for workload in self.workloads.iter().filter(|workload| !workload.used) {
            let object = workload.object;
            let near = nearest(&object.name, services.iter().copied());
            let text = match near {
                Some(near) => format!("no service stands for it: not simulated (there is services.{near})"),
                None => "no service stands for it: not simulated".to_owned(),
            };
            self.objects.context.assume(object.address(), text, "A workload of the manifests");
        }
    }
}

/// A disruption budget with both of its fields is refused by the API server.
fn budget(object: &Object, context: &Context<'_>) {
    let of = |key: &str| {
        let node = object.node.get("spec").and_then(|spec| spec.get(key));
        node.filter(|node: &&Node| !node.is_null())
    };
    if let (Some(_), Some(second)) = (of("minAvailable"), of("maxUnavailable")) {
        let message = format!(
            "{} has both minAvailable and maxUnavailable, which Kubernetes refuses",
            object.address()
        );
        context.push(Diagnostic::error(second.span, message).help("leave one of the two out"));
    }
}
