use crate::context::Context;
use crate::rule::rule;
use crate::size;

rule! {
    /// Identity policy longer than the largest quota for one.
    ///
    /// A role takes 10,240 characters of inline policies, which is the largest quota there is.
    /// White space between the tokens does not count.
    /// Smaller quotas hold for managed policies (6,144) and for inline policies of users (2,048) and
    /// groups (5,120); which one applies, the document does not show.
    ///
    /// The statement of the first example stands there eighty times.
    ///
    /// ## Avoid
    /// ```json repeat=80
    /// {
    /// //^
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Sid": "Table@N@", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-@N@" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-*" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the policy is only ever attached by AWS, whose own policies may be longer.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-policy-size-exceeds-identity-policy-quota>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    name: "policy-size-exceeds-identity-policy-quota",
    aws: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    level: Warning,
    kinds: Kinds::IDENTITY,
    replaces: ["iam-policy-validator:policy_size"],
    check: Document(check),
}

/// The quota, in characters without the white space between the tokens.
const QUOTA: usize = 10_240;

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
            "split it into several policies, or let wildcards stand for the common part of entries",
        );
    }
}
