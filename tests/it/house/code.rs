//! What the house rules need to know of a source file, read from its text as rustfmt leaves it.

use std::path::Path;

/// A file of `src`.
pub struct Source {
    /// From the package's root, such as `src/model/class.rs`.
    pub path: String,
    /// Its lines without comments, without the content of strings, and (apart from `length`) without its tests.
    code: Vec<String>,
    /// Lines before its tests, comments included.
    length: usize,
}

/// All files of `src`, by name.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let name =
                    path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                files.push(Source::new(name, &text));
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// Name and code of all files of `src` that are no tests.
pub fn files() -> Vec<(String, String)> {
    let is_code = |source: &Source| !source.is_test() && !source.path.contains("/tests/");
    let all = sources().into_iter().filter(is_code);
    all.map(|source| (source.path.clone(), source.code())).collect()
}

impl Source {
    fn new(path: String, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let tests = lines.windows(2).position(|pair| {
            pair[0].trim_start().starts_with("#[cfg(test)]") && pair[1].trim_end().ends_with("mod tests {")
        });
        let length = tests.unwrap_or(lines.len());
        let code = without_comments_and_strings(text).lines().map(str::to_owned).collect();
        Self { path, code, length }
    }

    /// The room it stands in; `None` for `lib.rs` and `main.rs`.
    pub fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let (room, _) = inside.split_once('/')?;
        Some(room)
    }

    /// Whether the whole file is tests, or an example made for tests.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name == "tests.rs" || name.ends_with("_tests.rs") || name == "test_data.rs" || name == "example.rs"
    }

    /// Lines apart from tests.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Its code apart from tests.
    fn code(&self) -> String {
        self.code[..self.length.min(self.code.len())].join("\n")
    }

    /// Lines of code apart from tests, numbered from one.
    fn numbered(&self) -> impl Iterator<Item = (usize, &String)> {
        self.code.iter().take(self.length).enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Every room named in a path that starts at the crate's root, with its line; tests included.
    pub fn crate_paths(&self) -> Vec<(usize, String)> {
        let text = self.code.join("\n");
        let mut found = Vec::new();
        for (at, _) in text.match_indices("crate::") {
            if text[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()) {
                continue;
            }
            let line = text[..at].matches('\n').count() + 1;
            let rest = &text[at + "crate::".len()..];
            let firsts = if rest.starts_with('{') { heads_of_group(rest) } else { vec![identifier(rest)] };
            found.extend(firsts.into_iter().filter(|name| !name.is_empty()).map(|name| (line, name)));
        }
        found
    }

    /// Lines in which `super::` leads to the crate's root.
    pub fn escapes(&self) -> Vec<String> {
        let folders = self.path.matches('/').count();
        // src/room/mod.rs is one module deep, src/room/file.rs two.
        // A file `x_tests.rs` is hung below `x` as its module `tests`.
        let below = usize::from(self.path.ends_with("_tests.rs"));
        let depth = if self.path.ends_with("/mod.rs") { folders - 1 } else { folders + below };
        let mut offences = Vec::new();
        for (index, line) in self.code.iter().enumerate() {
            let climbs = line.matches("super::").count();
            // An inner module (tests) is one deeper, and indented.
            let inner = usize::from(line.starts_with("    "));
            if line.contains("super::super::") && climbs >= depth + inner {
                offences.push(format!("{}:{}", self.path, index + 1));
            }
        }
        offences
    }

    /// Functions apart from tests: name and number of lines, from `fn` to the closing brace.
    pub fn functions(&self) -> Vec<(String, usize)> {
        let lines: Vec<&String> = self.numbered().map(|(_, line)| line).collect();
        let mut found = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let Some(name) = declared(line, &["fn"]) else { continue };
            let indent = line.len() - line.trim_start().len();
            let closing = format!("{}}}", " ".repeat(indent));
            // rustfmt puts the brace that ends the body below the first letter of the line that starts it.
            let end = lines[index..]
                .iter()
                .position(|l| l.as_str() == closing || (l.ends_with(';') && indent_of(l) <= indent));
            let one_line = line.trim_end().ends_with('}') && line.contains('{');
            if let (Some(end), false) = (end, one_line) {
                found.push((name, end + 1));
            }
        }
        found
    }

    /// Names of modules, types, traits, functions and of the file itself, tests included.
    pub fn names(&self) -> Vec<(usize, String)> {
        let kinds = ["mod", "struct", "enum", "trait", "type"];
        let mut names: Vec<(usize, String)> =
            self.path.trim_end_matches(".rs").split('/').map(|part| (1, part.to_owned())).collect();
        for (index, line) in self.code.iter().enumerate() {
            names.extend(declared(line, &kinds).map(|name| (index + 1, name)));
        }
        names
    }

    /// Places in which the code (comments, strings and tests apart) has this word.
    pub fn lines_with(&self, word: &str) -> Vec<String> {
        let lines = self.numbered().filter(|(_, line)| line.contains(word));
        lines.map(|(number, _)| format!("{}:{number}", self.path)).collect()
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name a line declares with one of these keywords.
fn declared(line: &str, keywords: &[&str]) -> Option<String> {
    let mut words = line.trim_start().split(' ');
    loop {
        let word = words.next()?;
        if keywords.contains(&word) {
            return words.next().map(identifier).filter(|name| !name.is_empty());
        }
        let is_prefix = word.starts_with("pub")
            || matches!(word, "const" | "async" | "unsafe" | "in" | "crate)" | "super)");
        if !is_prefix {
            return None;
        }
    }
}

/// The identifier at the start of a text.
fn identifier(text: &str) -> String {
    text.chars().take_while(|c| *c == '_' || c.is_alphanumeric()).collect()
}

/// First identifiers of `{a::b, c::{d, e}}`.
fn heads_of_group(text: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut fresh) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '{' => (depth, fresh) = (depth + 1, depth == 0),
            '}' => depth -= 1,
            ',' => fresh = depth == 1,
            c if c.is_whitespace() => {}
            _ if fresh => {
                heads.push(identifier(&text[at..]));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// `WorkerPool` and `worker_pool` are the words worker, pool.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c == '-' {
            words.push(String::new());
            continue;
        }
        if c.is_uppercase() {
            words.push(String::new());
        }
        words.last_mut().expect("never empty").extend(c.to_lowercase());
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Blanks comments and the content of strings; every line stays where it is.
fn without_comments_and_strings(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        let skipped = match rest {
            ['/', '/', ..] => rest.iter().take_while(|c| **c != '\n').count(),
            ['"', ..] => string_end(rest),
            ['r', '"', ..] | ['r', '#', '"' | '#', ..] => raw_string_end(rest),
            ['\'', '\\', _, ..] => rest.iter().skip(3).take_while(|c| **c != '\'').count() + 4,
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if skipped == 0 {
            out.push(characters[at]);
            at += 1;
        } else {
            let end = (at + skipped).min(characters.len());
            out.extend(characters[at..end].iter().filter(|c| **c == '\n'));
            at = end;
        }
    }
    out
}

/// Characters of the string literal at the start.
fn string_end(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Characters of the raw string literal at the start.
fn raw_string_end(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let mut at = 2 + hashes;
    while at < rest.len() {
        let closed =
            rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        at += 1;
        if closed {
            break;
        }
    }
    at + hashes
}

#[test]
fn strings_and_comments_are_blanked() {
    let text = "let a = \"crate::cli\"; // crate::cli\nlet b = r#\"x \" crate::cli\"#; let c = '\"'; use crate::units;";
    let code = without_comments_and_strings(text);
    assert_eq!(code, "let a = ; \nlet b = ; let c = ; use crate::units;");
}

#[test]
fn paths_and_functions_are_read() {
    let text = "use crate::{model::{A, B}, units::C};\npub(crate) fn long(\n    a: u8,\n) -> u8 {\n    a\n}\nfn short() {}\n";
    let source = Source::new("src/room/file.rs".to_owned(), text);
    assert_eq!(source.crate_paths(), [(1, "model".to_owned()), (1, "units".to_owned())]);
    assert_eq!(source.functions(), [("long".to_owned(), 5)]);
    assert_eq!(words("WorkerPool_x"), ["worker", "pool", "x"]);
}
