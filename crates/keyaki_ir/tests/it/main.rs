//! Lowering and kind detection from outside.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

mod kind;
mod lowering;
mod total;

use keyaki_ir::Policy;
use keyaki_syntax::Tree;

fn policy(text: &str) -> Policy {
    keyaki_ir::lower(&Tree::parse(text))
}
