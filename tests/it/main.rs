//! Every integration test, in one binary.

mod cli;
mod house;
mod oracle;
mod scenarios;
mod truth;
mod vectors;
