//! Which files import each other: `use` and paths inside the code, followed through re-exports to the file that defines
//! what they name.
//!
//! Files that need each other can only be read and changed together. A method that is called says nothing of its file,
//! so ties by methods alone are not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A module's path from the crate's root: `[room, file]`.
type Path = Vec<String>;

/// Re-exports that lead to each other are followed so far.
const MOST_STEPS: usize = 8;

/// Files that import each other, directly or around corners.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle {
    /// The files, by name.
    pub files: Vec<String>,
    /// `one → other (names)`, a line for each import among them.
    pub ties: Vec<String>,
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.files.join(", "))?;
        self.ties.iter().try_for_each(|tie| write!(f, "\n    {tie}"))
    }
}

impl Circle {
    /// The room the files stand in.
    pub fn room(&self) -> &str {
        let inside = self.files[0].strip_prefix("src/").unwrap_or(&self.files[0]);
        inside.split('/').next().unwrap_or(inside)
    }
}

/// One name that a `use` brings in, or a path inside the code.
struct Import {
    /// From the crate's root.
    path: Path,
    /// What it is called here.
    name: String,
    /// Whether others may take it from here.
    is_public: bool,
}

/// A file as a module.
struct Module {
    file: String,
    path: Path,
    imports: Vec<Import>,
    /// Paths that are written out where they are needed.
    inline: Vec<Path>,
    /// Identifiers outside imports and declarations of modules.
    words: BTreeSet<String>,
}

/// The circles among `files`: name (`src/room/file.rs`) and code without comments, strings and tests. A face is a
/// `mod.rs` or `lib.rs`; with `faces` those that define or use something themselves are files like any other, without
/// they only say where things are.
pub fn circles(files: &[(String, String)], faces: bool) -> Vec<Circle> {
    let graph = Graph::new(files);
    let ties = graph.ties(faces);
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        ties.keys().map(|&file| (file, reach(&ties, file))).collect();
    let mut found: Vec<Circle> = Vec::new();
    for &file in ties.keys() {
        let is_back = |other: &&str| reached.get(other).is_some_and(|back| back.contains(file));
        let members: Vec<&str> = reached[file].iter().copied().filter(is_back).collect();
        if members.first() != Some(&file) {
            continue;
        }
        let lines = members.iter().flat_map(|&from| {
            let inside = ties[from].iter().filter(|(to, _)| members.contains(to));
            inside.map(move |(to, names)| format!("{from} → {to} ({})", joined(names)))
        });
        found.push(Circle { ties: lines.collect(), files: members.into_iter().map(str::to_owned).collect() });
    }
    found
}

/// From each file to others, and by which names.
type Ties<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<String>>>;

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// All that `file` leads to; itself only if something leads back.
fn reach<'a>(ties: &Ties<'a>, file: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for &other in ties.get(next).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(other) {
                open.push(other);
            }
        }
    }
    seen
}

struct Graph {
    modules: Vec<Module>,
    places: BTreeMap<Path, usize>,
}

impl Graph {
    fn new(files: &[(String, String)]) -> Self {
        let path_of = |file: &str| -> Path {
            let inside = file.strip_prefix("src/").unwrap_or(file);
            let inside = inside.strip_suffix(".rs").unwrap_or(inside);
            let mut path: Path = inside.split('/').map(str::to_owned).collect();
            if path.last().is_some_and(|last| last == "mod") || path == ["lib"] {
                path.pop();
            }
            path
        };
        let places = files.iter().enumerate().map(|(at, (file, _))| (path_of(file), at)).collect();
        let module = |(file, code): &(String, String)| Module::read(file, path_of(file), code, &places);
        let modules = files.iter().map(module).collect();
        Self { modules, places }
    }

    /// What imports what.
    fn ties(&self, faces: bool) -> Ties<'_> {
        let is_node = |module: &Module| faces || !module.is_face();
        let mut ties: Ties<'_> =
            self.modules.iter().filter(|m| is_node(m)).map(|m| (m.file.as_str(), BTreeMap::new())).collect();
        for module in self.modules.iter().filter(|module| is_node(module)) {
            for path in module.needs() {
                for (at, name) in self.defined(path, MOST_STEPS) {
                    let other = &self.modules[at];
                    let is_tie =
                        other.file != module.file && is_node(other) && !(other.is_face() && name.is_none());
                    if let (true, Some(from)) = (is_tie, ties.get_mut(module.file.as_str())) {
                        let names = from.entry(&other.file).or_default();
                        names.insert(name.unwrap_or_else(|| "the module".to_owned()));
                    }
                }
            }
        }
        ties
    }

    /// The modules that define what `path` names, and the name there; none for the module as a whole.
    fn defined(&self, path: &[String], steps: usize) -> Vec<(usize, Option<String>)> {
        let Some(depth) = (0..=path.len()).rev().find(|&depth| self.places.contains_key(&path[..depth]))
        else {
            return Vec::new();
        };
        let at = self.places[&path[..depth]];
        let (module, rest) = (&self.modules[at], &path[depth..]);
        let Some(name) = rest.first() else { return vec![(at, None)] };
        // A face's own imports can be taken from it by those inside, too.
        let given: Vec<&Import> =
            module.imports.iter().filter(|import| import.is_public || module.is_face()).collect();
        let is_own = name != "*" && module.words.contains(name);
        let mut found = Vec::new();
        for import in given
            .iter()
            .filter(|import| import.name == *name || (import.name == "*" && !is_own) || name == "*")
        {
            let mut onward = import.path.clone();
            if import.name == "*" {
                onward.pop();
                onward.push(name.clone());
            }
            onward.extend_from_slice(&rest[1..]);
            found.extend(steps.checked_sub(1).into_iter().flat_map(|left| self.defined(&onward, left)));
        }
        if found.is_empty() { vec![(at, Some(name.clone()))] } else { found }
    }
}

impl Module {
    fn read(file: &str, path: Path, code: &str, places: &BTreeMap<Path, usize>) -> Self {
        let mut module = Self {
            file: file.to_owned(),
            path,
            imports: Vec::new(),
            inline: Vec::new(),
            words: BTreeSet::new(),
        };
        let tokens = tokens(code);
        let mut written: Vec<Path> = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            match tokens[at] {
                // `use<'a>` in a type is no import.
                "use" if tokens.get(at + 1) != Some(&"<") => {
                    let end =
                        tokens[at..].iter().position(|&token| token == ";").map_or(tokens.len(), |n| at + n);
                    let mut leaves = Vec::new();
                    tree(&tokens[at + 1..end], &mut Vec::new(), &mut leaves);
                    let is_public = is_behind_pub(&tokens[..at]);
                    for (path, name) in leaves {
                        let path = module.rooted(&path, places);
                        module.imports.extend(path.map(|path| Import { path, name, is_public }));
                    }
                    at = end;
                }
                "mod" => at += 1,
                word if is_word(word) => {
                    let end = path_end(&tokens, at);
                    let path: Path = tokens[at..end].iter().step_by(2).map(|&part| part.to_owned()).collect();
                    module.words.insert(word.to_owned());
                    if path.len() > 1 {
                        written.push(path);
                    }
                    at = end - 1;
                }
                _ => {}
            }
            at += 1;
        }
        let inline: Vec<Path> = written.iter().filter_map(|path| module.meant(path, places)).collect();
        module.inline = inline;
        module
    }

    fn is_face(&self) -> bool {
        self.file.ends_with("/mod.rs") || self.file == "src/lib.rs"
    }

    /// Every path the module needs. What a face only hands on it does not need.
    fn needs(&self) -> impl Iterator<Item = &Path> {
        let is_used =
            |import: &&Import| !self.is_face() || !import.is_public || self.words.contains(&import.name);
        self.imports.iter().filter(is_used).map(|import| &import.path).chain(&self.inline)
    }

    /// A path as a `use` has it, from the crate's root; nothing for other crates.
    fn rooted(&self, path: &[String], places: &BTreeMap<Path, usize>) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let mut start = match first.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.path.clone(),
            child => {
                let child = [&self.path[..], &[child.to_owned()]].concat();
                return places.contains_key(&child).then(|| [&self.path[..], path].concat());
            }
        };
        let ups = path.iter().take_while(|part| *part == "super").count();
        start.truncate(start.len().saturating_sub(ups));
        start.extend_from_slice(if ups > 0 { &path[ups..] } else { rest });
        Some(start)
    }

    /// A path inside the code, whose first part may be a name that was imported.
    fn meant(&self, path: &[String], places: &BTreeMap<Path, usize>) -> Option<Path> {
        self.rooted(path, places).or_else(|| {
            let import = self.imports.iter().find(|import| import.name == path[0])?;
            Some([&import.path[..], &path[1..]].concat())
        })
    }
}

/// The paths of a tree of imports, each with the name it has here.
fn tree(tokens: &[&str], before: &mut Path, found: &mut Vec<(Path, String)>) {
    let (mut depth, mut start) = (0, 0);
    for at in 0..=tokens.len() {
        match tokens.get(at) {
            Some(&"{") => depth += 1,
            Some(&"}") => depth -= 1,
            Some(&",") | None if depth == 0 => {
                branch(&tokens[start..at], before, found);
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// One branch: `a::b`, `a::b as c`, `a::{…}`, `self`, `*`.
fn branch(tokens: &[&str], before: &mut Path, found: &mut Vec<(Path, String)>) {
    let group = tokens.iter().position(|&token| token == "{");
    let renamed = tokens.iter().position(|&token| token == "as");
    let end = group.or(renamed).unwrap_or(tokens.len());
    let length = before.len();
    before.extend(tokens[..end].iter().filter(|token| **token != "::").map(|token| (*token).to_owned()));
    if let Some(group) = group {
        tree(&tokens[group + 1..tokens.len() - 1], before, found);
    } else if before.len() > length {
        let mut path = before.clone();
        // `{self}` is the module before the bracket.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = renamed.and_then(|at| tokens.get(at + 1)).map(|name| (*name).to_owned());
        let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
        found.push((path, name));
    }
    before.truncate(length);
}

/// Whether what comes next can be seen from outside: `pub`, `pub(super)`, `pub(in …)`.
fn is_behind_pub(before: &[&str]) -> bool {
    let open = match before.last() {
        Some(&")") => before.iter().rposition(|&token| token == "(").unwrap_or(0),
        _ => before.len(),
    };
    open > 0 && before[open - 1] == "pub"
}

/// Where the path that starts at a word ends.
fn path_end(tokens: &[&str], start: usize) -> usize {
    let mut end = start + 1;
    while tokens.get(end) == Some(&"::") && tokens.get(end + 1).is_some_and(|next| is_word(next)) {
        end += 2;
    }
    end
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

/// Words, `::`, and every other sign alone.
fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ':' if rest.starts_with("::") => 2,
            c if c == '_' || c.is_alphanumeric() => {
                rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        found.push(token);
        rest = after.trim_start();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Circle, circles};

    /// The circles of a made-up tree.
    fn found(files: &[(&str, &str)], faces: bool) -> Vec<Circle> {
        let owned = |(file, code): &(&str, &str)| ((*file).to_owned(), (*code).to_owned());
        circles(&files.iter().map(owned).collect::<Vec<_>>(), faces)
    }

    #[test]
    fn a_circle_through_a_face_is_found_and_named() {
        let tree = [
            ("src/lib.rs", "pub mod shop;"),
            (
                "src/shop/mod.rs",
                "mod till;\nmod shelf;\npub use till::{Till, open as unlock};\npub use shelf::*;",
            ),
            ("src/shop/till.rs", "use super::shelf;\npub struct Till;\npub fn open() { shelf::take() }"),
            ("src/shop/shelf.rs", "use crate::{shop::{Till, unlock as turn}};\npub fn take() {}"),
            ("src/shop/street.rs", "use crate::shop::{take, Till};"),
        ];
        let [circle] = &found(&tree, false)[..] else { panic!("not one circle") };
        assert_eq!(circle.room(), "shop");
        assert_eq!(circle.files, ["src/shop/shelf.rs", "src/shop/till.rs"]);
        let ties = [
            "src/shop/shelf.rs → src/shop/till.rs (Till, open)",
            "src/shop/till.rs → src/shop/shelf.rs (take, the module)",
        ];
        assert_eq!(circle.ties, ties);
        assert_eq!(found(&tree, true).len(), 1, "a face that only hands on is in no circle");
    }

    #[test]
    fn a_diamond_is_no_circle() {
        let tree = [
            ("src/shop/mod.rs", "mod a;\nmod b;\nmod c;\nmod d;\npub use a::A;\npub(crate) use d::D;"),
            ("src/shop/a.rs", "use super::{b::B, c};\npub struct A(B, c::C);"),
            ("src/shop/b.rs", "pub struct B(super::D);"),
            ("src/shop/c.rs", "use super::d::{self};\npub struct C(d::D);"),
            ("src/shop/d.rs", "pub struct D;\npub fn f() -> impl Copy + use<'_> { D }"),
        ];
        assert_eq!(found(&tree, false), []);
        assert_eq!(found(&tree, true), []);
    }

    #[test]
    fn a_path_in_the_code_and_a_longer_way_are_seen() {
        let tree = [
            ("src/shop/a.rs", "pub fn a() { crate::shop::b::b() }"),
            ("src/shop/b.rs", "pub fn b() { super::c::c() }"),
            ("src/shop/c.rs", "pub(in crate::shop) use super::a::a as again;\npub fn c() {}"),
            ("src/shop/d.rs", "use super::a;"),
        ];
        let [circle] = &found(&tree, false)[..] else { panic!("not one circle") };
        assert_eq!(circle.files, ["src/shop/a.rs", "src/shop/b.rs", "src/shop/c.rs"]);
    }

    #[test]
    fn a_face_that_defines_what_its_files_need_is_seen_where_faces_count() {
        let tree = [
            ("src/shop/mod.rs", "mod till;\npub struct Coin;\npub fn pay() { till::take(Coin) }"),
            ("src/shop/till.rs", "pub fn take(coin: super::Coin) {}"),
        ];
        assert_eq!(found(&tree, false), []);
        let [circle] = &found(&tree, true)[..] else { panic!("not one circle") };
        assert_eq!(circle.files, ["src/shop/mod.rs", "src/shop/till.rs"]);
    }
}
