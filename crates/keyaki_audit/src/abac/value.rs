//! Values of tags that stand for all others.

use std::collections::BTreeSet;

use keyaki_analyze::KeyIs;

use super::pair::{Meant, filled};
use crate::finding::Severity;

/// Values of tags that no policy names.
pub(super) const OWN: &str = "own-team";
pub(super) const OTHER: &str = "another-team";

/// A value of the principal's tag, and one of the resource's that belongs to another.
pub(super) struct Apart {
    pub(super) own: KeyIs,
    pub(super) other: String,
    pub(super) severity: Severity,
}

impl Apart {
    /// Whether the principal's tag has this value.
    pub(super) fn is_of(&self, own: &str) -> bool {
        self.own == KeyIs::Value(own.to_owned())
    }
}

/// The values that the principal may have, each with others that resources may have: those that
/// belong to somebody whose value is another, in the form that the statements give it.
pub(super) fn others(own: Option<&str>, templates: &BTreeSet<(String, String)>) -> Vec<Apart> {
    let value = own.unwrap_or(OWN);
    let apart =
        |own: &KeyIs, other: String| Apart { own: own.clone(), other, severity: Severity::High };
    let (with, without) = (KeyIs::Value(value.to_owned()), KeyIs::Absent);
    let mut all = Vec::new();
    let plain = (String::new(), String::new());
    let templates = templates.iter().chain((!templates.contains(&plain)).then_some(&plain));
    for (before, after) in templates {
        for other in confused(value, before, after) {
            all.push(apart(&with, filled(&format!("{before}{other}{after}"))));
        }
        if own.is_none() {
            all.push(apart(&without, filled(&format!("{before}{OTHER}{after}"))));
        }
    }
    all
}

/// Other values of the principal's tag that a pattern around it may take for this one.
fn confused(value: &str, before: &str, after: &str) -> Vec<String> {
    let mut others = vec![format!("{value}-of-others"), OTHER.to_owned()];
    // Operators that ignore letter case take them for one.
    others.push(value.to_uppercase());
    // `ab-*` fits what belongs to `ab-x`, and `*-ab` what belongs to `x-ab`.
    if let Some((until, _)) = after.split_once(['*', '?']) {
        others.push(format!("{value}{until}x"));
    }
    if let Some((_, from)) = before.rsplit_once(['*', '?']) {
        others.push(format!("x{from}{value}"));
    }
    others.retain(|other| other != value);
    others
}

/// Values that policies spell out, of the resource's tag and, where it is not known, of the
/// principal's.
pub(super) fn spelled(own: Option<&str>, meant: &Meant, is_open: bool) -> Vec<Apart> {
    let value = own.unwrap_or(OWN);
    let is_own = |text: &str| {
        let mut templates = meant.templates.iter();
        templates.any(|(before, after)| filled(&format!("{before}{value}{after}")) == text)
    };
    let apart = |own: &str, other: &str| Apart {
        own: KeyIs::Value(own.to_owned()),
        other: other.to_owned(),
        severity: Severity::Medium,
    };
    let of_resource = meant.spelled.iter().filter(|text| !is_own(text));
    let of_resource = of_resource.map(|text| apart(value, text));
    let of_principal = meant.own_spelled.iter().filter(|_| is_open && own.is_none());
    of_resource.chain(of_principal.map(|text| apart(text, OTHER))).collect()
}
