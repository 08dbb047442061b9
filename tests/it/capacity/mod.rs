//! Capacity answers held to what is known of them.

mod observed;
mod staffing;
