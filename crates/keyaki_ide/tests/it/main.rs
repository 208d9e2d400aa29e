//! Features of the editor on marked texts: `$0` is the cursor.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod code_action;
mod completion;
mod fixture;
mod formatting;
mod hint;
mod hover;
mod meaning;
mod occurrence;
mod outline;
mod simulation;
mod token;
mod typing;
