//! One function a verb: the library's API.
