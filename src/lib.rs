//! flashcrowd: a deterministic discrete-event simulator for capacity planning under traffic peaks.
//!
//! The library's interface is [`study`]: [`study::Study`] is a scenario with edits, and every verb of the command line
//! is a function there. Rooms stand on floors and import only from floors below them; `ARCHITECTURE.md` is the map.

pub mod units;

pub mod numerics;

pub mod engine;
pub mod random;
pub mod stats;

pub mod model;
pub mod policy;

pub mod metrics;
pub mod scenario;
pub mod theory;

pub mod system;

pub mod experiment;

pub mod analysis;
pub mod baseline;

pub mod report;

pub mod study;

pub mod cli;
