use keyaki_catalog::KeyType;
use keyaki_diag::{Applicability, Edit};
use keyaki_ir::{BaseOperator, Comparison, Operator};

use crate::condition_edit::move_entry;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Wildcard in the value of a text operator that takes it literally.
    ///
    /// Only `StringLike` and `StringNotLike` read `*` and `?` as wildcards;
    /// the other text operators look for these very characters.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalTag/job": "admin-*" } }
    ///   //                                                       ^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringLike": { "aws:PrincipalTag/job": "admin-*" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the value really holds the character; `${*}` and `${?}` say so.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-wildcard-without-like-operator>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    name: "wildcard-without-like-operator",
    aws: "WILDCARD_WITHOUT_LIKE_OPERATOR",
    level: Warning,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    if !is_literal(operator.base) {
        return;
    }
    for value in site.entry.values.iter().filter(|v| v.pattern.has_wildcard()) {
        let fix = fix(cx, site, operator);
        let draft = cx.report(
            value.origin,
            format!("`{}` takes `{}` literally, without wildcards", operator.name(), value.text()),
        );
        if let Some((meant, edits)) = fix {
            draft.fix(format!("use `{meant}`"), Applicability::Unsafe, edits);
        } else {
            draft.note("only the `Like` operators take wildcards");
        }
    }
}

fn is_literal(base: BaseOperator) -> bool {
    matches!(base.comparison(), Comparison::Text | Comparison::TextInAnyCase)
}

/// The operator with wildcards, if letter case counts already, and the edit to it.
fn fix(
    cx: &Context<'_>,
    site: ConditionSite<'_>,
    operator: Operator,
) -> Option<(String, Vec<Edit>)> {
    if operator.base.comparison() != Comparison::Text {
        return None;
    }
    let key_type = cx.key_type(&site.entry.key.value);
    let is_arn = key_type.is_some_and(|t| t.element() == KeyType::Arn);
    let base = if is_arn { BaseOperator::ArnLike } else { BaseOperator::StringLike };
    let base = base.with_negation(operator.base.is_negated())?;
    let meant = Operator { base, ..operator };
    let edits = move_entry(cx, site, meant, cx.text(site.entry.origin))?;
    Some((meant.name(), edits))
}
