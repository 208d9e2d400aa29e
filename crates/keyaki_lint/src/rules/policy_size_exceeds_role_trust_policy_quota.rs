use crate::context::Context;
use crate::rule::rule;
use crate::size;

rule! {
    /// Role trust policy longer than the default quota.
    ///
    /// IAM takes 2,048 characters, white space between the tokens not counted.
    /// The quota can be raised for an account.
    ///
    /// The statement of the first example stands there forty times.
    ///
    /// ## Avoid
    /// ```json repeat=40
    /// {
    /// //^
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Sid": "Tenant@N@", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/tenant-@N@" }, "Action": "sts:AssumeRole" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "sts:AssumeRole",
    ///   "Condition": { "StringEquals": { "aws:PrincipalTag/tenant": "${aws:ResourceTag/tenant}" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the quota of the account was raised.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-policy-size-exceeds-role-trust-policy-quota>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    name: "policy-size-exceeds-role-trust-policy-quota",
    aws: "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    level: Warning,
    kinds: Kinds::TRUST,
    replaces: ["iam-policy-validator:policy_size"],
    check: Document(check),
}

/// The quota, in characters without the white space between the tokens.
const QUOTA: usize = 2_048;

fn check(cx: &mut Context<'_>) {
    let policy = cx.policy().origin;
    let range = cx.range(policy);
    if range.len() as usize <= QUOTA {
        return;
    }
    let compact = size::measure(cx.tree(), range).compact;
    if compact > QUOTA {
        let message = format!(
            "the policy has {compact} characters without white space; the quota is {QUOTA}"
        );
        cx.report(policy, message).opening().note(
            "list the principals in one statement, name them by a condition, or have the quota raised",
        );
    }
}
