//! Limits of response times that runs must count under. They are a question about the whole model, so they stand above
//! the objectives that it is made of.

use super::{Measure, Model, Objective, Scope, ServiceId, WaitKind};

impl Model {
    /// Limits in nanoseconds of the `within` objectives that a scope is counted under, sorted, each once. What is promised of
    /// all classes together is counted in each of them, and the system itself keeps no counts.
    #[must_use]
    pub fn within_limits(&self, scope: Scope) -> Vec<u64> {
        let counts = |objective: &&Objective| match scope {
            Scope::System => false,
            Scope::Class(_) => objective.scope == scope || objective.scope == Scope::System,
            Scope::Service(_) | Scope::Edge(_) => objective.scope == scope,
        };
        let of_scope = self.objectives.iter().filter(counts);
        sorted(of_scope.filter_map(|objective| match objective.measure {
            Measure::Within(limit, ..) => Some(limit.as_nanos()),
            _ => None,
        }))
    }

    /// Limits in nanoseconds of the `wait within` objectives of a service, sorted, each once.
    #[must_use]
    pub fn wait_limits(&self, service: ServiceId) -> Vec<u64> {
        let of_service = self.objectives.iter().filter(|o| o.scope == Scope::Service(service));
        sorted(of_service.filter_map(|objective| match objective.measure {
            Measure::Wait(WaitKind::Within(limit), ..) => Some(limit.as_nanos()),
            _ => None,
        }))
    }
}

fn sorted(limits: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut limits: Vec<u64> = limits.collect();
    limits.sort_unstable();
    limits.dedup();
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClassId, Comparison, ServiceId};
    use crate::units::SimDuration;

    #[test]
    fn limits_of_a_scope_are_sorted_and_stand_once() {
        let within = |class: u16, seconds: u64| Objective {
            text: String::new(),
            scope: Scope::Class(ClassId(class)),
            measure: Measure::Within(SimDuration::from_secs(seconds), Comparison::AtLeast, 0.9),
            during: None,
            every: None,
            in_runs: None,
        };
        let mean = Objective { measure: Measure::Mean(Comparison::Less, 1.0), ..within(0, 0) };
        let objectives = vec![within(0, 3), within(1, 9), within(0, 2), mean, within(0, 3)];
        let mut model = Model { objectives, ..Model::default() };
        assert_eq!(model.within_limits(Scope::Class(ClassId(0))), [2_000_000_000, 3_000_000_000]);
        model.objectives.push(Objective { scope: Scope::System, ..within(0, 1) });
        assert_eq!(model.within_limits(Scope::Class(ClassId(1))), [1_000_000_000, 9_000_000_000]);
        assert_eq!(model.within_limits(Scope::Service(ServiceId(1))), [0; 0]);
    }
}
