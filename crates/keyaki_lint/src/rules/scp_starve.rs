use keyaki_analyze::Question;

use crate::context::Context;
use crate::granted::denies;
use crate::rule::rule;

rule! {
    /// Service control policy that leaves nothing to do.
    ///
    /// Every request is denied, or allowed by no statement; that is proved.
    /// An account under it is frozen, its administrators included.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///   //           ^
    ///     { "Effect": "Deny", "NotAction": "s3:*", "Resource": "*" },
    ///     { "Effect": "Deny", "Action": "s3:*", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Deny", "NotAction": "s3:*", "Resource": "*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the account is to be frozen.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>
    name: "scp-starve",
    level: Warning,
    kinds: Kinds::SCP,
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    if !cx.policy().statements.iter().any(denies) {
        return;
    }
    let Some(meaning) = cx.meaning() else { return };
    let subject = meaning.limit();
    if meaning.holds(cx.catalog(), &Question::AlwaysDenied { subject: &subject }) {
        cx.report(cx.whole(), "the policy leaves no request allowed")
            .opening()
            .note("proved: every request is denied, or allowed by no statement");
    }
}
