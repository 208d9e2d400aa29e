//! Is there any request such that …? Decided exactly, without a solver.
//!
//! A [`Query`] is a formula over what statements, actions, resources and condition keys of one
//! unknown request are like.
#![allow(dead_code)]

mod algebra;
mod automaton;
mod bits;
mod budget;
mod fact;
mod language;
mod query;
mod search;

pub use budget::{Budget, Exhausted};
pub use query::{Ask, Query, Side, Text, allowed};
