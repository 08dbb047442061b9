//! Steps as written to the flat programs that requests run.

use super::build::{Build, CallSpan, MAX_ENTRIES};
use super::laws;
use super::upstreams::{JITTER, RETRY_ON, TIMEOUT, Upstream, Upstreams};
use crate::model::{CallSite, Caller as EdgeCaller, SiteId, Step, StepId};
use crate::random::Law;
use crate::scenario::cursor::{Field, MapCursor};
use crate::scenario::diagnostics::Diagnostic;
use crate::scenario::table::{Kind, Table, optional, required, with_default};

/// A list of steps.
pub(super) const STEPS: Kind = Kind::List(&Kind::Map(&STEP));

static STEP: Table = Table {
    name: "step",
    doc: "One step: exactly one of work, wait, call, parallel, branch, repeat, and keys beside it",
    keys: &[
        optional(
            "work",
            Kind::Either(&[Kind::ShortLaw, Kind::Map(&MEASURED)]),
            "CPU time of one core, or as measured: { cores, at }",
        ),
        optional("wait", Kind::Law, "Time without CPU that holds the slot"),
        optional(
            "draws",
            Kind::OneOf(&["request", "try"]),
            "With work or wait: whether every try draws it anew; if absent, work belongs to the request, a wait to the try",
        ),
        optional("call", Kind::Reference, "Calls service.operation and waits for the answer"),
        optional(
            "parallel",
            Kind::List(&Kind::Either(&[Kind::Map(&STEP), Kind::List(&Kind::Map(&STEP))])),
            "Steps, or lists of steps, that run side by side",
        ),
        optional("need", Kind::Count, "With parallel: how many must succeed; all if absent"),
        optional("branch", Kind::List(&Kind::Map(&STEP)), "Steps taken with `probability`"),
        optional(
            "otherwise",
            Kind::List(&Kind::Map(&STEP)),
            "Steps taken if `probability` does not come true",
        ),
        optional("repeat", Kind::Count, "How many times `steps` are run"),
        optional("steps", Kind::List(&Kind::Map(&STEP)), "With repeat: what is repeated"),
        with_default("probability", Kind::Ratio, "100%", "Probability that the step is taken"),
        optional("timeout", TIMEOUT, "With call: longest time of the whole call with its retries"),
        optional("try_timeout", TIMEOUT, "With call: longest time of one try"),
        optional("retries", Kind::Count, "With call: tries after the first"),
        optional("retry_on", RETRY_ON, "With call: which failures are tried again"),
        optional("backoff", Kind::Duration, "With call: pause before the first retry"),
        optional("backoff_max", Kind::Duration, "With call: longest pause"),
        optional("jitter", JITTER, "With call: how the pause is spread"),
        optional("loss", Kind::Ratio, "With call: probability that a try never reaches the callee"),
    ],
};

static MEASURED: Table = Table {
    name: "measured-work",
    doc: "Work from a measurement: cores used at a rate",
    keys: &[
        required("cores", Kind::Cpu, "the cores used by all pods, such as 9.4"),
        required("at", Kind::Rate, "the rate at which they were used, such as 2600/s"),
        with_default("cv", Kind::Number, "1", "Standard deviation over mean (lognormal); 0 is constant"),
    ],
};

pub(super) const HEADS: &[&str] = &["work", "wait", "call", "parallel", "branch", "repeat"];
const CALL_KEYS: &[&str] =
    &["timeout", "try_timeout", "retries", "retry_on", "backoff", "backoff_max", "jitter", "loss"];

/// How deep parallel, branch and repeat may stand in each other.
const MAX_DEPTH: usize = 16;

/// Who runs a program.
pub(super) struct Caller<'u> {
    pub who: EdgeCaller,
    pub upstreams: &'u Upstreams,
    pub is_client: bool,
    /// Whether nothing but a timeout ends its wait.
    pub waits_for_ever: bool,
}

/// A step whose targets are still counted from the start of its program.
enum Local {
    Fixed(Step),
    /// One that every try draws anew.
    Redrawn(Step),
    Branch {
        probability: f64,
        otherwise: usize,
    },
    Jump {
        to: usize,
    },
}

impl<'a> Build<'a> {
    /// Compiles a list of steps to a program; `None` after a diagnostic.
    pub(super) fn program(&mut self, steps: &Field<'a>, caller: &Caller<'_>) -> Option<StepId> {
        let mut out = Vec::new();
        self.block(steps, caller, &mut out, 0);
        self.close(out, steps)
    }

    /// The program of a client that calls one operation.
    pub(super) fn entry_program(
        &mut self,
        entry: &Field<'a>,
        retries: u8,
        caller: &Caller<'_>,
    ) -> Option<StepId> {
        let said = Upstream::default();
        let step = self.site(entry, said, retries, caller)?;
        self.close(vec![Local::Fixed(step)], entry)
    }

    fn close(&mut self, steps: Vec<Local>, field: &Field<'a>) -> Option<StepId> {
        if self.is_full(field.node.span) || self.model.steps.len() + steps.len() > MAX_ENTRIES {
            return None;
        }
        let base = self.model.steps.len();
        let id = |at: usize| StepId((base + at) as u16);
        let redrawn = steps.iter().map(|step| matches!(step, Local::Redrawn(_)));
        self.model.redrawn.resize(base, false);
        self.model.redrawn.extend(redrawn);
        let placed = steps.into_iter().map(|step| match step {
            Local::Fixed(step) | Local::Redrawn(step) => step,
            Local::Branch { probability, otherwise } => {
                Step::Branch { probability, otherwise: id(otherwise) }
            }
            Local::Jump { to } => Step::Jump { to: id(to) },
        });
        let placed: Vec<Step> = placed.collect();
        Some(self.model.add_program(placed))
    }

    fn block(&mut self, steps: &Field<'a>, caller: &Caller<'_>, out: &mut Vec<Local>, depth: usize) {
        if depth > MAX_DEPTH {
            steps.error(format!("steps stand more than {MAX_DEPTH} deep in each other"));
            return;
        }
        for item in steps.items() {
            self.item(&item, caller, out, depth);
        }
    }

    fn item(&mut self, item: &Field<'a>, caller: &Caller<'_>, out: &mut Vec<Local>, depth: usize) {
        let map = item.map();
        let head = map.exactly_one(HEADS);
        let probability = map.ratio("probability").unwrap_or(1.0);
        let branch_at = out.len();
        if probability < 1.0 {
            out.push(Local::Branch { probability, otherwise: 0 });
        }
        check_siblings(&map, head);
        let said = Upstream::read(&map);
        let fields = ["work", "wait", "call", "parallel", "branch", "repeat", "steps", "otherwise"];
        let [work, wait, call, parallel, branch, _, steps, otherwise] = fields.map(|key| map.field(key));
        let (need, times, draws) = (map.count("need"), map.count("repeat"), map.field("draws"));
        let draws = draws.and_then(|field| field.word());
        let drawn = |step: Step, otherwise: &str| match draws.unwrap_or(otherwise) {
            "try" => Local::Redrawn(step),
            _ => Local::Fixed(step),
        };
        match head {
            Some("work") => {
                let step = work.and_then(|field| self.work(&field));
                out.extend(step.map(|step| drawn(step, "request")));
            }
            Some("wait") => {
                let law = wait.and_then(|field| laws::law(&field)).map(|law| self.law_id(law));
                out.extend(law.map(|law| drawn(Step::Wait { law }, "try")));
            }
            Some("call") => {
                let step = call.and_then(|field| self.site(&field, said, 0, caller));
                out.extend(step.map(Local::Fixed));
            }
            Some("parallel") => {
                if let Some(field) = parallel {
                    self.parallel(&field, need, caller, out, depth);
                }
            }
            Some("branch") => {
                if let Some(field) = branch {
                    self.block(&field, caller, out, depth + 1);
                }
            }
            Some(_) => {
                let Some(steps) = steps else {
                    return item.error(format!("{} repeats nothing: it has no `steps`", item.path));
                };
                if times.is_some_and(|times| times > MAX_ENTRIES as u64) {
                    return item
                        .error(format!("{}: `repeat` makes more than {MAX_ENTRIES} steps", item.path));
                }
                for _ in 0..times.unwrap_or(1) {
                    if out.len() + self.model.steps.len() > MAX_ENTRIES || self.is_full(item.node.span) {
                        return item.error(format!("{} makes more than {MAX_ENTRIES} steps", item.path));
                    }
                    self.block(&steps, caller, out, depth + 1);
                }
            }
            None => {}
        }
        if probability < 1.0 {
            self.join(branch_at, probability, otherwise.as_ref(), caller, out, depth);
        }
    }

    /// Where a step that was not taken goes on.
    fn join(
        &mut self,
        branch_at: usize,
        probability: f64,
        otherwise: Option<&Field<'a>>,
        caller: &Caller<'_>,
        out: &mut Vec<Local>,
        depth: usize,
    ) {
        let Some(steps) = otherwise else {
            out[branch_at] = Local::Branch { probability, otherwise: out.len() };
            return;
        };
        let jump_at = out.len();
        out.push(Local::Jump { to: 0 });
        out[branch_at] = Local::Branch { probability, otherwise: out.len() };
        self.block(steps, caller, out, depth + 1);
        out[jump_at] = Local::Jump { to: out.len() };
    }

    fn work(&mut self, field: &Field<'a>) -> Option<Step> {
        let law = match field.node.as_mapping() {
            None => laws::law(field)?,
            Some(_) => {
                let map = field.map();
                let (cores, at, cv) = (map.cpu("cores"), map.rate("at"), map.number("cv"));
                let mean = cores? / at?;
                let law = match cv {
                    Some(0.0) => Law::constant(mean),
                    cv => Law::lognormal_mean_cv(mean, cv.unwrap_or(1.0)),
                };
                match law {
                    Ok(law) => law,
                    Err(error) => {
                        field.error(format!("{}: {error}", field.path));
                        return None;
                    }
                }
            }
        };
        Some(Step::Work { law: self.law_id(law) })
    }

    fn parallel(
        &mut self,
        field: &Field<'a>,
        need: Option<u64>,
        caller: &Caller<'_>,
        out: &mut Vec<Local>,
        depth: usize,
    ) {
        let items = field.items();
        let need = need.unwrap_or(items.len() as u64);
        if items.is_empty() || need == 0 || need > items.len() as u64 {
            return field.error(format!(
                "{}: {need} of {} branches cannot be needed",
                field.path,
                items.len()
            ));
        }
        if depth > MAX_DEPTH {
            return field.error(format!("steps stand more than {MAX_DEPTH} deep in each other"));
        }
        let mut starts = Vec::new();
        for item in &items {
            let mut branch = Vec::new();
            if item.node.as_sequence().is_some() {
                self.block(item, caller, &mut branch, depth + 1);
            } else {
                self.item(item, caller, &mut branch, depth + 1);
            }
            starts.extend(self.close(branch, item));
        }
        let branches = starts.len().min(usize::from(u16::MAX)) as u16;
        out.push(Local::Fixed(Step::Parallel { branches, need: need as u16 }));
        out.extend(starts.into_iter().map(|to| Local::Fixed(Step::Jump { to })));
    }

    /// A call from here: its site is made, its operation is filled in when all are compiled.
    fn site(&mut self, call: &Field<'a>, said: Upstream, retries: u8, caller: &Caller<'_>) -> Option<Step> {
        let target = self.operation(call)?;
        if self.is_full(call.node.span) {
            return None;
        }
        let service = self.operations[target].service;
        let name = self.model.services[service.index()].name.clone();
        let upstream = said.over(caller.upstreams.of(&name));
        if let Some(other) = upstream.retries().filter(|_| retries > 0) {
            let message = format!(
                "the class's {retries} `client_retries` do not act: `clients.upstreams` says {other} for {name}"
            );
            self.doubts.push(Diagnostic::warning(call.node.span, message).help("say one of the two"));
        }
        let upstream = upstream.or_retries(retries);
        let policy = upstream.policy();
        let unbounded = policy.timeout.is_none() && !upstream.says_no_timeout();
        if unbounded && policy.try_timeout.is_none() && policy.loss > 0.0 && caller.waits_for_ever {
            call.error(format!("{}: tries are lost and nothing ends the wait; add a `timeout`", call.path));
        } else if unbounded && policy.try_timeout.is_none() && !caller.is_client {
            let message =
                format!("{}: calls to {name} have no timeout, so the caller waits for ever", call.path);
            let help =
                format!("add upstreams: {{ {name}: {{ timeout: 2s }} }}, or `timeout: none` if that is so");
            self.doubts.push(Diagnostic::warning(call.node.span, message).help(help));
        }
        let edge = self.edge_id(caller.who, service, upstream.edge(!caller.is_client));
        let site = SiteId(self.model.sites.len() as u16);
        self.model.sites.push(CallSite { edge, operation: StepId(0), policy });
        self.targets.push(target);
        self.calls.push(CallSpan { caller: caller.who, site, span: call.node.span });
        Some(Step::Call { site })
    }

    /// Fills in the programs that calls go to, now that all are compiled.
    pub(super) fn link(&mut self) {
        for (site, &target) in self.model.sites.iter_mut().zip(&self.targets) {
            if let Some(program) = self.operations[target].program {
                site.operation = program;
            }
        }
    }
}

/// Keys that belong to another head.
fn check_siblings(map: &MapCursor<'_>, head: Option<&'static str>) {
    let Some(head) = head else { return };
    let owners: [(&'static str, &str); 3] =
        [("need", "parallel"), ("steps", "repeat"), ("otherwise", "branch")];
    for (key, owner) in owners {
        if let Some(field) = map.field(key).filter(|_| head != owner) {
            let otherwise = key == "otherwise" && map.field("probability").is_some();
            if !otherwise {
                field.key_error(format!("`{key}` belongs to `{owner}`, not to `{head}`"));
            }
        }
    }
    if let Some(field) = map.field("draws").filter(|_| !matches!(head, "work" | "wait")) {
        field.key_error(format!("`draws` belongs to `work` and `wait`, not to `{head}`"));
    }
    for &key in CALL_KEYS {
        if let Some(field) = map.field(key).filter(|_| head != "call") {
            field.key_error(format!("`{key}` belongs to `call`, not to `{head}`"));
        }
    }
}
