//! The house rules, held as tests: floors, sizes, names, and what must be absent where.
//!
//! A list of exceptions is a ratchet: each entry carries its reason, and an entry that is no longer needed fails too.

mod circles;
mod code;
mod names;

use circles::{Circle, circles};
use code::{Source, sources};

/// Room and floor. A room imports only from lower floors; `units` may be used everywhere.
const FLOORS: &[(&str, u32)] = &[
    ("units", 1),
    ("numerics", 1),
    ("stats", 2),
    ("random", 2),
    ("engine", 2),
    ("policy", 3),
    ("model", 4),
    ("theory", 5),
    ("metrics", 5),
    ("scenario", 5),
    ("system", 6),
    ("experiment", 7),
    ("analysis", 8),
    ("baseline", 9),
    ("report", 10),
    ("study", 11),
    ("cli", 12),
];

/// Files above 400 lines (tests apart), with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Functions above 70 lines: `file: function`, with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] =
    &[("src/random/law/moments.rs: partial", "one arm a law, each its closed form with its source")];

/// Tests that look up at a higher floor: file, room, and the reason.
const LOOKING_UP: &[(&str, &str, &str)] = &[];

/// Rooms in which files still import each other, with the reason.
const CIRCLES: &[(&str, &str)] = &[];

/// Rooms in which a `mod.rs` imports from a file that imports what the `mod.rs` itself defines, with the reason.
const FACES_IN_CIRCLES: &[(&str, &str)] = &[];

/// Words that must not stand in the code (comments apart), where they may, and why not elsewhere.
const PLACES: &[(&str, &[&str], &str)] = &[
    ("println!", &["src/cli/"], "only the command line speaks to the terminal"),
    ("eprintln!", &["src/cli/"], "only the command line speaks to the terminal"),
    ("std::fs", &["src/study/", "src/cli/"], "below `study` nothing touches files"),
    ("std::env", &["src/study/", "src/cli/"], "a result depends on no environment"),
    ("std::time", &["src/study/host.rs", "src/cli/"], "a result depends on no clock but the simulated one"),
    ("SystemTime", &["src/study/host.rs"], "a result depends on no clock but the simulated one"),
    ("HashSet", &[], "its order of iteration must not reach a result"),
    ("HashMap", &["src/scenario/yaml.rs"], "its order of iteration must not reach a result"),
    ("rayon::", &["src/experiment/"], "threads live beside simulations, never inside"),
    ("libm::", &["src/numerics/"], "one portable source of elementary functions"),
    ("saphyr_parser::", &["src/scenario/yaml.rs"], "one module knows the YAML library"),
    ("plotters::", &["src/report/"], "one room draws"),
    ("unsafe ", &[], "the compiler's proofs hold everywhere"),
];

fn floor(room: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Fails with one line per offence.
#[track_caller]
fn none(rule: &str, offences: Vec<String>) {
    assert!(offences.is_empty(), "{rule}:\n  {}\n", offences.join("\n  "));
}

/// Compares what was found with a list of exceptions, both ways.
#[track_caller]
fn ratchet(rule: &str, found: &[(String, usize)], exceptions: &[(&str, &str)]) {
    let mut offences = Vec::new();
    for (name, lines) in found {
        if !exceptions.iter().any(|(known, _)| known == name) {
            offences.push(format!("{name} has {lines} lines"));
        }
    }
    for (known, reason) in exceptions {
        assert!(!reason.is_empty(), "{known} is excepted without a reason");
        if !found.iter().any(|(name, _)| name == known) {
            offences.push(format!("{known} is excepted (\"{reason}\") and need not be any more"));
        }
    }
    none(rule, offences);
}

/// Compares circles of files with the rooms that may have some, both ways.
#[track_caller]
fn no_circles(found: &[Circle], exceptions: &[(&str, &str)]) {
    let is_excepted = |circle: &&Circle| exceptions.iter().any(|(room, _)| *room == circle.room());
    let mut offences: Vec<String> =
        found.iter().filter(|circle| !is_excepted(circle)).map(Circle::to_string).collect();
    for (room, reason) in exceptions {
        assert!(!reason.is_empty(), "{room} is excepted without a reason");
        if !found.iter().any(|circle| circle.room() == *room) {
            offences.push(format!("`{room}` is excepted (\"{reason}\") and need not be any more"));
        }
    }
    none("files that import each other can only be changed together", offences);
}

#[test]
fn every_room_has_a_floor() {
    let rooms = sources().into_iter().filter_map(|source| source.room().map(str::to_owned));
    let unknown = rooms.filter(|room| floor(room).is_none()).collect();
    none("rooms that the table of floors does not know", unknown);
}

#[test]
fn rooms_import_only_from_lower_floors() {
    let mut offences = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let here = floor(room).unwrap_or(0);
        let excepted = |target: &str| {
            let mut exceptions = LOOKING_UP.iter();
            source.is_test() && exceptions.any(|(file, room, _)| *file == source.path && *room == target)
        };
        for (line, target) in source.crate_paths() {
            let allowed =
                target == room || target == "units" || floor(&target).is_some_and(|there| there < here);
            if !allowed && !excepted(&target) {
                offences.push(format!("{}:{line} reaches into `{target}`", source.path));
            }
        }
    }
    none("a room imports only from floors below it", offences);
}

#[test]
fn nobody_climbs_out_of_a_room_with_super() {
    let offences = sources().iter().flat_map(Source::escapes).collect();
    none("`super::` leads out of the room; write `crate::…`, which the floors are held against", offences);
}

#[test]
fn files_inside_a_room_form_no_circle() {
    no_circles(&circles(&code::files(), false), CIRCLES);
}

#[test]
fn files_form_no_circle_with_a_face_that_is_more_than_a_face() {
    let mut found = circles(&code::files(), true);
    found.retain(|circle| circle.files.iter().any(|file| file.ends_with("mod.rs")));
    no_circles(&found, FACES_IN_CIRCLES);
}

#[test]
fn files_have_at_most_600_lines_and_a_reason_above_400() {
    let lengths: Vec<(String, usize)> = sources()
        .iter()
        .filter(|source| !source.is_test())
        .map(|source| (source.path.clone(), source.length()))
        .collect();
    let above = |limit| lengths.iter().filter(|(_, lines)| *lines > limit).cloned().collect::<Vec<_>>();
    none(
        "files above 600 lines",
        above(600).iter().map(|(name, lines)| format!("{name}: {lines}")).collect(),
    );
    ratchet("files above 400 lines need a reason in LONG_FILES", &above(400), LONG_FILES);
}

#[test]
fn functions_have_at_most_70_lines() {
    let long: Vec<(String, usize)> = sources()
        .iter()
        .filter(|source| !source.is_test())
        .flat_map(|source| {
            source.functions().into_iter().map(|(name, lines)| (format!("{}: {name}", source.path), lines))
        })
        .filter(|(_, lines)| *lines > 70)
        .collect();
    ratchet("functions above 70 lines need a reason in LONG_FUNCTIONS", &long, LONG_FUNCTIONS);
}

#[test]
fn nothing_is_called_manager_helper_util_or_common() {
    let empty_words = ["manager", "helper", "helpers", "util", "utils", "common", "misc"];
    let mut offences = Vec::new();
    for source in sources() {
        for (line, name) in source.names() {
            if code::words(&name).iter().any(|word| empty_words.contains(&word.as_str())) {
                offences.push(format!("{}:{line} `{name}`", source.path));
            }
        }
    }
    none("names that say nothing", offences);
}

#[test]
fn one_spelling_of_utilisation() {
    let offences = sources().iter().flat_map(|source| source.lines_with("utilization")).collect();
    none("utilisation, never utilization (Kubernetes' own keys stand in quotes)", offences);
}

#[test]
fn what_belongs_in_one_place_stands_nowhere_else() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        for (word, places, why) in PLACES {
            if !places.iter().any(|place| source.path.starts_with(place)) {
                offences.extend(
                    source.lines_with(word).into_iter().map(|line| format!("{line} ({word}: {why})")),
                );
            }
        }
    }
    none("words outside their place", offences);
}

#[test]
fn main_is_a_door() {
    let main = sources().into_iter().find(|source| source.path == "src/main.rs").expect("src/main.rs");
    assert!(main.length() <= 20, "src/main.rs has {} lines; the program is in the library", main.length());
}

#[test]
fn the_map_names_files_that_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = std::fs::read_to_string(root.join("ARCHITECTURE.md")).expect("the map");
    let paths = map.split('`').skip(1).step_by(2).filter(|name| {
        let is_file = [".rs", ".md", ".yaml", ".toml"].iter().any(|ending| name.ends_with(ending));
        is_file && name.contains('/') && !name.contains(' ')
    });
    let missing = paths.filter(|name| !root.join(name).exists() && !root.join("src").join(name).exists());
    none("files that ARCHITECTURE.md names and that are not there", missing.map(str::to_owned).collect());
}
