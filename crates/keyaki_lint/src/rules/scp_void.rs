use keyaki_analyze::Question;

use crate::context::Context;
use crate::granted::{allows, denies};
use crate::meaning::opened;
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
    let statements = &cx.policy().statements;
    if !statements.iter().any(denies) {
        return;
    }
    let Some(meaning) = cx.meaning() else { return };
    let mut subject = meaning.subject().clone();
    if !statements.iter().any(allows) {
        subject = opened(subject);
    }
    let question = Question::NoNewAccess { old: &subject, new: &meaning.everything() };
    if meaning.holds(cx.catalog(), &question) {
        let statements = cx.node(cx.policy().origin).and_then(|p| p.get("Statement"));
        let at = statements.map_or(cx.policy().origin, |s| s.id());
        cx.report(at, "the policy denies nothing")
            .opening()
            .note("proved: none of its `Deny` statements meets a request");
    }
}
