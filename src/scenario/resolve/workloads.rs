//! Kubernetes objects that say what is deployed: Deployments and HorizontalPodAutoscalers.
//!
//! What is known to Kubernetes but not simulated is listed as an assumption; what Kubernetes does not know is an
//! error, as its API server would say.

use crate::model::{Scaler, Service};
use crate::policy::Hpa;
use crate::scenario::cursor::{Context, Field};
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::manifests::Object;
use crate::scenario::node::Node;
use crate::scenario::quantity::{self, Wrong};

/// A Deployment, read.
struct Deployment<'a> {
    object: &'a Object,
    replicas: Option<(u32, &'a Node)>,
    cpu_request: Option<f64>,
    cpu_limit: f64,
    used: bool,
}

/// A HorizontalPodAutoscaler, read.
struct Scaling<'a> {
    object: &'a Object,
    target: String,
    hpa: Hpa,
    used: bool,
}

/// What the manifests say.
pub(super) struct Workloads<'a> {
    context: &'a Context<'a>,
    deployments: Vec<Deployment<'a>>,
    scalings: Vec<Scaling<'a>>,
    /// For each service the autoscaler object that scales it.
    pub scaled_by: Vec<(String, &'a Object)>,
    /// For each Deployment that was found the service that stands for it.
    deployed: Vec<(String, String)>,
}

/// Fields of Kubernetes that are read here, and further ones it knows.
struct Fields {
    read: &'static [&'static str],
    known: &'static [&'static str],
}

const HPA_SPEC: Fields = Fields {
    read: &["scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "targetCPUUtilizationPercentage"],
    known: &["behavior"],
};
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

impl<'a> Workloads<'a> {
    /// Reads every object; `defaults` are the controller's flags.
    pub(super) fn read(objects: &'a [Object], defaults: Hpa, context: &'a Context<'a>) -> Self {
        let mut found = Self {
            context,
            deployments: Vec::new(),
            scalings: Vec::new(),
            scaled_by: Vec::new(),
            deployed: Vec::new(),
        };
        for object in objects {
            match object.kind.as_str() {
                "Deployment" => found.deployment(object),
                "HorizontalPodAutoscaler" => found.autoscaler(object, defaults),
                "ScaledObject" => found.scaled_object(object, objects),
                kind => {
                    let text = format!("{kind} objects are not simulated");
                    context.assume(object.address(), text, "An object of the manifests");
                }
            }
        }
        found
    }

    fn deployment(&mut self, object: &'a Object) {
        let Some(spec) = self.spec(object, &DEPLOYMENT_SPEC) else { return };
        let status = object.node.get("status").and_then(|status| status.get("replicas"));
        let written = spec.get("replicas").filter(|node| !node.is_null());
        let replicas =
            status.or(written).and_then(|node| Some((self.count(node, object, "spec.replicas")?, node)));
        let pod = spec.get("template").and_then(|template| template.get("spec"));
        let containers = pod.and_then(|pod| pod.get("containers")).and_then(Node::as_sequence);
        let Some(containers) = containers.filter(|list| !list.is_empty()) else {
            let message = format!("{} has no containers in spec.template.spec", object.address());
            return self.context.push(Diagnostic::error(object.node.span, message));
        };
        let (mut request, mut limit) = (Some(0.0), 0.0);
        for container in containers {
            let resources = container.get("resources");
            let of = |kind: &str| {
                let node = resources
                    .and_then(|resources| resources.get(kind)?.get("cpu"))
                    .filter(|node| !node.is_null())?;
                self.quantity(node, object, &format!("{kind}.cpu"), quantity::cpu)
            };
            let limited = of("limits");
            limit += limited.unwrap_or(f64::INFINITY);
            // Kubernetes takes the limit for a request that is not given.
            request = of("requests").or(limited).and_then(|cpu| Some(request? + cpu));
            if container.get("readinessProbe").is_some() {
                let text = "probes add nothing to `startup`";
                self.context.assume(
                    format!("{}.readinessProbe", object.address()),
                    text,
                    "A field that is not simulated",
                );
            }
        }
        self.deployments.push(Deployment {
            object,
            replicas,
            cpu_request: request,
            cpu_limit: limit,
            used: false,
        });
    }

    fn autoscaler(&mut self, object: &'a Object, defaults: Hpa) {
        let Some(spec) = self.spec(object, &HPA_SPEC) else { return };
        let reference = spec.get("scaleTargetRef");
        let target = reference.and_then(|target| target.get("name")).and_then(Node::as_text);
        let Some(target) = target else {
            let message = format!("{} has no spec.scaleTargetRef.name", object.address());
            return self.context.push(Diagnostic::error(object.node.span, message));
        };
        let of = |key: &str| spec.get(key).and_then(|node| self.count(node, object, &format!("spec.{key}")));
        let (min, max) = (of("minReplicas").unwrap_or(1), of("maxReplicas"));
        let Some(max) = max else {
            let message = format!("{} has no spec.maxReplicas", object.address());
            return self
                .context
                .push(Diagnostic::error(object.node.span, message).expected("the most pods, such as 50"));
        };
        if min == 0 || max < min {
            let message = format!("{}: {min} to {max} pods is not a range from 1 on", object.address());
            self.context.push(Diagnostic::error(object.node.span, message));
        }
        let target_percent = match spec.get("metrics").filter(|node| !node.is_null()) {
            Some(metrics) => self.metric(metrics, object),
            None => Some(of("targetCPUUtilizationPercentage").unwrap_or(80)),
        };
        let Some(target_percent) = target_percent else { return };
        if target_percent == 0 {
            let message = format!("{} has a target of 0 %", object.address());
            return self.context.push(Diagnostic::error(object.node.span, message));
        }
        let hpa = Hpa { min, max, target_percent, ..defaults };
        self.scalings.push(Scaling { object, target: target.to_owned(), hpa, used: false });
    }

    /// The target of the one metric that is simulated: cpu utilisation.
    fn metric(&self, metrics: &Node, object: &Object) -> Option<u32> {
        let example = "[ { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } } ]";
        let wrong = |node: &Node, message: &str| {
            let diagnostic = Diagnostic::error(node.span, format!("{}: {message}", object.address()));
            self.context.push(diagnostic.expected(example));
            None
        };
        match metrics.as_sequence() {
            Some([metric]) => {
                let resource = metric
                    .get("resource")
                    .filter(|_| metric.get("type").and_then(Node::as_text) == Some("Resource"));
                let is_cpu = |node: &&Node| node.get("name").and_then(Node::as_text) == Some("cpu");
                let Some(resource) = resource.filter(is_cpu) else {
                    return wrong(metric, "only the cpu utilisation of pods is simulated as a metric");
                };
                let average = resource.get("target").and_then(|target| target.get("averageUtilization"));
                match average {
                    Some(node) => self.count(node, object, "averageUtilization"),
                    None => wrong(resource, "this metric has no target.averageUtilization"),
                }
            }
            Some([_, second, ..]) => wrong(second, "only one metric is simulated"),
            _ => wrong(metrics, "`metrics` is not a list of metrics"),
        }
    }

    fn scaled_object(&self, object: &Object, objects: &[Object]) {
        let target = |object: &Object| {
            let reference = object.node.get("spec").and_then(|spec| spec.get("scaleTargetRef"));
            reference.and_then(|target| target.get("name")).and_then(Node::as_text).map(str::to_owned)
        };
        let rival = objects
            .iter()
            .find(|other| other.kind == "HorizontalPodAutoscaler" && target(other) == target(object));
        if let Some(rival) = rival {
            let message =
                format!("{} and {} scale one target and would fight", rival.address(), object.address());
            let diagnostic = Diagnostic::error(object.node.span, message);
            return self.context.push(diagnostic.note_at(rival.node.span, "the other one"));
        }
        let message = format!("{} is not simulated: its pods stay as many as they are", object.address());
        self.context.push(Diagnostic::warning(object.node.span, message));
    }

    /// The object's `spec`, with its fields checked.
    fn spec(&self, object: &'a Object, fields: &Fields) -> Option<&'a Node> {
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

    fn count(&self, node: &Node, object: &Object, key: &str) -> Option<u32> {
        let value = self.quantity(node, object, key, quantity::count)?;
        if value > 1_000_000 {
            let message =
                format!("{}: {key} is {value}; at most a million pods are simulated", object.address());
            self.context.push(Diagnostic::error(node.span, message));
        }
        Some(u32::try_from(value).unwrap_or(u32::MAX).min(1_000_000))
    }

    fn quantity<T>(
        &self,
        node: &Node,
        object: &Object,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = node.as_text().unwrap_or("");
        parse(text)
            .map_err(|wrong| {
                let message = format!("{}: {key} {}", object.address(), wrong.message);
                self.context.push(Diagnostic::error(node.span, message).expected(wrong.expected));
            })
            .ok()
    }

    /// Gives a service what its Deployment and autoscaler say; whether there is a Deployment. `own` are the keys
    /// of the service that would be a second home of the same fact.
    pub(super) fn apply(
        &mut self,
        service: &mut Service,
        field: &Field<'_>,
        named: Option<&Field<'_>>,
        own: &[(&str, Option<Field<'_>>)],
    ) -> bool {
        let written = named.and_then(|field| field.text());
        let wanted = written.clone().unwrap_or_else(|| service.name.clone());
        let (space, name) =
            wanted.split_once('/').map_or((None, wanted.as_str()), |(space, name)| (Some(space), name));
        let fits = |object: &Object| {
            object.name == name && (space.is_none() || object.namespace.as_deref() == space)
        };
        let Some(at) = self.deployments.iter().position(|deployment| fits(deployment.object)) else {
            if let (Some(named), Some(_)) = (named, written) {
                let known: Vec<&str> = self.deployments.iter().map(|d| d.object.name.as_str()).collect();
                super::names::unknown(named, "Deployment", name, known.into_iter());
            }
            return false;
        };
        let deployment = &mut self.deployments[at];
        deployment.used = true;
        (service.cpu_request, service.cpu_limit) = (deployment.cpu_request, deployment.cpu_limit);
        let object = deployment.object;
        self.deployed.push((object.name.clone(), service.name.clone()));
        service.replicas = deployment.replicas.map_or(1, |(replicas, _)| replicas);
        let scaling = self
            .scalings
            .iter_mut()
            .find(|scaling| scaling.target == object.name && scaling.object.namespace == object.namespace);
        if let Some(scaling) = scaling {
            scaling.used = true;
            service.scaler = Some(Scaler::Hpa(scaling.hpa));
            service.replicas = service.replicas.clamp(scaling.hpa.min.min(scaling.hpa.max), scaling.hpa.max);
            self.scaled_by.push((service.name.clone(), scaling.object));
        }
        for (key, second) in own.iter().filter_map(|(key, field)| field.as_ref().map(|field| (key, field))) {
            if *key == "autoscaler" && service.scaler.is_none() {
                continue;
            }
            let message = format!("{}.{key} says what {} says already", field.path, object.address());
            let diagnostic =
                Diagnostic::error(second.key_span, message).note_at(object.node.span, "the other one");
            self.context.push(diagnostic.help("one fact has one home: leave one of the two out"));
        }
        true
    }

    /// The service that stands for a Deployment.
    pub(super) fn service_of(&self, deployment: &str) -> Option<&str> {
        self.deployed.iter().find(|(name, _)| name == deployment).map(|(_, service)| service.as_str())
    }

    /// Objects that belong to no service.
    pub(super) fn report_unused(&self, services: &[&str]) {
        for scaling in self.scalings.iter().filter(|scaling| !scaling.used) {
            let message = format!(
                "{} scales `{}`, which is no Deployment of a service",
                scaling.object.address(),
                scaling.target
            );
            let diagnostic = Diagnostic::warning(scaling.object.node.span, message);
            let near = nearest(&scaling.target, services.iter().copied());
            self.context.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        for deployment in self.deployments.iter().filter(|deployment| !deployment.used) {
            let address = deployment.object.address();
            self.context.assume(
                address,
                "no service stands for it: not simulated",
                "A Deployment of the manifests",
            );
        }
    }
}
