//! How state changes: the world and its events.
