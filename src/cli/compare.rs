//! The verb `compare`.

use super::arguments::{CompareOptions, EditOptions, Format};
use super::around::{edits, file_name, show_diagnostics, watched};
use super::exit::Exit;
use super::terminal::Terminal;
use crate::report;
use crate::scenario::quantity;
use crate::study::{self, Contestant, Directory, Edit, FileInputs, Output, Prepared, StudyError};

pub fn compare(options: &CompareOptions, terminal: &Terminal) -> Result<Exit, StudyError> {
    let indifference = options.indifference.as_deref().map(indifference).transpose()?;
    let sides = sides(options)?;
    sides.iter().for_each(|(_, prepared)| show_diagnostics(prepared, terminal));
    if sides.iter().any(|(_, prepared)| prepared.scenario.is_none()) {
        return Ok(Exit::Refused);
    }
    let contestants: Vec<Contestant<'_>> =
        sides.iter().map(|(label, prepared)| Contestant { label, prepared }).collect();
    let mut directory = options.results.out.as_ref().map(Directory::new);
    let output = directory.as_mut().map(|directory| directory as &mut dyn Output);
    let result = watched(terminal, options.results.work, |execution| {
        study::compare(&contestants, indifference, execution, output)
    })?;
    let mut text = match terminal.format {
        Format::Json => report::compare_json(&result.comparison),
        Format::Text => report::compare_text(&result.comparison),
    };
    if terminal.format == Format::Text {
        result.bounds_hit.iter().for_each(|bound| text.push_str(&format!("bound hit: {bound}\n")));
        if let Some(out) = &options.results.out {
            text.push('\n');
            let names = result.files.iter().map(|file| out.join(&file.name).display().to_string());
            names.for_each(|name| text.push_str(&format!("Written: {name}\n")));
        }
    }
    terminal.result(&text)?;
    Ok(if result.bounds_hit.is_empty() { Exit::Passed } else { Exit::Failed })
}

fn indifference(text: &str) -> Result<f64, StudyError> {
    let refused = |reason: String| StudyError::Refused(format!("--indifference {reason}"));
    let share = quantity::ratio(text).map_err(|wrong| refused(wrong.message))?;
    if share > 0.0 { Ok(share) } else { Err(refused("must be above zero, such as 2%".to_owned())) }
}

/// Every side with what it is called.
fn sides(options: &CompareOptions) -> Result<Vec<(String, Prepared)>, StudyError> {
    let inputs = FileInputs::new("");
    if let ([name], [_, _], []) = (&options.scenario[..], &options.edit.set[..], &options.with[..]) {
        return two_settings(&file_name(name), &options.edit, &inputs);
    }
    let common = edits(&options.edit);
    let names: Vec<String> = options.scenario.iter().map(|name| file_name(name)).collect();
    let mut sides = Vec::with_capacity(names.len() + options.with.len());
    for name in &names {
        sides.push((name.clone(), study::prepare(name, &common, &inputs)?));
    }
    for with in &options.with {
        let mut all = common.clone();
        let (label, with) = named(with)?;
        let one = |text: &str| Edit { option: "--with".to_owned(), assignment: text.trim().to_owned() };
        all.extend(with.split(';').filter(|text| !text.trim().is_empty()).map(one));
        sides.push((label.to_owned(), study::prepare(&names[0], &all, &inputs)?));
    }
    Ok(sides)
}

/// The name of a side and its edits: `NAME: EDITS`, or the edits alone, which then are the name.
fn named(with: &str) -> Result<(&str, &str), StudyError> {
    let before = with.split('=').next().unwrap_or_default();
    let Some(colon) = before.find(": ") else { return Ok((with.trim(), with)) };
    let (name, edits) = (before[..colon].trim(), &with[colon + 1..]);
    if name.is_empty() {
        return Err(StudyError::Refused(format!("--with `{with}`: the name before `:` is empty")));
    }
    Ok((name, edits))
}

/// One scenario with two edits: a side each.
fn two_settings(
    name: &str,
    options: &EditOptions,
    inputs: &FileInputs,
) -> Result<Vec<(String, Prepared)>, StudyError> {
    let side = |text: &String| {
        let alone = EditOptions { set: vec![text.clone()], ..options.clone() };
        Ok((text.trim().to_owned(), study::prepare(name, &edits(&alone), inputs)?))
    };
    options.set.iter().map(side).collect()
}
