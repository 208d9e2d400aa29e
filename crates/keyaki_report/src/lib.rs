//! Renderers, one file per format.
//!
//! Text, JSON and SARIF are views of the same findings; none carries a fact that the others
//! cannot. A renderer sees a [`Report`], plain data, and writes to what it is given: it knows no
//! terminal and no file system.

pub mod audit;
pub mod audit_html;
pub mod comparison;
mod concise;
mod diff;
mod excerpt;
mod fingerprint;
mod format;
mod full;
mod json;
mod json_lines;
mod margin;
pub mod proof;
mod sarif;
pub mod simulation;
mod statistics;
mod terminal;
mod view;

pub use diff::unified_diff;
pub use fingerprint::fingerprints;
pub use format::Format;
pub use statistics::statistics;
pub use view::{Document, File, Report};
