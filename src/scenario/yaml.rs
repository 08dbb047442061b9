//! YAML text to a tree of nodes. Only this file knows the YAML library.
//!
//! The core schema of YAML 1.2 without its guesses: a scalar stays the text it is. Duplicate keys, tags outside
//! the core schema and keys that are not scalars are errors. Everything has a bound, so a hostile file ends in an
//! error and not in a full memory: size, nesting, and nodes after aliases are expanded.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as YamlSpan, Tag};

use super::diagnostics::Diagnostic;
use super::node::{Entry, Mapping, Node, Scalar, Value};
use super::source::{FileId, Origin, Span};

/// The largest file read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// How deep lists and maps may stand in each other.
pub const MAX_NESTING: usize = 64;
/// Nodes in one file, with every alias expanded.
pub const MAX_NODES: usize = 200_000;

/// Reads every YAML document in `text`; an empty text has none.
///
/// # Errors
/// The first thing in the text that is not YAML or goes beyond a bound.
pub fn parse(text: &str, file: FileId, origin: Origin) -> Result<Vec<Node>, Box<Diagnostic>> {
    if text.len() > MAX_BYTES {
        let at = Span { file, line: 1, column: 1, length: 0 };
        let message = format!("the file has {} bytes; at most {MAX_BYTES} are read", text.len());
        return Err(Box::new(Diagnostic::error(at, message)));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(file, origin, text);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => return Err(Box::new(scan_error(&error, file, text))),
        }
    }
    Ok(builder.documents)
}

/// The library's message in the reader's words, with the usual cause where it is known.
fn scan_error(error: &ScanError, file: FileId, text: &str) -> Diagnostic {
    let mark = error.marker();
    // The end of the text is past the last line; the last line is shown instead.
    let count = text.lines().count().max(1);
    if mark.line() > count {
        let last = text.lines().last().map_or(0, |line| line.chars().count());
        let span = Span { file, line: number(count), column: number(last + 1), length: 1 };
        return Diagnostic::error(span, format!("this is not YAML: {}, but the text ends", error.info()));
    }
    let span = Span { file, line: number(mark.line().max(1)), column: number(mark.col() + 1), length: 1 };
    if error.info().contains("recursion limit") {
        return *too_deep(span);
    }
    let mut diagnostic = Diagnostic::error(span, format!("this is not YAML: {}", error.info()));
    let line = text.lines().nth(mark.line().saturating_sub(1)).unwrap_or("");
    if line.contains('\t') {
        diagnostic = diagnostic.help("YAML is indented with spaces; this line has a tab");
    } else if line.contains("{{") {
        diagnostic = diagnostic.help("this looks like a template; render it first (`helm template`)");
    } else if line.matches(": ").count() > 1 && !line.contains('{') {
        diagnostic = diagnostic.help("a second `: ` in a value needs quotes around the value");
    } else if line.contains('{') || line.contains('[') {
        diagnostic = diagnostic.help(
            "inside { } and [ ] the characters , { } [ ] end a value: leave commas out or quote the value",
        );
    }
    diagnostic
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A list or map whose end has not been read yet.
struct Open {
    value: Value,
    /// The key of a map that waits for its value.
    key: Option<(String, Span)>,
    span: Span,
    anchor: usize,
    /// Deepest nesting seen below, itself included.
    height: usize,
}

/// A finished node that an alias may name.
struct Anchored {
    node: Node,
    nodes: usize,
    height: usize,
}

struct Builder<'a> {
    file: FileId,
    /// The lines of the text, because the library counts the space behind a quoted scalar to it.
    lines: Vec<&'a str>,
    origin: Origin,
    stack: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    nodes: usize,
    documents: Vec<Node>,
}

impl<'a> Builder<'a> {
    fn new(file: FileId, origin: Origin, text: &'a str) -> Self {
        let lines = text.lines().collect();
        let (stack, anchors, documents) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { file, lines, origin, stack, anchors, nodes: 0, documents }
    }

    fn take(&mut self, event: Event<'_>, at: YamlSpan) -> Result<(), Box<Diagnostic>> {
        let span = self.span(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.quoted_span(span, style);
                let tagged_text = check_tag(tag.as_deref(), span)?;
                let quoted = style != ScalarStyle::Plain || tagged_text;
                let is_null = !quoted && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null && !self.expects_key() {
                    Value::Null
                } else {
                    Value::Scalar(Scalar { text: text.into_owned(), quoted })
                };
                self.finish(value, span, anchor, 0)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), span)?;
                self.open(Value::Sequence(Vec::new()), span, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), span)?;
                self.open(Value::Mapping(Mapping::default()), span, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => self.finish(open.value, open.span, open.anchor, open.height),
                None => Ok(()),
            },
            Event::Alias(id) => self.alias(id, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
            Event::DocumentStart(_) | Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
        }
    }

    /// A span of one line: what goes on below the first line is not underlined.
    fn span(&self, at: YamlSpan) -> Span {
        let length = if at.end.line() == at.start.line() { at.len() } else { 1 };
        Span {
            file: self.file,
            line: number(at.start.line().max(1)),
            column: number(at.start.col() + 1),
            length: number(length),
        }
    }

    /// The span of a quoted scalar of one line up to its closing quote.
    fn quoted_span(&self, span: Span, style: ScalarStyle) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => return span,
        };
        let Some(line) = self.lines.get(span.line as usize - 1) else { return span };
        let mut escaped = false;
        for (at, c) in line.chars().skip(span.column as usize - 1).enumerate().skip(1) {
            if c == quote && !escaped {
                return Span { length: number(at + 1).min(span.length), ..span };
            }
            escaped = quote == '"' && c == '\\' && !escaped;
        }
        span
    }

    fn expects_key(&self) -> bool {
        self.stack.last().is_some_and(|open| matches!(open.value, Value::Mapping(_)) && open.key.is_none())
    }

    fn open(&mut self, value: Value, span: Span, anchor: usize) -> Result<(), Box<Diagnostic>> {
        if self.expects_key() {
            return Err(key_error(span));
        }
        if self.stack.len() >= MAX_NESTING {
            return Err(too_deep(span));
        }
        self.stack.push(Open { value, key: None, span, anchor, height: 1 });
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some((nodes, height)) = self.anchors.get(&id).map(|named| (named.nodes, named.height)) else {
            return Err(Box::new(Diagnostic::error(
                span,
                "this alias stands inside what it names".to_owned(),
            )));
        };
        // The bounds are checked before the copy is made: a few lines may name billions of nodes.
        self.charge(nodes, span)?;
        if self.stack.len() + height > MAX_NESTING {
            return Err(too_deep(span));
        }
        let value = self.anchors[&id].node.value.clone();
        self.nodes = self.nodes.saturating_sub(1);
        self.finish(value, span, 0, height)
    }

    fn charge(&mut self, nodes: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values in one file, aliases expanded");
            return Err(Box::new(Diagnostic::error(span, message)));
        }
        Ok(())
    }

    /// Puts a finished value where it belongs: the document, the open list, or the open map as key or value.
    fn finish(
        &mut self,
        value: Value,
        span: Span,
        anchor: usize,
        height: usize,
    ) -> Result<(), Box<Diagnostic>> {
        self.charge(1, span)?;
        let node = Node { value, span, origin: self.origin };
        if anchor != 0 {
            let nodes = node.count();
            self.charge(nodes, span)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, height });
        }
        let Some(parent) = self.stack.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        parent.height = parent.height.max(height + 1);
        match &mut parent.value {
            Value::Sequence(items) => items.push(node),
            Value::Mapping(map) => match parent.key.take() {
                Some((key, key_span)) => map.put(Entry { key, key_span, node }),
                None => {
                    let Value::Scalar(key) = node.value else { return Err(key_error(span)) };
                    if let Some(first) = map.get(&key.text) {
                        let message = format!("the key `{}` stands twice in one map", key.text);
                        let first = first.key_span;
                        return Err(Box::new(Diagnostic::error(span, message).note_at(first, "first here")));
                    }
                    parent.key = Some((key.text, span));
                }
            },
            Value::Null | Value::Scalar(_) => {}
        }
        Ok(())
    }
}

fn too_deep(span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        span,
        format!("lists and maps stand more than {MAX_NESTING} deep in each other"),
    ))
}

fn key_error(span: Span) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error(span, "a key must be a single word, not a list or a map".to_owned());
    Box::new(diagnostic.help("a template such as {{ name }} must be rendered first (`helm template`)"))
}

/// Whether the tag says text; an error for a tag outside the core schema.
fn check_tag(tag: Option<&Tag>, span: Span) -> Result<bool, Box<Diagnostic>> {
    let Some(tag) = tag else { return Ok(false) };
    let core = ["str", "int", "float", "bool", "null", "seq", "map"];
    if tag.is_yaml_core_schema() && core.contains(&tag.suffix.as_str()) {
        return Ok(tag.suffix == "str");
    }
    let diagnostic = Diagnostic::error(span, format!("the tag `{tag}` is not known"));
    Err(Box::new(diagnostic.help("leave the tag out; only the core schema's (`!!str`, `!!int`, …) are read")))
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
