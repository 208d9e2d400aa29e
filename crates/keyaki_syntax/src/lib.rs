//! Text to a lossless tree and back.
//!
//! The token vector, trivia included, *is* the text: the tokens put together equal the source,
//! byte for byte. A flat table of nodes stands over it, in document order, with no nested boxes:
//! nothing recurses when a tree is dropped, and a node is named by a small number ([`NodeId`])
//! that later layers keep as the origin of each value.
//!
//! Parsing never fails. What is wrong stands in [`Tree::errors`], and the tree holds all that
//! could be read. This crate knows nothing of IAM.

mod brackets;
mod build;
mod comments;
mod decode;
mod dump;
mod error;
mod format;
mod grammar;
mod parse;
mod pointer;
mod quote;
mod report;
mod reread;
mod terminals;
mod token;
mod tree;

pub use error::{SyntaxError, SyntaxErrorKind};
pub use format::{FormatOptions, MemberOrder, NotFormattable, format};
pub use quote::quoted;
pub use token::{Token, TokenKind};
pub use tree::{Member, NodeId, NodeKind, Tree, Value};
