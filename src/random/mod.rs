//! Keyed draws and the distributions they drive.
//!
//! A draw is a pure function of a [`Key`] and a purpose: there is no generator whose state could depend on the
//! order in which things happen, so two policies see the same shoppers with the same demands. A [`Law`] says
//! what is drawn; a [`Sampler`] turns 64 random bits into one value by inversion, so that a larger uniform
//! never gives a smaller value and common random numbers stay aligned between designs.

mod choice;
mod key;
mod law;
mod sampler;

#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod sampler_tests;
#[cfg(test)]
mod value_stability_tests;

pub use choice::{Choice, uniform_below};
pub use key::{Key, KeyedRng, unit};
pub use law::{Component, Empirical, Form, Law, LawError, Phase, Tail, Truncated};
pub use sampler::Sampler;
