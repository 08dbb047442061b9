//! From records to estimates with intervals; the verdict.
