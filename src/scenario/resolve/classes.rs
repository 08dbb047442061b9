//! Classes of requests: what their clients do, and how long they wait.

use super::build::Build;
use super::laws;
use super::steps::{Caller, STEPS};
use super::upstreams::{UPSTREAM, Upstreams};
use crate::model::{Caller as EdgeCaller, Class, ClassId, Patience, PatienceUntil, SourceId, StepId};
use crate::scenario::cursor::Field;
use crate::scenario::table::{Kind, Table, optional, with_default};

pub(super) static CLASS: Table = Table {
    name: "class",
    doc: "A kind of client-visible request",
    keys: &[
        with_default(
            "weight",
            Kind::Number,
            "1",
            "Its share of the source's requests, in proportion to the other weights",
        ),
        optional("entry", Kind::Reference, "The operation it calls, as service.operation"),
        optional("steps", STEPS, "Instead of `entry`: what its client does, step by step"),
        optional(
            "patience",
            Kind::Either(&[Kind::OneOf(&["none"]), Kind::Law]),
            "How long the client waits; none (for ever) if absent",
        ),
        with_default(
            "patience_until",
            Kind::OneOf(&["answer", "service"]),
            "answer",
            "Whether the wait ends with the answer or with the start of service",
        ),
        with_default("client_retries", Kind::Count, "0", "Further tries of the client after a failure"),
        with_default("priority", Kind::Count, "0", "Rank in priority queues, 0 (first) to 7"),
        optional("value", Kind::Money, "Worth of a success"),
        optional(
            "upstreams",
            Kind::Named(&Kind::Map(&UPSTREAM)),
            "How the clients of this class call services, instead of `clients.upstreams`",
        ),
    ],
};

/// A class whose program waits for the services.
pub(super) struct PendingClass<'a> {
    id: ClassId,
    path: String,
    entry: Option<Field<'a>>,
    steps: Option<Field<'a>>,
    upstreams: Option<Field<'a>>,
    client_retries: u8,
}

impl<'a> PendingClass<'a> {
    /// Reads the class `name` into the model, without its program; its weight comes back too.
    pub(super) fn read(
        name: &str,
        field: &Field<'a>,
        source: SourceId,
        build: &mut Build<'a>,
    ) -> (Self, f64) {
        let map = field.map();
        let _ = build.is_full(field.node.span);
        if build.model.class_named(name).is_some() {
            field
                .error(format!("two classes are called `{name}`; names of classes are unique in a scenario"));
        }
        let head = map.exactly_one(&["entry", "steps"]);
        let priority = map.count("priority").unwrap_or(0);
        if let Some(field) = map.field("priority").filter(|_| priority > 7) {
            field.error(format!("{} is {priority}; it goes from 0 (first) to 7", field.path));
        }
        let until = match map.word("patience_until") {
            Some("service") => PatienceUntil::Service,
            _ => PatienceUntil::Answer,
        };
        let patience = map.field("patience").filter(|field| field.node.as_text() != Some("none"));
        let patience = patience.and_then(|field| laws::law(&field));
        let patience = patience.map(|law| Patience { law: build.law_id(law), until });
        let value = map.money("value").map(|money| {
            if let Some(field) = map.field("value").filter(|_| money.per_hour) {
                field.error(format!("{} is per success, not per hour", field.path));
            }
            (money.amount, money.currency)
        });
        let retries = map.count("client_retries").unwrap_or(0);
        if let Some(field) = map.field("client_retries").filter(|_| retries > 100) {
            field.error(format!("{} is {retries}; at most 100 retries are simulated", field.path));
        }
        let (entry, steps) = (map.field("entry"), map.field("steps"));
        if let Some(field) = map.field("client_retries").filter(|_| retries > 0 && head == Some("steps")) {
            field.key_error("`client_retries` belongs to `entry`; a call in `steps` has its own `retries`");
        }
        let weight = map.number("weight").unwrap_or(1.0);
        let id = ClassId(build.model.classes.len() as u16);
        let (name, program) = (name.to_owned(), StepId(0));
        build.model.classes.push(Class {
            name,
            source,
            program,
            patience,
            priority: priority.min(7) as u8,
            value,
        });
        let upstreams = map.field("upstreams");
        let client_retries = retries.min(100) as u8;
        (Self { id, path: field.path.clone(), entry, steps, upstreams, client_retries }, weight)
    }

    /// Compiles the program, now that the services are known. `clients` is how clients call in general.
    pub(super) fn compile(self, clients: &Upstreams, build: &mut Build<'a>) {
        let own = self.upstreams.map(|field| Upstreams::read(&field, build));
        let caller = match &own {
            Some(_) => EdgeCaller::Class(self.id),
            None => EdgeCaller::Clients,
        };
        let patient = build.model.classes[self.id.index()].patience.is_none();
        let upstreams = own.as_ref().unwrap_or(clients);
        let caller = Caller { who: caller, upstreams, is_client: true, waits_for_ever: patient };
        let program = match (&self.entry, &self.steps) {
            (Some(entry), _) => build.entry_program(entry, self.client_retries, &caller),
            (None, Some(steps)) => build.program(steps, &caller),
            (None, None) => None,
        };
        if let Some(program) = program {
            build.model.classes[self.id.index()].program = program;
        } else {
            debug_assert!(build.context.has_errors(), "{} has no program", self.path);
        }
    }
}
