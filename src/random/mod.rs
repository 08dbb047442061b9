//! Keyed draws and the distributions they drive.
