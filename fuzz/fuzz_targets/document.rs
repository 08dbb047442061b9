//! No bytes make the loader panic or take long: `cargo +nightly fuzz run document`.
//!
//! The first line of the input is a `--set`, the rest is the scenario.

#![no_main]

use flashcrowd::scenario::{Document, MemoryInputs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let split = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (set, text) = data.split_at(split);
    let inputs = MemoryInputs::default().with("s.yaml", text);
    let (mut document, mut diagnostics) = Document::load("s.yaml", &inputs);
    document.set(&String::from_utf8_lossy(set), &mut diagnostics);
    let _ = diagnostics.render(&document.sources, false);
});
