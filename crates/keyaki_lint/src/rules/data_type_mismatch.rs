use keyaki_diag::{Applicability, Edit};
use keyaki_ir::{Defect, DefectKind, Operator};
use keyaki_syntax::{NodeKind, Value};

use crate::context::{Context, quoted};
use crate::rule::rule;

rule! {
    /// Value of a JSON type that the element does not take.
    ///
    /// Each element of a policy takes certain JSON types: `Sid` a string, `Action` a string or a list
    /// of strings, `Condition` an object.
    /// AWS refuses a policy with any other type there.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Sid": 7,
    ///   //     ^
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", { "name": "s3:PutObject" }],
    ///   //                         ^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": [{ "Bool": { "aws:SecureTransport": "true" } }]
    ///   //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Sid": "7",
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:PutObject"],
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "Bool": { "aws:SecureTransport": true } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-data-type-mismatch>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
    name: "data-type-mismatch",
    aws: "DATA_TYPE_MISMATCH",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Defect(check),
}

fn check(cx: &mut Context<'_>, defect: &Defect) {
    let Some((element, expected)) = wrong_type(&defect.kind) else { return };
    let Some(value) = cx.node(defect.origin) else { return };
    let Some(found) = phrase(value.kind()) else { return };
    if lacks_operator(&defect.kind, value) {
        return;
    }
    let title = format!("write `\"{}\"`", value.source());
    let scalar = matches!(value.kind(), NodeKind::Number | NodeKind::Bool);
    let edit = Edit { range: value.range(), replacement: quoted(value.source()) };
    let draft = cx.report(defect.origin, format!("{element} must be {expected}, not {found}"));
    // A version in quotes would still be none.
    if scalar && expected.starts_with("a string") && element != "`Version`" {
        draft.fix(title, Applicability::Unsafe, vec![edit]);
    }
}

/// Whether a value is that of a condition operator that does not exist: the operator was left out
/// or misspelt, and the rule on operators says so.
fn lacks_operator(kind: &DefectKind, value: Value<'_>) -> bool {
    matches!(kind, DefectKind::WrongType { element: "Condition operator", .. })
        && value
            .parent()
            .and_then(Value::as_member)
            .is_some_and(|member| Operator::parse(member.name()).is_none())
}

/// What has the wrong type, and what it takes.
fn wrong_type(kind: &DefectKind) -> Option<(String, &'static str)> {
    match kind {
        DefectKind::NotAnObject => Some(("the policy document".to_owned(), "an object")),
        DefectKind::UnknownElement { .. } => None,
        DefectKind::WrongType { element, expected } => {
            let name = match element.contains(' ') {
                true => format!("a {}", element.to_lowercase()),
                false => format!("`{element}`"),
            };
            Some((name, expected))
        }
    }
}

fn phrase(kind: NodeKind) -> Option<&'static str> {
    match kind {
        NodeKind::Object => Some("an object"),
        NodeKind::Array => Some("a list"),
        NodeKind::String => Some("a string"),
        NodeKind::Number => Some("a number"),
        NodeKind::Bool => Some("a boolean"),
        NodeKind::Null => Some("`null`"),
        NodeKind::Member | NodeKind::Error => None,
    }
}
