//! Whose measures they are, and how results name them.

use super::{ClassId, EdgeId, ServiceId};

/// What kind of thing is measured. Results, charts and documents know a kind by its prefix, so a new one is declared here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// All classes together.
    System,
    /// Kinds of client-visible requests.
    Class,
    /// Deployed units.
    Service,
    /// Who calls whom.
    Edge,
}

impl ScopeKind {
    /// All kinds, in the order of results.
    pub const ALL: [Self; 4] = [Self::System, Self::Class, Self::Service, Self::Edge];

    /// As it is written where nothing is named: `system`, `class`, `service`, `edge`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Class => "class",
            Self::Service => "service",
            Self::Edge => "edge",
        }
    }

    /// What stands above a table of them.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::System => "All requests",
            Self::Class => "Classes",
            Self::Service => "Services",
            Self::Edge => "Calls between services",
        }
    }

    /// The scope of this kind called `name`, as results write it: `class/NAME`; there is one system, and it has no name.
    #[must_use]
    pub fn called(self, name: &str) -> String {
        match self {
            Self::System => self.word().to_owned(),
            _ => format!("{}/{name}", self.word()),
        }
    }

    /// The name in a scope that is written as results have it; `None` if it is of another kind. That of the system is empty.
    #[must_use]
    pub fn name_in(self, scope: &str) -> Option<&str> {
        let rest = scope.strip_prefix(self.word())?;
        if self == Self::System { rest.is_empty().then_some(rest) } else { rest.strip_prefix('/') }
    }

    /// Whether a scope that is written as results have it is of this kind.
    #[must_use]
    pub fn holds(self, scope: &str) -> bool {
        self.name_in(scope).is_some()
    }
}

/// Whose measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All classes together.
    System,
    /// One class.
    Class(ClassId),
    /// One service.
    Service(ServiceId),
    /// One edge.
    Edge(EdgeId),
}

impl Scope {
    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> ScopeKind {
        match self {
            Self::System => ScopeKind::System,
            Self::Class(_) => ScopeKind::Class,
            Self::Service(_) => ScopeKind::Service,
            Self::Edge(_) => ScopeKind::Edge,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for kind in ScopeKind::ALL {
            let name = if kind == ScopeKind::System { "" } else { "a->b/c" };
            let written = kind.called(name);
            for other in ScopeKind::ALL {
                assert_eq!(
                    other.name_in(&written),
                    (other == kind).then_some(name),
                    "{written} as {other:?}"
                );
            }
        }
        assert_eq!(ScopeKind::Class.name_in("class"), None);
        assert_eq!(ScopeKind::System.name_in("systems"), None);
    }
}
