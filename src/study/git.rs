//! Inputs from a revision of a git repository, read with the `git` command: what a change is compared with.

use std::path::PathBuf;
use std::process::{Command, Output};

use super::StudyError;
use crate::scenario::{InputError, Inputs, matches};

/// Files of a revision, named as [`FileInputs`](super::FileInputs) names those of the working tree.
#[derive(Clone, Debug)]
pub struct GitInputs {
    /// Where names start; `git` finds the repository from there.
    root: PathBuf,
    /// The commit, in full.
    commit: String,
}

impl GitInputs {
    /// The files of `revision` (a branch, a tag, a commit, `HEAD~1` …) as seen from the folder `root`; an empty one
    /// is the current directory.
    ///
    /// # Errors
    /// If `git` cannot be run, there is no repository, or the revision is not in it.
    pub fn new(root: impl Into<PathBuf>, revision: &str) -> Result<Self, StudyError> {
        let mut inputs = Self { root: root.into(), commit: String::new() };
        let refused = |reason: &str| StudyError::Refused(format!("`git:{revision}`: {reason}"));
        if revision.is_empty() || revision.starts_with('-') {
            return Err(refused("a revision is a branch, a tag or a commit, such as git:main"));
        }
        let wanted = format!("{revision}^{{commit}}");
        let found = inputs.git(&["rev-parse", "--verify", "--end-of-options", &wanted]);
        let found = found.map_err(|reason| StudyError::Failed(format!("cannot run git: {reason}")))?;
        if !found.status.success() {
            let reason = complaint(&found);
            let is_unknown = reason.contains("single revision") || reason.contains("unknown revision");
            let shallow = "the repository has no such revision; a shallow clone has only its own commit: fetch the \
                           base with it (fetch-depth: 0)";
            return Err(refused(if is_unknown { shallow } else { &reason }));
        }
        inputs.commit = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        Ok(inputs)
    }

    /// The commit's short name, for reports.
    #[must_use]
    pub fn short(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }

    fn git(&self, arguments: &[&str]) -> std::io::Result<Output> {
        let root = if self.root.as_os_str().is_empty() { PathBuf::from(".") } else { self.root.clone() };
        // Names in messages are compared below, so they must not be translated.
        Command::new("git").arg("-C").arg(root).args(arguments).env("LC_ALL", "C").output()
    }

    fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, InputError> {
        let output = self.git(arguments).map_err(|error| InputError::Unreadable(error.to_string()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let reason = complaint(&output);
        let is_missing = ["does not exist in", "exists on disk, but not in", "Not a valid object name"];
        if is_missing.iter().any(|text| reason.contains(text)) {
            return Err(InputError::Missing);
        }
        Err(InputError::Unreadable(reason))
    }

    /// `COMMIT:./name`; absolute names are looked up from the top of the repository.
    fn object(&self, name: &str) -> Result<String, InputError> {
        if !name.starts_with('/') {
            let name = name.trim_end_matches('/');
            let relative = if name.is_empty() { "." } else { name };
            return Ok(format!("{}:./{relative}", self.commit));
        }
        let top = self.ask(&["rev-parse", "--show-toplevel"])?;
        let top = String::from_utf8_lossy(&top).trim().to_owned();
        let inside = name
            .strip_prefix(&top)
            .ok_or_else(|| InputError::Unreadable(format!("it lies outside the repository `{top}`")))?;
        Ok(format!("{}:{}", self.commit, inside.trim_matches('/')))
    }

    /// Names of the plain files in a folder, behind `prefix`.
    fn files(&self, folder: &str, prefix: &str) -> Result<Vec<String>, InputError> {
        let listed = self.ask(&["ls-tree", "-z", "--full-tree", &self.object(folder)?])?;
        let text = String::from_utf8_lossy(&listed).into_owned();
        let file = |entry: &str| {
            let (what, name) = entry.split_once('\t')?;
            what.contains(" blob ").then(|| format!("{prefix}{name}"))
        };
        let mut names: Vec<String> = text.split('\0').filter_map(file).collect();
        names.sort();
        Ok(names)
    }
}

impl Inputs for GitInputs {
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError> {
        let object = self.object(name)?;
        if self.ask(&["cat-file", "-t", &object])? == b"tree\n" {
            return Err(InputError::Unreadable("it is a directory".into()));
        }
        let size = self.ask(&["cat-file", "-s", &object])?;
        let size: usize = String::from_utf8_lossy(&size).trim().parse().unwrap_or(usize::MAX);
        if size > limit {
            return Err(InputError::TooLarge { limit });
        }
        self.ask(&["cat-file", "blob", &object])
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, InputError> {
        if name.contains(['*', '?']) {
            let prefix = name.rfind('/').map_or("", |at| &name[..=at]);
            let files = self.files(prefix, prefix)?;
            return Ok(Some(files.into_iter().filter(|file| matches(name, file)).collect()));
        }
        if self.ask(&["cat-file", "-t", &self.object(name)?])? != b"tree\n" {
            return Ok(None);
        }
        self.files(name, &format!("{}/", name.trim_end_matches('/'))).map(Some)
    }
}

/// The first line git complained with.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().next().unwrap_or("git gave no reason");
    line.trim_start_matches("fatal: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn git(place: &Path, arguments: &[&str]) {
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
        let done = Command::new("git").arg("-C").arg(place).args(who).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    #[test]
    fn files_of_a_revision_are_read_and_listed() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        git(root, &["init", "-q"]);
        fs::create_dir_all(root.join("s/k8s/deep")).unwrap();
        for (name, text) in
            [("s/a.yaml", "old"), ("s/k8s/w.yaml", "w"), ("s/k8s/deep/x.yaml", "x"), ("t.csv", "t")]
        {
            fs::write(root.join(name), text).unwrap();
        }
        git(root, &["add", "."]);
        git(root, &["commit", "-q", "-m", "first"]);
        fs::write(root.join("s/a.yaml"), "new").unwrap();
        fs::write(root.join("s/b.yaml"), "not committed").unwrap();
        let inputs = GitInputs::new(root.join("s"), "HEAD").unwrap();
        assert_eq!(inputs.read("a.yaml", 9), Ok(b"old".to_vec()));
        assert_eq!(inputs.read("a.yaml", 2), Err(InputError::TooLarge { limit: 2 }));
        assert_eq!(inputs.read("../t.csv", 9), Ok(b"t".to_vec()));
        assert_eq!(inputs.read("b.yaml", 9), Err(InputError::Missing));
        assert_eq!(inputs.read("k8s", 9), Err(InputError::Unreadable("it is a directory".into())));
        let listed = Ok(Some(vec!["k8s/w.yaml".to_owned()]));
        assert_eq!(inputs.list("k8s/"), listed);
        assert_eq!(inputs.list("k8s/*.yaml"), listed);
        assert_eq!(inputs.list("a.yaml"), Ok(None));
        assert!(GitInputs::new(root, "absent").is_err() && GitInputs::new(root, "--help").is_err());
    }
}
