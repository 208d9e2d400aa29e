//! What CloudTrail recorded.
//!
//! [`ingest`] reads one file as a stream: it cuts the text into events ([`split`]), reads of each
//! only what is asked about, and adds it up in a [`Usage`]: who used which action of IAM on which
//! resources. Memory depends on how much was used, never on how long a file is. What cannot be
//! read is counted and told, and never stops the rest.
//!
//! Events name operations of services; [`names`] tells which actions of IAM these need, and
//! [`arns`] on which resources. Nothing here opens a file or starts a thread; the usages of several
//! files are joined by [`Usage::add`], in any order.

mod split;

mod event;
mod parameters;

mod arns;
mod names;
mod table;

mod caller;
mod ingest;
mod usage;

pub use event::looks_like_a_trail;
pub use ingest::{Ingested, ingest};
pub use names::Names;
pub use table::{is_data_action, is_free};
pub use usage::{ActionUse, PrincipalUse, Resources, Trouble, Usage};
