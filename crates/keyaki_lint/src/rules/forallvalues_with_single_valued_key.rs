use keyaki_diag::Applicability;
use keyaki_ir::{Family, Operator, SetOperator};

use crate::condition_edit::move_entry;
use crate::context::Context;
use crate::rule::{ConditionSite, rule};

rule! {
    /// `ForAllValues:` with a condition key that has one value.
    ///
    /// `ForAllValues:` asks that each value pass the test, and passes where there is none:
    /// with a key of one value all that it adds is that requests without the key pass, too.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    ///   //                                            ^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:CreateTags",
    ///   "Resource": "*",
    ///   "Condition": { "ForAllValues:StringEquals": { "aws:TagKeys": ["env", "team"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When requests without the key are meant to pass; `…IfExists` says so more plainly.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-forallvalues-with-single-valued-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "forallvalues-with-single-valued-key",
    aws: "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    level: Security,
    kinds: Kinds::ANY,
    replaces: ["iam-policy-validator:set_operator_validation"],
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(operator) = site.block.operator.operator else { return };
    let is_for_all = operator.set == Some(SetOperator::ForAllValues);
    if !is_for_all || operator.base.family() == Family::Null {
        return;
    }
    let key = &site.entry.key;
    if cx.key_type(&key.value).is_none_or(|t| t.is_multivalued()) {
        return;
    }
    let plain = Operator { set: None, ..operator };
    let edits = move_entry(cx, site, plain, cx.text(site.entry.origin));
    let draft = cx
        .report(
            key.origin,
            format!("`{}` has one value, `ForAllValues:` is for several", key.value),
        )
        .note("requests without the key pass the test");
    if let Some(edits) = edits {
        draft.fix(format!("use `{}`", plain.name()), Applicability::Unsafe, edits);
    }
}
