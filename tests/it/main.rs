//! Every integration test, in one binary.

mod calls;
mod capacity;
mod cli;
mod coverage;
mod guarantees;
mod house;
mod hpa;
mod oracle;
mod properties;
mod scenarios;
mod timeline;
mod truth;
mod vectors;
mod visits;
