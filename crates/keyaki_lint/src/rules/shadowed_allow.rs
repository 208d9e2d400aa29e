use keyaki_analyze::Question;
use keyaki_diag::Applicability;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::granted::{allows, denies};
use crate::rule::rule;
use crate::wider::could_cover;

rule! {
    /// Grant that the policy's own `Deny` statements take back wholly.
    ///
    /// That no request is left which the statement allows is proved.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     {
    ///     //^
    ///       "Effect": "Allow",
    ///       "Action": "s3:DeleteObject",
    ///       "Resource": "arn:aws:s3:::reports/*"
    ///     },
    ///     { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" },
    ///     { "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::reports/*" },
    ///     { "Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::reports/kept/*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the `Deny` is there for a time.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html>
    name: "shadowed-allow",
    level: Warning,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    let denying = || statements.iter().filter(|s| denies(s));
    if denying().next().is_none() {
        return;
    }
    for statement in statements.iter().filter(|s| allows(s) && could_cover(denying(), s)) {
        let Some(meaning) = cx.meaning() else { return };
        let is_it = |s: &Statement| s.origin == statement.origin || denies(s);
        let left = meaning.some(|s| is_it(s).then(|| s.clone()));
        let whole = meaning.alone(statement);
        let (left, whole) =
            (Question::AlwaysDenied { subject: &left }, Question::AlwaysDenied { subject: &whole });
        if meaning.holds(cx.catalog(), &left) && !meaning.holds(cx.catalog(), &whole) {
            cx.report(statement.origin, "all that this statement allows is denied in the policy")
                .note("proved: no request is left that it allows")
                .remove(statement.origin, "remove the statement", Applicability::Safe);
        }
    }
}
