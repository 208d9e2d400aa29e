//! What AWS services define, as an immutable table with a snapshot date.
