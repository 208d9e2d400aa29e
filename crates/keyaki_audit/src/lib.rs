//! Analyses of a snapshot.
