//! Findings, the edits that mend them, and where they point.

use crate::{Confidence, Level, RuleMeta, TextRange};

/// One place in a document: a byte range, and the same place as a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where in the source text.
    pub range: TextRange,
    /// RFC 6901 pointer into the policy document; `""` is the whole document.
    pub pointer: String,
    /// What to say at this place; empty for nothing.
    pub label: String,
}

/// Replace the text of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What to take out; empty to insert.
    pub range: TextRange,
    /// What to put in its place.
    pub replacement: String,
}

/// How far a fix may be applied without a person looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// The set of allowed requests stays the same.
    Safe,
    /// Clear, but it changes what the policy allows.
    Unsafe,
    /// An example that needs a person's decision.
    DisplayOnly,
}

impl Applicability {
    /// The name that outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
            Applicability::DisplayOnly => "display-only",
        }
    }
}

/// Edits that together mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an imperative: "replace with `s3:GetObject`".
    pub title: String,
    /// May it be applied unseen?
    pub applicability: Applicability,
    /// Edits that do not overlap, sorted by range.
    pub edits: Vec<Edit>,
}

/// Something to say about a document.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static RuleMeta,
    /// The level, the rule's own unless the configuration changed it.
    pub level: Level,
    /// How sure this finding is.
    pub confidence: Confidence,
    /// What is wrong: lower case, no full stop, one line.
    pub message: String,
    /// Where; the first place is the main one, the others belong to it.
    pub places: Vec<Place>,
    /// Why it is wrong, and what to do.
    pub notes: Vec<String>,
    /// Ways to mend it, the preferred first.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// The main place.
    pub fn place(&self) -> Option<&Place> {
        self.places.first()
    }

    /// The range of the main place; the start of the document where there is none.
    pub fn range(&self) -> TextRange {
        self.place().map_or(TextRange::default(), |p| p.range)
    }
}
