//! Where the threads meet the simulation: one reusable simulator a thread.

use std::sync::atomic::AtomicBool;

use crate::metrics::RunRecord;
use crate::model::Model;
use crate::system::Simulator;

/// Something that runs replications of `model` one after another and keeps its buffers between them. Which
/// replications it ran before does not matter to the next record.
pub fn workspace<'a>(
    model: &'a Model,
    interrupt: &'a AtomicBool,
) -> impl FnMut(u64) -> RunRecord + Send + use<'a> {
    let mut simulator = Simulator::new(model);
    move |replication| simulator.run(replication, interrupt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::test_model::mm1;
    use crate::experiment::{WorkUnit, Workers, find_warm_up, pilot_model};

    #[test]
    fn records_are_the_same_for_any_number_of_threads() {
        let model = mm1(50.0, 0.016, 40.0);
        let interrupt = AtomicBool::new(false);
        let records = |threads: usize| {
            let mut records = Vec::new();
            let unit = WorkUnit { design_point: 0, first: 3, count: 25 };
            let workers = Workers::new(threads).unwrap();
            workers
                .run(unit, || workspace(&model, &interrupt), &interrupt, |record| records.push(record))
                .unwrap();
            records
        };
        let one = records(1);
        assert_eq!(one.len(), 25);
        assert_ne!(one[0], one[1]);
        for threads in [2, 8] {
            assert!(records(threads) == one, "{threads} threads");
        }
    }

    #[test]
    fn the_warm_up_of_a_busy_queue_is_found() {
        // At utilisation 0.98 the relaxation time 1 / (mu (1 - sqrt rho)^2) is 158 s (J. W. Cohen, The Single
        // Server Queue, 1982), and the start is empty: something must go, and not half of the run.
        let model = mm1(61.25, 0.016, 4000.0);
        let pilot = pilot_model(&model);
        let interrupt = AtomicBool::new(false);
        let workers = Workers::new(2).unwrap();
        let found = find_warm_up(&workers, || workspace(&pilot, &interrupt), &interrupt).unwrap();
        let seconds = found.span.as_secs_f64();
        assert!((20.0..1800.0).contains(&seconds) && !found.too_short, "{found:?}");
    }
}
