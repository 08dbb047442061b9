//! What a kill leaves where results are written: complete or half files under their temporary names.
//!
//! Whoever writes keeps a lock on the file until it has its final name. A lock ends with its process, whatever ends
//! that, so a temporary file without one belongs to nobody; numbers of processes would not tell, as in containers
//! every program has the same one.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::path::Path;

/// What stands in a temporary name between the name of the file and the number of the process.
const MARK: &str = ".flashcrowd-partial-";

/// Hidden, and different for every process that runs.
pub(super) fn temporary_name(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!("{MARK}{}", std::process::id()));
    name
}

/// Takes away what killed processes left in `folder`: files of exactly our temporary names that nobody has locked.
/// What cannot be looked at or taken away stays; it is in nobody's way.
pub(super) fn clear_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(is_temporary);
        // A link is not followed: what it leads to is somebody else's.
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let opened = OpenOptions::new().write(true).open(entry.path());
            // The lock is held while the file goes, so that its writer, if there is one after all, notices.
            if let Ok(file) = opened
                && file.try_lock().is_ok()
            {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Whether this is a name that [`temporary_name`] gives.
fn is_temporary(name: &str) -> bool {
    let Some((target, process)) = name.rsplit_once(MARK) else { return false };
    let is_number = (1..=10).contains(&process.len()) && process.bytes().all(|byte| byte.is_ascii_digit());
    is_number && target.len() > 1 && target.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_count() {
        let own = temporary_name(Path::new("out/run.json"));
        assert!(is_temporary(own.to_str().unwrap()));
        assert!(is_temporary(".a.svg.flashcrowd-partial-1"));
        for other in [
            "run.json",
            ".run.json.partial-1",
            "run.json.flashcrowd-partial-1",
            ".flashcrowd-partial-1",
            ".run.json.flashcrowd-partial-",
            ".run.json.flashcrowd-partial-1a",
            ".run.json.flashcrowd-partial-12345678901",
            ".run.json.flashcrowd-partial-1.bak",
        ] {
            assert!(!is_temporary(other), "{other}");
        }
    }

    #[test]
    fn what_nobody_holds_goes_and_everything_else_stays() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let names = ["a", ".a.partial-7", ".left.csv.flashcrowd-partial-7", ".held.csv.flashcrowd-partial-7"];
        names.iter().for_each(|name| fs::write(at(name), "x").unwrap());
        fs::create_dir(at(".folder.flashcrowd-partial-7")).unwrap();
        let held = OpenOptions::new().write(true).open(at(names[3])).unwrap();
        held.lock().unwrap();
        clear_leftovers(place.path());
        let there = |name: &str| at(name).exists();
        assert!(
            there(names[0]) && there(names[1]) && there(names[3]) && there(".folder.flashcrowd-partial-7")
        );
        assert!(!there(names[2]));
        drop(held);
        clear_leftovers(place.path());
        assert!(!there(names[3]));
        clear_leftovers(&at("absent"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let (target, link) = (place.path().join("mine"), place.path().join(".a.flashcrowd-partial-7"));
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        clear_leftovers(place.path());
        assert!(fs::symlink_metadata(&link).is_ok() && fs::read(&target).unwrap() == b"kept");
    }
}
