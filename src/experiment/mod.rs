//! Replications side by side, folded in order.
