//! Every integration test, in one binary.

mod cli;
mod house;
mod oracle;
mod truth;
mod vectors;
