//! What an earlier result left in a folder that takes a new one: a chart of a class that is no more, a table that the
//! new result does not have. Beside the new files it would look like a part of them.
//!
//! Only what the earlier `run.json` lists, under a plain name and with exactly the content that was written, is ever
//! taken away: whatever somebody else put there or changed stays. A sweep's journal is in no list.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::output_file::OutputFile;
use super::provenance::{FileDigest, digest};

/// The record of a result, which lists its files.
const RECORD: &str = "run.json";

/// Longest record that is read.
const MOST_BYTES: u64 = 16 << 20;

/// What of a record is read here.
#[derive(Deserialize)]
struct Listed {
    results: Vec<FileDigest>,
}

/// Files of the result in `root` that `new`, which will take its place, does not have. A result without a record of
/// its own takes no other one's place.
pub(super) fn superseded(root: &Path, new: &[OutputFile]) -> Vec<PathBuf> {
    let stays = |name: &str| new.iter().any(|file| file.name == name);
    if !stays(RECORD) {
        return Vec::new();
    }
    let record = root.join(RECORD);
    let is_readable = fs::metadata(&record).is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
    let text = if is_readable { fs::read_to_string(&record).unwrap_or_default() } else { String::new() };
    let Ok(listed) = serde_json::from_str::<Listed>(&text) else { return Vec::new() };
    let old = listed.results.iter().filter(|file| !stays(&file.file));
    old.filter_map(|file| as_written(root, file)).collect()
}

/// Where the file is, if it is still as it was written.
fn as_written(root: &Path, file: &FileDigest) -> Option<PathBuf> {
    let name = Path::new(&file.file);
    if !name.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = root.join(name);
    // A link is not followed: what it leads to is somebody else's.
    let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
    let content = if is_file { fs::read(&path).ok()? } else { return None };
    (digest(&content) == file.sha256).then_some(path)
}

/// Takes the files away, and folders that are empty then. What cannot be taken away stays; the new result is whole.
pub(super) fn clear(root: &Path, files: &[PathBuf]) {
    for file in files {
        let _ = fs::remove_file(file);
        if let Some(folder) = file.parent().filter(|folder| *folder != root) {
            // A folder that holds anything else is not removed by this.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::{Directory, Output};
    use super::*;

    fn record(files: &[(&str, &str)]) -> OutputFile {
        let listed = |(name, content): &(&str, &str)| serde_json::json!({ "file": name, "sha256": digest(content.as_bytes()) });
        let results: Vec<_> = files.iter().map(listed).collect();
        OutputFile::text(RECORD, serde_json::json!({ "seed": 1, "results": results }).to_string())
    }

    fn publish(root: &Path, files: &[(&str, &str)]) {
        let mut all: Vec<_> = files.iter().map(|(name, content)| OutputFile::text(name, *content)).collect();
        all.push(record(files));
        let mut directory = Directory::new(root);
        directory.prepare().unwrap();
        directory.publish(&all).unwrap();
    }

    #[test]
    fn files_of_the_earlier_result_go_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        publish(
            root,
            &[("summary.csv", "a"), ("observed.csv", "b"), ("charts/x.svg", "c"), ("charts/y.svg", "d")],
        );
        for (name, content) in
            [("notes.txt", "mine"), ("sweep.journal", "kept"), ("charts/y.svg", "changed by hand")]
        {
            fs::write(root.join(name), content).unwrap();
        }
        publish(root, &[("summary.csv", "e"), ("charts/z.svg", "f")]);
        let there = |name: &str| root.join(name).exists();
        assert!(!there("observed.csv") && !there("charts/x.svg"));
        assert!(
            there("notes.txt") && there("sweep.journal") && there("charts/y.svg") && there("charts/z.svg")
        );
        publish(root, &[("points.csv", "g")]);
        assert!(!there("summary.csv") && !there("charts/z.svg") && there("charts/y.svg"));
    }

    #[test]
    fn folders_that_are_empty_go_too() {
        let place = tempfile::tempdir().unwrap();
        publish(place.path(), &[("charts/x.svg", "c")]);
        publish(place.path(), &[("summary.csv", "e")]);
        assert!(!place.path().join("charts").exists());
    }

    #[test]
    fn names_that_lead_elsewhere_and_strange_records_are_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("out");
        fs::create_dir(&root).unwrap();
        let outside = place.path().join("outside");
        fs::write(&outside, "x").unwrap();
        let listed = record(&[("../outside", "x"), (outside.to_str().unwrap(), "x")]);
        fs::write(root.join(RECORD), &listed.content).unwrap();
        assert!(superseded(&root, &[record(&[])]).is_empty());
        for text in ["", "[]", "{\"results\": 3}", "{\"results\": [{\"file\": 1}]}"] {
            fs::write(root.join(RECORD), text).unwrap();
            assert!(superseded(&root, &[record(&[])]).is_empty());
        }
        // A comparison has no record, and stands beside a run.
        publish(&root, &[("summary.csv", "a")]);
        assert!(superseded(&root, &[OutputFile::text("comparison.csv", "x")]).is_empty());
        assert_eq!(superseded(&root, &[record(&[])]).len(), 1);
    }
}
