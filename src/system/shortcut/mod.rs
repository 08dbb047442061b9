//! Faster ways to the same record, bit for bit.

mod queue;
#[cfg(test)]
mod tests;

pub use queue::PlainQueue;
