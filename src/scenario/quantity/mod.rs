//! Quantities as people write them: a number and its unit in one word.
//!
//! Every function takes the scalar's text and gives the value in SI units, or says what is wrong and what would
//! have been right, with an example. No value that comes out is NaN, infinite or negative.

mod amount;
mod kubernetes;
mod leading;
mod span;
mod time;
mod wrong;

pub use amount::{
    Money, any_ratio, count, duration, factor, integer, money, number, rate, ratio, suspicious_minutes,
};
pub use kubernetes::{bytes, cpu};
pub use span::{TimeSpan, time_span};
pub use time::{Anchor, Time, instant, time};
pub use wrong::Wrong;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
