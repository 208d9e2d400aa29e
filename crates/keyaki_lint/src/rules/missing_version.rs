use keyaki_diag::Applicability;

use crate::absence::lacks;
use crate::context::Context;
use crate::rule::rule;
use crate::version;

rule! {
    /// Policy without `Version`.
    ///
    /// Without `Version` AWS reads a policy by the rules of 2008, which have no policy variables:
    /// `${aws:username}` is then plain text.
    /// Features that came later need `2012-10-17`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    /// //^
    ///   "Statement": { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is a part of a document that adds the element later.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-missing-version>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
    name: "missing-version",
    aws: "MISSING_VERSION",
    level: Warning,
    kinds: Kinds::ANY,
    replaces: ["parliament:NO_VERSION"],
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let policy = cx.policy();
    if policy.version.is_some() || !lacks(cx.node(policy.origin), &["Version"]) {
        return;
    }
    let edit = version::update(cx);
    // Plain text that looks like a variable would become one; an escape may hide such text.
    let source = cx.text(policy.origin);
    let applicability = match source.contains("${") || source.contains("\\u") {
        true => Applicability::Unsafe,
        false => Applicability::Safe,
    };
    let draft = cx
        .report(policy.origin, "the policy has no `Version`")
        .opening()
        .note("it is read as a policy of 2008, without policy variables");
    if let Some(edit) = edit {
        draft.fix("add the current version", applicability, vec![edit]);
    }
}
