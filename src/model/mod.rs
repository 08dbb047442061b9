//! What is simulated: immutable, validated, id-indexed.
