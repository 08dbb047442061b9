//! The section `sweep`: which values vary, together or in every combination, and under which conditions.

use super::root::{ROOT, counts};
use crate::scenario::axis::{Condition, Level, MAX_LEVELS, VALUES, Values};
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::document::Document;
use crate::scenario::node::Value;
use crate::scenario::path::{Path, full_kind};
use crate::scenario::source::Span;

/// Most design points of a sweep.
pub const MAX_POINTS: usize = 10_000;

/// Most combinations that conditions choose from.
const MAX_COMBINATIONS: usize = 1_000_000;

/// One value that varies.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Its address as written.
    pub path: String,
    /// The shortest end of the address that no other factor shares.
    pub name: String,
    /// Where the address is written.
    pub path_span: Span,
    /// Where the values are written.
    pub span: Span,
    /// Its values.
    pub values: Values,
}

/// What a sweep varies.
#[derive(Clone, Debug)]
pub struct SweepPlan {
    /// Every factor; the groups hold their places.
    pub factors: Vec<Factor>,
    /// Factors that move together; those of different groups are combined.
    pub groups: Vec<Vec<usize>>,
    /// What every point must meet.
    pub conditions: Vec<(Condition, Span)>,
    /// Points of a Latin hypercube, instead of every combination.
    pub sample: Option<u32>,
    /// Where the section is written.
    pub span: Span,
}

impl SweepPlan {
    /// Every combination that meets the conditions, one value a factor; the last group changes fastest. Empty for a
    /// sample.
    #[must_use]
    pub fn combinations(&self) -> Vec<Vec<Level>> {
        let Some(counts) = self.counts() else { return Vec::new() };
        let total: usize = counts.iter().product();
        let mut points = Vec::new();
        for number in 0..total {
            let point = self.combination(number, &counts);
            if self.conditions.iter().all(|(condition, _)| condition.holds(&point)) {
                points.push(point);
            }
        }
        points
    }

    /// The point in which each group, in their order, takes the value at its share of the way (0 to 1 without 1);
    /// nothing if a condition forbids it.
    #[must_use]
    pub fn drawn(&self, shares: &[f64]) -> Option<Vec<Level>> {
        let share = |factor: usize| self.groups.iter().zip(shares).find(|(group, _)| group.contains(&factor));
        let level =
            |(at, factor): (usize, &Factor)| factor.values.at(share(at).map_or(0.0, |(_, share)| *share));
        let point: Vec<Level> = self.factors.iter().enumerate().map(level).collect();
        self.conditions.iter().all(|(condition, _)| condition.holds(&point)).then_some(point)
    }

    /// How many values each group has; nothing if one is only to be drawn from.
    fn counts(&self) -> Option<Vec<usize>> {
        self.groups.iter().map(|group| self.factors[*group.first()?].values.count()).collect()
    }

    fn combination(&self, number: usize, counts: &[usize]) -> Vec<Level> {
        let mut rest = number;
        let mut place = vec![0; self.factors.len()];
        for (group, count) in self.groups.iter().zip(counts).rev() {
            group.iter().for_each(|&factor| place[factor] = rest % count);
            rest /= count;
        }
        let level = |(factor, at): (&Factor, usize)| match &factor.values {
            Values::Levels(levels) => levels[at].clone(),
            Values::Range(_) => factor.values.at(0.0),
        };
        self.factors.iter().zip(place).map(level).collect()
    }
}

/// What is gathered while the section is read.
struct Reader<'a> {
    document: &'a Document,
    plan: SweepPlan,
    addresses: Vec<Path>,
    is_wrong: bool,
}

/// Reads the section. Nothing comes back if a part of it is wrong; everything wrong has been said.
pub(super) fn sweep(field: &Field<'_>, document: &Document) -> Option<SweepPlan> {
    let section = field.map();
    let plan = SweepPlan {
        factors: Vec::new(),
        groups: Vec::new(),
        conditions: Vec::new(),
        sample: None,
        span: field.key_span,
    };
    let mut reader = Reader { document, plan, addresses: Vec::new(), is_wrong: false };
    let (vary, zip) = (section.field("vary"), section.field("zip"));
    let (conditions, sample) = (section.field("where"), section.field("sample"));
    for (path, field) in vary.iter().flat_map(Field::entries) {
        let group: Vec<usize> = reader.factor(path, &field).into_iter().collect();
        reader.plan.groups.extend((!group.is_empty()).then_some(group));
    }
    for item in zip.iter().flat_map(Field::items) {
        let entries = item.entries();
        let group: Vec<usize> =
            entries.iter().filter_map(|(path, field)| reader.factor(path, field)).collect();
        if group.len() == entries.len() && !group.is_empty() {
            reader.same_length(&group, &item);
            reader.plan.groups.push(group);
        }
    }
    if reader.plan.factors.is_empty() && !reader.is_wrong {
        let diagnostic = Diagnostic::error(field.key_span, "the sweep varies nothing");
        field
            .context
            .push(diagnostic.expected("such as sweep: { vary: { traffic.shoppers.rate: [400/s, 800/s] } }"));
        return None;
    }
    reader.name_factors();
    reader.plan.sample = sample.and_then(|field| reader.sample(&field));
    conditions.iter().for_each(|field| reader.conditions(field));
    if !reader.is_wrong {
        reader.count_points(&section);
    }
    (!reader.is_wrong).then_some(reader.plan)
}

impl Reader<'_> {
    fn wrong(&mut self, field: &Field<'_>, diagnostic: Diagnostic) {
        self.is_wrong = true;
        field.context.push(diagnostic);
    }

    /// Reads one factor and gives its place.
    fn factor(&mut self, path: &str, field: &Field<'_>) -> Option<usize> {
        let address = match self.document.check_address(&ROOT, path, field.key_span) {
            Ok(address) => Some(address),
            Err(diagnostic) => {
                self.wrong(field, *diagnostic);
                None
            }
        };
        let values = match &field.node.value {
            Value::Sequence(items) => Values::list(items.iter().map(Level::of).collect()),
            Value::Mapping(_) => {
                let message = format!("`{path}` has a map where its values should be");
                self.wrong(field, Diagnostic::error(field.node.span, message).expected(VALUES));
                return None;
            }
            Value::Scalar(scalar) if !scalar.quoted => Values::parse(&scalar.text),
            _ => Values::list(vec![Level::of(field.node)]),
        };
        let values = match values {
            Ok(values) => Some(values),
            Err(wrong) => {
                let message = format!("`{path}` {}", wrong.message);
                let diagnostic = Diagnostic::error(field.node.span, message);
                let help = wrong.help;
                self.wrong(field, Diagnostic { help, ..diagnostic.expected(wrong.expected) });
                None
            }
        };
        let (address, values) = (address?, values?);
        let values = if counts(&address) { values.of_whole() } else { values };
        self.apart(path, &address, field);
        self.addresses.push(address);
        let (path_span, span) = (field.key_span, field.node.span);
        let (path, name) = (path.trim().to_owned(), String::new());
        self.plan.factors.push(Factor { path, name, path_span, span, values });
        Some(self.plan.factors.len() - 1)
    }

    /// Says if another factor sets the same value, or a part of it.
    fn apart(&mut self, path: &str, address: &Path, field: &Field<'_>) {
        let steps = |path: &Path| {
            let object = path.object.as_ref();
            let object = object.map(|o| (full_kind(&o.kind).to_owned(), o.namespace.clone(), o.name.clone()));
            (object, path.segments.iter().map(|segment| segment.text.clone()).collect::<Vec<_>>())
        };
        let (object, mine) = steps(address);
        let clash = self.addresses.iter().position(|other| {
            let (other_object, theirs) = steps(other);
            object == other_object && (mine.starts_with(&theirs) || theirs.starts_with(&mine))
        });
        if let Some(clash) = clash {
            let other = &self.plan.factors[clash];
            let (message, note) = if other.path == path {
                (format!("`{path}` varies twice"), "the other one".to_owned())
            } else {
                (format!("`{path}` and `{}` set the same value", other.path), "the other one".to_owned())
            };
            let diagnostic = Diagnostic::error(field.key_span, message).note_at(other.path_span, note);
            self.wrong(field, diagnostic);
        }
    }

    /// Members of a group have as many values each.
    fn same_length(&mut self, group: &[usize], item: &Field<'_>) {
        let counts: Vec<Option<usize>> =
            group.iter().map(|&at| self.plan.factors[at].values.count()).collect();
        let Some(odd) = counts.iter().position(|count| *count != counts[0]) else { return };
        let shown = |count: Option<usize>| {
            count.map_or("a range to draw from".to_owned(), |count| format!("{count} values"))
        };
        let (first, other) = (&self.plan.factors[group[0]], &self.plan.factors[group[odd]]);
        let message = format!(
            "factors that move together have as many values each: `{}` has {}, `{}` has {}",
            first.path,
            shown(counts[0]),
            other.path,
            shown(counts[odd])
        );
        let diagnostic = Diagnostic::error(other.span, message).note_at(first.span, "the first of the group");
        self.wrong(item, diagnostic);
    }

    /// Gives every factor the shortest end of its address that no other one shares.
    fn name_factors(&mut self) {
        let ends = |at: usize, length: usize| {
            let segments = &self.addresses[at].segments;
            let texts: Vec<&str> =
                segments.iter().rev().take(length).map(|segment| segment.text.as_str()).collect();
            texts.into_iter().rev().collect::<Vec<_>>().join(".")
        };
        let all = 0..self.addresses.len();
        let names: Vec<String> = all
            .clone()
            .map(|at| {
                let longest = self.addresses[at].segments.len();
                let own = |&length: &usize| {
                    all.clone().all(|other| other == at || ends(other, length) != ends(at, length))
                };
                (1..=longest)
                    .find(own)
                    .map_or_else(|| self.plan.factors[at].path.clone(), |length| ends(at, length))
            })
            .collect();
        self.plan.factors.iter_mut().zip(names).for_each(|(factor, name)| factor.name = name);
    }

    fn sample(&mut self, field: &Field<'_>) -> Option<u32> {
        let text = field.text()?;
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = match words[..] {
            ["latin", number] => number.parse::<u32>().ok(),
            _ => None,
        };
        let fits = number.filter(|&number| number >= 2 && number as usize <= MAX_POINTS);
        if fits.is_none() {
            let diagnostic = Diagnostic::error(field.node.span, format!("{} is `{text}`", field.path));
            self.wrong(
                field,
                diagnostic.expected(format!("latin and a number from 2 to {MAX_POINTS}, such as latin 50")),
            );
        }
        fits
    }

    fn conditions(&mut self, field: &Field<'_>) {
        let fields = if field.node.as_sequence().is_some() { field.items() } else { vec![field.clone()] };
        for field in fields {
            let Some(text) = field.text() else {
                self.is_wrong = true;
                continue;
            };
            let factors = &self.plan.factors;
            let place = |word: &str| {
                let is_named = |f: &Factor| f.path == word || f.name == word;
                factors.iter().position(is_named)
            };
            match Condition::parse(&text, &place) {
                Ok(condition) => self.plan.conditions.push((condition, field.node.span)),
                Err(error) => {
                    let names: Vec<String> =
                        factors.iter().flat_map(|f| [f.path.clone(), f.name.clone()]).collect();
                    let quote = usize::from(field.node.as_scalar().is_some_and(|scalar| scalar.quoted));
                    let span = error
                        .part
                        .map_or(field.node.span, |(at, length)| field.node.span.part(at + quote, length));
                    let mut diagnostic =
                        Diagnostic::error(span, format!("the condition `{}` {}", text.trim(), error.message));
                    if let Some(unknown) = &error.unknown {
                        diagnostic = match nearest(unknown, names.iter().map(String::as_str)) {
                            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                            None => diagnostic.expected(
                                "factors of this sweep, numbers with units, and + - * / between blanks",
                            ),
                        };
                    }
                    self.wrong(&field, diagnostic);
                }
            }
        }
    }

    /// Says if there is nothing to draw a range with, or too many points, or none.
    fn count_points(&mut self, section: &MapCursor<'_>) {
        let push = |diagnostic: Diagnostic| section.push(diagnostic);
        if self.plan.sample.is_some() {
            return;
        }
        let undrawn: Vec<&Factor> = self.plan.factors.iter().filter(|f| f.values.count().is_none()).collect();
        for factor in &undrawn {
            let message = format!("`{}` is a range without a step", factor.path);
            let help = "add `step C` or `log N` behind it, or `sample: latin 50` to draw points from it";
            push(Diagnostic::error(factor.span, message).help(help));
        }
        self.is_wrong |= !undrawn.is_empty();
        let Some(counts) = self.plan.counts() else { return };
        let total = counts.iter().fold(1_usize, |total, &count| total.saturating_mul(count));
        let most = if self.plan.conditions.is_empty() { MAX_POINTS } else { MAX_COMBINATIONS };
        if total > most {
            let message = format!("the sweep has {total} combinations, more than {most}");
            let help =
                format!("fewer values ({MAX_LEVELS} is the most of one factor), or `sample: latin 200`");
            push(Diagnostic::error(self.plan.span, message).help(help));
            self.is_wrong = true;
            return;
        }
        if self.plan.conditions.is_empty() {
            return;
        }
        let points = self.plan.combinations().len();
        if points > MAX_POINTS {
            push(Diagnostic::error(
                self.plan.span,
                format!("the sweep has {points} points, more than {MAX_POINTS}"),
            ));
        } else if points == 0 {
            let (condition, span) = &self.plan.conditions[0];
            let what = match self.plan.conditions.len() {
                1 => format!("no point meets the condition `{}`", condition.text),
                count => format!("no point meets all {count} conditions"),
            };
            push(Diagnostic::error(*span, format!("{what}: the sweep is empty")));
        }
        self.is_wrong |= points == 0 || points > MAX_POINTS;
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
