//! Capacity answers held to what is known of them.

mod enumeration;
mod observed;
mod staffing;
