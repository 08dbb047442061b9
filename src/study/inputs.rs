//! Inputs from the file system.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::scenario::{InputError, Inputs, matches};

/// Files below a folder (usually the current one); absolute names are themselves.
#[derive(Clone, Debug)]
pub struct FileInputs {
    root: PathBuf,
}

impl FileInputs {
    /// Names are relative to `root`; an empty one is the current directory.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Names of the plain files in `directory` whose name passes, each behind `prefix`, sorted.
    fn files(
        &self,
        directory: &Path,
        prefix: &str,
        passes: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, InputError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(directory).map_err(reason)? {
            let path = entry.map_err(reason)?.path();
            let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let name = format!("{prefix}{file}");
            if passes(&name) && path.is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

impl Inputs for FileInputs {
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError> {
        let path = self.path(name);
        let kind = fs::metadata(&path).map_err(reason)?;
        if kind.is_dir() {
            return Err(InputError::Unreadable("it is a directory".into()));
        }
        let mut content = Vec::new();
        // A pipe or a device may never end, so no more is read than is allowed.
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        File::open(&path).map_err(reason)?.take(most).read_to_end(&mut content).map_err(reason)?;
        if content.len() > limit { Err(InputError::TooLarge { limit }) } else { Ok(content) }
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, InputError> {
        if name.contains(['*', '?']) {
            let prefix = name.rfind('/').map_or("", |at| &name[..=at]);
            return self.files(&self.path(prefix), prefix, |file| matches(name, file)).map(Some);
        }
        let path = self.path(name);
        if !fs::metadata(&path).map_err(reason)?.is_dir() {
            return Ok(None);
        }
        let prefix = format!("{}/", name.trim_end_matches('/'));
        self.files(&path, &prefix, |_| true).map(Some)
    }
}

fn reason(error: std::io::Error) -> InputError {
    if error.kind() == ErrorKind::NotFound {
        return InputError::Missing;
    }
    let text = error.to_string();
    InputError::Unreadable(text.split(" (os error").next().unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_listed_and_limited() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("k8s/sub")).unwrap();
        for name in ["k8s/web.yaml", "k8s/api.yaml", "k8s/notes.txt", "a.yaml"] {
            fs::write(place.path().join(name), name).unwrap();
        }
        let inputs = FileInputs::new(place.path());
        assert_eq!(inputs.read("a.yaml", 6), Ok(b"a.yaml".to_vec()));
        assert_eq!(inputs.read("a.yaml", 5), Err(InputError::TooLarge { limit: 5 }));
        assert_eq!(inputs.read("b.yaml", 9), Err(InputError::Missing));
        assert_eq!(inputs.read("k8s", 9), Err(InputError::Unreadable("it is a directory".into())));
        let listed = |name: &str| inputs.list(name).unwrap();
        assert_eq!(listed("k8s/*.yaml"), Some(vec!["k8s/api.yaml".to_owned(), "k8s/web.yaml".to_owned()]));
        assert_eq!(listed("k8s/").map(|names| names.len()), Some(3));
        assert_eq!(listed("a.yaml"), None);
        assert_eq!(inputs.list("absent/"), Err(InputError::Missing));
    }
}
