//! A newer catalogue from AWS's service reference.
//!
//! The service reference is a set of JSON files that AWS publishes, one per service, without
//! credentials. It is fresher than any release, but it knows less: neither display names, nor
//! which resource types an action requires, nor dependent actions, nor which actions are a
//! permission only, nor which keys of an action belong to which resource type.
//! So it is laid over a catalogue: it adds and corrects, and never takes away.
//!
//! What is new this way has no answer to those questions; a resource row counts as optional.
//! Fetching the files is not the business of this crate.

mod merge;
mod parse;

use crate::catalog::Catalog;
use crate::source::kinds::Date;
use crate::source::pack::{PackError, pack};
use crate::unpack::unpack;
use std::fmt;

/// Files that could not be made into a catalogue.
#[derive(Debug)]
pub enum RefreshError {
    /// A file is not JSON.
    Json {
        /// The service that the file is for.
        service: String,
        /// Where it stops being JSON, and why.
        source: serde_json::Error,
    },
    /// A file is JSON, but not a service of the service reference.
    Shape {
        /// The service that the file is for.
        service: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The facts contradict each other, or are too many for the packed form.
    Pack {
        /// What stands in the way.
        reason: String,
    },
}

impl fmt::Display for RefreshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RefreshError::Json { service, source } => {
                write!(f, "service reference of `{service}` is not JSON: {source}")
            }
            RefreshError::Shape { service, reason } => {
                write!(f, "service reference of `{service}` has an unknown form: {reason}")
            }
            RefreshError::Pack { reason } => write!(f, "catalogue cannot be packed: {reason}"),
        }
    }
}

impl std::error::Error for RefreshError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RefreshError::Json { source, .. } => Some(source),
            RefreshError::Shape { .. } | RefreshError::Pack { .. } => None,
        }
    }
}

/// Lays `files`, pairs of a service prefix and its JSON, over `base` and packs the result for
/// [`Catalog::from_bytes`], dated `date`.
///
/// # Errors
///
/// A file does not read. No file is skipped in silence.
pub fn refresh(
    base: &Catalog,
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    date: Date,
) -> Result<Vec<u8>, RefreshError> {
    let parsed = files.into_iter().map(|(prefix, json)| parse::parse(&prefix, &json));
    let references: Vec<_> = parsed.collect::<Result<_, _>>()?;
    let count = references.len();
    let mut facts = unpack(base);
    for reference in references {
        merge::merge(&mut facts, reference, date);
    }
    merge::settle(&mut facts);
    if count > 0 {
        let origin = facts.provenance.origin.split(ADDED).next().unwrap_or_default();
        facts.provenance.origin = format!("{origin}{ADDED} ({count} services)");
        facts.provenance.date = facts.provenance.date.max(date);
    }
    pack(&facts).map_err(|PackError(reason)| RefreshError::Pack { reason })
}

/// What the origin of a refreshed catalogue has behind that of its base.
const ADDED: &str = " + AWS service reference";
