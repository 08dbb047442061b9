//! Values to strings and charts; computes nothing.
