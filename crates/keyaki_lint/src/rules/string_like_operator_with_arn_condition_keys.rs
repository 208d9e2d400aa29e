use keyaki_catalog::KeyType;
use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, ConditionValue, Operator};

use crate::condition_edit::move_entry;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Text operator with a wildcard on a condition key that holds an ARN.
    ///
    /// Under `StringLike` a wildcard runs across the colons that part an ARN:
    /// `arn:aws:iam::*:root` matches whatever begins and ends this way.
    /// Under `ArnLike` it stays within its part.
    /// A wildcard in the last part matches the same under both and is not reported.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "arn:aws:iam::111122223333:role/app",
    ///   "Condition": { "StringLike": { "iam:AssociatedResourceArn": "arn:aws:ec2:*:111122223333:*" } }
    ///   //                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "arn:aws:iam::111122223333:role/app",
    ///   "Condition": { "ArnLike": { "iam:AssociatedResourceArn": "arn:aws:ec2:*:111122223333:*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the value is no ARN in some requests.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-string-like-operator-with-arn-condition-keys>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>
    name: "string-like-operator-with-arn-condition-keys",
    aws: "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    level: Security,
    kinds: Kinds::ANY,
    replaces: ["parliament:MISMATCHED_TYPE_BUT_USABLE"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    let Some(meant) = of_arns(operator.base) else { return };
    let key = &site.entry.key;
    if !site.entry.values.iter().any(crosses_colons)
        || cx.key_type(&key.value) != Some(KeyType::Arn)
    {
        return;
    }
    let meant = Operator { base: meant, ..operator };
    let edits = move_entry(cx, site, meant, cx.text(site.entry.origin));
    let draft = cx
        .report(key.origin, format!("`{}` is an ARN, its wildcards run across colons", key.value))
        .note(format!("use `{}`, which compares ARNs part by part", meant.name()));
    if let Some(edits) = edits {
        draft.fix(format!("use `{}`", meant.name()), Applicability::Unsafe, edits);
    }
}

fn of_arns(base: BaseOperator) -> Option<BaseOperator> {
    let pairs = [
        (BaseOperator::StringLike, BaseOperator::ArnLike),
        (BaseOperator::StringNotLike, BaseOperator::ArnNotLike),
    ];
    pairs.into_iter().find_map(|(text, arn)| (text == base).then_some(arn))
}

/// Whether a wildcard stands in one of the first five parts of an ARN.
fn crosses_colons(value: &ConditionValue) -> bool {
    let mut parts = value.text().splitn(6, ':');
    let is_arn = parts.next() == Some("arn");
    is_arn && parts.take(4).any(|part| part.contains(['*', '?']))
}
