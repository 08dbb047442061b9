//! The built program from outside: what it prints, what it leaves on disk, how it ends.

mod bad_input;
mod capacity;
mod check;
mod compare;
mod full;
mod plain;
mod program;
mod runs;
mod sweep;
mod uncertain;
