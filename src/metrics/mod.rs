//! Probes, recorders and the record of a run.
