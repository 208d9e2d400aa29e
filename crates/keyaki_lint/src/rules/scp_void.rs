use keyaki_analyze::Question;

use crate::context::Context;
use crate::granted::denies;
use crate::rule::rule;

rule! {
    /// Service control policy that denies nothing.
    ///
    /// None of its `Deny` statements meets any request; that is proved.
    /// The policy that allows everything, which AWS attaches by default, is not meant.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///   //           ^
    ///     {
    ///       "Effect": "Deny",
    ///       "Action": "*",
    ///       "Resource": "*",
    ///       "Condition": {
    ///         "StringEquals": { "aws:RequestedRegion": "eu-west-1" },
    ///         "StringNotEquals": { "aws:RequestedRegion": ["eu-west-1", "eu-central-1"] }
    ///       }
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
    ///     {
    ///       "Effect": "Deny",
    ///       "Action": "*",
    ///       "Resource": "*",
    ///       "Condition": { "StringNotEquals": { "aws:RequestedRegion": ["eu-west-1", "eu-central-1"] } }
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is a place for statements to come.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>
    name: "scp-void",
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
    let question = Question::NoNewAccess { old: &subject, new: &meaning.everything() };
    if meaning.holds(cx.catalog(), &question) {
        cx.report(cx.whole(), "the policy denies nothing")
            .opening()
            .note("proved: none of its `Deny` statements meets a request");
    }
}
