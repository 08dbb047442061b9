//! Addresses in a document: `services.web.slots`, `a."b.c"`, `hpa/web.spec.minReplicas`, `objectives[0]`.

/// One step of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The key or the item's name, without quotes.
    pub text: String,
    /// Where it begins in the address, in characters.
    pub start: usize,
    /// How many characters it takes there, quotes included.
    pub length: usize,
}

/// A Kubernetes object as an address names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    /// The kind as written: `hpa`, `deploy`, `HorizontalPodAutoscaler` …
    pub kind: String,
    /// The namespace, if given.
    pub namespace: Option<String>,
    /// The object's name.
    pub name: String,
}

/// A parsed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The Kubernetes object the address starts at, if it names one.
    pub object: Option<ObjectName>,
    /// The steps from there, or from the root of the document.
    pub segments: Vec<Segment>,
    /// The address as written.
    pub text: String,
}

/// What is wrong with an address, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Where, in characters.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

/// Kinds with their short names, as `kubectl api-resources` prints them.
const KINDS: &[(&str, &[&str])] = &[
    ("Deployment", &["deploy", "deployment", "deployments"]),
    ("HorizontalPodAutoscaler", &["hpa", "horizontalpodautoscaler", "horizontalpodautoscalers"]),
    ("ScaledObject", &["so", "scaledobject", "scaledobjects"]),
    ("Service", &["svc", "service"]),
    ("PodDisruptionBudget", &["pdb", "poddisruptionbudget", "poddisruptionbudgets"]),
    ("StatefulSet", &["sts", "statefulset", "statefulsets"]),
    ("ReplicaSet", &["rs", "replicaset", "replicasets"]),
    ("Ingress", &["ing", "ingress", "ingresses"]),
];

/// The full kind a short name stands for; other names are themselves.
#[must_use]
pub fn full_kind(name: &str) -> &str {
    let lower = name.to_lowercase();
    KINDS.iter().find(|(_, short)| short.contains(&lower.as_str())).map_or(name, |(kind, _)| kind)
}

/// The short name for a full kind, lower case if it has none.
#[must_use]
pub fn short_kind(kind: &str) -> String {
    let found = KINDS.iter().find(|(full, _)| *full == kind);
    found.map_or_else(|| kind.to_lowercase(), |(_, short)| short[0].to_owned())
}

/// Most steps in one address.
const MAX_SEGMENTS: usize = 64;

impl Path {
    /// Reads an address.
    ///
    /// # Errors
    /// If a step is empty or a quote is not closed.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut segments: Vec<Segment> = Vec::new();
        // Parts of the first step between slashes outside quotes.
        let mut slashes: Vec<String> = Vec::new();
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut start, mut word) = (0, 0, String::new());
        loop {
            match chars.get(at) {
                Some('"') => {
                    let rest = &chars[at + 1..];
                    let Some(length) = rest.iter().position(|&c| c == '"') else {
                        return Err(PathError { offset: at, message: "this quote is not closed".into() });
                    };
                    word.extend(&rest[..length]);
                    at += length + 2;
                }
                Some('/') if segments.is_empty() => {
                    slashes.push(std::mem::take(&mut word));
                    at += 1;
                }
                Some('[') => {
                    let Some(length) = index(&chars[at..]).filter(|_| at > start || !segments.is_empty())
                    else {
                        let message = "an item of a list is its name, or its place such as [0]".into();
                        return Err(PathError { offset: at, message });
                    };
                    if at > start {
                        segments.push(Segment { text: std::mem::take(&mut word), start, length: at - start });
                    }
                    let text = chars[at + 1..at + length - 1].iter().collect();
                    segments.push(Segment { text, start: at, length });
                    at += length;
                    match chars.get(at) {
                        None => break,
                        Some('.') => at += 1,
                        Some(_) => {}
                    }
                    start = at;
                }
                None | Some('.') => {
                    if at == start {
                        let message = "a step of the path is empty".into();
                        return Err(PathError { offset: at, message });
                    }
                    segments.push(Segment { text: std::mem::take(&mut word), start, length: at - start });
                    if at == chars.len() {
                        break;
                    }
                    at += 1;
                    start = at;
                }
                Some(&c) => {
                    word.push(c);
                    at += 1;
                }
            }
        }
        if segments.len() > MAX_SEGMENTS {
            return Err(PathError { offset: 0, message: format!("a path has at most {MAX_SEGMENTS} steps") });
        }
        let object = object_name(&slashes, &segments[0])?;
        if object.is_some() {
            segments.remove(0);
        }
        Ok(Self { object, segments, text: text.to_owned() })
    }
}

/// How many characters `[`, digits, `]` take, if the next step begins behind them.
fn index(chars: &[char]) -> Option<usize> {
    let digits = chars[1..].iter().take_while(|c| c.is_ascii_digit()).count();
    let closed = digits > 0 && chars.get(digits + 1) == Some(&']');
    (closed && matches!(chars.get(digits + 2), None | Some('.' | '['))).then_some(digits + 2)
}

fn object_name(slashes: &[String], first: &Segment) -> Result<Option<ObjectName>, PathError> {
    let last = first.text.clone();
    let object = match slashes {
        [] => return Ok(None),
        [kind] => ObjectName { kind: kind.clone(), namespace: None, name: last },
        [kind, space] => ObjectName { kind: kind.clone(), namespace: Some(space.clone()), name: last },
        _ => {
            let message = "an object is KIND/NAME or KIND/NAMESPACE/NAME".into();
            return Err(PathError { offset: 0, message });
        }
    };
    let parts = [Some(&object.kind), object.namespace.as_ref(), Some(&object.name)];
    if parts.into_iter().flatten().any(String::is_empty) {
        return Err(PathError { offset: 0, message: "an object is KIND/NAME, such as hpa/web".into() });
    }
    Ok(Some(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &Path) -> Vec<&str> {
        path.segments.iter().map(|segment| segment.text.as_str()).collect()
    }

    #[test]
    fn plain_and_quoted_steps() {
        let path = Path::parse(r#"a."b.c".d-e"#).expect("valid");
        assert_eq!(texts(&path), ["a", "b.c", "d-e"]);
        assert_eq!((path.segments[1].start, path.segments[1].length), (2, 5));
    }

    #[test]
    fn items_of_lists_have_places() {
        let path = Path::parse("a.b[0][12].c").expect("valid");
        assert_eq!(texts(&path), ["a", "b", "0", "12", "c"]);
        assert_eq!((path.segments[3].start, path.segments[3].length), (6, 4));
        assert_eq!(texts(&Path::parse("objectives[1]").expect("valid")), ["objectives", "1"]);
        assert_eq!(texts(&Path::parse("\"a[0]\".b").expect("valid")), ["a[0]", "b"]);
        for (wrong, offset) in [("[0]", 0), ("a[", 1), ("a[x]", 1), ("a[0", 1), ("a[0]b", 1), ("a[0].", 5)] {
            assert_eq!(Path::parse(wrong).unwrap_err().offset, offset, "{wrong}");
        }
    }

    #[test]
    fn objects_have_kind_and_name() {
        let path = Path::parse("hpa/shop/web.spec.minReplicas").expect("valid");
        let object = path.object.clone().expect("an object");
        assert_eq!((object.kind.as_str(), object.namespace.as_deref()), ("hpa", Some("shop")));
        assert_eq!((object.name.as_str(), texts(&path)), ("web", vec!["spec", "minReplicas"]));
        assert_eq!(full_kind("SO"), "ScaledObject");
        assert_eq!(full_kind("Widget"), "Widget");
        let dotted = Path::parse(r#"deploy/"a.b".spec"#).expect("valid");
        assert_eq!(dotted.object.map(|object| object.name), Some("a.b".into()));
    }

    #[test]
    fn mistakes_are_placed() {
        assert_eq!(Path::parse("a..b").unwrap_err().offset, 2);
        assert_eq!(Path::parse("a.\"b").unwrap_err().offset, 2);
        assert!(Path::parse("").is_err());
        assert!(Path::parse("hpa/.spec").is_err());
        assert!(Path::parse("a/b/c/d.e").is_err());
        assert_eq!(texts(&Path::parse("a.b/c").expect("a slash later is text")), ["a", "b/c"]);
    }
}
