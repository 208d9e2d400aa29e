use crate::context::Context;
use crate::pinned_key::{Opening, Pinned};
use crate::placeholder::has_placeholder;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Policy variable in a condition value that must name one owner.
    ///
    /// A variable that the caller can influence is as open as a wildcard.
    ///
    /// Ids of accounts, organisations, VPCs and endpoints tell one owner from another only as a whole.
    /// In the path of an organisation and in the subject of a token the owner stands first:
    /// each variable needs six fixed characters directly before it.
    /// In `aws:userid` a variable may stand behind the colon only.
    ///
    /// Reported is what lets more through: the values that an `Allow` asks for, or that a `Deny` spares.
    /// Variables that stand for another such id, such as `${aws:ResourceOrgID}`, are not reported.
    ///
    /// ## Avoid
    /// ```json kind=resource
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringLike": { "aws:PrincipalOrgID": "${aws:PrincipalTag/org}" } }
    ///   //                                                    ^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ```json kind=trust
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringLike": {
    ///       "token.actions.githubusercontent.com:sub": "repo:${aws:RequestTag/org}/api:*"
    ///       //                                               ^^^^^^^^^^^^^^^^^^^^^
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json kind=resource
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "*",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*",
    ///   "Condition": { "StringLike": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ```json kind=trust
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringLike": {
    ///       "token.actions.githubusercontent.com:sub": "repo:example-org/api:*"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When other conditions of the statement name the owner, such as the numeric ids in the claims of a token.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-variable-usage-too-permissive>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>
    name: "variable-usage-too-permissive",
    aws: "VARIABLE_USAGE_TOO_PERMISSIVE",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some(pinned) = Pinned::of(site).filter(|_| cx.has_variables()) else { return };
    for value in &site.entry.values {
        let opening = pinned.opening(&value.pattern).filter(|_| !has_placeholder(value.text()));
        let Some((Opening::Variable, part)) = opening else { continue };
        let message = format!("the variable leaves open whom `{}` names", site.entry.key.value);
        cx.report(value.origin, message).part(value.origin, part).note(note(pinned));
    }
}

fn note(pinned: Pinned) -> &'static str {
    match pinned {
        Pinned::Whole => "write the whole value",
        Pinned::Run => "write at least six fixed characters directly before each variable",
        Pinned::UserId => "write the id before the colon in full; a variable may follow the colon",
    }
}
