//! No bytes make the loader or the resolver panic or take long: `cargo +nightly fuzz run document`.
//!
//! The first line of the input is a `--set`, the rest is the scenario.

#![no_main]

use flashcrowd::scenario::{Document, MemoryInputs, resolve};
use libfuzzer_sys::fuzz_target;

/// A recorded trace, for scenarios that replay one.
const TRACE: &[u8] = b"timestamp,count\n2026-01-01T00:00:00Z,10\n2026-01-01T00:01:00Z,20\n";

fuzz_target!(|data: &[u8]| {
    let split = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (set, text) = data.split_at(split);
    let inputs = MemoryInputs::default().with("s.yaml", text).with("t.csv", TRACE);
    let (mut document, mut diagnostics) = Document::load("s.yaml", &inputs);
    document.set(&String::from_utf8_lossy(set), &mut diagnostics);
    if !document.is_broken {
        let (_, found) = resolve(&document, &inputs);
        diagnostics.extend(found);
    }
    let _ = diagnostics.render(&document.sources, false);
});
