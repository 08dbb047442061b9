//! Capacity answers held to what is known of them.

mod enumeration;
mod observed;
mod resume;
mod staffing;
