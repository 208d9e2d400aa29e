//! What an editor wants to know of a rule beside its documentation.

use keyaki_diag::RuleMeta;

/// How an editor may draw what a rule points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It could be left out.
    Unnecessary,
    /// It should no longer be used.
    Deprecated,
}

/// The nature of what a rule points at, by the family in the rule's name.
pub fn nature(rule: &RuleMeta) -> Option<Nature> {
    match rule.name.split('-').next() {
        Some("redundant") => Some(Nature::Unnecessary),
        Some("deprecated") => Some(Nature::Deprecated),
        Some(_) | None => None,
    }
}

/// The page that the documentation of a rule names as its first source.
pub fn rule_page(rule: &RuleMeta) -> Option<&'static str> {
    let (_, rest) = rule.docs.split_once("<https://")?;
    let url = rest.split_once('>')?.0;
    let start = rule.docs.len() - rest.len() - "https://".len();
    rule.docs.get(start..start + "https://".len() + url.len())
}
