use keyaki_diag::Applicability;
use keyaki_ir::Version;
use keyaki_syntax::NodeKind;

use crate::context::Context;
use crate::placeholder::has_placeholder;
use crate::rule::rule;

rule! {
    /// Version of the policy language that does not exist.
    ///
    /// `Version` names the rules by which AWS reads the policy, not the date of the policy.
    /// There are `2012-10-17`, the current one, and `2008-10-17`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2026-01-31",
    ///   //         ^^^^^^^^^^^^
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
    /// Never: AWS refuses the policy.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-version>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
    name: "invalid-version",
    aws: "INVALID_VERSION",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["parliament:INVALID_VERSION"],
    check: Document(check),
}

fn check(cx: &mut Context<'_>) {
    let Some(element) = cx.policy().version.as_ref().filter(|e| e.version.is_none()) else {
        return;
    };
    let is_string = cx.node(element.origin).is_some_and(|v| v.kind() == NodeKind::String);
    if !is_string || has_placeholder(&element.text) {
        return;
    }
    let current = Version::V2012.name();
    cx.report(element.origin, format!("there is no policy version `{}`", element.text))
        .note(format!("the versions are `{current}` and `{}`", Version::V2008.name()))
        .replace_string(
            element.origin,
            format!("replace with `{current}`"),
            Applicability::Unsafe,
            current,
        );
}
