//! The starter scenario: small, complete, and a comment at every line that a newcomer changes.

use std::path::Path;

use super::StudyError;
use super::output::write_atomically;

/// The text of the starter scenario.
#[must_use]
pub fn starter() -> &'static str {
    include_str!("starter.yaml")
}

/// Writes the starter scenario to the new file `path`.
///
/// # Errors
/// If `path` exists and `replace` is not set, or if it cannot be written.
pub fn write_new(path: &Path, replace: bool) -> Result<(), StudyError> {
    if path.exists() && !replace {
        let text = format!("`{}` exists and was left as it is; --force replaces it", path.display());
        return Err(StudyError::Refused(text));
    }
    write_atomically(path, starter().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_file_is_kept_unless_asked() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("peak.yaml");
        write_new(&path, false).unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(write_new(&path, false), Err(StudyError::Refused(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        write_new(&path, true).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), starter());
    }
}
