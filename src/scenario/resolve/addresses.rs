//! Whether an address names something: setting an absent key creates it, so a search over a misspelt one would
//! vary nothing.

use crate::scenario::diagnostics::nearest;
use crate::scenario::document::Document;
use crate::scenario::node::{Node, Value};
use crate::scenario::path::Path;
use crate::scenario::table::{Kind, Table};

/// Keys of Kubernetes objects that may be absent and still mean something here.
const DEFAULTED: [&str; 3] = ["minReplicas", "maxReplicas", "replicas"];

/// Why `path` names nothing that could be varied in this document, with the nearest name; nothing if it does.
#[must_use]
pub fn misnamed(document: &Document, path: &str) -> Option<String> {
    let parsed = match Path::parse(path) {
        Ok(parsed) => parsed,
        Err(error) => return Some(format!("`{path}` is no path: {}", error.message)),
    };
    if parsed.object.is_some() {
        return misnamed_in_object(document, &parsed);
    }
    let mut known = Some(Known::Table(&super::root::ROOT));
    let mut node = Some(&document.root);
    for segment in &parsed.segments {
        let name = &segment.text;
        known = match known {
            Some(Known::Table(table)) => match table.key(name) {
                Some((_, key)) => Known::of(&key.kind),
                None => return Some(unknown(path, name, table.keys.iter().map(|key| key.name))),
            },
            Some(Known::Names(inner)) => {
                if node.and_then(|node| node.get(name)).is_none() {
                    return Some(unknown(path, name, node.into_iter().flat_map(keys)));
                }
                Known::of(inner)
            }
            None => None,
        };
        node = node.and_then(|node| node.get(name));
    }
    None
}

enum Known {
    Table(&'static Table),
    Names(&'static Kind),
}

impl Known {
    fn of(kind: &'static Kind) -> Option<Self> {
        match kind {
            Kind::Map(table) => Some(Self::Table(table)),
            Kind::Named(inner) => Some(Self::Names(inner)),
            Kind::Either(choices) => choices.iter().find_map(Self::of),
            _ => None,
        }
    }
}

fn misnamed_in_object(document: &Document, path: &Path) -> Option<String> {
    let (last, way) = path.segments.split_last()?;
    let parent = Path { segments: way.to_vec(), ..path.clone() };
    // An object that is not there, or a step of a list, is said by the document with the names it has.
    let parent = document.get(&parent)?;
    let there = parent.get(&last.text).is_some() || DEFAULTED.contains(&last.text.as_str());
    let is_map = matches!(parent.value, Value::Mapping(_));
    (is_map && !there).then(|| unknown(&path.text, &last.text, keys(parent).chain(DEFAULTED)))
}

fn keys(node: &Node) -> impl Iterator<Item = &str> {
    node.as_mapping().into_iter().flat_map(|map| map.iter()).map(|entry| entry.key.as_str())
}

fn unknown<'n>(path: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<&str> = known.collect();
    let hint = match nearest(name, all.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if all.is_empty() => String::new(),
        None => format!("; there are {}", all.iter().take(12).copied().collect::<Vec<_>>().join(", ")),
    };
    format!("`{path}`: there is no `{name}` there{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::inputs::MemoryInputs;

    #[test]
    fn misspelt_steps_are_named_with_their_neighbour() {
        let text = "traffic: { shoppers: { rate: 1/s, peaks: { opening: { at: T0, factor: 3 } } } }\n\
                    services: { web: { slots: 4 } }\n\
                    manifests: [ { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web }, \
                    spec: { maxReplicas: 9 } } ]\n";
        let inputs = MemoryInputs::default().with("a.yaml", text.as_bytes().to_vec());
        let (document, _) = Document::load("a.yaml", &inputs);
        let said = |path: &str| misnamed(&document, path);
        for good in [
            "traffic.shoppers.peaks.opening.factor",
            "services.web.replicas",
            "run.seed",
            "hpa/web.spec.minReplicas",
            "services.web.operations.read",
        ] {
            assert_eq!(said(good).filter(|_| !good.contains("operations")), None, "{good}");
        }
        let near = |path: &str, name: &str| {
            let said = said(path).unwrap_or_else(|| panic!("{path} passes"));
            assert!(said.contains(&format!("did you mean `{name}`?")), "{said}");
        };
        near("traffic.shoppers.peaks.openning.factor", "opening");
        near("traffic.shopers.rate", "shoppers");
        near("service.web.slots", "services");
        near("services.web.slot", "slots");
        near("hpa/web.spec.minReplica", "minReplicas");
    }
}
