use keyaki_diag::Applicability;
use keyaki_ir::{Operator, SetOperator};

use crate::context::Context;
use crate::federation::{Audience, audience};
use crate::rule::{ConditionSite, rule};

rule! {
    /// `ForAnyValue` on an audience that has a single value.
    ///
    /// The tokens of these providers have one audience, and set operators are made for keys with several values.
    /// Remove `ForAnyValue:`; what is meant then holds for the one value.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "cognito-identity.amazonaws.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "ForAnyValue:StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:pool" }
    ///     //                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "cognito-identity.amazonaws.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:pool" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Practically never.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-foranyvalue-with-audience-claim-type>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>
    name: "foranyvalue-with-audience-claim-type",
    aws: "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    level: Security,
    kinds: Kinds::TRUST,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(Audience::Single) = audience(cx.catalog(), site.entry) else { return };
    let operator = site.block.operator.operator;
    let Some(operator) = operator.filter(|o| o.set == Some(SetOperator::ForAnyValue)) else {
        return;
    };
    let key = &site.entry.key;
    let message = format!("`{}` has a single value, and `ForAnyValue` is for several", key.value);
    let plain = Operator { set: None, ..operator }.name();
    let origin = site.block.operator.origin;
    let alone = site.block.entries.len() == 1;
    let draft = cx.report(key.origin, message).note(format!("use `{plain}`"));
    if alone {
        let title = format!("replace with `{plain}`");
        draft.replace_string(origin, title, Applicability::Unsafe, &plain);
    }
}
