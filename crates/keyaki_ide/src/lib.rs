//! What an editor shows of policies, as plain data.
//!
//! A [`Document`] is one text, read once and never changed: an edit makes a new one. Every feature
//! is a function from a document and a byte offset or range to values with byte ranges. Nothing
//! here knows the protocol, a line, a column or a thread; nothing but `folder.rs` and the reading of
//! `keyaki.toml` touches a file,
//! and nothing but `meaning/revision.rs` runs a program: git.
//!
//! A text that holds no policy has no findings, no hints, no symbols: an editor may hand over
//! whatever it opens.
//!
//! Findings come from [`Document::findings`], at once. A slower source stands beside it: [`proofs`]
//! asks the engine about the same document, and the adapter adds what it finds when it is there.

mod code_action;
mod completion;
mod document;
mod facts;
mod fold;
mod folder;
mod formatting;
mod hint;
mod hover;
mod link;
mod meaning;
mod mention;
mod occurrence;
mod rule;
mod seen;
mod selection;
mod settings;
mod site;
mod symbol;
mod token;

pub use code_action::{
    CodeAction, CodeActionId, CodeActionKind, Suppression, code_actions, edits_of, suppression,
};
pub use completion::{Completion, CompletionKind, Completions, Insertion, Part, complete};
pub use document::{Document, reads_terraform};
pub use facts::{Topic, documentation};
pub use fold::{Fold, folds};
pub use folder::{FolderFile, files_beside, files_in};
pub use formatting::{format, format_range};
pub use hint::{Hint, hints};
pub use hover::{Hover, hover};
pub use keyaki_analyze::Access;
pub use keyaki_catalog::{Catalog, embedded as catalog};
pub use keyaki_diag::{Edit, Finding, Level, Place, RuleMeta, TextRange};
pub use keyaki_workspace::FILE_ENDINGS;
pub use link::{Link, links};
pub use meaning::{
    Claim, Lens, Proofs, Simulation, Target, claim, committed, comparison, explanation,
    is_versioned, lenses, proofs, request_draft, simulation,
};
pub use mention::{PolicyName, linked, may_name_policies, mentions_of, name_at, rename_mentions};
pub use occurrence::{definition, occurrences, renamable, rename};
pub use rule::{Nature, nature, rule_page};
pub use seen::{Accounts, accounts};
pub use selection::selection;
pub use settings::{Choices, InvalidSetting, Settings};
pub use symbol::{Symbol, SymbolKind, symbols};
pub use token::{Token, TokenKind, TokenModifier, tokens};
