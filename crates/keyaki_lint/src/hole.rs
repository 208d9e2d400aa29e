//! Policies with holes: parts that are not known before deployment.
//!
//! A finding must hold whatever fills the holes. What is dropped here:
//!
//! - a finding that points at a text, or a part of one, with a hole in it: the rule has read the
//!   label as if it were the text; rules narrow their place to the part that is wrong, so that
//!   what is said of the rest of the text is kept;
//! - what is said of a statement as a whole, of its conditions or principals, while one of its
//!   elements is a hole: the rule has missed something that may be there;
//! - what is said of the document, while a statement is a hole or has one for an element.
//!
//! Rules that ask the engine get no answer about a policy with holes, and say nothing.

use keyaki_diag::{Finding, TextRange};
use keyaki_syntax::{Member, NodeKind, Value};

use crate::Document;
use crate::rule::Check;

/// Drops the findings that depend on what fills a hole.
pub(crate) fn drop_guesses(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let Some(policy) = document.tree.value(document.policy.origin) else { return };
    if document.tree.holes_in(policy.range()).is_empty() {
        return;
    }
    let open: Vec<TextRange> = open_parts(policy).collect();
    findings.retain(|finding| {
        let at = finding.range();
        let concerns = |part: &&TextRange| part.contains(at) || at.contains(**part);
        !reads_label(document, at)
            && match subject(finding) {
                Subject::Entry => true,
                Subject::Statement => !open.iter().any(|part| concerns(&part)),
                Subject::Document => open.is_empty(),
            }
    });
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

/// The statements with an element that is a hole, and the policy if its statements are or one is.
fn open_parts(policy: Value<'_>) -> impl Iterator<Item = TextRange> {
    let statements = policy.get("Statement").into_iter();
    let statements = statements.flat_map(|s| match s.kind() {
        NodeKind::Array => s.elements().collect(),
        NodeKind::Object
        | NodeKind::Member
        | NodeKind::String
        | NodeKind::Number
        | NodeKind::Bool
        | NodeKind::Null
        | NodeKind::Error => vec![s],
    });
    statements.filter_map(move |statement| match statement.is_hole() {
        true => Some(policy.range()),
        false => statement.members().any(is_open).then(|| statement.range()),
    })
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
