use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::rule;
use crate::wider::could_contradict;

rule! {
    /// Condition that no request meets.
    ///
    /// Tests of one key exclude each other, so that the statement never applies: an `Allow` grants nothing, a `Deny` refuses nothing.
    /// That is proved for all requests.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:*",
    ///   "Resource": "*",
    ///   "Condition": {
    ///   //           ^
    ///     "StringEquals": { "aws:RequestedRegion": "eu-west-1" },
    ///     "StringNotLike": { "aws:RequestedRegion": "eu-*" }
    ///   }
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:ListBucket",
    ///   "Resource": "*",
    ///   "Condition": {
    ///   //           ^
    ///     "NumericGreaterThan": { "s3:max-keys": "100" },
    ///     "NumericLessThanEquals": { "s3:max-keys": "10" }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "s3:*",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringLike": { "aws:RequestedRegion": "eu-*" },
    ///     "StringNotEquals": { "aws:RequestedRegion": "eu-west-1" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the statement is to be without effect.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>
    name: "contradictory-condition",
    level: Warning,
    kinds: Kinds::ANY,
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for statement in cx.policy().statements.iter().filter(|s| could_contradict(s)) {
        let Some(meaning) = cx.meaning() else { return };
        let Some(condition) = &statement.condition else { continue };
        let free = Statement { condition: None, ..statement.clone() };
        if meaning.is_void(cx.catalog(), statement) && !meaning.is_void(cx.catalog(), &free) {
            cx.report(condition.origin, "no request meets these conditions")
                .opening()
                .note("proved: tests of the same key exclude each other");
        }
    }
}
