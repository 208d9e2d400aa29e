use keyaki_ir::{Principal, Statement};

use crate::context::Context;
use crate::granted::allows;
use crate::rule::rule;

rule! {
    /// Role that another account may assume, without a condition.
    ///
    /// Where a whole account is trusted, each of its principals that is allowed to can assume the role.
    /// A third party that serves several customers can be made to use the role for the wrong one; `sts:ExternalId` prevents that, and `aws:PrincipalOrgID` keeps the role in the organisation.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
    ///   //                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Action": "sts:AssumeRole"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
    ///   "Action": "sts:AssumeRole",
    ///   "Condition": { "StringEquals": { "sts:ExternalId": "a-secret-of-both" } }
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::444455556666:role/deploy" },
    ///   "Action": "sts:AssumeRole"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the account is the role's own, which the document does not show.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
    name: "open-trust",
    level: Security,
    confidence: Low,
    persona: Pedantic,
    kinds: Kinds::TRUST,
    replaces: ["cloudsplaining:AssumableByCrossAccountPrincipal", "iam-policy-validator:trust_policy_validation", "checkov:CKV_AWS_61", "prowler:iam_role_cross_service_confused_deputy_prevention"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let is_open = allows(statement) && statement.condition_entries().next().is_none();
    let entries = statement.principal.iter().flat_map(|e| e.entries());
    for (_, entry) in entries.filter(|_| is_open) {
        if entry.principal == Principal::Account {
            cx.report(entry.origin, "every principal of the account can be allowed the role")
                .note("name the roles, or ask for `sts:ExternalId` or `aws:PrincipalOrgID`");
        }
    }
}
