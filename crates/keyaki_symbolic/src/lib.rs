//! Is there any request such that …? Decided exactly, without a solver.
//!
//! A [`Query`] is a formula over what statements, actions, resources and condition keys of one
//! unknown request are like.

mod action;
mod algebra;
mod attempt;
mod automaton;
mod bits;
mod budget;
mod capture;
mod compile;
mod decide;
mod engine;
mod fact;
mod grid;
mod guard;
mod instantiate;
mod key;
mod language;
mod program;
mod query;
mod resource_part;
mod same;
mod search;
mod signature;
mod simplify;
mod space;
mod spelled;
mod statement;
mod unions;
mod valuation;
mod values;

pub use bits::Bits;
pub use budget::{Budget, Exhausted};
pub use engine::{Actions, Engine, Found, Outcome, carries};
pub use grid::{ACTION, Grid, KeyValue, Product, RESOURCE};
pub use query::{Ask, Query, Side, Text, allowed};
