//! Every shipped scenario states a claim; here each is held to it.

mod claims;
mod digests;
mod play;
mod recorded;
mod shipped;
