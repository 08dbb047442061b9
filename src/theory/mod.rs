//! Closed forms and fluid limits of a model, where they exist.
