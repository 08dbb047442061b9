//! What every room is lent: the clock, the agenda, the arena of frames, and the ledger.

mod beside;
mod chance;
mod clocks;
mod event;
mod features;
mod frames;
mod keys;
mod mark;
mod span;
mod state;

pub use beside::Beside;
pub use chance::{of_try, tries_below};
pub use clocks::clock;
pub use event::{EventKind, MIDDLE_MASK, Phase, is, kind, low, middle, pack, phase};
pub use features::Features;
pub use frames::{Ended, Frame, Frames, NIL, flag};
pub use keys::{part, purpose};
pub use mark::Mark;
pub use span::{Clock, Span};
pub use state::Core;
