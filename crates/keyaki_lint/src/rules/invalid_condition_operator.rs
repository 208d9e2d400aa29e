use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, Operator, Statement, near};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Condition operator that does not exist.
    ///
    /// AWS refuses a policy with an operator that it does not know.
    /// The operators are a closed list; `ForAllValues:` and `ForAnyValue:` may stand before one,
    /// and `IfExists` may follow it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringMatches": { "aws:PrincipalTag/team": "audit" } }
    ///   //             ^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalTag/team": "audit" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-operator>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    name: "invalid-condition-operator",
    aws: "INVALID_CONDITION_OPERATOR",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:UNKNOWN_OPERATOR"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for block in statement.condition.iter().flat_map(|c| &c.blocks) {
        let operator = &block.operator;
        if operator.operator.is_some() {
            continue;
        }
        let meant = meant(&operator.text);
        let draft = cx.report(operator.origin, format!("there is no operator `{}`", operator.text));
        if let Some(meant) = meant {
            let title = format!("replace with `{meant}`");
            draft.note(format!("did you mean `{meant}`?")).replace_string(
                operator.origin,
                title,
                Applicability::Unsafe,
                &meant,
            );
        }
    }
}

/// The operator that was probably meant, with the prefix and suffix that were written.
fn meant(text: &str) -> Option<String> {
    let (set, rest) = text.rsplit_once(':').map_or(("", text), |(set, rest)| (set, rest));
    let (base, suffix) = rest.strip_suffix("IfExists").map_or((rest, ""), |b| (b, "IfExists"));
    let base = near::nearest(base, BaseOperator::ALL.iter().map(|o| o.name()))?;
    let set = near::nearest(set, ["ForAllValues", "ForAnyValue"])
        .map_or(String::new(), |set| format!("{set}:"));
    Operator::parse(&format!("{set}{base}{suffix}")).map(Operator::name)
}
