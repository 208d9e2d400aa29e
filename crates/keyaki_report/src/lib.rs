//! Renderers, one file per format.
//!
//! Text, JSON and SARIF are views of the same findings; none carries a fact that the others
//! cannot. A renderer sees a [`Report`], plain data, and writes to what it is given: it knows no
//! terminal and no file system.

pub mod audit;
pub mod audit_html;
mod checkstyle;
mod commands;
pub mod comparison;
mod concise;
mod diff;
pub mod examination;
mod excerpt;
mod fingerprint;
mod format;
mod full;
mod gitlab;
mod json;
mod json_lines;
mod junit;
mod margin;
mod markdown;
pub mod proof;
mod rdjson;
mod routes_svg;
mod sarif;
pub mod simulation;
mod statistics;
mod terminal;
mod view;
mod xml;

pub use diff::unified_diff;
pub use fingerprint::fingerprints;
pub use format::Format;
pub use statistics::statistics;
pub use view::{Document, File, Report};
