//! From paths to checked documents: the one entry for the command line and the editor.
//!
//! [`discover`] turns arguments into [`Source`]s, in an order that depends on the names alone.
//! [`check`] reads each, finds the policies in it (`unwrap.rs` tells where they may hide), asks
//! what kind they are, and runs the linter. A source that cannot be read becomes a finding of its
//! own and never stops the others. [`fix`] applies what the findings offer, once it is proved what
//! that does to access. [`shrink`] makes a policy shorter, with the same proof.

mod accept;
pub mod catalog_update;
mod check;
mod config;
mod discover;
mod embedded;
mod example;
mod fix;
mod gather;
mod guard;
mod holder;
mod host;
mod kind;
pub mod migrate;
mod order;
mod parallel;
mod problem;
mod proved;
mod read;
mod shrink;
mod tree_of_files;
mod unwrap;

pub use accept::{Accepted, Entry, accept, gap_before_entry, quoted, suppression_entry};
pub use check::{
    CheckedDocument, CheckedFile, CheckedTree, Options, ReadPolicy, Status, check, check_host,
    check_text, check_tree, read_policies,
};
pub use config::{ArchiveRule, CONFIG_NAME, Config, InvalidConfig, today};
pub use discover::{
    Content, ENDINGS as FILE_ENDINGS, Source, discover, discover_with_markdown, may_hold_policy,
};
pub use fix::{Fixed, fix};
pub use gather::{Gathered, Side, gather};
pub use guard::{Change, Guard, change_of_text};
pub use holder::{
    Holder, Kind as HolderKind, Part, Siblings, Way, holders, holders_among, holds_policy,
};
pub use host::mention::{
    Mention, MentionSource, PolicyName, is_name as is_managed_policy_name, mentions,
};
pub use host::{Language, language};
pub use order::canonical_order;
pub use parallel::{default_jobs, map, threads};
pub use problem::ABOUT_FILES;
pub use proved::REDUNDANT_GRANT;
pub use read::read;
pub use shrink::{Shrunk, Told, Wanted, shrink};
pub use tree_of_files::files_below;
pub use unwrap::{is_policy, policies, template_reference};
