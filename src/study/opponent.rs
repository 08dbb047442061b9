//! What a change is compared with: another file, a folder, a revision, or the same scenario with other manifests.

use std::cell::Cell;

use super::StudyError;
use super::git::GitInputs;
use super::prepare::{Prepared, prepare};
use super::provenance::Edit;
use crate::scenario::{Against, InputError, Inputs};

/// What a scenario is compared with.
pub enum Opponent {
    /// Nothing, for this reason.
    Nobody(String),
    /// A scenario and what it is called in reports. It may have errors.
    Scenario(String, Box<Prepared>),
}

/// Finds and reads what the scenario file `name` is compared with. The same edits are carried out on it.
///
/// # Errors
/// If the place, the revision or a file in it cannot be read. A scenario that the place does not have is new, which
/// is no error.
pub fn opponent(
    name: &str,
    against: &Against,
    edits: &[Edit],
    inputs: &dyn Inputs,
) -> Result<Opponent, StudyError> {
    match against {
        Against::Place(place) => match place.strip_prefix("git:") {
            Some(revision) => in_revision(name, revision, edits),
            None => in_place(name, place, edits, inputs),
        },
        Against::Manifests(place) => with_manifests(name, place, edits, inputs),
    }
}

fn in_revision(name: &str, revision: &str, edits: &[Edit]) -> Result<Opponent, StudyError> {
    let inputs = GitInputs::new("", revision)?;
    let label = format!("git:{revision} ({})", inputs.short());
    if inputs.read(name, 0) == Err(InputError::Missing) {
        return Ok(Opponent::Nobody(format!("`{name}` is new: {label} does not have it")));
    }
    Ok(Opponent::Scenario(label, Box::new(prepare(name, edits, &inputs)?)))
}

fn in_place(name: &str, place: &str, edits: &[Edit], inputs: &dyn Inputs) -> Result<Opponent, StudyError> {
    let failed = |error| StudyError::Failed(format!("cannot read `{place}`: {error}"));
    if inputs.list(place).map_err(failed)?.is_none() {
        return Ok(Opponent::Scenario(place.to_owned(), Box::new(prepare(place, edits, inputs)?)));
    }
    // A copy of the whole tree has the same path in it, a plain folder of scenarios only the same name.
    let last = name.rsplit('/').next().unwrap_or(name);
    let folder = place.trim_end_matches('/');
    let candidates = [format!("{folder}/{name}"), format!("{folder}/{last}")];
    let is_there = |file: &&String| inputs.read(file, 0) != Err(InputError::Missing);
    match candidates.iter().find(is_there) {
        Some(file) => Ok(Opponent::Scenario(file.clone(), Box::new(prepare(file, edits, inputs)?))),
        None => Ok(Opponent::Nobody(format!("`{name}` is new: `{folder}` does not have it"))),
    }
}

/// Scenarios that `place` (a folder or `git:REVISION`) has for one of the `folders` and that are not among `names`, the
/// scenarios there are now: what nobody checks any more.
#[must_use]
pub fn gone(folders: &[String], names: &[String], place: &str, inputs: &dyn Inputs) -> Vec<String> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let now: Vec<String> = names.iter().map(|name| last(name)).collect();
    // What cannot be listed has been said where it is read, or is a single file.
    let listed = |inputs: &dyn Inputs, folder: &str| inputs.list(folder).ok().flatten();
    let mut found = Vec::new();
    for folder in folders {
        let (label, files) = match place.strip_prefix("git:") {
            Some(revision) => {
                let files = GitInputs::new("", revision).ok().and_then(|git| listed(&git, folder));
                (format!("{place}:"), files)
            }
            None => {
                let place = place.trim_end_matches('/');
                let inside = format!("{place}/{}", folder.trim_end_matches('/'));
                (String::new(), listed(inputs, &inside).or_else(|| listed(inputs, place)))
            }
        };
        let is_scenario = |file: &String| file.ends_with(".yaml") || file.ends_with(".yml");
        let missing = |file: &String| is_scenario(file) && !now.contains(&last(file));
        found.extend(
            files.unwrap_or_default().iter().filter(|file| missing(file)).map(|f| format!("{label}{f}")),
        );
    }
    found.sort();
    found.dedup();
    found
}

fn with_manifests(
    name: &str,
    place: &str,
    edits: &[Edit],
    inputs: &dyn Inputs,
) -> Result<Opponent, StudyError> {
    let exchanged = ExchangedManifests { inner: inputs, place, is_used: Cell::new(false) };
    let prepared = prepare(name, edits, &exchanged)?;
    if !exchanged.is_used.get() {
        let text = format!("`{name}` names no file in `manifests`, so `{place}` cannot stand in for one");
        return Err(StudyError::Refused(text));
    }
    Ok(Opponent::Scenario(format!("manifests of {place}"), Box::new(prepared)))
}

/// Inputs in which every folder or file of manifests is `place`. Only manifests are listed, so what is listed is
/// what is exchanged; laying the same objects over themselves twice changes nothing.
struct ExchangedManifests<'a> {
    inner: &'a dyn Inputs,
    place: &'a str,
    is_used: Cell<bool>,
}

impl Inputs for ExchangedManifests<'_> {
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError> {
        self.inner.read(name, limit)
    }

    fn list(&self, _: &str) -> Result<Option<Vec<String>>, InputError> {
        self.is_used.set(true);
        let found = self.inner.list(self.place)?;
        Ok(Some(found.unwrap_or_else(|| vec![self.place.to_owned()])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::MemoryInputs;

    fn deployment(replicas: u32) -> String {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web }}\nspec: {{ replicas: {replicas} }}\n"
        )
    }

    fn inputs() -> MemoryInputs {
        MemoryInputs::default()
            .with("s/a.yaml", "manifests: [ { file: ../now/ } ]\n")
            .with("s/plain.yaml", "run: { seed: 1 }\n")
            .with("old/a.yaml", "run: { seed: 2 }\n")
            .with("now/web.yaml", deployment(3))
            .with("base/web.yaml", deployment(2))
    }

    fn found(against: Against, name: &str) -> (String, Prepared) {
        match opponent(name, &against, &[], &inputs()).unwrap() {
            Opponent::Scenario(label, prepared) => (label, *prepared),
            Opponent::Nobody(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn folders_have_the_same_scenario_by_its_name() {
        let (label, prepared) = found(Against::Place("old".into()), "s/a.yaml");
        assert_eq!((label.as_str(), prepared.name.as_str()), ("old/a.yaml", "old/a.yaml"));
        let nobody = opponent("s/new.yaml", &Against::Place("old".into()), &[], &inputs()).unwrap();
        assert!(matches!(nobody, Opponent::Nobody(reason) if reason.contains("is new")));
    }

    #[test]
    fn scenarios_that_are_no_more_are_found() {
        let inputs = inputs().with("old/b.yaml", "").with("old/notes.txt", "").with("tree/s/c.yml", "");
        let names = ["s/a.yaml".to_owned(), "s/plain.yaml".to_owned()];
        let of = |place: &str| gone(&["s/".to_owned()], &names, place, &inputs);
        assert_eq!(of("old/"), ["old/b.yaml"]);
        assert_eq!(of("tree"), ["tree/s/c.yml"]);
        assert!(of("s").is_empty() && of("absent").is_empty() && of("old/a.yaml").is_empty());
    }

    #[test]
    fn manifests_can_be_exchanged() {
        let (label, prepared) = found(Against::Manifests("base/".into()), "s/a.yaml");
        assert_eq!(label, "manifests of base/");
        let spec = prepared.document.objects[0].node.get("spec").unwrap();
        assert_eq!(spec.get("replicas").and_then(|node| node.as_text()), Some("2"));
        let none = opponent("s/plain.yaml", &Against::Manifests("base/".into()), &[], &inputs());
        assert!(matches!(none, Err(StudyError::Refused(_))));
    }
}
