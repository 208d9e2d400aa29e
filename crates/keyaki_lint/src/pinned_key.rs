//! Condition keys whose value says who or where exactly, so that a wildcard opens the door.
//!
//! Accounts, organisations, VPCs and endpoints have values of a fixed form: nothing but the whole
//! value tells one from another. In the path of an organisation and in the subject of a token the
//! start of the value names the owner; AWS asks for six fixed characters before each wildcard.
//! `aws:userid` is the id of a role or user, a colon, and a name that the caller may choose:
//! only behind the colon may a wildcard stand.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.

use std::ops::Range;

use keyaki_ir::{BaseOperator, ConditionEntry, Effect, Part, Pattern};

use crate::rule::ConditionSite;

/// Which part of a value must be fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pinned {
    /// All of it.
    Whole,
    /// Six characters before each open part.
    Run,
    /// All that stands before the first colon.
    UserId,
}

/// What leaves a value open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// `*` or `?`.
    Wildcard,
    /// `${…}`.
    Variable,
}

const RUN: usize = 6;

const WHOLE: [&str; 12] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "kms:CallerAccount",
];

const PATHS: [&str; 4] =
    ["aws:PrincipalOrgPaths", "aws:ResourceOrgPaths", "aws:SourceOrgPaths", "aws:VpceOrgPaths"];

impl Pinned {
    /// What must be fixed in the values of a test, where an open value would let more through:
    /// in what an `Allow` asks for, and in what a `Deny` spares.
    pub(crate) fn of(site: ConditionSite<'_>) -> Option<Pinned> {
        let base = site.block.operator.operator?.base;
        let opens = match site.statement.effect()? {
            Effect::Allow => BaseOperator::StringLike,
            Effect::Deny => BaseOperator::StringNotLike,
        };
        if base == opens { Pinned::of_key(site.entry) } else { None }
    }

    fn of_key(entry: &ConditionEntry) -> Option<Pinned> {
        if WHOLE.iter().any(|key| entry.is(key)) {
            return Some(Pinned::Whole);
        }
        if entry.is("aws:userid") {
            return Some(Pinned::UserId);
        }
        let is_subject = entry.key.value.rsplit_once(':').is_some_and(|(issuer, claim)| {
            claim.eq_ignore_ascii_case("sub") && issuer.contains('.')
        });
        (is_subject || PATHS.iter().any(|key| entry.is(key))).then_some(Pinned::Run)
    }

    /// The first part of a value that is open and must not be, as bytes of its text.
    pub(crate) fn opening(self, pattern: &Pattern) -> Option<(Opening, Range<usize>)> {
        let (mut at, mut run, mut colon, mut in_wildcard) = (0, 0, false, false);
        for part in pattern.parts() {
            let text = match part {
                Part::Text(text) => text,
                Part::Variable(variable) => {
                    at = variable.range.end;
                    if variable.escape.is_some() {
                        run += 1;
                    } else if !WHOLE.iter().any(|key| variable.key.eq_ignore_ascii_case(key)) {
                        if self.is_too_open(run, colon) {
                            return Some((Opening::Variable, variable.range.clone()));
                        }
                        run = 0;
                    }
                    in_wildcard = false;
                    continue;
                }
            };
            for c in text.chars() {
                let is_wildcard = c == '*' || c == '?';
                if is_wildcard && !in_wildcard && self.is_too_open(run, colon) {
                    return Some((Opening::Wildcard, at..at + 1));
                }
                run = if is_wildcard { 0 } else { run + 1 };
                colon |= c == ':';
                in_wildcard = is_wildcard;
                at += c.len_utf8();
            }
        }
        None
    }

    fn is_too_open(self, run: usize, colon: bool) -> bool {
        match self {
            Pinned::Whole => true,
            Pinned::Run => run < RUN,
            Pinned::UserId => !colon,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(pinned: Pinned, text: &str) -> Option<usize> {
        pinned.opening(&Pattern::new(text)).map(|(_, range)| range.start)
    }

    #[test]
    fn every_wildcard_needs_its_own_run() {
        assert_eq!(opening(Pinned::Run, "repo:org/*"), None);
        assert_eq!(opening(Pinned::Run, "repo:*"), Some(5));
        assert_eq!(opening(Pinned::Run, "repo:org@*/api@*:main"), Some(15));
        assert_eq!(opening(Pinned::Run, "repo:org@*/apis@*:main"), None);
        assert_eq!(opening(Pinned::Run, "repo:org/**"), None);
        assert_eq!(opening(Pinned::Run, "repo:${aws:PrincipalTag/org}/x"), Some(5));
    }

    #[test]
    fn user_ids_end_at_the_colon() {
        assert_eq!(opening(Pinned::UserId, "AROAABCDEFGHIJKLMNOPQ:*"), None);
        assert_eq!(opening(Pinned::UserId, "AROA*:job"), Some(4));
        assert_eq!(opening(Pinned::UserId, "*:job"), Some(0));
    }

    #[test]
    fn identifiers_may_come_from_other_identifiers() {
        assert_eq!(opening(Pinned::Whole, "${aws:ResourceOrgID}"), None);
        assert_eq!(opening(Pinned::Whole, "${aws:PrincipalTag/org}"), Some(0));
        assert_eq!(opening(Pinned::Whole, "o-a?"), Some(3));
    }
}
