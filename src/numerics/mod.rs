//! Special functions and their inverses, the same bits on every platform.
