//! Tests that look at the data while it grows, with an error that holds over all looks.
//!
//! Every test here asks on which side of a threshold a quantity lies, and only one of the two answers can be
//! wrong; the stated error bounds the probability that the wrong one is ever given.

mod mean;
mod share;
mod spending;

pub use mean::MeanTest;
pub use share::{ShareLooks, ShareRatioTest};
pub use spending::{Looks, Spending};

/// On which side of its threshold a quantity was shown to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above the threshold.
    Above,
    /// Below the threshold.
    Below,
    /// Not shown yet.
    Open,
}
