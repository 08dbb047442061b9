//! The quality of the draws, the accuracy of the samplers, and the values both must keep for ever.

mod keys;
mod sampling;
mod value_stability;
