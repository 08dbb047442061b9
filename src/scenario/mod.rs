//! The scenario language: document, diagnostics, resolve.
