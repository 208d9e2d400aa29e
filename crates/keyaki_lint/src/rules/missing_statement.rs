use keyaki_syntax::NodeKind;

use crate::absence::lacks;
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Policy without a statement.
    ///
    /// A policy says nothing without statements, and AWS refuses it.
    /// An empty list of statements is refused as well.
    ///
    /// ## Avoid
    /// ```json
    /// {
    /// //^
    ///   "Version": "2012-10-17"
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": []
    ///   //           ^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{ "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-missing-statement>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>
    name: "missing-statement",
    aws: "MISSING_STATEMENT",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:MALFORMED"],
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let policy = cx.policy();
    let Some(element) = policy.statement_element else {
        if lacks(cx.node(policy.origin), &["Statement"]) {
            cx.report(policy.origin, "the policy has no statement").opening();
        }
        return;
    };
    let list = cx.node(element).filter(|v| v.kind() == NodeKind::Array);
    if list.is_some_and(|list| list.elements().next().is_none()) {
        cx.report(element, "the list of statements is empty");
    }
}
