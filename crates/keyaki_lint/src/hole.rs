//! Policies with holes: parts that are not known before deployment.
//!
//! A finding must hold whatever fills the holes. What is dropped here:
//!
//! - a finding that points at a text, or a part of one, with a hole in it: the rule has read the
//!   label as if it were the text; rules narrow their place to the part that is wrong, so that
//!   what is said of the rest of the text is kept;
//! - what is said of a statement as a whole, of its conditions or principals, while one of its
//!   elements is a hole: the rule has missed something that may be there;
//! - what is said of the document, while a statement is a hole or has one for an element; so it is
//!   with what is said of a statement by a rule that has looked at others, too, while one is a hole.
//!
//! Rules that ask the engine get no answer about a policy with holes, and say nothing.

use std::collections::BTreeSet;

use keyaki_diag::{Finding, TextRange};
use keyaki_syntax::{Member, NodeKind, Value};

use crate::Document;
use crate::rule::Check;

/// The findings without those that depend on what fills a hole; `beyond` are those for which more
/// than a statement was read.
pub(crate) fn without_guesses(
    document: &Document<'_>,
    findings: Vec<Finding>,
    beyond: &BTreeSet<usize>,
) -> Vec<Finding> {
    let policy = document.tree.value(document.policy.origin);
    let is_open = |policy: &Value<'_>| !document.tree.holes_in(policy.range()).is_empty();
    let Some(policy) = policy.filter(is_open) else { return findings };
    let parts = OpenParts::of(policy);
    let holds = |(at, finding): &(usize, Finding)| {
        !reads_label(document, finding.range())
            && match subject(finding) {
                Subject::Entry => true,
                Subject::Statement => parts.leave_alone(finding.range(), beyond.contains(at)),
                Subject::Document => parts.is_empty(),
            }
    };
    findings.into_iter().enumerate().filter(holds).map(|(_, finding)| finding).collect()
}

/// Whether a place is a text, or a part of one, with a hole in it.
fn reads_label(document: &Document<'_>, at: TextRange) -> bool {
    let is_container = at.slice(document.tree.source()).starts_with(['{', '[']);
    !is_container && !document.tree.holes_in(at).is_empty()
}

/// What a rule looks at.
enum Subject {
    /// One entry, or how the text is written.
    Entry,
    Statement,
    Document,
}

fn subject(finding: &Finding) -> Subject {
    let rules = crate::rules();
    match rules.iter().find(|rule| rule.meta.name == finding.rule.name).map(|rule| &rule.check) {
        Some(Check::Syntax(_) | Check::Defect(_) | Check::Action(_) | Check::Resource(_)) => {
            Subject::Entry
        }
        Some(Check::Statement(_) | Check::Principal(_) | Check::Condition(_)) => Subject::Statement,
        Some(Check::Document(_) | Check::Proof(_)) | None => Subject::Document,
    }
}

/// What of a policy is open.
#[derive(Default)]
struct OpenParts {
    /// Whether a statement is a hole, or all of them are.
    has_unknown: bool,
    /// The statements with an element that is a hole.
    statements: Vec<TextRange>,
}

impl OpenParts {
    fn of(policy: Value<'_>) -> OpenParts {
        let mut parts = OpenParts::default();
        let Some(element) = policy.get("Statement") else { return parts };
        let is_list = element.kind() == NodeKind::Array;
        let listed = element.elements().filter(|_| is_list);
        for statement in listed.chain((!is_list).then_some(element)) {
            parts.has_unknown |= statement.is_hole();
            if statement.members().any(is_open) {
                parts.statements.push(statement.range());
            }
        }
        parts
    }

    fn is_empty(&self) -> bool {
        !self.has_unknown && self.statements.is_empty()
    }

    /// Whether what is said of a place in a statement holds whatever is open; not if the rule has
    /// looked at others, and one is unknown.
    fn leave_alone(&self, at: TextRange, is_beyond: bool) -> bool {
        let concerns = |part: &TextRange| part.contains(at) || at.contains(*part);
        !(is_beyond && self.has_unknown || self.statements.iter().any(concerns))
    }
}

/// Whether an element is a hole, or holds one where more than a text may stand.
fn is_open(element: Member<'_>) -> bool {
    let Some(value) = element.value() else { return false };
    match element.name() {
        "Resource" | "NotResource" | "Sid" => false,
        "Action" | "NotAction" => {
            std::iter::once(value).chain(value.elements()).any(|v| v.inner_holes().next().is_some())
        }
        "Condition" => {
            let blocks = || value.members().filter_map(Member::value);
            value.is_hole() || blocks().any(Value::is_hole)
        }
        _ => value.is_hole(),
    }
}
