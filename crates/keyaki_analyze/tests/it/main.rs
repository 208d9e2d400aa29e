//! Questions and their answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test stops at what it did not expect"
)]

mod adversarial;
mod callers;
mod cores;
mod differ;
mod findings;
mod no_new_access;
mod no_public_access;
mod one_policy;
mod policy_pairs;
mod questions;

use keyaki_analyze::{Access, Answer, Asker, Question, Subject, ask};
use keyaki_eval::{Document, Profile};
use keyaki_symbolic::{Actions, Budget};

fn document(text: &str) -> Document {
    let policy = keyaki_ir::lower(&keyaki_syntax::Tree::parse(text));
    Document { name: String::new(), policy }
}

fn answer(question: &Question<'_>, actions: Actions) -> Answer {
    let profile = Profile::documented();
    let catalog = keyaki_catalog::embedded();
    let steps = Budget::DEFAULT_STEPS;
    ask(question, &Asker::new(catalog, &profile, actions, steps))
}
