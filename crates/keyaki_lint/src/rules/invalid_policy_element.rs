use keyaki_diag::Applicability;
use keyaki_ir::{Defect, DefectKind};
use keyaki_syntax::Value;

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Element that the policy language does not have.
    ///
    /// A document has `Version`, `Id` and `Statement`; a statement has `Sid`, `Effect`, `Principal`,
    /// `Action`, `Resource`, `Condition` and the `Not` forms.
    /// AWS refuses anything else, comments under invented names included.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resources": "arn:aws:s3:::reports/*"
    ///   //^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-policy-element>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
    name: "invalid-policy-element",
    aws: "INVALID_POLICY_ELEMENT",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Defect(check),
}

fn check(cx: &mut Context<'_>, defect: &Defect) {
    let DefectKind::UnknownElement { meant, in_statement } = defect.kind else { return };
    let Some(name) = cx.node(defect.origin).and_then(Value::as_str) else { return };
    let place = if in_statement { "statement" } else { "policy document" };
    let taken = meant.is_some_and(|meant| has_member(cx.node(defect.origin), meant));
    let belongs_below = !in_statement && STATEMENT_ELEMENTS.contains(&name);
    let draft = cx.report(defect.origin, format!("a {place} has no element `{name}`"));
    match meant {
        Some(meant) if !taken => {
            let title = format!("rename to `{meant}`");
            draft.note(format!("did you mean `{meant}`?")).replace_string(
                defect.origin,
                title,
                Applicability::Unsafe,
                meant,
            );
        }
        _ if belongs_below => {
            draft.note(format!("`{name}` belongs into a statement"));
        }
        _ => {}
    }
}

const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Whether the object around a member's name has a member of that other name.
fn has_member(name: Option<Value<'_>>, other: &str) -> bool {
    let object = name.and_then(Value::parent).and_then(Value::parent);
    object.is_some_and(|o| o.members().any(|m| m.name() == other))
}
