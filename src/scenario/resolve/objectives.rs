//! The section `objectives`: `[scope] measure [during WHEN] [in every DURATION window] [in PERCENT of runs]`.

use super::build::Build;
use super::objective_words::{LATER, MEASURES, Words, words};
use crate::model::{Caller, Measure, Objective, Scope, ShareKind};
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::{Diagnostic, Severity, nearest};
use crate::scenario::quantity::{self, Wrong};
use crate::units::SimDuration;

pub(super) const FORM: &str = "such as: checkout within 800ms >= 99.5% during opening in 95% of runs";
/// Reads the section into the model.
pub(super) fn objectives(section: &Field<'_>, build: &mut Build<'_>) {
    for item in section.items() {
        let Some(text) = item.text() else { continue };
        let words = words(&text);
        let mut reader = Reader { item: &item, words: Words::new(&words), build };
        match reader.objective(&text) {
            Ok(objective) => build.model.objectives.push(objective),
            Err(Refused::Wrong(wrong)) => item.wrong(wrong),
            Err(Refused::Said) => {}
        }
    }
}

pub(super) enum Refused {
    Wrong(Wrong),
    /// A diagnostic has been made.
    Said,
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

pub(super) type Parsed<T> = Result<T, Refused>;

pub(super) struct Reader<'r, 'b, 'a> {
    pub item: &'r Field<'a>,
    pub words: Words<'r>,
    pub build: &'r Build<'b>,
}

impl Reader<'_, '_, '_> {
    fn objective(&mut self, text: &str) -> Parsed<Objective> {
        let scope = self.scope()?;
        let measure = self.measure()?;
        if matches!(measure, Measure::Wait(..)) && !matches!(scope, Scope::Service(_)) {
            let message = "measures waiting, which is recorded of services".to_owned();
            return Err(self.words.wrong(message, "such as: service/web waits <= 20%").into());
        }
        if let Measure::Cpu(kind, ..) = measure {
            self.has_cpu(scope, kind)?;
        }
        let of_pods = matches!(measure, Measure::Utilisation(..) | Measure::Replicas(..));
        if of_pods && !matches!(scope, Scope::Service(_) | Scope::System) {
            let message = "measures pods, which services have and classes and edges do not".to_owned();
            return Err(self.words.wrong(message, "such as: service/web utilisation <= 80%").into());
        }
        let (mut during, mut every, mut in_runs) = (None, None, None);
        while let Some(word) = self.words.next() {
            match word.text {
                "during" => during = Some(self.during()?),
                "in" if self.words.accept("every") => {
                    let width = self.words.value(quantity::duration, "a width such as 10s", FORM)?;
                    if width <= 0.0 {
                        return Err(Wrong::new("has windows without width", FORM).into());
                    }
                    self.words.expect(&["window", "windows"], FORM)?;
                    every = Some(SimDuration::from_secs_f64(width));
                }
                "in" => {
                    in_runs = Some(self.share_of_runs()?);
                    self.words.expect(&["of"], FORM)?;
                    self.words.expect(&["runs"], FORM)?;
                }
                other => {
                    let near = nearest(other, ["during", "in"]).map(|near| format!("did you mean `{near}`?"));
                    let wrong = self.words.wrong(format!("has `{other}` after the measure"), FORM);
                    return Err(Wrong { help: near, ..wrong }.into());
                }
            }
        }
        let objective = Objective { text: text.to_owned(), scope, measure, during, every, in_runs };
        if objective.needs_calls() && !self.build.model.recording.calls {
            let message = "asks for what became of single calls, which `run.record.calls: false` leaves out";
            return Err(Wrong::new(message, "run.record.calls: true, or no such objective").into());
        }
        Ok(objective)
    }

    /// `class/C`, `service/S`, `edge/A->B`, `system`, a class, or nothing before the measure.
    fn scope(&mut self) -> Parsed<Scope> {
        let Some(word) = self.words.peek() else { return Err(Wrong::new("is empty", FORM).into()) };
        if MEASURES.contains(&word.text) {
            return Ok(Scope::System);
        }
        self.words.next();
        if LATER.contains(&word.text) {
            return Err(self.later(word.text));
        }
        let model = &self.build.model;
        if model.classes.is_empty() && self.build.context.has_errors() {
            return Err(Refused::Said);
        }
        let classes = || model.classes.iter().map(|class| class.name.as_str());
        let services = || model.services.iter().map(|service| service.name.as_str());
        let edges = self.edges();
        let unknown = |kind: &str, name: &str, known: &[&str], near: Option<&str>| {
            let wrong = self.words.wrong(format!("names the {kind} `{name}`, which is not there"), FORM);
            let kinds = if kind == "class" { "classes".to_owned() } else { format!("{kind}s") };
            let listed = known.iter().take(8).copied().collect::<Vec<_>>().join(", ");
            Refused::from(match near.or_else(|| nearest(name, known.iter().copied())) {
                Some(near) => wrong.help(format!("did you mean `{near}`?")),
                None => wrong.help(format!("the {kinds} are {listed}")),
            })
        };
        match word.text.split_once('/') {
            None if word.text == "system" => Ok(Scope::System),
            None => model.class_named(word.text).map(Scope::Class).ok_or_else(|| {
                let near = nearest(word.text, classes().chain(MEASURES.iter().copied()));
                unknown("class", word.text, &classes().collect::<Vec<_>>(), near)
            }),
            Some(("class", name)) => {
                let found = model.class_named(name).map(Scope::Class);
                found.ok_or_else(|| unknown("class", name, &classes().collect::<Vec<_>>(), None))
            }
            Some(("service", name)) => {
                let found = model.service_named(name).map(Scope::Service);
                found.ok_or_else(|| unknown("service", name, &services().collect::<Vec<_>>(), None))
            }
            Some(("edge", name)) => {
                let known: Vec<&str> = edges.iter().map(String::as_str).collect();
                self.edge(name).ok_or_else(|| unknown("edge", name, &known, None))
            }
            Some((kind, _)) => {
                let message = format!("has the scope `{kind}/…`");
                Err(self.words.wrong(message, "class/C, service/S, edge/A->B or system").into())
            }
        }
    }

    /// An edge by `A->B`, where A is a service, a class, or `clients`.
    fn edge(&self, name: &str) -> Option<Scope> {
        let (from, to) = name.split_once("->")?;
        let model = &self.build.model;
        let target = model.service_named(to)?;
        let is_caller = |caller: Caller| match caller {
            Caller::Clients => from == "clients",
            Caller::Class(class) => model.classes[class.index()].name == from,
            Caller::Service(service) => model.services[service.index()].name == from,
        };
        let at = model.edges.iter().position(|edge| edge.target == target && is_caller(edge.caller))?;
        Some(Scope::Edge(crate::model::EdgeId(at as u16)))
    }

    fn share_of_runs(&mut self) -> Parsed<f64> {
        let share = self.words.value(quantity::ratio, "a share such as 95%", FORM)?;
        if share == 0.0 {
            let message = "asks for 0% of runs, which every scenario has".to_owned();
            return Err(self.words.wrong(message, "a share such as 95%").into());
        }
        if share == 1.0 {
            let message =
                format!("{} asks for 100% of runs, which no number of runs can show", self.item.path);
            let help = "it can only fail or stay open: the next run may miss it; ask for a share such as 99%";
            self.item.context.push(Diagnostic::warning(self.item.node.span, message).help(help));
        }
        Ok(share)
    }

    pub(super) fn later(&self, measure: &str) -> Refused {
        let message = format!("has the measure `{measure}`, which is not built yet");
        self.words.wrong(message, "a measure such as within, success, p99 or utilisation").into()
    }

    /// Every edge as it is named in a scope.
    fn edges(&self) -> Vec<String> {
        let model = &self.build.model;
        let caller = |caller| match caller {
            Caller::Clients => "clients",
            Caller::Class(class) => model.classes[class.index()].name.as_str(),
            Caller::Service(service) => model.services[service.index()].name.as_str(),
        };
        let target = |service: crate::model::ServiceId| &model.services[service.index()].name;
        model.edges.iter().map(|edge| format!("{}->{}", caller(edge.caller), target(edge.target))).collect()
    }

    /// A window's name, or `TIME..TIME`.
    fn during(&mut self) -> Parsed<(crate::units::SimTime, crate::units::SimTime)> {
        let when = self.words.until(&["in", "during"]);
        let clock = &self.build.clock;
        let (start, end) = if when.contains("..") {
            let span = quantity::time_span(&when)?;
            let at = |time| clock.seconds(time, self.item).ok_or(Refused::Said);
            (at(&span.start)?, at(&span.end)?)
        } else {
            let find = |end: &str| clock.marks.iter().find(|(mark, _)| *mark == format!("{when}.{end}"));
            let (Some((_, start)), Some((_, end))) = (find("start"), find("end")) else {
                let known = clock.marks.iter().filter_map(|(mark, _)| mark.strip_suffix(".end"));
                let near = nearest(&when, known).map(|near| format!("did you mean `{near}`?"));
                let message = format!("names the window `{when}`, which is no peak and not in run.windows");
                let wrong = self.words.wrong(message, "a window's name, or a span such as T0..T0+5m");
                return Err(Wrong { help: near, ..wrong }.into());
            };
            (*start, *end)
        };
        if start < clock.from - 1e-9 || end > clock.to + 1e-9 {
            let message = format!("looks at a span outside the counted one ({when})");
            return Err(self.words.wrong(message, "a span inside run.from..run.to").into());
        }
        if end <= start {
            return Err(self.words.wrong("looks at an empty span".to_owned(), FORM).into());
        }
        Ok((clock.sim(start), clock.sim(end)))
    }
}

/// What is doubtful about the objectives as a whole.
pub(super) fn doubt(section: Option<&Field<'_>>, build: &Build<'_>) {
    let model = &build.model;
    if build.context.has_errors() {
        // The guard that seems to be missing may be the one that could not be read.
        return;
    }
    if model.objectives.is_empty() {
        let message = "nothing is asserted: without `objectives` every run passes".to_owned();
        let place = section.map(|field| field.key_span);
        build.context.push(Diagnostic::new(Severity::Warning, place, message));
        return;
    }
    // Limits on what is shed or fails do not help: a class that is shed at its limit still has a fine percentile.
    let guards = |scope: Scope| {
        model.objectives.iter().any(|other| {
            let guard = match other.measure {
                Measure::Within(_, how, _) | Measure::Share(ShareKind::Success, how, _) => !how.wants_small(),
                _ => false,
            };
            let whole = other.scope == Scope::System && model.classes.len() == 1;
            guard && (other.scope == scope || whole)
        })
    };
    let items = section.map(|field| field.items()).unwrap_or_default();
    for objective in &model.objectives {
        let tail = matches!(objective.measure, Measure::Quantile(_, how, _) | Measure::Mean(how, _) if how.wants_small());
        if !tail || guards(objective.scope) {
            continue;
        }
        let item = items.iter().find(|item| item.node.as_text() == Some(objective.text.as_str()));
        let place = item.map(|item| item.node.span);
        let message = format!(
            "`{}` alone is passed by turning requests away: they have no response time",
            objective.text
        );
        let diagnostic = Diagnostic::new(Severity::Warning, place, message);
        build.context.push(diagnostic.help("add a `within` or `success` objective on the same scope"));
    }
}
