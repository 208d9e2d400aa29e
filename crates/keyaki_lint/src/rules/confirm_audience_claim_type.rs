use keyaki_ir::SetOperator;

use crate::context::Context;
use crate::federation::{Audience, audience};
use crate::rule::{ConditionSite, rule};

rule! {
    /// Set operator on an audience that may have a single value.
    ///
    /// The audience (`aud`) of a token can be one value or a list, depending on the provider.
    /// For a list use `ForAnyValue` or `ForAllValues`; for one value use neither.
    /// `ForAllValues` also holds for a token without any audience.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": { "ForAnyValue:StringEquals": { "login.example.com:aud": ["reports", "api"] } }
    ///   //                                           ^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": { "StringEquals": { "login.example.com:aud": ["reports", "api"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the provider is known to issue tokens with several audiences.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-confirm-audience-claim-type>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    name: "confirm-audience-claim-type",
    aws: "CONFIRM_AUDIENCE_CLAIM_TYPE",
    level: Suggestion,
    confidence: Medium,
    kinds: Kinds::TRUST,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(set) = site.block.operator.operator.and_then(|o| o.set) else { return };
    let may_be_list = match audience(cx.catalog(), site.entry) {
        Some(Audience::Single) => set == SetOperator::ForAllValues,
        Some(Audience::Unknown) => true,
        None => false,
    };
    if may_be_list {
        let key = &site.entry.key;
        cx.report(key.origin, format!("`{}` may have a single value", key.value))
            .note(format!("without a list of audiences in the tokens, leave out `{}`", set.name()));
    }
}
