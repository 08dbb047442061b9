//! Autoscaler objects: which of them scales a workload, and what the Kubernetes HPA among them says.

use super::hpa_metrics::target_percent;
use super::objects::{Fields, Objects, ScaleTarget, count, is_owned};
use crate::policy::Hpa;
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::manifests::Object;
use crate::scenario::node::Node;

const HPA: &str = "HorizontalPodAutoscaler";

const HPA_SPEC: Fields = Fields {
    read: &[
        "scaleTargetRef",
        "minReplicas",
        "maxReplicas",
        "metrics",
        "targetCPUUtilizationPercentage",
        "behavior",
    ],
    known: &[],
};

/// An object that scales something, and whether a simulated service is what it scales.
struct Scaling<'a> {
    object: &'a Object,
    target: Option<ScaleTarget<'a>>,
    used: bool,
}

/// Every object that scales something.
pub(super) struct Autoscalers<'a> {
    objects: Objects<'a>,
    defaults: Hpa,
    scalings: Vec<Scaling<'a>>,
}

/// Whether an object scales others.
pub(super) fn scales(object: &Object) -> bool {
    let spec = object.node.get("spec");
    let vertical = object.kind == "VerticalPodAutoscaler";
    object.kind == HPA || vertical || spec.is_some_and(|spec| spec.get("scaleTargetRef").is_some())
}

/// What a workload's autoscaler makes of it.
pub(super) enum Scaled<'a> {
    /// No object scales it, or one that is not simulated and has been told.
    Not,
    /// A Kubernetes HPA that is simulated.
    By(Hpa, &'a Object),
}

impl<'a> Autoscalers<'a> {
    /// Takes note of every object that scales something; `defaults` are the controller's flags.
    pub(super) fn read(objects: Objects<'a>, defaults: Hpa) -> Self {
        let mut scalings = Vec::new();
        for object in objects.all.iter().filter(|object| scales(object)) {
            if is_owned(object) {
                let text = "kept by the object that owns it";
                objects.context.assume(object.address(), text, "An object of the manifests");
                continue;
            }
            if object.kind == HPA {
                let _ = objects.spec(object, &HPA_SPEC);
            }
            let target = ScaleTarget::of(object);
            if target.is_none() {
                let field =
                    if object.kind == "VerticalPodAutoscaler" { "targetRef" } else { "scaleTargetRef" };
                let message = format!("{} has no spec.{field}.name", object.address());
                objects.context.push(Diagnostic::error(object.node.span, message));
            }
            scalings.push(Scaling { object, target, used: false });
        }
        Self { objects, defaults, scalings }
    }

    /// What scales `workload`, which stands for a simulated service.
    pub(super) fn of(&mut self, workload: &'a Object) -> Scaled<'a> {
        let mut found: Vec<&'a Object> = Vec::new();
        for scaling in &mut self.scalings {
            let Some(target) = scaling.target.filter(|target| target.name == workload.name) else { continue };
            if target.differs(scaling.object, workload).is_none() {
                scaling.used = true;
                found.push(scaling.object);
            }
        }
        let vertical = |object: &&&Object| object.kind == "VerticalPodAutoscaler";
        found.iter().filter(vertical).for_each(|object| self.not_simulated(object));
        found.retain(|object| !vertical(&object));
        match found[..] {
            [] => Scaled::Not,
            [one] if one.kind == HPA => self.hpa(one).map_or(Scaled::Not, |hpa| Scaled::By(hpa, one)),
            [one] => {
                self.not_simulated(one);
                Scaled::Not
            }
            [first, second, ..] => {
                let message = format!(
                    "{} and {} scale the pods of {}: {}",
                    first.address(),
                    second.address(),
                    workload.address(),
                    if first.kind == HPA && second.kind == HPA {
                        "the controller then stops both (AmbiguousSelector)"
                    } else {
                        "they would fight"
                    }
                );
                let diagnostic = Diagnostic::error(second.node.span, message);
                self.objects.context.push(diagnostic.note_at(first.node.span, "the other one"));
                Scaled::Not
            }
        }
    }

    fn not_simulated(&self, object: &Object) {
        let mode = object.node.get("spec").and_then(|spec| spec.get("updatePolicy")?.get("updateMode"));
        if mode.and_then(Node::as_text) == Some("Off") {
            return self.objects.context.assume(
                object.address(),
                "recommends only",
                "An object of the manifests",
            );
        }
        let stays = if object.kind == "VerticalPodAutoscaler" {
            "requests of its pods stay as they are"
        } else {
            "its pods stay as many as they are"
        };
        let message = format!("{} ({}) is not simulated: {stays}", object.address(), object.kind);
        self.objects.context.push(Diagnostic::warning(object.node.span, message));
    }

    /// What a Kubernetes HPA says; nothing after a diagnostic.
    fn hpa(&self, object: &'a Object) -> Option<Hpa> {
        let context = self.objects.context;
        let spec = object.node.get("spec")?;
        let of = |key: &str| {
            let node = spec.get(key).filter(|node| !node.is_null())?;
            count(context, node, object, &format!("spec.{key}"))
        };
        self.served(object);
        let (min, max) = (of("minReplicas").unwrap_or(1), of("maxReplicas"));
        let Some(max) = max else {
            let message = format!("{} has no spec.maxReplicas", object.address());
            context.push(Diagnostic::error(object.node.span, message).expected("the most pods, such as 50"));
            return None;
        };
        if min == 0 || max < min {
            let message = format!("{}: {min} to {max} pods is not a range from 1 on", object.address());
            context.push(Diagnostic::error(object.node.span, message));
        }
        let target_percent = target_percent(object, spec, context)?;
        if target_percent == 0 {
            let message = format!("{} has a target of 0 %", object.address());
            context.push(Diagnostic::error(object.node.span, message));
            return None;
        }
        Some(Hpa { min, max, target_percent, ..self.defaults })
    }

    /// Says that clusters of today do not know this version of the object any more.
    fn served(&self, object: &Object) {
        let until = match object.api_version.as_str() {
            "autoscaling/v2beta1" => "1.25",
            "autoscaling/v2beta2" => "1.26",
            _ => return,
        };
        let message = format!(
            "{} is of {}, which clusters since {until} do not serve; autoscaling/v2 is the same today",
            object.address(),
            object.api_version
        );
        self.objects.context.push(Diagnostic::warning(object.node.span, message));
    }

    /// Objects that scale nothing of this scenario: what they scale is elsewhere, or they have lost it.
    pub(super) fn report_unused(&self, services: &[&str]) {
        for scaling in self.scalings.iter().filter(|scaling| !scaling.used) {
            let Some(target) = scaling.target else { continue };
            let object = scaling.object;
            let named =
                || self.objects.all.iter().filter(|other| other.name == target.name && !scales(other));
            let why: Vec<String> = named()
                .filter(|other| other.node.get("spec").is_some_and(|spec| spec.get("template").is_some()))
                .map(|other| target.differs(object, other).unwrap_or_default())
                .collect();
            if why.iter().any(String::is_empty) {
                let text = "no service stands for what it scales: not simulated";
                self.objects.context.assume(object.address(), text, "An object of the manifests");
                continue;
            }
            let message = why.first().cloned().unwrap_or_else(|| {
                let kind = target.kind.unwrap_or("workload");
                format!(
                    "{} scales `{}`, and the manifests have no {kind} of that name",
                    object.address(),
                    target.name
                )
            });
            let diagnostic = Diagnostic::error(object.node.span, message);
            self.objects.context.push(if why.is_empty() && services.contains(&target.name) {
                diagnostic.help(format!(
                    "services.{0} has no workload in `manifests`: add the one it scales",
                    target.name
                ))
            } else {
                diagnostic
            });
        }
    }
}
