//! The IAM policy language as types.

pub mod glob;
