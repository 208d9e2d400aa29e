//! One request as somebody writes it down: read, and whether it can be.

mod checker;
mod draft;

pub use checker::{Checker, check_access};
pub use draft::{Asked, Draft};
