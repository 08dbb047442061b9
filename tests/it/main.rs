//! Every integration test, in one binary.

mod cli;
mod truth;
mod vectors;
