use keyaki_analyze::Question;

use crate::context::Context;
use crate::granted::{allows, denies};
use crate::rule::rule;

rule! {
    /// `Deny` that meets none of the policy's own grants.
    ///
    /// That no request is both allowed by a statement and met by the `Deny` is proved.
    /// It may still limit what other policies grant.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" },
    ///     {
    ///     //^
    ///       "Effect": "Deny",
    ///       "Action": "ec2:*",
    ///       "Resource": "*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" },
    ///     { "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::payroll/*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the `Deny` is there to limit other policies of the same principal.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html>
    name: "idle-deny",
    level: Suggestion,
    persona: Auditor,
    kinds: Kinds::IDENTITY,
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    if !statements.iter().any(allows) {
        return;
    }
    for statement in statements.iter().filter(|s| denies(s)) {
        let Some(meaning) = cx.meaning() else { return };
        let grants = meaning.some(|s| allows(s).then(|| s.clone()));
        let denied = meaning.alone(statement);
        let question = Question::Disjoint { one: &grants, other: &denied };
        if meaning.holds(cx.catalog(), &question) {
            cx.report(statement.origin, "this deny meets nothing that the policy grants")
                .note("proved: no request is both granted by the policy and denied here");
        }
    }
}
