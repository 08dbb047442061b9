//! Where results go: all files of a run, whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::StudyError;
use super::leftovers::{clear_leftovers, temporary_name};
use super::output_file::OutputFile;
use super::superseded::{clear, superseded};

/// Somewhere to write files.
pub trait Output {
    /// Makes sure that files can be written, before any time is spent on their content.
    ///
    /// # Errors
    /// If nothing can be written there.
    fn prepare(&mut self) -> Result<(), StudyError>;

    /// Writes all files. Readers see each file whole or not at all, and if one cannot be written, none appears. Files of
    /// an earlier result in the same place that the new one does not have go away.
    ///
    /// # Errors
    /// If any file cannot be written.
    fn publish(&mut self, files: &[OutputFile]) -> Result<(), StudyError>;
}

/// A directory, created when needed. What it created and did not fill, it takes away again when dropped.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    created: Vec<PathBuf>,
}

impl Directory {
    /// The directory `root`; nothing is touched yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), created: Vec::new() }
    }

    /// Creates `directory` and what lies above it, and remembers what was new.
    fn create(&mut self, directory: &Path) -> Result<(), StudyError> {
        let exists = |path: &&Path| path.as_os_str().is_empty() || path.exists();
        let missing: Vec<&Path> = directory.ancestors().take_while(|path| !exists(path)).collect();
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => self.created.push(path.to_owned()),
                Err(reason) if reason.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(reason) => return Err(StudyError::write(path, reason)),
            }
        }
        Ok(())
    }

    /// Writes every file beside its place.
    fn write_beside(&mut self, files: &[OutputFile]) -> Result<Vec<Beside>, StudyError> {
        let mut written = Vec::with_capacity(files.len());
        let mut cleared = BTreeSet::new();
        for file in files {
            let target = self.root.join(&file.name);
            if let Some(parent) = target.parent() {
                self.create(parent)?;
                if cleared.insert(parent.to_owned()) {
                    clear_leftovers(parent);
                }
            }
            written.push(Beside::write(target, &file.content)?);
        }
        Ok(written)
    }
}

impl Output for Directory {
    fn prepare(&mut self) -> Result<(), StudyError> {
        let root = self.root.clone();
        if root.exists() && !root.is_dir() {
            let reason = io::Error::new(io::ErrorKind::NotADirectory, "it is a file, not a directory");
            return Err(StudyError::write(&root, reason));
        }
        self.create(&root)?;
        clear_leftovers(&root);
        // A probe tells more than permissions do: it sees read-only mounts and full disks too.
        let probe = Beside::write(root.join("probe"), b"probe")?;
        drop(probe);
        Ok(())
    }

    fn publish(&mut self, files: &[OutputFile]) -> Result<(), StudyError> {
        let beside = self.write_beside(files)?;
        // Known before the record that lists them is replaced.
        let old = superseded(&self.root, files);
        // Only renames are left, which need no space: either all happen, or the file system itself is failing.
        beside.into_iter().try_for_each(Beside::rename)?;
        clear(&self.root, &old);
        self.created.clear();
        Ok(())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        for directory in self.created.drain(..).rev() {
            // A directory that somebody filled meanwhile stays.
            let _ = fs::remove_dir(directory);
        }
    }
}

/// Writes one file whole or not at all.
///
/// # Errors
/// If it cannot be written; then nothing is left behind.
pub(super) fn write_atomically(target: &Path, content: &[u8]) -> Result<(), StudyError> {
    write_together(&[(target, content)])
}

/// Writes files in several places: each whole or not at all, and none if one cannot be written.
///
/// # Errors
/// If any cannot be written; then nothing is left behind.
pub(super) fn write_together(files: &[(&Path, &[u8])]) -> Result<(), StudyError> {
    let beside = |&(target, content): &(&Path, &[u8])| Beside::write(target.to_owned(), content);
    let written: Vec<Beside> = files.iter().map(beside).collect::<Result<_, _>>()?;
    written.into_iter().try_for_each(Beside::rename)
}

/// Makes sure that the file can be written: a probe beside it sees read-only places and full disks.
///
/// # Errors
/// If it cannot.
pub(super) fn ensure_writable(target: &Path) -> Result<(), StudyError> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    clear_leftovers(folder.unwrap_or(Path::new(".")));
    Beside::write(target.to_owned(), b"probe").map(drop)
}

/// A complete file under a temporary name beside its place; removed unless it is renamed.
struct Beside {
    temporary: PathBuf,
    /// Locked as long as this lives, which tells others that nobody left it over.
    file: fs::File,
    target: PathBuf,
    is_renamed: bool,
}

impl Beside {
    fn write(target: PathBuf, content: &[u8]) -> Result<Self, StudyError> {
        let temporary = target.with_file_name(temporary_name(&target));
        let failed = |reason| StudyError::write(&target, reason);
        if target.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory")));
        }
        let file = create_locked(&temporary).map_err(failed)?;
        let beside = Self { temporary, file, target: target.clone(), is_renamed: false };
        let mut file = &beside.file;
        file.write_all(content).and_then(|()| file.sync_data()).map_err(failed)?;
        Ok(beside)
    }

    fn rename(mut self) -> Result<(), StudyError> {
        fs::rename(&self.temporary, &self.target)
            .map_err(|reason| StudyError::write(&self.target, reason))?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_renamed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// A new file that is locked. Nobody else's file is ever overwritten: the name must be new.
fn create_locked(path: &Path) -> io::Result<fs::File> {
    loop {
        let file = fs::File::create_new(path)?;
        // Where the system knows no locks, nobody clears anything either.
        let is_locked = file.lock().is_ok();
        // Somebody who clears may have been quicker than the lock, and has then taken the file away.
        if !is_locked || path.exists() {
            return Ok(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_below(root: &Path) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut open = vec![root.to_owned()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    names.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        names
    }

    #[test]
    fn files_are_written_into_new_folders_and_replaced() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("a/b");
        for content in ["one", "two"] {
            let mut directory = Directory::new(&root);
            directory.prepare().unwrap();
            let files =
                [OutputFile::text("run.json", content), OutputFile::text("charts/queue.svg", content)];
            directory.publish(&files).unwrap();
            drop(directory);
            assert_eq!(names_below(&root), ["charts/queue.svg", "run.json"]);
            assert_eq!(fs::read_to_string(root.join("run.json")).unwrap(), content);
        }
    }

    #[test]
    fn one_file_that_cannot_be_written_keeps_all_others_back() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("charts"), "a file where a folder is needed").unwrap();
        let mut directory = Directory::new(place.path());
        directory.prepare().unwrap();
        let files = [OutputFile::text("run.json", "{}"), OutputFile::text("charts/queue.svg", "<svg/>")];
        let error = directory.publish(&files).unwrap_err();
        assert!(error.to_string().contains("charts"), "{error}");
        assert_eq!(names_below(place.path()), ["charts"]);
    }

    #[test]
    fn what_was_prepared_and_never_filled_goes_away() {
        let place = tempfile::tempdir().unwrap();
        let mut directory = Directory::new(place.path().join("a/b/c"));
        directory.prepare().unwrap();
        assert!(place.path().join("a/b/c").is_dir());
        drop(directory);
        assert!(!place.path().join("a").exists() && place.path().exists());
    }

    #[test]
    fn a_path_below_a_regular_file_is_refused_before_any_work() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "kept").unwrap();
        for root in [file.clone(), file.join("out")] {
            let error = Directory::new(root).prepare().unwrap_err();
            assert!(
                error.to_string().contains("a file, not") || error.to_string().contains("not a directory")
            );
        }
        assert_eq!(fs::read_to_string(file).unwrap(), "kept");
    }

    #[test]
    fn a_single_file_leaves_no_traces_when_it_fails() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("new.yaml");
        write_atomically(&target, b"name: a\n").unwrap();
        assert!(write_atomically(place.path(), b"").is_err());
        assert!(write_atomically(&place.path().join("missing/new.yaml"), b"").is_err());
        assert_eq!(names_below(place.path()), ["new.yaml"]);
    }
}
