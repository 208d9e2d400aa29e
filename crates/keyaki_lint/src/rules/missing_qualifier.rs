use keyaki_diag::Applicability;
use keyaki_ir::{Family, Operator, SetOperator};

use crate::condition_edit::move_entry;
use crate::context::Context;
use crate::key_type::key_type;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Multivalued condition key without `ForAllValues:` or `ForAnyValue:`.
    ///
    /// A request carries a set of values for such a key.
    /// Without a qualifier the test does not say whether one of them is enough or all must match,
    /// and AWS does not define what happens.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "StringLike": { "aws:TagKeys": "cost-*" } }
    ///   //                             ^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAllValues:StringLike": { "aws:TagKeys": "cost-*" }, "Null": { "aws:TagKeys": "false" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue takes a key for multivalued that holds one value.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-qualifier>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "missing-qualifier",
    aws: "MISSING_QUALIFIER",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    if operator.set.is_some() || operator.base.family() == Family::Null {
        return;
    }
    let key = &site.entry.key;
    if !key_type(cx.catalog(), &key.value).is_some_and(|t| t.is_multivalued()) {
        return;
    }
    let meant = qualified(operator);
    let edits = move_entry(cx, site, meant, cx.text(site.entry.origin));
    let draft = cx
        .report(key.origin, format!("`{}` has several values and needs a qualifier", key.value))
        .note(
            "with `ForAnyValue:` one matching value is enough; with `ForAllValues:` every value \
             must match, and a request without the key matches, too",
        );
    if let Some(edits) = edits {
        draft.fix(format!("use `{}`", meant.name()), Applicability::Unsafe, edits);
    }
}

/// The reading nearest to the unqualified words: one value is, or no value is.
fn qualified(operator: Operator) -> Operator {
    let set = match operator.base.is_negated() {
        true => SetOperator::ForAllValues,
        false => SetOperator::ForAnyValue,
    };
    Operator { set: Some(set), ..operator }
}
