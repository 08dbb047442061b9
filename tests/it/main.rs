//! Every integration test, in one binary.

mod cli;
mod house;
mod truth;
mod vectors;
