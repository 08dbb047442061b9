//! What manifests amount to, as the API server and the controllers of Kubernetes take them.

use super::*;
use crate::model::{Scaler, Service};
use crate::scenario::inputs::MemoryInputs;

/// The first service of a scenario with these objects, if it is valid, and what was said.
fn read_with(objects: &[&str], keys: &str) -> (Option<Service>, String) {
    let list: String = objects.iter().map(|object| format!("  - {object}\n")).collect();
    let text = format!(
        "run: {{ from: T0, to: T0+2m, settle: 0s }}\n\
         traffic: {{ load: {{ rate: 4/s, classes: {{ get: {{ entry: web.get }} }} }} }}\n\
         services:\n  web: {{ slots: 4, {keys}operations: {{ get: [ {{ work: 5ms }} ] }} }}\n\
         manifests:\n{list}objectives: [ get success >= 99% ]\n"
    );
    let inputs = MemoryInputs::default().with("s.yaml", text);
    let (document, mut diagnostics) = Document::load("s.yaml", &inputs);
    let (scenario, found) = resolve(&document, &inputs);
    diagnostics.extend(found);
    let said = diagnostics.render(&document.sources, false);
    let whole = said.split_whitespace().collect::<Vec<_>>().join(" ");
    (scenario.map(|scenario| scenario.model.services[0].clone()), whole)
}

fn read(objects: &[&str]) -> (Option<Service>, String) {
    read_with(objects, "")
}

#[track_caller]
fn refused(objects: &[&str], parts: &[&str]) {
    let (service, said) = read(objects);
    assert!(service.is_none(), "{said}");
    parts.iter().for_each(|part| assert!(said.contains(part), "{part}: {said}"));
}

/// A workload of this kind with six pods of 800m.
fn workload(kind: &str, more: &str) -> String {
    format!(
        "{{ apiVersion: apps/v1, kind: {kind}, metadata: {{ name: web{more} }}, spec: {{ replicas: 6, template: \
         {{ spec: {{ containers: [ {{ name: a, resources: {{ requests: {{ cpu: 800m }} }} }} ] }} }} }} }}"
    )
}

fn pods(spec: &str) -> String {
    format!(
        "{{ apiVersion: apps/v1, kind: Deployment, metadata: {{ name: web }}, spec: {{ template: {{ spec: {{ {spec} }} }} }} }}"
    )
}

fn hpa(name: &str, version: &str, target: &str, spec: &str) -> String {
    format!(
        "{{ apiVersion: autoscaling/{version}, kind: HorizontalPodAutoscaler, metadata: {{ name: {name} }}, \
         spec: {{ scaleTargetRef: {{ {target} }}, minReplicas: 2, maxReplicas: 20{spec} }} }}"
    )
}

const WEB: &str = "apiVersion: apps/v1, kind: Deployment, name: web";
const CPU: &str = ", metrics: [ { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } } ]";

#[track_caller]
fn target(service: &Service) -> u32 {
    match &service.scaler {
        Some(Scaler::Hpa(hpa)) => hpa.target_percent,
        _ => panic!("no HPA"),
    }
}

#[test]
fn whatever_has_pods_of_a_template_can_back_a_service() {
    for kind in ["Deployment", "StatefulSet", "ReplicaSet"] {
        let scaled = hpa("web", "v2", &format!("apiVersion: apps/v1, kind: {kind}, name: web"), CPU);
        let (service, said) = read(&[&workload(kind, ""), &scaled]);
        let service = service.unwrap_or_else(|| panic!("{said}"));
        assert_eq!((service.replicas, service.cpu_request, target(&service)), (6, Some(0.8), 50), "{kind}");
    }
    let rollout = workload("Rollout", "").replace("apps/v1", "argoproj.io/v1alpha1");
    assert_eq!(read(&[&rollout]).0.map(|service| service.replicas), Some(6));
    let two = [workload("Deployment", ""), workload("StatefulSet", "")];
    refused(&[&two[0], &two[1]], &["deploy/default/web", "sts/default/web", "workload: deploy/default/web"]);
    for named in ["workload: sts/web, ", "workload: sts/default/web, "] {
        assert!(read_with(&[&two[0], &two[1]], named).0.is_some());
    }
    assert!(read_with(&[&two[0]], "deployment: default/web, ").0.is_some());
    let (service, said) = read_with(&[&two[0]], "workload: sts/wbe, ");
    assert!(service.is_none() && said.contains("did you mean `web`?"), "{said}");
    let daemon = workload("DaemonSet", "").replace("replicas: 6, ", "");
    refused(&[&daemon], &["a pod a node", "services.web.replicas"]);
    assert_eq!(read_with(&[&daemon], "replicas: 3, ").0.map(|service| service.replicas), Some(3));
}

/// A rollout with a surge of three shows 13 pods; the size of the Deployment is the ten that are wanted.
#[test]
fn the_wanted_size_counts_and_not_the_present_one() {
    let wanted = workload("Deployment", "").replace("replicas: 6", "replicas: 10");
    let dump = wanted.replacen("kind: Deployment", "kind: Deployment, status: { replicas: 13 }", 1);
    let (service, said) = read(&[&dump]);
    let service = service.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(service.replicas, 10);
    assert!(said.contains("warning: deploy/web had 13 pods when it was read and wants 10"), "{said}");
}

#[test]
fn requests_are_summed_as_since_1_29() {
    let cores = |spec: &str| {
        let (service, said) = read(&[&pods(spec)]);
        let service = service.unwrap_or_else(|| panic!("{said}"));
        (service.cpu_request, service.cpu_limit)
    };
    let one = "{ name: a, resources: { requests: { cpu: 400m }, limits: { cpu: 1 } } }";
    let side =
        "{ name: p, restartPolicy: Always, resources: { requests: { cpu: 400m }, limits: { cpu: 500m } } }";
    let once = "{ name: m, resources: { requests: { cpu: 2 } } }";
    assert_eq!(
        cores(&format!("initContainers: [ {once}, {side} ], containers: [ {one} ]")),
        (Some(0.8), 1.5)
    );
    assert_eq!(cores(&format!("initContainers: [ {once} ], containers: [ {one} ]")), (Some(0.4), 1.0));
    // A limit stands for a request that is not given; a container without either leaves the sum unknown.
    assert_eq!(cores("containers: [ { resources: { limits: { cpu: 2 } } } ]"), (Some(2.0), 2.0));
    assert_eq!(cores(&format!("containers: [ {one}, {{ name: b }} ]")), (None, f64::INFINITY));
    // What is said for the pod goes before the sum.
    let whole = "resources: { requests: { cpu: 3 }, limits: { cpu: 4 } }";
    assert_eq!(cores(&format!("{whole}, containers: [ {one}, {{ name: b }} ]")), (Some(3.0), 4.0));
}

#[test]
fn every_version_of_an_hpa_is_read() {
    let web = workload("Deployment", "");
    let percent = |version: &str, spec: &str| {
        let (service, said) = read(&[&web, &hpa("web", version, WEB, spec)]);
        (target(&service.unwrap_or_else(|| panic!("{said}"))), said)
    };
    assert_eq!(percent("v2", "").0, 80);
    assert_eq!(percent("v2", ", metrics: []").0, 80);
    assert_eq!(percent("v1", ", targetCPUUtilizationPercentage: 70").0, 70);
    let (found, said) = percent("v2beta2", CPU);
    assert!(found == 50 && said.contains("autoscaling/v2beta2, which clusters since 1.26"), "{said}");
    let flat = ", metrics: [ { type: Resource, resource: { name: cpu, targetAverageUtilization: 50 } } ]";
    let (found, said) = percent("v2beta1", flat);
    assert!(found == 50 && said.contains("autoscaling/v2beta1, which clusters since 1.25"), "{said}");
    refused(&[&web, &hpa("web", "v2", WEB, flat)], &["no target.averageUtilization"]);
    let memory =
        CPU.replace("metrics: [", "metrics: [ { type: Resource, resource: { name: memory, target: {} } },");
    let (found, said) = percent("v2", &memory);
    assert!(
        found == 50 && said.contains("its metric memory is not simulated: it scales on cpu alone"),
        "{said}"
    );
    let (_, said) = percent("v2", ", behavior: { scaleUp: { policies: [] } }");
    assert!(said.contains("warning: hpa/web: its `behavior` is not simulated"), "{said}");
}

/// With another metric in the annotation and no cpu percentage there is no cpu metric, and so no default of 80 %.
#[test]
fn annotations_of_the_first_version_are_metrics() {
    let noted = |spec: &str| {
        let notes = "annotations: { autoscaling.alpha.kubernetes.io/metrics: '[{\"type\":\"Resource\",\"resource\":\
                     {\"name\":\"memory\",\"targetAverageUtilization\":75}}]' }";
        hpa("web", "v1", WEB, spec).replacen("name: web", &format!("name: web, {notes}"), 1)
    };
    let (service, said) = read(&[&workload("Deployment", ""), &noted("")]);
    assert!(service.is_some_and(|service| service.scaler.is_none()), "{said}");
    assert!(said.contains("memory (in an annotation) is not simulated: its pods stay"), "{said}");
    let (service, said) =
        read(&[&workload("Deployment", ""), &noted(", targetCPUUtilizationPercentage: 60")]);
    assert_eq!(target(&service.expect(&said)), 60);
}

#[test]
fn an_autoscaler_without_its_target_says_why() {
    let web = workload("Deployment", "");
    let shop = workload("Deployment", ", namespace: shop");
    refused(&[&shop, &hpa("web", "v2", WEB, CPU)], &["namespace `default`, as it says none", "in `shop`"]);
    refused(
        &[&web, &hpa("web", "v2", "kind: StatefulSet, name: web", CPU)],
        &["scales a StatefulSet", "is a Deployment"],
    );
    let old = "apiVersion: extensions/v1beta1, kind: Deployment, name: web";
    refused(&[&web, &hpa("web", "v2", old, CPU)], &["of extensions/v1beta1", "is of apps/v1"]);
    refused(&[&web, &hpa("x", "v2", "kind: Deployment, name: wbe", CPU)], &["no Deployment of that name"]);
    // Namespaces that are the same when nothing is said and when `default` is.
    let said = workload("Deployment", ", namespace: default");
    assert!(read(&[&said, &hpa("web", "v2", WEB, CPU)]).0.is_some_and(|service| service.scaler.is_some()));
    // What scales something that no service stands for is of another scenario.
    let other = workload("Deployment", "").replace("name: web", "name: cart");
    let cart = hpa("cart", "v2", "kind: Deployment, name: cart", ", metrics: [ { type: Pods } ]");
    assert!(read(&[&other, &cart]).0.is_some());
}

#[test]
fn two_that_scale_one_target_are_refused() {
    let web = workload("Deployment", "");
    let (up, down) = (hpa("web-up", "v2", WEB, CPU), hpa("web-down", "v2", WEB, CPU));
    refused(&[&web, &up, &down], &["hpa/web-up", "hpa/web-down", "AmbiguousSelector"]);
    let keda = "{ apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: { name: web }, spec: { scaleTargetRef: { name: web } } }";
    refused(&[&web, &up, keda], &["hpa/web-up and so/web", "would fight"]);
    // The HPA that a ScaledObject keeps for itself is no rival.
    let kept =
        up.replacen("name: web-up", "name: keda, ownerReferences: [ { kind: ScaledObject, name: web } ]", 1);
    let (service, said) = read(&[&web, &kept, keda]);
    assert!(service.is_some() && said.contains("warning: so/web (ScaledObject) is not simulated"), "{said}");
}

#[test]
fn what_scales_and_is_not_simulated_warns() {
    let web = workload("Deployment", "");
    let vertical = |mode: &str| {
        format!(
            "{{ apiVersion: autoscaling.k8s.io/v1, kind: VerticalPodAutoscaler, metadata: {{ name: web }}, \
             spec: {{ targetRef: {{ {WEB} }}, updatePolicy: {{ updateMode: \"{mode}\" }} }} }}"
        )
    };
    let (_, said) = read(&[&web, &vertical("Auto")]);
    assert!(said.contains("VerticalPodAutoscaler) is not simulated: requests"), "{said}");
    assert!(!read(&[&web, &vertical("Off")]).1.contains("warning"));
    let knative = "{ apiVersion: serving.knative.dev/v1, kind: Service, metadata: { name: web }, spec: { template: { spec: \
                   { containers: [ { resources: { requests: { cpu: 800m } } } ] } } } }";
    let core =
        "{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { ports: [ { port: 80 } ] } }";
    let (service, said) = read(&[core, knative]);
    assert_eq!(service.map(|service| (service.replicas, service.cpu_request)), Some((1, Some(0.8))));
    assert!(said.contains("warning: services.web is scaled by Knative"), "{said}");
    let off = workload("Deployment", "").replace("replicas: 6", "replicas: 0");
    let (service, said) = read(&[&off, &hpa("web", "v2", WEB, CPU)]);
    assert!(
        service.is_some_and(|service| service.scaler.is_none()) && said.contains("switches hpa/web off"),
        "{said}"
    );
}

#[test]
fn small_things_of_manifests() {
    let budget = |spec: &str| {
        format!(
            "{{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{ name: web }}, spec: {{ {spec} }} }}"
        )
    };
    let both = budget("minAvailable: 1, maxUnavailable: 1");
    refused(&[&both], &["minAvailable", "maxUnavailable", "Kubernetes refuses"]);
    assert!(read(&[&budget("minAvailable: 1")]).0.is_some());
    let pod = budget("minAvailable: 1");
    let (service, said) =
        read_with(&[&pod], "resources: { requests: { cpu: 1, memory: 512Mi }, limits: { memory: 1Gi } }, ");
    assert_eq!(service.unwrap_or_else(|| panic!("{said}")).cpu_request, Some(1.0));
}
